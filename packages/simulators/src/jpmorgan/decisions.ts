import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { dayMs, minuteMs } from '../shared/clock.ts'
import { askIssuer, declineForAmount, recordCard, type Decline, type PresentedCard } from './cards.ts'
import {
  capturedOf, isExpired, remainingAuthorized, remainingOfCapture,
  type CaptureRecord, type Entry, type Payment, type PaymentRecord, type Records, type RefundRecord,
} from './records.ts'
import type { CaptureRequest, PatchRequest, PaymentRequest, RefundRequest } from './requests.ts'

/** A fee in basis points of the amount (half up) and a fixed part in minor units. */
export interface Fee {
  readonly bps: number
  readonly fixed: number
}

export interface Terms {
  readonly captureFee: Fee
  readonly refundFee: Fee
  readonly declineByAmount: boolean
  readonly authorizationDays: number
  readonly delayedCaptureMinutes: number
}

/** What is common to one request. */
export interface Context {
  readonly records: Records
  readonly terms: Terms
  readonly merchantId: string
  readonly requestId: string
  readonly nowMs: number
  /** A decline that a fault asks for. */
  readonly forced?: Decline | undefined
}

/** A refusal leaves no record. `entity` is the field at fault, for 400. */
export interface Refusal {
  readonly status: 400 | 404 | 412
  readonly code: string
  readonly message: string
  readonly entity?: string
}

/** A decision is what to write in the journal, all or nothing. */
export type Decision = { readonly entries: readonly Entry[] } | { readonly refused: Refusal }

function refuse(code: string, message: string): { refused: Refusal } {
  return { refused: { status: 412, code, message } }
}

function refuseField(entity: string, message: string): { refused: Refusal } {
  return { refused: { status: 400, code: 'VALIDATION_ERROR', message, entity } }
}

/** A request id serves once, whatever became of it. */
export function refuseDuplicate({ records, merchantId, requestId }: Context): Refusal | undefined {
  if (!records.find(merchantId, requestId)) return undefined
  return { status: 412, code: 'DUPLICATE_REQUEST', message: 'request-id was used before; ask for its outcome by requestIdentifier' }
}

export function decidePayment(context: Context, body: PaymentRequest): Decision {
  const { terms, nowMs } = context
  const { card } = body.paymentMethodType
  const answer = askIssuer({
    card, amount: body.amount, nowMs, partialSupported: body.partialAuthorizationSupport === 'SUPPORTED',
  })
  const decline = context.forced ?? answer.decline ?? (terms.declineByAmount ? declineForAmount(body.amount) : undefined)
  const record = paymentRecord(context, body, { approved: decline ? body.amount : answer.approvedAmount, decline })
  const entries: Entry[] = [{ type: 'payment', record }]
  if (!decline && body.captureMethod === 'NOW') {
    entries.push(captureEntry(context, { transactionId: record.transactionId, captureId: record.transactionId, amount: record.amount, closes: true }))
  }
  return { entries }
}

function paymentRecord(
  context: Context, body: PaymentRequest, { approved, decline }: { approved: number; decline: Decline | undefined },
): PaymentRecord {
  const { terms, nowMs } = context
  const { captureMethod } = body
  return {
    ...operation(context, decline),
    transactionId: randomUUID(),
    captureMethod,
    amount: approved,
    partial: approved < body.amount,
    currency: body.currency,
    expiresAt: nowMs + terms.authorizationDays * dayMs,
    ...(captureMethod === 'DELAYED' ? { captureDueAt: nowMs + terms.delayedCaptureMinutes * minuteMs } : {}),
    card: recordCard(body.paymentMethodType.card),
    postalCodeGiven: body.accountHolder?.billingAddress?.postalCode !== undefined,
    networkTransactionId: digits(15),
    isAmountFinal: body.isAmountFinal,
    ...(body.partialAuthorizationSupport ? { partialAuthorizationSupport: body.partialAuthorizationSupport } : {}),
    ...kept(body),
  }
}

function kept(body: PaymentRequest | RefundRequest): Pick<PaymentRecord,
'merchant' | 'merchantOrderNumber' | 'statementDescriptor' | 'initiatorType' | 'accountOnFile'> {
  const { merchantSoftware, merchantCategoryCode, softMerchant } = body.merchant
  return {
    merchant: {
      merchantSoftware,
      ...(merchantCategoryCode !== undefined ? { merchantCategoryCode } : {}),
      ...(softMerchant !== undefined ? { softMerchant } : {}),
    },
    ...(body.merchantOrderNumber !== undefined ? { merchantOrderNumber: body.merchantOrderNumber } : {}),
    ...(body.statementDescriptor !== undefined ? { statementDescriptor: body.statementDescriptor } : {}),
    initiatorType: body.initiatorType,
    accountOnFile: body.accountOnFile,
  }
}

