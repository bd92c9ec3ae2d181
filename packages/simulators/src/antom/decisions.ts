import { randomBytes, randomInt } from 'node:crypto'
import { iso } from '../shared/clock.ts'
import { remainingOf, type Entry, type Payment, type PaymentRecord, type Records, type Refund } from './records.ts'
import type { PayRequest, RefundRequest } from './requests.ts'

// What the rail answers to a command. A decision is pure but for the ids it draws: it reads records, returns entries.

/** The rail's own word on a request. */
export interface Result {
  readonly resultCode: string
  readonly resultStatus: 'S' | 'F' | 'U'
  readonly resultMessage: string
}

export interface Context {
  readonly records: Records
  readonly clientId: string
  readonly nowMs: number
  /** A result that a fault asks for. */
  readonly forced?: string | undefined
}

/** What to write, all or nothing, and what to answer: a bare result, or what the records then show. */
export type Decision =
  | { readonly entries: readonly Entry[]; readonly result: Result }
  | { readonly entries: readonly Entry[]; readonly payment: string }
  | { readonly entries: readonly Entry[]; readonly refund: string }

export const success: Result = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' }

/** Codes that settle nothing. */
const open: ReadonlySet<string> = new Set([
  'PAYMENT_IN_PROCESS', 'REFUND_IN_PROCESS', 'UNKNOWN_EXCEPTION', 'REQUEST_TRAFFIC_EXCEED_LIMIT',
])

export function resultOf(resultCode: string, resultMessage: string = messageOf(resultCode)): Result {
  const resultStatus = resultCode === 'SUCCESS' ? 'S' : open.has(resultCode) ? 'U' : 'F'
  return { resultCode, resultStatus, resultMessage }
}

function messageOf(code: string): string {
  return `${code.charAt(0)}${code.slice(1).toLowerCase().replaceAll('_', ' ')}.`
}

export function refused(resultCode: string, message?: string): Decision {
  return { entries: [], result: resultOf(resultCode, message) }
}

const repeated: Decision = refused('REPEAT_REQ_INCONSISTENT', 'The repeated request differs from the first one.')

/** How long a payment waits for its buyer when the request says nothing. */
const defaultExpiryMs = 14 * 60_000

export function decidePay(context: Context, request: PayRequest): Decision {
  const { records, clientId, nowMs, forced } = context
  const before = records.byRequest(clientId, request.paymentRequestId)
  if (before) return isSamePayment(before.record, request) ? { entries: [], payment: before.record.paymentId } : repeated
  if (forced !== undefined && open.has(forced) && forced !== 'PAYMENT_IN_PROCESS') return refused(forced)
  const expiresAt = request.paymentExpiryTime === undefined ? nowMs + defaultExpiryMs : Date.parse(request.paymentExpiryTime)
  if (!(expiresAt > nowMs)) return refused('PARAM_ILLEGAL', 'paymentExpiryTime is not ahead.')
  const record = paymentRecord(context, request, expiresAt)
  const { paymentId } = record
  const status = { paymentId, status: 'FAIL', resultCode: forced ?? '', at: nowMs } as const
  const failed: Entry[] = forced === undefined || open.has(forced) ? [] : [{ type: 'status', record: status }]
  return { entries: [{ type: 'payment', record }, ...failed], payment: paymentId }
}

function paymentRecord({ clientId, nowMs }: Context, request: PayRequest, expiresAt: number): PaymentRecord {
  const { order } = request
  return {
    paymentId: newId(nowMs, '01'),
    paymentRequestId: request.paymentRequestId,
    clientId,
    at: nowMs,
    expiresAt,
    amount: request.paymentAmount,
    paymentMethodType: request.paymentMethod.paymentMethodType,
    productCode: request.productCode,
    terminalType: request.env?.terminalType ?? 'WEB',
    referenceOrderId: order.referenceOrderId,
    orderDescription: order.orderDescription,
    referenceMerchantId: order.merchant?.referenceMerchantId ?? '',
    merchantName: order.merchant?.merchantName ?? '',
    redirectUrl: request.paymentRedirectUrl,
    notifyUrl: request.paymentNotifyUrl ?? '',
    token: randomBytes(18).toString('base64url'),
  }
}

