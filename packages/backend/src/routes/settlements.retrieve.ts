import { route, type Route } from '../http/route.ts'
import { readSettlements } from '../store/render/movements.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'settlements.retrieve'> = route('settlements.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readSettlements(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('settlement', params.id)
})

export default retrieve
