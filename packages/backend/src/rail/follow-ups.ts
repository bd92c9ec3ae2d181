import { newId } from '@holdfast/contract'
import {
  assert, confirmCapture, confirmRefund, endAuthorization, failCapture, failPayout, isRefusal, need,
  payoutMachine,
  rejectRefund, type Capture, type Refund,
} from '@holdfast/core'
import type { Tx } from '../database.ts'
import { lockCustody, lockOrders, lockOrdersBy, lockPayments, lockSellers, lockSellersOfPayments, openDesk } from '../store/book.ts'
import { readCaptureParts, readRefundParts } from '../store/movements.ts'
import { insertOperation, type OperationRow } from '../store/operations.ts'
import { lockPayouts, payoutOf } from '../store/payouts.ts'
import { setTimers } from '../store/timers.ts'
import { eventOf, type Appliance, type Applying } from './outcome.ts'

/* What becomes of captures, voids, refunds and payouts when the rail has answered. */

async function lockPaymentOf({ tx, desk, op }: Omit<Applying, 'outcome'>): Promise<void> {
  await lockPayments(tx, desk, [op.payment_id as string])
  await lockOrders(tx, desk, [need(desk.book.payments, op.payment_id as string).order])
}

export const captureAppliance: Appliance = {
  lock: lockPaymentOf,
  async apply({ deps, tx, desk, op, outcome }) {
    const event = eventOf(outcome)
    if (event === 'lose_sight') return event
    const capture = (await readCaptureParts(tx.db, desk.marketplace,
      [op.capture_id as string])).get(op.capture_id as string) as Capture
    if (outcome.outcome === 'approved' && outcome.amount !== capture.amount) {
      // nothing is posted that the rail may not have taken: it stays unknown, and alarms, until a person has looked
      deps.log.error({ capture: capture.id, asked: Number(capture.amount), approved: Number(outcome.amount) },
        'captured another amount than was asked')
      return 'lose_sight'
    }
    if (outcome.outcome === 'approved') confirmCapture(desk.book, capture, desk.now)
    else failCapture(desk.book, capture)
    await tx.db.updateTable('captures').set({
      state: outcome.outcome === 'approved' ? 'succeeded' : 'failed',
      ...(outcome.outcome === 'approved' && { rail_reference: outcome.railReference }),
    }).where('marketplace_id', '=', desk.marketplace).where('id', '=', capture.id)
      .where('state', '=', 'pending').execute()
    return event
  },
}

/** Voids what the merchant wants voided, what has expired, and what was approved for another amount. */
export const voidAppliance: Appliance = {
  lock: lockPaymentOf,
  async apply(applying) {
    const { tx, desk, op, outcome } = applying
    const event = eventOf(outcome)
    if (event === 'lose_sight') return event
    const payment = need(desk.book.payments, op.payment_id as string)
    const expired = op.request['expired'] === true
    // an authorization that has run out at the rail can't be voided there any more: it is over all the same
    if (outcome.outcome === 'approved' || (expired && outcome.outcome === 'declined')) {
      const open = payment.state === 'authorized' || payment.state === 'partially_captured'
      if (open) assert(endAuthorization(desk.book,
        { payment: payment.id, event: expired ? 'expire' : 'void' }) === null,
        'an authorization that is open can end')
      setTimers(tx, desk.marketplace,
        { kind: 'authorization_expiry', timers: [{ subject: payment.id, dueAt: null }] })
    }
    if (outcome.outcome === 'not_sent' && op.request['persistent'] === true) await sendAgain(applying)
    return event
  },
}

export const refundAppliance: Appliance = {
  async lock(applying) {
    await lockPaymentOf(applying)
    const { tx, desk, op } = applying
    const refund = await readRefundParts(tx.db, desk.marketplace, op.refund_id as string)
    const { currency } = need(desk.book.payments, refund.payment)
    await lockSellers(tx, desk, refund.allotments.map(({ seller }) => ({ seller, currency })))
  },
  async apply(applying) {
    const { deps, tx, desk, op, outcome } = applying
    const event = eventOf(outcome)
    if (event === 'lose_sight') return event
    if (outcome.outcome === 'not_sent') {
      await sendAgain(applying)
      return event
    }
    if (outcome.outcome === 'approved' && outcome.amount !== op.amount) {
      deps.log.error({ refund: op.refund_id, asked: Number(op.amount), approved: Number(outcome.amount) },
        'refunded another amount than was asked')
      return 'lose_sight'
    }
    const refund: Refund = await readRefundParts(tx.db, desk.marketplace, op.refund_id as string)
    // nobody asked for it who could ask again: what an attempt that was closed over took goes back by itself
    if (outcome.outcome === 'declined' && outcome.decline.class === 'soft' && refund.allotments.length === 0) {
      await sendAgain(applying)
      return event
    }
    if (outcome.outcome === 'approved') confirmRefund(desk.book, refund)
    else rejectRefund(desk.book, refund, desk.now)
    await tx.db.updateTable('refunds').set({
      state: outcome.outcome === 'approved' ? 'succeeded' : 'failed', resolved_at: desk.now,
      ...(outcome.outcome === 'declined' && { failure_code: outcome.decline.code }),
    }).where('marketplace_id', '=', desk.marketplace).where('id', '=', refund.id)
      .where('state', '=', 'pending').execute()
    return event
  },
}

