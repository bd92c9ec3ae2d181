import { renderEvent } from '../events.ts'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'

const retrieve: Route<'events.retrieve'> = route('events.retrieve', async ({ marketplace, params }, { db }) => {
  const row = await db.selectFrom('events').selectAll()
    .where('marketplace_id', '=', marketplace.id).where('id', '=', params.id).executeTakeFirst()
  if (!row) return notFound('event', params.id)
  return { body: renderEvent(row) }
})

export default retrieve
