import { route, type Route } from '../http/route.ts'
import { readSellerBalances } from '../store/render/balances.ts'
import { notFound } from '../not-found.ts'

const balances: Route<'sellers.balances'> = route('sellers.balances', async ({ marketplace, params }, { db }) => {
  const seller = await db.selectFrom('sellers').select('id').where('marketplace_id', '=', marketplace.id)
    .where('id', '=', params.id).executeTakeFirst()
  if (!seller) return notFound('seller', params.id)
  return { body: { object: 'list' as const, data: await readSellerBalances(db, marketplace.id, seller.id), hasMore: false as const } }
})

export default balances
