import type { KeyObject } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { billUrl } from './bills.ts'
import type { Desk } from './desk.ts'
import type { Notifier } from './notify.ts'
import { refunded, statusOf, type OrderRecord, type Trade } from './records.ts'
import { beijing, fenOf, fromBeijing, gatewayJson, signedAnswer, signedText, verifies, yuan, type Params } from './wire.ts'

/** What the gateway's one address, `/gateway.do`, needs. */
export interface GatewayParts {
  readonly desk: Desk
  readonly notifier: Notifier
  readonly appKey: KeyObject
  readonly railKey: KeyObject
  /** Where buyers and their phones reach it. */
  readonly url: () => string
  /** Where the merchant's server reached it: bills are fetched there. */
  readonly own: () => string
}

type Biz = Readonly<Record<string, unknown>>
type Answer = Readonly<Record<string, unknown>>

interface Asked {
  readonly parts: GatewayParts
  readonly api: string
  readonly params: Params
  readonly biz: Biz
}

const success = { code: '10000', msg: 'Success' }

/** The trade's own refusal: the business looked at it and said no. */
function failure(subCode: string, message: string): Answer {
  return { code: '40004', msg: 'Business Failed', sub_code: subCode, sub_msg: message }
}

/** The gateway's refusal: the request came to no business at all. */
function invalid(subCode: string, message: string, code = '40002'): Answer {
  return { code, msg: code === '40001' ? 'Missing Required Arguments' : 'Invalid Arguments', sub_code: subCode, sub_msg: message }
}

const apis: Readonly<Record<string, (asked: Asked) => Answer | Promise<Answer>>> = {
  'alipay.trade.precreate': precreate,
  'alipay.trade.query': query,
  'alipay.trade.close': close,
  'alipay.trade.refund': refund,
  'alipay.trade.fastpay.refund.query': refundQuery,
  'alipay.data.dataservice.bill.downloadurl.query': bill,
}

const pages: ReadonlySet<string> = new Set(['alipay.trade.page.pay', 'alipay.trade.wap.pay'])

export function registerGateway(app: FastifyInstance, parts: GatewayParts): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const params = paramsOf(request)
    const api = params['method'] ?? ''
    parts.desk.sweep()
    if (pages.has(api)) return openPage({ parts, api, params, biz: bizOf(params) ?? {} }, reply)
    const text = await answerOf(parts, { api, params, request })
    return reply.header('trace_id', request.id).type('text/html;charset=utf-8').send(text)
  }
  app.get('/gateway.do', answer)
  app.post('/gateway.do', answer)
}

/** Of the URL and the form, together. */
export function paramsOf(request: FastifyRequest): Params {
  const all = { ...(request.query as object), ...(isObject(request.body) ? request.body : {}) }
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, String(value)]))
}

