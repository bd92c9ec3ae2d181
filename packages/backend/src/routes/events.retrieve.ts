import { renderEvent } from '../events.ts'
import { route, type Route } from '../http/route.ts'

const retrieve: Route<'events.retrieve'> = route('events.retrieve', async ({ marketplace, params }, { db }) => {
  const row = await db.selectFrom('events').selectAll()
    .where('marketplace_id', '=', marketplace.id).where('id', '=', params.id).executeTakeFirst()
  if (!row) return { refused: 'not_found', detail: `There is no event ${params.id} in this marketplace.`, field: 'id' }
  return { body: renderEvent(row) }
})

export default retrieve
