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
  saved_card_unknown: 'There is no such saved card',
  card_invalid: 'The card cannot be used',
  rate_limited: 'Too many calls',
  internal: 'Something failed on our side',
  wallet_unconfigured: 'The wallet is not set up for this marketplace',
  wallet_version_refused: 'The wallet token has a version that is not taken',
  wallet_token_invalid: 'The wallet token is not of its format',
  wallet_roots_expired: 'All root keys held have expired',
  wallet_chain_refused: 'The wallet token does not come from a root that is trusted',
  wallet_marker_missing: 'A certificate is not one for this use',
  wallet_key_expired: 'The key that signed the wallet token has expired',
  wallet_signature_refused: 'The wallet token is not signed for us as it stands',
  wallet_signing_time_refused: 'The wallet token was not signed just now',
  wallet_binding_refused: 'The wallet token was made for another session',
  wallet_recipient_refused: 'The wallet token was encrypted for another recipient',
  wallet_undecryptable: 'The wallet token does not open',
  wallet_payload_invalid: 'What the wallet encrypted is not of its format',
  wallet_expired: 'The wallet token has expired',
  wallet_merchant_refused: 'The wallet token was made for another merchant',
  wallet_method_refused: 'This kind of wallet payment is not taken',
  wallet_currency_refused: 'The buyer agreed to another currency',
  wallet_amount_refused: 'The buyer agreed to another amount',
  wallet_replayed: 'The wallet token was used before',
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
