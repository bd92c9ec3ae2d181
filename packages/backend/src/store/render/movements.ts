import type { Dispute, Payout, Refund, Release, Settlement, SettlementLine } from '@holdfast/contract/types'
import type { Release as NewRelease } from '@holdfast/core'
import { grouped, inOrder, instant, instantOrNull, wire, type Reader } from './values.ts'

/** A release that was just made, as `readReleases` will read it. */
export function renderNewRelease(
  { release, reference }: { readonly release: NewRelease; readonly reference: string | null }, now: Date,
): Release {
  const { id, escrow, seller, reason, currency, gross, fee, allotments, transfer } = release
  return {
    id, object: 'release', escrow, seller, reference, reason, currency, gross: wire(gross), fee: wire(fee), net: wire(gross - fee),
    allotments: allotments.map((part) => ({ milestone: part.milestone, gross: wire(part.gross), fee: wire(part.fee) })),
    transfer, createdAt: instant(now),
  }
}

/** Releases with their parts. */
export async function readReleases(db: Reader, marketplace: string, ids: readonly string[]): Promise<Release[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('releases').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const parts = grouped(await db.selectFrom('release_allotments').selectAll().where('marketplace_id', '=', marketplace)
    .where('release_id', 'in', ids).orderBy('position').execute(), (part) => part.release_id)
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'release' as const, escrow: row.escrow_id, seller: row.seller_id, reference: row.reference, reason: row.reason,
    currency: row.currency, gross: wire(row.gross), fee: wire(row.fee), net: wire(row.gross - row.fee),
    allotments: (parts.get(row.id) ?? []).map((part) => ({ milestone: part.milestone_id, gross: wire(part.gross), fee: wire(part.fee) })),
    transfer: row.transfer_id, createdAt: instant(row.created_at),
  })))
}

/** Refunds with their parts. */
export async function readRefunds(db: Reader, marketplace: string, ids: readonly string[]): Promise<Refund[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('refunds').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const parts = grouped(await db.selectFrom('refund_allotments').selectAll().where('marketplace_id', '=', marketplace)
    .where('refund_id', 'in', ids).orderBy('position').execute(), (part) => part.refund_id)
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'refund' as const, payment: row.payment_id, order: row.order_id, reference: row.reference, reason: row.reason,
    status: row.state, currency: row.currency, amount: wire(row.amount), feeBearer: row.fee_bearer,
    allotments: (parts.get(row.id) ?? []).map((part) => ({ escrow: part.escrow_id, milestone: part.milestone_id, amount: wire(part.amount) })),
    failure: row.failure_code === null ? null : { code: row.failure_code },
    createdAt: instant(row.created_at), resolvedAt: instantOrNull(row.resolved_at),
  })))
}

export async function readDisputes(db: Reader, marketplace: string, ids: readonly string[]): Promise<Dispute[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('disputes').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'dispute' as const, escrow: row.escrow_id, order: row.order_id, status: row.state, reason: row.reason,
    openedAt: instant(row.opened_at), escalatableAt: instant(row.escalatable_at), reviewAt: instant(row.review_at),
    closedAt: instantOrNull(row.closed_at),
  })))
}

export async function readPayouts(db: Reader, marketplace: string, ids: readonly string[]): Promise<Payout[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('payouts').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'payout' as const, seller: row.seller_id, reference: row.reference, status: row.state, currency: row.currency,
    amount: wire(row.amount),
    bankAccount: { holder: row.bank_holder, country: row.bank_country, currency: row.bank_currency, last4: row.bank_last4, kind: row.bank_kind },
    connector: row.connector, railReference: row.rail_reference,
    failure: row.failure_code === null ? null : { code: row.failure_code, detail: row.failure_detail ?? '' },
    createdAt: instant(row.created_at), completedAt: instantOrNull(row.completed_at), returnedAt: instantOrNull(row.returned_at),
  })))
}

export async function readSettlements(db: Reader, marketplace: string, ids: readonly string[]): Promise<Settlement[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('settlements').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'settlement' as const, connector: row.connector, reportId: row.report_id, date: row.date, status: row.state,
    currency: row.currency, gross: wire(row.gross), fees: wire(row.fees), net: wire(row.net), lineCount: row.line_count,
    createdAt: instant(row.created_at),
  })))
}

export async function readSettlementLines(db: Reader, marketplace: string, ids: readonly string[]): Promise<SettlementLine[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('settlement_lines').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'settlement_line' as const, settlement: row.settlement_id, kind: row.kind, operation: row.operation_id,
    railReference: row.rail_reference, currency: row.currency, gross: wire(row.gross), fee: wire(row.fee), net: wire(row.gross - row.fee),
  })))
}
