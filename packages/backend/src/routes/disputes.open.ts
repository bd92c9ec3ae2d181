import { execute } from '../commands/execute.ts'
import { openDisputes } from '../commands/disputes.ts'
import { route, type Route } from '../http/route.ts'

const open: Route<'disputes.open'> = route('disputes.open', async ({ marketplace, body, requestId, idempotency }, deps) =>
  execute(deps, openDisputes, { marketplace: marketplace.id, requestId, claim: idempotency, input: body }))

export default open
