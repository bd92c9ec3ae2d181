import { execute } from '../commands/execute.ts'
import { updateSession } from '../commands/sessions.ts'
import { route, type Route } from '../http/route.ts'

const update: Route<'sessions.update'> = route('sessions.update', async ({ marketplace, params, body, requestId, idempotency }, deps) =>
  execute(deps, updateSession, {
    marketplace: marketplace.id, requestId, claim: idempotency, input: { ...body, id: params.id, sealer: deps.sealer },
  }))

export default update
