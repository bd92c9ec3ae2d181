import { happened, need, post, type Book } from '../book.ts'
import { settleLine } from '../ledger/postings.ts'
import { split } from '../split.ts'
import type { Allotment } from './capture.ts'

/** One line of a rail's report, matched to what it is about. Minor units; of a refund the gross is negative. */
export interface MatchedLine {
  readonly gross: bigint
  readonly fee: bigint
  /** The gross that our ledger has for it; 0 when it is not ours, or was reported before. */
  readonly expected: bigint
  /** Of a capture: its allotments, less what earlier lines have settled of them. */
  readonly settles: readonly Pick<Allotment, 'milestone' | 'amount'>[]
}

/** Counts what a line says was paid as settled, over its allotments; never more than was captured. */
function settle(book: Book, { gross, settles }: MatchedLine): void {
  const left = settles.map(({ milestone, amount }) => {
    const { captured, settled } = need(book.milestones, milestone)
    return amount < captured - settled ? amount : captured - settled
  })
  const most = left.reduce((sum, amount) => sum + amount, 0n)
  const paid = gross > most ? most : gross
  if (paid <= 0n) return
  for (const [index, amount] of split(paid, left).entries()) {
    need(book.milestones, settles[index]!.milestone).settled += amount
  }
}

/**
 * Posts a rail's report, whole: what a rail reports is a fact and is never refused. What differs from our
 * ledger stands in suspense, and alarms. A line that is short of its capture settles only what was paid.
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
  for (const line of input.lines) settle(book, line)
  happened(book, 'settlement.recorded', input.id)
  if (postings.length === 0) return null
  return post(book, { reason: 'settlement', subject: input.id, order: null, currency: input.currency, postings })
}
