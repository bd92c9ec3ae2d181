import type { BodyOf, ResponseOf } from '@holdfast/contract'
import { renderApiKey } from '../api-keys.ts'
import { execute, type Command } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { newKey, type Mode } from '../keys.ts'
import { insertApiKey } from '../marketplaces.ts'

type Input = BodyOf<'apiKeys.create'> & { readonly mode: Mode }

const create: Command<Input, ResponseOf<'apiKeys.create'>> = {
  name: 'apiKeys.create',
  async run(tx, calls) {
    const answers: ResponseOf<'apiKeys.create'>[] = []
    for (const { marketplace, input: { kind, mode }, now } of calls) {
      const key = newKey({ kind, mode, marketplace })
      const row = await insertApiKey(tx, { marketplace, kind, mode, key, now })
      answers.push({ ...renderApiKey(row), key })
    }
    return answers
  },
}

/** Makes an API key. Only this answer, and its replay to the same Idempotency-Key, show the key. */
const createRoute: Route<'apiKeys.create'> = route('apiKeys.create', (request, deps) =>
  execute(deps, create, {
    marketplace: request.marketplace.id, input: { ...request.body, mode: request.marketplace.mode },
    requestId: request.requestId, claim: request.idempotency,
  }))

export default createRoute
