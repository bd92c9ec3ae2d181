import { execute } from '../commands/execute.ts'
import { deliverEscrow } from '../commands/escrows.ts'
import { route, type Route } from '../http/route.ts'

const deliver: Route<'escrows.deliver'> = route('escrows.deliver', async ({ marketplace, params, body, requestId, idempotency }, deps) =>
  execute(deps, deliverEscrow, { marketplace: marketplace.id, requestId, claim: idempotency, input: { escrow: params.id, body } }))

export default deliver
