import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readOrders } from '../store/render/orders.ts'

const list: Route<'orders.list'> = route('orders.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('orders').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.reference !== undefined, (q) => q.where('reference', '=', query.reference!))
    .$if(query.status !== undefined, (q) => q.where('state', '=', query.status!))
    .$if(query.buyer !== undefined, (q) => q.where('buyer_reference', '=', query.buyer!))
    .$if(query.paymentLink !== undefined, (q) => q.where('payment_link_id', '=', query.paymentLink!))
    .$if(query.seller !== undefined, (q) => q.where((eb) => eb.exists(eb.selectFrom('escrows').select('escrows.id')
      .whereRef('escrows.marketplace_id', '=', 'orders.marketplace_id').whereRef('escrows.order_id', '=', 'orders.id')
      .where('escrows.seller_id', '=', query.seller!))))
  return { body: await listIds(ids, pagingOf(query), (page) => readOrders(db, marketplace.id, page)) }
})

export default list