export function bizOf(params: Params): Biz | undefined {
  try {
    const biz: unknown = JSON.parse(params['biz_content'] ?? '')
    return isObject(biz) ? (biz as Biz) : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function answerOf(parts: GatewayParts, { api, params, request }: { api: string; params: Params; request: FastifyRequest }): Promise<string> {
  const refused = refuseAtDoor(parts, params)
  // who is not known is answered by nobody: such an answer has no signature
  if (refused && refused['sub_code'] !== 'isv.invalid-signature') return gatewayJson({ error_response: refused })
  const name = `${api.replaceAll('.', '_')}_response`
  const body = refused ?? forced(request) ?? (await decide(parts, { api, params }))
  return signedAnswer(name, body, parts.railKey)
}

function refuseAtDoor(parts: GatewayParts, params: Params): Answer | undefined {
  for (const [key, subCode] of [['app_id', 'isv.missing-app-id'], ['method', 'isv.missing-method'], ['sign', 'isv.missing-signature']] as const) {
    if (!params[key]) return invalid(subCode, `缺少参数 ${key}`, '40001')
  }
  if (params['app_id'] !== parts.desk.merchant.appId) return invalid('isv.invalid-app-id', '无效的AppID参数')
  const api = params['method'] ?? ''
  if (!(api in apis) && !pages.has(api)) return invalid('isv.invalid-method', '不存在的方法名')
  if (params['sign_type'] !== 'RSA2') return invalid('isv.invalid-signature-type', '无效签名类型')
  return signatureFits(parts, params) ? undefined : invalid('isv.invalid-signature', '验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配')
}

function signatureFits({ appKey }: GatewayParts, params: Params): boolean {
  return verifies(signedText(params), params['sign'] ?? '', appKey)
}

/** A refusal that a fault asks for. */
function forced({ fault }: FastifyRequest): Answer | undefined {
  if (fault?.fault !== 'decline') return undefined
  const subCode = fault.responseCode ?? 'ACQ.SYSTEM_ERROR'
  if (subCode.startsWith('isp.')) return { code: '20000', msg: 'Service Currently Unavailable', sub_code: subCode, sub_msg: '系统繁忙' }
  return failure(subCode, '交易失败')
}

async function decide(parts: GatewayParts, { api, params }: { api: string; params: Params }): Promise<Answer> {
  const biz = bizOf(params)
  if (!biz) return invalid('isv.missing-parameter', '缺少参数 biz_content', '40001')
  return apis[api]!({ parts, api, params, biz })
}

const text = (biz: Biz, key: string): string | undefined => {
  const value = biz[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What a request for money says, or how it is refused. */
function orderOf({ api, params, biz, parts: { desk } }: Asked): Omit<OrderRecord, 'id' | 'at'> | Answer {
  const [outTradeNo, subject, storeId, quitUrl] = ['out_trade_no', 'subject', 'store_id', 'quit_url'].map(key => text(biz, key))
  const amount = fenOf(biz['total_amount'])
  if (outTradeNo === undefined || !/^\w{1,64}$/.test(outTradeNo)) return failure('ACQ.INVALID_PARAMETER', '参数无效: out_trade_no')
  if (amount === undefined) return failure('ACQ.TOTAL_FEE_EXCEED', '订单总金额不在允许范围内')
  if (subject === undefined || [...subject].length > 256 || /[/=&]/.test(subject)) return failure('ACQ.INVALID_PARAMETER', '参数无效: subject')
  const timeExpire = text(biz, 'time_expire')
  const expiresAt = timeExpire === undefined ? desk.clock.nowMs() + 7_200_000 : fromBeijing(timeExpire)
  if (expiresAt === undefined || expiresAt <= desk.clock.nowMs()) return failure('ACQ.INVALID_PARAMETER', '参数无效: time_expire')
  const { notify_url: notifyUrl, return_url: returnUrl } = params
  return {
    outTradeNo, api: api as OrderRecord['api'], amount, subject, expiresAt,
    ...(storeId === undefined ? {} : { storeId }),
    ...(quitUrl === undefined ? {} : { quitUrl }),
    ...(notifyUrl ? { notifyUrl } : {}),
    ...(returnUrl ? { returnUrl } : {}),
  }
}

/** The order under the merchant's number: the one there is, a new one, or why there is none. */
function placed(asked: Asked): Trade | Answer {
  const order = orderOf(asked)
  if ('code' in order) return order
  const { desk } = asked.parts
  const known = desk.records.trades.get((order as OrderRecord).outTradeNo)
  if (!known) return desk.order(order as OrderRecord)
  const { amount, subject } = order as OrderRecord
  if (known.order.amount !== amount || known.order.subject !== subject) return failure('ACQ.CONTEXT_INCONSISTENT', '交易信息被篡改')
  if (known.paidAt !== undefined) return failure('ACQ.TRADE_HAS_SUCCESS', '交易已被支付')
  return known.closedAt === undefined ? known : failure('ACQ.TRADE_HAS_CLOSE', '交易已经关闭')
}

const isTrade = (found: Trade | Answer): found is Trade => 'order' in found

/** A page's own signature is checked as any request's; a page is refused as a page. */
function openPage(asked: Asked, reply: FastifyReply): FastifyReply {
  const refused = refuseAtDoor(asked.parts, asked.params)
  const found = refused ?? placed(asked)
  if (isTrade(found)) return reply.redirect(`${asked.parts.url()}/cashier/${found.order.id}`)
  const known = asked.parts.desk.records.trades.get(text(asked.biz, 'out_trade_no') ?? '')
  // who comes back to what is over is shown that it is
  if (known && /HAS_(?:SUCCESS|CLOSE)$/.test(String(found['sub_code']))) return reply.redirect(`${asked.parts.url()}/cashier/${known.order.id}`)
  return reply.redirect(`${asked.parts.url()}/cashier/error?code=${encodeURIComponent(String(found['sub_code']))}`)
}

async function precreate(asked: Asked): Promise<Answer> {
  const found = placed(asked)
  if (!isTrade(found)) return found
  const { parts } = asked
  if (parts.notifier.plan.early) {
    parts.desk.pay(found)
    await parts.notifier.idle()
  }
  return { ...success, out_trade_no: found.order.outTradeNo, qr_code: `${parts.url()}/scan/${found.order.id}` }
}

function found({ parts, biz }: Asked): Trade | undefined {
  return parts.desk.records.find({ tradeNo: text(biz, 'trade_no'), outTradeNo: text(biz, 'out_trade_no') })
}

const noTrade = failure('ACQ.TRADE_NOT_EXIST', '交易不存在')

function query(asked: Asked): Answer {
  const trade = found(asked)
  if (!trade) return noTrade
  const { order, paidAt } = trade
  const [total, paid] = [yuan(order.amount), paidAt === undefined ? '0.00' : yuan(order.amount)]
  return {
    ...success, buyer_logon_id: '159****5620', buyer_pay_amount: paid, buyer_user_id: '2088102122524333',
    ...(paidAt === undefined ? {} : { fund_bill_list: [{ amount: total, fund_channel: 'ALIPAYACCOUNT' }], send_pay_date: beijing(paidAt) }),
    invoice_amount: paid, out_trade_no: order.outTradeNo, point_amount: '0.00', receipt_amount: paid,
    ...(order.storeId === undefined ? {} : { store_id: order.storeId }),
    total_amount: total, trade_no: trade.tradeNo, trade_status: statusOf(trade, asked.parts.desk.clock.nowMs()),
  }
}

function close(asked: Asked): Answer {
  const trade = found(asked)
  if (!trade) return noTrade
  const { desk } = asked.parts
  if (statusOf(trade, desk.clock.nowMs()) !== 'WAIT_BUYER_PAY') return failure('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
  desk.close(trade, 'merchant')
  return { ...success, out_trade_no: trade.order.outTradeNo, trade_no: trade.tradeNo }
}

async function refund(asked: Asked): Promise<Answer> {
  const trade = found(asked)
  const amount = fenOf(asked.biz['refund_amount'])
  const { desk, notifier } = asked.parts
  if (!trade) return noTrade
  const refused = amount === undefined ? failure('ACQ.INVALID_PARAMETER', '参数无效: refund_amount') : refuseRefund(asked, trade, amount)
  if (refused || amount === undefined) return refused ?? noTrade
  // without a number of its own, a refund is known by the trade's
  const outRequestNo = text(asked.biz, 'out_request_no') ?? trade.order.outTradeNo
  const known = trade.refunds.some(refund => refund.outRequestNo === outRequestNo)
  if (!known) desk.refund(trade, { outRequestNo, amount })
  if (notifier.plan.early) await notifier.idle()
  const { order } = trade
  return {
    ...success, buyer_logon_id: '159****5620', buyer_user_id: '2088102122524333', fund_change: known ? 'N' : 'Y',
    gmt_refund_pay: beijing(trade.refunds.at(-1)?.at ?? 0), out_trade_no: order.outTradeNo,
    refund_fee: yuan(refunded(trade)), send_back_fee: yuan(amount), trade_no: trade.tradeNo,
  }
}

function refuseRefund({ biz, parts: { desk } }: Asked, trade: Trade, amount: number): Answer | undefined {
  const own = trade.refunds.find(({ outRequestNo }) => outRequestNo === (text(biz, 'out_request_no') ?? trade.order.outTradeNo))
  if (own) return own.amount === amount ? undefined : failure('ACQ.DISCORDANT_REPEAT_REQUEST', '不一致的请求')
  if (trade.paidAt === undefined) return failure('ACQ.TRADE_STATUS_ERROR', '交易状态不合法')
  if (amount > trade.order.amount - refunded(trade)) return failure('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '退款金额超限')
  return statusOf(trade, desk.clock.nowMs()) === 'TRADE_FINISHED' ? failure('ACQ.TRADE_HAS_FINISHED', '交易已完结') : undefined
}

/** What was never asked for is told by silence: the answer is a success with nothing in it. */
function refundQuery(asked: Asked): Answer {
  const trade = found(asked)
  if (!trade) return noTrade
  const refund = trade.refunds.find(({ outRequestNo }) => outRequestNo === text(asked.biz, 'out_request_no'))
  if (!refund) return success
  return {
    ...success, out_request_no: refund.outRequestNo, out_trade_no: trade.order.outTradeNo, refund_amount: yuan(refund.amount),
    refund_status: 'REFUND_SUCCESS', total_amount: yuan(trade.order.amount), trade_no: trade.tradeNo,
  }
}

function bill({ parts, biz }: Asked): Answer {
  const url = billUrl(parts.desk, { type: text(biz, 'bill_type'), day: text(biz, 'bill_date'), origin: parts.own() })
  if (url === 'invalid') return failure('isv.invalid_arguments', '入参不合法')
  return url === undefined ? failure('isp.bill_not_exist', '账单不存在') : { ...success, bill_download_url: url }
}
