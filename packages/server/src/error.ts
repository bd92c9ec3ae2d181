import type { ErrorCode, Money, Problem } from '@holdfast/contract/types'

/** What can go wrong on this side of the wire. */
export type ClientErrorCode =
  /** An option of the client or of the call is missing or wrong; nothing was sent. */
  | 'options_invalid'
  /** A parameter cannot be sent as it is; nothing was sent. */
  | 'params_invalid'
  /** No connection, or it broke before the answer was whole. */
  | 'connection_failed'
  /** No answer within the time allowed. */
  | 'timeout'
  /** The caller's signal aborted the call. */
  | 'aborted'
  /** The answer is not one that the API gives: a proxy's page, a redirect, not JSON. */
  | 'response_invalid'
  | 'response_too_large'
  /** `tokens.verify`: the token proves nothing; `field` names the claim. */
  | 'token_invalid'
  /** `webhooks.verify`: the request is no delivery of ours, or an old one; `field` names the header, or `body`. */
  | 'webhook_invalid'
  /** `tokens.verify`: the key set could not be read, so nothing is known of the token. */
  | 'keys_unavailable'

/** Every code that an error can have: the API's, and the client's own. */
export type HoldfastErrorCode = ErrorCode | ClientErrorCode

/** Whether to try again with the same idempotency key, by the API's codes. Complete by its type. */
const retryableCodes: Readonly<Record<ErrorCode, boolean>> = {
  http_malformed: false, headers_too_large: false, json_malformed: false, validation_failed: false, idempotency_key_required: false, version_unsupported: false,
  key_missing: false, key_invalid: false, client_secret_invalid: false, buyer_link_invalid: false, buyer_link_expired: false, key_kind_refused: false,
  origin_not_allowed: false, test_mode_only: false, not_found: false, payment_link_unknown: false, route_not_found: false,
  method_not_allowed: false, reference_taken: false, limit_reached: false, idempotency_in_progress: true, session_not_open: false,
  details_missing: false, session_revision_stale: false, attempt_in_progress: false, attempts_exhausted: false,
  payment_link_inactive: false, payment_link_expired: false, payment_link_used_up: false, payment_link_busy: true, payment_link_unavailable: false,
  order_not_cancelable: false,
  payment_transition_refused: false, milestone_transition_refused: false, escrow_disputed: false,
  amount_exceeds_remaining: false, outcome_unknown: false, dispute_not_open: false, funds_not_settled: false,
  bank_account_missing: false, custody_insufficient: false, token_refused: false, body_too_large: false,
  media_type_unsupported: false, idempotency_body_differs: false, rate_limited: true, internal: true,
  rail_unavailable: true, unavailable: true,
}

const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Whether an answer may differ when the same call, with the same key, is made again. */
export function isRetryable({ code, status }: { readonly code: string; readonly status: number }): boolean {
  return retryableStatuses.has(status) || (isErrorCode(code) && retryableCodes[code])
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(retryableCodes, code)
}

export interface HoldfastErrorDetails {
  readonly code: HoldfastErrorCode
  readonly message: string
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  readonly field?: string | undefined
  readonly errors?: Problem['errors'] | undefined
  readonly remaining?: Money | undefined
  readonly existing?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly retryable?: boolean | undefined
  readonly retryAfterMs?: number | undefined
  readonly attempts?: number | undefined
  readonly cause?: unknown
}

const brand: unique symbol = Symbol.for('holdfast.error') as never

/**
 * The one error that this SDK throws. `code` says what to do about it; the message names what was wrong, what
 * was expected, and what to do. It never carries the API key.
 */
export class HoldfastError extends Error {
  declare readonly code: HoldfastErrorCode
  /** The HTTP status, where there was an answer. */
  declare readonly status: number | undefined
  /** What to quote to whoever runs the backend. */
  declare readonly requestId: string | undefined
  /** What was wrong, in dots and brackets (`lines[0].amount`), or the claim that a token failed on. */
  declare readonly field: string | undefined
  /** Every field that was wrong, where there are several. */
  declare readonly errors: Problem['errors'] | undefined
  /** With `amount_exceeds_remaining` and `funds_not_settled`: what is left. */
  declare readonly remaining: Money | undefined
  /** With `reference_taken`: the id of the object that has the reference. */
  declare readonly existing: string | undefined
  /** Of a mutating call: pass it again to repeat the very same call. */
  declare readonly idempotencyKey: string | undefined
  /** Whether the same call, with the same idempotency key, may yet be answered otherwise. */
  declare readonly retryable: boolean
  /** Milliseconds to wait before that, where the API said so. */
  declare readonly retryAfterMs: number | undefined
  /** How often the call was sent. */
  declare readonly attempts: number | undefined

  constructor(details: HoldfastErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    const { message: _message, cause: _cause, ...fields } = details
    const set = Object.entries(fields).filter(([, value]) => value !== undefined)
    Object.assign(this, { retryable: false, ...Object.fromEntries(set) })
    Object.defineProperty(this, brand, { value: true })
  }

  static {
    const hidden = { writable: true, configurable: true }
    Object.defineProperty(this.prototype, 'name', { value: 'HoldfastError', ...hidden })
    Object.defineProperty(this.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: inspected, ...hidden })
  }

  /** Whether a value is such an error, also when another copy of this package (ESM beside CommonJS) made it. */
  static is(value: unknown): value is HoldfastError {
    return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
  }

  /** Name, message and the fields that are set; no stack, no cause. */
  toJSON(): Record<string, unknown> {
    const fields: object = { ...this }
    return { name: this.name, message: this.message, ...fields }
  }
}

/** What a console shows: the stack, then the fields that are set. */
function inspected(this: HoldfastError): string {
  const { name: _name, message: _message, ...fields } = this.toJSON()
  const cause = this.cause instanceof Error ? `\n  cause: ${this.cause.name}: ${this.cause.message}` : ''
  return `${this.stack ?? String(this)} ${JSON.stringify(fields)}${cause}`
}
