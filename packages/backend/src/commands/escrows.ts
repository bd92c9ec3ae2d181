import { newId, type BodyOf } from '@holdfast/contract'
import type { Escrow as EscrowView, Release as ReleaseView } from '@holdfast/contract/types'
import {
  accept, autoReleaseAt, deliver, isRefusal, need, release, type Refusal, type Release, type ReleaseTerms,
} from '@holdfast/core'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import { lockOrders, lockSellers, type Desk } from '../store/book.ts'
import { insertReleases } from '../store/movements.ts'
import { readReleases } from '../store/render/movements.ts'
import { readEscrows } from '../store/render/orders.ts'
import type { Call, Command } from './execute.ts'
import { onDesk } from './on-desk.ts'
import { referenceTaken, takenReferences } from './references.ts'

interface OfEscrow {
  readonly escrow: string
}

/** Locks the orders of escrows, with the sellers' balances where money moves to them. Unknown escrows stay out. */
async function lockEscrows(
  tx: Tx, desk: Desk, { calls, sellers }: { calls: readonly Call<OfEscrow>[]; sellers: boolean },
): Promise<void> {
  const ids = calls.map(({ input }) => input.escrow)
  const rows = await tx.db.selectFrom('escrows').select(['order_id', 'seller_id', 'currency'])
    .where('marketplace_id', '=', desk.marketplace).where('id', 'in', ids).execute()
  await lockOrders(tx, desk, rows.map(({ order_id: order }) => order))
  if (sellers) await lockSellers(tx, desk,
    rows.map(({ seller_id: seller, currency }) => ({ seller, currency })))
}

const missing = (desk: Desk, { input }: Call<OfEscrow>): Refusal | null =>
  desk.book.escrows.has(input.escrow) ? null : notFound('escrow', input.escrow)

export interface ReleaseInput extends OfEscrow {
  readonly body: BodyOf<'escrows.release'>
}

/** Releases held funds, whole or in part. */
export const releaseEscrow: Command<ReleaseInput, ReleaseView> = {
  name: 'escrows.release',
  async run(tx, calls) {
    const taken = await takenReferences(tx, calls[0]!.marketplace,
      { table: 'releases', references: calls.map(({ input }) => input.body.reference) })
    return onDesk(tx, calls, {
      lock: (_tx, desk) => lockEscrows(tx, desk, { calls, sellers: true }),
      decide: (desk, call) => missing(desk, call) ?? decideRelease(desk, { call, taken }),
      write: (_tx, desk, decided) => insertReleases(tx, desk, decided),
      read: (_tx, desk, decided) =>
        readReleases(tx.db, desk.marketplace, decided.map((one) => one.release.id)),
    })
  },
}

interface DecidedRelease {
  readonly release: Release
  readonly reference: string | null
}

function decideRelease(
  desk: Desk, { call, taken }: { call: Call<ReleaseInput>; taken: Map<string, string> },
): DecidedRelease | Refusal {
  const { escrow, body } = call.input
  const existing = body.reference === undefined ? undefined : taken.get(body.reference)
  if (body.reference !== undefined && existing !== undefined) return referenceTaken('releases',
    { reference: body.reference, existing })
  const decided = release(desk.book, {
    id: newId('release'), escrow, milestone: body.milestone, amount: body.amount === undefined ? undefined
      : BigInt(body.amount),
  })
  if (isRefusal(decided)) return decided
  if (body.reference !== undefined) taken.set(body.reference, decided.id)
  return { release: decided, reference: body.reference ?? null }
}

/** The buyer confirms receipt: all that is held is released. */
export const acceptEscrow: Command<OfEscrow, EscrowView> = {
  name: 'escrows.accept',
  async run(tx, calls) {
    return onDesk(tx, calls, {
      lock: (_tx, desk) => lockEscrows(tx, desk, { calls, sellers: true }),
      decide: (desk, call): { escrow: string; release: Release | null } | Refusal => {
        const absent = missing(desk, call)
        if (absent) return absent
        const released = accept(desk.book, { id: newId('release'), escrow: call.input.escrow, at: call.now })
        return isRefusal(released) ? released : { escrow: call.input.escrow, release: released }
      },
      write: (_tx, desk, decided) =>
        insertReleases(tx, desk,
        decided.flatMap((one) => (one.release ? [{ release: one.release, reference: null }] : []))),
      read: (_tx, desk, decided) => readEscrows(tx.db, desk.marketplace, decided.map(({ escrow }) => escrow)),
    })
  },
}

export interface DeliverInput extends OfEscrow {
  readonly body: BodyOf<'escrows.deliver'>
}

/** Records that the seller has shipped; the inspection period begins. */
export const deliverEscrow: Command<DeliverInput, EscrowView> = {
  name: 'escrows.deliver',
  async run(tx, calls) {
    const terms = new Map<string, ReleaseTerms>()
    return onDesk(tx, calls, {
      async lock(_tx, desk) {
        await lockEscrows(tx, desk, { calls, sellers: false })
        for (const [id, one] of await readTerms(tx, desk, calls)) terms.set(id, one)
      },
      decide: (desk, call): DeliverInput | Refusal => {
        const { escrow } = call.input
        const refusal = missing(desk, call)
          ?? deliver(desk.book,
            { escrow, at: call.now, autoReleaseAt: autoReleaseAt(need(terms, escrow), call.now) })
        return refusal ?? call.input
      },
      write: (_tx, desk, decided) => writeDeliveries(tx, desk, decided),
      read: (_tx, desk, decided) => readEscrows(tx.db, desk.marketplace, decided.map(({ escrow }) => escrow)),
    })
  },
}

async function readTerms(
  tx: Tx, desk: Desk, calls: readonly Call<OfEscrow>[],
): Promise<Map<string, ReleaseTerms>> {
  const rows = await tx.db.selectFrom('escrows')
    .select(['id', 'release_method', 'inspection_days', 'claim_days'])
    .where('marketplace_id', '=', desk.marketplace).where('id', 'in', calls.map(({ input }) => input.escrow))
    .execute()
  return new Map(rows.map((row) =>
    [row.id, { method: row.release_method, inspectionDays: row.inspection_days, claimDays: row.claim_days }]))
}

async function writeDeliveries(tx: Tx, desk: Desk, decided: readonly DeliverInput[]): Promise<void> {
  for (const { escrow, body } of decided) {
    await tx.db.updateTable('escrows').set({
      delivery_method: body.method, tracking_number: body.trackingNumber ?? null,
      delivery_evidence: body.evidence ?? null,
    }).where('marketplace_id', '=', desk.marketplace).where('id', '=', escrow).execute()
  }
}
