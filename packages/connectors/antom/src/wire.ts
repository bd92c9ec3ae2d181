import type { FollowUpRequest, Inquiry, Outcome, WalletChargeRequest } from '@holdfast/core'
import * as z from 'zod'
import { AmountRefused, type Amounts, type WireAmount } from './amounts.ts'
import {
  declineOfPayment, followUpRefusalOf, isAbsent, isAtTheDoor, refundRefusalOf, refusalOf, type RawResult, type Result,
} from './declines.ts'

/*
 * Between our words and those of Antom's payments API, v1. Requests are made from ours; answers are read strictly
 * where we rely on them and loosely in all else, for Antom adds fields without notice.
 */

/** What we were asked can't be said to the rail. Nothing has been sent. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

export type WireBody = Readonly<Record<string, unknown>>

const idPattern = /^[0-9A-Za-z_-]{1,64}$/

/** @throws RequestRefused */
export function checkId(id: string): string {
  if (idPattern.test(id)) return id
  throw new RequestRefused('expected an id of 1 to 64 letters, digits, hyphens and underscores')
}

/** The body of `pay`. @throws AmountRefused | RequestRefused */
export function payBody(request: WalletChargeRequest, amounts: Amounts): WireBody {
  const amount = amounts.toRail(request)
  return {
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: checkId(request.requestId),
    order: {
      referenceOrderId: plainText(request.orderReference, 64),
      orderDescription: plainText(request.description, 256),
      orderAmount: amount,
      // the settlement report names it again, so that each marketplace finds its own lines
      merchant: { referenceMerchantId: request.marketplace, merchantName: plainText(request.marketplaceName, 256) },
    },
    paymentAmount: amount,
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    settlementStrategy: { settlementCurrency: request.currency },
    paymentExpiryTime: toSeconds(request.expiresAt),
    paymentRedirectUrl: request.returnUrl,
    paymentNotifyUrl: request.notifyUrl,
    env: { terminalType: request.device === 'phone' ? 'WAP' : 'WEB' },
  }
}

/** The body of `refund`. @throws AmountRefused | RequestRefused */
export function refundBody(request: FollowUpRequest, amounts: Amounts): WireBody {
  return {
    refundRequestId: checkId(request.requestId),
    paymentId: request.railReference,
    refundAmount: amounts.toRail(request),
  }
}

function plainText(text: string, longest: number): string {
  return [...text.replace(/\p{Cc}/gu, ' ')].slice(0, longest).join('')
}

