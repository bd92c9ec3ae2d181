import * as z from 'zod'
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
  ])),
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

export const confirmSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('card'),
    token: z.string().min(20).max(200).regex(/^tok_[0-9A-Za-z_-]+$/, 'expected the token that the card frame or a wallet-card call returned'),
    revision: z.int().min(1),
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

/** Where rails report by themselves: `<this>/<connector>/<marketplace>`, in their own formats. */
export const NOTIFICATIONS_PATH = '/v1/notifications'
