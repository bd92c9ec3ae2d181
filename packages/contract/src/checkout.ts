import * as z from 'zod'
import { detailsViewSchema } from './details.ts'
import { instantSchema, releaseTermsSchema } from './fields.ts'
import { idOf } from './ids.ts'
import { amountSchema, currencySchema, positiveAmountSchema } from './money.ts'
import { cardSchema } from './resources.ts'
import { checkoutSavedCardsSchema, saveCardSchema } from './saved-cards.ts'
import { paymentMethods, sessionStates } from './states.ts'
import { vaultWallets } from './vault.ts'

/* What the component on the merchant's page may ask, with the session's client secret as its bearer. */

export const cardBrands = ['visa', 'mastercard', 'amex', 'discover', 'diners', 'jcb', 'unionpay'] as const

/** Why an attempt failed, in terms that a buyer can act on; never the bank's reason. */
export const attemptErrorCodes = [
  'card_declined', 'card_data_invalid', 'card_expired', 'authentication_required', 'card_data_lost', 'try_again_later',
  'wallet_refused', 'wallet_expired', 'attempt_canceled',
] as const

export const attemptErrorSchema = z.object({
  type: z.enum(['card', 'wallet', 'session', 'temporary']),
  code: z.enum(attemptErrorCodes),
  message: z.string(),
  field: z.enum(['number', 'expiry', 'securityCode', 'name']).optional(),
  retryable: z.boolean().meta({ description: 'The buyer may try again on this page.' }),
}).meta({ id: 'AttemptError' })

/** How a buyer pays with a wallet: by going to its page and coming back, or by scanning a code with a phone. */
export const walletFlows = ['redirect', 'qr_code'] as const

/** The widest QR code that there is has 177 modules a side. */
const maxModules = 177

/** The windows in which an issuer may challenge a buyer, in CSS pixels: EMV 3-D Secure's 01 to 05. */
export const challengeWindows = ['250x400', '390x400', '500x600', '600x400', 'full_screen'] as const

/** What EMV 3-D Secure asks of the buyer's browser; address and headers are the request's own, never the page's word. */
export const browserSchema = z.strictObject({
  language: z.string().regex(/^[A-Za-z0-9-]{1,35}$/, 'expected a BCP 47 tag'),
  colorDepth: z.int().min(1).max(64),
  screenWidth: z.int().min(0).max(999_999),
  screenHeight: z.int().min(0).max(999_999),
  timeZoneOffset: z.int().min(-1_000).max(1_000).meta({ description: 'Minutes from local time to UTC: -480 for Singapore.' }),
  javaEnabled: z.boolean(),
  challengeWindow: z.enum(challengeWindows).meta({ description: 'The window that the page has room for.' }),
}).meta({ id: 'Browser' })

/** What the buyer has to do before an attempt can go on. It proves nothing: the rail is asked what became of it. */
export const attemptActionSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('redirect'),
    url: z.url({ protocol: /^https?$/ }).meta({ description: 'The wallet’s page; it sends the buyer back to the session’s return URL.' }),
    expiresAt: instantSchema,
  }),
  z.object({
    type: z.literal('qr_code'),
    size: z.int().min(21).max(maxModules).meta({ description: 'Modules a side, without the quiet zone around them.' }),
    modules: z.string().regex(/^[01]+$/).max(maxModules ** 2).meta({ description: 'Row by row from the top left; 1 is dark.' }),
    expiresAt: instantSchema,
  }),
  z.object({
    type: z.literal('three_d_secure'),
    step: z.enum(['fingerprint', 'challenge']).meta({ description: 'Whether the issuer has asked the buyer for something yet. Before, its frame needs no room.' }),
    frameUrl: z.url({ protocol: /^https?$/ }).meta({ description: 'On the API’s origin; shows the issuer’s pages in a frame of its own.' }),
    pageUrl: z.url({ protocol: /^https?$/ }).meta({ description: 'The same as a whole page, for where no frame can be shown; leads back to the session’s return URL.' }),
    window: z.enum(challengeWindows),
    expiresAt: instantSchema,
  }),
]).meta({ id: 'AttemptAction' })

export const attemptSchema = z.object({
  object: z.literal('attempt'),
  payment: idOf('payment'),
  method: z.enum(paymentMethods),
  status: z.enum(['complete', 'failed', 'pending']),
  action: attemptActionSchema.nullable().meta({ description: 'With pending: what the buyer has to do; null when there is only to wait.' }),
  card: cardSchema.nullable(),
  paymentToken: z.string().nullable().meta({ description: 'With complete: a signed token for the merchant’s server.' }),
  error: attemptErrorSchema.nullable(),
}).meta({ id: 'Attempt' })

export const shareSchema = z.object({
  reference: z.string(),
  sellerName: z.string(),
  description: z.string().nullable(),
  amount: positiveAmountSchema,
  platformFee: amountSchema,
  releaseTerms: releaseTermsSchema,
  autoReleaseIfShippedNow: instantSchema.nullable().meta({ description: 'The automatic release, were it shipped at this instant; null: never by itself.' }),
}).meta({ id: 'Share' })

const countrySchema = z.string().regex(/^[A-Z]{2}$/).meta({ description: 'Where the payment is processed, ISO 3166-1 alpha-2: the wallet asks for it.' })

