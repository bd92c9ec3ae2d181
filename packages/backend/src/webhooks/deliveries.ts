import type { QueryOf, ResponseOf } from '@holdfast/contract'
import { sql, type Selectable } from 'kysely'
import { listIds } from '../http/list.ts'
import { pagingOf, type Page } from '../http/paging.ts'
import type { Reader } from '../store/render/values.ts'
import type { WebhookAttemptsTable, WebhookDeliveriesTable } from './tables.ts'

export type WebhookDelivery = ResponseOf<'webhookDeliveries.retrieve'>
type DeliveryRow = Selectable<WebhookDeliveriesTable>
type AttemptRow = Selectable<WebhookAttemptsTable>

const SHOWN_ATTEMPTS = 10

/** One page of deliveries, newest first. */
export function listDeliveries(db: Reader, { marketplace, query }: { marketplace: string; query: QueryOf<'webhookDeliveries.list'> }): Promise<Page<WebhookDelivery>> {
  const { endpoint, event, status } = query
  const ids = db.selectFrom('webhook_deliveries').select('id').where('marketplace_id', '=', marketplace)
    .$if(endpoint !== undefined, (q) => q.where('endpoint_id', '=', endpoint as string))
    .$if(event !== undefined, (q) => q.where('event_id', '=', event as string))
    .$if(status !== undefined, (q) => q.where('state', '=', status as DeliveryRow['state']))
  return listIds(ids, pagingOf(query), (page) => readDeliveries(db, marketplace, page))
}

/** Deliveries with their latest attempts, in the ids' order. */
export async function readDeliveries(db: Reader, marketplace: string, ids: readonly string[]): Promise<WebhookDelivery[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('webhook_deliveries').selectAll()
    .where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const { rows: attempts } = await sql<AttemptRow>`
    select a.* from unnest(${[...ids]}::text[]) as wanted (id)
    cross join lateral (select * from webhook_attempts a
      where a.marketplace_id = ${marketplace} and a.delivery_id = wanted.id order by a.number desc limit ${SHOWN_ATTEMPTS}) a`.execute(db)
  const ofDelivery = Map.groupBy(attempts, ({ delivery_id: delivery }) => delivery)
  const byId = new Map(rows.map((row) => [row.id, renderDelivery(row, ofDelivery.get(row.id) ?? [])]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

function renderDelivery(row: DeliveryRow, attempts: readonly AttemptRow[]): WebhookDelivery {
  return {
    id: row.id, object: 'webhook_delivery', endpoint: row.endpoint_id, event: row.event_id, eventType: row.event_type,
    status: row.state, attemptCount: row.attempts,
    nextAttemptAt: row.state === 'pending' ? row.next_attempt_at.toISOString() : null,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
    attempts: attempts.toSorted((a, b) => b.number - a.number).map((attempt) => ({
      at: attempt.at.toISOString(), statusCode: attempt.status_code, durationMs: attempt.duration_ms, error: attempt.error,
    })),
    createdAt: row.created_at.toISOString(),
  }
}

