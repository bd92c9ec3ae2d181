/** How fast calls of one run were. Times in milliseconds. */
export interface Pace {
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export interface Summary extends Pace {
  /** Microseconds of processor that a call took of server and database together; 0 where nobody tells. */
  readonly cpuUs: number
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

/** When a call was sent and when its answer was there, in milliseconds of one clock. */
export interface Call {
  readonly started: number
  readonly ended: number
}

/** The window that counts: `from` to `until`, of a run that began earlier and whose last calls end later. */
export interface Window {
  readonly began: number
  readonly from: number
  readonly until: number
}

/**
 * Sums up the calls that ended within a window.
 *
 * Calls that were gathered end together, so that a window's edges would cut off whole batches: the rate is
 * reckoned from the last end before the window to the last one in it. A system so slow that nothing ends
 * within the window is judged by what ends after it.
 */
export function summarize(calls: readonly Call[], { began, from, until }: Window): Pace {
  const inside = calls.filter(({ ended }) => ended >= from && ended < until)
  const counted = inside.length > 0 ? inside : calls.filter(({ ended }) => ended >= until)
  const since = calls.reduce((latest, { ended }) => (ended < from && ended > latest ? ended : latest), began)
  const last = counted.reduce((latest, { ended }) => Math.max(latest, ended), since)
  const sorted = Float64Array.from(counted, ({ started, ended }) => ended - started).toSorted()
  return {
    perSecond: (counted.length * 1000) / (last - since),
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
  }
}

/** Field by field, the median over runs. */
export function medians(runs: readonly Summary[]): Summary {
  const of = (field: keyof Summary): number => median(runs.map((run) => run[field]))
  return { perSecond: of('perSecond'), p50: of('p50'), p95: of('p95'), p99: of('p99'), cpuUs: of('cpuUs') }
}

/** How far the runs lie apart: the largest less the smallest, as a share of the median. */
export function spreadOf(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}
