import {
  balanceKey, closeEmptied, dueAtOnce, happened, milestonesOf, need, post, type Book, type Milestone, type Payment,
} from '../book.ts'
import { accounts } from '../ledger/accounts.ts'
import { giveBackToSources, move, takeFromSources, type Sources } from '../ledger/postings.ts'
import { paymentMachine } from '../machines.ts'
import { assert, exceedsRemaining, isRefusal, type Refusal } from '../refusal.ts'
import { shareOf } from '../split.ts'
import { allot, type Ask, type Part } from './allot.ts'

export type FeeBearer = 'platform' | 'seller'

/** A refund's part for one milestone, stored: where it came from, so that a rejection can give it back. */
export interface RefundAllotment extends Sources {
  readonly escrow: string
  /** held + released part */
  readonly amount: bigint
  /** The fee that the held part carried: never earned, cancelled. */
  readonly cancelledFee: bigint
  /** fees + available + reserve + owed */
  readonly released: bigint
  /** The fee's part of `released`, whoever bears it. */
  readonly releasedFee: bigint
}

export interface Refund {
  readonly id: string
  readonly payment: string
  readonly amount: bigint
  readonly feeBearer: FeeBearer
  /** None: of an attempt that was closed over, whose money stands in suspense. */
  readonly allotments: readonly RefundAllotment[]
}

/** What of a milestone may still be refunded: what is held, and what was released and not refunded yet. */
export function refundable(one: Milestone): bigint {
  return one.held + one.released - one.refundedReleased
}

/**
 * Begins a refund: the seller's side moves before the rail is asked. Held money first, of all of an escrow's
 * milestones; then released money, from that seller's share alone: available, then reserve, then owed. Of an
 * attempt that was closed over, whose own refund the rail refused: what stands in suspense.
 *
 * @refuses not_found - an allotment names what is not of this payment
 * @refuses payment_transition_refused - nothing was captured
 * @refuses amount_exceeds_remaining - more than what is left, of the payment or of a milestone
 */
export function beginRefund(book: Book, input: Ask & {
  readonly id: string
  readonly payment: string
  readonly feeBearer: FeeBearer
}): Refund | Refusal {
  const payment = need(book.payments, input.payment)
  const refusal = refuseUncaptured(payment)
  if (refusal) return refusal
  if (payment.superseded) return refundSuperseded(book, payment, input)
  const parts = allot(milestonesOf(book, { payment: payment.id }), input, {
    what: `Refund of ${payment.id}`, currency: payment.currency, remaining: refundable, first: ({ held }) => held,
  })
  if (isRefusal(parts)) return parts
  const allotments = takeAll(book, parts, input.feeBearer)
  const amount = parts.reduce((sum, part) => sum + part.amount, 0n)
  post(book, {
    reason: 'refund_begun', subject: input.id, order: payment.order, currency: payment.currency,
    postings: allotments.flatMap((sources) => takeFromSources(sources, accounts.refundsInTransit)),
  })
  payment.refunding += amount
  happened(book, 'refund.pending', input.id)
  return { id: input.id, payment: payment.id, amount, feeBearer: input.feeBearer, allotments }
}

/** Refunds an attempt that was closed over, again: suspense → in transit. No seller has a share in it. */
function refundSuperseded(book: Book, payment: Payment,
  input: Ask & { readonly id: string; readonly feeBearer: FeeBearer }): Refund | Refusal {
  const { id: refund, feeBearer } = input
  const what = `Refund of ${payment.id}`
  if (input.allotments) {
    const none = allot([], input, { what, currency: payment.currency, remaining: refundable })
    if (isRefusal(none)) return none
  }
  const left = payment.captured - payment.refunding - payment.refunded
  const amount = input.amount ?? left
  if (amount > left || left === 0n) return exceedsRemaining(what,
    { amount: left, currency: payment.currency }, 'amount')
  post(book, {
    reason: 'refund_begun', subject: refund, order: payment.order, currency: payment.currency,
    postings: move(accounts.suspense('superseded'), accounts.refundsInTransit, amount),
  })
  payment.refunding += amount
  happened(book, 'refund.pending', refund)
  return { id: refund, payment: payment.id, amount, feeBearer, allotments: [] }
}

function refuseUncaptured(payment: Payment): Refusal | null {
  if (payment.captured > 0n) return null
  const next = paymentMachine.step(payment.state, 'capture_part')
  const todo = isRefusal(next) ? 'There is nothing to refund.' : 'Void the payment instead.'
  return { refused: 'payment_transition_refused',
    detail: `Payment ${payment.id} is '${payment.state}' and nothing of it was captured. ${todo}`,
    field: 'payment' }
}

