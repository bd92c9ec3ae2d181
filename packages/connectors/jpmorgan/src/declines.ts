import type { AuthenticationState, DeclineClass } from '@holdfast/contract'
import type { Decline } from '@holdfast/core'

/*
 * Why the issuer said no, as data. By Visa's categories (1: never again, 2: later, 3: other data first, 4: all else)
 * and Mastercard's merchant advice codes, as peachpayments, bill1st and cybersource print them; read 2026-11.
 */

type Reason = readonly [DeclineClass, string]

const byNetworkCode: Readonly<Record<string, Reason>> = {
  '04': ['hard', 'pick_up_card'],
  '07': ['hard', 'pick_up_card'],
  '12': ['hard', 'invalid_transaction'],
  '14': ['hard', 'invalid_card_number'],
  '15': ['hard', 'no_such_issuer'],
  '41': ['hard', 'lost_card'],
  '43': ['hard', 'stolen_card'],
  '46': ['hard', 'account_closed'],
  '57': ['hard', 'transaction_not_permitted'],
  'R0': ['hard', 'authorization_revoked'],
  'R1': ['hard', 'authorization_revoked'],
  'R3': ['hard', 'authorization_revoked'],
  '03': ['soft', 'invalid_merchant'],
  '05': ['soft', 'do_not_honor'],
  '19': ['soft', 'try_again_later'],
  '39': ['soft', 'no_such_account'],
  '51': ['soft', 'insufficient_funds'],
  '52': ['soft', 'no_such_account'],
  '53': ['soft', 'no_such_account'],
  '59': ['soft', 'suspected_fraud'],
  '61': ['soft', 'limit_exceeded'],
  '62': ['soft', 'restricted_card'],
  '65': ['soft', 'limit_exceeded'],
  '75': ['soft', 'pin_tries_exceeded'],
  '86': ['soft', 'issuer_unavailable'],
  '91': ['soft', 'issuer_unavailable'],
  '93': ['soft', 'restricted_by_law'],
  '96': ['soft', 'issuer_unavailable'],
  'N3': ['soft', 'limit_exceeded'],
  'N4': ['soft', 'limit_exceeded'],
  '54': ['fix_data', 'expired_card'],
  '55': ['fix_data', 'incorrect_pin'],
  '70': ['fix_data', 'additional_data_required'],
  '82': ['fix_data', 'security_code_mismatch'],
  'N7': ['fix_data', 'security_code_mismatch'],
  '1A': ['authenticate', 'authentication_required'],
}

/** Where the network's code is missing: the rail's own word. */
const byResponseCode: Readonly<Record<string, Reason>> = {
  INSUFFICIENT_FUNDS: ['soft', 'insufficient_funds'],
  EXPIRED_CARD: ['fix_data', 'expired_card'],
  CVV_MISMATCH: ['fix_data', 'security_code_mismatch'],
  STOLEN_CARD: ['hard', 'stolen_card'],
  // of the codes page (read 2026-11): the buyer gave up at the bank
  CONSUMER_ABORTED: ['authenticate', 'canceled'],
}

/** Where no network was asked, because the issuer would not vouch for the buyer. */
const byAuthentication: Readonly<Partial<Record<AuthenticationState, Reason>>> = {
  failed: ['authenticate', 'authentication_failed'],
  rejected: ['authenticate', 'authentication_rejected'],
}

const byAdvice: Readonly<Record<string, DeclineClass>> = { '01': 'fix_data', '03': 'hard', '21': 'hard' }

/** A denial as the rail words it. */
export interface Denial {
  readonly responseCode: string
  readonly networkResponseCode?: string | undefined
  readonly merchantAdviceCode?: string | undefined
  readonly hostMessage?: string | undefined
  /** As the contract names it. */
  readonly brand?: string | undefined
  readonly authentication?: AuthenticationState | undefined
}

export function declineOf(denial: Denial): Decline {
  const { responseCode, networkResponseCode = '', merchantAdviceCode = '', hostMessage = '', brand, authentication } = denial
  const mastercard = brand === 'mastercard'
  // Mastercard uses 65 to ask for authentication; elsewhere it says that a limit was reached
  const network: Reason | undefined = mastercard && networkResponseCode === '65' ? byNetworkCode['1A'] : byNetworkCode[networkResponseCode]
  const unvouched = authentication === undefined ? undefined : byAuthentication[authentication]
  const [byCode, code] = network ?? byResponseCode[responseCode] ?? unvouched ?? ['soft', 'declined']
  const advised = mastercard ? byAdvice[merchantAdviceCode] : undefined
  return { class: advised ?? byCode, code, raw: rawOf({ responseCode, networkResponseCode, merchantAdviceCode, hostMessage }) }
}

/** The rail refused the request itself, before any issuer saw it: nothing to say to the buyer. */
export function refusalOf(raw: Readonly<Record<string, string>>): Decline {
  return { class: 'hard', code: 'rail_refused', raw: rawOf(raw) }
}

/** The rail found the card's own fields wanting: other data may pass. */
export function badCardOf(raw: Readonly<Record<string, string>>): Decline {
  return { class: 'fix_data', code: 'card_data_invalid', raw: rawOf(raw) }
}

/** What is kept for operators: no empty texts, none longer than a line, and no run of digits that could be a card. */
function rawOf(raw: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(raw)
    .filter(([, text]) => text !== '')
    .map(([key, text]) => [key, text.replace(/\d(?:[ -]?\d){11,}/g, '[digits]').slice(0, 200)]))
}
