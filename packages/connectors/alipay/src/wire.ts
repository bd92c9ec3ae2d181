import type { FollowUpRequest, Inquiry, InquiryRequest, Outcome, RailRequest, WalletChargeRequest } from '@holdfast/core'
import * as z from 'zod'
import { beijingTime } from './beijing.ts'
import type { Answer, Call } from './client.ts'
import { alreadyPaid, bare, closedUnpaid, declineOf, gatewayCodes, isAboutCredentials } from './declines.ts'
import { AmountRefused, currency, fromYuan, toYuan } from './yuan.ts'

/*
 * Between our words and those of Alipay's gateway, version 1.0. Answers are read strictly where we rely on them and
 * loosely in all else, for Alipay adds fields without notice.
 */

/** What we were asked cannot be said to the rail. Nothing has been sent. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const flatUuid = /^([0-9a-f]{8})_([0-9a-f]{4})_([0-9a-f]{4})_([0-9a-f]{4})_([0-9a-f]{12})$/

/**
 * A request id as Alipay takes numbers: letters, digits and underscores only. A UUID's hyphens become underscores.
 *
 * @throws RequestRefused
 */
export function numberOf(requestId: string): string {
  if (uuid.test(requestId)) return requestId.replaceAll('-', '_')
  if (/^\w{1,64}$/.test(requestId) && !flatUuid.test(requestId)) return requestId
  throw new RequestRefused('expected a request id that is a UUID, or 1 to 64 letters, digits and underscores')
}

/** The request id behind a number of ours. */
export function requestIdOf(number: string): string {
  return number.replace(flatUuid, '$1-$2-$3-$4-$5')
}

/**
 * What the wallet shows. Alipay takes no `/`, `=` or `&` in a title, and its bills have no quotes around one with a
 * comma; what is left keeps its percent and plus signs.
 */
