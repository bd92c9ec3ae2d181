import { isRefusal } from '@holdfast/core'
import { readNow } from '../commands/execute.ts'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { removeSavedCard } from '../saved-cards/remove.ts'
import { readOffer } from '../saved-cards/store.ts'
import { readView } from '../view.ts'

const remove: Route<'checkout.removeSavedCard'> = route('checkout.removeSavedCard', async ({ marketplace, caller, body }, deps) => {
  const page = { marketplace: marketplace.id, session: caller.session }
  const removed = await inTransaction(deps.pool, async (tx) => {
    const offer = await readOffer(tx.db, page)
    if (!offer) return notFound('saved card', body.savedCard)
    return removeSavedCard(tx, { marketplace: marketplace.id, id: body.savedCard, now: await readNow(tx), buyer: offer.buyer.reference })
  })
  if (isRefusal(removed)) return removed
  const view = await readView(deps, page)
  return view ? { body: view } : notFound('checkout session', caller.session)
})

export default remove
