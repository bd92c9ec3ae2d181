import type { BodyOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import { route, type Route } from '../http/route.ts'
import type { Sealer } from '../seal.ts'
import { addSecret, lockEndpoint, readEndpoint, type WebhookEndpointWithSecret } from '../webhooks/endpoints.ts'

const OVERLAP_MS = 86_400_000

type Input = BodyOf<'webhookEndpoints.rotateSecret'> & { readonly id: string; readonly sealer: Sealer }

const rotate: Command<Input, WebhookEndpointWithSecret> = {
  name: 'webhookEndpoints.rotateSecret',
  run: oneByOne(rotateOne),
}

/** Every older secret ends with the overlap, or earlier where an earlier rotation said so. */
async function rotateOne(tx: Tx, { marketplace, input: { id, sealer, overlapMs = OVERLAP_MS }, now }: Call<Input>): Promise<WebhookEndpointWithSecret | Refusal> {
  const which = { marketplace, id, now }
  const locked = await lockEndpoint(tx, which)
  if (isRefusal(locked)) return locked
  const until = new Date(now.getTime() + overlapMs)
  await tx.db.updateTable('webhook_secrets').set({ expires_at: until })
    .where('marketplace_id', '=', marketplace).where('endpoint_id', '=', id)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', until)])).execute()
  const secret = await addSecret(tx, { marketplace, endpoint: id, now, sealer })
  return { ...(await readEndpoint(tx.db, which)) as WebhookEndpointWithSecret, secret }
}

const rotateRoute: Route<'webhookEndpoints.rotateSecret'> = route('webhookEndpoints.rotateSecret', (request, deps) =>
  execute(deps, rotate, {
    marketplace: request.marketplace.id, input: { ...request.body, id: request.params.id, sealer: deps.sealer },
    requestId: request.requestId, claim: request.idempotency,
  }))

export default rotateRoute
