import type { Escrow, Milestone, Order, Totals } from '@holdfast/contract/types'
import { escrowStatus } from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { EscrowsTable, MilestonesTable, OrdersTable } from '../tables.ts'
import { detailsOf } from '../../details/details.ts'
import { grouped, inOrder, instant, instantOrNull, wire, type Reader } from './values.ts'

type MilestoneRow = Selectable<MilestonesTable>
type EscrowRow = Selectable<EscrowsTable> & { readonly seller_name: string }

/**
 * Where the money of some milestones is: captured = held + released + refunded. What was released and refunded
 * afterwards is refunded.
 */
export function totalsOf(rows: readonly MilestoneRow[]): Totals {
  const sum = (amount: (row: MilestoneRow) => bigint): number => wire(rows.reduce((total, row) => total + amount(row), 0n))
  return {
    captured: sum((row) => row.captured),
    held: sum((row) => row.held),
    released: sum((row) => row.released - row.refunded_released),
    releasedFee: sum((row) => row.released_fee - row.refunded_released_fee),
    refunded: sum((row) => row.refunded_held + row.refunded_released),
  }
}

function renderMilestone(row: MilestoneRow): Milestone {
  return {
    id: row.id, object: 'milestone', payment: row.payment_id, status: row.state, amount: wire(row.amount),
    platformFee: wire(row.fee), totals: totalsOf([row]), heldFee: wire(row.held_fee), late: row.late,
  }
}

function renderDelivery(row: EscrowRow): Escrow['delivery'] {
  if (row.delivered_at === null || row.delivery_method === null) return null
  return { method: row.delivery_method, trackingNumber: row.tracking_number, evidence: row.delivery_evidence, at: instant(row.delivered_at) }
}

function renderEscrow(row: EscrowRow, milestones: readonly MilestoneRow[]): Escrow {
  return {
    id: row.id, object: 'escrow', order: row.order_id, seller: row.seller_id, sellerName: row.seller_name,
    reference: row.reference, description: row.description,
    status: escrowStatus(milestones.map(({ state }) => state)),
    currency: row.currency, amount: wire(row.amount), platformFee: wire(row.platform_fee), totals: totalsOf(milestones),
    releaseTerms: { method: row.release_method, inspectionDays: row.inspection_days, claimDays: row.claim_days },
    delivery: renderDelivery(row), acceptedAt: instantOrNull(row.accepted_at), autoReleaseAt: instantOrNull(row.auto_release_at),
    dispute: row.dispute_id, milestones: milestones.map(renderMilestone), createdAt: instant(row.created_at),
  }
}

async function milestonesBy(db: Reader, marketplace: string, by: { readonly column: 'escrow_id' | 'order_id'; readonly ids: readonly string[] }) {
  return db.selectFrom('milestones').selectAll().where('marketplace_id', '=', marketplace).where(by.column, 'in', by.ids)
    .orderBy('position').orderBy('id').execute()
}

async function escrowRows(db: Reader, marketplace: string, by: { readonly column: 'id' | 'order_id'; readonly ids: readonly string[] }): Promise<EscrowRow[]> {
  return db.selectFrom('escrows')
    .innerJoin('sellers', (join) => join.onRef('sellers.marketplace_id', '=', 'escrows.marketplace_id').onRef('sellers.id', '=', 'escrows.seller_id'))
    .selectAll('escrows').select('sellers.name as seller_name')
    .where('escrows.marketplace_id', '=', marketplace).where(`escrows.${by.column}`, 'in', by.ids)
    .orderBy('escrows.position').orderBy('escrows.id').execute()
}

/** Escrows with their milestones, as the wire has them. */
export async function readEscrows(db: Reader, marketplace: string, ids: readonly string[]): Promise<Escrow[]> {
  if (ids.length === 0) return []
  const rows = await escrowRows(db, marketplace, { column: 'id', ids })
  const milestones = grouped(await milestonesBy(db, marketplace, { column: 'escrow_id', ids }), (row) => row.escrow_id)
  return inOrder(ids, rows.map((row) => renderEscrow(row, milestones.get(row.id) ?? [])))
}

function renderOrder(row: Selectable<OrdersTable>, parts: {
  readonly escrows: readonly EscrowRow[]
  readonly milestones: readonly MilestoneRow[]
  readonly payments: readonly string[]
}): Order {
  const byEscrow = grouped(parts.milestones, ({ escrow_id: escrow }) => escrow)
  return {
    id: row.id, object: 'order', reference: row.reference, status: row.state, currency: row.currency,
    amount: wire(row.amount), platformFee: wire(row.platform_fee), totals: totalsOf(parts.milestones),
    buyer: { reference: row.buyer_reference, name: row.buyer_name, email: row.buyer_email, companyReference: row.buyer_company },
    details: detailsOf(row.details),
    escrows: parts.escrows.map((escrow) => renderEscrow(escrow, byEscrow.get(escrow.id) ?? [])),
    session: row.session_id, paymentLink: row.payment_link_id, payments: [...parts.payments], metadata: row.metadata, createdAt: instant(row.created_at),
  }
}

/** Orders with their escrows and milestones, and the ids of their payments, oldest first. */
export async function readOrders(db: Reader, marketplace: string, ids: readonly string[]): Promise<Order[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('orders').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const escrows = grouped(await escrowRows(db, marketplace, { column: 'order_id', ids }), (row) => row.order_id)
  const milestones = grouped(await milestonesBy(db, marketplace, { column: 'order_id', ids }), (row) => row.order_id)
  const payments = grouped(await db.selectFrom('payments').select(['id', 'order_id']).where('marketplace_id', '=', marketplace)
    .where('order_id', 'in', ids).orderBy('id').execute(), (row) => row.order_id)
  return inOrder(ids, rows.map((row) => renderOrder(row, {
    escrows: escrows.get(row.id) ?? [], milestones: milestones.get(row.id) ?? [],
    payments: (payments.get(row.id) ?? []).map(({ id }) => id),
  })))
}
