import type { AnyRoute } from '../http/route.ts'
import apiKeysCreate from './apiKeys.create.ts'
import apiKeysList from './apiKeys.list.ts'
import apiKeysRevoke from './apiKeys.revoke.ts'
import clockAdvance from './clock.advance.ts'
import clockRetrieve from './clock.retrieve.ts'
import eventsList from './events.list.ts'
import eventsRetrieve from './events.retrieve.ts'
import marketplaceKeys from './marketplace.keys.ts'
import marketplaceRetrieve from './marketplace.retrieve.ts'
import marketplaceUpdate from './marketplace.update.ts'
import sellersCreate from './sellers.create.ts'
import sellersList from './sellers.list.ts'
import sellersRetrieve from './sellers.retrieve.ts'
import sellersUpdate from './sellers.update.ts'

/** Every call that is answered; each name stands in the contract's table. */
export const routes: readonly AnyRoute[] = [
  marketplaceRetrieve, marketplaceUpdate, marketplaceKeys,
  apiKeysCreate, apiKeysList, apiKeysRevoke,
  sellersCreate, sellersRetrieve, sellersUpdate, sellersList,
  eventsList, eventsRetrieve,
  clockRetrieve, clockAdvance,
]
