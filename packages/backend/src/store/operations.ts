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

export function isResolved({ state }: Pick<OperationRow, 'state'>): boolean {
  return state === 'confirmed' || state === 'rejected'
}

/** The longest pause between two inquiries. */
const MAX_PAUSE_S = 60

/** Records what became of an operation; one that stays unknown is asked about again, ever more slowly. */
export async function recordOutcome(
  tx: Tx, op: OperationRow,
  { event, outcome, now }: { readonly event: OperationEvent; readonly outcome: Outcome; readonly now: Date },
): Promise<void> {
  const next = event === 'lose_sight' && op.state === 'unknown' ? { state: op.state }
    : operationMachine.step(op.state, event)
  assert(!isRefusal(next), `an operation that is '${op.state}' takes '${event}'`)
  const resolved = isResolved(next)
  const { rowCount } = await tx.client.query({
    name: 'record_outcome',
    text: `update operations set state = $4, outcome = $5, rail_reference = coalesce($6, rail_reference), resolved_at = $7, leased_until = null,
             inquiries = inquiries + case when $8 then 0 else 1 end,
             next_inquiry_at = case when $8 then null else now() + least($9, power(2, least(inquiries, 20))) * interval '1 second' end
           where marketplace_id = $1 and id = $2 and state = $3`,
    values: [
      op.marketplace_id, op.id, op.state, next.state,
        JSON.stringify(outcome, (_name, value: unknown) =>
        (typeof value === 'bigint' ? Number(value) : value)),
      'railReference' in outcome ? outcome.railReference : null, resolved ? now : null, resolved, MAX_PAUSE_S,
    ],
  })
  assert(rowCount === 1, 'the operation is as it was read')
}
