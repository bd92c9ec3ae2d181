import { isRefusal } from '@holdfast/core'
import { route, type Route } from '../http/route.ts'
import { readEndpoint } from '../webhooks/endpoints.ts'

const retrieve: Route<'webhookEndpoints.retrieve'> = route('webhookEndpoints.retrieve', async ({ marketplace, params }, { db, clock }) => {
  const found = await readEndpoint(db, { marketplace: marketplace.id, id: params.id, now: clock.now() })
  return isRefusal(found) ? found : { body: found }
})

export default retrieve
