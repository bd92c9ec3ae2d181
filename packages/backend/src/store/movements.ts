import type { Capture, Refund, RefundAllotment, Release } from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import type { Desk } from './book.ts'
import { renderNewRelease } from './render/movements.ts'
import { grouped } from './render/values.ts'
import type { CaptureAllotmentsTable, CapturesTable, RefundAllotmentsTable, RefundsTable, SourcesJson } from './tables.ts'

/* Captures, releases and refunds with their parts, between the fold's words and the rows. Parts are never changed. */

interface Place {
  readonly marketplace: string
  readonly now: Date
}

export interface NewCapture {
  readonly capture: Capture
  readonly currency: string
  readonly reference: string | null
  readonly state: 'pending' | 'succeeded'
  readonly railReference: string | null
}

/**
 * Writes a capture and its allotments, as the next one of its payment.
 *
 * @returns which one it is to the rail, from 1: one that failed has left no trace there
 */
export async function insertCapture(tx: Tx, place: Place, one: NewCapture): Promise<number> {
  const { payment } = one.capture
  const earlier = (await earlierCaptures(tx, place.marketplace, [payment])).get(payment) ?? []
  const sequence = Math.max(0, ...earlier.map((other) => other.sequence)) + 1
  writeCaptures(tx, place, [{ ...one, sequence }])
  return earlier.filter(({ state }) => state !== 'failed').length + 1
}

export interface EarlierCapture {
  readonly payment: string
  readonly sequence: number
  readonly state: 'pending' | 'succeeded' | 'failed'
}

/** The captures of payments, by payment: read under the payments' locks. */
export async function earlierCaptures(
  tx: Tx, marketplace: string, payments: readonly string[],
): Promise<ReadonlyMap<string, readonly EarlierCapture[]>> {
  const { rows } = await tx.client.query<EarlierCapture>({
    name: 'earlier_captures',
    text: `select c.* from unnest($2::text[]) as asked (id) cross join lateral (
             select payment_id as payment, sequence, state from captures
             where marketplace_id = $1 and payment_id = asked.id offset 0) as c`,
    values: [marketplace, [...new Set(payments)]],
  })
  return grouped(rows, ({ payment }) => payment)
}

/** Sends captures and their allotments; `sequence` numbers a payment's captures, those that failed too. */
export function writeCaptures(
  tx: Tx, { marketplace, now }: Place, captures: readonly (NewCapture & { readonly sequence: number })[],
): void {
  if (captures.length === 0) return
  const each = <T>(read: (one: NewCapture & { readonly sequence: number }) => T): T[] => captures.map(read)
  tx.send({
    name: 'insert_captures',
    text: `insert into captures (marketplace_id, created_at, id, payment_id, reference, state, currency, amount, final, sequence, rail_reference)
           select $1, $2, r.* from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::boolean[], $10::int[], $11::text[])
             as r (id, payment_id, reference, state, currency, amount, final, sequence, rail_reference)`,
    values: [
      marketplace, now, each(({ capture }) => capture.id), each(({ capture }) => capture.payment), each(({ reference }) => reference),
      each(({ state }) => state), each(({ currency }) => currency), each(({ capture }) => capture.amount),
      each(({ capture }) => capture.final), each(({ sequence }) => sequence), each(({ railReference }) => railReference),
    ],
  })
  const parts = captures.flatMap(({ capture }) =>
    capture.allotments.map((part, position) => ({ ...part, capture: capture.id, position })))
  tx.send({
    name: 'insert_capture_allotments',
    text: `insert into capture_allotments (marketplace_id, capture_id, milestone_id, escrow_id, position, amount, fee)
           select $1, r.* from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[])
             as r (capture_id, milestone_id, escrow_id, position, amount, fee)`,
    values: [
      marketplace, parts.map(({ capture }) => capture), parts.map(({ milestone }) => milestone), parts.map(({ escrow }) => escrow),
      parts.map(({ position }) => position), parts.map(({ amount }) => amount), parts.map(({ fee }) => fee),
    ],
  })
}

interface WithParts {
  readonly table: 'captures' | 'refunds'
  readonly parts: 'capture_allotments' | 'refund_allotments'
  /** Whose a part is. */
  readonly key: string
}

