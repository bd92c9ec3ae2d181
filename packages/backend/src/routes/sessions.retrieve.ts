import { route, type Route } from '../http/route.ts'
import { readSessions } from '../store/render/sessions.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'sessions.retrieve'> = route('sessions.retrieve', async ({ marketplace, params }, deps) => {
  const [found] = await readSessions(deps, marketplace.id, [params.id])
  return found ? { body: found } : notFound('checkout session', params.id)
})

export default retrieve
