import { idFloor, newId, type BodyOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { againOnConflict, giveUpAt, type EndpointId } from './fan-out.ts'

/** An id's time is that of the process that made it, an event's that of the database: their clocks may differ so far. */
const SKEW_MS = 300_000

interface Replaying extends EndpointId {
  readonly now: Date
}

/** The first event that is sent again; null: none is. */
interface From {
  readonly event: string | null
}

/** Sends one event again, whatever the endpoint asks for. */
export async function replayOne(tx: Tx, { marketplace, endpoint, now, event }: Replaying & { readonly event: string }): Promise<From | Refusal> {
  const { rowCount } = await tx.client.query(
    `insert into webhook_deliveries as d (marketplace_id, id, endpoint_id, event_id, event_type, state, next_attempt_at, give_up_at, created_at)
     select $1, $2, $3, v.id, v.type, 'pending', $5, $6, $5 from events v where v.marketplace_id = $1 and v.id = $4
     ${againOnConflict}`,
    [marketplace, newId('webhookDelivery'), endpoint, event, now, giveUpAt(now)],
  )
  return rowCount === 0 ? noSuchEvent(event, 'event') : { event }
}

function noSuchEvent(id: string, field: string): Refusal {
  return { refused: 'not_found', field, detail: `There is no event ${id} in this marketplace.` }
}

type Since = Exclude<BodyOf<'webhookEndpoints.replay'>, { event: string }>

/**
 * Sends again what came after an event, or from an instant on, up to where the outbox's own place stands. The worker
 * goes through it page by page; of two replays at once, the one that begins earlier covers both.
 */
export async function replayFrom(tx: Tx, { marketplace, endpoint, wanted, offsetMs }: Replaying & { readonly wanted: Since; readonly offsetMs: number }): Promise<From | Refusal> {
  const start = 'after' in wanted ? await startAfter(tx, { marketplace, id: wanted.after })
    : await startSince(tx, { marketplace, since: new Date(wanted.since), offsetMs })
  if (start === null) return 'after' in wanted ? noSuchEvent(wanted.after, 'after') : { event: null }
  const { rows: [first] } = await tx.client.query<{ id: string }>(
    `select id from events where marketplace_id = $1 and (transaction_id, id) > ($2::xid8, $3::text) order by transaction_id, id limit 1`,
    [marketplace, start.transaction, start.event],
  )
  if (!first) return { event: null }
  await tx.client.query(
    `update webhook_endpoints set replay_transaction = $3::xid8, replay_event = $4 where marketplace_id = $1 and id = $2
       and (replay_transaction is null or (replay_transaction, replay_event) > ($3::xid8, $4::text))`,
    [marketplace, endpoint, start.transaction, start.event],
  )
  return { event: first.id }
}

interface Start {
  readonly transaction: string
  /** Exclusive: the first event is the one after it. */
  readonly event: string
}

async function startAfter(tx: Tx, { marketplace, id }: { marketplace: string; id: string }): Promise<Start | null> {
  const { rows } = await tx.client.query<Start>('select transaction_id as transaction, id as event from events where marketplace_id = $1 and id = $2', [marketplace, id])
  return rows[0] ?? null
}

/** Ids carry the time of their making, so that only what is younger is looked at. */
async function startSince(tx: Tx, { marketplace, since, offsetMs }: { marketplace: string; since: Date; offsetMs: number }): Promise<Start | null> {
  const floor = idFloor('event', since.getTime() - offsetMs - SKEW_MS)
  const { rows } = await tx.client.query<Start>(
    `with younger as materialized (
       select transaction_id from events where marketplace_id = $1 and id >= $2 and created_at >= $3)
     select min(transaction_id::text::numeric)::text as transaction, '' as event from younger having count(*) > 0`,
    [marketplace, floor, since],
  )
  return rows[0] ?? null
}