/** Counts every part and finds its sources, one after another: two parts of one seller share one balance. */
function takeAll(book: Book, parts: readonly Part[], feeBearer: FeeBearer): RefundAllotment[] {
  const spent = new Map<string, { available: bigint; reserve: bigint }>()
  return parts.map(({ milestone, amount }) => {
    const { available, reserve } = need(book.balances, balanceKey(milestone.seller, milestone.currency))
    const left = spent.get(milestone.seller) ?? { available, reserve }
    const taken = sourcesOf(milestone, amount, { feeBearer, ...left })
    spent.set(milestone.seller,
      { available: left.available - taken.available, reserve: left.reserve - taken.reserve })
    countTaken(milestone, taken)
    return taken
  })
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function sourcesOf(
  one: Milestone, amount: bigint, from: { feeBearer: FeeBearer; available: bigint; reserve: bigint },
): RefundAllotment {
  const held = least(amount, one.held)
  const released = amount - held
  const cancelledFee = held > 0n ? shareOf(one.heldFee, { part: held, whole: one.held }) : 0n
  const releasedFee = released > 0n
    ? shareOf(one.releasedFee - one.refundedReleasedFee,
      { part: released, whole: one.released - one.refundedReleased })
    : 0n
  const fees = from.feeBearer === 'platform' ? releasedFee : 0n
  const available = least(released - fees, from.available)
  const reserve = least(released - fees - available, from.reserve)
  return {
    escrow: one.escrow, milestone: one.id, seller: one.seller, amount, held, cancelledFee, released,
    releasedFee,
    fees, available, reserve, owed: released - fees - available - reserve,
  }
}

function countTaken(one: Milestone, taken: RefundAllotment): void {
  one.heldFee -= taken.cancelledFee
  one.refundedHeld += taken.held
  one.cancelledFee += taken.cancelledFee
  one.refundedReleased += taken.released
  one.refundedReleasedFee += taken.releasedFee
  one.refunding += taken.amount
}

/** The rail paid the buyer back: in transit → receivable. */
export function confirmRefund(book: Book, refund: Refund): void {
  const payment = need(book.payments, refund.payment)
  post(book, {
    reason: 'refund_confirmed', subject: refund.id, order: payment.order, currency: payment.currency,
    postings: move(accounts.refundsInTransit, accounts.receivable(payment.connector), refund.amount),
  })
  payment.refunded += refund.amount
  end(book, refund)
  happened(book, 'refund.succeeded', refund.id)
}

/**
 * The rail refused: in transit → the stored sources with their fee slices.
 *
 * @param at - when: what is held again of a milestone that was accepted meanwhile is due from then on
 */
export function rejectRefund(book: Book, refund: Refund, at: Date): void {
  const payment = need(book.payments, refund.payment)
  const owed = new Map<string, bigint>()
  const postings = refund.allotments.flatMap((taken) => {
    const left = owed.get(taken.seller)
      ?? need(book.balances, balanceKey(taken.seller, payment.currency)).owed
    owed.set(taken.seller, left - least(left, taken.available + taken.owed))
    return giveBackToSources(accounts.refundsInTransit, taken, left)
  })
  post(book, {
    reason: 'refund_rejected', subject: refund.id, order: payment.order, currency: payment.currency,
    postings: refund.allotments.length > 0
      ? postings
      : move(accounts.refundsInTransit, accounts.suspense('superseded'), refund.amount),
  })
  for (const taken of refund.allotments) uncountTaken(need(book.milestones, taken.milestone), taken)
  end(book, refund)
  dueAtOnce(book, refund.allotments.map(({ escrow }) => escrow), at)
  happened(book, 'refund.failed', refund.id)
}

function uncountTaken(one: Milestone, taken: RefundAllotment): void {
  one.heldFee += taken.cancelledFee
  one.refundedHeld -= taken.held
  one.cancelledFee -= taken.cancelledFee
  one.refundedReleased -= taken.released
  one.refundedReleasedFee -= taken.releasedFee
}

function end(book: Book, refund: Refund): void {
  const touched = refund.allotments.map(({ milestone, amount }) => {
    const one = need(book.milestones, milestone)
    one.refunding -= amount
    return one
  })
  need(book.payments, refund.payment).refunding -= refund.amount
  closeEmptied(book, touched)
}

/**
 * An attempt that was closed over took money after all: it is posted, and refunded by itself.
 *
 * @returns the refund that the rail must now be asked for
 * @refuses payment_transition_refused - it isn't an attempt that was closed over
 */
export function supersede(
  book: Book, input: { readonly payment: string; readonly refund: string; readonly amount: bigint },
): Refund | Refusal {
  const payment = need(book.payments, input.payment)
  const next = paymentMachine.step(payment.state, 'surface')
  if (isRefusal(next)) return next
  assert(input.amount > 0n, 'what surfaced has an amount')
  post(book, {
    reason: 'superseded_attempt', subject: payment.id, order: payment.order, currency: payment.currency,
    postings: [
      ...move(accounts.receivable(payment.connector), accounts.suspense('superseded'), input.amount),
      ...move(accounts.suspense('superseded'), accounts.refundsInTransit, input.amount),
    ],
  })
  payment.state = next.state
  payment.superseded = true
  payment.authorized = input.amount
  payment.captured = input.amount
  payment.refunding = input.amount
  happened(book, 'payment.superseded', payment.id)
  happened(book, 'refund.pending', input.refund)
  return { id: input.refund, payment: payment.id, amount: input.amount, feeBearer: 'platform',
    allotments: [] }
}
