import {
  closeEmptied, dueAtOnce, happened, milestonesOf, moveOrder, mustMove, need, post, type Book, type Milestone,
  type Payment,
} from '../book.ts'
import { accounts } from '../ledger/accounts.ts'
import { move } from '../ledger/postings.ts'
import { paymentMachine, type PaymentEvent } from '../machines.ts'
import { assert, exceedsRemaining, isRefusal, type Refusal } from '../refusal.ts'
import { shareOf } from '../split.ts'
import { allot, type Ask } from './allot.ts'

/** A capture's part for one milestone, stored: with the platform's fee that travels with it. */
export interface Allotment {
  readonly escrow: string
  readonly milestone: string
  readonly amount: bigint
  readonly fee: bigint
}

export interface Capture {
  readonly id: string
  readonly payment: string
  readonly amount: bigint
  /** Nothing more is captured after it: the rail frees the rest. */
  readonly final: boolean
  readonly allotments: readonly Allotment[]
}

const paymentEvents = {
  authorized: 'payment.authorized', partially_captured: 'payment.partially_captured', captured: 'payment.captured',
  declined: 'payment.declined', unknown: 'payment.unknown', voided: 'payment.voided', expired: 'payment.expired',
} as const

/** Moves a payment and tells. */
export function movePayment(book: Book, payment: Payment, event: PaymentEvent): Refusal | null {
  const next = paymentMachine.step(payment.state, event)
  if (isRefusal(next)) return next
  const type = paymentEvents[next.state as keyof typeof paymentEvents]
  if (type && (next.state !== payment.state || event === 'capture_part')) happened(book, type, payment.id)
  payment.state = next.state
  return null
}

/** What may still be captured: neither taken nor asked for. */
export function capturable(payment: Payment): bigint {
  const open = payment.state === 'authorized' || payment.state === 'partially_captured'
  return open ? payment.authorized - payment.captured - payment.capturing : 0n
}

/**
 * The rail approved a payment's charge in full: it funds these milestones, and a sale is captured at once.
 *
 * @returns the capture of a sale; null for an authorization
 * @refuses payment_transition_refused - the payment has another outcome already
 */
export function approveCharge(book: Book, input: {
  readonly payment: string
  readonly milestones: readonly string[]
  /** The capture's id, for a sale. */
  readonly sale: string | null
}): Capture | null | Refusal {
  const payment = need(book.payments, input.payment)
  const next = paymentMachine.step(payment.state, 'authorize')
  if (isRefusal(next)) return next
  payment.state = next.state
  payment.authorized = payment.amount
  for (const id of input.milestones) {
    const milestone = need(book.milestones, id)
    assert(milestone.payment === null || milestone.payment === payment.id, `${id} is funded by exactly one payment`)
    milestone.payment = payment.id
  }
  if (input.sale === null) {
    happened(book, 'payment.authorized', payment.id)
    return null
  }
  const capture = beginCapture(book, { id: input.sale, payment: payment.id })
  assert(!isRefusal(capture), 'a sale is captured whole')
  record(book, capture)
  return capture
}

/**
 * Plans a capture and counts it as pending. The fee of each part is split over the uncaptured amount and fee
 * that remain of its milestone. A capture that completes what was authorized is final by itself, unless another
 * is pending beside it, which may fail.
 *
 * @refuses payment_transition_refused - not authorized, or ended
 * @refuses outcome_unknown - final, while another capture is pending
 * @refuses amount_exceeds_remaining - more than what is left, of the payment or of a milestone
 */
export function beginCapture(book: Book, input: Ask & {
  readonly id: string
  readonly payment: string
  readonly final?: boolean | undefined
}): Capture | Refusal {
  const payment = need(book.payments, input.payment)
  const refusal = refuseCapture(payment) ?? (input.final === true ? refuseWhileCapturing(payment) : null)
  if (refusal) return refusal
  const parts = allot(milestonesOf(book, { payment: payment.id }), input, {
    what: `Capture of ${payment.id}`, currency: payment.currency, remaining: uncaptured,
  })
  if (isRefusal(parts)) return parts
  const allotments = parts.map(({ milestone, amount }) => ({
    escrow: milestone.escrow, milestone: milestone.id, amount, fee: captureFee(milestone, amount),
  }))
  const amount = parts.reduce((total, part) => total + part.amount, 0n)
  assert(amount <= capturable(payment), 'milestones amount to what their payment authorized')
  const final = input.final === true || payment.captured + amount === payment.authorized
  const capture: Capture = { id: input.id, payment: payment.id, amount, final, allotments }
  count(book, capture, 1n)
  return capture
}

