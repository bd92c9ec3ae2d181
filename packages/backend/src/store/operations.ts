import { randomUUID } from 'node:crypto'
import type { OperationKind } from '@holdfast/contract'
import { assert, isRefusal, operationMachine, type OperationEvent, type Outcome } from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Pool, QueryConfig, QueryResultRow } from 'pg'
import { gather } from '../postgres/lane.ts'
import { asBusy } from '../postgres/transaction.ts'
import type { Tx } from '../database.ts'
import { inOrder, type Reader } from './render/values.ts'
import type { OperationsTable } from './tables.ts'

/*
 * Operations: what is asked of rails, recorded before it is sent. Leases and inquiries run on real time, as the
 * rails do: advancing the virtual clock must not make a request that is under way look abandoned.
 */

export type OperationRow = Selectable<OperationsTable>

/** How long a rail may take to answer one request. */
export const RAIL_TIMEOUT_MS = 25_000
/** How long a sender has an operation for itself: more than a rail may take, and the vault on top of it. */
const LEASE_S = 60

export interface NewOperation {
  readonly id: string
  readonly kind: OperationKind
  readonly connector: string
  readonly currency: string
  readonly amount: bigint
  /** What the rail is asked, canonical and without secrets. */
  readonly request: Readonly<Record<string, unknown>>
  readonly payment?: string
  readonly capture?: string
  readonly refund?: string
  readonly payout?: string
  readonly retryOf?: string
  /** `sender`: the caller sends it now, under a lease. Seconds: the worker sends it, after so long. */
  readonly sentBy: 'sender' | { readonly workerInSeconds: number }
}

/** Writes an operation as intended. */
export async function insertOperation(tx: Tx, place: OperationPlace, one: NewOperation): Promise<OperationRow> {
  const [row] = await insertOperations(tx, place, [one])
  return row as OperationRow
}

interface OperationPlace {
  readonly marketplace: string
  readonly now: Date
}

/** Writes operations as intended; answers them in the same order. */
export async function insertOperations(
  tx: Tx, { marketplace, now }: OperationPlace, operations: readonly NewOperation[],
): Promise<OperationRow[]> {
  if (operations.length === 0) return []
  const each = <T>(read: (one: NewOperation) => T): T[] => operations.map(read)
  const { rows } = await tx.client.query<OperationRow>({
    name: 'insert_operations',
    text: `insert into operations (marketplace_id, created_at, id, kind, state, connector, request_id, request, currency, amount,
             payment_id, capture_id, refund_id, payout_id, retry_of, lease, leased_until, next_inquiry_at)
           select $1, $2, o.id, o.kind, 'intent_written', o.connector, o.request_id, o.request::jsonb, o.currency, o.amount,
             o.payment_id, o.capture_id, o.refund_id, o.payout_id, o.retry_of, o.by_sender::int,
             case when o.by_sender then now() + make_interval(secs => o.seconds) end, now() + make_interval(secs => o.seconds)
           from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[],
             $11::text[], $12::text[], $13::text[], $14::text[], $15::boolean[], $16::float8[])
             as o (id, kind, connector, request_id, request, currency, amount, payment_id, capture_id, refund_id, payout_id,
               retry_of, by_sender, seconds)
           returning *`,
    values: [
      marketplace, now, each(({ id }) => id), each(({ kind }) => kind), each(({ connector }) => connector),
      each(() => randomUUID()), each(({ request }) => JSON.stringify(request)), each(({ currency }) => currency),
      each(({ amount }) => amount), each(({ payment }) => payment ?? null), each(({ capture }) => capture ?? null),
      each(({ refund }) => refund ?? null), each(({ payout }) => payout ?? null), each(({ retryOf }) => retryOf ?? null),
      each(({ sentBy }) => sentBy === 'sender'), each(({ sentBy }) => (sentBy === 'sender' ? LEASE_S : sentBy.workerInSeconds)),
    ],
  })
  return inOrder(operations.map(({ id }) => id), rows)
}

/** One statement by itself. @throws DatabaseBusy - the database did not answer in time; what it did is not known */
async function ask<R extends QueryResultRow>(pool: Pool, query: QueryConfig): Promise<R[]> {
  const { rows } = await pool.query<R>(query).catch((error: unknown) => { throw asBusy(error) })
  return rows
}

/**
 * Commits that an operation is about to be sent: the last thing before the socket opens. Its lease begins anew: however
 * long it took to get here, the rail has its whole time to answer before anybody else asks it.
 *
 * @returns false: the lease ran out and another has rejected it; it must not be sent
 * @throws DatabaseBusy - the database did not say in time; it must not be sent
 */
export async function markSent(pool: Pool, op: Pick<OperationRow, 'marketplace_id' | 'id' | 'lease'>): Promise<boolean> {
  return gather(pool, {
    lane: `${op.marketplace_id} sent`, command: 'operations.sent', together: (batch) => markAll(pool, batch),
    singly: async (one) => (await markAll(pool, [one]))[0] as boolean,
  }, op)
}

