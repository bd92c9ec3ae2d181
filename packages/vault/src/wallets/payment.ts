import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { VaultErrorCode, VaultWallet } from '@holdfast/contract'
import type { ZodType, output } from 'zod'
import * as z from 'zod'
import { parseBody } from '../http.ts'
import type { VaultRefusal } from '../refusal.ts'
import { StrictJsonError, parseStrictJson } from '../strict-json.ts'

/** What a wallet's token says once all of its own checks have passed. Only ever in memory. */
export interface WalletPayment {
  readonly wallet: VaultWallet
  /** The wallet's name for this one payment, in one spelling: it is taken once. */
  readonly messageId: string
  /** From then on the token is refused for its age, so that its id may be forgotten. */
  readonly freshUntil: Date
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  /** Empty where the wallet gives none. */
  readonly name: string
  /** Null: the number is the card's own and nobody has authenticated the buyer. */
  readonly cryptogram: string | null
  readonly eci: string | null
  /** What the buyer agreed to, as the wallet signed it; null where it signs none (Google Pay). */
  readonly total: { readonly amount: number; readonly currencyCode: string } | null
}

type Code = Extract<VaultErrorCode, `wallet_${string}`>

/** A refusal of a token. `field` is a path within the request; the detail is ours and quotes nothing. */
export function refuse(refused: Code, detail: string, field = 'token'): VaultRefusal & { refused: Code } {
  return { refused, field, detail }
}

/** Reads JSON that has one reading, by a schema; a refusal names the field below `field`. */
export function readJson<Schema extends ZodType>(
  schema: Schema,
  { json, refused, field }: { json: string | Buffer; refused: Code; field: string },
): VaultRefusal | { value: output<Schema> } {
  const parsed = parse(json)
  if ('problem' in parsed) return refuse(refused, parsed.problem, field)
  const read = parseBody(schema, parsed.value)
  if (!('refused' in read)) return read
  return refuse(refused, read.detail, read.field === undefined ? field : `${field}.${read.field}`)
}

function parse(json: string | Buffer): { problem: string } | { value: unknown } {
  try {
    return { value: parseStrictJson(Buffer.from(json)) }
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    return { problem: error.message.replace('The body', 'It') }
  }
}

/** The version of a token before anything else of it is read: another version has other fields. */
export function versionOf(json: string, name: 'protocolVersion' | 'version'): string | undefined {
  const parsed = parse(json)
  if ('problem' in parsed || typeof parsed.value !== 'object' || parsed.value === null) return undefined
  const version: unknown = Reflect.get(parsed.value, name)
  return typeof version === 'string' ? version : undefined
}

export const base64: z.ZodBase64 = z.base64('expected base64').min(1, 'expected base64')
export const digits: z.ZodString = z.string().regex(/^\d{12,19}$/, 'expected 12 to 19 digits')
/** 28 characters for the networks' own 20 bytes; J.P. Morgan takes 40. */
export const cryptogram: z.ZodBase64 = base64.max(40, 'expected at most 40 characters of base64')
export const eciIndicator: z.ZodString = z.string().regex(/^\d{0,2}$/, 'expected one or two digits')

/** Milliseconds since 1970, as text. */
export const millis: z.ZodType<Date, string> = z
  .string()
  .regex(/^\d{1,15}$/, 'expected milliseconds since 1970, as text')
  .transform(text => new Date(Number(text)))

/** A public key as SubjectPublicKeyInfo; undefined unless it is a point of P-256. */
export function p256(spki: Buffer): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    return isP256(key) ? key : undefined
  } catch {
    return undefined
  }
}

export function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}
