import { newId, type BodyOf } from '@holdfast/contract'
import {
  balanceKey, beginCapture, beginRefund, createPayout, exceedsRemaining, isRefusal, need, paymentMachine,
  type AllotmentAsk, type Ask, type Capture, type Payout, type Refund, type Refusal,
} from '@holdfast/core'
import { referenceTaken, takenReferences } from '../commands/references.ts'
import type { Tx } from '../database.ts'
import { notFound } from '../not-found.ts'
import { lockCustody, lockSellers, lockSellersOfPayments, type Desk } from '../store/book.ts'
import { earlierCaptures, insertRefunds, writeCaptures, type EarlierCapture } from '../store/movements.ts'
import type { NewOperation } from '../store/operations.ts'
import { insertPayouts, readPayees, unsettledOf, type Payee } from '../store/payouts.ts'
import { lockPaymentFacts, type OpenOperation, type PaymentFacts } from '../store/payment-facts.ts'

/* How captures, voids, refunds and payouts begin: decide, move the ledger, write the operation; a batch at a time. */

/** What one call of a batch was decided to be: with the operation that asks the rail for it. */
export interface Begun {
  readonly operation: NewOperation
}

/** How one kind of operation begins. Calls of a batch are decided one after another on what those before left. */
export interface Beginning<I, F, D extends Begun> {
  /** Locks what any of the calls may move, by rank, and reads what they need besides. */
  lock(tx: Tx, desk: Desk, inputs: readonly I[]): Promise<F>
  /** Refuses before it changes anything. */
  decide(desk: Desk, input: I, given: { readonly found: F; readonly operation: string }): D | Refusal
  /** Sends the rows that are new, the operations left out. */
  write?(tx: Tx, desk: Desk, begun: readonly D[]): void
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

/** Refuses while something that was asked of the rail for this payment has no known outcome. */
function refuseWhileUnknown(
  { open }: PaymentFacts, { payment, also }: { payment: string; also: readonly OpenOperation['kind'][] },
): Refusal | null {
  const blocking = open.find(({ kind, state }) => state === 'unknown' || also.includes(kind))
  return blocking ? {
    refused: 'outcome_unknown',
    detail: `The ${blocking.kind} ${blocking.id} of payment ${payment} has no known outcome yet. The rail is asked about it; try again shortly.`,
  } : null
}

type Table = 'captures' | 'refunds' | 'payouts'
type References = Map<string, string>

function refuseReference(taken: References, table: Table, reference: string | undefined): Refusal | null {
  const existing = reference === undefined ? undefined : taken.get(reference)
  return reference === undefined || existing === undefined ? null : referenceTaken(table, { reference, existing })
}

function note(taken: References, reference: string | undefined, id: string): void {
  if (reference !== undefined) taken.set(reference, id)
}

type Facts = ReadonlyMap<string, PaymentFacts>

/** The operation on a payment, which from now on counts as open for the calls after this one. */
function operationOn(
  desk: Desk, { facts, payment }: { facts: PaymentFacts; payment: string },
  one: Pick<NewOperation, 'id' | 'kind' | 'amount' | 'capture' | 'refund'> & { readonly request?: object },
): NewOperation {
  const { currency, connector } = need(desk.book.payments, payment)
  facts.open.push({ id: one.id, kind: one.kind, state: 'intent_written' })
  const request = { subject: payment, orderReference: facts.orderReference, railReference: facts.railReference, ...one.request }
  return { ...one, currency, connector, payment, sentBy: 'sender', request }
}

export interface CaptureInput {
  readonly payment: string
  readonly body: BodyOf<'payments.capture'>
}

interface CaptureBegun extends Begun {
  readonly capture: Capture
  readonly reference: string | null
  readonly currency: string
  readonly sequence: number
}

interface CapturesFound {
  readonly facts: Facts
  readonly taken: References
  readonly earlier: ReadonlyMap<string, readonly EarlierCapture[]>
}

/** Begins captures, whole or in part. */
export const captures: Beginning<CaptureInput, CapturesFound, CaptureBegun> = {
  async lock(tx, desk, inputs) {
    const payments = inputs.map(({ payment }) => payment)
    const references = inputs.map(({ body }) => body.reference)
    const [facts, taken, earlier] = await Promise.all([
      lockPaymentFacts(tx, desk, payments), takenReferences(tx, desk.marketplace, { table: 'captures', references }),
      earlierCaptures(tx, desk.marketplace, payments),
    ])
    return { facts, taken, earlier }
  },
  decide(desk, { payment, body }, { found, operation }) {
    const facts = found.facts.get(payment)
    if (!facts) return { ...notFound('payment', payment), field: 'id' }
    const ask = askOf(body)
    const refusal = isRefusal(ask) ? ask : refuseReference(found.taken, 'captures', body.reference)
      ?? refuseWhileUnknown(facts, { payment, also: ['capture', 'void'] })
    if (refusal) return refusal
    const capture = beginCapture(desk.book, { ...ask, id: newId('capture'), payment, final: body.final })
    if (isRefusal(capture)) return capture
    note(found.taken, body.reference, capture.id)
    const before = found.earlier.get(payment) ?? []
    const sequence = before.filter(({ state }) => state !== 'failed').length + 1
    return {
      capture, reference: body.reference ?? null, currency: need(desk.book.payments, payment).currency,
      sequence: Math.max(0, ...before.map((other) => other.sequence)) + 1,
      operation: operationOn(desk, { facts, payment }, {
        id: operation, kind: 'capture', amount: capture.amount, capture: capture.id, request: { sequence, final: capture.final },
      }),
    }
  },
  write: (tx, desk, begun) =>
    writeCaptures(tx, desk, begun.map((one) => ({ ...one, state: 'pending', railReference: null }))),
}

/** Begins to void what is authorized and not captured. */
export const voids: Beginning<{ readonly payment: string }, Facts, Begun> = {
  lock: (tx, desk, inputs) => lockPaymentFacts(tx, desk, inputs.map(({ payment }) => payment)),
  decide(desk, { payment }, { found, operation }) {
    const facts = found.get(payment)
    if (!facts) return { ...notFound('payment', payment), field: 'id' }
    const refusal = refuseWhileUnknown(facts, { payment, also: ['capture', 'void'] })
    if (refusal) return refusal
    const { state, currency, authorized, captured } = need(desk.book.payments, payment)
    const step = paymentMachine.step(state, 'void')
    if (isRefusal(step)) return step
    const open = state === 'authorized' || state === 'partially_captured'
    if (!open) return exceedsRemaining(`Void of ${payment}`, { amount: 0n, currency })
    return { operation: operationOn(desk, { facts, payment }, { id: operation, kind: 'void', amount: authorized - captured }) }
  },
}

interface RefundBegun extends Begun {
  readonly refund: Refund
  readonly order: string
  readonly currency: string
  readonly reference: string | null
  readonly reason: string | null
}

interface RefundsFound {
  readonly facts: Facts
  readonly taken: References
}

/** Begins refunds: the sellers' side moves at once. */
export const refunds: Beginning<BodyOf<'refunds.create'>, RefundsFound, RefundBegun> = {
  async lock(tx, desk, inputs) {
    const payments = inputs.map(({ payment }) => payment)
    const references = inputs.map(({ reference }) => reference)
    const [facts, , taken] = await Promise.all([
      lockPaymentFacts(tx, desk, payments), lockSellersOfPayments(tx, desk, payments),
      takenReferences(tx, desk.marketplace, { table: 'refunds', references }),
    ])
    return { facts, taken }
  },
  decide(desk, body, { found, operation }) {
    const { payment } = body
    const facts = found.facts.get(payment)
    if (!facts) return { ...notFound('payment', payment), field: 'payment' }
    const ask = askOf(body)
    const refusal = isRefusal(ask) ? ask : refuseReference(found.taken, 'refunds', body.reference)
      ?? refuseWhileUnknown(facts, { payment, also: [] })
    if (refusal) return refusal
    const refund = beginRefund(desk.book, { ...ask, id: newId('refund'), payment, feeBearer: body.feeBearer ?? 'platform' })
    if (isRefusal(refund)) return refund
    note(found.taken, body.reference, refund.id)
    const { currency, order } = need(desk.book.payments, payment)
    return {
      refund, order, currency, reference: body.reference ?? null, reason: body.reason ?? null,
      operation: operationOn(desk, { facts, payment }, { id: operation, kind: 'refund', amount: refund.amount, refund: refund.id }),
    }
  },
  write: insertRefunds,
}

export interface PayoutInput {
  readonly body: BodyOf<'payouts.create'>
  readonly connector: string
}

interface PayoutBegun extends Begun {
  readonly payee: Payee
  readonly payout: Payout
  readonly reference: string | null
  readonly connector: string
}

interface PayoutsFound {
  readonly payees: ReadonlyMap<string, Payee>
  readonly taken: References
  /** By `balanceKey`. */
  readonly unsettled: ReadonlyMap<string, bigint>
}

/** Begins payouts of what has settled. */
export const payouts: Beginning<PayoutInput, PayoutsFound, PayoutBegun> = {
  async lock(tx, desk, inputs) {
    const payees = await readPayees(tx, desk.marketplace, inputs.map(({ body }) => body.seller))
    const wanted = [...payees.values()].flatMap(({ id: seller, bank_currency: currency }) => (currency ? [{ seller, currency }] : []))
    await lockSellers(tx, desk, wanted)
    const [, unsettled, taken] = await Promise.all([
      lockCustody(tx, desk, wanted.map(({ currency }) => currency)), unsettledOf(tx, desk.marketplace, wanted),
      takenReferences(tx, desk.marketplace, { table: 'payouts', references: inputs.map(({ body }) => body.reference) }),
    ])
    return { payees, taken, unsettled }
  },
  decide(desk, { body, connector }, { found, operation }) {
    const payee = found.payees.get(body.seller)
    if (!payee) return { ...notFound('seller', body.seller), field: 'seller' }
    const currency = body.currency ?? payee.bank_currency
    if (currency === null || payee.bank_currency !== currency) return noAccount(payee, currency)
    const refusal = refuseReference(found.taken, 'payouts', body.reference)
    if (refusal) return refusal
    const payout = createPayout(desk.book, {
      id: newId('payout'), seller: payee.id, currency, amount: body.amount === undefined ? undefined : BigInt(body.amount),
      unsettled: found.unsettled.get(balanceKey(payee.id, currency)) ?? 0n,
    })
    if (isRefusal(payout)) return payout
    note(found.taken, body.reference, payout.id)
    const name = body.reference ?? payout.id
    return {
      payee, payout, reference: body.reference ?? null, connector,
      operation: {
        id: operation, kind: 'payout', connector, currency, amount: payout.amount, payout: payout.id, sentBy: 'sender',
        request: { subject: payout.id, orderReference: name, statementText: name },
      },
    }
  },
  write: insertPayouts,
}

function noAccount(payee: Payee, currency: string | null): Refusal {
  const has = payee.bank_currency === null ? 'has no bank account'
    : `has a bank account in ${payee.bank_currency}`
  return {
    refused: 'bank_account_missing', field: 'seller',
    detail: `Seller ${payee.id} ${has}${currency === null ? '' : `; the payout is in ${currency}`}. Set one with PATCH /v1/sellers/${payee.id}.`,
  }
}
