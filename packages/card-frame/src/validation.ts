import type { CardField, FieldError, FieldErrorCode } from '@holdfast/contract/frame'
import type { TokenCreate } from '@holdfast/contract'
import { brandRules, codeLengths, hasExpired, isTooFarAhead, judgeNumber } from './cards.ts'
import type { Expiry } from './cards.ts'
import { digitsOf } from './editing.ts'
import type { Words } from './words.ts'

/** What stands in the fields, as it stands there. */
export type Entries = Readonly<Record<CardField, string>>

export const fieldOrder: readonly CardField[] = ['number', 'expiry', 'securityCode', 'name']

export interface Rules {
  readonly words: Words
  /** The brands that the session takes; all before it is known. */
  readonly brands: readonly string[]
  readonly now: Date
  /** The brand of the saved card whose security code alone is asked for. */
  readonly saved?: string | undefined
}

/** The fields that there are. */
export const fieldsOf = ({ saved }: Pick<Rules, 'saved'>): readonly CardField[] => (saved ? ['securityCode'] : fieldOrder)

/** Everything that is wrong, in the order of the fields; nothing when the card can be sent. */
export function findErrors(entries: Entries, rules: Rules): readonly FieldError[] {
  return fieldsOf(rules).flatMap(field => findError(field, entries, rules) ?? [])
}

/** What is wrong with one field, and what to do about it. */
export function findError(field: CardField, entries: Entries, rules: Rules): FieldError | undefined {
  const found = checks[field](entries, rules)
  return found && { field, code: found[0], message: found[1] }
}

type Found = readonly [FieldErrorCode, string] | undefined
const checks: Readonly<Record<CardField, (entries: Entries, rules: Rules) => Found>> = {
  number: checkNumber,
  expiry: checkExpiry,
  securityCode: checkCode,
  name: checkName,
}

const nameOf = (brand: string): string => brandRules.find(rule => rule.brand === brand)?.name ?? brand

function checkNumber({ number }: Entries, { words, brands }: Rules): Found {
  const judged = judgeNumber(digitsOf(number))
  switch (judged.verdict) {
    case 'empty':
      return ['required', words.number.required]
    case 'short':
      return ['incomplete', words.number.short(judged.by)]
    case 'long':
      return ['number_invalid', words.number.long(judged.by)]
    case 'checksum':
      return ['number_invalid', words.number.checksum]
    case 'valid':
      break
  }
  if (brands.includes(judged.brand)) return undefined
  const brand = judged.brand === 'unknown' ? words.unknownBrand : nameOf(judged.brand)
  return ['brand_unsupported', words.number.unsupported({ brand, taken: brands.map(nameOf) })]
}

/** Month and year of `MM / YY`, or undefined while they aren't whole. */
export function readExpiry(text: string): Expiry | undefined {
  const digits = digitsOf(text)
  return digits.length === 4
    ? { month: Number(digits.slice(0, 2)), year: 2000 + Number(digits.slice(2)) }
    : undefined
}

function checkExpiry({ expiry: text }: Entries, { words: { expiry: words }, now }: Rules): Found {
  if (digitsOf(text) === '') return ['required', words.required]
  const expiry = readExpiry(text)
  if (!expiry) return ['incomplete', words.incomplete]
  if (expiry.month < 1 || expiry.month > 12) return ['expiry_invalid', words.month]
  if (hasExpired(expiry, now)) return ['expired', words.expired]
  return isTooFarAhead(expiry, now) ? ['expiry_invalid', words.year] : undefined
}

function checkCode({ number, securityCode }: Entries, { words: { securityCode: words }, saved }: Rules): Found {
  const lengths = saved ? [brandRules.find(({ brand }) => brand === saved)?.codeLength ?? 3] : codeLengths(digitsOf(number))
  const place = { digits: lengths.length === 1 ? lengths[0] : undefined }
  const digits = digitsOf(securityCode)
  if (digits === '') return ['required', words.required(place)]
  return lengths.includes(digits.length) ? undefined : ['incomplete', words.incomplete(place)]
}

function checkName({ name }: Entries, { words: { name: words } }: Rules): Found {
  const text = name.trim()
  if (text === '') return ['required', words.required]
  // a number that went into the wrong field is not sent on as a name
  const isName = /\p{L}/u.test(text) && digitsOf(text).length < 8 && text.length >= 2 && text.length <= 70
  return isName ? undefined : ['name_invalid', words.invalid]
}

/** The card as the vault takes it; call it when nothing is wrong. */
export function cardOf(entries: Entries): TokenCreate {
  const { month, year } = readExpiry(entries.expiry) ?? { month: 0, year: 0 }
  return {
    number: digitsOf(entries.number),
    expMonth: month,
    expYear: year,
    securityCode: digitsOf(entries.securityCode),
    name: entries.name.trim(),
  }
}
