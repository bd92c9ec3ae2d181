import { deadlineIn, type Deadline } from '@holdfast/connector-shared'
import type {
  CallOptions, ChargeRequest, CloseRequest, FollowUpRequest, Inquiry, InquiryRequest, Notifications, Outcome, PaymentConnector,
  SettlementReport, WalletChargeRequest,
} from '@holdfast/core'
import { Bills } from './bills.ts'
import { AlipayClient, type Call } from './client.ts'
import { bare, notClosable } from './declines.ts'
import { AlipayNotifications } from './notifications.ts'
import { readOptions, type AlipayOptions, type Settings } from './options.ts'
import {
  RequestRefused, chargeBiz, closeCall, codeMinutes, isAbsent, isSuccess, pages, queryCall, readAnswer, readClosed, readRefund,
  readRefundQuery, readRefusal, readTrade, refundCall, refundQueryCall, unknown, type Body,
} from './wire.ts'
import { AmountRefused, currency } from './yuan.ts'

/** The longest that a call may take, whatever its caller allows: nothing is sent later than this after its start. */
const longestCallMs = 50_000
/** After that, and after a charge's end, Alipay has written down whatever came in before; its documents name 10 s for refunds. */
const settlingMs = 130_000

/**
 * Takes payments by Alipay's Open Platform, in CNY: on its page (desktop: `page.pay`, phone: `wap.pay`) or by a code
 * (`precreate`). The buyer approves at Alipay: a charge's ordinary outcome is `action_required`, and the truth comes by
 * notification or inquiry.
 *
 * - A page's address is made here, without a call; opening it makes the trade.
 * - `20000`, a sub_code that we don't know, an answer without Alipay's signature, a time-out, a reset: `unknown`.
 * - A trade that is closed without money is `declined` with the code `refused`: Alipay does not say whether the buyer
 *   refused it or its time ran out. After the charge's end, it expired.
 * - `close` can only end what a buyer has come to; before that Alipay knows no trade, and it is `not_closable`.
 * - A trade that was fully refunded is closed at Alipay, and approved here: it was paid.
 *
 * @throws AlipayOptionsError - names each option that cannot be used
 */
export function createAlipayConnector(options: AlipayOptions): PaymentConnector & { readonly notifications: Notifications } {
  return new AlipayConnector(readOptions(options))
}

class AlipayConnector implements PaymentConnector {
  readonly name = 'alipay'
  readonly capabilities: PaymentConnector['capabilities'] = {
    methods: new Set(['alipay'] as const),
    authorize: false,
    multiCapture: false,
    notFoundFinalAfterMs: longestCallMs + settlingMs,
    authorizationDays: { default: 1 },
    currencies: new Set([currency]),
  }
  readonly notifications: Notifications
  readonly #settings: Settings
  readonly #client: AlipayClient
  readonly #bills: Bills

  constructor(settings: Settings) {
    this.#settings = settings
    this.#client = new AlipayClient(settings)
    this.#bills = new Bills(settings, this.#client)
    this.notifications = new AlipayNotifications(this.#client, settings)
  }

  async charge(request: ChargeRequest, options: CallOptions): Promise<Outcome> {
    if (request.method !== 'alipay') return { outcome: 'not_sent', reason: `Alipay takes no payment by ${request.method}` }
    return prepared('not_sent', async () => {
      const now = this.#settings.now()
      const store = this.#settings.bills.marketplaceAsStore ? request.marketplace : undefined
      const biz = chargeBiz(request, { now, store })
      return request.flow === 'redirect' ? this.#page(request, biz) : this.#code(request, { ...biz, qr_code_timeout_express: codeMinutes(request, now) }, options)
    })
  }

  async followUp(request: FollowUpRequest, options: CallOptions): Promise<Outcome> {
    if (request.kind !== 'refund') return { outcome: 'not_sent', reason: `Alipay reserves nothing that a ${request.kind} could be about` }
    return prepared('not_sent', async () => {
      const read = await this.#ask(refundCall(request), deadlineIn(bounded(options)))
      return 'body' in read ? readRefund(read.body, request) : read.outcome
    })
  }

  async close(request: CloseRequest, options: CallOptions): Promise<Outcome> {
    const { chargeRequestId, amount } = request
    return prepared('not_sent', async () => {
      const deadline = deadlineIn(bounded(options))
      const read = await this.#ask(closeCall(chargeRequestId), deadline)
      if (!('body' in read)) return read.outcome
      const { body } = read
      if (isSuccess(body)) return { outcome: 'approved', railReference: body.trade_no ?? request.railReference ?? chargeRequestId, amount }
      if (isAbsent(body)) return { outcome: 'declined', decline: notClosable }
      return isOver(body) ? this.#overFor(request, deadline) : readRefusal(body)
    })
  }

  /** A trade that can't be closed was closed before, or is paid: the trade tells which. */
  async #overFor({ chargeRequestId }: CloseRequest, deadline: Deadline): Promise<Outcome> {
    const read = await this.#ask(queryCall(chargeRequestId), deadline)
    if (!('body' in read)) return unknown(`the trade could not be asked for: ${read.outcome.reason}`)
    const closed = readClosed(read.body, { requestId: chargeRequestId })
    return closed.outcome === 'not_found' ? unknown('the rail refused to close a trade that is open') : closed
  }

