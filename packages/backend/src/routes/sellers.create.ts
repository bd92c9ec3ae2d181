import { newId, type BodyOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { bankColumns, checkBankAccount } from '../bank-account.ts'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import { stageEvents } from '../events.ts'
import { route, type Route } from '../http/route.ts'
import type { Sealer } from '../seal.ts'
import { renderSeller, type Seller } from '../sellers.ts'

type Input = BodyOf<'sellers.create'> & { readonly sealer: Sealer }

const create: Command<Input, Seller> = {
  name: 'sellers.create',
  run: oneByOne(createOne),
}

async function createOne(tx: Tx, { marketplace, input, now }: Call<Input>): Promise<Seller | Refusal> {
  const id = newId('seller')
  const row = await tx.db.insertInto('sellers').values({
    marketplace_id: marketplace, id, reference: input.reference, name: input.name, email: input.email ?? null,
    country: input.country, metadata: JSON.stringify(input.metadata ?? {}), created_at: now, updated_at: now,
    ...bankColumns(input.bankAccount ?? null, { sealer: input.sealer, marketplace, seller: id }),
  }).onConflict((conflict) => conflict.columns(['marketplace_id', 'reference']).doNothing()).returningAll().executeTakeFirst()
  if (!row) return referenceTaken(tx, { marketplace, reference: input.reference })
  const data = renderSeller(row)
  stageEvents(tx, { marketplace, now }, [{ type: 'seller.created', subject: id, data }])
  return data
}

async function referenceTaken(tx: Tx, { marketplace, reference }: { marketplace: string; reference: string }): Promise<Refusal> {
  const { id } = await tx.db.selectFrom('sellers').select('id')
    .where('marketplace_id', '=', marketplace).where('reference', '=', reference).executeTakeFirstOrThrow()
  return {
    refused: 'reference_taken', field: 'reference', existing: id,
    detail: `A seller with the reference '${reference}' exists: ${id}. Use that one, or another reference.`,
  }
}

const createRoute: Route<'sellers.create'> = route('sellers.create', async (request, deps) => {
  const wrong = request.body.bankAccount && checkBankAccount(request.body.bankAccount)
  if (wrong) return wrong
  return execute(deps, create, {
    marketplace: request.marketplace.id, input: { ...request.body, sealer: deps.sealer },
    requestId: request.requestId, claim: request.idempotency,
  })
})

export default createRoute
