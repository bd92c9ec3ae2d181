import { MAX_WEBHOOK_ENDPOINTS, newId, type BodyOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { sql } from 'kysely'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import { route, type Route } from '../http/route.ts'
import type { Sealer } from '../seal.ts'
import { addSecret, checkUrl, readEndpoint, type WebhookEndpointWithSecret } from '../webhooks/endpoints.ts'

type Input = BodyOf<'webhookEndpoints.create'> & { readonly sealer: Sealer }

const create: Command<Input, WebhookEndpointWithSecret> = {
  name: 'webhookEndpoints.create',
  run: oneByOne(createOne),
}

/** It begins where the outbox stands: what is not committed by now is delivered, what is, is not. */
async function createOne(tx: Tx, { marketplace, input, now }: Call<Input>): Promise<WebhookEndpointWithSecret | Refusal> {
  const full = await refuseTooMany(tx, marketplace)
  if (full) return full
  const id = newId('webhookEndpoint')
  await tx.db.insertInto('webhook_endpoints').values({
    marketplace_id: marketplace, id, url: input.url, description: input.description ?? null,
    event_types: input.eventTypes ? [...new Set(input.eventTypes)] : null, state: 'enabled',
    cursor_transaction: sql<string>`pg_snapshot_xmin(pg_current_snapshot())`, cursor_event: '',
    from_snapshot: sql<string>`pg_current_snapshot()`, created_at: now, updated_at: now,
  }).execute()
  const secret = await addSecret(tx, { marketplace, endpoint: id, now, sealer: input.sealer })
  return { ...(await readEndpoint(tx.db, { marketplace, id, now })) as WebhookEndpointWithSecret, secret }
}

async function refuseTooMany(tx: Tx, marketplace: string): Promise<Refusal | null> {
  await tx.db.selectFrom('marketplaces').select('marketplace_id').where('marketplace_id', '=', marketplace).forNoKeyUpdate().execute()
  const { count } = await tx.db.selectFrom('webhook_endpoints').select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where('marketplace_id', '=', marketplace).where('state', '<>', 'deleted').executeTakeFirstOrThrow()
  if (count < MAX_WEBHOOK_ENDPOINTS) return null
  return { refused: 'limit_reached', detail: `The marketplace has ${MAX_WEBHOOK_ENDPOINTS} webhook endpoints, the most that there may be. Delete one that is not needed, or let one receive for several.` }
}

const createRoute: Route<'webhookEndpoints.create'> = route('webhookEndpoints.create', async (request, deps) => {
  const checked = await checkUrl(deps.webhookGuard, request.body.url)
  if (isRefusal(checked)) return checked
  return execute(deps, create, {
    marketplace: request.marketplace.id, input: { ...request.body, ...checked, sealer: deps.sealer },
    requestId: request.requestId, claim: request.idempotency,
  })
})

export default createRoute
