import { happened, need, post, type Book } from '../book.ts'
import { settleLine } from '../ledger/postings.ts'
import type { Allotment } from './capture.ts'

/** One line of a rail's report, matched to what it is about. Minor units; of a refund the gross is negative. */
export interface MatchedLine {
  readonly gross: bigint
  readonly fee: bigint
  /** The gross that our ledger has for it; 0 when it is not ours, or was reported before. */
  readonly expected: bigint
  /** Of a capture that is now settled: its allotments. */
  readonly settles: readonly Allotment[]
}

/**
 * Posts a rail's report, whole: what a rail reports is a fact and is never refused. What differs from our
 * ledger stands in suspense, and alarms.
 *
 * @returns the transfer's id; null when every line is zero
 */
export function recordSettlement(book: Book, input: {
  readonly id: string
  readonly connector: string
  readonly currency: string
  readonly lines: readonly MatchedLine[]
}): string | null {
  const postings = input.lines.flatMap((line) => settleLine(input.connector, line))
  for (const { milestone, amount } of input.lines.flatMap(({ settles }) => settles)) {
    need(book.milestones, milestone).settled += amount
  }
  happened(book, 'settlement.recorded', input.id)
  if (postings.length === 0) return null
  return post(book, { reason: 'settlement', subject: input.id, order: null, currency: input.currency, postings })
}
