import type { Attempt, AttemptError } from '@holdfast/contract/types'
import type { CardField } from '@holdfast/contract/frame'
import type { Language } from './i18n/index.ts'

/** What an error is about: the card, the wallet, what was typed, the session, what passes, or the merchant's setup. */
export type ErrorType = 'card' | 'wallet' | 'validation' | 'session' | 'temporary' | 'integration'

export type ErrorCode =
  | AttemptError['code']
  | 'card_incomplete' | 'card_form_failed' | 'details_incomplete'
  | 'session_expired' | 'session_canceled' | 'session_unknown' | 'amount_changed'
  | 'attempt_in_progress' | 'offline' | 'network' | 'not_received' | 'not_ready' | 'internal'
  | 'origin_not_allowed'

/** An error of the component, in the buyer's language. */
export interface CheckoutError {
  readonly type: ErrorType
  readonly code: ErrorCode
  /** For the buyer: what is wrong and what to do; never why a bank refused. */
  readonly message: string
  readonly field?: CardField
  /** The buyer may try again on this page. */
  readonly retryable: boolean
}

/** An error before it is put into words, so that a change of language changes it too. */
export type Fault = Omit<CheckoutError, 'message'>

const faults: Readonly<Record<ErrorCode, readonly [type: ErrorType, retryable: boolean]>> = {
  card_declined: ['card', true],
  card_data_invalid: ['card', true],
  card_expired: ['card', true],
  authentication_required: ['card', true],
  card_data_lost: ['temporary', true],
  try_again_later: ['temporary', true],
  wallet_refused: ['wallet', true],
  wallet_expired: ['wallet', true],
  attempt_canceled: ['wallet', true],
  card_incomplete: ['validation', true],
  details_incomplete: ['validation', true],
  card_form_failed: ['temporary', true],
  session_expired: ['session', false],
  session_canceled: ['session', false],
  session_unknown: ['session', false],
  amount_changed: ['session', true],
  attempt_in_progress: ['temporary', true],
  offline: ['temporary', true],
  network: ['temporary', true],
  not_received: ['temporary', true],
  not_ready: ['temporary', true],
  internal: ['temporary', true],
  origin_not_allowed: ['integration', false],
}

export function fault(code: ErrorCode, field?: CardField): Fault {
  const [type, retryable] = faults[code]
  return { type, code, retryable, ...(field && { field }) }
}

/** The fault of a failed attempt. The server's words stay behind: the buyer reads ours, by code. */
export function faultOf({ error }: Attempt): Fault {
  const code = error && Object.hasOwn(faults, error.code) ? error.code : 'try_again_later'
  return { ...fault(code, error?.field), ...(error && { type: error.type, retryable: error.retryable }) }
}

/** What the buyer reads: what is wrong, and what to do. */
export function messageOf({ code, field }: Fault, { text }: Language): string {
  return code === 'card_data_invalid' && field
    ? text('error_card_field', { field: text(`field_${field}`) })
    : text(`error_${code}`)
}

export function inWords(found: Fault, language: Language): CheckoutError {
  return { ...found, message: messageOf(found, language) }
}
