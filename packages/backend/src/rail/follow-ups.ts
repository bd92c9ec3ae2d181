import { newId } from '@holdfast/contract'
import {
  assert, confirmCapture, confirmRefund, endAuthorization, failCapture, failPayout, isRefusal, need,
  payoutMachine,
  rejectRefund, type Capture, type Refund,
} from '@holdfast/core'
import { lockCustody, lockOrdersBy, lockPayments, lockSellers } from '../store/book.ts'
import {
  endCaptures, endRefunds, readCaptureParts, readRefundParts, type EndedCapture, type EndedRefund,
} from '../store/movements.ts'
import { insertOperation } from '../store/operations.ts'
import { lockPayouts, movePayouts, payoutOf, type MovedPayout, type PayoutRow } from '../store/payouts.ts'
import { setTimers } from '../store/timers.ts'
import { eventOf, type Appliance, type Applying, type Locking } from './outcome.ts'

/* What becomes of captures, voids, refunds and payouts when the rail has answered. */

async function lockPaymentsOf({ tx, desk, ops }: Locking): Promise<void> {
  const payments = ops.map(({ payment_id: payment }) => payment as string)
  await Promise.all([lockPayments(tx, desk, payments), lockOrdersBy(tx, desk, { payments })])
}

interface Captures {
  readonly captures: ReadonlyMap<string, Capture>
  readonly ended: EndedCapture[]
}

export const captureAppliance: Appliance<Captures> = {
  async lock(locking) {
    const { tx, desk, ops } = locking
    const ids = ops.map(({ capture_id: capture }) => capture as string)
    const [, captures] = await Promise.all([lockPaymentsOf(locking), readCaptureParts(tx, desk.marketplace, ids)])
    return { captures, ended: [] }
  },
  async apply({ deps, desk, op, outcome }, { captures, ended }) {
    const event = eventOf(outcome)
    if (event === 'lose_sight') return event
    const capture = need(captures, op.capture_id as string)
    if (outcome.outcome === 'approved' && outcome.amount !== capture.amount) {
      // nothing is posted that the rail may not have taken: it stays unknown, and alarms, until a person has looked
      deps.log.error({ capture: capture.id, asked: Number(capture.amount), approved: Number(outcome.amount) },
        'captured another amount than was asked')
      return 'lose_sight'
    }
    if (outcome.outcome === 'approved') {
      confirmCapture(desk.book, capture, desk.now)
      ended.push({ id: capture.id, state: 'succeeded', railReference: outcome.railReference })
    } else {
      failCapture(desk.book, capture)
      ended.push({ id: capture.id, state: 'failed', railReference: null })
    }
    return event
  },
  save: (tx, { marketplace }, { ended }) => endCaptures(tx, marketplace, ended),
}

/** Voids what the merchant wants voided, what has expired, and what was approved for another amount. */
export const voidAppliance: Appliance<void> = {
  lock: lockPaymentsOf,
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

interface Refunds {
  readonly refunds: ReadonlyMap<string, Refund>
  readonly ended: EndedRefund[]
}

export const refundAppliance: Appliance<Refunds> = {
  async lock(locking) {
    const { tx, desk, ops } = locking
    const ids = ops.map(({ refund_id: refund }) => refund as string)
    const [, refunds] = await Promise.all([lockPaymentsOf(locking), readRefundParts(tx, desk.marketplace, ids)])
    await lockSellers(tx, desk, [...refunds.values()].flatMap(({ payment, allotments }) => {
      const { currency } = need(desk.book.payments, payment)
      return allotments.map(({ seller }) => ({ seller, currency }))
    }))
    return { refunds, ended: [] }
  },
  async apply(applying, { refunds, ended }) {
    const { deps, desk, op, outcome } = applying
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
    const refund = need(refunds, op.refund_id as string)
    // nobody asked for it who could ask again: what an attempt that was closed over took goes back by itself
    if (outcome.outcome === 'declined' && outcome.decline.class === 'soft' && refund.allotments.length === 0) {
      await sendAgain(applying)
      return event
    }
    if (outcome.outcome === 'approved') confirmRefund(desk.book, refund)
    else rejectRefund(desk.book, refund, desk.now)
    ended.push({
      id: refund.id, state: outcome.outcome === 'approved' ? 'succeeded' : 'failed',
      failure: outcome.outcome === 'declined' ? outcome.decline.code : null,
    })
    return event
  },
  save: (tx, desk, { ended }) => endRefunds(tx, desk, ended),
}

interface Payouts {
  /** As they are locked, and moved on by what was applied before. */
  readonly rows: Map<string, PayoutRow>
  readonly moved: MovedPayout[]
}

export const payoutAppliance: Appliance<Payouts> = {
  async lock({ tx, desk, ops }) {
    const payouts = await lockPayouts(tx, desk.marketplace, ops.map(({ payout_id: payout }) => payout as string))
    await lockSellers(tx, desk, payouts.map(({ seller_id: seller, currency }) => ({ seller, currency })))
    await lockCustody(tx, desk, payouts.map(({ currency }) => currency))
    return { rows: new Map(payouts.map((row) => [row.id, row])), moved: [] }
  },
  async apply(applying, { rows, moved }) {
    const { deps, desk, op, outcome } = applying
    const row = need(rows, op.payout_id as string)
    if (outcome.outcome === 'approved' && outcome.amount !== op.amount) {
      // as of a capture: it stays unknown, and alarms, until a person has looked
      deps.log.error({ payout: row.id, asked: Number(op.amount), approved: Number(outcome.amount) },
        'the bank took a payout of another amount than was asked')
      return 'lose_sight'
    }
    // what the bank's feed shows as sent after all is not sent again
    if (outcome.outcome === 'not_sent' && row.state === 'created') await sendAgain(applying)
    const move = outcome.outcome === 'approved' ? 'submit' : outcome.outcome === 'declined' ? 'fail' : null
    const next = move && payoutMachine.step(row.state, move)
    if (move === null || next === null || isRefusal(next)) return eventOf(outcome)
    if (move === 'fail') failPayout(desk.book, payoutOf(row))
    else desk.book.happenings.set(`payout.submitted ${row.id}`, { type: 'payout.submitted', subject: row.id })
    moved.push({
      id: row.id, from: row.state, state: next.state,
      railReference: outcome.outcome === 'approved' ? outcome.railReference : null,
      failure: outcome.outcome === 'declined' ? { code: outcome.decline.code, detail: 'The bank refused the payout.' } : null,
    })
    rows.set(row.id, { ...row, state: next.state })
    return eventOf(outcome)
  },
  save: (tx, { marketplace }, { moved }) => movePayouts(tx, marketplace, moved),
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

