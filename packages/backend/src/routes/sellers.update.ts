import type { BodyOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { bankColumns, checkBankAccount } from '../bank-account.ts'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import { stageEvents } from '../events.ts'
import { route, type Route } from '../http/route.ts'
import type { Sealer } from '../seal.ts'
import { notFound } from '../not-found.ts'
import { renderSeller, type Seller } from '../sellers.ts'

interface Input {
  readonly id: string
  readonly change: BodyOf<'sellers.update'>
  readonly sealer: Sealer
}

const update: Command<Input, Seller> = {
  name: 'sellers.update',
  run: oneByOne(updateOne),
}

/** What is absent stays; null clears. */
async function updateOne(tx: Tx, { marketplace, input: { id, change, sealer }, now }: Call<Input>): Promise<Seller | Refusal> {
  const { name, email, bankAccount, metadata } = change
  const row = await tx.db.updateTable('sellers').set({
    updated_at: now,
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(metadata !== undefined && { metadata: JSON.stringify(metadata) }),
    ...(bankAccount !== undefined && bankColumns(bankAccount, { sealer, marketplace, seller: id })),
  }).where('marketplace_id', '=', marketplace).where('id', '=', id).returningAll().executeTakeFirst()
  if (!row) return notFound('seller', id)
  const data = renderSeller(row)
  stageEvents(tx, { marketplace, now }, [{ type: 'seller.updated', subject: id, data }])
  return data
}

const updateRoute: Route<'sellers.update'> = route('sellers.update', async (request, deps) => {
  const wrong = request.body.bankAccount && checkBankAccount(request.body.bankAccount)
  if (wrong) return wrong
  return execute(deps, update, {
    marketplace: request.marketplace.id, input: { id: request.params.id, change: request.body, sealer: deps.sealer },
    requestId: request.requestId, claim: request.idempotency,
  })
})

export default updateRoute
