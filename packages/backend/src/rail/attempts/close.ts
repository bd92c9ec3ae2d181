import { assert, movePayment, need, type OperationEvent, type Outcome } from '@holdfast/core'
import { sql } from 'kysely'
import type { Tx } from '../../database.ts'
import { isResolved, recordOutcomes, type OperationRow } from '../../store/operations.ts'
import { moveSession } from '../../store/sessions.ts'
import { chargeAppliance } from '../charge.ts'
import { eventOf, type Appliance, type Applying } from '../outcome.ts'

/** Whether a rail would not close a charge because the buyer has paid it. */
export const isPaid = (outcome: Outcome): boolean => outcome.outcome === 'declined' && outcome.decline.code === 'already_paid'

/** What becomes of closing a charge that waits for the buyer. */
export const closeAppliance: Appliance<void> = {
  lock: chargeAppliance.lock,
  async apply(applying): Promise<OperationEvent> {
    const { tx, op, outcome } = applying
    const event = eventOf(outcome)
    // what was never sent has closed nothing: the buyer may still be paying
    if (op.state === 'intent_written') return event
    if (isPaid(outcome)) await askSoon(tx, applying)
    else if (outcome.outcome !== 'action_required') await giveUp(applying)
    return event
  },
}

/** The payment whose charge is closed is over; where the rail has not closed it, its charge is asked about all the same. */
async function giveUp(applying: Applying): Promise<void> {
  const { tx, desk, op, outcome } = applying
  const payment = need(desk.book.payments, op.payment_id as string)
  const charge = await chargeOf(applying)
  const decline = op.request['reason'] === 'expired' ? expired : canceled
  if (outcome.outcome === 'approved' && !isResolved(charge)) {
    recordOutcomes(tx, [{ op: charge, event: 'reject', outcome: { outcome: 'declined', decline } }], desk.now)
  }
  const live = payment.state === 'processing' || payment.state === 'action_required' || payment.state === 'unknown'
  if (!live) return
  assert(movePayment(desk.book, payment, 'void') === null, 'an attempt that is open can end')
  await tx.db.updateTable('payments').set({ decline_class: decline.class, decline_code: decline.code })
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', payment.id).execute()
  const [session] = desk.sessions.values()
  assert(session !== undefined, 'the session is locked')
  await moveSession(tx, desk, session, { event: 'decline' })
}

const canceled = { class: 'soft', code: 'canceled' } as const
/** The buyer was to be authenticated by then. */
const expired = { class: 'authenticate', code: 'authentication_expired' } as const

async function chargeOf({ tx, desk, op }: Applying): Promise<OperationRow> {
  return tx.db.selectFrom('operations').selectAll().where('marketplace_id', '=', desk.marketplace)
    .where('payment_id', '=', op.payment_id as string).where('kind', 'in', ['authorize', 'sale']).executeTakeFirstOrThrow()
}

/** The buyer was faster: there is nothing more to do for him, and the charge is asked about at once. */
async function askSoon(tx: Tx, { desk, op }: Applying): Promise<void> {
  const paid: Outcome = { outcome: 'action_required', action: { type: 'wait' } }
  await tx.db.updateTable('operations').set({ outcome: JSON.stringify(paid), next_inquiry_at: sql<Date>`now()` })
    .where('marketplace_id', '=', desk.marketplace).where('payment_id', '=', op.payment_id as string)
    .where('kind', 'in', ['authorize', 'sale']).where('state', '=', 'unknown').execute()
}