/** Whole seconds, rounded down: the rail stops no later than we do. */
function toSeconds(instant: string): string {
  const ms = Date.parse(instant)
  if (Number.isNaN(ms)) throw new RequestRefused('expected an ISO 8601 instant as expiry')
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

const text = z.string().optional()

export const resultSchema: z.ZodType<Result> = z.looseObject({
  resultCode: z.string().min(1).max(64),
  resultStatus: z.enum(['S', 'F', 'U']),
  resultMessage: text,
})

export const amountSchema: z.ZodType<WireAmount> = z.looseObject({
  currency: z.string().regex(/^[A-Z]{3}$/),
  value: z.union([z.string(), z.int().transform(String)]).pipe(z.string().regex(/^\d{1,16}$/)),
})

const paymentFields = {
  paymentId: z.string().min(1).max(64).optional(),
  paymentRequestId: text,
  paymentAmount: amountSchema.optional(),
}

const paySchema = z.looseObject({
  ...paymentFields,
  normalUrl: text,
  redirectActionForm: z.looseObject({ method: text, redirectUrl: text }).optional(),
  orderCodeForm: z.looseObject({
    codeDetails: z.array(z.looseObject({ codeValue: text, codeValueType: text, displayType: text })).optional(),
  }).optional(),
})

const paymentInquirySchema = z.looseObject({
  ...paymentFields,
  paymentStatus: text,
  paymentResultCode: text,
  paymentResultMessage: text,
  paymentExpiryTime: text,
})

const refundSchema = z.looseObject({
  refundId: z.string().min(1).max(64).optional(),
  refundRequestId: text,
  refundAmount: amountSchema.optional(),
  refundStatus: text,
})

type WirePay = z.infer<typeof paySchema>

/** What we read of a refund, wherever the rail says it. */
export interface WireRefund {
  readonly refundId?: string | undefined
  readonly refundAmount?: WireAmount | undefined
  readonly refundStatus?: string | undefined
}

/** What the rail said, signed by it: its result, and whatever else there is in the body. */
export interface Said {
  readonly result: Result
  readonly body: unknown
}

/** What we asked about, for the answer to be held against. An inquiry may know neither amount nor currency. */
export interface Asked {
  readonly requestId: string
  readonly amount?: bigint | undefined
  readonly currency?: string | undefined
}

/** What `pay` came to: the page or code for the buyer is the ordinary case, under a result that is not final yet. */
export function readPay({ result, body }: Said, { request, amounts }: { request: WalletChargeRequest; amounts: Amounts }): Outcome {
  if (result.resultStatus === 'F') return refusedPay(result)
  const parsed = paySchema.safeParse(body)
  if (!parsed.success) return unknown('the rail’s answer can’t be read')
  const answer = parsed.data
  if (answer.paymentRequestId !== undefined && answer.paymentRequestId !== request.requestId) return unknown('the rail’s answer is about another request')
  if (result.resultStatus === 'S') return approvedPayment(answer, { asked: request, amounts })
  if (result.resultCode !== 'PAYMENT_IN_PROCESS') return unknown(`the rail answered ${result.resultCode}`)
  return waitingFor(answer, request)
}

function refusedPay(result: Result): Outcome {
  // the id was used before, by us, for something else: what that request came to is what counts
  if (result.resultCode === 'REPEAT_REQ_INCONSISTENT') return unknown('the rail has had this request id before, with other content')
  if (isAtTheDoor(result)) return notTaken(result)
  return { outcome: 'declined', decline: refusalOf(result) }
}

function waitingFor(answer: WirePay, { flow, expiresAt }: WalletChargeRequest): Outcome {
  const railReference = answer.paymentId === undefined ? {} : { railReference: answer.paymentId }
  const content = flow === 'qr_code' ? codeOf(answer) : undefined
  if (content !== undefined) return { outcome: 'action_required', ...railReference, action: { type: 'qr_code', content, expiresAt } }
  const url = pageOf(answer)
  // without either, the buyer can't act; what becomes of it, an inquiry shows
  if (url === undefined) return unknown('the rail gave neither page nor code')
  return { outcome: 'action_required', ...railReference, action: { type: 'redirect', url, expiresAt } }
}

/** The code as text; the rail gives it as pictures too. */
function codeOf({ orderCodeForm }: WirePay): string | undefined {
  return orderCodeForm?.codeDetails?.find(({ codeValue = '', codeValueType = 'QRCODE', displayType = 'TEXT' }) =>
    codeValue !== '' && codeValueType === 'QRCODE' && displayType === 'TEXT')?.codeValue
}

function pageOf({ normalUrl, redirectActionForm }: WirePay): string | undefined {
  const byForm = (redirectActionForm?.method ?? 'GET').toUpperCase() === 'GET' ? redirectActionForm?.redirectUrl : undefined
  return [normalUrl, byForm].find((url) => ['https:', 'http:'].includes(URL.parse(url ?? '')?.protocol ?? ''))
}

interface Parsing {
  readonly asked: Asked
  readonly amounts: Amounts
}

/** What `inquiryPayment` shows. `result` is the inquiry's own: the payment's outcome is `paymentStatus`. */
export function readPayment(said: Said, { asked, amounts }: Parsing): Inquiry {
  if (isAbsent(said.result)) return { outcome: 'not_found' }
  if (said.result.resultStatus !== 'S') return unknown(`the inquiry was answered ${said.result.resultCode}`)
  const parsed = paymentInquirySchema.safeParse(said.body)
  if (!parsed.success) return unknown('the rail’s answer can’t be read')
  const { paymentRequestId, paymentStatus, paymentResultCode = '', paymentResultMessage, paymentId } = parsed.data
  if (paymentRequestId !== asked.requestId) return unknown('the rail’s answer is about another request')
  const railReference = paymentId === undefined ? {} : { railReference: paymentId }
  switch (paymentStatus) {
    case 'SUCCESS': return approvedPayment(parsed.data, { asked, amounts })
    case 'FAIL': return { outcome: 'declined', ...railReference, decline: declineOfPayment({ resultCode: paymentResultCode, resultMessage: paymentResultMessage }) }
    case 'CANCELLED': return { outcome: 'declined', ...railReference, decline: canceled({ resultCode: paymentResultCode, resultMessage: paymentResultMessage }) }
    // PENDING: the buyer has paid, and the rail has still to see to it; that is not success
    case 'PROCESSING': case 'PENDING': return { outcome: 'action_required', ...railReference, action: { type: 'wait' } }
    default: return unknown('the rail’s answer has a status that we don’t know')
  }
}

/** The id of a payment that a cancel has given back in full, if it is one of just this amount. */
export function readGivenBack({ result, body }: Said, { asked, amounts }: Parsing): string | undefined {
  const parsed = paymentInquirySchema.safeParse(body)
  if (result.resultStatus !== 'S' || !parsed.success) return undefined
  const { paymentRequestId, paymentStatus } = parsed.data
  if (paymentRequestId !== asked.requestId || paymentStatus !== 'CANCELLED') return undefined
  const whole = approvedPayment(parsed.data, { asked, amounts })
  return whole.outcome === 'approved' && whole.amount === asked.amount ? whole.railReference : undefined
}

/** Canceled by us, or closed by the rail when it expired. */
function canceled(raw: RawResult): ReturnType<typeof declineOfPayment> {
  const decline = declineOfPayment(raw)
  return decline.code === 'expired' ? decline : { ...decline, class: 'soft', code: 'canceled' }
}

/** Of the payment's answers and notifications alike. */
export function approvedPayment(
  { paymentId, paymentAmount }: { readonly paymentId?: string | undefined; readonly paymentAmount?: WireAmount | undefined }, { asked, amounts }: Parsing,
): Outcome {
  return approved({ railReference: paymentId, amount: paymentAmount }, { asked, amounts })
}

function approved(
  { railReference, amount }: { readonly railReference?: string | undefined; readonly amount?: WireAmount | undefined }, { asked, amounts }: Parsing,
): Outcome {
  if (railReference === undefined || amount === undefined) return unknown('the rail’s answer lacks its id or amount')
  if (asked.currency !== undefined && amount.currency !== asked.currency) return unknown('the rail’s answer is in another currency')
  try {
    // whatever was asked: what another amount means is for the asker
    return { outcome: 'approved', railReference, amount: amounts.fromRail(amount) }
  } catch (error) {
    if (error instanceof AmountRefused) return unknown(error.message)
    throw error
  }
}

/** What `refund` came to. */
export function readRefund({ result, body }: Said, { asked, amounts }: Parsing): Outcome {
  if (result.resultStatus === 'U') return unknown(`the rail answered ${result.resultCode}`)
  if (result.resultStatus === 'F') return refusedRefund(result)
  return ofRefund(body, asked, ({ refundId, refundAmount }) => approved({ railReference: refundId, amount: refundAmount }, { asked, amounts }))
}

function refusedRefund(result: Result): Outcome {
  if (result.resultCode === 'REPEAT_REQ_INCONSISTENT') return unknown('the rail has had this request id before, with other content')
  return isAtTheDoor(result) ? notTaken(result) : { outcome: 'declined', decline: refundRefusalOf(result) }
}

/** What `inquiryRefund` shows: `refundStatus`, not the inquiry's own `result`. */
export function readRefundInquiry(said: Said, { asked, amounts }: Parsing): Inquiry {
  if (isAbsent(said.result)) return { outcome: 'not_found' }
  if (said.result.resultStatus !== 'S') return unknown(`the inquiry was answered ${said.result.resultCode}`)
  return ofRefund(said.body, asked, (answer) => readRefundStatus(answer, { asked, amounts }))
}

/** Of an inquiry's answer and of a notification. */
export function readRefundStatus({ refundId, refundAmount, refundStatus }: WireRefund, { asked, amounts }: Parsing): Outcome {
  switch (refundStatus) {
    case 'SUCCESS': return approved({ railReference: refundId, amount: refundAmount }, { asked, amounts })
    case 'FAIL': return { outcome: 'declined', decline: followUpRefusalOf({ resultCode: 'REFUND_FAIL' }) }
    default: return unknown('the rail is still at the refund')
  }
}

function ofRefund(body: unknown, { requestId }: Asked, read: (answer: WireRefund) => Outcome): Outcome {
  const parsed = refundSchema.safeParse(body)
  if (!parsed.success) return unknown('the rail’s answer can’t be read')
  const { refundRequestId = requestId } = parsed.data
  return refundRequestId === requestId ? read(parsed.data) : unknown('the rail’s answer is about another request')
}

export function notTaken({ resultCode }: Result): Outcome & { readonly outcome: 'not_sent' } {
  return { outcome: 'not_sent', reason: `the rail refused it before looking at it: ${resultCode}` }
}

export function unknown(reason: string): Outcome & { readonly outcome: 'unknown' } {
  return { outcome: 'unknown', reason }
}
