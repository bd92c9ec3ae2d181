import { newId, type BodyOf } from '@holdfast/contract'
import type { Escrow as EscrowView, OrderView, Release as ReleaseView } from '@holdfast/contract/types'
import {
  accept, autoReleaseAt, deliver, isRefusal, need, release, type Refusal, type Release, type ReleaseTerms,
} from '@holdfast/core'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import { lockEscrowsAndSellers, lockOrdersBy, type Desk } from '../store/book.ts'
import { insertReleases } from '../store/movements.ts'
import { readEscrows } from '../store/render/orders.ts'
import type { Asked, Call, Command } from './execute.ts'
import { elsewhere, readForBuyers, type ByBuyer } from './by-buyer.ts'
import { onDesk } from './on-desk.ts'
import { referenceTaken, takenReferences } from './references.ts'

interface OfEscrow {
  readonly escrow: string
}

const escrowsOf = (asked: readonly Asked<OfEscrow>[]): string[] => asked.map(({ input }) => input.escrow)

const missing = (desk: Desk, { input }: Call<OfEscrow>): Refusal | null =>
  desk.book.escrows.has(input.escrow) ? null : notFound('escrow', input.escrow)

export interface ReleaseInput extends OfEscrow {
  readonly body: BodyOf<'escrows.release'>
}

/** Releases held funds, whole or in part. */
export const releaseEscrow: Command<ReleaseInput, ReleaseView> = onDesk('escrows.release', {
  async lock(tx, desk, asked: readonly Asked<ReleaseInput>[]) {
    const references = asked.map(({ input }) => input.body.reference)
    const [taken] = await Promise.all([
      takenReferences(tx, desk.marketplace, { table: 'releases', references }),
      lockEscrowsAndSellers(tx, desk, escrowsOf(asked)),
    ])
    return taken
  },
  decide: (desk, call, taken) => missing(desk, call) ?? decideRelease(desk, { call, taken }),
  write: insertReleases,
  read: (_tx, desk, decided) => decided.map(({ release }) => desk.made.get(release.id) as ReleaseView),
})

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

interface Accepted extends OfEscrow {
  readonly release: Release | null
}

/** What confirming receipt comes to, whoever says it. */
const accepting = {
  lock: (tx: Tx, desk: Desk, asked: readonly Asked<OfEscrow>[]) => lockEscrowsAndSellers(tx, desk, escrowsOf(asked)),
  decide(desk: Desk, call: Call<OfEscrow>): Accepted | Refusal {
    const { escrow } = call.input
    const released = missing(desk, call) ?? accept(desk.book, { id: newId('release'), escrow, at: call.now })
    return isRefusal(released) ? released : { escrow, release: released }
  },
  write: (tx: Tx, desk: Desk, decided: readonly Accepted[]) => insertReleases(tx, desk,
    decided.flatMap(({ release }) => (release ? [{ release, reference: null }] : []))),
}

/** The buyer confirms receipt: all that is held is released. */
export const acceptEscrow: Command<OfEscrow, EscrowView> = onDesk('escrows.accept', {
  ...accepting,
  read: (tx, desk, decided) => readEscrows(tx.db, desk.marketplace, decided.map(({ escrow }) => escrow)),
})

/** The same, said by the buyer with a link to the order; an escrow of another order is not there. */
export const acceptByBuyer: Command<OfEscrow & ByBuyer, OrderView> = onDesk('order.accept', {
  lock: (tx, desk, asked: readonly Asked<OfEscrow & ByBuyer>[]) => accepting.lock(tx, desk, asked),
  write: (tx, desk, decided: readonly (Accepted & ByBuyer)[]) => accepting.write(tx, desk, decided),
  decide(desk, call): (Accepted & ByBuyer) | Refusal {
    const decided = elsewhere(desk, call.input) ?? accepting.decide(desk, call)
    return isRefusal(decided) ? decided : { ...decided, link: call.input.link }
  },
  read: readForBuyers,
})

export interface DeliverInput extends OfEscrow {
  readonly body: BodyOf<'escrows.deliver'>
}

/** Records that the seller has shipped; the inspection period begins. */
export const deliverEscrow: Command<DeliverInput, EscrowView> = onDesk('escrows.deliver', {
  async lock(tx, desk, asked: readonly Asked<DeliverInput>[]) {
    await lockOrdersBy(tx, desk, { escrows: escrowsOf(asked) })
    return readTerms(tx, desk, asked)
  },
  decide(desk, call, terms): DeliverInput | Refusal {
    const { escrow } = call.input
    const refusal = missing(desk, call)
      ?? deliver(desk.book, { escrow, at: call.now, autoReleaseAt: autoReleaseAt(need(terms, escrow), call.now) })
    return refusal ?? call.input
  },
  write: writeDeliveries,
  read: (tx, desk, decided) => readEscrows(tx.db, desk.marketplace, decided.map(({ escrow }) => escrow)),
})

async function readTerms(
  tx: Tx, desk: Desk, asked: readonly Asked<OfEscrow>[],
): Promise<Map<string, ReleaseTerms>> {
  const rows = await tx.db.selectFrom('escrows')
    .select(['id', 'release_method', 'inspection_days', 'claim_days'])
    .where('marketplace_id', '=', desk.marketplace).where('id', 'in', escrowsOf(asked))
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
