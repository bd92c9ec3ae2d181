import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readSavedCards } from '../saved-cards/store.ts'

const list: Route<'savedCards.list'> = route('savedCards.list', async ({ marketplace, query }, { db }) => {
  const { buyer, company, status = 'active' } = query
  const ids = db.selectFrom('saved_cards').select('id').where('marketplace_id', '=', marketplace.id).where('state', '=', status)
    .$if(buyer !== undefined, (q) => q.where('buyer_reference', '=', buyer as string))
    .$if(company !== undefined, (q) => q.where('company_reference', '=', company as string))
  return { body: await listIds(ids, pagingOf(query), (page) => readSavedCards(db, marketplace.id, page)) }
})

export default list
