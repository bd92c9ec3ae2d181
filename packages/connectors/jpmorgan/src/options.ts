import { createPrivateKey } from 'node:crypto'
import type { CardSender } from '@holdfast/core'
import { exponentOf } from '@holdfast/contract'
import type { AddendaLevel } from './addenda.ts'
import * as z from 'zod'

/** The portal's way (client secret) and the way of client testing and production (signed assertion). */
export type JpmorganAuth =
  | {
    readonly kind: 'portal'
    readonly tokenUrl: string
    readonly clientId: string
    readonly clientSecret: string
    /** Such as `jpm:payments:sandbox`. */
    readonly scope: string
  }
  | {
    readonly kind: 'assertion'
    readonly tokenUrl: string
    readonly clientId: string
    /** Such as `JPMC:URI:RS-…`. */
    readonly resource: string
    /** An RSA private key. */
    readonly privateKeyPem: string
    /** SHA-1 thumbprint of its certificate: 40 hex digits, with or without colons. */
    readonly certificateThumbprint: string
  }

export interface StoredCredentialOptions {
  /**
   * Payments for which the network's id of the first one is sent along. The rail's guide asks for it where the
   * merchant initiates (`merchant`, the default); whether it helps where the buyer does, too, is not written (`all`).
   */
  readonly originalNetworkTransactionId?: 'merchant' | 'all' | 'never'
}

export interface JpmorganOptions {
  /** Of Online Payments, with its version: `https://api-ms.payments.jpmorgan.com/api/v2`. */
  readonly baseUrl: string
  /** Where settlement reports are listed and read; by default `/reports/settlement` on the host of `baseUrl`. */
  readonly reportsUrl?: string
  readonly auth: JpmorganAuth
  /** The rail's merchant-id (8–12 characters) of each marketplace. */
  readonly merchantId: Readonly<Record<string, string>> | ((marketplace: string) => string | undefined)
  /** The vault. Its own template has the address of the rail: it must be that of `baseUrl`. */
  readonly cards: CardSender
  /** Sent with every payment, as the rail wants it. */
  readonly software: { readonly companyName: string; readonly productName: string; readonly version: string }
  /** How much of an order's details it is told: `level2` by default; as the acquirer has agreed to. */
  readonly addenda?: AddendaLevel
  /** What is said of cards that are kept, where the rail's documents leave it open. */
  readonly storedCredentials?: StoredCredentialOptions
  /** Decimal digits of currencies that the rail counts otherwise than ISO 4217. */
  readonly exponents?: Readonly<Record<string, number>>
  /** The wall clock, as the rail's identity server has it; never a virtual one. */
  readonly now: () => Date
}

/** The connector's options cannot be used; the message names each field and what was expected, never a value. */
export class JpmorganOptionsError extends Error {
  override readonly name = 'JpmorganOptionsError'
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const railUrl = z.url('expected a URL').refine((text) => {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
}, 'expected https (http only on loopback, for simulators)')
  .transform((text) => text.replace(/\/+$/, ''))

const given = z.string().min(1, 'expected a text that is not empty')

const railText = (longest: number): z.ZodString => given.max(longest).regex(/^[^<>{}]*$/, 'expected no < > { }')

const rsaKey = z.string().refine((pem) => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}, 'expected an RSA private key as PEM')

const thumbprint = z.string()
  .transform((text) => text.replaceAll(':', '').toUpperCase())
  .refine((text) => /^[0-9A-F]{40}$/.test(text), 'expected the SHA-1 thumbprint of the certificate, 40 hex digits')

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('portal'), tokenUrl: railUrl, clientId: given, clientSecret: given, scope: given }),
  z.strictObject({
    kind: z.literal('assertion'), tokenUrl: railUrl, clientId: given, resource: given,
    privateKeyPem: rsaKey, certificateThumbprint: thumbprint,
  }),
])

export const merchantIdSchema: z.ZodString = z.string().regex(/^[0-9A-Za-z]{8,12}$/, 'expected a merchant-id, 8 to 12 letters or digits')

const isFunction = <F>(what: string): z.ZodCustom<F, F> => z.custom<F>((value) => typeof value === 'function', `expected ${what}`)

const exponents = z.record(
  z.string().refine(isCurrency, 'expected ISO 4217 codes as keys'),
  z.int().min(0).max(4),
).default({})

const schema = z.strictObject({
  baseUrl: railUrl,
  reportsUrl: railUrl.optional(),
  auth,
  merchantId: z.union([
    z.record(z.string(), merchantIdSchema),
    isFunction<(marketplace: string) => string | undefined>('a function'),
  ], 'expected a merchant-id (8 to 12 letters or digits) by marketplace, or a function that gives it'),
  cards: z.custom<CardSender>(isCardSender, 'expected the vault’s client'),
  software: z.strictObject({ companyName: railText(256), productName: railText(256), version: railText(50) }),
  addenda: z.enum(['none', 'level2', 'level3']).default('level2'),
  storedCredentials: z.strictObject({
    originalNetworkTransactionId: z.enum(['merchant', 'all', 'never']).default('merchant'),
  }).default({ originalNetworkTransactionId: 'merchant' }),
  exponents,
  now: isFunction<() => Date>('a function that gives the time'),
})

/** The options, checked and with their defaults. */
export interface Settings extends JpmorganOptions {
  readonly reportsUrl: string
  readonly addenda: AddendaLevel
  readonly storedCredentials: Required<StoredCredentialOptions>
  readonly exponents: Readonly<Record<string, number>>
}

/** @throws JpmorganOptionsError */
export function readOptions(options: JpmorganOptions): Settings {
  const parsed = schema.safeParse(options)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
    throw new JpmorganOptionsError(`the J.P. Morgan connector cannot start: ${problems.join('; ')}`)
  }
  const { baseUrl, reportsUrl = new URL('/reports/settlement', baseUrl).href } = parsed.data
  return { ...parsed.data, reportsUrl }
}

function isCurrency(code: string): boolean {
  try {
    return exponentOf(code) >= 0
  } catch {
    return false
  }
}

function isCardSender(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'send') === 'function'
}