function refuseCapture(payment: Payment): Refusal | null {
  const done = payment.state === 'captured' && !payment.superseded
  if (done) return exceedsRemaining(`Capture of ${payment.id}`, { amount: 0n, currency: payment.currency }, 'amount')
  const next = paymentMachine.step(payment.state, 'capture_part')
  return isRefusal(next) ? next : null
}

/** What ends an authorization waits until it is known what was captured of it. */
function refuseWhileCapturing(payment: Payment): Refusal<'outcome_unknown'> | null {
  return payment.capturing === 0n ? null : {
    refused: 'outcome_unknown',
    detail: `A capture of ${payment.capturing} of payment ${payment.id} has no known outcome yet, in minor units of `
      + `${payment.currency}. Try again when it has.`,
  }
}

const uncaptured = (one: Milestone): bigint => one.amount - one.captured - one.capturing

function captureFee(milestone: Milestone, amount: bigint): bigint {
  const fee = milestone.fee - milestone.capturedFee - milestone.capturingFee
  return shareOf(fee, { part: amount, whole: uncaptured(milestone) })
}

/** Counts a capture as pending (1) or no longer (−1). */
function count(book: Book, capture: Capture, sign: 1n | -1n): void {
  need(book.payments, capture.payment).capturing += sign * capture.amount
  for (const { milestone, amount, fee } of capture.allotments) {
    const one = need(book.milestones, milestone)
    one.capturing += sign * amount
    one.capturingFee += sign * fee
  }
}

/**
 * The rail took the money: receivable → held, for each allotment. A final capture, or one with which all is
 * captured, ends the payment and closes the milestones that got nothing. What the rail took is a fact: it is posted
 * also when a final capture beside it was confirmed first.
 *
 * @param at - when: what it adds to a milestone that was accepted already is due from then on
 * @returns the transfer's id
 */
export function confirmCapture(book: Book, capture: Capture, at: Date): string {
  const transfer = record(book, capture)
  dueAtOnce(book, capture.allotments.map(({ escrow }) => escrow), at)
  return transfer
}

function record(book: Book, capture: Capture): string {
  const payment = need(book.payments, capture.payment)
  const receivable = accounts.receivable(payment.connector)
  count(book, capture, -1n)
  for (const { milestone, amount, fee } of capture.allotments) {
    const one = need(book.milestones, milestone)
    one.captured += amount
    one.capturedFee += fee
    one.heldFee += fee
  }
  const transfer = post(book, {
    reason: 'capture', subject: capture.id, order: payment.order, currency: payment.currency,
    postings: capture.allotments.flatMap(({ milestone, amount }) => move(receivable, accounts.held(milestone), amount)),
  })
  payment.captured += capture.amount
  if (payment.state !== 'captured') {
    const all = capture.final || payment.captured === payment.authorized
    const refusal = movePayment(book, payment, all ? 'capture_all' : 'capture_part')
    assert(refusal === null, 'a capture is confirmed on a payment that can be captured')
  }
  for (const { milestone } of capture.allotments) fund(book, need(book.milestones, milestone))
  moveOrder(book, payment.order)
  closeEmptied(book, milestonesOf(book, { payment: payment.id }))
  return transfer
}

/** Funds a milestone; one whose escrow is disputed is frozen at once. */
function fund(book: Book, milestone: Milestone): void {
  mustMove(book, milestone, 'fund')
  if (need(book.escrows, milestone.escrow).dispute !== null && milestone.state !== 'disputed') {
    milestone.frozen = milestone.state
    mustMove(book, milestone, 'dispute')
  }
}

/** The rail refused a capture: nothing was taken, and it may be asked for again. */
export function failCapture(book: Book, capture: Capture): void {
  count(book, capture, -1n)
  closeEmptied(book, milestonesOf(book, { payment: capture.payment }))
}

/**
 * What was authorized and not captured is free again (voided by us, or expired at the rail): closes the
 * milestones that got nothing.
 *
 * @refuses payment_transition_refused - nothing is authorized any more
 * @refuses outcome_unknown - a capture is pending
 */
export function endAuthorization(book: Book, input: { readonly payment: string; readonly event: 'void' | 'expire' }): null | Refusal {
  const payment = need(book.payments, input.payment)
  const refusal = refuseWhileCapturing(payment) ?? movePayment(book, payment, input.event)
  if (refusal) return refusal
  closeEmptied(book, milestonesOf(book, { payment: payment.id }))
  return null
}
