import { deadlineIn, type Deadline } from '@holdfast/connector-shared'
import type {
  CallOptions, ChargeRequest, CloseRequest, FollowUpRequest, Inquiry, InquiryRequest, Notifications, Outcome, PaymentConnector, SettlementReport,
} from '@holdfast/core'
import { AmountRefused, Amounts } from './amounts.ts'
import { followUpRefusalOf, isAtTheDoor } from './declines.ts'
import { AntomNotifications } from './notifications.ts'
import { readOptions, type AntomOptions, type Settings } from './options.ts'
import { AntomRail, deadlineOf, longestCallMs, type Call } from './rail.ts'
import { Reports } from './reports.ts'
import {
  RequestRefused, checkId, notTaken, payBody, readGivenBack, readPay, readPayment, readRefund, readRefundInquiry, refundBody, unknown, type Said,
} from './wire.ts'

/** Time for the rail to record what came in; Antom's documents give none. */
const recordedAfterMs = 270_000

/**
 * Takes Alipay payments abroad by Antom's payments API: CASHIER_PAYMENT with ALIPAY_CN, as sales. The buyer pays at
 * the wallet's page or by a code; what came of it, the rail reports, and an inquiry shows.
 *
 * - `U` is never failure: with a page or a code it is `action_required`, else `unknown`.
 * - What isn't signed by the rail says nothing: `unknown`, whatever it says.
 * - `REPEAT_REQ_INCONSISTENT` is `unknown`: what the id's first request came to is what counts.
 * - Refused before it was looked at (signature, key, client id, clock), it is `not_sent`.
 * - A refund that the rail refuses is `declined`: `soft`, `rail_balance_low` where our balance doesn’t cover it now, else
 *   `hard`, `rail_refused`; but done, where a cancel has given all of it back.
 * - A close asks first, for Antom gives back by `cancel` what was paid already. One that is paid in between is given
 *   back and closed, although the rail may report it as paid, before or after: nothing is taken for it.
 *
 * @throws AntomOptionsError - names each option that cannot be used
 */
export function createAntomConnector(options: AntomOptions): PaymentConnector & Required<Pick<PaymentConnector, 'close' | 'notifications'>> {
  return new AntomConnector(readOptions(options))
}

class AntomConnector implements PaymentConnector {
  readonly name = 'antom'
  readonly capabilities: PaymentConnector['capabilities']
  readonly notifications: Notifications
  readonly #rail: AntomRail
  readonly #amounts: Amounts
  readonly #reports: Reports | undefined

