import { newId } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { readNow } from '../../commands/execute.ts'
import type { Tx } from '../../database.ts'
import type { Deps, PageSession } from '../../deps.ts'
import { notFound } from '../../not-found.ts'
import { inTransaction, inTransactionInsistently } from '../../postgres/transaction.ts'
import { openDesk } from '../../store/book.ts'
import { insertOperation, type OperationRow } from '../../store/operations.ts'
import { lockSessions } from '../../store/sessions.ts'
import { takeUp } from '../inquire.ts'
import { applyOutcome } from '../outcome.ts'
import { sendOperation } from '../send.ts'
import { closeAppliance, isPaid } from './close.ts'
import { canBeClosed, readLiveCharge } from './live.ts'

/**
 * Gives up the attempt that waits for the buyer, so that another way to pay can be chosen. It is closed at the rail
 * where the rail can; where it can't, or doesn't say, it is closed over: should it take money all the same, that is
 * refunded by itself. One that turns out to be paid stands. While one call closes it, others wait for what that comes to.
 *
 * @returns null: done, or there was no attempt under way
 * @refuses attempt_in_progress - its request is on its way to the rail, its close takes longer than a call waits, or it is
 * a card's that no issuer authenticates: nothing can close it
 */
export async function cancelAttempt(deps: Deps, page: PageSession, reason: CloseReason = 'canceled'): Promise<Refusal | null> {
  const charge = await readLiveCharge(deps.db, page)
  if (!charge) return null
  if (!canBeClosed(charge)) return notClosable
  if (charge.state !== 'unknown') await takeUp(deps, { marketplace: page.marketplace, id: charge.id })
  const begun = await inTransaction(deps.pool, async (tx) => beginClose(tx, { ...page, reason, now: await readNow(tx) }))
  if (begun === 'under_way') return waitForClose(deps, page, charge.id)
  if (begun === null || 'refused' in begun) return begun
  const outcome = await sendOperation(deps, begun)
  if (outcome === null) return onItsWay
  await inTransactionInsistently(deps.pool, async (tx) => applyOutcome(tx,
    { deps, operation: begun, outcome, now: await readNow(tx), appliance: closeAppliance }))
  if (isPaid(outcome)) await takeUp(deps, { marketplace: page.marketplace, id: charge.id })
  return null
}

/** The buyer gave it up, or the time to act ran out. */
export type CloseReason = 'canceled' | 'expired'

const notClosable: Refusal = {
  refused: 'attempt_in_progress',
  detail: 'The attempt under way is a card’s: it can’t be closed. Wait for its outcome: GET /v1/checkout has it.',
}
const onItsWay: Refusal = {
  refused: 'attempt_in_progress',
  detail: 'The attempt is on its way to the rail and can be closed in a moment. Send the call again.',
}

const beingClosed: Refusal = {
  refused: 'attempt_in_progress',
  detail: 'The attempt is being closed at the rail. Send the call again in a moment, or wait for its end: GET /v1/checkout has it.',
}

/** A little longer than a rail is waited for when it closes a charge. */
const CLOSE_WAIT_MS = 10_000
const POLL_MS = 100

/** Another call, of whichever process, is closing the charge: this one answers when the attempt has ended, one way or another. */
async function waitForClose(deps: Deps, page: PageSession, charge: string): Promise<Refusal | null> {
  const deadline = performance.now() + CLOSE_WAIT_MS
  while ((await readLiveCharge(deps.db, page))?.id === charge) {
    if (performance.now() >= deadline) return beingClosed
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS) })
  }
  return null
}

/** The first transaction: writes that the charge is to be closed. Null: there is nothing to close any more. */
async function beginClose(
  tx: Tx, { marketplace, session, reason, now }: PageSession & { readonly reason: CloseReason; readonly now: Date },
): Promise<OperationRow | Refusal | 'under_way' | null> {
  const desk = openDesk({ marketplace, now })
  await lockSessions(tx, desk, [session])
  if (!desk.sessions.has(session)) return notFound('checkout session', session)
  const charge = await readLiveCharge(tx.db, { marketplace, session })
  if (!charge) return null
  if (charge.state !== 'unknown') return onItsWay
  const payment = charge.payment_id as string
  const closing = await tx.db.selectFrom('operations').select('id').where('marketplace_id', '=', marketplace)
    .where('payment_id', '=', payment).where('kind', '=', 'void')
    .where('state', 'in', ['intent_written', 'sent', 'unknown']).executeTakeFirst()
  if (closing) return 'under_way'
  const { subject, orderReference } = charge.request
  return insertOperation(tx, desk, {
    id: newId('operation'), kind: 'void', connector: charge.connector, currency: charge.currency, amount: charge.amount,
    payment, sentBy: 'sender',
    request: { subject, orderReference, close: true, reason, chargeRequestId: charge.request_id, railReference: charge.rail_reference },
  })
}
