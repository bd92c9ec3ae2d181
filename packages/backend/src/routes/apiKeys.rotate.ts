import type { ResponseOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { sql } from 'kysely'
import { renderApiKey } from '../api-keys.ts'
import { execute, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { newKey, type Mode } from '../keys.ts'
import { insertApiKey } from '../marketplaces.ts'
import { notFound } from '../not-found.ts'

interface Input {
  readonly id: string
  readonly mode: Mode
  readonly overlapHours: number
}

type Rotated = ResponseOf<'apiKeys.rotate'>

const rotate: Command<Input, Rotated> = {
  name: 'apiKeys.rotate',
  async run(tx, calls) {
    const answers: (Rotated | Refusal)[] = []
    for (const { marketplace, input: { id, mode, overlapHours }, now } of calls) {
      // a key's life is real time, as its holder's is; one that ends sooner already keeps its end
      const old = await tx.db.updateTable('api_keys')
        .set({ expires_at: sql<Date>`least(expires_at, now() + make_interval(hours => ${overlapHours}))` })
        .where('marketplace_id', '=', marketplace).where('id', '=', id).where('revoked_at', 'is', null)
        .returning('kind').executeTakeFirst()
      if (!old) {
        answers.push({ ...notFound('API key', id), field: 'id' })
        continue
      }
      const key = newKey({ kind: old.kind, mode, marketplace })
      answers.push({ ...renderApiKey(await insertApiKey(tx, { marketplace, kind: old.kind, mode, key, now })), key })
    }
    return answers
  },
}

/** Makes the key that follows one, which works on for the overlap. Only this answer and its replay show the new key. */
const rotateRoute: Route<'apiKeys.rotate'> = route('apiKeys.rotate', (request, deps) =>
  execute(deps, rotate, {
    marketplace: request.marketplace.id, requestId: request.requestId, claim: request.idempotency,
    input: { id: request.params.id, mode: request.marketplace.mode, overlapHours: request.body.overlapHours },
  }))

export default rotateRoute
