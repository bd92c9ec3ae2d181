import { pageOf, pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { renderSeller } from '../sellers.ts'

const list: Route<'sellers.list'> = route('sellers.list', async ({ marketplace, query }, { db }) => {
  const paging = pagingOf(query)
  const rows = await db.selectFrom('sellers').selectAll()
    .where('marketplace_id', '=', marketplace.id)
    .$if(query.reference !== undefined, (q) => q.where('reference', '=', query.reference as string))
    .$if(paging.after !== null, (q) => q.where('id', '<', paging.after as string))
    .orderBy('id', 'desc').limit(paging.limit + 1).execute()
  return { body: pageOf(rows, paging, renderSeller) }
})

export default list
