import { assert } from '../refusal.ts'
import { accounts } from './accounts.ts'

/** One row of the ledger: debit one account, credit another, in minor units of the transfer's currency. */
export interface Posting {
  readonly debit: string
  readonly credit: string
  /** > 0 */
  readonly amount: bigint
}

/** Why a transfer was posted: the rows of the ledger's event table. */
export type TransferReason =
  | 'capture' | 'release' | 'refund_begun' | 'refund_confirmed' | 'refund_rejected' | 'superseded_attempt'
  | 'settlement' | 'payout_created' | 'payout_completed' | 'payout_failed' | 'payout_returned'
  | 'operator_top_up' | 'operator_withdrawal'

/** An atomic set of postings in one currency. */
export interface Transfer {
  readonly id: string
  readonly reason: TransferReason
  /** The id of the object that it stands for. */
  readonly subject: string
  readonly order: string | null
  readonly currency: string
  readonly postings: readonly Posting[]
}

/** `debit → credit`; nothing when the amount is zero. */
export function move(debit: string, credit: string, amount: bigint): readonly Posting[] {
  assert(amount >= 0n, 'a posting is never negative')
  assert(debit !== credit, 'a posting is between two accounts')
  return amount === 0n ? [] : [{ debit, credit, amount }]
}

/** `debit → credit` for a positive amount, the other way round for a negative one. */
export function moveSigned(debit: string, credit: string, amount: bigint): readonly Posting[] {
  return amount >= 0n ? move(debit, credit, amount) : move(credit, debit, -amount)
}

/** What a refund (or, later, a chargeback) took, from where; stored, so that a rejection can give it back. */
export interface Sources {
  readonly milestone: string
  readonly seller: string
  readonly held: bigint
  readonly fees: bigint
  readonly available: bigint
  readonly reserve: bigint
  readonly owed: bigint
}

/** A refund begins: its sources → `to` (refunds in transit; for a chargeback, the rail's receivable). */
export function takeFromSources(sources: Sources, to: string): Posting[] {
  return [
    ...move(accounts.held(sources.milestone), to, sources.held),
    ...move(accounts.fees, to, sources.fees),
    ...move(accounts.available(sources.seller), to, sources.available),
    ...move(accounts.reserve(sources.seller), to, sources.reserve),
    ...move(accounts.owed(sources.seller), to, sources.owed),
  ]
}

/**
 * Credits a seller's balance: first what the seller owes is paid, then the rest is available.
 *
 * @param owed - what the seller owes now
 */
export function creditAvailable(from: string, { seller, amount, owed }: { seller: string; amount: bigint; owed: bigint }): Posting[] {
  const repaid = amount < owed ? amount : owed
  return [
    ...move(from, accounts.available(seller), amount),
    ...move(accounts.available(seller), accounts.owed(seller), repaid),
  ]
}

/** A refund that the rail refused: `from` → its sources; what was owed for it is owed no more, or is available. */
export function giveBackToSources(from: string, sources: Sources, owed: bigint): Posting[] {
  const unowed = sources.owed < owed ? sources.owed : owed
  return [
    ...move(from, accounts.held(sources.milestone), sources.held),
    ...move(from, accounts.fees, sources.fees),
    ...move(from, accounts.reserve(sources.seller), sources.reserve),
    ...move(from, accounts.owed(sources.seller), unowed),
    ...creditAvailable(from, {
      seller: sources.seller, amount: sources.available + sources.owed - unowed, owed: owed - unowed,
    }),
  ]
}

/**
 * One line of a rail's report. `expected` is the gross that our ledger has for it (0 when the line is not
 * ours); what differs stands in suspense until someone explains it.
 */
export function settleLine(connector: string, line: { gross: bigint; fee: bigint; expected: bigint }): Posting[] {
  const receivable = accounts.receivable(connector)
  return [
    ...moveSigned(receivable, accounts.suspense(connector), line.gross - line.expected),
    ...moveSigned(accounts.railFees(connector), receivable, line.fee),
    ...moveSigned(accounts.custody, receivable, line.gross - line.fee),
  ]
}
