import * as z from 'zod'
import { countrySchema, lineOf } from './fields.ts'

/* What a buyer that is a company says of an order: data about it, never about money. */

/** What a session may ask its buyer for. */
export const detailNames = ['company', 'taxId', 'purchaseOrder', 'deliveryAddress'] as const

const ask = z.enum(['optional', 'required'])

export const collectInputSchema = z.strictObject({
  company: ask.optional(),
  taxId: ask.optional(),
  purchaseOrder: ask.optional(),
  deliveryAddress: ask.optional(),
}).meta({ id: 'CollectInput', description: 'What the checkout asks its buyer for; what is left out is not asked for.' })

export const collectSchema = z.object({
  company: ask.nullable(),
  taxId: ask.nullable(),
  purchaseOrder: ask.nullable(),
  deliveryAddress: ask.nullable(),
}).meta({ id: 'Collect', description: 'Null: not asked for.' })

export const taxIdInputSchema = z.strictObject({
  country: countrySchema,
  number: lineOf(40).meta({ description: 'As it is written there, with or without its separators and its country prefix.' }),
}).meta({ id: 'TaxIdInput' })

export const addressInputSchema = z.strictObject({
  country: countrySchema,
  recipient: lineOf(100).meta({ description: 'Whom it is for: a person, or a desk.' }),
  line1: lineOf(120),
  line2: lineOf(120).nullable().optional(),
  district: lineOf(80).nullable().optional().meta({ description: 'Within the city, where the country has it.' }),
  city: lineOf(80).nullable().optional(),
  region: lineOf(80).nullable().optional().meta({ description: 'State, province, prefecture …: its code, or its name.' }),
  postalCode: lineOf(16).nullable().optional(),
}).meta({ id: 'AddressInput' })

export const purchaseOrderSchema = lineOf(40)

export const detailsInputSchema = z.strictObject({
  company: lineOf(120).nullable().optional(),
  taxId: taxIdInputSchema.nullable().optional(),
  purchaseOrder: purchaseOrderSchema.nullable().optional(),
  deliveryAddress: addressInputSchema.nullable().optional(),
}).meta({ id: 'DetailsInput', description: 'What is left out stays as it is; null takes it back.' })

export const taxIdSchema = z.object({
  country: z.string(),
  number: z.string().meta({ description: 'Without separators; in the EU with the prefix of its country.' }),
  kind: z.string().meta({ description: 'What it is called there: `EIN`, `GSTIN`, `VAT` …' }),
  checked: z.enum(['check_digits', 'form']).meta({ description: 'By its check digits, or by its form where the country has none or none are known. Never: whether it is registered, or whose it is.' }),
}).meta({ id: 'TaxId' })

export const addressSchema = z.object({
  country: z.string(),
  recipient: z.string(),
  line1: z.string(),
  line2: z.string().nullable(),
  district: z.string().nullable(),
  city: z.string().nullable(),
  region: z.string().nullable(),
  postalCode: z.string().nullable(),
}).meta({ id: 'Address' })

export const detailsSchema = z.object({
  company: z.string().nullable(),
  taxId: taxIdSchema.nullable(),
  purchaseOrder: z.string().nullable(),
  deliveryAddress: addressSchema.nullable(),
}).meta({ id: 'Details', description: 'What the merchant or the buyer said of the order. It decides nothing about money.' })

/** In which way a detail is wrong, so that a page can say it in its buyer’s language. */
export const detailReasons = ['missing', 'form', 'check_digits', 'not_listed', 'not_used'] as const

/** The fields of an address that a country may have, by the names that they have here. */
export const addressFields = ['recipient', 'line1', 'line2', 'district', 'city', 'region', 'postalCode'] as const

export const addressFormatSchema = z.object({
  object: z.literal('address_format'),
  country: z.string(),
  rows: z.array(z.array(z.enum(addressFields))).meta({ description: 'In the order in which the country writes them; what stands in one row stands on one line.' }),
  required: z.array(z.enum(addressFields)),
  names: z.object({
    region: z.enum(['area', 'county', 'department', 'district', 'emirate', 'island', 'parish', 'prefecture', 'province', 'state']),
    city: z.enum(['city', 'district', 'post_town', 'suburb']),
    district: z.enum(['district', 'neighborhood', 'suburb', 'townland', 'village_township']),
    postalCode: z.enum(['eircode', 'pin', 'postal', 'zip']),
  }),
  postalCode: z.object({
    pattern: z.string().meta({ description: 'A regular expression of all of it, without regard to case.' }),
    example: z.string(),
    digits: z.boolean().meta({ description: 'Digits only: a keypad of digits will do.' }),
  }).nullable(),
  regions: z.array(z.object({ value: z.string(), name: z.string() })).meta({ description: 'Empty: to be written.' }),
}).meta({ id: 'AddressFormat' })

export const addressFormatQuerySchema = z.strictObject({
  country: countrySchema,
  language: z.string().max(35).regex(/^[A-Za-z0-9-]+$/).optional().meta({ description: 'The reader’s: a country that is written in two scripts answers in the one that it reads.' }),
})

/** What the component shows of the details: which to ask for, and what is known of them already. */
export const detailsViewSchema = z.object({
  collect: collectSchema,
  values: detailsSchema,
}).meta({ id: 'DetailsView' })
