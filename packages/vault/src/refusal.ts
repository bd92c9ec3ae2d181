import { vaultErrorCodes } from '@holdfast/contract'
import type { VaultErrorCode } from '@holdfast/contract'

/** The vault's no, as a value. Its words never quote what was sent. */
export interface VaultRefusal {
  readonly refused: VaultErrorCode
  readonly detail: string
  readonly field?: string
  readonly retryAfterMs?: number
}

export function isRefusal(value: object): value is VaultRefusal {
  return 'refused' in value
}

const titles: Readonly<Record<VaultErrorCode, string>> = {
  json_malformed: 'The body is not strict JSON',
  validation_failed: 'A field is missing, unknown or out of its bounds',
  key_invalid: 'The internal key is not valid',
  ticket_refused: 'The ticket is not valid, has run out or was used',
  origin_refused: 'The origin may not do this',
  frame_session_refused: 'The frame session is not valid or has run out',
  not_found: 'There is no such call',
  token_unknown: 'There is no such card token',
  token_used: 'The card token has been used',
  token_expired: 'The card token has run out',
  token_binding_refused: 'The card token was made for another session or revision',
  card_data_expired: 'The card has to be entered again',
  already_sent: 'This operation has already sent a card',
  host_refused: 'The rail has no host that cards may be sent to',
  template_unknown: 'There is no such template',
  card_invalid: 'The card cannot be used',
  rate_limited: 'Too many calls',
  internal: 'Something failed on our side',
}

/** The refusal as a problem document (RFC 9457). */
export function problemOf(
  { refused, detail, field }: VaultRefusal,
  requestId: string,
): { status: number; body: object } {
  const status = vaultErrorCodes[refused]
  const body = {
    type: `https://holdfast.example/problems/${refused}`,
    title: titles[refused],
    status,
    code: refused,
    detail,
    requestId,
    ...(field === undefined ? {} : { field }),
  }
  return { status, body }
}
