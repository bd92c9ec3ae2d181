import { isRefusal } from '@holdfast/core'
import { execute } from '../commands/execute.ts'
import { takeDetails } from '../details/details.ts'
import { route, type Route } from '../http/route.ts'
import { createPaymentLink } from '../payment-links/create.ts'
import { railOfSession } from '../rails.ts'

const create: Route<'paymentLinks.create'> = route('paymentLinks.create', async ({ marketplace, body, requestId, idempotency }, deps) => {
  const details = await takeDetails(body.details, 'details.')
  if (isRefusal(details)) return details
  const connector = railOfSession(deps.rails, { currency: body.currency, captureMode: body.captureMode ?? 'automatic' })
  return execute(deps, createPaymentLink, {
    marketplace: marketplace.id, requestId, claim: idempotency, input: { ...body, details, connector, publicUrl: deps.publicUrl },
  })
})

export default create
