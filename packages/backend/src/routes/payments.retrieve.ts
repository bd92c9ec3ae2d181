import { route, type Route } from '../http/route.ts'
import { readPayments } from '../store/render/payments.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'payments.retrieve'> = route('payments.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readPayments(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('payment', params.id)
})

export default retrieve
