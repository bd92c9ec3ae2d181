import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readSessions } from '../store/render/sessions.ts'

const list: Route<'sessions.list'> = route('sessions.list', async ({ marketplace, query }, deps) => {
  const ids = deps.db.selectFrom('sessions').select('id').where('marketplace_id', '=', marketplace.id)
  return { body: await listIds(ids, pagingOf(query), (page) => readSessions(deps, marketplace.id, page)) }
})

export default list
