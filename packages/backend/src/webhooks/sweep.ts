import type { Pool } from 'pg'

/** How long a delivery that has ended can be read; its event stays, and can be replayed. */
export const DELIVERY_DAYS = 30
const AT_ONCE = 5_000

/**
 * Removes deliveries that ended long ago, and what is left of deleted endpoints: some thousands. By real time, as keys.
 *
 * @returns whether there may be more
 */
export async function sweepDeliveries(pool: Pool): Promise<boolean> {
  const ended = await pool.query(
    `delete from webhook_deliveries where (marketplace_id, id) in (
       select marketplace_id, id from webhook_deliveries
       where state <> 'pending' and created_at < now() - make_interval(days => $1) order by created_at limit $2)`,
    [DELIVERY_DAYS, AT_ONCE],
  )
  const orphaned = await pool.query(
    `delete from webhook_deliveries where (marketplace_id, id) in (
       select d.marketplace_id, d.id from webhook_deliveries d
       join webhook_endpoints e on e.marketplace_id = d.marketplace_id and e.id = d.endpoint_id
       where d.state = 'pending' and e.state = 'deleted' limit $1)`,
    [AT_ONCE],
  )
  return ended.rowCount === AT_ONCE || orphaned.rowCount === AT_ONCE
}
