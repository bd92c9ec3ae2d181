import { execute } from '../commands/execute.ts'
import { topUpCustody } from '../commands/operator.ts'
import { route, type Route } from '../http/route.ts'

const topUp: Route<'operator.topUp'> = route('operator.topUp', async ({ marketplace, body, requestId, idempotency }, deps) =>
  execute(deps, topUpCustody, { marketplace: marketplace.id, requestId, claim: idempotency, input: body }))

export default topUp
