import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { currencies } from '@holdfast/contract'
import * as z from 'zod'
import { layoutSchema, type Layout, type ReportLayout } from './layout.ts'
import type { PublicKeys } from './signing.ts'

export interface AntomOptions {
  /** The rail's origin, without a path: `https://open-sea-global.alipay.com`. */
  readonly baseUrl: string
  /** One that begins with `SANDBOX_` calls the sandbox's paths. */
  readonly clientId: string
  /** Ours, RSA: PEM, or the base64 of PKCS #8 as Antom's key tool writes it. */
  readonly privateKey: string
  /** The rail's, as PEM or base64: one for every version, or one for each by its version, while they change. */
  readonly antomPublicKey: string | Readonly<Record<string, string>>
  /** Of our key, as Antom's portal counts it; by default `1`. */
  readonly keyVersion?: string | undefined
  /** Where settlement reports are listed and read; without it there are none. See README.md for what it answers. */
  readonly reportsUrl?: string | undefined
  /** What the reports' columns are called and how they count; by default Antom's settlement details. */
  readonly reportLayout?: ReportLayout | undefined
  /** Of an account that settles in one currency alone: then payments are taken in it alone, for the ledger converts nothing. */
  readonly settlementCurrency?: string | undefined
  /** What payments may be made in, by contract with Antom; by default every currency of ISO 4217. */
  readonly currencies?: readonly string[] | undefined
  /** Decimal digits of currencies that the rail counts otherwise than ISO 4217. */
  readonly exponents?: Readonly<Record<string, number>> | undefined
  /** How old a notification may be, by its own time; by default 25 hours, for the rail's last try comes after 24. */
  readonly notificationMaxAgeMs?: number | undefined
  /** The wall clock, which the rail's is held against; never a virtual one. */
  readonly now: () => Date
}

/** The connector's options can't be used; the message names each field and what was expected, never a value. */
export class AntomOptionsError extends Error {
  override readonly name = 'AntomOptionsError'
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const railUrl = z.url('expected a URL').refine((text) => {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
}, 'expected https (http only on loopback, for simulators)')

const origin = railUrl
  .refine((text) => ['', '/'].includes(`${URL.parse(text)?.pathname}${URL.parse(text)?.search}`), 'expected an origin without a path')
  .transform((text) => new URL(text).origin)

const given = z.string().min(1, 'expected a text that is not empty')

const keyVersion = z.string().regex(/^[0-9A-Za-z]{1,10}$/, 'expected a key version, such as 1')

const ourKey = key('an RSA private key', (text) => createPrivateKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }))

const theirKey = key('an RSA public key', (text) => createPublicKey(isPem(text) ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }))

function isPem(text: string): boolean {
  return text.includes('-----BEGIN')
}

/** Reads an RSA key of 2048 bits or more. */
function key(what: string, read: (text: string) => KeyObject): z.ZodType<KeyObject> {
  return z.string(`expected ${what}`).transform((text, context) => {
    try {
      const found = read(text.trim())
      if (found.asymmetricKeyType === 'rsa' && (found.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048) return found
    } catch {
      // said below, without the key
    }
    context.addIssue({ code: 'custom', message: `expected ${what} of at least 2048 bits, as PEM or base64` })
    return z.NEVER
  })
}

const publicKeys = z.union([
  theirKey.transform((found): PublicKeys => new Map([['*', found]])),
  z.record(keyVersion, theirKey)
    .refine((found) => Object.keys(found).length > 0)
    .transform((found): PublicKeys => new Map(Object.entries(found))),
], 'expected an RSA public key of at least 2048 bits, or one by version')

const currency = z.string().refine((code) => currencies.has(code), 'expected an ISO 4217 currency')

const hourMs = 3_600_000

const schema = z.strictObject({
  baseUrl: origin,
  clientId: given.max(128).regex(/^[\x21-\x7e]+$/, 'expected a client id without spaces'),
  privateKey: ourKey,
  antomPublicKey: publicKeys,
  keyVersion: keyVersion.default('1'),
  reportsUrl: railUrl.optional(),
  reportLayout: layoutSchema.prefault({}),
  settlementCurrency: currency.optional(),
  currencies: z.array(currency).min(1).optional(),
  exponents: z.record(currency, z.int().min(0).max(4)).default({}),
  notificationMaxAgeMs: z.int().min(60_000).max(168 * hourMs).default(25 * hourMs),
  now: z.custom<() => Date>((value) => typeof value === 'function', 'expected a function that gives the time'),
})

/** The options, checked and with their defaults. */
export interface Settings {
  readonly baseUrl: string
  readonly clientId: string
  readonly privateKey: KeyObject
  readonly antomPublicKey: PublicKeys
  readonly keyVersion: string
  readonly reportsUrl?: string | undefined
  readonly reportLayout: Layout
  readonly currencies: ReadonlySet<string>
  readonly exponents: Readonly<Record<string, number>>
  readonly notificationMaxAgeMs: number
  readonly now: () => Date
}

/** @throws AntomOptionsError */
export function readOptions(options: AntomOptions): Settings {
  const parsed = schema.safeParse(options)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
    throw new AntomOptionsError(`the Antom connector cannot start: ${problems.join('; ')}`)
  }
  const { settlementCurrency, currencies: listed = [...currencies] } = parsed.data
  const taken = listed.filter((code) => settlementCurrency === undefined || code === settlementCurrency)
  if (taken.length === 0) throw new AntomOptionsError('the Antom connector cannot start: currencies: expected the settlement currency among them')
  return { ...parsed.data, currencies: new Set(taken) }
}
