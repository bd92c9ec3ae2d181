import { route, type Route } from '../http/route.ts'
import { readEscrows } from '../store/render/orders.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'escrows.retrieve'> = route('escrows.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readEscrows(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('escrow', params.id)
})

export default retrieve
