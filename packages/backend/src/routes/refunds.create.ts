import { route, type Route } from '../http/route.ts'
import { createRefund } from '../rail/calls.ts'

const create: Route<'refunds.create'> = route('refunds.create', (request, deps) => createRefund(deps, request, request.body))

export default create
