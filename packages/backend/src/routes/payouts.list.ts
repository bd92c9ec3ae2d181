import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readPayouts } from '../store/render/movements.ts'

const list: Route<'payouts.list'> = route('payouts.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('payouts').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.seller !== undefined, (q) => q.where('seller_id', '=', query.seller!))
    .$if(query.status !== undefined, (q) => q.where('state', '=', query.status!))
  return { body: await listIds(ids, pagingOf(query), (page) => readPayouts(db, marketplace.id, page)) }
})

export default list
