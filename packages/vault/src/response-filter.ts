/*
 * What of a rail's answer leaves the vault: by an allow-list of fields, each with its type, and after that with
 * every text that has the card's number or cryptogram in it taken out. A rail that echoes one is not repeated.
 */

/** A leaf: a kind of value. A list: one shape for all its items. Else fields by name. */
export type Shape =
  'text' | 'url' | 'integer' | 'boolean' | 'maskedNumber' | readonly [Shape] | { readonly [field: string]: Shape }

const MAX_TEXT = 500
const MAX_URL = 4_096
const MAX_ITEMS = 100

/** What stands where a text had the number in it. */
export const REMOVED = '[removed]'

/** Keeps what the shape allows; anything else is left out, whatever it is. */
export function filterResponse(
  shape: Shape,
  { value, ...secrets }: { readonly value: unknown } & Secrets,
): unknown {
  return without(keep(shape, value), secrets)
}

interface Secrets {
  readonly number: string
  /** Of a wallet. */
  readonly cryptogram?: string | undefined
}

function keep(shape: Shape, value: unknown): unknown {
  if (typeof shape === 'string') return keepLeaf(shape, value)
  if (isList(shape))
    return Array.isArray(value)
      ? value
          .slice(0, MAX_ITEMS)
          .map(item => keep(shape[0], item))
          .filter(defined)
      : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const kept = Object.entries(shape)
    .filter(([field]) => Object.hasOwn(value, field))
    .map(([field, inner]) => [field, keep(inner, (value as Record<string, unknown>)[field])] as const)
    .filter(([, inner]) => defined(inner))
  return Object.fromEntries(kept)
}

const defined = (value: unknown): boolean => value !== undefined
const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

function keepLeaf(shape: Shape & string, value: unknown): unknown {
  switch (shape) {
    case 'text':
      return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined
    case 'url':
      return typeof value === 'string' && value.length <= MAX_URL && URL.canParse(value) ? value : undefined
    case 'integer':
      return Number.isSafeInteger(value) ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    // at most the first six and the last four digits
    case 'maskedNumber':
      return typeof value === 'string' && /^\d{0,6}[Xx*]{2,}\d{0,4}$/.test(value) ? value : undefined
  }
}

/** Takes out each text, and each number, in which the digits stand in a row, whatever stands between them. */
function without(value: unknown, secrets: Secrets): unknown {
  if (typeof value === 'string' || typeof value === 'number') return holds(value, secrets) ? REMOVED : value
  if (Array.isArray(value)) return value.map(item => without(item, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, without(inner, secrets)]))
}

function holds(value: string | number, { number, cryptogram }: Secrets): boolean {
  const text = String(value)
  if (cryptogram !== undefined && text.includes(cryptogram)) return true
  return text.normalize('NFKC').replace(/\D/g, '').includes(number)
}
