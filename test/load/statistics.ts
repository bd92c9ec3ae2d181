/** What one run of calls came to. Times in milliseconds. */
export interface Summary {
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/**
 * The value that a share of all values doesn't exceed: the nearest rank, so that it is one that was measured.
 *
 * @param sorted - ascending, at least one
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil(share * sorted.length)
  const value = sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]
  if (value === undefined) throw new RangeError('a percentile of nothing')
  return value
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) throw new RangeError('a median of nothing')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2
}

/** Sums up the latencies of calls that ended within a window. */
export function summarize(latenciesMs: Float64Array, windowMs: number): Summary {
  const sorted = latenciesMs.toSorted()
  return {
    perSecond: (latenciesMs.length * 1000) / windowMs,
    p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99),
  }
}

/** Field by field, the median over runs. */
export function medians(runs: readonly Summary[]): Summary {
  const of = (field: keyof Summary): number => median(runs.map((run) => run[field]))
  return { perSecond: of('perSecond'), p50: of('p50'), p95: of('p95'), p99: of('p99') }
}

/** How far the runs lie apart: the largest less the smallest, as a share of the median. */
export function spreadOf(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}
