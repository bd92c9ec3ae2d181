import type { PaymentLink } from '@holdfast/contract/types'
import type { Refusal } from '@holdfast/core'
import type { Call, Command } from '../commands/execute.ts'
import { endSession } from '../commands/sessions.ts'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import type { Sealer } from '../seal.ts'
import { readPaymentLinks, readPlaces } from './store.ts'

interface Input {
  readonly id: string
  readonly publicUrl: string
  readonly sealer: Pick<Sealer, 'derive'>
}

/**
 * Ends links for good, and their sessions with them that nobody is paying in. An attempt that is under way goes on:
 * what it takes is the merchant's order as ever. Done again, it changes no more than what is open by then.
 */
export const deactivatePaymentLink: Command<Input, PaymentLink> = {
  name: 'paymentLinks.deactivate',
  async run(tx, calls) {
    const outcomes: (PaymentLink | Refusal)[] = []
    for (const call of calls) outcomes.push(await deactivateOne(tx, call))
    return outcomes
  },
}

async function deactivateOne(tx: Tx, { marketplace, input, now }: Call<Input>): Promise<PaymentLink | Refusal> {
  const { id, publicUrl, sealer } = input
  const row = await tx.db.selectFrom('payment_links').select(['marketplace_id', 'id', 'deactivated_at']).where('marketplace_id', '=', marketplace)
    .where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
  if (!row) return notFound('payment link', id)
  const open = (await readPlaces(tx.db, row)).filter(({ state }) => state === 'open').map(({ session }) => session)
  // refused where an attempt has begun since it was read
  for (const session of open.toSorted()) await endSession(tx, { marketplace, session, ending: 'expire', now, sealer })
  if (!row.deactivated_at) {
    await tx.db.updateTable('payment_links').set({ deactivated_at: now }).where('marketplace_id', '=', marketplace).where('id', '=', id).execute()
  }
  const [link] = await readPaymentLinks({ db: tx.db, publicUrl }, marketplace, [id])
  return link!
}
