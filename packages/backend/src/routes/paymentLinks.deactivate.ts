import { execute } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { deactivatePaymentLink } from '../payment-links/deactivate.ts'

const deactivate: Route<'paymentLinks.deactivate'> = route('paymentLinks.deactivate', async ({ marketplace, params, requestId, idempotency }, deps) =>
  execute(deps, deactivatePaymentLink, {
    marketplace: marketplace.id, requestId, claim: idempotency, input: { id: params.id, publicUrl: deps.publicUrl },
  }))

export default deactivate
