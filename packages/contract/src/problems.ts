import * as z from 'zod'
import { detailReasons } from './details.ts'
import { moneySchema } from './money.ts'

/** Every way in which the API refuses: status and title. Closed: a client may switch over all of them. */
export const errorCodes = {
  http_malformed: { status: 400, title: 'The request is not valid HTTP' },
  json_malformed: { status: 400, title: 'The body is not strict JSON' },
  validation_failed: { status: 400, title: 'A field is missing, unknown or out of its bounds' },
  idempotency_key_required: { status: 400, title: 'The call needs an Idempotency-Key' },
  version_unsupported: { status: 400, title: 'The API version is not one that is answered' },
  key_missing: { status: 401, title: 'The call carries no API key' },
  key_invalid: { status: 401, title: 'The API key is not valid' },
  client_secret_invalid: { status: 401, title: 'The client secret is not valid' },
  buyer_link_invalid: { status: 401, title: 'The buyer link is not valid' },
  buyer_link_expired: { status: 401, title: 'The buyer link has expired' },
  key_kind_refused: { status: 403, title: 'This kind of API key may not make this call' },
  origin_not_allowed: { status: 403, title: 'The page has an origin that the marketplace has not registered' },
  test_mode_only: { status: 403, title: 'The call exists in test mode only' },
  not_found: { status: 404, title: 'There is no such object' },
  payment_link_unknown: { status: 404, title: 'There is no such payment link' },
  route_not_found: { status: 404, title: 'There is no such call' },
  method_not_allowed: { status: 405, title: 'The call has another method' },
  limit_reached: { status: 409, title: 'There are as many of these as there may be' },
  reference_taken: { status: 409, title: 'The reference belongs to another object' },
  idempotency_in_progress: { status: 409, title: 'The first call with this key is still at work' },
  session_not_open: { status: 409, title: 'The checkout session is not open' },
  details_missing: { status: 409, title: 'The session asks for a detail that it does not have yet' },
  session_revision_stale: { status: 409, title: 'The checkout session has changed since' },
  attempt_in_progress: { status: 409, title: 'Another attempt to pay is under way' },
  attempts_exhausted: { status: 409, title: 'This checkout session takes no more attempts' },
  payment_link_inactive: { status: 409, title: 'The payment link was deactivated' },
  payment_link_expired: { status: 409, title: 'The payment link has expired' },
  payment_link_used_up: { status: 409, title: 'The payment link has been paid as often as it can be' },
  payment_link_busy: { status: 409, title: 'Others are paying by the payment link right now' },
  payment_link_unavailable: { status: 409, title: 'What the payment link sells can’t be sold any more' },
  order_not_cancelable: { status: 409, title: 'The order can no longer be canceled' },
  payment_transition_refused: { status: 409, title: 'The payment is not in a state that allows this' },
  milestone_transition_refused: { status: 409, title: 'The milestone is not in a state that allows this' },
  escrow_disputed: { status: 409, title: 'A dispute freezes this escrow' },
  amount_exceeds_remaining: { status: 409, title: 'The amount exceeds what is left' },
  outcome_unknown: { status: 409, title: 'An earlier request to the rail has no known outcome yet' },
  dispute_not_open: { status: 409, title: 'The dispute is not open' },
  funds_not_settled: { status: 409, title: 'The funds have not settled yet' },
  bank_account_missing: { status: 409, title: 'The seller has no bank account for this currency' },
  custody_insufficient: { status: 409, title: 'The amount exceeds what the operator may withdraw' },
  token_refused: { status: 409, title: 'The card token cannot be used for this attempt' },
  body_too_large: { status: 413, title: 'The body is too large' },
  media_type_unsupported: { status: 415, title: 'The body is not application/json' },
  idempotency_body_differs: { status: 422, title: 'The key was used with another body' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  rate_limited: { status: 429, title: 'Too many calls' },
  internal: { status: 500, title: 'Something failed on our side' },
  rail_unavailable: { status: 502, title: 'The rail refused to talk to us' },
  unavailable: { status: 503, title: 'The service cannot answer right now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCodes

export const errorCodeSchema = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]).meta({ id: 'ErrorCode' })

/** RFC 9457. `field` names what was wrong in the request, in dots and brackets: `lines[0].amount`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: errorCodeSchema,
    detail: z.string().meta({ description: 'What was wrong, what was expected, and what to do.' }),
    requestId: z.string(),
    field: z.string().optional(),
    errors: z.array(z.object({
      field: z.string(),
      detail: z.string(),
      reason: z.enum(detailReasons).optional().meta({ description: 'Of an order’s details: in which way it is wrong.' }),
      example: z.string().optional().meta({ description: 'What a right one looks like.' }),
    })).optional(),
    remaining: moneySchema.optional().meta({ description: 'With amount_exceeds_remaining and funds_not_settled: what is left.' }),
    existing: z.string().optional().meta({ description: 'With reference_taken: the id of the object that has it.' }),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>

/** Where a code is explained; the `type` of its problem document. */
export function problemType(code: ErrorCode): string {
  return `https://holdfast.example/problems/${code}`
}