  async inquire(request: InquiryRequest, options: CallOptions): Promise<Inquiry> {
    return prepared('unknown', async () => {
      const { kind, requestId } = request
      const charge = kind === 'void' ? request.chargeRequestId : requestId
      if (charge === undefined) throw new RequestRefused('a close is asked for with its charge’s request id')
      const read = await this.#ask(kind === 'refund' ? refundQueryCall(request) : queryCall(charge), deadlineIn(bounded(options)))
      if (!('body' in read)) return unknown(`the inquiry failed: ${read.outcome.reason}`)
      if (kind === 'refund') return readRefundQuery(read.body, { requestId })
      return kind === 'void' ? readClosed(read.body, { requestId: charge }) : readTrade(read.body, { requestId })
    })
  }

  async settlementReports(
    { marketplace, after }: { readonly marketplace: string; readonly after: string | null }, options: CallOptions,
  ): Promise<readonly SettlementReport[]> {
    return this.#bills.after(after, { marketplace, deadline: deadlineIn(options.timeoutMs) })
  }

  #page({ device, notifyUrl, returnUrl, expiresAt }: WalletChargeRequest, biz: Call['biz']): Outcome {
    const { api, product_code } = pages[device]
    // the phone's page has a way out of its own
    const more = device === 'phone' ? { product_code, quit_url: returnUrl } : { product_code }
    const url = this.#client.page({ api, biz: { ...biz, ...more }, notifyUrl, returnUrl })
    return { outcome: 'action_required', action: { type: 'redirect', url, expiresAt } }
  }

  async #code({ notifyUrl, expiresAt }: WalletChargeRequest, biz: Call['biz'], options: CallOptions): Promise<Outcome> {
    const read = await this.#ask({ api: 'alipay.trade.precreate', biz, notifyUrl }, deadlineIn(bounded(options)))
    if (!('body' in read)) return read.outcome
    if (!isSuccess(read.body)) return readRefusal(read.body)
    const { qr_code: content, out_trade_no: number } = read.body
    if (!content || number !== biz['out_trade_no']) return unknown('the rail’s answer has no code, or that of another trade')
    return { outcome: 'action_required', action: { type: 'qr_code', content, expiresAt } }
  }

  async #ask(call: Call, deadline: Deadline): Promise<ReturnType<typeof readAnswer>> {
    return readAnswer(await this.#client.call(call, deadline))
  }
}

/** `TRADE_STATUS_ERROR` and its kin: the trade is not one that waits for its buyer. */
function isOver({ code, sub_code: subCode = '' }: Body): boolean {
  return code === '40004' && /^(?:TRADE_STATUS_ERROR|REASON_TRADE_STATUS_INVALID|REASON_ILLEGAL_STATUS)$/.test(bare(subCode))
}

function bounded({ timeoutMs }: CallOptions): number {
  return Math.min(timeoutMs, longestCallMs)
}

/** What cannot be said to the rail is not sent; an inquiry that cannot be said leaves its question open. */
async function prepared<O extends Inquiry>(
  refused: 'not_sent' | 'unknown', send: () => Promise<O>,
): Promise<O | (Outcome & { readonly outcome: 'not_sent' | 'unknown' })> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof RequestRefused || error instanceof AmountRefused) return { outcome: refused, reason: error.message }
    throw error
  }
}
