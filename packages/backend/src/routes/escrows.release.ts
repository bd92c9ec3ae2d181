import { execute } from '../commands/execute.ts'
import { releaseEscrow } from '../commands/escrows.ts'
import { route, type Route } from '../http/route.ts'

const release: Route<'escrows.release'> = route('escrows.release', async ({ marketplace, params, body, requestId, idempotency }, deps) =>
  execute(deps, releaseEscrow, { marketplace: marketplace.id, requestId, claim: idempotency, input: { escrow: params.id, body } }))

export default release
