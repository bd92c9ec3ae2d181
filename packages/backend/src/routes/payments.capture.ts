import { route, type Route } from '../http/route.ts'
import { capturePayment } from '../rail/calls.ts'

const capture: Route<'payments.capture'> = route('payments.capture', (request, deps) =>
  capturePayment(deps, request, { payment: request.params.id, body: request.body }))

export default capture
