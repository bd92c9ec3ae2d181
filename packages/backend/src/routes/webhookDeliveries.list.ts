import { route, type Route } from '../http/route.ts'
import { listDeliveries } from '../webhooks/deliveries.ts'

const list: Route<'webhookDeliveries.list'> = route('webhookDeliveries.list', async ({ marketplace, query }, { db }) =>
  ({ body: await listDeliveries(db, { marketplace: marketplace.id, query }) }))

export default list
