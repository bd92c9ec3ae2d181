import { listIds } from '../http/list.ts'
import { pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { readSettlementLines, readSettlements } from '../store/render/movements.ts'
import { notFound } from '../not-found.ts'

const lines: Route<'settlements.lines'> = route('settlements.lines', async ({ marketplace, params, query }, { db }) => {
  const [settlement] = await readSettlements(db, marketplace.id, [params.id])
  if (!settlement) return notFound('settlement', params.id)
  const ids = db.selectFrom('settlement_lines').select('id').where('marketplace_id', '=', marketplace.id)
    .where('settlement_id', '=', params.id)
  return { body: await listIds(ids, pagingOf(query), (page) => readSettlementLines(db, marketplace.id, page)) }
})

export default lines
