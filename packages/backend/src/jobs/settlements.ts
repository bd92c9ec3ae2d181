import { recordReports } from '../commands/import-settlements.ts'
import { fetchReports } from '../rail/reports.ts'
import type { JobHandler, Subject } from './handler.ts'
import { mayAsk, rememberAsked } from './polls.ts'

const HOUR_MS = 3_600_000

/** Imports the rails' reports: when a day of the clock has ended, and each hour for those that come late. */
export const settlements: JobHandler = {
  queue: 'settlements',
  async due(deps, { limit, except }) {
    const { rows } = await deps.pool.query<Subject>({
      name: 'due_settlements',
      text: `select m.marketplace_id as marketplace, m.marketplace_id || '/' || rail.connector as id
             from marketplaces m cross join unnest($2::text[]) as rail (connector)
             where m.marketplace_id || '/' || rail.connector <> all($1)
               and exists (select from payments p where p.marketplace_id = m.marketplace_id and p.connector = rail.connector)
             order by 2`,
      values: [except, [...deps.rails.payments.keys()]],
    })
    return rows.filter(({ id }) => mayAsk(deps, feedOf(id, deps.clock.now()), { everyMs: HOUR_MS })).slice(0, limit)
  },
  async handle(deps, { marketplace, id }) {
    const feed = feedOf(id, deps.clock.now())
    const fetched = await fetchReports(deps, { marketplace, connector: id.split('/')[1] as string })
    const [failure] = await recordReports(deps, { marketplace, input: [fetched] })
    if (failure) throw failure.error
    rememberAsked(deps, feed)
  },
}

/** A new day of the clock is a new feed to ask. */
function feedOf(id: string, at: Date): string {
  return `settlements/${id}/${at.toISOString().slice(0, 10)}`
}
