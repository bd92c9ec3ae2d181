import { route, type Route } from '../http/route.ts'
import { readSessions } from '../store/render/sessions.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'sessions.retrieve'> = route('sessions.retrieve', async ({ marketplace, params }, { db, sealer }) => {
  const [found] = await readSessions({ db, sealer }, marketplace.id, [params.id])
  return found ? { body: found } : notFound('checkout session', params.id)
})

export default retrieve
