import type { DeclineClass } from '@holdfast/contract'
import type { Decline } from '@holdfast/core'

/*
 * Antom's result codes as data, by docs.antom.com (pay, inquiryPayment, notifyPayment, refund; read 2026-11).
 */

type Reason = readonly [DeclineClass, string]

/** What a payment came to that the wallet or its issuer ended. */
const ofPayments: Readonly<Record<string, Reason>> = {
  ORDER_IS_CLOSED: ['soft', 'expired'],
  EXPIRED_CODE: ['soft', 'expired'],
  ORDER_IS_CANCELED: ['soft', 'canceled'],
  USER_BALANCE_NOT_ENOUGH: ['soft', 'insufficient_funds'],
  USER_AMOUNT_EXCEED_LIMIT: ['soft', 'limit_exceeded'],
  PAYMENT_AMOUNT_EXCEED_LIMIT: ['soft', 'limit_exceeded'],
  PAYMENT_COUNT_EXCEED_LIMIT: ['soft', 'limit_exceeded'],
  RISK_REJECT: ['soft', 'suspected_fraud'],
  USER_NOT_EXIST: ['hard', 'no_such_account'],
  USER_STATUS_ABNORMAL: ['hard', 'account_restricted'],
  USER_KYC_NOT_QUALIFIED: ['hard', 'account_restricted'],
  REGULATION_RESTRICTION: ['hard', 'restricted_by_law'],
}

/** Said before a request is looked at: nothing has been done, and what is wrong is our set-up. */
const atTheDoor: ReadonlySet<string> = new Set([
  'INVALID_SIGNATURE', 'KEY_NOT_FOUND', 'INVALID_CLIENT', 'INVALID_TOKEN', 'ACCESS_DENIED', 'REQUEST_TIME_EXPIRED',
  'NO_INTERFACE_DEF', 'METHOD_NOT_SUPPORTED', 'MEDIA_TYPE_NOT_ACCEPTABLE',
])

/** The rail's record of the payment or refund is missing. */
const absent: ReadonlySet<string> = new Set(['ORDER_NOT_EXIST', 'REFUND_NOT_EXIST'])

export interface Result {
  readonly resultCode: string
  readonly resultStatus: string
  readonly resultMessage?: string | undefined
}

export function isAtTheDoor({ resultStatus, resultCode }: Result): boolean {
  return resultStatus === 'F' && atTheDoor.has(resultCode)
}

export function isAbsent({ resultStatus, resultCode }: Result): boolean {
  return resultStatus === 'F' && absent.has(resultCode)
}

/** Why a payment that the rail had taken was not made; where its code says nothing of use, the buyer refused it. */
export function declineOfPayment(raw: RawResult): Decline {
  const [declineClass, code] = ofPayments[raw.resultCode] ?? ['soft', 'refused']
  return { class: declineClass, code, raw: rawOf(raw) }
}

/** Why a request was not taken: where it isn't about the buyer, there is nothing to say to them. */
export function refusalOf(raw: RawResult): Decline {
  const [declineClass, code] = ofPayments[raw.resultCode] ?? ['hard', 'rail_refused']
  return { class: declineClass, code, raw: rawOf(raw) }
}

/** A refund refused: the rail won't, whatever its words; but what our balance there doesn't cover now, it may later. */
export function refundRefusalOf(raw: RawResult): Decline {
  return raw.resultCode === 'MERCHANT_BALANCE_NOT_ENOUGH' ? { class: 'soft', code: 'rail_balance_low', raw: rawOf(raw) } : followUpRefusalOf(raw)
}

/** A follow-up refused: the rail won't, whatever its words. */
export function followUpRefusalOf(raw: RawResult, code = 'rail_refused'): Decline {
  return { class: 'hard', code, raw: rawOf(raw) }
}

export interface RawResult {
  readonly resultCode: string
  readonly resultMessage?: string | undefined
}

function rawOf({ resultCode, resultMessage = '' }: RawResult): Readonly<Record<string, string>> {
  const message = resultMessage.slice(0, 200)
  return { resultCode: resultCode.slice(0, 64), ...(message === '' ? {} : { resultMessage: message }) }
}
