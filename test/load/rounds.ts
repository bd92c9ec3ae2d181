import type { Arena, Proof } from './arena.ts'
import { medians, type Summary } from './statistics.ts'
import { cellKey, systemNames, type Cell, type Runs, type Verdict } from './targets.ts'

export interface Plan {
  readonly cells: readonly Cell[]
  readonly rounds: number
  /** How long the next run takes, and how much of that is not counted yet. */
  readonly time: (runsLeft: number) => { readonly leadMs: number; readonly windowMs: number }
  readonly tell: (line: string) => void
}

/** Starts what is compiled at first use and fills caches, in every system alike. */
export async function warm(arena: Arena, cells: readonly Cell[], windowMs: number): Promise<void> {
  const widest = new Map(
    cells.toSorted((a, b) => a.callers - b.callers).map((cell) => [`${cell.system} ${cell.load}`, cell]),
  )
  for (const cell of widest.values()) await arena.run({ ...cell, leadMs: 0, windowMs })
}

/**
 * Measures every cell once a round, systems next to each other, so that whatever the machine does meanwhile
 * befalls all of them; every other round goes backwards.
 */
export async function runRounds(arena: Arena, { cells, rounds, time, tell }: Plan): Promise<Runs> {
  const runs = new Map<string, Summary[]>(cells.map((cell) => [cellKey(cell), []]))
  let left = cells.length * rounds
  for (let round = 0; round < rounds; round += 1) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) {
      const { summary } = await arena.run({ ...cell, ...time(left--) })
      runs.get(cellKey(cell))?.push(summary)
    }
    tell(`round ${round + 1} of ${rounds} done`)
  }
  return runs
}

const headings = ['', 'load', 'callers', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs'] as const

/** The medians as a table of text. */
export function renderRuns(cells: readonly Cell[], runs: Runs): string {
  const lines = cells.map((cell) => {
    const { perSecond, p50, p95, p99, cpuUs } = medians(runs.get(cellKey(cell)) ?? [])
    return [
      systemNames[cell.system],
      cell.load,
      String(cell.callers),
      perSecond.toFixed(0),
      p50.toFixed(2),
      p95.toFixed(2),
      p99.toFixed(2),
      cpuUs.toFixed(0),
    ]
  })
  return table([[...headings], ...lines])
}

/** Each target with what was measured. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  return table(
    verdicts.map(({ what, measured, wanted, unit, met }) => [
      met ? 'met   ' : 'FAILED',
      what,
      `${measured.toFixed(2)} ${unit}`,
      `${unit === '×' ? 'at least' : 'at most'} ${wanted} ${unit}`,
    ]),
  )
}

export function renderProof({ balanced, covered, answered, recorded }: Proof): string {
  return `books: ${balanced ? 'balanced' : 'NOT BALANCED'}, ${covered ? 'covered' : 'NOT COVERED'}; ${answered} releases answered, ${recorded} recorded`
}

/** Columns of text: the first two to the left, figures to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) =>
      row
        .map((text, column) =>
          column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
