import { MAX_AMOUNT } from '@holdfast/contract'
import { balanceKey, happened, need, post, type Book, type Milestone } from '../book.ts'
import { accounts } from '../ledger/accounts.ts'
import { creditAvailable, move } from '../ledger/postings.ts'
import type { Refusal } from '../refusal.ts'
import { shareOf } from '../split.ts'

export interface Payout {
  readonly id: string
  readonly seller: string
  readonly currency: string
  readonly amount: bigint
}

/**
 * What of a milestone's net releases may not be sent yet: it goes beyond what the rail has paid for the milestone
 * and keeps. What was captured first is settled first and released first. A rail takes a refund out of what it
 * settled, so that every refund, of held money too, lessens what was paid; it counts from when it was begun.
 *
 * Takes it that a rail reports a refund no sooner than the capture that it pays back.
 *
 * @returns minor units; 0 once everything captured has settled
 */
export function unsettledRelease(one: Pick<Milestone,
  'settled' | 'released' | 'releasedFee' | 'refundedHeld' | 'refundedReleased' | 'refundedReleasedFee'>): bigint {
  const released = one.released - one.refundedReleased
  const kept = one.settled - one.refundedHeld - one.refundedReleased
  const gross = kept > 0n ? released - kept : released
  if (gross <= 0n) return 0n
  return gross - shareOf(one.releasedFee - one.refundedReleasedFee, { part: gross, whole: released })
}

/**
 * What a payout could send now: available, less what has not settled, and no more than what stands in custody
 * beyond the payouts that are under way, nor than one transfer can say. What is left then waits for the next payout.
 */
export function payable(book: Book, { seller, currency, unsettled }: { seller: string; currency: string; unsettled: bigint }): bigint {
  const { available } = need(book.balances, balanceKey(seller, currency))
  return payableOf({ available, unsettled, custody: need(book.custody, currency) })
}

/** `payable`, of figures that were read: for showing it. */
export function payableOf({ available, unsettled, custody }: {
  readonly available: bigint
  readonly unsettled: bigint
  readonly custody: { readonly balance: bigint; readonly inPayout: bigint }
}): bigint {
  const settled = available - unsettled
  const covered = custody.balance - custody.inPayout
  const amount = [settled, covered, BigInt(MAX_AMOUNT)].reduce((a, b) => (a < b ? a : b))
  return amount > 0n ? amount : 0n
}

/**
 * Takes a payout out of a seller's balance: available → in_payout.
 *
 * @param input.amount - all that is payable by default
 * @param input.unsettled - Σ `unsettledRelease` over the seller's milestones
 * @refuses funds_not_settled - more than what is payable, or nothing is
 */
export function createPayout(book: Book, input: {
  readonly id: string
  readonly seller: string
  readonly currency: string
  readonly amount?: bigint | undefined
  readonly unsettled: bigint
}): Payout | Refusal {
  const { id, seller, currency } = input
  const most = payable(book, input)
  const amount = input.amount ?? most
  if (amount > most || amount === 0n) return notSettled(book, { ...input, most })
  post(book, {
    reason: 'payout_created', subject: id, order: null, currency,
    postings: move(accounts.available(seller), accounts.inPayout(seller), amount),
  })
  happened(book, 'payout.created', id)
  return { id, seller, currency, amount }
}

function notSettled(book: Book, { seller, currency, most }: { seller: string; currency: string; most: bigint }): Refusal {
  const { available } = need(book.balances, balanceKey(seller, currency))
  return {
    refused: 'funds_not_settled',
    detail: `Of ${available} available to seller ${seller}, ${most} has settled and can be paid out, in minor units of ${currency}. Wait for the rail's next settlement report, or ask for at most that.`,
    field: 'amount',
    remaining: { amount: most, currency },
  }
}

/** The bank sent it: in_payout → custody. */
export function completePayout(book: Book, payout: Payout): void {
  post(book, {
    reason: 'payout_completed', subject: payout.id, order: null, currency: payout.currency,
    postings: move(accounts.inPayout(payout.seller), accounts.custody, payout.amount),
  })
  happened(book, 'payout.completed', payout.id)
}

/** It never left: in_payout → available. */
export function failPayout(book: Book, payout: Payout): void {
  credit(book, payout, { from: accounts.inPayout(payout.seller), reason: 'payout_failed' })
  happened(book, 'payout.failed', payout.id)
}

/** It came back after it was completed: custody → available. */
export function returnPayout(book: Book, payout: Payout): void {
  credit(book, payout, { from: accounts.custody, reason: 'payout_returned' })
  happened(book, 'payout.returned', payout.id)
}

function credit(book: Book, payout: Payout, { from, reason }: { from: string; reason: 'payout_failed' | 'payout_returned' }): void {
  const { owed } = need(book.balances, balanceKey(payout.seller, payout.currency))
  post(book, {
    reason, subject: payout.id, order: null, currency: payout.currency,
    postings: creditAvailable(from, { seller: payout.seller, amount: payout.amount, owed }),
  })
}
