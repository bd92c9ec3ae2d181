import { route, type Route } from '../http/route.ts'
import { readOrders } from '../store/render/orders.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'orders.retrieve'> = route('orders.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readOrders(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('order', params.id)
})

export default retrieve
