import { route, type Route } from '../http/route.ts'
import { readRefunds } from '../store/render/movements.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'refunds.retrieve'> = route('refunds.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readRefunds(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('refund', params.id)
})

export default retrieve
