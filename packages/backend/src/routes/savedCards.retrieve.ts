import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'
import { readSavedCards } from '../saved-cards/store.ts'

const retrieve: Route<'savedCards.retrieve'> = route('savedCards.retrieve', async ({ marketplace, params }, { db }) => {
  const [card] = await readSavedCards(db, marketplace.id, [params.id])
  return card ? { body: card } : notFound('saved card', params.id)
})

export default retrieve
