import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { renderSeller } from '../sellers.ts'

const retrieve: Route<'sellers.retrieve'> = route('sellers.retrieve', async ({ marketplace, params }, { db }) => {
  const row = await db.selectFrom('sellers').selectAll()
    .where('marketplace_id', '=', marketplace.id).where('id', '=', params.id).executeTakeFirst()
  return row ? { body: renderSeller(row) } : notFound('seller', params.id)
})

export default retrieve
