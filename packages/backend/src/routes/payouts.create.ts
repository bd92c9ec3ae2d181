import { route, type Route } from '../http/route.ts'
import { createSellerPayout } from '../rail/calls.ts'

const create: Route<'payouts.create'> = route('payouts.create', (request, deps) => createSellerPayout(deps, request, request.body))

export default create
