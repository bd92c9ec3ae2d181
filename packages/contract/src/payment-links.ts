import * as z from 'zod'
import { collectSchema, detailsSchema } from './details.ts'
import { buyerSchema, instantSchema, metadataSchema, referenceSchema, releaseTermsInputSchema } from './fields.ts'
import { idOf } from './ids.ts'
import { amountSchema, currencySchema, positiveAmountSchema } from './money.ts'
import { sessionCreateSchema } from './requests.ts'
import { paymentLinkStates, threeDSecureModes } from './states.ts'

/*
 * A URL that a merchant gives to buyers by mail, chat or print. Whoever opens it gets a checkout session of what the
 * merchant's server said when it made the link: the opener says nothing about money.
 */

/** How often a link can be paid, at most: no link makes orders without bound for whoever has its URL. */
export const MAX_LINK_USES = 1_000

/** Of the orders that a link makes: its own reference, a hyphen and a number of up to seven digits. */
const LONGEST_REFERENCE = 56

/**
 * What a session is created with, but for its own end. Saved cards are not offered: a URL is passed on, and whoever
 * opens it would see and use the cards of the buyer that it was meant for.
 */
export const paymentLinkCreateSchema = sessionCreateSchema.omit({ expiresInMinutes: true, savedCards: true }).extend({
  reference: referenceSchema.max(LONGEST_REFERENCE, `expected a reference of 1 to ${LONGEST_REFERENCE} characters`)
    .meta({ description: 'Yours, for the link. Its orders have it with a number: `invoice-7-1`.' }),
  maxUses: z.int().min(1).max(MAX_LINK_USES).optional().meta({ description: 'How often it can be paid; once by default.' }),
  expiresInMinutes: z.int().min(5).max(527_040).optional().meta({ description: '30 days by default, 366 at most.' }),
}).meta({ id: 'PaymentLinkCreate' })

export const paymentLinkSchema = z.object({
  id: idOf('paymentLink'),
  object: z.literal('payment_link'),
  reference: z.string(),
  status: z.enum(paymentLinkStates),
  mode: z.enum(['test', 'live']),
  url: z.string().meta({ description: 'For whom it is meant: whoever has it can open it.' }),
  currency: currencySchema,
  amount: positiveAmountSchema,
  captureMode: z.enum(['automatic', 'manual']),
  threeDSecure: z.enum(threeDSecureModes),
  returnUrl: z.string(),
  buyer: buyerSchema,
  collect: collectSchema,
  details: detailsSchema,
  lines: z.array(z.object({
    reference: z.string(),
    seller: idOf('seller'),
    description: z.string().nullable(),
    amount: positiveAmountSchema,
    platformFee: amountSchema,
    releaseTerms: releaseTermsInputSchema.nullable().meta({ description: 'As they were given; each session has them with the defaults of its day.' }),
  })),
  maxUses: z.int().min(1),
  uses: z.object({
    complete: z.int().min(0),
    open: z.int().min(0).meta({ description: 'Sessions in which somebody may be paying now.' }),
  }),
  expiresAt: instantSchema,
  deactivatedAt: instantSchema.nullable(),
  metadata: metadataSchema,
  createdAt: instantSchema,
}).meta({ id: 'PaymentLink' })

/** What stands for a link in its URL. Whatever else a buyer comes with is an unknown link, not a wrong field. */
export const paymentLinkSlugSchema = z.string().max(100)

export const paymentLinkOpeningSchema = z.object({
  object: z.literal('payment_link_opening'),
  clientSecret: z.string(),
  session: idOf('session'),
  marketplace: idOf('marketplace'),
}).meta({ id: 'PaymentLinkOpening' })
