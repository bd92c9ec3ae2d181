import { fates } from '../acs/cards.ts'

// The numbers that are accepted, and what an issuer says to each. Any other is refused before it is kept.

/** How a network says no. `networkCode` is ISO 8583's response code. */
export interface Decline {
  readonly responseCode: string
  readonly responseMessage: string
  readonly networkCode: string
  readonly hostMessage: string
}

export const declines: Readonly<
  Record<'doNotHonor' | 'insufficientFunds' | 'expired' | 'cvvMismatch' | 'stolen' | 'notAuthenticated' | 'aborted', Decline>
> = {
  doNotHonor: decline('DECLINED', '05', 'Do not honor', 'Transaction declined by Issuer'),
  insufficientFunds: decline('INSUFFICIENT_FUNDS', '51', 'Insufficient funds', 'Insufficient funds'),
  expired: decline('EXPIRED_CARD', '54', 'Expired card', 'Card has expired'),
  cvvMismatch: decline('CVV_MISMATCH', 'N7', 'CVV2 mismatch', 'Card verification value does not match'),
  notAuthenticated: decline('DECLINED', '', '', 'Cardholder authentication was not successful'),
  aborted: decline('CONSUMER_ABORTED', '', '', 'Consumer aborted the authentication'),
  stolen: decline('STOLEN_CARD', '43', 'Pick up card', 'Card reported stolen'),
}

function decline(
  responseCode: string,
  networkCode: string,
  hostMessage: string,
  responseMessage: string,
): Decline {
  return { responseCode, responseMessage, networkCode, hostMessage }
}

/** `partial`: approved for half the amount where the merchant supports that. */
type Outcome = 'approve' | 'partial' | Decline

const outcomes: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ...[
    '4111111111111111',
    '4112344112344113',
    '4110144110144115',
    '4012000033330026',
    '5112345112345114',
    '5555555555554444',
    '2223003122003222',
    '371144371144376',
    '378282246310005',
    '6011111111111117',
    '3566002020360505',
    '36227206271667',
    ...fates.keys(),
  ].map(number => [number, 'approve'] as const),
  ['4444444444444455', 'partial'],
  ['5555555555555565', 'partial'],
  ['4000000000000002', declines.doNotHonor],
  ['4000000000009995', declines.insufficientFunds],
  ['4000000000000069', declines.expired],
  ['4000000000000127', declines.cvvMismatch],
  ['4000000000009979', declines.stolen],
])

const byAmountEnding: ReadonlyMap<number, Decline> = new Map([
  [4005, declines.doNotHonor],
  [4051, declines.insufficientFunds],
  [4054, declines.expired],
  [4082, declines.cvvMismatch],
])

/** Those that `declineByAmount` turns on. */
export function declineForAmount(amount: number): Decline | undefined {
  return byAmountEnding.get(amount % 10_000)
}

export function isTestCard(accountNumber: string): boolean {
  return outcomes.has(accountNumber)
}

export type CvvResult = 'MATCH' | 'NO_MATCH' | 'NOT_PROCESSED' | 'NOT_PRESENT'

/** What may be kept of a card: never its number, never its security code. */
export interface CardRecord {
  readonly cardType: string
  readonly cardTypeName: string
  readonly maskedAccountNumber: string
  readonly cvvResult: CvvResult
}

export interface PresentedCard {
  readonly accountNumber: string
  readonly expiry: { readonly month: number; readonly year: number }
  readonly cvv?: string | undefined
}

export interface Presentation {
  readonly card: PresentedCard
  readonly amount: number
  readonly partialSupported: boolean
  readonly nowMs: number
}

export interface IssuerAnswer {
  readonly approvedAmount: number
  readonly decline?: Decline
}

/** What the issuer answers to a presented card. */
export function askIssuer({ card, amount, partialSupported, nowMs }: Presentation): IssuerAnswer {
  const outcome = outcomes.get(card.accountNumber) ?? declines.doNotHonor
  if (isOver(card.expiry, nowMs)) return { approvedAmount: 0, decline: declines.expired }
  if (outcome === 'approve') return { approvedAmount: amount }
  if (outcome !== 'partial') return { approvedAmount: 0, decline: outcome }
  if (!partialSupported) return { approvedAmount: 0, decline: declines.insufficientFunds }
  return { approvedAmount: Math.max(1, Math.floor(amount / 2)) }
}

function isOver({ month, year }: PresentedCard['expiry'], nowMs: number): boolean {
  return nowMs >= Date.UTC(year, month, 1)
}

const networks: readonly { pattern: RegExp; cardType: string; cardTypeName: string }[] = [
  { pattern: /^4/, cardType: 'VI', cardTypeName: 'VISA' },
  { pattern: /^3[47]/, cardType: 'AX', cardTypeName: 'AMERICAN_EXPRESS' },
  { pattern: /^35/, cardType: 'JC', cardTypeName: 'JCB' },
  { pattern: /^3/, cardType: 'DC', cardTypeName: 'DINERS_CLUB' },
  { pattern: /^6/, cardType: 'DI', cardTypeName: 'DISCOVER' },
  { pattern: /./, cardType: 'MC', cardTypeName: 'MASTERCARD' },
]

/** Forgets the number but for its first six and last four digits, the security code but for its result. */
export function recordCard(card: PresentedCard): CardRecord {
  const { accountNumber } = card
  const network = networks.find(({ pattern }) => pattern.test(accountNumber))
  const cardType = network?.cardType ?? 'VI'
  const hidden = 'X'.repeat(accountNumber.length - 10)
  return {
    cardType,
    cardTypeName: network?.cardTypeName ?? 'VISA',
    maskedAccountNumber: `${accountNumber.slice(0, 6)}${hidden}${accountNumber.slice(-4)}`,
    cvvResult: cvvResult(card, cardType),
  }
}

function cvvResult({ accountNumber, cvv }: PresentedCard, cardType: string): CvvResult {
  if (cvv === undefined) return 'NOT_PRESENT'
  if (outcomes.get(accountNumber) === declines.cvvMismatch) return 'NO_MATCH'
  if (cardType === 'AX') return cvv === '3111' ? 'NO_MATCH' : 'MATCH'
  if (cardType !== 'DI' && cardType !== 'DC' && cardType !== 'JC') return 'MATCH'
  return cvv === '611' ? 'NO_MATCH' : cvv === '612' ? 'NOT_PROCESSED' : 'MATCH'
}
