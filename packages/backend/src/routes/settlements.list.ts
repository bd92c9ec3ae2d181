import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readSettlements } from '../store/render/movements.ts'

const list: Route<'settlements.list'> = route('settlements.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('settlements').select('id').where('marketplace_id', '=', marketplace.id)
  return { body: await listIds(ids, pagingOf(query), (page) => readSettlements(db, marketplace.id, page)) }
})

export default list
