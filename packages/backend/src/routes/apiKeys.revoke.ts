import type { Refusal } from '@holdfast/core'
import { renderApiKey, type ApiKey } from '../api-keys.ts'
import { execute, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'

const revoke: Command<{ readonly id: string }, ApiKey> = {
  name: 'apiKeys.revoke',
  async run(tx, calls) {
    const answers: (ApiKey | Refusal)[] = []
    for (const { marketplace, input: { id }, now } of calls) {
      const row = await tx.db.updateTable('api_keys')
        .set((eb) => ({ revoked_at: eb.fn.coalesce('revoked_at', eb.val(now)) }))
        .where('marketplace_id', '=', marketplace).where('id', '=', id).returningAll().executeTakeFirst()
      answers.push(row ? renderApiKey(row) : { refused: 'not_found', detail: `There is no API key ${id}.`, field: 'id' })
    }
    return answers
  },
}

/** Revokes a key at once; the key that makes the call may revoke itself. */
const revokeRoute: Route<'apiKeys.revoke'> = route('apiKeys.revoke', (request, deps) =>
  execute(deps, revoke, {
    marketplace: request.marketplace.id, input: request.params, requestId: request.requestId, claim: request.idempotency,
  }))

export default revokeRoute
