import type { PaymentLink } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import { oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { notFound } from '../not-found.ts'
import { setTimers } from '../store/timers.ts'
import { readPaymentLinks } from './store.ts'

interface Input extends Pick<Deps, 'publicUrl'> {
  readonly id: string
}

/**
 * Ends links for good, and their sessions with them that nobody is paying in. An attempt that is under way goes on:
 * what it takes is the merchant's order as ever. Done again, it changes no more than what is open by then.
 */
export const deactivatePaymentLink: Command<Input, PaymentLink> = {
  name: 'paymentLinks.deactivate',
  run: oneByOne(deactivateOne),
}

async function deactivateOne(tx: Tx, call: Call<Input>): Promise<PaymentLink | Refusal> {
  const { marketplace, input: { id, publicUrl }, now } = call
  const row = await tx.db.selectFrom('payment_links').select('deactivated_at').where('marketplace_id', '=', marketplace)
    .where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
  if (!row) return notFound('payment link', id)
  if (!row.deactivated_at) {
    await tx.db.updateTable('payment_links').set({ deactivated_at: now }).where('marketplace_id', '=', marketplace).where('id', '=', id).execute()
  }
  await expireSessions(tx, call)
  const [link] = await readPaymentLinks({ db: tx.db, publicUrl }, marketplace, [id])
  return link!
}

/** From this instant on nobody begins to pay in them; the worker, which is told to come now, ends them with their orders. */
async function expireSessions(tx: Tx, { marketplace, input: { id }, now }: Call<Input>): Promise<void> {
  const open = await tx.db.selectFrom('sessions').select('id').where('marketplace_id', '=', marketplace).where('state', '=', 'open')
    .where('id', 'in', (places) => places.selectFrom('payment_link_places').select('session_id')
      .where('marketplace_id', '=', marketplace).where('payment_link_id', '=', id))
    .orderBy('id').forNoKeyUpdate().execute()
  if (open.length === 0) return
  const ids = open.map((session) => session.id)
  await tx.db.updateTable('sessions').set({ expires_at: now }).where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  setTimers(tx, marketplace, { kind: 'session_expiry', timers: ids.map((subject) => ({ subject, dueAt: now })) })
}
