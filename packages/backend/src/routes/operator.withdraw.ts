import { execute } from '../commands/execute.ts'
import { withdrawFees } from '../commands/operator.ts'
import { route, type Route } from '../http/route.ts'

const withdraw: Route<'operator.withdraw'> = route('operator.withdraw', async ({ marketplace, body, requestId, idempotency }, deps) =>
  execute(deps, withdrawFees, { marketplace: marketplace.id, requestId, claim: idempotency, input: body }))

export default withdraw
