import { route, type Route } from '../http/route.ts'
import { confirmCheckout } from '../rail/calls.ts'

const confirm: Route<'checkout.confirm'> = route('checkout.confirm', (request, deps) =>
  confirmCheckout(deps, request, {
    session: request.caller.session, body: request.body, visitor: request.visitor, origin: request.origin,
  }))

export default confirm
