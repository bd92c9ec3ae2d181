import { assert, type Capture, type Refund, type RefundAllotment, type Release } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Desk } from './book.ts'
import { renderNewRelease } from './render/movements.ts'
import { grouped, type Reader } from './render/values.ts'
import type { SourcesJson } from './tables.ts'

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
export async function insertCapture(tx: Tx, { marketplace, now }: Place, one: NewCapture): Promise<number> {
  const { capture } = one
  const earlier = await tx.db.selectFrom('captures').select(['sequence', 'state'])
    .where('marketplace_id', '=', marketplace).where('payment_id', '=', capture.payment).execute()
  const sequence = Math.max(0, ...earlier.map((other) => other.sequence)) + 1
  await tx.db.insertInto('captures').values({
    marketplace_id: marketplace, id: capture.id, payment_id: capture.payment, reference: one.reference,
    state: one.state,
    currency: one.currency, amount: capture.amount, final: capture.final, sequence,
    rail_reference: one.railReference,
    settled_at: null, created_at: now,
  }).execute()
  await tx.db.insertInto('capture_allotments').values(capture.allotments.map((part, position) => ({
    marketplace_id: marketplace, capture_id: capture.id, milestone_id: part.milestone, escrow_id: part.escrow,
    position,
    amount: part.amount, fee: part.fee,
  }))).execute()
  return earlier.filter(({ state }) => state !== 'failed').length + 1
}

/** Captures with their allotments, by id. */
export async function readCaptureParts(
  db: Reader, marketplace: string, ids: readonly string[],
): Promise<Map<string, Capture>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('captures').selectAll().where('marketplace_id', '=', marketplace)
    .where('id', 'in', ids).execute()
  const parts = grouped(await db.selectFrom('capture_allotments').selectAll()
    .where('marketplace_id', '=', marketplace)
    .where('capture_id', 'in', ids).orderBy('position').execute(), (part) => part.capture_id)
  return new Map(rows.map((row) => [row.id, {
    id: row.id, payment: row.payment_id, amount: row.amount, final: row.final,
    allotments: (parts.get(row.id) ?? []).map((part) =>
      ({ escrow: part.escrow_id, milestone: part.milestone_id, amount: part.amount, fee: part.fee })),
  }]))
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
           select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::text[])`,
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
           select $1, * from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])`,
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

/** Writes a refund that has begun, with its sources. */
export async function insertRefund(
  tx: Tx, { marketplace, now }: Place, { refund, ...one }: NewRefund,
): Promise<void> {
  await tx.db.insertInto('refunds').values({
    marketplace_id: marketplace, id: refund.id, payment_id: refund.payment, order_id: one.order,
    reference: one.reference,
    reason: one.reason, state: 'pending', currency: one.currency, amount: refund.amount,
    fee_bearer: refund.feeBearer,
    failure_code: null, created_at: now, resolved_at: null,
  }).execute()
  if (refund.allotments.length === 0) return
  await tx.db.insertInto('refund_allotments').values(refund.allotments.map((part, position) => ({
    marketplace_id: marketplace, refund_id: refund.id, milestone_id: part.milestone, escrow_id: part.escrow,
    position,
    amount: part.amount, sources: JSON.stringify(sourcesOf(part)),
  }))).execute()
}

function sourcesOf(part: RefundAllotment): SourcesJson {
  const { seller, held, cancelledFee, released, releasedFee, fees, available, reserve, owed } = part
  return {
    seller, held: `${held}`, cancelledFee: `${cancelledFee}`, released: `${released}`,
    releasedFee: `${releasedFee}`,
    fees: `${fees}`, available: `${available}`, reserve: `${reserve}`, owed: `${owed}`,
  }
}

/** A refund with its stored sources. */
export async function readRefundParts(db: Reader, marketplace: string, id: string): Promise<Refund> {
  const row = await db.selectFrom('refunds').selectAll().where('marketplace_id', '=', marketplace)
    .where('id', '=', id).executeTakeFirst()
  assert(row !== undefined, `${id} is there`)
  const parts = await db.selectFrom('refund_allotments').selectAll().where('marketplace_id', '=', marketplace)
    .where('refund_id', '=', id).orderBy('position').execute()
  return {
    id, payment: row.payment_id, amount: row.amount, feeBearer: row.fee_bearer,
    allotments: parts.map(({ escrow_id: escrow, milestone_id: milestone, amount, sources }) => {
      const { seller, ...amounts } = sources
      const big = Object.fromEntries(Object.entries(amounts).map(([name, text]) =>
        [name, BigInt(text)])) as Record<keyof typeof amounts, bigint>
      return { escrow, milestone, seller, amount, ...big }
    }),
  }
}