async function markAll(pool: Pool, batch: readonly Pick<OperationRow, 'marketplace_id' | 'id' | 'lease'>[]): Promise<boolean[]> {
  const rows = await ask<{ id: string }>(pool, {
    name: 'mark_sent',
    text: `update operations o set state = 'sent', sent_at = now(), leased_until = now() + make_interval(secs => $4)
           from unnest($2::text[], $3::int[]) as marked (id, lease)
           where o.marketplace_id = $1 and o.id = marked.id and o.state = 'intent_written' and o.lease = marked.lease
             and o.leased_until > now() and (o.payout_id is null or exists (
               select from payouts p where p.marketplace_id = o.marketplace_id and p.id = o.payout_id and p.state = 'created'))
           returning o.id`,
    values: [batch[0]!.marketplace_id, batch.map(({ id }) => id), batch.map(({ lease }) => lease), LEASE_S],
  })
  const marked = new Set(rows.map(({ id }) => id))
  return batch.map(({ id }) => marked.has(id))
}

/** Takes an open operation whose sender is gone; null: someone has it, or it is resolved. */
export async function leaseOperation(
  pool: Pool, { marketplace, id }: { marketplace: string; id: string },
): Promise<OperationRow & { seconds_since_sent: number } | null> {
  const rows = await ask<OperationRow & { seconds_since_sent: number }>(pool, {
    name: 'lease_operation',
    text: `update operations set lease = lease + 1, leased_until = now() + make_interval(secs => $3)
           where marketplace_id = $1 and id = $2 and state in ('intent_written', 'sent', 'unknown')
             and (leased_until is null or leased_until <= now())
           returning *, coalesce(extract(epoch from now() - sent_at), 0)::float8 as seconds_since_sent`,
    values: [marketplace, id, LEASE_S],
  })
  return rows[0] ?? null
}

export async function readOperation(
  db: Reader, { marketplace, id }: { marketplace: string; id: string },
): Promise<OperationRow | undefined> {
  return db.selectFrom('operations').selectAll().where('marketplace_id', '=', marketplace)
    .where('id', '=', id).executeTakeFirst()
}

/** Operations of one marketplace, by id. */
export async function readOperations(tx: Tx, marketplace: string, ids: readonly string[]): Promise<ReadonlyMap<string, OperationRow>> {
  const { rows } = await tx.client.query<OperationRow>({
    name: 'read_operations',
    text: `select o.* from unnest($2::text[]) as asked (id) cross join lateral (
             select * from operations where marketplace_id = $1 and id = asked.id limit 1) as o`,
    values: [marketplace, ids],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

export function isResolved({ state }: Pick<OperationRow, 'state'>): boolean {
  return state === 'confirmed' || state === 'rejected'
}

/** The longest pause between two inquiries. */
const MAX_PAUSE_S = 60

/** What became of an operation: its outcome, and how it moves. */
export interface Moved {
  readonly op: OperationRow
  readonly event: OperationEvent
  readonly outcome: Outcome
}

/**
 * Sends what became of operations of one marketplace; one that stays unknown is asked about again, ever more slowly.
 * The commit fails where one is not as it was read.
 */
export function recordOutcomes(tx: Tx, moved: readonly Moved[], now: Date): void {
  const [first] = moved
  if (!first) return
  const each = <T>(read: (one: Moved) => T): T[] => moved.map(read)
  tx.send({
    name: 'record_outcomes',
    over: 'operations',
    text: `update operations t set state = n.state, outcome = n.outcome::jsonb, rail_reference = coalesce(n.rail_reference, t.rail_reference),
             resolved_at = case when n.resolved then $2::timestamptz end, leased_until = null,
             inquiries = t.inquiries + case when n.resolved then 0 else 1 end,
             next_inquiry_at = case when n.resolved then null
               else now() + least($3::float8, power(2, least(t.inquiries, 20))) * interval '1 second' end
           from (select $1::text as marketplace_id, u.*
             from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[])
               as u (id, from_state, state, outcome, rail_reference, resolved) offset 0) as n
           where t.marketplace_id = n.marketplace_id and t.id = n.id and t.state = n.from_state
           returning 1`,
    rows: moved.length,
    values: [
      first.op.marketplace_id, now, MAX_PAUSE_S, each(({ op }) => op.id), each(({ op }) => op.state), each(stateAfter),
      each(({ outcome }) => JSON.stringify(outcome, (_name, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))),
      each(({ outcome }) => ('railReference' in outcome ? outcome.railReference : null)),
      each((one) => isResolved({ state: stateAfter(one) })),
    ],
  })
}

function stateAfter({ op, event }: Moved): OperationRow['state'] {
  if (event === 'lose_sight' && op.state === 'unknown') return op.state
  const next = operationMachine.step(op.state, event)
  assert(!isRefusal(next), `an operation that is '${op.state}' takes '${event}'`)
  return next.state
}
