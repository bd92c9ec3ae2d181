import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readReleases } from '../store/render/movements.ts'

const list: Route<'releases.list'> = route('releases.list', async ({ marketplace, query }, { db }) => {
  const ids = db.selectFrom('releases').select('id').where('marketplace_id', '=', marketplace.id)
    .$if(query.escrow !== undefined, (q) => q.where('escrow_id', '=', query.escrow!))
    .$if(query.seller !== undefined, (q) => q.where('seller_id', '=', query.seller!))
  return { body: await listIds(ids, pagingOf(query), (page) => readReleases(db, marketplace.id, page)) }
})

export default list
