import type { Load } from './commands.ts'
import { medians, type Summary } from './statistics.ts'

/*
 * What `npm run bench` holds releases to: how many times as many as each baseline, with the same callers in
 * the same run, and how late the slowest hundredth may be.
 */

export const systems = ['holdfast', 'bare', 'plain'] as const
export type System = (typeof systems)[number]

export const systemNames: Readonly<Record<System, string>> = {
  holdfast: 'Holdfast',
  bare: 'bare SQL',
  plain: 'plain server',
}

/** One system under one load by so many callers. */
export interface Cell {
  readonly system: System
  readonly load: Load
  readonly callers: number
}

export const cellKey = ({ system, load, callers }: Cell): string => `${system} ${load} ${callers}`

export type Runs = ReadonlyMap<string, readonly Summary[]>

interface Ratio {
  readonly kind: 'ratio'
  readonly of: Cell
  readonly to: Cell
  readonly atLeast: number
}

interface Latency {
  readonly kind: 'p99'
  readonly of: Cell
  readonly atMostMs: number
}

export type Target = Ratio | Latency

const ratio = (callers: number, load: Load, to: System, atLeast: number): Ratio => ({
  kind: 'ratio',
  of: { system: 'holdfast', load, callers },
  to: { system: to, load, callers },
  atLeast,
})
const hotToSpread = (callers: number, atLeast: number): Ratio => ({
  kind: 'ratio',
  of: { system: 'holdfast', load: 'hot', callers },
  to: { system: 'holdfast', load: 'spread', callers },
  atLeast,
})
const p99 = (callers: number, load: Load, atMostMs: number): Latency => ({
  kind: 'p99',
  of: { system: 'holdfast', load, callers },
  atMostMs,
})

export const targets: readonly Target[] = [
  ratio(1, 'spread', 'plain', 1.3),
  ratio(1, 'hot', 'plain', 1.3),
  ratio(8, 'spread', 'bare', 0.5),
  ratio(8, 'hot', 'bare', 1.2),
  ratio(32, 'spread', 'bare', 1),
  ratio(32, 'spread', 'plain', 2.5),
  p99(32, 'spread', 25),
  ratio(32, 'hot', 'bare', 2.5),
  ratio(32, 'hot', 'plain', 6),
  p99(32, 'hot', 25),
  hotToSpread(32, 0.8),
  ratio(128, 'spread', 'bare', 1.5),
  ratio(128, 'spread', 'plain', 3.5),
  p99(128, 'spread', 50),
  ratio(128, 'hot', 'plain', 8),
  p99(128, 'hot', 50),
  hotToSpread(128, 0.8),
]

/** The cells that the targets compare, each once, in the order of their callers. */
export function cellsOf(wanted: readonly Target[]): readonly Cell[] {
  const all = wanted.flatMap((target) => (target.kind === 'ratio' ? [target.of, target.to] : [target.of]))
  return [...new Map(all.map((cell) => [cellKey(cell), cell])).values()]
}

export interface Verdict {
  readonly what: string
  readonly measured: number
  readonly wanted: number
  readonly unit: '×' | 'ms'
  readonly met: boolean
}

const say = ({ system, load, callers }: Cell): string =>
  `${systemNames[system]}, ${load}, ${callers} ${callers === 1 ? 'caller' : 'callers'}`

/**
 * Holds medians to the targets. No tolerance: what falls short by a hundredth falls short.
 *
 * @throws Error - a cell that a target needs was not measured
 */
export function judge(runs: Runs, wanted: readonly Target[] = targets): readonly Verdict[] {
  const middle = (cell: Cell): Summary => {
    const measured = runs.get(cellKey(cell))
    if (!measured?.length) throw new Error(`not measured: ${say(cell)}`)
    return medians(measured)
  }
  return wanted.map((target) => {
    if (target.kind === 'p99') {
      const measured = middle(target.of).p99
      return {
        what: `p99 of ${say(target.of)}`,
        measured,
        wanted: target.atMostMs,
        unit: 'ms',
        met: measured <= target.atMostMs,
      }
    }
    const measured = middle(target.of).perSecond / middle(target.to).perSecond
    const other = target.to.system === target.of.system ? target.to.load : systemNames[target.to.system]
    return {
      what: `${say(target.of)}, to ${other}`,
      measured,
      wanted: target.atLeast,
      unit: '×',
      met: measured >= target.atLeast,
    }
  })
}
