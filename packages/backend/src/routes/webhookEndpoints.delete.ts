import type { ResponseOf } from '@holdfast/contract'
import { isRefusal, type Refusal } from '@holdfast/core'
import { execute, oneByOne, type Call, type Command } from '../commands/execute.ts'
import type { Tx } from '../database.ts'
import { route, type Route } from '../http/route.ts'
import { lockEndpoint } from '../webhooks/endpoints.ts'

type Deleted = ResponseOf<'webhookEndpoints.delete'>
interface Input {
  readonly id: string
}

const remove: Command<Input, Deleted> = {
  name: 'webhookEndpoints.delete',
  run: oneByOne(removeOne),
}

/** Its secrets go now; its deliveries can be read for a while, and the worker removes those that never ended. */
async function removeOne(tx: Tx, { marketplace, input: { id }, now }: Call<Input>): Promise<Deleted | Refusal> {
  const locked = await lockEndpoint(tx, { marketplace, id, now })
  if (isRefusal(locked)) return locked
  await tx.db.updateTable('webhook_endpoints').set({ state: 'deleted', disabled_reason: null, updated_at: now })
    .where('marketplace_id', '=', marketplace).where('id', '=', id).execute()
  await tx.db.deleteFrom('webhook_secrets').where('marketplace_id', '=', marketplace).where('endpoint_id', '=', id).execute()
  return { id, object: 'webhook_endpoint', deleted: true }
}

const removeRoute: Route<'webhookEndpoints.delete'> = route('webhookEndpoints.delete', (request, deps) =>
  execute(deps, remove, {
    marketplace: request.marketplace.id, input: { id: request.params.id },
    requestId: request.requestId, claim: request.idempotency,
  }))

export default removeRoute
