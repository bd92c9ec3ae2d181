import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readTransfers } from '../store/render/ledger.ts'

const transfers: Route<'ledger.transfers'> = route('ledger.transfers', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('ledger_transfers').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.order !== undefined, (q) => q.where('order_id', '=', query.order!))
    .$if(query.subject !== undefined, (q) => q.where('subject', '=', query.subject!))
    .$if(query.account !== undefined, (q) => q.where((eb) => eb.exists(eb.selectFrom('ledger_postings').select('position')
      .whereRef('ledger_postings.marketplace_id', '=', 'ledger_transfers.marketplace_id')
      .whereRef('ledger_postings.transfer_id', '=', 'ledger_transfers.id')
      .where((either) => either.or([either('debit_account', '=', query.account!), either('credit_account', '=', query.account!)])))))
  return { body: await listIds(ids, pagingOf(query), (page) => readTransfers(db, marketplace.id, page)) }
})

export default transfers
