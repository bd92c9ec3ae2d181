import { route, type Route } from '../http/route.ts'
import { readDisputes } from '../store/render/movements.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'disputes.retrieve'> = route('disputes.retrieve', async ({ marketplace, params }, { db }) => {
  const [found] = await readDisputes(db, marketplace.id, [params.id])
  return found ? { body: found } : notFound('dispute', params.id)
})

export default retrieve