/** Why nothing more can be taken from or changed on an authorization; undefined while it is open. */
function refuseClosed(payment: Payment, nowMs: number): { refused: Refusal } | undefined {
  if (payment.record.decline) return refuse('NOT_AUTHORIZED', 'the payment was declined')
  if (payment.voided) return refuse('ALREADY_VOIDED', 'the authorization was voided')
  if (payment.closed || capturedOf(payment) >= payment.total) return refuse('ALREADY_CAPTURED', 'nothing is left of the authorization; refund instead')
  if (isExpired(payment, nowMs)) return refuse('AUTHORIZATION_EXPIRED', 'the authorization has expired; authorize anew')
  return undefined
}

export function decidePatch(context: Context, payment: Payment, body: PatchRequest): Decision {
  const closed = refuseClosed(payment, context.nowMs)
  if (closed) return closed
  const { transactionId } = payment.record
  if (body.isVoid) {
    return { entries: [{ type: 'patch', record: { ...operation(context, context.forced), transactionId, change: 'void' } }] }
  }
  if (body.captureMethod === 'NOW') return decideCapture(context, payment, { amount: body.amount }, true)
  const { amount, captureMethod } = body
  if (amount === undefined) return refuseField('amount', 'is required')
  if (amount <= capturedOf(payment)) return refuseField('amount', 'must exceed what was captured already; void to release the rest')
  return {
    entries: [{
      type: 'patch',
      record: {
        ...operation(context, context.forced), transactionId, change: 'amount', amount, ...(captureMethod ? { captureMethod } : {}),
      },
    }],
  }
}

export function decideCapture(context: Context, payment: Payment, body: CaptureRequest, byPatch = false): Decision {
  const left = remainingAuthorized(payment, context.nowMs)
  const amount = body.amount ?? left
  const refused = refuseClosed(payment, context.nowMs) ?? refuseOrder(payment, body)
  if (refused) return refused
  if (body.currency !== undefined && body.currency !== payment.record.currency) {
    return refuse('CURRENCY_MISMATCH', `the payment is in ${payment.record.currency}`)
  }
  if (amount > left) return refuse('AMOUNT_EXCEEDS_AUTHORIZATION', `${left} is left to capture, ${amount} was asked`)
  return {
    entries: [captureEntry(context, {
      transactionId: payment.record.transactionId,
      captureId: payment.captures.length === 0 && !context.forced ? payment.record.transactionId : randomUUID(),
      amount,
      closes: body.multiCapture?.isFinalCapture ?? true,
      ...(body.multiCapture ? { multiCapture: body.multiCapture } : {}),
      ...(byPatch ? { byPatch } : {}),
    })],
  }
}

function refuseOrder(payment: Payment, { multiCapture }: CaptureRequest): { refused: Refusal } | undefined {
  const next = payment.captures.length + 1
  if (!multiCapture) return next > 1 ? refuse('MULTI_CAPTURE_OPEN', 'captures of several need multiCapture') : undefined
  if (multiCapture.multiCaptureSequenceNumber === next) return undefined
  return refuse('MULTI_CAPTURE_OUT_OF_ORDER', `multiCaptureSequenceNumber ${next} is next`)
}

/** The capture that a DELAYED payment makes by itself when it is due. */
export function delayedCapture(context: Omit<Context, 'merchantId' | 'requestId'>, payment: Payment): Entry | undefined {
  const { record } = payment
  const dueAt = record.captureDueAt
  if (dueAt === undefined || dueAt > context.nowMs) return undefined
  const { merchantId, requestId, transactionId } = record
  return captureEntry({ ...context, merchantId, requestId, nowMs: dueAt }, {
    transactionId, captureId: transactionId, amount: payment.total, closes: true,
  })
}

function captureEntry(
  context: Context, fields: Pick<CaptureRecord, 'transactionId' | 'captureId' | 'amount' | 'closes' | 'multiCapture' | 'byPatch'>,
): Entry {
  return {
    type: 'capture',
    record: { ...operation(context, context.forced), ...settled(context, { amount: fields.amount, fee: context.terms.captureFee }), ...fields },
  }
}

