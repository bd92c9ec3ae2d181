import type { Capture, Operation, Payment } from '@holdfast/contract/types'
import type { Selectable } from 'kysely'
import type { CaptureAllotmentsTable, CapturesTable, OperationsTable, PaymentsTable } from '../tables.ts'
import { grouped, inOrder, instant, instantOrNull, wire, type Reader } from './values.ts'

function renderOperation(row: Selectable<OperationsTable>): Operation {
  return {
    id: row.id, object: 'operation', kind: row.kind, status: row.state, connector: row.connector,
    railReference: row.rail_reference, amount: wire(row.amount), retryOf: row.retry_of,
    createdAt: instant(row.created_at), resolvedAt: instantOrNull(row.resolved_at),
  }
}

function renderCapture(row: Selectable<CapturesTable>, allotments: readonly Selectable<CaptureAllotmentsTable>[]): Capture {
  return {
    id: row.id, object: 'capture', payment: row.payment_id, reference: row.reference, status: row.state,
    currency: row.currency, amount: wire(row.amount), final: row.final, settledAt: instantOrNull(row.settled_at),
    allotments: allotments.map((part) => ({ escrow: part.escrow_id, milestone: part.milestone_id, amount: wire(part.amount) })),
    createdAt: instant(row.created_at),
  }
}

const capturableStates: readonly string[] = ['authorized', 'partially_captured']

function renderPayment(row: Selectable<PaymentsTable>, parts: { readonly captures: Capture[]; readonly operations: Operation[] }): Payment {
  const open = capturableStates.includes(row.state)
  return {
    id: row.id, object: 'payment', order: row.order_id, session: row.session_id, status: row.state, method: row.method,
    connector: row.connector, card: cardOf(row), currency: row.currency, amount: wire(row.amount),
    authorized: wire(row.authorized), capturable: open ? wire(row.authorized - row.captured - row.capturing) : 0,
    captured: wire(row.captured), refunded: wire(row.refunded + row.refunding),
    decline: row.decline_class && row.decline_code ? { class: row.decline_class, code: row.decline_code } : null,
    authentication: row.authentication, authorizationExpiresAt: instantOrNull(row.authorization_expires_at), ...parts, createdAt: instant(row.created_at),
  }
}

/** The card as it may be shown: brand and last four. */
export function cardOf(row: Pick<Selectable<PaymentsTable>, 'card_brand' | 'card_last4' | 'card_exp_month' | 'card_exp_year' | 'card_wallet'>): Payment['card'] {
  if (row.card_brand === null || row.card_last4 === null || row.card_exp_month === null || row.card_exp_year === null) return null
  return { brand: row.card_brand, last4: row.card_last4, expMonth: row.card_exp_month, expYear: row.card_exp_year, wallet: row.card_wallet }
}

async function capturesOf(db: Reader, marketplace: string, payments: readonly string[]) {
  const rows = await db.selectFrom('captures').selectAll().where('marketplace_id', '=', marketplace)
    .where('payment_id', 'in', payments).orderBy('sequence').execute()
  if (rows.length === 0) return new Map<string, Capture[]>()
  const parts = grouped(await db.selectFrom('capture_allotments').selectAll().where('marketplace_id', '=', marketplace)
    .where('capture_id', 'in', rows.map(({ id }) => id)).orderBy('position').execute(), (part) => part.capture_id)
  return grouped(rows.map((row) => renderCapture(row, parts.get(row.id) ?? [])), ({ payment }) => payment)
}

/** Payments with their captures and what was asked of the rail, oldest first. */
export async function readPayments(db: Reader, marketplace: string, ids: readonly string[]): Promise<Payment[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('payments').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const captures = await capturesOf(db, marketplace, ids)
  const operations = grouped(await db.selectFrom('operations').selectAll().where('marketplace_id', '=', marketplace)
    .where('payment_id', 'in', ids).orderBy('id').execute(), (row) => row.payment_id)
  return inOrder(ids, rows.map((row) => renderPayment(row, {
    captures: captures.get(row.id) ?? [], operations: (operations.get(row.id) ?? []).map(renderOperation),
  })))
}
