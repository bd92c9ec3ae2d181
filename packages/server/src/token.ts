import { verify as verifySignature, type KeyObject } from 'node:crypto'
import type { PaymentTokenClaims } from '@holdfast/contract/types'
import { HoldfastError } from './error.ts'
import { parseFlatObject, type FlatValue } from './flat-json.ts'
import { describe, type ExpectedPayment } from './options.ts'

/* As the contract's token.ts has them; a test compares the two. */
export const TOKEN_TYPE = 'holdfast-payment+jwt'
export const TOKEN_ALGORITHM = 'EdDSA'
export const TOKEN_ISSUER = 'holdfast'
export const TOKEN_MAX_AGE_S = 900
/** How far the clocks of two servers may differ. */
export const TOKEN_SKEW_S = 30
const MAX_LENGTH = 4096
/** 2001 and 2286: a time outside of them is in another unit. */
const secondsRange = [1_000_000_000, 9_999_999_999] as const

type Claims = ReadonlyMap<string, FlatValue>

/** A token whose form is right, before its signature is. */
export interface ParsedToken {
  readonly kid: string
  readonly signed: string
  readonly signature: Uint8Array
  readonly payload: string
}

export function refuse(field: string, message: string): HoldfastError {
  return new HoldfastError({ code: 'token_invalid', field, message: `payment token refused: ${message}` })
}

/** Reads the form and the header. @throws HoldfastError `token_invalid` */
export function parseToken(token: unknown): ParsedToken {
  if (typeof token !== 'string') throw refuse('token', `it is ${describe(token)}, expected a string`)
  if (token.length > MAX_LENGTH) {
    throw refuse('token', `it has ${token.length} characters, expected at most ${MAX_LENGTH}`)
  }
  const parts = token.split('.')
  const [header, payload, signature] = parts
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw refuse('token', `it has ${parts.length} parts, expected three`)
  }
  const kid = readHeader(decodeText(header, 'header'))
  const signatureBytes = decode(signature, 'signature')
  if (signatureBytes.length !== 64) throw refuse('signature', `it has ${signatureBytes.length} bytes, expected 64`)
  return { kid, signed: `${header}.${payload}`, signature: signatureBytes, payload: decodeText(payload, 'payload') }
}

/** base64url in its one canonical form: no padding, no other alphabet, no bits behind the last byte. */
function decode(part: string, field: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (part === '' || bytes.toString('base64url') !== part) throw refuse(field, `the ${field} is not canonical base64url`)
  return bytes
}

function decodeText(part: string, field: string): string {
  const bytes = decode(part, field)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse(field, `the ${field} is not UTF-8`)
  }
}

function readObject(text: string, part: 'header' | 'payload'): Claims {
  const read = parseFlatObject(text)
  if (!('fault' in read)) return read
  const what = read.field === undefined ? `the ${part}` : `${describe(read.field)} in the ${part}`
  throw refuse(read.field ?? part, `${what} ${read.fault}`)
}

/** Exactly alg, typ and kid: nothing in a token may choose its algorithm, bring its key or say where one is. */
function readHeader(text: string): string {
  const header = readObject(text, 'header')
  const foreign = [...header.keys()].find((name) => !['alg', 'kid', 'typ'].includes(name))
  if (foreign !== undefined) {
    throw refuse(foreign, `the header has ${describe(foreign)}, expected alg, kid and typ alone`)
  }
  expectEqual('alg', header.get('alg'), TOKEN_ALGORITHM)
  expectEqual('typ', header.get('typ'), TOKEN_TYPE)
  const kid = header.get('kid')
  if (typeof kid === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(kid)) return kid
  throw refuse('kid', `kid is ${describe(kid)}, expected the id of a key`)
}

function expectEqual(field: string, value: FlatValue | undefined, expected: FlatValue): void {
  if (value !== expected) throw refuse(field, `${field} is ${describe(value)}, expected ${describe(expected)}`)
}

/** Checks the signature. @throws HoldfastError `token_invalid` */
export function checkSignature({ signed, signature }: ParsedToken, key: KeyObject): void {
  if (!verifySignature(null, Buffer.from(signed), key, signature)) {
    throw refuse('signature', 'the signature is not that of the marketplace\'s key')
  }
}

