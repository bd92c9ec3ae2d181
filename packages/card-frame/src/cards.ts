import type { CardBrand } from '@holdfast/contract/frame'

/*
 * What is known about card numbers before anyone is asked: brands, lengths, check digit, expiry. Shared by the
 * frame, which helps the buyer, and the vault, which decides.
 */

export interface BrandRule {
  readonly brand: Exclude<CardBrand, 'unknown'>
  readonly name: string
  /** Ranges of the first digits, inclusive; both ends have the same number of digits. */
  readonly ranges: readonly (readonly [string, string])[]
  readonly lengths: readonly number[]
  /** The length that nearly all cards of the brand have: what "short" is measured against. */
  readonly usualLength: number
  /** Where the printed number has its gaps. */
  readonly gaps: readonly number[]
  readonly codeLength: 3 | 4
  /** False where the brand has issued numbers without a check digit. */
  readonly luhn: boolean
}

/** Issuer identification numbers as the networks publish them (ISO/IEC 7812); read 2026-11-22. */
export const brandRules: readonly BrandRule[] = [
  {
    brand: 'visa',
    name: 'Visa',
    ranges: [['4', '4']],
    lengths: [13, 16, 19],
    usualLength: 16,
    gaps: [4, 8, 12, 16],
    codeLength: 3,
    luhn: true,
  },
  {
    brand: 'mastercard',
    name: 'Mastercard',
    ranges: [
      ['51', '55'],
      ['2221', '2720'],
    ],
    lengths: [16],
    usualLength: 16,
    gaps: [4, 8, 12],
    codeLength: 3,
    luhn: true,
  },
  {
    brand: 'amex',
    name: 'American Express',
    ranges: [
      ['34', '34'],
      ['37', '37'],
    ],
    lengths: [15],
    usualLength: 15,
    gaps: [4, 10],
    codeLength: 4,
    luhn: true,
  },
  {
    brand: 'diners',
    name: 'Diners Club',
    ranges: [
      ['300', '305'],
      ['3095', '3095'],
      ['36', '36'],
      ['38', '39'],
    ],
    lengths: [14, 16, 19],
    usualLength: 14,
    gaps: [4, 10],
    codeLength: 3,
    luhn: true,
  },
  {
    brand: 'discover',
    name: 'Discover',
    ranges: [
      ['6011', '6011'],
      ['644', '649'],
      ['65', '65'],
    ],
    lengths: [16, 19],
    usualLength: 16,
    gaps: [4, 8, 12, 16],
    codeLength: 3,
    luhn: true,
  },
  {
    brand: 'jcb',
    name: 'JCB',
    ranges: [['3528', '3589']],
    lengths: [16, 17, 18, 19],
    usualLength: 16,
    gaps: [4, 8, 12, 16],
    codeLength: 3,
    luhn: true,
  },
  {
    brand: 'unionpay',
    name: 'UnionPay',
    ranges: [
      ['62', '62'],
      ['81', '81'],
    ],
    lengths: [16, 17, 18, 19],
    usualLength: 16,
    gaps: [4, 8, 12, 16],
    codeLength: 3,
    luhn: false,
  },
]

/** The longest number that ISO/IEC 7812 allows. */
export const MAX_DIGITS = 19

/** The rule of the brand that a number, whole or begun, belongs to; undefined while several are possible or none is. */
export function ruleFor(digits: string): BrandRule | undefined {
  return brandRules.find(({ ranges }) =>
    ranges.some(([low, high]) => {
      const start = digits.slice(0, low.length)
      return start.length === low.length && start >= low && start <= high
    }),
  )
}

/** Whether the last digit is the check digit of the rest (ISO/IEC 7812-1, annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place])
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 0 && sum % 10 === 0
}

/** `short` and `long` count digits. A number of no known brand is judged by its check digit alone. */
export type NumberVerdict =
  | { readonly verdict: 'valid'; readonly brand: CardBrand }
  | { readonly verdict: 'empty' | 'checksum' }
  | { readonly verdict: 'short' | 'long'; readonly by: number }

const unknownRule = {
  brand: 'unknown',
  lengths: [12, 13, 14, 15, 16, 17, 18, 19],
  usualLength: 16,
  luhn: true,
} as const

/** Judges a number of digits alone: its length by brand, then its check digit. */
export function judgeNumber(digits: string): NumberVerdict {
  if (digits === '') return { verdict: 'empty' }
  const { brand, lengths, usualLength, luhn } = ruleFor(digits) ?? unknownRule
  const fits = (lengths as readonly number[]).includes(digits.length)
  if (fits && (!luhn || passesLuhn(digits))) return { verdict: 'valid', brand }
  if (digits.length < usualLength) return { verdict: 'short', by: usualLength - digits.length }
  // longer cards are rare: one digit beyond the usual is one too many
  return fits ? { verdict: 'checksum' } : { verdict: 'long', by: digits.length - usualLength }
}

/** How many digits the security code has: 3 or 4 by brand, either while the brand isn't known. */
export function codeLengths(digits: string): readonly number[] {
  const rule = ruleFor(digits)
  return rule ? [rule.codeLength] : [3, 4]
}

export interface Expiry {
  /** 1–12 */
  readonly month: number
  /** Four digits. */
  readonly year: number
}

/** Whether a card has expired everywhere: its month has ended in the last time zone, UTC−12. */
export function hasExpired({ month, year }: Expiry, now: Date): boolean {
  return now.getTime() >= Date.UTC(year, month, 1, 12)
}

/** Issuers print at most twenty years ahead: a year beyond it is a slip of the finger. */
export function isTooFarAhead({ year }: Expiry, now: Date): boolean {
  return year > now.getUTCFullYear() + 20
}
