import * as z from 'zod'

/** The merchant's own name for an object: unique per marketplace and kind. */
export const referenceSchema = z
  .string()
  .min(1, 'expected a reference of 1 to 64 characters')
  .max(64, 'expected a reference of 1 to 64 characters')
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'expected printable ASCII with no space at either end')

export const metadataSchema = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, 'expected at most 50 entries')
  .meta({ id: 'Metadata', description: 'Up to 50 strings of yours; never card data.' })

export const instantSchema = z.iso.datetime({ precision: 3 }).meta({ description: 'A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z' })

/** Whoever writes them into a name can have a page show the words after it in another order, an amount's digits too. */
const turning = '\\u202a-\\u202e\\u2066-\\u2069'
/** Text of several lines. */
export const textOf = (longest: number) => z.string().trim().min(1).max(longest)
  .regex(new RegExp(`^[^${turning}]*$`, 'u'), 'expected text without characters that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069)')
export const textSchema = textOf(200)
/** One line of a person's writing: no control characters, which would break a label or a rail's message. */
export const lineOf = (longest: number) => z.string().trim().min(1).max(longest)
  .regex(new RegExp(`^[^\\p{Cc}\\u2028\\u2029${turning}]*$`, 'u'), 'expected one line of text, without control characters and such as turn the direction of writing')
export const emailSchema = z.email().max(254)
export const countrySchema = z.string().regex(/^[A-Z]{2}$/, 'expected an ISO 3166 code of two capitals, such as DE')

/** How goods travel, which sets how long the buyer may inspect them before the release happens by itself. */
export const releaseMethods = ['express', 'air', 'sea', 'warehouse', 'none'] as const

export const releaseTermsInputSchema = z.strictObject({
  method: z.enum(releaseMethods),
  inspectionDays: z.int().min(1).max(180).optional().meta({ description: 'Days from delivery to automatic release; by default the method’s own.' }),
  claimDays: z.int().min(0).max(180).optional().meta({ description: 'Days after receipt in which the buyer may still claim; 30 by default.' }),
}).meta({ id: 'ReleaseTermsInput' })

export const releaseTermsSchema = z.object({
  method: z.enum(releaseMethods),
  inspectionDays: z.int().nullable().meta({ description: 'Days from delivery to automatic release; null: never by itself.' }),
  claimDays: z.int(),
}).meta({ id: 'ReleaseTerms' })

export const buyerSchema = z.object({
  reference: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  companyReference: z.string().nullable().meta({ description: 'The company that the buyer buys for.' }),
}).meta({ id: 'Buyer' })
