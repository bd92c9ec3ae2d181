import type { MarketplaceRow } from '../marketplaces.ts'
import { readMarketplaceRow, renderMarketplace } from '../marketplaces.ts'
import { route, type Route } from '../http/route.ts'

/** The marketplace of the key. */
const retrieve: Route<'marketplace.retrieve'> = route('marketplace.retrieve', async ({ marketplace }, deps) => {
  const row = await readMarketplaceRow(deps.db, marketplace.id)
  return { body: renderMarketplace(row as MarketplaceRow, deps) }
})

export default retrieve
