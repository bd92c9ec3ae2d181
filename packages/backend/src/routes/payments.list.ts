import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readPayments } from '../store/render/payments.ts'

const list: Route<'payments.list'> = route('payments.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('payments').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.order !== undefined, (q) => q.where('order_id', '=', query.order!))
    .$if(query.status !== undefined, (q) => q.where('state', '=', query.status!))
  return { body: await listIds(ids, pagingOf(query), (page) => readPayments(db, marketplace.id, page)) }
})

export default list
