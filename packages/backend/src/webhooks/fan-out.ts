import { newId } from '@holdfast/contract'
import type { Pool } from 'pg'
import { GIVE_UP_AFTER_MS } from './schedule.ts'

/** So many events are looked at in one go; two statements, whatever their number. */
export const PAGE = 500

export interface EndpointId {
  readonly marketplace: string
  readonly endpoint: string
}

interface Cursor {
  readonly transaction: string
  readonly event: string
}

interface Places extends Cursor {
  readonly types: string[] | null
  readonly replayTransaction: string | null
  readonly replayEvent: string | null
}

interface Row extends Cursor {
  readonly type: string
  readonly wanted: boolean
}

/**
 * Moves an endpoint's place in the outbox on by one page and makes a delivery of every event that it asks for; then
 * the same for a replay.
 *
 * It goes only as far as every older transaction has ended: ids are not in the order of commits, and an event that
 * commits late would be passed over. Another worker that moves the same place meanwhile makes this one do nothing.
 *
 * @returns whether there is more to look at now
 */
export async function fanOut(pool: Pool, { now, ...id }: EndpointId & { readonly now: Date }): Promise<boolean> {
  const places = await readPlaces(pool, id)
  if (!places) return false
  const page = await readPage(pool, { ...id, after: places, types: places.types })
  if (page.length > 0) await insert(pool, { ...id, now, from: places, page })
  const replayed = await replayOn(pool, { ...id, now, places })
  return page.length === PAGE || replayed
}

async function readPlaces(pool: Pool, { marketplace, endpoint }: EndpointId): Promise<Places | undefined> {
  const { rows } = await pool.query<Places>({
    name: 'webhook_places',
    text: `select cursor_transaction as transaction, cursor_event as event, event_types as types,
             replay_transaction as "replayTransaction", replay_event as "replayEvent"
           from webhook_endpoints where marketplace_id = $1 and id = $2 and state = 'enabled'`,
    values: [marketplace, endpoint],
  })
  return rows[0]
}

interface Page extends EndpointId {
  readonly after: Cursor
  readonly types: string[] | null
}

/** Also what nobody asked for is read, so that the cursor passes it. */
async function readPage(pool: Pool, { marketplace, endpoint, after, types }: Page): Promise<Row[]> {
  const { rows } = await pool.query<Row>({
    name: 'webhook_page',
    text: `select v.transaction_id as transaction, v.id as event, v.type,
             ($5::text[] is null or v.type = any($5))
               and (e.from_snapshot is null or not pg_visible_in_snapshot(v.transaction_id, e.from_snapshot)) as wanted
           from events v join webhook_endpoints e on e.marketplace_id = v.marketplace_id and e.id = $2
           where v.marketplace_id = $1 and (v.transaction_id, v.id) > ($3::xid8, $4::text)
             and v.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
           order by v.transaction_id, v.id limit $6`,
    values: [marketplace, endpoint, after.transaction, after.event, types, PAGE],
  })
  return rows
}

interface Insert extends EndpointId {
  readonly now: Date
  readonly from: Cursor
  readonly page: readonly Row[]
}

/** The place moves and the deliveries are made in one statement, or neither. */
async function insert(pool: Pool, { marketplace, endpoint, now, from, page }: Insert): Promise<void> {
  const last = page.at(-1) as Row
  const wanted = page.filter((row) => row.wanted)
  await pool.query({
    name: 'webhook_fan_out',
    text: `with moved as (
             update webhook_endpoints set cursor_transaction = $5::xid8, cursor_event = $6
             where marketplace_id = $1 and id = $2 and cursor_transaction = $3::xid8 and cursor_event = $4 and state = 'enabled'
             returning 1)
           insert into webhook_deliveries (marketplace_id, id, endpoint_id, event_id, event_type, state, next_attempt_at, give_up_at, created_at)
           select $1, made.id, $2, made.event, made.type, 'pending', $7, $8, $7
           from moved, unnest($9::text[], $10::text[], $11::text[]) as made (id, event, type)
           on conflict (marketplace_id, event_id, endpoint_id) do nothing`,
    values: [marketplace, endpoint, from.transaction, from.event, last.transaction, last.event, now, giveUpAt(now), ...columns(wanted)],
  })
}

interface Replaying extends EndpointId {
  readonly now: Date
  readonly places: Places
}

/** A replay ends where the outbox's own place is: what comes after is delivered anyway. */
async function replayOn(pool: Pool, { places, ...id }: Replaying): Promise<boolean> {
  const { replayTransaction, replayEvent } = places
  if (replayTransaction === null || replayEvent === null) return false
  const from = { transaction: replayTransaction, event: replayEvent }
  const { page, ends } = await readReplay(pool, { ...id, from, types: places.types })
  await requeue(pool, { ...id, from, to: ends ? null : (page.at(-1) as Row), rows: page.filter(({ wanted }) => wanted) })
  return !ends
}

async function readReplay(pool: Pool, { marketplace, endpoint, from, types }: EndpointId & { readonly from: Cursor; readonly types: string[] | null }) {
  const { rows: page } = await pool.query<Row>({
    name: 'webhook_replay_page',
    text: `select v.transaction_id as transaction, v.id as event, v.type, ($5::text[] is null or v.type = any($5)) as wanted
           from events v join webhook_endpoints e on e.marketplace_id = v.marketplace_id and e.id = $2
           where v.marketplace_id = $1 and (v.transaction_id, v.id) > ($3::xid8, $4::text)
             and (v.transaction_id, v.id) <= (e.cursor_transaction, e.cursor_event)
           order by v.transaction_id, v.id limit $6`,
    values: [marketplace, endpoint, from.transaction, from.event, types, PAGE],
  })
  return { page, ends: page.length < PAGE }
}

interface Requeue extends EndpointId {
  readonly now: Date
  readonly from: Cursor
  /** Null: the replay is at its end. */
  readonly to: Cursor | null
  readonly rows: readonly Row[]
}

async function requeue(pool: Pool, { marketplace, endpoint, now, from, to, rows }: Requeue): Promise<void> {
  await pool.query({
    name: 'webhook_requeue',
    text: `with moved as (
             update webhook_endpoints set replay_transaction = $5::xid8, replay_event = $6
             where marketplace_id = $1 and id = $2 and replay_transaction = $3::xid8 and replay_event = $4
             returning 1)
           insert into webhook_deliveries as d (marketplace_id, id, endpoint_id, event_id, event_type, state, next_attempt_at, give_up_at, created_at)
           select $1, made.id, $2, made.event, made.type, 'pending', $7, $8, $7
           from moved, unnest($9::text[], $10::text[], $11::text[]) as made (id, event, type)
           ${againOnConflict}`,
    values: [marketplace, endpoint, from.transaction, from.event, to?.transaction ?? null, to?.event ?? null, now, giveUpAt(now), ...columns(rows)],
  })
}

/** A delivery that was made before begins anew; its attempts stay and its number still fences. */
export const againOnConflict = `on conflict (marketplace_id, event_id, endpoint_id) do update set
  state = 'pending', tries = 0, next_attempt_at = excluded.next_attempt_at, give_up_at = excluded.give_up_at,
  delivered_at = null, leased_until = null`

export const giveUpAt = (now: Date): Date => new Date(now.getTime() + GIVE_UP_AFTER_MS)

function columns(rows: readonly Row[]): [string[], string[], string[]] {
  return [rows.map(() => newId('webhookDelivery')), rows.map(({ event }) => event), rows.map(({ type }) => type)]
}
