import { route, type Route } from '../http/route.ts'
import { readPayouts } from '../store/render/movements.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'payouts.retrieve'> = route('payouts.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readPayouts(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('payout', params.id)
})

export default retrieve