  constructor(settings: Settings) {
    this.#rail = new AntomRail(settings)
    this.#amounts = new Amounts({ taken: settings.currencies, exponents: settings.exponents })
    this.notifications = new AntomNotifications(settings, this.#amounts)
    const { reportsUrl: url, reportLayout: layout } = settings
    this.#reports = url === undefined ? undefined : new Reports({ url, rail: this.#rail, amounts: this.#amounts, layout })
    this.capabilities = {
      methods: new Set(['alipay'] as const),
      authorize: false,
      multiCapture: false,
      notFoundFinalAfterMs: longestCallMs + recordedAfterMs,
      // it reserves nothing; the port wants a number
      authorizationDays: { default: 1 },
      currencies: settings.currencies,
    }
  }

  async charge(request: ChargeRequest, options: CallOptions): Promise<Outcome> {
    if (request.method !== 'alipay') return { outcome: 'not_sent', reason: `Antom takes Alipay here, not ${request.method}` }
    return sayable('not_sent', async () => {
      const call = await this.#rail.call('pay', payBody(request, this.#amounts), deadlineOf(options))
      return outcomeOf(call, (said) => readPay(said, { request, amounts: this.#amounts }))
    })
  }

  async followUp(request: FollowUpRequest, options: CallOptions): Promise<Outcome> {
    if (request.kind !== 'refund') return { outcome: 'not_sent', reason: 'Antom’s wallet payments are sales: there is nothing to capture or to void' }
    const deadline = deadlineOf(options)
    return sayable('not_sent', async () => {
      const call = await this.#rail.call('refund', refundBody(request, this.#amounts), deadline)
      const outcome = outcomeOf(call, (said) => readRefund(said, { asked: request, amounts: this.#amounts }))
      return outcome.outcome === 'declined' ? await this.#givenBack(request, deadline) ?? outcome : outcome
    })
  }

  async close(request: CloseRequest, options: CallOptions): Promise<Outcome> {
    const deadline = deadlineOf(options)
    return sayable('not_sent', async () => {
      const before = await this.#payment(request, deadline)
      // nothing but a question has been sent so far
      if (before.outcome === 'unknown' || before.outcome === 'not_sent') return { outcome: 'not_sent', reason: before.reason }
      if (before.outcome !== 'action_required') return closedBy(before, request)
      const call = await this.#rail.call('cancel', { paymentRequestId: request.chargeRequestId }, deadline)
      if (call.kind !== 'said') return { outcome: call.kind, reason: call.reason }
      const { result } = call
      if (isAtTheDoor(result)) return notTaken(result)
      if (result.resultStatus === 'U') return unknown(`the rail answered ${result.resultCode}`)
      if (result.resultStatus === 'S') return closed(before.railReference, request)
      return closedBy(await this.#payment(request, deadline), request)
    })
  }

  async inquire(request: InquiryRequest, options: CallOptions): Promise<Inquiry> {
    const deadline = deadlineOf(options)
    return sayable('unknown', async (): Promise<Inquiry> => {
      switch (request.kind) {
        case 'sale': return this.#payment({ ...request, chargeRequestId: request.requestId }, deadline)
        case 'refund': return this.#refund(request, deadline)
        case 'void': return this.#close(request, deadline)
        default: return unknown(`Antom makes no ${request.kind}`)
      }
    })
  }

  async settlementReports(
    query: { readonly marketplace: string; readonly after: string | null }, options: CallOptions,
  ): Promise<readonly SettlementReport[]> {
    return this.#reports === undefined ? [] : this.#reports.after(query, deadlineIn(options.timeoutMs))
  }

  async #payment({ chargeRequestId, amount, currency }: AskedCharge, deadline: Deadline): Promise<Inquiry> {
    const call = await this.#rail.call('inquiryPayment', { paymentRequestId: checkId(chargeRequestId) }, deadline)
    return inquiryOf(call, (said) => readPayment(said, { asked: { requestId: chargeRequestId, amount, currency }, amounts: this.#amounts }))
  }

  /**
   * A cancel that came just after the buyer paid has given the money back, and yet the rail may have reported the
   * payment before. A refund of all of it is then refused, for it is done.
   */
  async #givenBack({ chargeRequestId, amount, currency }: FollowUpRequest, deadline: Deadline): Promise<Outcome | undefined> {
    const call = await this.#rail.call('inquiryPayment', { paymentRequestId: checkId(chargeRequestId) }, deadline)
    const asked = { requestId: chargeRequestId, amount, currency }
    const railReference = call.kind === 'said' ? readGivenBack(call, { asked, amounts: this.#amounts }) : undefined
    return railReference === undefined ? undefined : { outcome: 'approved', railReference, amount }
  }

  async #refund({ requestId, amount, currency }: InquiryRequest, deadline: Deadline): Promise<Inquiry> {
    const call = await this.#rail.call('inquiryRefund', { refundRequestId: checkId(requestId) }, deadline)
    return inquiryOf(call, (said) => readRefundInquiry(said, { asked: { requestId, amount, currency }, amounts: this.#amounts }))
  }

  /** The rail keeps no record of a close: it shows by the payment. One that is still open has not been closed. */
  async #close({ requestId, chargeRequestId, amount, currency }: InquiryRequest, deadline: Deadline): Promise<Inquiry> {
    if (chargeRequestId === undefined) return unknown('the rail knows a close by its charge alone')
    const payment = await this.#payment({ chargeRequestId, amount, currency }, deadline)
    if (payment.outcome === 'unknown') return payment
    if (payment.outcome === 'action_required' || payment.outcome === 'not_found') return { outcome: 'not_found' }
    return closedBy(payment, { requestId, amount: amount ?? 0n })
  }
}

interface AskedCharge {
  readonly chargeRequestId: string
  readonly amount?: bigint | undefined
  readonly currency?: string | undefined
}

/** What can't be said to the rail isn't sent; an inquiry that can't be said leaves its question open. */
async function sayable<O>(refused: 'not_sent' | 'unknown', send: () => Promise<O>): Promise<O | (Outcome & { readonly outcome: 'not_sent' | 'unknown' })> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof RequestRefused || error instanceof AmountRefused) return { outcome: refused, reason: error.message }
    throw error
  }
}

function outcomeOf(call: Call, read: (said: Said) => Outcome): Outcome {
  return call.kind === 'said' ? read(call) : { outcome: call.kind, reason: call.reason }
}

/** An inquiry that failed proves nothing. */
function inquiryOf(call: Call, read: (said: Said) => Inquiry): Inquiry {
  if (call.kind !== 'said') return unknown(`the inquiry failed: ${call.reason}`)
  return isAtTheDoor(call.result) ? unknown(`the inquiry was refused: ${call.result.resultCode}`) : read(call)
}

type Closing = Pick<CloseRequest, 'requestId' | 'amount'>

/** What a payment's state makes of an attempt to close it. */
function closedBy(payment: Inquiry, request: Closing): Outcome {
  switch (payment.outcome) {
    case 'declined': return closed(payment.railReference, request)
    case 'approved': return { outcome: 'declined', railReference: payment.railReference, decline: followUpRefusalOf({ resultCode: 'SUCCESS' }, 'already_paid') }
    case 'action_required': case 'not_found': return { outcome: 'declined', decline: followUpRefusalOf({ resultCode: 'PROCESSING' }, 'not_closable') }
    default: return payment
  }
}

function closed(railReference: string | undefined, { requestId, amount }: Closing): Outcome {
  return { outcome: 'approved', railReference: railReference ?? requestId, amount }
}
