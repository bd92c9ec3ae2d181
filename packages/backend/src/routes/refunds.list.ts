import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readRefunds } from '../store/render/movements.ts'

const list: Route<'refunds.list'> = route('refunds.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('refunds').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.payment !== undefined, (q) => q.where('payment_id', '=', query.payment!))
    .$if(query.order !== undefined, (q) => q.where('order_id', '=', query.order!))
    .$if(query.status !== undefined, (q) => q.where('state', '=', query.status!))
  return { body: await listIds(ids, pagingOf(query), (page) => readRefunds(db, marketplace.id, page)) }
})

export default list