export function subjectOf(description: string): string {
  const plain = description.replace(/[\p{Cc}\p{Cs}/=&<>"'\\,，]/gu, ' ').replace(/ +/g, ' ').trim()
  return [...plain].slice(0, 256).join('') || 'Order'
}

interface Chargeable {
  readonly now: Date
  /** Sent as `store_id`, and back in the bill. */
  readonly store: string | undefined
}

/** What a buyer is asked for: the same for each of the three ways. @throws AmountRefused, RequestRefused */
export function chargeBiz(request: WalletChargeRequest, { now, store }: Chargeable): Readonly<Record<string, unknown>> {
  const expiresAt = new Date(request.expiresAt)
  const leftMs = expiresAt.getTime() - now.getTime()
  if (!(leftMs >= 1_000)) throw new RequestRefused('the time to pay is over before it began')
  if (store !== undefined && !/^\w{1,32}$/.test(store)) throw new RequestRefused('expected a marketplace’s id of at most 32 letters, digits and underscores')
  return {
    out_trade_no: numberOf(request.requestId), total_amount: toYuan(request), subject: subjectOf(request.description),
    time_expire: beijingTime(expiresAt), ...(store === undefined ? {} : { store_id: store }),
  }
}

/** The pages' own words. */
export const pages = {
  desktop: { api: 'alipay.trade.page.pay', product_code: 'FAST_INSTANT_TRADE_PAY' },
  phone: { api: 'alipay.trade.wap.pay', product_code: 'QUICK_WAP_WAY' },
} as const

/** A code lives in whole minutes from its making; `time_expire` says it to the second. */
export function codeMinutes(request: WalletChargeRequest, now: Date): string {
  return `${Math.max(1, Math.ceil((Date.parse(request.expiresAt) - now.getTime()) / 60_000))}m`
}

export function refundCall(request: FollowUpRequest): Call {
  const biz = {
    out_trade_no: numberOf(request.chargeRequestId), refund_amount: toYuan(request), out_request_no: numberOf(request.requestId),
  }
  return { api: 'alipay.trade.refund', biz }
}

/** How a refund is known to us: Alipay gives it no number of its own. */
export function refundReference(tradeNo: string, requestId: string): string {
  return `${tradeNo}_${requestId}`
}

export function closeCall(chargeRequestId: string): Call {
  return { api: 'alipay.trade.close', biz: { out_trade_no: numberOf(chargeRequestId) } }
}

export function queryCall(chargeRequestId: string): Call {
  return { api: 'alipay.trade.query', biz: { out_trade_no: numberOf(chargeRequestId) } }
}

export function refundQueryCall({ requestId, chargeRequestId }: InquiryRequest): Call {
  if (chargeRequestId === undefined) throw new RequestRefused('a refund is asked for with its charge’s request id')
  return { api: 'alipay.trade.fastpay.refund.query', biz: { out_trade_no: numberOf(chargeRequestId), out_request_no: numberOf(requestId) } }
}

export type Unknown = Outcome & { readonly outcome: 'unknown' }

export function unknown(reason: string): Unknown {
  return { outcome: 'unknown', reason }
}

/** Of an answer, what we rely on: yuan as texts. */
export interface Body {
  readonly code: string
  readonly msg?: string | undefined
  readonly sub_code?: string | undefined
  readonly out_trade_no?: string | undefined
  readonly trade_no?: string | undefined
  readonly trade_status?: string | undefined
  readonly total_amount?: string | undefined
  readonly trans_currency?: string | undefined
  readonly send_pay_date?: string | undefined
  readonly buyer_pay_amount?: string | undefined
  readonly receipt_amount?: string | undefined
  readonly fund_bill_list?: readonly unknown[] | undefined
  readonly qr_code?: string | undefined
  readonly fund_change?: string | undefined
  readonly out_request_no?: string | undefined
  readonly refund_amount?: string | undefined
  readonly refund_status?: string | undefined
  readonly bill_download_url?: string | undefined
}

const text = z.string().optional()
/** Yuan: a text by the documents, a number in some of their samples. */
const yuan = z.union([z.string(), z.number().transform(String)]).optional()

const bodySchema: z.ZodType<Body> = z.object({
  code: z.string(), msg: text, sub_code: text,
  out_trade_no: text, trade_no: text, trade_status: text, total_amount: yuan, trans_currency: text,
  send_pay_date: text, buyer_pay_amount: yuan, receipt_amount: yuan, fund_bill_list: z.array(z.unknown()).optional(),
  qr_code: text, fund_change: text, out_request_no: text, refund_amount: yuan, refund_status: text,
  bill_download_url: text,
})

/** An answer of the business, or what else came of the call. */
export type Read = { readonly body: Body } | { readonly outcome: Outcome & { readonly outcome: 'not_sent' | 'unknown' } }

export function readAnswer(answer: Answer): Read {
  if (answer.kind !== 'answered') return { outcome: { outcome: answer.kind, reason: answer.reason } }
  const parsed = bodySchema.safeParse(answer.body)
  return parsed.success ? { body: parsed.data } : { outcome: unknown('the rail’s answer cannot be read') }
}

/**
 * What a body that isn't a success says. Only a code that we know for a refusal is one: `20000`, `10003` and whatever
 * else there is leave the question open.
 */
export function readRefusal({ code, sub_code: subCode = '', msg = '' }: Body): Outcome {
  const raw = { code, sub_code: subCode, msg }
  if (gatewayCodes.has(code)) {
    if (isAboutCredentials(subCode)) return { outcome: 'not_sent', reason: `the gateway refused who we are: ${subCode}` }
    return { outcome: 'declined', decline: { class: 'hard', code: 'rail_refused', raw } }
  }
  const decline = code === '40004' ? declineOf({ subCode, raw }) : undefined
  return decline ? { outcome: 'declined', decline } : unknown(`the rail answered ${code} ${subCode}`.trimEnd())
}

export const isSuccess = ({ code }: Body): boolean => code === '10000'

/** `TRADE_NOT_EXIST`: Alipay knows no trade under the number: nobody has come yet, or nothing was ever sent. */
export function isAbsent({ code, sub_code: subCode = '' }: Body): boolean {
  return code === '40004' && bare(subCode) === 'TRADE_NOT_EXIST'
}

export type Asked = Pick<InquiryRequest, 'requestId'>

/** What a trade as it stands says about its charge, for whatever amount: what another one than was asked means is for the asker. */
export function readTrade(body: Body, asked: Asked): Inquiry {
  if (isAbsent(body)) return { outcome: 'not_found' }
  if (!isSuccess(body)) return unknown(`the inquiry was answered ${body.code} ${body.sub_code ?? ''}`.trimEnd())
  if (body.out_trade_no !== numberOf(asked.requestId)) return unknown('the rail’s answer is about another trade')
  if ((body.trans_currency ?? currency) !== currency) return unknown('the rail’s trade is in another currency')
  return held(() => tradeOutcome(body))
}

function tradeOutcome(body: Body): Outcome {
  const { trade_no: tradeNo, trade_status: status = '', total_amount: total } = body
  if (!tradeNo || total === undefined) return unknown('the rail’s trade lacks its number or its amount')
  const amount = fromYuan(total)
  if (status === 'WAIT_BUYER_PAY') return { outcome: 'action_required', railReference: tradeNo, action: { type: 'wait' } }
  if (isPaid(body)) return { outcome: 'approved', railReference: tradeNo, amount }
  if (status === 'TRADE_CLOSED') return { outcome: 'declined', decline: closedUnpaid, railReference: tradeNo }
  return unknown(`the rail’s trade is ${status || 'in no state'}`)
}

/**
 * A trade that was paid stays so: finished when refunds are over, closed when all was refunded. A closed one was paid
 * where Alipay shows the day or the funds that it was paid with.
 */
function isPaid(body: Body): boolean {
  if (body.trade_status === 'TRADE_SUCCESS' || body.trade_status === 'TRADE_FINISHED') return true
  if (body.trade_status !== 'TRADE_CLOSED') return false
  return Boolean(body.send_pay_date) || (body.fund_bill_list ?? []).length > 0
    || [body.buyer_pay_amount, body.receipt_amount].some((sum) => sum !== undefined && fromYuan(sum) > 0n)
}

/** What a trade as it stands says about the closing of it. */
export function readClosed(body: Body, asked: Asked): Inquiry {
  const trade = readTrade(body, asked)
  switch (trade.outcome) {
    case 'approved': return { outcome: 'declined', decline: alreadyPaid, railReference: trade.railReference }
    case 'declined': return { outcome: 'approved', railReference: trade.railReference ?? '', amount: fromYuan(body.total_amount ?? '') }
    // it is open: no closing of it was taken
    case 'action_required': return { outcome: 'not_found' }
    default: return trade
  }
}

/** `fund_change` Y: this request has moved the money. N: an earlier one has, or none yet: the inquiry tells. */
export function readRefund(body: Body, request: RailRequest & { readonly railReference: string }): Outcome {
  if (!isSuccess(body)) return readRefusal(body)
  if (body.fund_change !== 'Y') return unknown('the rail took the refund without moving money by it')
  return { outcome: 'approved', railReference: refundReference(body.trade_no ?? request.railReference, request.requestId), amount: request.amount }
}

/** A success without a refund in it is Alipay's way to say that there is none. */
export function readRefundQuery(body: Body, asked: Asked): Inquiry {
  if (isAbsent(body)) return { outcome: 'not_found' }
  if (!isSuccess(body)) return unknown(`the inquiry was answered ${body.code} ${body.sub_code ?? ''}`.trimEnd())
  const { refund_status: status, refund_amount: amount, out_request_no: number, trade_no: tradeNo } = body
  if (status === undefined && amount === undefined) return { outcome: 'not_found' }
  if (status !== 'REFUND_SUCCESS' || amount === undefined || !tradeNo) return unknown(`the rail’s refund is ${status ?? 'in no state'}`)
  if (number !== numberOf(asked.requestId)) return unknown('the rail’s answer is about another refund')
  return held(() => ({ outcome: 'approved', railReference: refundReference(tradeNo, asked.requestId), amount: fromYuan(amount) }))
}

/** What Alipay says in a way that we don't rely on, proves nothing. */
function held(read: () => Outcome): Outcome {
  try {
    return read()
  } catch (error) {
    if (error instanceof AmountRefused) return unknown(error.message)
    throw error
  }
}
