import { expect, test } from 'vitest'
import type { Summary } from './statistics.ts'
import { cellKey, cellsOf, judge, targets, type Cell, type Target } from './targets.ts'

const holdfast: Cell = { system: 'holdfast', load: 'hot', callers: 32 }
const plain: Cell = { ...holdfast, system: 'plain' }
const run = (perSecond: number, p99 = 1): Summary => ({ perSecond, p50: p99, p95: p99, p99, cpuUs: 1 })
const ratio: Target = { kind: 'ratio', of: holdfast, to: plain, atLeast: 6 }
const latency: Target = { kind: 'p99', of: holdfast, atMostMs: 25 }

test.each([
  [ratio, [run(6_000)], [run(1_000)], 6, true],
  [ratio, [run(5_999)], [run(1_000)], 5.999, false],
  [ratio, [run(1), run(6_000), run(9_000)], [run(1_000), run(1_000), run(9)], 6, true],
  [latency, [run(1, 25)], [run(1)], 25, true],
  [latency, [run(1, 25.1)], [run(1)], 25.1, false],
])('the medians decide, with no tolerance: %#', (target, ours, theirs, measured, met) => {
  const runs = new Map([
    [cellKey(holdfast), ours],
    [cellKey(plain), theirs],
  ])
  expect(judge(runs, [target])[0]).toMatchObject({ measured, met })
})

test('a cell that was not measured fails the run instead of passing the target', () => {
  expect(() => judge(new Map([[cellKey(holdfast), [run(1)]]]), [ratio])).toThrow(
    'not measured: plain server, hot, 32 callers',
  )
})

test('the targets compare nineteen cells, each measured once a round', () => {
  const keys = cellsOf(targets).map(cellKey)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys.toSorted()).toEqual(
    [
      ...['holdfast', 'plain'].flatMap((system) => ['spread', 'hot'].map((load) => `${system} ${load} 1`)),
      ...['holdfast', 'bare'].flatMap((system) => ['spread', 'hot'].map((load) => `${system} ${load} 8`)),
      ...['holdfast', 'bare', 'plain'].flatMap((system) =>
        ['spread', 'hot'].map((load) => `${system} ${load} 32`),
      ),
      ...['holdfast', 'plain'].flatMap((system) => ['spread', 'hot'].map((load) => `${system} ${load} 128`)),
      'bare spread 128',
    ].toSorted(),
  )
})
