import { execute } from '../commands/execute.ts'
import { acceptEscrow } from '../commands/escrows.ts'
import { route, type Route } from '../http/route.ts'

const accept: Route<'escrows.accept'> = route('escrows.accept', async ({ marketplace, params, requestId, idempotency }, deps) =>
  execute(deps, acceptEscrow, { marketplace: marketplace.id, requestId, claim: idempotency, input: { escrow: params.id } }))

export default accept
