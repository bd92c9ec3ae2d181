import { disputeByBuyer } from '../commands/disputes.ts'
import { execute } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'

const dispute: Route<'order.dispute'> = route('order.dispute', async ({ marketplace, caller, body, requestId, idempotency }, deps) =>
  execute(deps, disputeByBuyer, {
    marketplace: marketplace.id, requestId, claim: idempotency, input: { ...body, link: { ...caller, marketplace: marketplace.id } },
  }))

export default dispute