/** What the page tells Google's script; set up in the backend and in the vault, whose key the token is for. */
export const googlePayMethodSchema = z.object({
  type: z.literal('google_pay'),
  environment: z.enum(['TEST', 'PRODUCTION']),
  merchantId: z.string().nullable().meta({ description: 'The merchant’s id at Google; null in its test environment.' }),
  country: countrySchema,
  brands: z.array(z.enum(cardBrands)),
  authMethods: z.array(z.enum(['PAN_ONLY', 'CRYPTOGRAM_3DS'])),
  tokenization: z.object({ type: z.enum(['PAYMENT_GATEWAY', 'DIRECT']), parameters: z.record(z.string(), z.string()) })
    .meta({ description: 'Google’s tokenizationSpecification: for whom the token is encrypted.' }),
}).meta({ id: 'GooglePayMethod' })

/** What the page tells the browser's Apple Pay. */
export const applePayMethodSchema = z.object({
  type: z.literal('apple_pay'),
  merchantId: z.string().meta({ description: 'The merchant identifier at Apple.' }),
  country: countrySchema,
  brands: z.array(z.enum(cardBrands)),
}).meta({ id: 'ApplePayMethod' })

export const checkoutViewSchema = z.object({
  object: z.literal('checkout'),
  session: idOf('session'),
  order: idOf('order'),
  reference: z.string(),
  status: z.enum(sessionStates),
  mode: z.enum(['test', 'live']),
  revision: z.int().min(1),
  marketplaceName: z.string(),
  currency: currencySchema,
  exponent: z.int().min(0).max(4),
  amount: positiveAmountSchema,
  shares: z.array(shareSchema),
  methods: z.array(z.discriminatedUnion('type', [
    z.object({ type: z.literal('card'), brands: z.array(z.enum(cardBrands)), frameUrl: z.url() }),
    z.object({ type: z.literal('alipay'), flows: z.array(z.enum(walletFlows)) }),
    googlePayMethodSchema,
    applePayMethodSchema,
  ])),
  details: detailsViewSchema.nullable().meta({ description: 'Null where the session asks for none.' }),
  savedCards: checkoutSavedCardsSchema.nullable().meta({ description: 'Null: the session offers no saved cards.' }),
  attempt: attemptSchema.nullable().meta({ description: 'The newest attempt; resume() reads its truth here.' }),
  returnUrl: z.string(),
  expiresAt: instantSchema,
}).meta({ id: 'CheckoutView' })

export const frameTicketSchema = z.object({
  object: z.literal('frame_ticket'),
  ticket: z.string(),
  frameUrl: z.url(),
  expiresAt: instantSchema,
}).meta({ id: 'FrameTicket' })

/** What Google Pay or Apple Pay gave the page; opened by the vault alone, and never the page's word on an amount. */
export const walletCardCreateSchema = z.strictObject({
  wallet: z.enum(vaultWallets),
  token: z.string().min(2).max(16_384).meta({ description: 'JSON as text. Google Pay: `paymentMethodData.tokenizationData.token`. Apple Pay: `payment.token.paymentData`.' }),
  revision: z.int().min(1).meta({ description: 'The revision whose total the buyer saw in the wallet.' }),
}).meta({ id: 'WalletCardCreate' })

export const walletCardSchema = z.object({
  object: z.literal('wallet_card'),
  token: z.string().meta({ description: 'A card token: confirm with it as with one from the card frame.' }),
  authenticated: z.boolean().meta({ description: 'The wallet has authenticated the buyer by a cryptogram.' }),
  expiresAt: instantSchema,
}).meta({ id: 'WalletCard' })

/** Before Apple Pay's sheet opens, Apple wants to hear from our server who asks, and on which page. */
export const walletSessionCreateSchema = z.strictObject({ wallet: z.literal('apple_pay') }).meta({ id: 'WalletSessionCreate' })

export const walletSessionSchema = z.object({
  object: z.literal('wallet_session'),
  session: z.record(z.string(), z.unknown()).meta({ description: 'Apple’s merchant session, for `completeMerchantValidation`; used once, within five minutes.' }),
}).meta({ id: 'WalletSession' })

export const confirmSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('card'),
    token: z.string().min(20).max(200).regex(/^tok_[0-9A-Za-z_-]+$/, 'expected the token that the card frame or a wallet-card call returned'),
    revision: z.int().min(1),
    browser: browserSchema.optional().meta({ description: 'With it, the issuer may authenticate the buyer by 3-D Secure. Without it nobody can, and some issuers decline.' }),
    save: saveCardSchema.optional().meta({ description: 'The buyer ticked the box: keep this card once it has paid. Only a card that was typed can be kept.' }),
  }),
  z.strictObject({
    method: z.literal('alipay'),
    flow: z.enum(walletFlows),
    device: z.enum(['desktop', 'phone']).default('desktop').meta({ description: 'Which of the wallet’s pages the buyer is sent to.' }),
    revision: z.int().min(1),
  }),
]).meta({ id: 'Confirm' })

/**
 * A stream of the session's truth as server-sent events, with the client secret as bearer (so: by fetch). Each event
 * is named `checkout` and carries a CheckoutView; one comes at once and one at each change, until the attempt under
 * way has ended, or until the server closes it after a while: then connect again, or poll.
 */
export const CHECKOUT_EVENTS_PATH = '/v1/checkout/events'

/** The query parameter that marks a session's return URL when a wallet sends its buyer back. It proves nothing. */
export const RETURN_SESSION_PARAMETER = 'holdfast_session'

/** Where issuers' pages are framed, and where they send the buyer back: `<this>/<marketplace>/<operation>/<key>`. */
export const THREE_D_SECURE_PATH = '/v1/3ds'

/** Where rails report by themselves: `<this>/<connector>/<marketplace>`, in their own formats. */
export const NOTIFICATIONS_PATH = '/v1/notifications'
