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

test('numbers are sorted as numbers, and counted over the window', () => {
  expect(summarize(Float64Array.of(10, 9, 100, 1), 2_000)).toEqual({ perSecond: 2, p50: 9, p95: 100, p99: 100 })
})

test('one slow run does not move the medians', () => {
  const run = (n: number) => ({ perSecond: n, p50: n, p95: n, p99: n })
  expect(medians([run(5), run(900), run(6)])).toEqual(run(6))
})

test('the spread of runs is a share of their median', () => {
  expect(spreadOf([90, 100, 110])).toBeCloseTo(0.2)
})
