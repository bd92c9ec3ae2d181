import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readEscrows } from '../store/render/orders.ts'

const list: Route<'escrows.list'> = route('escrows.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('escrows').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.seller !== undefined, (q) => q.where('seller_id', '=', query.seller!))
    .$if(query.order !== undefined, (q) => q.where('order_id', '=', query.order!))
  return { body: await listIds(ids, pagingOf(query), (page) => readEscrows(db, marketplace.id, page)) }
})

export default list
