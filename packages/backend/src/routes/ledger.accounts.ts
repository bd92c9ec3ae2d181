import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readLedgerAccounts } from '../store/render/ledger.ts'

const accounts: Route<'ledger.accounts'> = route('ledger.accounts', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('ledger_accounts').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.name !== undefined, (q) => q.where((eb) => eb.fn<boolean>('starts_with', ['name', eb.val(query.name!)])))
  return { body: await listIds(ids, pagingOf(query), (page) => readLedgerAccounts(db, marketplace.id, page)) }
})

export default accounts
