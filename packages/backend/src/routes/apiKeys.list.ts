import { renderApiKey } from '../api-keys.ts'
import { pageOf, pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'

const list: Route<'apiKeys.list'> = route('apiKeys.list', async ({ marketplace, query }, { db }) => {
  const paging = pagingOf(query)
  const rows = await db.selectFrom('api_keys').selectAll()
    .where('marketplace_id', '=', marketplace.id)
    .$if(paging.after !== null, (q) => q.where('id', '<', paging.after as string))
    .orderBy('id', 'desc').limit(paging.limit + 1).execute()
  return { body: pageOf(rows, paging, renderApiKey) }
})

export default list
