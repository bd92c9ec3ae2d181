import type { SendRequest, VaultWallet } from '@holdfast/contract'
import type { VaultRefusal } from './refusal.ts'
import type { Shape } from './response-filter.ts'
import type { DeviceNumbers } from './wallets/config.ts'

/** What of a card is encrypted in its row, until it is sent. */
export interface StoredCard {
  readonly number: string
  readonly name: string
  /** Base64, of a wallet: good for one payment. */
  readonly cryptogram?: string
  /** One or two digits: how the network says that the buyer was authenticated. */
  readonly eci?: string
}

/** What a token stands for, in the clear: only ever in memory, between the record and the socket. */
export interface ClearCard extends StoredCard {
  readonly expMonth: number
  readonly expYear: number
  /** Null: typed by the buyer, now or when it was saved. */
  readonly wallet: VaultWallet | null
  /** As it was typed for this payment; none with a wallet, or with a saved card that is paid with without. */
  readonly securityCode?: string
}

/** How a rail is spoken to where its documents leave a choice. */
export interface RailSettings {
  readonly deviceNumbers: DeviceNumbers
}

export type Rail = 'jpmorgan'

/** How the vault asks one rail for one thing. Callers give the rest of the body, and can't change this. */
export interface Template {
  readonly rail: Rail
  readonly method: 'POST'
  /** Below the rail's configured base. */
  readonly path: string
  /** Lower case; any other header is refused. */
  readonly headers: ReadonlySet<string>
  /** JSON pointers (RFC 6901) and what stands there. */
  readonly fill: Readonly<Record<string, (card: ClearCard, settings: RailSettings) => string | number | undefined>>
  /** Names that a caller may not use anywhere in its body: they are card data. */
  readonly reserved: ReadonlySet<string>
  readonly response: Shape
}

const jpmorganCard = {
  cardType: 'text',
  cardTypeName: 'text',
  maskedAccountNumber: 'maskedNumber',
  cardTypeIndicators: {
    issuanceCountryCode: 'text',
    isDurbinRegulated: 'boolean',
    isLevel3Eligible: 'boolean',
    cardTypeCategory: 'text',
    cardProductTypes: ['text'],
  },
  networkResponse: {
    addressVerificationResult: 'text',
    addressVerificationResultCode: 'text',
    cardVerificationResult: 'text',
    cardVerificationResultCode: 'text',
    networkTransactionId: 'text',
    networkResponseCode: 'text',
    paymentAccountReference: 'text',
    additionalData: {
      electronicCommerceIndicator: 'text',
      merchantAdviceCode: 'text',
      acquirerReferenceNumber: 'text',
      systemTraceAuditNumber: 'text',
      retrievalReferenceNumber: 'text',
      downgradeReasonCode: 'text',
    },
  },
} as const satisfies Shape

const jpmorganPart = {
  amount: 'integer',
  transactionStatusCode: 'text',
  authorizationId: 'text',
  authorizationType: 'text',
  captureId: 'text',
  captureRemainingRefundableAmount: 'integer',
} as const satisfies Shape

/** Orchestrated 3-D Secure: where the buyer's browser goes, and how it ended. The issuer's cryptogram stays at the rail. */
const jpmorganAuthentication = {
  authenticationId: 'text',
  authenticationOrchestrationUrl: 'url',
  threeDomainSecureChallenge: { threeDSAcsUrl: 'url' },
  threeDomainSecureCompletion: {
    threeDSTransactionStatus: 'text',
    electronicCommerceIndicator: 'text',
    threeDSDirectoryServerTransactionId: 'text',
    threeDSMessageVersion: 'text',
  },
} as const satisfies Shape

const jpmorganWallets: Readonly<Record<VaultWallet, string>> = { google_pay: 'GOOGLE_PAY', apple_pay: 'APPLE_PAY' }

