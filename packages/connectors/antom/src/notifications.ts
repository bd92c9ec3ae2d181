import type { NotificationAnswer, NotificationReading, Notifications, Outcome, RawNotification } from '@holdfast/core'
import * as z from 'zod'
import type { Amounts, WireAmount } from './amounts.ts'
import { AmountRefused } from './amounts.ts'
import { declineOfPayment, type Result } from './declines.ts'
import type { Settings } from './options.ts'
import { jsonOrUndefined } from './rail.ts'
import { isSigned, sign, timeOf } from './signing.ts'
import { amountSchema, approvedPayment, readRefundStatus, resultSchema } from './wire.ts'

const id = z.string().min(1).max(64)

const paymentSchema = z.looseObject({
  result: resultSchema, paymentRequestId: id, paymentId: id.optional(), paymentAmount: amountSchema,
})

const refundSchema = z.looseObject({
  result: resultSchema, refundRequestId: id, refundId: id.optional(), refundAmount: amountSchema, refundStatus: z.string(),
})

const kindSchema = z.looseObject({ notifyType: z.string().optional(), disputeNotificationType: z.string().optional() })

/** How far the rail's clock may be ahead of ours. */
const aheadMs = 10 * 60_000

type Accepted = Extract<NotificationReading, { readonly verdict: 'accepted' }>

/** Reads what the rail reports by itself, and answers it under our signature. */
export class AntomNotifications implements Notifications {
  readonly #settings: Settings
  readonly #amounts: Amounts

  constructor(settings: Settings, amounts: Amounts) {
    this.#settings = settings
    this.#amounts = amounts
  }

  read(raw: RawNotification): NotificationReading {
    const refused = this.#check(raw)
    if (refused) return refused
    const body = jsonOrUndefined(raw.body)
    const kind = kindSchema.safeParse(body)
    if (!kind.success) return malformed('the body is no JSON object')
    const { notifyType = kind.data.disputeNotificationType ?? '' } = kind.data
    switch (notifyType) {
      case 'PAYMENT_RESULT': return this.#payment(body)
      case 'REFUND_RESULT': return this.#refund(body)
      // signed and successful, and yet no more than that the buyer has acted
      case 'PAYMENT_PENDING': return ignored(body, 'the buyer has paid, and the rail is still at it')
      default: return ignored(body, `we don’t act on ${notifyType.slice(0, 64) || 'a notification without a type'}`)
    }
  }

  acknowledge({ path }: Pick<RawNotification, 'path'>, taken: boolean): NotificationAnswer {
    const { clientId, privateKey, keyVersion, now } = this.#settings
    const body = JSON.stringify({ result: taken ? takenResult : notTakenResult })
    const time = String(now().getTime())
    const signature = sign({ path, clientId, time, body: Buffer.from(body) }, { key: privateKey, version: keyVersion })
    return {
      status: taken ? 200 : 500,
      headers: { 'content-type': 'application/json; charset=UTF-8', 'client-id': clientId, 'response-time': time, signature },
      body,
    }
  }

  /** Whose word it is, that it is meant for us, and that it isn't from long ago. */
  #check({ path, headers, body }: RawNotification): NotificationReading | undefined {
    const { clientId, antomPublicKey, notificationMaxAgeMs, now } = this.#settings
    const [named = '', time = ''] = [headers['client-id'], headers['request-time']]
    if (!isSigned({ path, clientId: named, time, body }, headers['signature'], antomPublicKey)) {
      return { verdict: 'refused', reason: 'signature', detail: 'the rail hasn’t signed this for this path' }
    }
    if (named !== clientId) return { verdict: 'refused', reason: 'app_id', detail: 'it is addressed to another client id' }
    const sentAt = timeOf(time)
    if (sentAt === undefined) return malformed('its request-time can’t be read')
    const age = now().getTime() - sentAt
    if (age <= notificationMaxAgeMs && age >= -aheadMs) return undefined
    return { verdict: 'refused', reason: 'stale', detail: `its request-time is ${Math.round(age / 1_000)} s ago` }
  }

  #payment(body: unknown): NotificationReading {
    const parsed = paymentSchema.safeParse(body)
    if (!parsed.success) return malformed('the payment’s result can’t be read')
    const { result, paymentRequestId: requestId, paymentId, paymentAmount } = parsed.data
    if (result.resultStatus === 'U') return ignored(body, 'the payment’s result isn’t final')
    const asked = { requestId }
    const outcome: Outcome = result.resultStatus === 'S'
      ? approvedPayment({ paymentId, paymentAmount }, { asked, amounts: this.#amounts })
      : { outcome: 'declined', ...(paymentId === undefined ? {} : { railReference: paymentId }), decline: declineOfPayment(result) }
    return this.#accepted({ type: 'PAYMENT_RESULT', railId: paymentId ?? requestId, result, amount: paymentAmount }, { kind: 'charge', requestId, outcome })
  }

  #refund(body: unknown): NotificationReading {
    const parsed = refundSchema.safeParse(body)
    if (!parsed.success) return malformed('the refund’s result can’t be read')
    const { result, refundRequestId: requestId, refundId, refundAmount, refundStatus } = parsed.data
    if (refundStatus !== 'SUCCESS' && refundStatus !== 'FAIL') return ignored(body, 'the refund’s result isn’t final')
    const outcome = readRefundStatus({ refundId, refundAmount, refundStatus }, { asked: { requestId }, amounts: this.#amounts })
    const facts = { type: `REFUND_RESULT.${refundStatus}`, railId: refundId ?? requestId, result, amount: refundAmount }
    return this.#accepted(facts, { kind: 'refund', requestId, outcome })
  }

  #accepted(
    { amount, ...facts }: Facts, { kind, requestId, outcome }: Pick<Accepted, 'kind' | 'requestId' | 'outcome'>,
  ): NotificationReading {
    try {
      return {
        verdict: 'accepted', id: idOf({ amount, ...facts }), kind, requestId, outcome,
        amount: this.#amounts.fromRail(amount), currency: amount.currency,
      }
    } catch (error) {
      if (error instanceof AmountRefused) return malformed(error.message)
      throw error
    }
  }
}

interface Facts {
  readonly type: string
  readonly railId: string
  readonly result: Result
  readonly amount: WireAmount
}

/** The rail gives notifications no id: what it says of what is one, for each of its tries says the same. */
function idOf({ type, railId, result, amount }: Facts): string {
  return [type, railId, result.resultStatus, result.resultCode, amount.value, amount.currency].join('.')
}

function ignored(body: unknown, reason: string): NotificationReading {
  const text = (key: string): string => {
    const value: unknown = Reflect.get(Object(body), key)
    return typeof value === 'string' ? value.slice(0, 64) : ''
  }
  const keys = ['notifyType', 'disputeNotificationType', 'disputeId', 'captureId', 'paymentId', 'paymentRequestId', 'refundId', 'refundRequestId']
  return { verdict: 'ignored', id: keys.map(text).filter((part) => part !== '').join('.'), reason }
}

function malformed(detail: string): NotificationReading {
  return { verdict: 'refused', reason: 'malformed', detail }
}

const takenResult: Result = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' }
const notTakenResult: Result = { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U', resultMessage: 'not taken: send it again' }
