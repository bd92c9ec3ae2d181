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

/**
 * Sums up the calls of a run that ended after its lead.
 *
 * Calls that were gathered end together, so that any window of time would cut off whole batches: the rate is
 * reckoned from the last end within the lead to the very last one, when every caller has its answer.
 *
 * @param began - when the run began, on the calls' clock
 * @param from - when its lead was over
 */
export function summarize(calls: readonly Call[], { began, from }: { began: number; from: number }): Pace {
  const since = calls.reduce((latest, { ended }) => (ended < from && ended > latest ? ended : latest), began)
  const counted = calls.filter(({ ended }) => ended >= from)
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
