import { randomUUID } from 'node:crypto'
import type { OperationKind } from '@holdfast/contract'
import { assert, isRefusal, operationMachine, type OperationEvent, type Outcome } from '@holdfast/core'
import { sql, type Selectable } from 'kysely'
import type { Pool } from 'pg'
import type { Tx } from '../database.ts'
import type { Reader } from './render/values.ts'
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
export async function insertOperation(
  tx: Tx, { marketplace, now }: { marketplace: string; now: Date }, one: NewOperation,
): Promise<OperationRow> {
  const bySender = one.sentBy === 'sender'
  const seconds = one.sentBy === 'sender' ? LEASE_S : one.sentBy.workerInSeconds
  const due = sql<Date>`now() + make_interval(secs => ${seconds})`
  return tx.db.insertInto('operations').values({
    marketplace_id: marketplace, id: one.id, kind: one.kind, state: 'intent_written',
    connector: one.connector,
    request_id: randomUUID(), request: JSON.stringify(one.request), currency: one.currency,
    amount: one.amount,
    payment_id: one.payment ?? null, capture_id: one.capture ?? null, refund_id: one.refund ?? null,
    payout_id: one.payout ?? null,
    rail_reference: null, outcome: null, retry_of: one.retryOf ?? null, lease: bySender ? 1 : 0,
    leased_until: bySender ? due : null, next_inquiry_at: due, sent_at: null, resolved_at: null,
    created_at: now,
  }).returningAll().executeTakeFirstOrThrow()
}

/**
 * Commits that an operation is about to be sent: the last thing before the socket opens.
 *
 * @returns false: the lease ran out and another has rejected it; it must not be sent
 */
export async function markSent(
  pool: Pool, { marketplace_id, id, lease }: Pick<OperationRow, 'marketplace_id' | 'id' | 'lease'>,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'mark_sent',
    text: `update operations set state = 'sent', sent_at = now()
           where marketplace_id = $1 and id = $2 and state = 'intent_written' and lease = $3 and leased_until > now()`,
    values: [marketplace_id, id, lease],
  })
  return rowCount === 1
}

/** Takes an open operation whose sender is gone; null: someone has it, or it is resolved. */
export async function leaseOperation(
  pool: Pool, { marketplace, id }: { marketplace: string; id: string },
): Promise<OperationRow & { seconds_since_sent: number } | null> {
  const { rows } = await pool.query<OperationRow & { seconds_since_sent: number }>({
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
