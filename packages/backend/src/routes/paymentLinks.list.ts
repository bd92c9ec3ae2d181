import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readPaymentLinks } from '../payment-links/store.ts'

const list: Route<'paymentLinks.list'> = route('paymentLinks.list', async ({ marketplace, query }, { db, publicUrl }) => {
  const ids = db.selectFrom('payment_links').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.reference !== undefined, (q) => q.where('reference', '=', query.reference!))
  return { body: await listIds(ids, pagingOf(query), (page) => readPaymentLinks({ db, publicUrl }, marketplace.id, page)) }
})

export default list