/**
 * Checks what a token with a good signature claims: for this marketplace, now, and this very payment.
 *
 * @param options.nowS - seconds since 1970
 * @throws HoldfastError `token_invalid` - `field` names the claim
 */
export function readClaims(
  payload: string,
  { expected, nowS }: { expected: ExpectedPayment & { audience: string }; nowS: number },
): PaymentTokenClaims {
  const claims = readObject(payload, 'payload')
  checkShapes(claims)
  const { iat, exp, nbf } = Object.fromEntries(claims) as unknown as PaymentTokenClaims & { nbf?: number }
  checkTimes({ iat, exp, nbf, nowS })
  expectEqual('iss', claims.get('iss'), TOKEN_ISSUER)
  expectEqual('aud', claims.get('aud'), expected.audience)
  for (const name of ['mode', 'session', 'amount', 'currency'] as const) {
    expectEqual(name, claims.get(name), expected[name])
  }
  const known = Object.keys(shapes).map((name) => [name, claims.get(name)] as const)
  return Object.fromEntries(known) as unknown as PaymentTokenClaims
}

const id = (prefix: string) => (value: FlatValue): boolean =>
  typeof value === 'string' && new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`).test(value)
const whole = (least: number, most: number) => (value: FlatValue): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
const seconds = whole(...secondsRange)

/** Every claim that must be there, and what it looks like. */
const shapes: Readonly<Record<keyof PaymentTokenClaims, readonly [(value: FlatValue) => boolean, string]>> = {
  iss: [(value) => typeof value === 'string', `'${TOKEN_ISSUER}'`],
  aud: [id('mkt'), 'one marketplace\'s id'],
  sub: [id('pay'), 'a payment\'s id'],
  iat: [seconds, 'whole seconds since 1970 (not milliseconds)'],
  exp: [seconds, 'whole seconds since 1970 (not milliseconds)'],
  jti: [(value) => typeof value === 'string' && value.length >= 1 && value.length <= 128, 'a text of 1 to 128 characters'],
  mode: [(value) => value === 'test' || value === 'live', '\'test\' or \'live\''],
  session: [id('cs'), 'a checkout session\'s id'],
  revision: [whole(1, 1_000_000_000), 'a whole number from 1'],
  order: [id('ord'), 'an order\'s id'],
  status: [(value) => value === 'authorized' || value === 'captured', '\'authorized\' or \'captured\''],
  amount: [whole(1, 999_999_999_999), 'whole minor units, of 12 digits at most'],
  currency: [(value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value), 'an ISO 4217 code'],
}

function checkShapes(claims: Claims): void {
  for (const [name, [isRight, expected]] of Object.entries(shapes)) {
    const value = claims.get(name)
    if (value === undefined) throw refuse(name, `${name} is missing`)
    if (!isRight(value)) throw refuse(name, `${name} is ${describe(value)}, expected ${expected}`)
  }
  const nbf = claims.get('nbf')
  if (nbf !== undefined && !seconds(nbf)) {
    throw refuse('nbf', `nbf is ${describe(nbf)}, expected whole seconds since 1970`)
  }
}

interface Times {
  readonly iat: number
  readonly exp: number
  readonly nbf: number | undefined
  readonly nowS: number
}

function checkTimes({ iat, exp, nbf, nowS }: Times): void {
  if (exp <= iat) throw refuse('exp', `exp is not after iat`)
  if (exp - iat > TOKEN_MAX_AGE_S) {
    throw refuse('exp', `exp is ${exp - iat} s after iat, expected at most ${TOKEN_MAX_AGE_S}`)
  }
  if (iat > nowS + TOKEN_SKEW_S) throw refuse('iat', 'iat is in the future: are the clocks of both servers right?')
  if (nbf !== undefined && nbf > nowS + TOKEN_SKEW_S) throw refuse('nbf', 'nbf is in the future')
  if (exp <= nowS - TOKEN_SKEW_S) {
    throw refuse('exp', `it expired ${Math.ceil(nowS - exp)} s ago: read the payment instead`)
  }
}
