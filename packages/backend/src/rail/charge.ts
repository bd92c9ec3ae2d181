import { newId } from '@holdfast/contract'
import {
  approveCharge, assert, authorizationDays, DAY_MS, isRefusal, milestonesOf, movePayment, need, type Decline,
  type OperationEvent,
  type Payment,
} from '@holdfast/core'
import { dropCredential, settleCredential } from '../saved-cards/credential.ts'
import { lockOrders, lockPayments } from '../store/book.ts'
import { insertCapture } from '../store/movements.ts'
import { insertOperation, type OperationRow } from '../store/operations.ts'
import { lockSessions, moveSession, type SessionRow } from '../store/sessions.ts'
import { setTimers } from '../store/timers.ts'
import { canBeClosed } from './attempts/live.ts'
import { surface } from './attempts/supersede.ts'
import { eventOf, type Appliance, type Applying } from './outcome.ts'

/** An attempt to charge a buyer: `authorize` or `sale`. */
export const chargeAppliance: Appliance<void> = {
  async lock({ tx, desk, ops }) {
    assert(ops.length === 1, 'a session has one attempt under way, and its outcome is applied by itself')
    const [{ payment_id: payment }] = ops as [OperationRow]
    const { session_id: session, order_id: order } = await tx.db.selectFrom('payments')
      .select(['session_id', 'order_id'])
      .where('marketplace_id', '=', desk.marketplace).where('id', '=', payment as string)
      .executeTakeFirstOrThrow()
    await lockSessions(tx, desk, [session])
    await lockPayments(tx, desk, [payment as string])
    await lockOrders(tx, desk, [order])
  },
  async apply(applying) {
    const { desk, op, outcome } = applying
    const payment = need(desk.book.payments, op.payment_id as string)
    await noteAuthentication(applying)
    if (isGivenUp(payment)) return hearOfGivenUp(applying)
    if (outcome.outcome === 'approved' && (await isBeingClosed(applying))) return 'lose_sight'
    switch (outcome.outcome) {
      case 'approved': return outcome.amount === payment.amount ? approve(applying, payment)
        : refuseWrongAmount(applying, payment)
      case 'declined': return decline(applying, payment, whyOver(applying, outcome.decline))
      case 'not_sent': return decline(applying, payment, { class: 'soft', code: 'not_sent' })
      case 'action_required': return wait(applying, payment)
      case 'unknown': return wait(applying, payment)
    }
  },
}

/** How the issuer vouched for the buyer, for the merchant to see whatever came of the charge. */
async function noteAuthentication({ tx, desk, op, outcome }: Applying): Promise<void> {
  const authentication = 'authentication' in outcome ? outcome.authentication : undefined
  if (!authentication) return
  await tx.db.updateTable('payments').set({ authentication: JSON.stringify(authentication) })
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', op.payment_id as string).execute()
}

/** It ended, and took nothing: by its own outcome, or because it was closed over. */
const isGivenUp = ({ state }: Payment): boolean => state === 'declined' || state === 'voided' || state === 'expired'

/**
 * Whether its close is on the way. A rail may close by giving back what was paid a moment ago, and have reported that
 * payment before: what counts is what the close comes to, and then what the rail says when it is asked again.
 */
async function isBeingClosed({ tx, desk, op }: Applying): Promise<boolean> {
  if (!canBeClosed(op)) return false
  const closing = await tx.db.selectFrom('operations').select('id').where('marketplace_id', '=', desk.marketplace)
    .where('payment_id', '=', op.payment_id as string).where('kind', '=', 'void')
    .where('state', 'in', ['intent_written', 'sent', 'unknown']).executeTakeFirst()
  return closing !== undefined
}

/** What took money after all goes back to the buyer; whatever else becomes of it changes nothing more. */
async function hearOfGivenUp(applying: Applying): Promise<OperationEvent> {
  const { op, outcome } = applying
  if (outcome.outcome !== 'approved') return eventOf(outcome)
  if (op.kind === 'authorize') return voidGivenUp(applying, outcome.railReference)
  await surface(applying, { took: outcome.amount, railReference: outcome.railReference })
  return op.state === 'rejected' ? 'surface' : 'confirm'
}

/** Only reserved: it is given back before anything is taken. */
async function voidGivenUp({ deps, tx, desk, op }: Applying, railReference: string): Promise<OperationEvent> {
  deps.log.error({ payment: op.payment_id, amount: Number(op.amount) }, 'a closed-over attempt was authorized; it is voided')
  const { subject, orderReference } = op.request
  await insertOperation(tx, desk, {
    id: newId('operation'), kind: 'void', connector: op.connector, currency: op.currency, amount: op.amount,
    payment: op.payment_id as string, request: { subject, orderReference, railReference, persistent: true },
    sentBy: { workerInSeconds: 0 },
  })
  return op.state === 'rejected' ? 'surface' : 'confirm'
}

/** The one session that this attempt locked. */
const sessionOf = ({ desk }: Applying): SessionRow => [...desk.sessions.values()][0] as SessionRow

