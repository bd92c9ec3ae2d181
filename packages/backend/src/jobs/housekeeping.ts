import type { Pool } from 'pg'

/** How long a key answers; after that it may be used anew. */
export const IDEMPOTENCY_DAYS = 35
/** How long what was no rail's word is kept, for whoever looks into it. What was is kept for good. */
const REFUSED_DAYS = 90
/** What is still due is tried again at its time; a failure that nobody came back to for so long is of what is done. */
const FAILURE_HOURS = 6
const AT_ONCE = 10_000

/**
 * Removes some of what has been kept long enough. By real time: advancing the virtual clock must not forget a key.
 *
 * @returns whether there may be more
 */
export async function sweep(pool: Pool): Promise<boolean> {
  const keys = await pool.query(
    `delete from idempotency_keys where (marketplace_id, scope, key) in (
       select marketplace_id, scope, key from idempotency_keys
       where created_at < now() - make_interval(days => $1) limit $2)`,
    [IDEMPOTENCY_DAYS, AT_ONCE],
  )
  const forgeries = await pool.query(
    `delete from notifications where (marketplace_id, connector, id) in (
       select marketplace_id, connector, id from notifications
       where verdict = 'refused' and received_at < now() - make_interval(days => $1) limit $2)`,
    [REFUSED_DAYS, AT_ONCE],
  )
  await pool.query('delete from job_failures where next_try_at < now() - make_interval(hours => $1)', [FAILURE_HOURS])
  return keys.rowCount === AT_ONCE || forgeries.rowCount === AT_ONCE
}
