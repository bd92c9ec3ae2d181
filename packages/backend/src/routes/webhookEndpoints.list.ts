import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { listEndpoints } from '../webhooks/endpoints.ts'

const list: Route<'webhookEndpoints.list'> = route('webhookEndpoints.list', async ({ marketplace, query }, { db, clock }) =>
  ({ body: await listEndpoints(db, { marketplace: marketplace.id, now: clock.now(), paging: pagingOf(query) }) }))

export default list
