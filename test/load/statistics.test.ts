import { expect, test } from 'vitest'
import { median, medians, percentile, spreadOf, summarize } from './statistics.ts'

test.each([
  [[7], 0.5, 7],
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4], 0.51, 3],
  [Array.from({ length: 100 }, (_, index) => index + 1), 0.99, 99],
  [Array.from({ length: 1000 }, (_, index) => index + 1), 0.999, 999],
  [[1, 2, 3], 1, 3],
  [[1, 2, 3], 0, 1],
])('the percentile of %j at %d is a value that was measured: %d', (sorted, share, expected) => {
  expect(percentile(sorted, share)).toBe(expected)
})

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 2], 6],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected)
})

test('a percentile or median of nothing is refused, not zero', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError)
  expect(() => median([])).toThrow(RangeError)
})

const window = { began: 0, from: 100, until: 1_100 }
const batches = (ends: readonly number[], size: number) =>
  ends.flatMap((ended) => Array.from({ length: size }, () => ({ started: ended - 90, ended })))

test.each([
  [
    'a batch every 100 ms, aligned with the window',
    batches([100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000, 1_100], 32),
    320,
  ],
  [
    'the same, cut by both edges',
    batches([50, 150, 250, 350, 450, 550, 650, 750, 850, 950, 1_050, 1_150], 32),
    320,
  ],
  [
    'one a millisecond',
    batches(
      Array.from({ length: 1_200 }, (_, index) => index + 1),
      1,
    ),
    1_000,
  ],
  ['none before the window', batches([500, 1_000], 10), 20],
  ['none within the window', batches([90, 2_090], 10), 5],
])('the rate is that of the system, not of the window’s edges: %s', (_what, calls, perSecond) => {
  expect(summarize(calls, window).perSecond).toBeCloseTo(perSecond)
})

test('latencies are of the calls that ended within the window, sorted as numbers', () => {
  const calls = [5_000, 10, 9, 100, 1].map((latency, index) => ({
    started: 200 + index - latency,
    ended: 200 + index,
  }))
  expect(summarize([{ started: 0, ended: 99 }, ...calls.slice(1)], window)).toMatchObject({
    p50: 9,
    p95: 100,
    p99: 100,
  })
})

test('one slow run does not move the medians', () => {
  const run = (n: number) => ({ perSecond: n, p50: n, p95: n, p99: n, cpuUs: n })
  expect(medians([run(5), run(900), run(6)])).toEqual(run(6))
})

test('the spread of runs is a share of their median', () => {
  expect(spreadOf([90, 100, 110])).toBeCloseTo(0.2)
})
