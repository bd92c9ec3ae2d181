import type { QueryOf } from '@holdfast/contract'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'
import { renderEvent } from '../events.ts'
import { pageOf, pagingOf } from '../http/paging.ts'
import { route, type Route } from '../http/route.ts'
import { notFound } from '../not-found.ts'

/**
 * Newest first by id; or oldest first, in the order of their transactions, so that a reader who remembers the last
 * id loses none: events whose transaction began before another open one are held back until that one has ended. An id
 * that is no event here is refused: its reader would wait for ever.
 */
const list: Route<'events.list'> = route('events.list', async ({ marketplace, query }, { db }) => {
  const paging = pagingOf(query)
  const all = chosen(db, { marketplace: marketplace.id, query })
  const { after } = paging
  if (query.order !== 'oldest') {
    const rows = await all.$if(after !== null, (q) => q.where('id', '<', after as string))
      .orderBy('id', 'desc').limit(paging.limit + 1).execute()
    return { body: pageOf(rows, paging, renderEvent) }
  }
  const cursor = db.selectFrom('events').select(['transaction_id', 'id'])
    .where('marketplace_id', '=', marketplace.id).where('id', '=', after)
  const rows = await all
    .where('transaction_id', '<', sql<string>`pg_snapshot_xmin(pg_current_snapshot())`)
    .$if(after !== null, (q) => q.where(sql<boolean>`(transaction_id, id) > (${cursor})`))
    .orderBy('transaction_id').orderBy('id').limit(paging.limit + 1).execute()
  if (rows.length === 0 && after !== null && !await cursor.executeTakeFirst()) return { ...notFound('event', after), field: 'after' }
  return { body: pageOf(rows, paging, renderEvent) }
})

function chosen(db: Kysely<Database>, { marketplace, query }: { marketplace: string; query: QueryOf<'events.list'> }) {
  return db.selectFrom('events').selectAll().where('marketplace_id', '=', marketplace)
    .$if(query.type !== undefined, (q) => q.where('type', '=', query.type as string))
    .$if(query.object !== undefined, (q) => q.where('subject', '=', query.object as string))
}

export default list
