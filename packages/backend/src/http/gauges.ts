import type { Pool } from 'pg'
import type { Gauges } from './metrics.ts'

/** What only the database knows, each asked for when metrics are read. */
export function gaugesOf(pool: Pool): Gauges {
  const count = (text: string) => async () => Number((await pool.query<{ n: bigint }>(text)).rows[0]?.n ?? 0n)
  return {
    unknownOperations: count(`select count(*) as n from operations where state = 'unknown' and outcome->>'outcome' is distinct from 'action_required'`),
    // An estimate: counting them all would take longer each day.
    events: count(`select greatest(reltuples, 0)::bigint as n from pg_class where oid = 'events'::regclass`),
    setAside: count('select count(*) as n from job_failures where set_aside_at is not null'),
    // what the outbox holds back behind a transaction that stays open waits as well
    webhookBacklog: count(`select coalesce(greatest(0, extract(epoch from app_now() - least(
        (select min(d.created_at) from webhook_deliveries d
           join webhook_endpoints e on e.marketplace_id = d.marketplace_id and e.id = d.endpoint_id
           where d.state = 'pending' and e.state = 'enabled'),
        (select min(ahead.created_at) from webhook_endpoints e cross join lateral (
           select v.created_at from events v where v.marketplace_id = e.marketplace_id
             and (v.transaction_id, v.id) > (e.cursor_transaction, e.cursor_event)
           order by v.transaction_id, v.id limit 1) ahead where e.state = 'enabled')))), 0)::bigint as n`),
    webhooksFailing: count(`select count(*) as n from webhook_endpoints where state = 'enabled' and failing_since < app_now() - interval '1 day'`),
    findings: count('select count(*) as n from verifier_findings where resolved_at is null'),
    verifierLag: count(`select greatest(0, extract(epoch from now() - min(coalesce(k.caught_up_at, m.created_at))))::bigint as n
      from marketplaces m left join verifier_marks k using (marketplace_id)`),
  }
}
