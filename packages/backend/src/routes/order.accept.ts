import { acceptByBuyer } from '../commands/escrows.ts'
import { execute } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'

const accept: Route<'order.accept'> = route('order.accept', async ({ marketplace, caller, body, requestId, idempotency }, deps) =>
  execute(deps, acceptByBuyer, {
    marketplace: marketplace.id, requestId, claim: idempotency, input: { ...body, link: { ...caller, marketplace: marketplace.id } },
  }))

export default accept
