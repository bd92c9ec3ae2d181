import type { Pool } from 'pg'

/** How long a delivery that has ended can be read; its event stays, and can be replayed. */
export const DELIVERY_DAYS = 30
const AT_ONCE = 10_000

/** Removes deliveries that ended long ago, and what is left of deleted endpoints. By real time, as keys are. */
export async function sweepDeliveries(pool: Pool): Promise<void> {
  await pool.query(
    `delete from webhook_deliveries where (marketplace_id, id) in (
       select marketplace_id, id from webhook_deliveries
       where state <> 'pending' and created_at < now() - make_interval(days => $1) order by created_at limit $2)`,
    [DELIVERY_DAYS, AT_ONCE],
  )
  await pool.query(
    `delete from webhook_deliveries where (marketplace_id, id) in (
       select d.marketplace_id, d.id from webhook_deliveries d
       join webhook_endpoints e on e.marketplace_id = d.marketplace_id and e.id = d.endpoint_id
       where d.state = 'pending' and e.state = 'deleted' limit $1)`,
    [AT_ONCE],
  )
}
