import * as z from 'zod'

/** One prefix a kind of object: the glossary in docs/glossary.md says what each means. */
export const idPrefixes = {
  marketplace: 'mkt',
  apiKey: 'key',
  seller: 'sel',
  order: 'ord',
  escrow: 'esc',
  milestone: 'ms',
  session: 'cs',
  payment: 'pay',
  operation: 'op',
  capture: 'cap',
  release: 'rel',
  refund: 're',
  dispute: 'dp',
  settlement: 'stl',
  settlementLine: 'stll',
  payout: 'po',
  ledgerAccount: 'la',
  transfer: 'tr',
  event: 'evt',
  webhookEndpoint: 'we',
  webhookDelivery: 'wd',
  savedCard: 'pm',
  paymentLink: 'plink',
} as const

export type IdKind = keyof typeof idPrefixes

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'
const DIGITS: readonly string[] = Array.from({ length: 1024 }, (_, value) => BASE32[value >> 5]! + BASE32[value & 31]!)

/** Every platform has it; which of their types we'd have to load differs. */
declare const crypto: { getRandomValues(into: Uint16Array): void }

const random = new Uint16Array(2048)
let unused = 0
/** Of the last id: its millisecond, and which one of that millisecond it is. */
const last = { ms: 0, count: 0 }

/**
 * A new TypeID: the kind's prefix and a UUIDv7 in base 32. Ids of one kind sort by the time of making: those of one
 * millisecond by a counter, which begins at random (RFC 9562, 6.2, method 1). 62 bits are random.
 */
export function newId(kind: IdKind): string {
  if (unused < 5) {
    crypto.getRandomValues(random)
    unused = random.length
  }
  const ms = Math.max(Date.now(), last.ms)
  last.count = ms === last.ms ? last.count + 1 : random[--unused]! & 0x7ff
  last.ms = last.count > 0xfff ? ms + 1 : ms
  if (last.count > 0xfff) last.count = 0
  return `${idPrefixes[kind]}_${timeDigits(last.ms)}${countAndRandomDigits(last.count)}`
}

/** 48 bits in ten digits, of which the first has three. */
const timeDigits = (ms: number): string => {
  const [high, low] = [Math.floor(ms / 2 ** 20), ms % 2 ** 20]
  return DIGITS[Math.floor(high / 2 ** 20)]! + DIGITS[(high >> 10) & 1023]! + DIGITS[high & 1023]!
    + DIGITS[low >> 10]! + DIGITS[low & 1023]!
}

/** Version 7 in four bits, twelve of the counter, the variant in two, and 62 random ones: sixteen digits. */
const countAndRandomDigits = (count: number): string => {
  const [a, b, c, d] = [random[--unused]!, random[--unused]!, random[--unused]!, random[--unused]!]
  const head = (7 << 12) | count
  const variant = 0x8000 | (a & 0x3fff)
  return DIGITS[head >> 6]! + DIGITS[((head & 63) << 4) | (variant >> 12)]! + DIGITS[(variant >> 2) & 1023]!
    + DIGITS[((variant & 3) << 8) | (b >> 8)]! + DIGITS[((b & 255) << 2) | (c >> 14)]!
    + DIGITS[(c >> 4) & 1023]! + DIGITS[((c & 15) << 6) | (d >> 10)]! + DIGITS[d & 1023]!
}

/** The lowest id of a kind that can be made from an instant on, in milliseconds since 1970. */
export function idFloor(kind: IdKind, atMs: number): string {
  return `${idPrefixes[kind]}_${timeDigits(Math.max(0, Math.floor(atMs)))}${'0'.repeat(16)}`
}

/** The part of a TypeID after its prefix, as keys and secrets embed it. */
export function idSuffix(id: string): string {
  return id.slice(id.lastIndexOf('_') + 1)
}

const kindNames: Readonly<Record<IdKind, string>> = {
  marketplace: 'marketplace', apiKey: 'API key', seller: 'seller', order: 'order', escrow: 'escrow',
  milestone: 'milestone', session: 'checkout session', payment: 'payment', operation: 'operation',
  capture: 'capture', release: 'release', refund: 'refund', dispute: 'dispute', settlement: 'settlement',
  settlementLine: 'settlement line', payout: 'payout', ledgerAccount: 'ledger account', transfer: 'transfer',
  event: 'event', webhookEndpoint: 'webhook endpoint', webhookDelivery: 'webhook delivery',
  savedCard: 'saved card', paymentLink: 'payment link',
}

/** The schema of an id of one kind. */
export function idOf(kind: IdKind): z.ZodString {
  const prefix = idPrefixes[kind]
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), `expected the id of ${/^[aeio]/i.test(kindNames[kind]) ? 'an' : 'a'} ${kindNames[kind]}, as ${prefix}_…`)
}
