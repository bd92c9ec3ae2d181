import * as z from 'zod'
import { instantSchema, referenceSchema } from './fields.ts'
import { idOf } from './ids.ts'

/* Cards that buyers let a marketplace keep, to pay again with. The number stays in the vault; here is what may be shown. */

/**
 * Which words the buyer agreed to, in `packages/checkout/src/saved/en.ts` and its translations at that time. A change
 * of those words is a new version: the newest comes first, and older ones are still taken from pages that are open.
 */
export const savedCardConsents = ['2026-11'] as const

/** Whether a saved card is paid with by its security code as well: the buyer types it each time, or never. */
export const securityCodeRules = ['always', 'never'] as const

/** With a new session: its buyer may save a card, and pay with those saved before. Needs the buyer's reference. */
export const sessionSavedCardsInputSchema = z.strictObject({
  securityCode: z.enum(securityCodeRules).optional().meta({ description: 'Whether paying again asks for the security code; always, by default.' }),
}).meta({ id: 'SessionSavedCardsInput' })

export const sessionSavedCardsSchema = z.object({ securityCode: z.enum(securityCodeRules) }).meta({ id: 'SessionSavedCards' })

/** With a card token: the buyer wants the card kept, once it has paid. */
export const saveCardSchema = z.strictObject({
  consent: z.enum(savedCardConsents).meta({ description: 'The version of the words that the buyer agreed to.' }),
  locale: z.string().min(2).max(35).regex(/^[A-Za-z0-9-]+$/, 'expected a BCP 47 tag').meta({ description: 'The language in which they were shown.' }),
  shared: z.boolean().meta({ description: 'The buyer also agreed that others who buy for the same company may pay with it.' }),
}).meta({ id: 'SaveCard' })

const kept = {
  brand: z.string(),
  last4: z.string(),
  expMonth: z.int(),
  expYear: z.int(),
}

export const savedCardSchema = z.object({
  id: idOf('savedCard'),
  object: z.literal('saved_card'),
  status: z.enum(['active', 'removed']),
  buyer: z.string().meta({ description: 'The reference of the buyer who saved it.' }),
  company: z.string().nullable().meta({ description: 'The reference of the company whose buyers may pay with it; null: its own buyer alone.' }),
  ...kept,
  fingerprint: z.string().meta({ description: 'Equal for equal numbers, within this marketplace.' }),
  consent: z.object({
    version: z.string(),
    locale: z.string(),
    shared: z.boolean(),
    session: idOf('session'),
    payment: idOf('payment'),
    at: instantSchema,
  }).meta({ description: 'What the buyer agreed to, and when.' }),
  lastUsedAt: instantSchema.nullable(),
  removedAt: instantSchema.nullable(),
  createdAt: instantSchema,
}).meta({ id: 'SavedCard' })

/** What the page may know of a saved card. */
export const offeredCardSchema = z.object({
  id: idOf('savedCard'),
  ...kept,
  expired: z.boolean(),
  own: z.boolean().meta({ description: 'Saved by this buyer, who may remove it; else by another of the same company.' }),
}).meta({ id: 'OfferedCard' })

/** In a CheckoutView; null where the session offers none of it. */
export const checkoutSavedCardsSchema = z.object({
  securityCode: z.enum(securityCodeRules),
  shareable: z.boolean().meta({ description: 'The buyer buys for a company, and may share a card with it.' }),
  cards: z.array(offeredCardSchema),
}).meta({ id: 'CheckoutSavedCards' })

export const savedCardTokenCreateSchema = z.strictObject({
  savedCard: idOf('savedCard'),
  revision: z.int().min(1).meta({ description: 'The revision that the buyer has seen.' }),
}).meta({ id: 'SavedCardTokenCreate' })

export const savedCardTokenSchema = z.object({
  object: z.literal('saved_card_token'),
  token: z.string().meta({ description: 'A card token: confirm with it as with one from the card frame.' }),
  expiresAt: instantSchema,
}).meta({ id: 'SavedCardToken' })

export const savedCardRemoveSchema = z.strictObject({ savedCard: idOf('savedCard') }).meta({ id: 'SavedCardRemove' })

/** Without it: a ticket for a new card. With it: for the security code of a saved one. */
export const frameTicketCreateSchema = z.strictObject({ savedCard: idOf('savedCard').optional() }).meta({ id: 'FrameTicketCreate' })

export const companyReferenceSchema = referenceSchema.meta({ description: 'Yours, of the company that the buyer buys for: colleagues have the same one.' })