export const payoutAppliance: Appliance = {
  async lock({ tx, desk, op }) {
    const [payout] = await lockPayouts(tx, desk.marketplace, [op.payout_id as string])
    assert(payout !== undefined, 'a payout has its row')
    await lockSellers(tx, desk, [{ seller: payout.seller_id, currency: payout.currency }])
    await lockCustody(tx, desk, [payout.currency])
  },
  async apply(applying) {
    const { tx, desk, op, outcome } = applying
    const [row] = await lockPayouts(tx, desk.marketplace, [op.payout_id as string])
    assert(row !== undefined, 'a payout has its row')
    // what the bank's feed shows as sent after all is not sent again
    if (outcome.outcome === 'not_sent' && row.state === 'created') await sendAgain(applying)
    const move = outcome.outcome === 'approved' ? 'submit' : outcome.outcome === 'declined' ? 'fail' : null
    const next = move && payoutMachine.step(row.state, move)
    if (move === null || next === null || isRefusal(next)) return eventOf(outcome)
    if (move === 'fail') failPayout(desk.book, payoutOf(row))
    else desk.book.happenings.set(`payout.submitted ${row.id}`, { type: 'payout.submitted', subject: row.id })
    await tx.db.updateTable('payouts').set({
      state: next.state,
      ...(outcome.outcome === 'approved' && { rail_reference: outcome.railReference }),
      ...(outcome.outcome === 'declined'
        && { failure_code: outcome.decline.code, failure_detail: 'The bank refused the payout.' }),
    }).where('marketplace_id', '=', desk.marketplace).where('id', '=', row.id).where('state', '=', row.state)
      .execute()
    return eventOf(outcome)
  },
}

/**
 * Locks what a batch of refunds' or payouts' outcomes may move, by rank and then by id, before the first is applied: one
 * after another they would lock what ranks behind a seller, or sorts behind one, before that seller.
 */
export async function lockTogether(tx: Tx, marketplace: string, operations: readonly OperationRow[]): Promise<void> {
  const desk = openDesk({ marketplace })
  const idsOf = (kind: OperationRow['kind'], id: (op: OperationRow) => string | null) =>
    operations.flatMap((op) => (op.kind === kind ? id(op) ?? [] : []))
  const refunded = idsOf('refund', (op) => op.payment_id)
  if (refunded.length > 0 && operations.every(({ kind }) => kind === 'refund')) {
    await Promise.all([lockPayments(tx, desk, refunded), lockOrdersBy(tx, desk, { payments: refunded }),
      lockSellersOfPayments(tx, desk, refunded)])
  }
  const payouts = await lockPayouts(tx, marketplace, idsOf('payout', (op) => op.payout_id))
  if (payouts.length === 0) return
  await lockSellers(tx, desk, payouts.map(({ seller_id: seller, currency }) => ({ seller, currency })))
  await lockCustody(tx, desk, payouts.map(({ currency }) => currency))
}

/** How long the worker lets a rail rest that could not be reached, by how often it was tried. */
const PAUSES_S = [2, 10, 60, 300]

/** What was provably not sent, or refused for now, and has to happen: a new operation, with a request id of its own. */
async function sendAgain({ tx, desk, op }: Applying): Promise<void> {
  const tries = Number(op.request['tries'] ?? 0)
  await insertOperation(tx, desk, {
    id: newId('operation'), kind: op.kind, connector: op.connector, currency: op.currency, amount: op.amount,
    request: { ...op.request, tries: tries + 1 }, retryOf: op.id,
    sentBy: { workerInSeconds: PAUSES_S[Math.min(tries, PAUSES_S.length - 1)] as number },
    ...(op.payment_id !== null && { payment: op.payment_id }),
    ...(op.refund_id !== null && { refund: op.refund_id }),
    ...(op.payout_id !== null && { payout: op.payout_id }),
  })
}