/** Rows by their ids, and the parts of each in their order: both stand from the moment that they are written. */
async function readWithParts<Row, Part>(
  tx: Tx, { table, parts, key }: WithParts, { marketplace, ids }: { readonly marketplace: string; readonly ids: readonly string[] },
): Promise<{ readonly rows: readonly Row[]; readonly parts: readonly Part[] }> {
  if (ids.length === 0) return { rows: [], parts: [] }
  const values = [marketplace, ids]
  const [whole, found] = await Promise.all([
    tx.client.query<Row & object>({
      name: `read_${table}`,
      text: `select r.* from unnest($2::text[]) as asked (id) cross join lateral (
               select * from ${table} where marketplace_id = $1 and id = asked.id limit 1) as r`,
      values,
    }),
    tx.client.query<Part & object>({
      name: `read_${parts}`,
      text: `select p.* from unnest($2::text[]) as asked (id) cross join lateral (
               select * from ${parts} where marketplace_id = $1 and ${key} = asked.id order by position offset 0) as p`,
      values,
    }),
  ])
  return { rows: whole.rows, parts: found.rows }
}

/** Captures with their allotments, by id. */
export async function readCaptureParts(tx: Tx, marketplace: string, ids: readonly string[]): Promise<Map<string, Capture>> {
  const { rows, parts } = await readWithParts<Selectable<CapturesTable>, Selectable<CaptureAllotmentsTable>>(
    tx, { table: 'captures', parts: 'capture_allotments', key: 'capture_id' }, { marketplace, ids })
  const of = grouped(parts, (part) => part.capture_id)
  return new Map(rows.map((row) => [row.id, {
    id: row.id, payment: row.payment_id, amount: row.amount, final: row.final,
    allotments: (of.get(row.id) ?? []).map((part) =>
      ({ escrow: part.escrow_id, milestone: part.milestone_id, amount: part.amount, fee: part.fee })),
  }]))
}

/** How a capture ended that was pending. */
export interface EndedCapture {
  readonly id: string
  readonly state: 'succeeded' | 'failed'
  readonly railReference: string | null
}

/** Sends how captures ended. */
export function endCaptures(tx: Tx, marketplace: string, ended: readonly EndedCapture[]): void {
  if (ended.length === 0) return
  tx.send({
    name: 'end_captures',
    over: 'captures',
    text: `update captures t set state = n.state, rail_reference = coalesce(n.rail_reference, t.rail_reference)
           from (select $1::text as marketplace_id, u.* from unnest($2::text[], $3::text[], $4::text[])
             as u (id, state, rail_reference) offset 0) as n
           where t.marketplace_id = n.marketplace_id and t.id = n.id and t.state = 'pending'`,
    values: [marketplace, ended.map(({ id }) => id), ended.map(({ state }) => state), ended.map(({ railReference }) => railReference)],
  })
}

export interface NewRelease {
  readonly release: Release
  readonly reference: string | null
}

/** Sends releases and their parts; they are on the desk as the API answers them. */
export function insertReleases(tx: Tx, desk: Desk, releases: readonly NewRelease[]): void {
  if (releases.length === 0) return
  for (const one of releases) desk.made.set(one.release.id, renderNewRelease(one, desk.now))
  const each = <T>(read: (one: NewRelease) => T): T[] => releases.map(read)
  tx.send({
    name: 'insert_releases',
    text: `insert into releases (marketplace_id, created_at, id, escrow_id, seller_id, reference, reason, currency, gross, fee, transfer_id)
           select $1, $2, r.* from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::text[])
             as r (id, escrow_id, seller_id, reference, reason, currency, gross, fee, transfer_id)`,
    values: [
      desk.marketplace, desk.now, each(({ release }) => release.id), each(({ release }) => release.escrow),
      each(({ release }) => release.seller), each(({ reference }) => reference), each(({ release }) => release.reason),
      each(({ release }) => release.currency), each(({ release }) => release.gross), each(({ release }) => release.fee),
      each(({ release }) => release.transfer),
    ],
  })
  insertReleaseParts(tx, desk.marketplace, releases)
}

function insertReleaseParts(tx: Tx, marketplace: string, releases: readonly NewRelease[]): void {
  const parts = releases.flatMap(({ release }) =>
    release.allotments.map((part, position) => ({ ...part, release: release.id, position })))
  tx.send({
    name: 'insert_release_allotments',
    text: `insert into release_allotments (marketplace_id, release_id, milestone_id, position, gross, fee)
           select $1, r.* from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
             as r (release_id, milestone_id, position, gross, fee)`,
    values: [
      marketplace, parts.map(({ release }) => release), parts.map(({ milestone }) => milestone),
      parts.map(({ position }) => position), parts.map(({ gross }) => gross), parts.map(({ fee }) => fee),
    ],
  })
}

export interface NewRefund {
  readonly refund: Refund
  readonly order: string
  readonly currency: string
  readonly reference: string | null
  readonly reason: string | null
}

