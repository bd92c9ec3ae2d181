import { code as currencyRecord, codes } from 'currency-codes'
import * as z from 'zod'

/** The largest amount on the wire: 12 digits, as field 4 of ISO 8583 has it. */
export const MAX_AMOUNT = 999_999_999_999

/** ISO 4217 codes with no minor unit, or none that a payment can be made in (metals, funds, tests). */
const notMoney = new Set(['XAU', 'XAG', 'XPD', 'XPT', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XSU', 'XUA', 'XTS', 'XXX'])

/** The ISO 4217 codes that a payment may name. */
export const currencies: ReadonlySet<string> = new Set(codes().filter((code) => !notMoney.has(code)))

/**
 * The number of decimal digits of a currency's minor unit, by ISO 4217: 2 for USD, 0 for JPY, 3 for KWD.
 *
 * Never from `Intl`, whose display digits differ from ISO for some twenty currencies.
 *
 * @throws RangeError - not a currency that a payment may name
 */
export function exponentOf(currency: string): number {
  const record = currencies.has(currency) ? currencyRecord(currency) : undefined
  if (!record) throw new RangeError(`'${currency}' is not an ISO 4217 currency that a payment may name`)
  return record.digits
}

/**
 * A currency's three digits by ISO 4217, leading zeros kept: `840` for USD.
 *
 * @throws RangeError - not a currency that a payment may name
 */
export function numericCodeOf(currency: string): string {
  const record = currencies.has(currency) ? currencyRecord(currency) : undefined
  if (!record) throw new RangeError(`'${currency}' is not an ISO 4217 currency that a payment may name`)
  return record.number
}

/** An amount that may be zero, in minor units. */
export const amountSchema: z.ZodInt = z
  .int('expected a whole number of minor units, such as 124800 for USD 1,248.00')
  .min(0, 'expected an amount of 0 or more, in minor units')
  .max(MAX_AMOUNT, 'expected an amount of at most 12 digits, in minor units')

/** An amount of at least one minor unit. */
export const positiveAmountSchema: z.ZodInt = amountSchema.min(1, 'expected an amount of 1 or more, in minor units')

/** A sum over many objects: it may have more digits than one amount, as far as a JSON number is exact. */
export const sumSchema: z.ZodInt = z.int().min(0)

/** A sum that can be negative (a day's settlement with more refunds than captures). */
export const signedSumSchema: z.ZodInt = z.int()

export const currencySchema: z.ZodString = z
  .string()
  .regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code in capitals, such as USD')
  .refine((code) => currencies.has(code), 'expected an ISO 4217 currency, such as USD')

export const moneySchema = z.object({ amount: amountSchema, currency: currencySchema }).meta({ id: 'Money' })
