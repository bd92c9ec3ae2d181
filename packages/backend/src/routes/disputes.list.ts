import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readDisputes } from '../store/render/movements.ts'

const list: Route<'disputes.list'> = route('disputes.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('disputes').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.escrow !== undefined, (q) => q.where('escrow_id', '=', query.escrow!))
    .$if(query.order !== undefined, (q) => q.where('order_id', '=', query.order!))
    .$if(query.status !== undefined, (q) => q.where('state', '=', query.status!))
  return { body: await listIds(ids, pagingOf(query), (page) => readDisputes(db, marketplace.id, page)) }
})

export default list
