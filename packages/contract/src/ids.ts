import { typeid } from 'typeid-js'
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
} as const

export type IdKind = keyof typeof idPrefixes

/** A new TypeID: the kind's prefix and a UUIDv7, so that ids of one kind sort by the time of making. */
export function newId(kind: IdKind): string {
  return typeid(idPrefixes[kind]).toString()
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'

/** The lowest id of a kind that can be made from an instant on, in milliseconds since 1970. */
export function idFloor(kind: IdKind, atMs: number): string {
  const digits = Array.from({ length: 10 }, (_, place) => BASE32[Math.floor(Math.max(0, atMs) / 32 ** (9 - place)) % 32])
  return `${idPrefixes[kind]}_${digits.join('')}${'0'.repeat(16)}`
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
}

/** The schema of an id of one kind. */
export function idOf(kind: IdKind): z.ZodString {
  const prefix = idPrefixes[kind]
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`), `expected the id of ${/^[aeio]/i.test(kindNames[kind]) ? 'an' : 'a'} ${kindNames[kind]}, as ${prefix}_…`)
}
