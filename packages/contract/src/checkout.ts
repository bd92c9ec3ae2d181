import * as z from 'zod'
import { instantSchema, releaseTermsSchema } from './fields.ts'
import { idOf } from './ids.ts'
import { amountSchema, currencySchema, positiveAmountSchema } from './money.ts'
import { cardSchema } from './resources.ts'
import { sessionStates } from './states.ts'

/* What the component on the merchant's page may ask, with the session's client secret as its bearer. */

export const cardBrands = ['visa', 'mastercard', 'amex', 'discover', 'diners', 'jcb', 'unionpay'] as const

/** Why an attempt failed, in terms that a buyer can act on; never the bank's reason. */
export const attemptErrorCodes = [
  'card_declined', 'card_data_invalid', 'card_expired', 'authentication_required', 'card_data_lost', 'try_again_later',
] as const

export const attemptErrorSchema = z.object({
  type: z.enum(['card', 'session', 'temporary']),
  code: z.enum(attemptErrorCodes),
  message: z.string(),
  field: z.enum(['number', 'expiry', 'securityCode', 'name']).optional(),
  retryable: z.boolean().meta({ description: 'The buyer may try again on this page.' }),
}).meta({ id: 'AttemptError' })

export const attemptSchema = z.object({
  object: z.literal('attempt'),
  payment: idOf('payment'),
  status: z.enum(['complete', 'failed', 'pending']),
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
  methods: z.array(z.object({ type: z.literal('card'), brands: z.array(z.enum(cardBrands)), frameUrl: z.url() })),
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

export const confirmSchema = z.strictObject({
  method: z.literal('card'),
  token: z.string().min(20).max(200).regex(/^tok_[0-9A-Za-z_-]+$/, 'expected the token that the card frame returned'),
  revision: z.int().min(1),
}).meta({ id: 'Confirm' })