function isSamePayment(record: PaymentRecord, request: PayRequest): boolean {
  return (
    record.amount.value === request.paymentAmount.value
    && record.amount.currency === request.paymentAmount.currency
    && record.paymentMethodType === request.paymentMethod.paymentMethodType
    && record.productCode === request.productCode
  )
}

/** As Antom's ids look: a day, digits. */
function newId(nowMs: number, kind: string): string {
  const day = iso(nowMs).slice(0, 10).replaceAll('-', '')
  return `${day}1940108001001888${kind}${String(randomInt(10 ** 12)).padStart(12, '0')}`
}

/**
 * Gives up a payment. What the buyer has paid already is given back in full, as long as the rail's day lasts on which
 * it was paid; after that it is refused.
 */
export function decideCancel(context: Context, payment: Payment | undefined): Decision {
  if (!payment) return refused('ORDER_NOT_EXIST')
  if (context.forced !== undefined) return refused(context.forced)
  const { paymentId } = payment.record
  if (payment.status === 'CANCELLED') return { entries: [], result: success }
  if (payment.status === 'FAIL') return refused('ORDER_IS_CLOSED')
  if (payment.status === 'SUCCESS' && !isCancelable(payment, context.nowMs)) return refused('CANCEL_WINDOW_EXCEED')
  const record = { paymentId, status: 'CANCELLED', resultCode: 'ORDER_IS_CANCELED', at: context.nowMs } as const
  return { entries: [{ type: 'status', record }], result: success }
}

function isCancelable({ paidAt = 0, refunds }: Payment, nowMs: number): boolean {
  return railDay(paidAt) === railDay(nowMs) && refunds.length === 0
}

const railOffsetMs = 8 * 3_600_000

/** The rail's days begin at midnight in UTC+8. */
export function railDay(ms: number): string {
  return iso(ms + railOffsetMs).slice(0, 10)
}

export function decideRefund(context: Context, request: RefundRequest): Decision {
  const { records, clientId, nowMs, forced } = context
  const before = records.refundByRequest(clientId, request.refundRequestId)
  if (before) return isSameRefund(before, request) ? { entries: [], refund: before.record.refundId } : repeated
  if (forced !== undefined && forced !== 'REFUND_IN_PROCESS') return refused(forced)
  const payment = records.payments.get(request.paymentId)
  const refusal = whyNoRefund(payment?.record.clientId === clientId ? payment : undefined, request)
  if (refusal) return refusal
  const record = {
    refundId: newId(nowMs, '02'),
    refundRequestId: request.refundRequestId,
    paymentId: request.paymentId,
    clientId,
    at: nowMs,
    amount: request.refundAmount,
    notifyUrl: request.refundNotifyUrl ?? payment?.record.notifyUrl ?? '',
  }
  const done = { refundId: record.refundId, status: 'SUCCESS', at: nowMs } as const
  const status: Entry[] = forced === undefined ? [{ type: 'refundStatus', record: done }] : []
  return { entries: [{ type: 'refund', record }, ...status], refund: record.refundId }
}

function whyNoRefund(payment: Payment | undefined, { refundAmount }: RefundRequest): Decision | undefined {
  if (!payment) return refused('ORDER_NOT_EXIST')
  if (payment.status !== 'SUCCESS') return refused('ORDER_STATUS_INVALID')
  if (refundAmount.currency !== payment.record.amount.currency) return refused('CURRENCY_NOT_SUPPORT')
  return BigInt(refundAmount.value) > remainingOf(payment) ? refused('REFUND_AMOUNT_EXCEED') : undefined
}

function isSameRefund({ record }: Refund, { paymentId, refundAmount }: RefundRequest): boolean {
  const { value, currency } = record.amount
  return record.paymentId === paymentId && value === refundAmount.value && currency === refundAmount.currency
}