/** Sends a refund that has begun, with its sources. */
export function insertRefund(tx: Tx, place: Place, refund: NewRefund): void {
  insertRefunds(tx, place, [refund])
}

/** Sends refunds that have begun, with their sources. */
export function insertRefunds(tx: Tx, { marketplace, now }: Place, refunds: readonly NewRefund[]): void {
  if (refunds.length === 0) return
  const each = <T>(read: (one: NewRefund) => T): T[] => refunds.map(read)
  tx.send({
    name: 'insert_refunds',
    text: `insert into refunds (marketplace_id, created_at, state, id, payment_id, order_id, reference, reason, currency, amount, fee_bearer)
           select $1, $2, 'pending', r.* from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::text[])
             as r (id, payment_id, order_id, reference, reason, currency, amount, fee_bearer)`,
    values: [
      marketplace, now, each(({ refund }) => refund.id), each(({ refund }) => refund.payment), each(({ order }) => order),
      each(({ reference }) => reference), each(({ reason }) => reason), each(({ currency }) => currency),
      each(({ refund }) => refund.amount), each(({ refund }) => refund.feeBearer),
    ],
  })
  const parts = refunds.flatMap(({ refund }) =>
    refund.allotments.map((part, position) => ({ part, refund: refund.id, position })))
  if (parts.length === 0) return
  tx.send({
    name: 'insert_refund_allotments',
    text: `insert into refund_allotments (marketplace_id, refund_id, milestone_id, escrow_id, position, amount, sources)
           select $1, r.refund_id, r.milestone_id, r.escrow_id, r.position, r.amount, r.sources::jsonb
           from unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[])
             as r (refund_id, milestone_id, escrow_id, position, amount, sources)`,
    values: [
      marketplace, parts.map(({ refund }) => refund), parts.map(({ part }) => part.milestone), parts.map(({ part }) => part.escrow),
      parts.map(({ position }) => position), parts.map(({ part }) => part.amount), parts.map(({ part }) => JSON.stringify(sourcesOf(part))),
    ],
  })
}

function sourcesOf(part: RefundAllotment): SourcesJson {
  const { seller, held, cancelledFee, released, releasedFee, fees, available, reserve, owed } = part
  return {
    seller, held: `${held}`, cancelledFee: `${cancelledFee}`, released: `${released}`,
    releasedFee: `${releasedFee}`,
    fees: `${fees}`, available: `${available}`, reserve: `${reserve}`, owed: `${owed}`,
  }
}

/** Refunds with their stored sources, by id. */
export async function readRefundParts(tx: Tx, marketplace: string, ids: readonly string[]): Promise<Map<string, Refund>> {
  const { rows, parts } = await readWithParts<Selectable<RefundsTable>, Selectable<RefundAllotmentsTable>>(
    tx, { table: 'refunds', parts: 'refund_allotments', key: 'refund_id' }, { marketplace, ids })
  const of = grouped(parts, (part) => part.refund_id)
  return new Map(rows.map(({ id, payment_id: payment, amount, fee_bearer: feeBearer }) =>
    [id, { id, payment, amount, feeBearer, allotments: (of.get(id) ?? []).map(refundAllotmentOf) }]))
}

function refundAllotmentOf(
  { escrow_id: escrow, milestone_id: milestone, amount, sources }: Selectable<RefundAllotmentsTable>,
): RefundAllotment {
  const { seller, ...amounts } = sources
  const big = Object.fromEntries(Object.entries(amounts).map(([name, text]) =>
    [name, BigInt(text)])) as Record<keyof typeof amounts, bigint>
  return { escrow, milestone, seller, amount, ...big }
}

/** How a refund ended that was pending. */
export interface EndedRefund {
  readonly id: string
  readonly state: 'succeeded' | 'failed'
  readonly failure: string | null
}

/** Sends how refunds ended. */
export function endRefunds(tx: Tx, { marketplace, now }: Place, ended: readonly EndedRefund[]): void {
  if (ended.length === 0) return
  tx.send({
    name: 'end_refunds',
    over: 'refunds',
    text: `update refunds t set state = n.state, failure_code = n.failure, resolved_at = $2::timestamptz
           from (select $1::text as marketplace_id, u.* from unnest($3::text[], $4::text[], $5::text[])
             as u (id, state, failure) offset 0) as n
           where t.marketplace_id = n.marketplace_id and t.id = n.id and t.state = 'pending'`,
    values: [marketplace, now, ended.map(({ id }) => id), ended.map(({ state }) => state), ended.map(({ failure }) => failure)],
  })
}
