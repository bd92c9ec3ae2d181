import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { readDeliveries } from '../webhooks/deliveries.ts'

const retrieve: Route<'webhookDeliveries.retrieve'> = route('webhookDeliveries.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readDeliveries(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('webhook delivery', params.id)
})

export default retrieve
