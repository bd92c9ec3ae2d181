import type { DeclineClass } from '@holdfast/contract'
import type { Decline } from '@holdfast/core'

/*
 * What Alipay's sub_code says, in our terms; gathered from the error tables of each method, read 2026-11. Codes that
 * are not here leave the question open: the outcome is `unknown`, and Alipay is asked.
 */

const reasons: Readonly<Record<string, readonly [DeclineClass, string]>> = {
  // refused for good, with no trace of it at Alipay
  INVALID_PARAMETER: ['hard', 'rail_refused'],
  ACCESS_FORBIDDEN: ['hard', 'rail_refused'],
  EXIST_FORBIDDEN_WORD: ['hard', 'rail_refused'],
  PARTNER_ERROR: ['hard', 'rail_refused'],
  TOTAL_FEE_EXCEED: ['hard', 'amount_refused'],
  SELLER_BEEN_BLOCKED: ['hard', 'rail_refused'],
  BUYER_SELLER_EQUAL: ['hard', 'rail_refused'],
  BUYER_ENABLE_STATUS_FORBID: ['hard', 'rail_refused'],
  TRADE_BUYER_NOT_MATCH: ['hard', 'rail_refused'],
  // of refunds
  REFUND_AMT_NOT_EQUAL_TOTAL: ['hard', 'amount_refused'],
  REASON_TRADE_REFUND_FEE_ERR: ['hard', 'amount_refused'],
  TRADE_NOT_EXIST: ['hard', 'rail_refused'],
  TRADE_STATUS_ERROR: ['hard', 'rail_refused'],
  TRADE_NOT_ALLOW_REFUND: ['hard', 'rail_refused'],
  TRADE_HAS_FINISHED: ['hard', 'rail_refused'],
  REASON_TRADE_BEEN_FREEZEN: ['soft', 'rail_refused'],
  SELLER_BALANCE_NOT_ENOUGH: ['soft', 'rail_balance_low'],
}

/** `ACQ.TRADE_NOT_EXIST` and `TRADE_NOT_EXIST` are one. */
export function bare(subCode: string): string {
  return subCode.replace(/^ACQ\./i, '').toUpperCase()
}

/** Undefined for a code that proves nothing. */
export function declineOf({ subCode, raw }: { subCode: string; raw: Readonly<Record<string, string>> }): Decline | undefined {
  const reason = reasons[bare(subCode)]
  return reason && { class: reason[0], code: reason[1], raw }
}

/** The gateway's own refusals: 40001 (something is missing), 40002 (something is wrong), 40006 (not allowed). */
export const gatewayCodes: ReadonlySet<string> = new Set(['40001', '40002', '40006'])

/** Those that are about who we are: mended by whoever runs this, and then it can be sent again. */
const credentials = /app-?id|signature|sign|cert|timestamp|permission|auth|encrypt/i

/** Whether a refusal at the gateway's door says nothing about the request itself. */
export function isAboutCredentials(subCode: string): boolean {
  return credentials.test(subCode)
}

/** The buyer refused, left, or let the time run out: Alipay says only that the trade is closed. */
export const closedUnpaid: Decline = { class: 'soft', code: 'refused', raw: { trade_status: 'TRADE_CLOSED' } }

export const alreadyPaid: Decline = { class: 'hard', code: 'already_paid' }

/** Nobody has scanned the code or opened the page: at Alipay there is no trade yet that could be closed. */
export const notClosable: Decline = { class: 'hard', code: 'not_closable', raw: { sub_code: 'ACQ.TRADE_NOT_EXIST' } }
