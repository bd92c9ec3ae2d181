import { execute } from '../commands/execute.ts'
import { endSessionCommand } from '../commands/sessions.ts'
import { route, type Route } from '../http/route.ts'
import { openingOf } from '../store/render/sessions.ts'

const command = endSessionCommand('sessions.cancel')

const cancel: Route<'sessions.cancel'> = route('sessions.cancel', async ({ marketplace, params, requestId, idempotency }, deps) =>
  execute(deps, command, { marketplace: marketplace.id, requestId, claim: idempotency, input: { id: params.id, ...openingOf(deps) } }))

export default cancel
