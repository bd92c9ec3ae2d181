import { newId, type BodyOf } from '@holdfast/contract'
import {
  beginCapture, beginRefund, createPayout, exceedsRemaining, isRefusal, need, paymentMachine,
  unsettledRelease, type AllotmentAsk, type Ask, type Payout,
  type Refusal,
} from '@holdfast/core'
import type { Selectable } from 'kysely'
import { referenceTaken, takenReferences } from '../commands/references.ts'
import type { SellersTable, Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import {
  lockCustody, lockOrders, lockPayments, lockSellers, openDesk, saveDesk, type Desk,
} from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { insertCapture, insertRefund } from '../store/movements.ts'
import { insertOperation, type OperationRow } from '../store/operations.ts'

/* The first transactions of captures, voids, refunds and payouts: decide, move the ledger, write the operation. */

export interface Start {
  readonly marketplace: string
  readonly operation: string
  readonly now: Date
}

interface PaymentFacts {
  readonly order: string
  readonly orderReference: string
  readonly railReference: string | null
}

/** Locks a payment and its order's milestones, and makes sure that nothing on it is unknown. */
async function lockPayment(
  tx: Tx, desk: Desk, { payment, field }: { payment: string; field: string },
): Promise<PaymentFacts | Refusal> {
  await lockPayments(tx, desk, [payment])
  const found = desk.book.payments.get(payment)
  if (!found) return { ...notFound('payment', payment), field }
  await lockOrders(tx, desk, [found.order])
  const row = await tx.db.selectFrom('payments').innerJoin('orders', (join) => join
    .onRef('orders.marketplace_id', '=', 'payments.marketplace_id')
    .onRef('orders.id', '=', 'payments.order_id'))
    .select(['payments.rail_reference', 'orders.reference'])
    .where('payments.marketplace_id', '=', desk.marketplace)
    .where('payments.id', '=', payment).executeTakeFirstOrThrow()
  return { order: found.order, orderReference: row.reference, railReference: row.rail_reference }
}

/** Refuses while something that was asked of the rail for this payment has no known outcome. */
async function refuseWhileUnknown(
  tx: Tx, desk: Desk, { payment, also }: { payment: string; also: readonly OperationRow['kind'][] },
): Promise<Refusal | null> {
  const open = await tx.db.selectFrom('operations').select(['id', 'kind', 'state'])
    .where('marketplace_id', '=', desk.marketplace)
    .where('payment_id', '=', payment).where('state', 'in', ['intent_written', 'sent', 'unknown']).execute()
  const blocking = open.find(({ kind, state }) => state === 'unknown' || also.includes(kind))
  return blocking ? {
    refused: 'outcome_unknown',
    detail: `The ${blocking.kind} ${blocking.id} of payment ${payment} has no known outcome yet. The rail is asked about it; try again shortly.`,
  } : null
}

function askOf(body: BodyOf<'payments.capture'> | BodyOf<'refunds.create'>): Ask | Refusal {
  if (body.amount !== undefined && body.allotments) {
    return {
      refused: 'validation_failed', field: 'allotments',
      detail: 'allotments: expected either an amount or allotments, not both; allotments sum to the amount.',
    }
  }
  return {
    amount: body.amount === undefined ? undefined : BigInt(body.amount),
    allotments: body.allotments?.map((one): AllotmentAsk => ({ ...one, amount: BigInt(one.amount) })),
  }
}

async function refuseReference(
  tx: Tx, marketplace: string,
  { table, reference }: { table: 'captures' | 'refunds' | 'payouts'; reference: string | undefined },
): Promise<Refusal | null> {
  const taken = await takenReferences(tx, marketplace, { table, references: [reference] })
  const existing = reference === undefined ? undefined : taken.get(reference)
  return reference === undefined || existing === undefined ? null : referenceTaken(table, { reference, existing })
}

async function finish(tx: Tx, desk: Desk): Promise<void> {
  saveDesk(tx, desk)
  await stageHappenings(tx, desk)
}

/** Begins a capture, whole or in part. */
export async function startCapture(
  tx: Tx, start: Start,
  { payment, body }: { readonly payment: string; readonly body: BodyOf<'payments.capture'> },
): Promise<OperationRow | Refusal> {
  const desk = openDesk(start)
  const ask = askOf(body)
  if (isRefusal(ask)) return ask
  const facts = await lockPayment(tx, desk, { payment, field: 'id' })
  if (isRefusal(facts)) return facts
  const refusal = await refuseReference(tx, start.marketplace,
    { table: 'captures', reference: body.reference })
    ?? await refuseWhileUnknown(tx, desk, { payment, also: ['capture', 'void'] })
  if (refusal) return refusal
  const capture = beginCapture(desk.book, { ...ask, id: newId('capture'), payment, final: body.final })
  if (isRefusal(capture)) return capture
  const { currency, connector } = need(desk.book.payments, payment)
  const sequence = await insertCapture(tx, desk,
    { capture, currency, reference: body.reference ?? null, state: 'pending', railReference: null })
  const op = await insertOperation(tx, desk, {
    id: start.operation, kind: 'capture', connector, currency, amount: capture.amount, payment,
    capture: capture.id, sentBy: 'sender',
    request: { subject: payment, orderReference: facts.orderReference, railReference: facts.railReference,
      sequence, final: capture.final },
  })
  await finish(tx, desk)
  return op
}

/** Begins to void what is authorized and not captured. */
export async function startVoid(
  tx: Tx, start: Start, { payment }: { readonly payment: string },
): Promise<OperationRow | Refusal> {
  const desk = openDesk(start)
  const facts = await lockPayment(tx, desk, { payment, field: 'id' })
  if (isRefusal(facts)) return facts
  const refusal = await refuseWhileUnknown(tx, desk, { payment, also: ['capture', 'void'] })
  if (refusal) return refusal
  const { state, currency, connector, authorized, captured } = need(desk.book.payments, payment)
  const step = paymentMachine.step(state, 'void')
  if (isRefusal(step)) return step
  const open = state === 'authorized' || state === 'partially_captured'
  if (!open) return exceedsRemaining(`Void of ${payment}`, { amount: 0n, currency })
  const op = await insertOperation(tx, desk, {
    id: start.operation, kind: 'void', connector, currency, amount: authorized - captured, payment,
    sentBy: 'sender',
    request: { subject: payment, orderReference: facts.orderReference, railReference: facts.railReference },
  })
  await finish(tx, desk)
  return op
}

/** Begins a refund: the sellers' side moves at once. */
export async function startRefund(
  tx: Tx, start: Start, body: BodyOf<'refunds.create'>,
): Promise<OperationRow | Refusal> {
  const desk = openDesk(start)
  const ask = askOf(body)
  if (isRefusal(ask)) return ask
  const { payment } = body
  const facts = await lockPayment(tx, desk, { payment, field: 'payment' })
  if (isRefusal(facts)) return facts
  const { currency, connector } = need(desk.book.payments, payment)
  const shares = [...desk.book.milestones.values()].filter((milestone) => milestone.payment === payment)
  await lockSellers(tx, desk, shares.map(({ seller }) => ({ seller, currency })))
  const refusal = await refuseReference(tx, start.marketplace,
    { table: 'refunds', reference: body.reference })
    ?? await refuseWhileUnknown(tx, desk, { payment, also: [] })
  if (refusal) return refusal
  const refund = beginRefund(desk.book,
    { ...ask, id: newId('refund'), payment, feeBearer: body.feeBearer ?? 'platform' })
  if (isRefusal(refund)) return refund
  await insertRefund(tx, desk,
    { refund, order: facts.order, currency, reference: body.reference ?? null, reason: body.reason ?? null })
  const op = await insertOperation(tx, desk, {
    id: start.operation, kind: 'refund', connector, currency, amount: refund.amount, payment,
    refund: refund.id, sentBy: 'sender',
    request: { subject: payment, orderReference: facts.orderReference, railReference: facts.railReference },
  })
  await finish(tx, desk)
  return op
}

type Seller = Selectable<SellersTable>

/** Begins a payout of what has settled. */
export async function startPayout(
  tx: Tx, start: Start,
  { body, connector }: { readonly body: BodyOf<'payouts.create'>; readonly connector: string },
): Promise<OperationRow | Refusal> {
  const desk = openDesk(start)
  const { marketplace } = start
  const seller = await tx.db.selectFrom('sellers').selectAll().where('marketplace_id', '=', marketplace)
    .where('id', '=', body.seller).executeTakeFirst()
  if (!seller) return { ...notFound('seller', body.seller), field: 'seller' }
  const currency = body.currency ?? seller.bank_currency
  if (currency === null || seller.bank_currency !== currency) return noAccount(seller, currency)
  await lockSellers(tx, desk, [{ seller: seller.id, currency }])
  await lockCustody(tx, desk, [currency])
  const refusal = await refuseReference(tx, marketplace, { table: 'payouts', reference: body.reference })
  if (refusal) return refusal
  const unsettled = await unsettledOf(tx, { marketplace, seller: seller.id, currency })
  const amount = body.amount === undefined ? undefined : BigInt(body.amount)
  const payout = createPayout(desk.book, { id: newId('payout'), seller: seller.id, currency, amount, unsettled })
  if (isRefusal(payout)) return payout
  const name = body.reference ?? payout.id
  await insertPayout(tx, desk, { seller, payout, reference: body.reference ?? null, connector })
  const op = await insertOperation(tx, desk, {
    id: start.operation, kind: 'payout', connector, currency, amount: payout.amount, payout: payout.id,
    sentBy: 'sender',
    request: { subject: payout.id, orderReference: name, statementText: name },
  })
  await finish(tx, desk)
  return op
}

function noAccount(seller: Seller, currency: string | null): Refusal {
  const has = seller.bank_currency === null ? 'has no bank account'
    : `has a bank account in ${seller.bank_currency}`
  return {
    refused: 'bank_account_missing', field: 'seller',
    detail: `Seller ${seller.id} ${has}${currency === null ? '' : `; the payout is in ${currency}`}. Set one with PATCH /v1/sellers/${seller.id}.`,
  }
}

/** What a seller was released of captures that the rail has not reported: read under the lock of its balance. */
async function unsettledOf(
  tx: Tx, { marketplace, seller, currency }: { marketplace: string; seller: string; currency: string },
): Promise<bigint> {
  const rows = await tx.db.selectFrom('milestones')
    .select(['settled', 'released', 'released_fee', 'refunded_held', 'refunded_released',
      'refunded_released_fee'])
    .where('marketplace_id', '=', marketplace).where('seller_id', '=', seller)
    .where('currency', '=', currency)
    .whereRef('settled', '<', 'captured').execute()
  return rows.reduce((sum, row) => sum + unsettledRelease({
    settled: row.settled, released: row.released, releasedFee: row.released_fee,
    refundedHeld: row.refunded_held,
    refundedReleased: row.refunded_released, refundedReleasedFee: row.refunded_released_fee,
  }), 0n)
}

async function insertPayout(
  tx: Tx, desk: Desk,
  { seller, payout, reference, connector }: { seller: Seller; payout: Payout; reference: string | null; connector: string },
): Promise<void> {
  await tx.db.insertInto('payouts').values({
    marketplace_id: desk.marketplace, id: payout.id, seller_id: seller.id, reference, state: 'created',
    currency: payout.currency,
    amount: payout.amount, bank_holder: seller.bank_holder as string,
    bank_country: seller.bank_country as string,
    bank_currency: seller.bank_currency as string, bank_kind: seller.bank_kind as 'iban' | 'us',
    bank_last4: seller.bank_last4 as string,
    bank_sealed: seller.bank_sealed as Buffer, connector, rail_reference: null, failure_code: null,
    failure_detail: null,
    created_at: desk.now, completed_at: null, returned_at: null,
  }).execute()
}