export function decideRefund(context: Context, body: RefundRequest): Decision {
  const { card, transactionReference } = body.paymentMethodType
  if (card) return standaloneRefund(context, body, card)
  const reference = transactionReference?.transactionReferenceId ?? ''
  const { records, merchantId } = context
  const capture = records.captures.get(reference)
  const payment = records.payments.get(reference) ?? records.payments.get(capture?.transactionId ?? '')
  if (payment?.record.merchantId !== merchantId) {
    return { refused: { status: 404, code: 'NOT_FOUND', message: 'transactionReferenceId is not a payment or capture of this merchant' } }
  }
  if (body.currency !== undefined && body.currency !== payment.record.currency) {
    return refuse('CURRENCY_MISMATCH', `the payment is in ${payment.record.currency}`)
  }
  const sources = payment.captures.filter(({ captureId }) => reference === payment.record.transactionId || captureId === reference)
  return linkedRefund(context, body, { payment, reference, sources })
}

function linkedRefund(
  context: Context, body: RefundRequest,
  { payment, reference, sources }: { payment: Payment; reference: string; sources: readonly CaptureRecord[] },
): Decision {
  const left = sources.map((capture) => ({ captureId: capture.captureId, amount: remainingOfCapture(payment, capture) }))
  const refundable = left.reduce((sum, { amount }) => sum + amount, 0)
  const amount = body.amount ?? refundable
  if (amount > refundable || amount === 0) {
    return refuse('AMOUNT_EXCEEDS_REFUNDABLE', `${refundable} is left to refund, ${amount} was asked`)
  }
  const { transactionId, currency, card, merchantOrderNumber } = payment.record
  const record: RefundRecord = {
    ...refundFields(context, { amount, refundId: randomUUID() }),
    transactionId, transactionReferenceId: reference, currency, card,
    allocations: allocate(left, amount),
    ...(merchantOrderNumber !== undefined ? { merchantOrderNumber } : {}),
    ...kept(body),
  }
  return { entries: [{ type: 'refund', record }] }
}

function standaloneRefund(context: Context, body: RefundRequest, card: PresentedCard): Decision {
  const { amount, currency } = body
  if (amount === undefined || currency === undefined) return refuseField('amount', 'is required, with currency')
  const { decline } = askIssuer({ card, amount, nowMs: context.nowMs, partialSupported: false })
  const record: RefundRecord = {
    ...refundFields({ ...context, forced: context.forced ?? decline }, { amount, refundId: randomUUID() }),
    currency, card: recordCard(card), allocations: [], ...kept(body),
  }
  return { entries: [{ type: 'refund', record }] }
}

function refundFields(context: Context, { amount, refundId }: { amount: number; refundId: string }): Pick<RefundRecord,
'refundId' | 'amount' | 'settlementDay' | 'fee' | keyof ReturnType<typeof operation>> {
  const { terms } = context
  const decline = context.forced ?? (terms.declineByAmount ? declineForAmount(amount) : undefined)
  return { ...operation(context, decline), ...settled(context, { amount, fee: terms.refundFee }), refundId, amount }
}

/** Oldest capture first. */
function allocate(left: readonly { captureId: string; amount: number }[], amount: number): RefundRecord['allocations'] {
  let open = amount
  return left.map(({ captureId, amount: most }) => {
    const part = Math.min(open, most)
    open -= part
    return { captureId, amount: part }
  }).filter((part) => part.amount > 0)
}

function settled(
  { records, merchantId, nowMs }: Context, { amount, fee }: { amount: number; fee: Fee },
): { settlementDay: string; fee: number } {
  return {
    settlementDay: records.settlementDay(merchantId, nowMs),
    fee: Number((BigInt(amount) * BigInt(fee.bps) + 5000n) / 10_000n) + fee.fixed,
  }
}

function operation({ merchantId, requestId, nowMs }: Context, decline: Decline | undefined): {
  requestId: string; merchantId: string; at: number; approvalCode: string; hostReferenceId: string; decline?: Decline
} {
  return {
    requestId, merchantId, at: nowMs,
    approvalCode: decline ? '' : `tst${digits(3)}`,
    hostReferenceId: randomBytes(16).toString('base64url'),
    ...(decline ? { decline } : {}),
  }
}

function digits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('')
}