async function approve(applying: Applying, payment: Payment): Promise<OperationEvent> {
  const { tx, desk, op, outcome } = applying
  assert(outcome.outcome === 'approved', 'approved')
  const milestones = milestonesOf(desk.book, { order: payment.order }).map(({ id }) => id)
  const sale = op.kind === 'sale' ? newId('capture') : null
  const capture = approveCharge(desk.book, { payment: payment.id, milestones, sale })
  assert(!isRefusal(capture), 'an attempt that is open can be approved')
  const expiresAt = capture ? null : await expiry(applying)
  await tx.db.updateTable('payments')
    .set({ rail_reference: outcome.railReference, authorization_expires_at: expiresAt })
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', payment.id).execute()
  if (capture) {
    await insertCapture(tx, desk,
      { capture, currency: payment.currency, reference: null, state: 'succeeded',
      railReference: outcome.railReference })
    await tx.db.updateTable('operations').set({ capture_id: capture.id })
      .where('marketplace_id', '=', desk.marketplace).where('id', '=', op.id).execute()
  }
  await settleCredential(tx, desk, { op, networkTransactionId: outcome.networkTransactionId })
  await moveSession(tx, desk, sessionOf(applying), { event: 'succeed' })
  return 'confirm'
}

/**
 * When the rail's authorization ends, by its dated windows, at the earliest: the rail may have made it as soon as it was
 * asked, however late that shows. The worker then gives it back.
 */
async function expiry({ deps, tx, desk, op }: Applying): Promise<Date> {
  const { card_brand: brand } = await tx.db.selectFrom('payments').select('card_brand')
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', op.payment_id as string)
    .executeTakeFirstOrThrow()
  const windows = deps.rails.payments.get(op.connector)?.capabilities.authorizationDays ?? { default: 5 }
  const dueAt = new Date(op.created_at.getTime() + authorizationDays(windows, brand ?? undefined) * DAY_MS)
  setTimers(tx, desk.marketplace,
    { kind: 'authorization_expiry', timers: [{ subject: op.payment_id as string, dueAt }] })
  return dueAt
}

/** An approval for another amount than was asked is no approval: nothing of it stands, and the buyer may try again. */
async function refuseWrongAmount(applying: Applying, payment: Payment): Promise<OperationEvent> {
  const { deps, op, outcome } = applying
  assert(outcome.outcome === 'approved', 'approved')
  deps.log.error({ payment: payment.id, asked: Number(payment.amount), approved: Number(outcome.amount) },
    'approved for another amount; it goes back')
  return (op.request['method'] ?? 'card') === 'card' ? voidWrongAmount(applying, payment)
    : refundWrongAmount(applying, payment)
}

/** A wallet has taken it, and can only give it back. */
async function refundWrongAmount(applying: Applying, payment: Payment): Promise<OperationEvent> {
  await end(applying, payment, { event: 'void', decline: { class: 'soft', code: 'declined' } })
  return hearOfGivenUp(applying)
}

async function voidWrongAmount(applying: Applying, payment: Payment): Promise<OperationEvent> {
  const { tx, desk, op, outcome } = applying
  assert(outcome.outcome === 'approved', 'approved')
  await insertOperation(tx, desk, {
    id: newId('operation'), kind: 'void', connector: op.connector, currency: op.currency,
    amount: outcome.amount, payment: payment.id,
    request: { ...op.request, railReference: outcome.railReference, persistent: true },
    sentBy: { workerInSeconds: 0 },
  })
  await end(applying, payment, { event: 'void', decline: { class: 'soft', code: 'declined' } })
  return 'confirm'
}

/** Not every rail says whether the buyer refused or the time ran out: the clock does. */
function whyOver({ op, desk }: Applying, why: Decline): Decline {
  const { expiresAt } = op.request
  const over = typeof expiresAt === 'string' && Date.parse(expiresAt) <= desk.now.getTime()
  return over && why.code === 'refused' ? { ...why, code: 'expired' } : why
}

async function decline(applying: Applying, payment: Payment, why: Decline): Promise<OperationEvent> {
  await end(applying, payment, { event: 'decline', decline: why })
  return 'reject'
}

/** The attempt is over and took nothing: the session is open again. */
async function end(
  applying: Applying, payment: Payment, { event, decline }: { event: 'decline' | 'void'; decline: Decline },
): Promise<void> {
  const { tx, desk, op } = applying
  assert(movePayment(desk.book, payment, event) === null, 'an attempt that is open can end')
  await tx.db.updateTable('payments').set({ decline_class: decline.class, decline_code: decline.code })
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', payment.id).execute()
  await dropCredential(tx, desk, op)
  await moveSession(tx, desk, sessionOf(applying), { event: 'decline' })
}

/** Not known yet: the session stays as it is, and the rail is asked again. */
async function wait({ desk, outcome }: Applying, payment: Payment): Promise<OperationEvent> {
  if (outcome.outcome === 'action_required') {
    if (payment.state !== 'action_required') movePayment(desk.book, payment, 'challenge')
  } else if (payment.state === 'processing') {
    movePayment(desk.book, payment, 'lose_sight')
  }
  return 'lose_sight'
}
