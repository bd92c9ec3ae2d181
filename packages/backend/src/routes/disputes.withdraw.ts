import { execute } from '../commands/execute.ts'
import { withdrawDisputes } from '../commands/disputes.ts'
import { route, type Route } from '../http/route.ts'

const withdraw: Route<'disputes.withdraw'> = route('disputes.withdraw', async ({ marketplace, params, requestId, idempotency }, deps) =>
  execute(deps, withdrawDisputes, { marketplace: marketplace.id, requestId, claim: idempotency, input: params }))

export default withdraw
