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

const run = { began: 0, from: 100 }
const batches = (ends: readonly number[], size: number) =>
  ends.flatMap((ended) => Array.from({ length: size }, () => ({ started: ended - 90, ended })))
const every = (ms: number, first: number) => Array.from({ length: 10 }, (_, index) => first + index * ms)

test.each([
  ['a batch every 100 ms, one at the end of the lead', batches(every(100, 100), 32), 320],
  ['the same, across the end of the lead', batches(every(100, 50), 32), 320],
  ['one a millisecond', batches(every(1, 95), 1), 1_000],
  ['none within the lead', batches([500, 1_000], 10), 20],
  ['one call that went ahead alone, and a batch after it', [...batches([40], 1), ...batches([140], 31)], 310],
])('the rate is that of the system, not of any edges: %s', (_what, calls, perSecond) => {
  expect(summarize(calls, run).perSecond).toBeCloseTo(perSecond)
})

test('latencies are of the calls that ended after the lead, sorted as numbers', () => {
  const calls = [10, 9, 100, 1].map((latency, index) => ({ started: 200 + index - latency, ended: 200 + index }))
  expect(summarize([{ started: 0, ended: 99 }, ...calls], run)).toMatchObject({ p50: 9, p95: 100, p99: 100 })
})

test('one slow run does not move the medians', () => {
  const run = (n: number) => ({ perSecond: n, p50: n, p95: n, p99: n, cpuUs: n })
  expect(medians([run(5), run(900), run(6)])).toEqual(run(6))
})

test('the spread of runs is a share of their median', () => {
  expect(spreadOf([90, 100, 110])).toBeCloseTo(0.2)
})
