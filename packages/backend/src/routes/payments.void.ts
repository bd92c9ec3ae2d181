import { route, type Route } from '../http/route.ts'
import { voidPayment } from '../rail/calls.ts'

const voidRoute: Route<'payments.void'> = route('payments.void', (request, deps) =>
  voidPayment(deps, request, { payment: request.params.id }))

export default voidRoute