/** J.P. Morgan Online Payments 2.0.55, `POST /payments`. */
const jpmorganPaymentsCreate: Template = {
  rail: 'jpmorgan',
  method: 'POST',
  path: '/payments',
  headers: new Set(['authorization', 'merchant-id', 'request-id', 'minorversion']),
  fill: {
    '/paymentMethodType/card/accountNumberType': ({ cryptogram }, { deviceNumbers }) =>
      cryptogram === undefined ? 'PAN' : deviceNumbers,
    '/paymentMethodType/card/accountNumber': card => card.number,
    '/paymentMethodType/card/expiry/month': card => card.expMonth,
    '/paymentMethodType/card/expiry/year': card => card.expYear,
    '/paymentMethodType/card/cvv': card => card.securityCode,
    '/paymentMethodType/card/walletProvider': ({ wallet }) => (wallet ? jpmorganWallets[wallet] : undefined),
    '/paymentMethodType/card/authentication/tokenAuthenticationValue': card => card.cryptogram,
    '/paymentMethodType/card/authentication/electronicCommerceIndicator': card => card.eci,
    // the rail's own bounds for a name; one outside of them is left out rather than changed
    '/accountHolder/fullName': card =>
      /^[\p{L}\p{P}0-9'. ]{4,70}$/u.test(card.name) ? card.name : undefined,
  },
  reserved: new Set([
    'accountNumber',
    'accountNumberType',
    'expiry',
    'cvv',
    'fullName',
    'walletProvider',
    'tokenAuthenticationValue',
  ]),
  response: {
    transactionId: 'text',
    requestId: 'text',
    transactionState: 'text',
    responseStatus: 'text',
    responseCode: 'text',
    responseMessage: 'text',
    hostMessage: 'text',
    approvalCode: 'text',
    hostReferenceId: 'text',
    captureMethod: 'text',
    captureTime: 'text',
    isVoid: 'boolean',
    isAmountFinal: 'boolean',
    transactionDate: 'text',
    amount: 'integer',
    currency: 'text',
    merchantOrderNumber: 'text',
    remainingAuthAmount: 'integer',
    totalAuthorizedAmount: 'integer',
    remainingRefundableAmount: 'integer',
    balanceAuthorizationAmount: 'integer',
    partialAuthorization: 'boolean',
    partialAuthorizationSupport: 'text',
    paymentRequest: {
      paymentRequestId: 'text',
      paymentRequestStatus: 'text',
      authorizations: [jpmorganPart],
      captures: [jpmorganPart],
    },
    paymentMethodType: { card: jpmorganCard },
    paymentAuthenticationResult: jpmorganAuthentication,
    validationErrors: [{ code: 'text', message: 'text', entity: 'text' }],
  },
}

export const templates: Readonly<Record<SendRequest['template'], Template>> = {
  'jpmorgan.payments.create': jpmorganPaymentsCreate,
}

/** Refuses what a caller may not set; null when there is nothing of that. Names fields of the template's, never values. */
export function refuseCallersPart(
  { headers, reserved }: Template,
  request: Pick<SendRequest, 'headers' | 'body'>,
): VaultRefusal | null {
  const header = Object.entries(request.headers).find(
    ([name, value]) => !headers.has(name.toLowerCase()) || !isHeaderValue(value),
  )
  if (header) {
    return refused(
      'headers',
      `One header may not be sent or has a value that isn't one line of ASCII; allowed are ${[...headers].join(', ')}.`,
    )
  }
  const name = reservedName(request.body, reserved)
  return name === undefined ? null : refused('body', `The vault fills '${name}' itself: leave it out.`)
}

const refused = (field: string, detail: string): VaultRefusal => ({
  refused: 'validation_failed',
  detail,
  field,
})
const isHeaderValue = (value: string): boolean => /^[\x20-\x7e]{1,8192}$/.test(value)

function reservedName(value: unknown, reserved: ReadonlySet<string>): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const found = reserved.has(name) ? name : reservedName(inner, reserved)
    if (found !== undefined) return found
  }
  return undefined
}

/** The caller's body with the card's fields in their places. */
export function fillBody(
  template: Template,
  {
    body,
    card,
    settings,
  }: { body: Readonly<Record<string, unknown>>; card: ClearCard; settings: RailSettings },
): Buffer {
  const filled = structuredClone(body) as Record<string, unknown>
  for (const [pointer, valueOf] of Object.entries(template.fill)) {
    const value = valueOf(card, settings)
    if (value !== undefined) setAt(filled, pointer.slice(1).split('/'), value)
  }
  return Buffer.from(JSON.stringify(filled))
}

function setAt(
  object: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  value: string | number,
): void {
  if (rest.length === 0) {
    object[name] = value
    return
  }
  const inner = object[name]
  const next =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? (inner as Record<string, unknown>)
      : {}
  object[name] = next
  setAt(next, rest, value)
}
