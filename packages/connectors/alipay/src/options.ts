import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import * as z from 'zod'

export interface AlipayOptions {
  /** `https://openapi.alipay.com/gateway.do`, or the sandbox's. */
  readonly gateway: string
  readonly appId: string
  /** The account that is paid (`seller_id`, `pid`): 16 digits that begin with 2088. */
  readonly sellerId: string
  /** The application's RSA key: PEM, or base64 as Alipay's tools hand it out; PKCS#8 or PKCS#1. */
  readonly privateKey: string
  /** Alipay's own key, not the application's: PEM or base64. */
  readonly alipayPublicKey: string
  /** The clock that Alipay goes by: the wall clock, or a simulator's. */
  readonly now: () => Date
  readonly bills?: BillOptions
}

/** What differs between contracts, or is not documented in the open: README.md says what is known. */
export interface BillOptions {
  /** `trade`: what was paid and refunded, with the fee of each. */
  readonly type?: string
  /** How long after the end of a day, in Beijing, its bill may still be missing; later, there was nothing. Default 36. */
  readonly lateHours?: number
  /** How many days back the first import looks; default 30. */
  readonly daysBack?: number
  /** Whether a trade carries its marketplace as `store_id`, by which the bill's lines are told apart; default true. */
  readonly marketplaceAsStore?: boolean
  /** Hosts that a bill may be downloaded from, besides the gateway's; default Alipay's own. */
  readonly hosts?: readonly string[]
}

/** The connector's options cannot be used; the message names each field and what was expected, never a value. */
export class AlipayOptionsError extends Error {
  override readonly name = 'AlipayOptionsError'
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const gatewayUrl = z.url('expected a URL').refine((text) => {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
}, 'expected https (http only on loopback, for simulators)')

const privateKey = z.string().transform((text, context) => keyOf(context, () => readPrivateKey(text), 'an RSA private key, as PEM or base64'))
const publicKey = z.string().transform((text, context) => keyOf(context, () => readPublicKey(text), 'Alipay’s RSA public key, as PEM or base64'))

const hours = 'expected hours, 1 to 240'
const days = 'expected days, 1 to 90'

const schema: z.ZodType<Settings> = z.strictObject({
  gateway: gatewayUrl,
  appId: z.string().regex(/^\d{16}$/, 'expected an application’s id, 16 digits'),
  sellerId: z.string().regex(/^2088\d{12}$/, 'expected an account’s id, 16 digits that begin with 2088'),
  privateKey,
  alipayPublicKey: publicKey,
  now: z.custom<() => Date>((value) => typeof value === 'function', 'expected a function that gives the time'),
  bills: z.strictObject({
    type: z.string().min(1).default('trade'),
    lateHours: z.int().min(1, hours).max(240, hours).default(36),
    daysBack: z.int().min(1, days).max(90, days).default(30),
    marketplaceAsStore: z.boolean().default(true),
    hosts: z.array(z.string().min(1)).default(['dwbillcenter.alipay.com', 'alipay.com', 'alipayobjects.com']),
  }).prefault({}),
}).refine((options) => spki(options.alipayPublicKey) !== spki(createPublicKey(options.privateKey)), {
  path: ['alipayPublicKey'], error: 'expected the key that Alipay signs with, not the application’s own',
})

/** The options, checked and with their defaults. */
export interface Settings {
  readonly gateway: string
  readonly appId: string
  readonly sellerId: string
  readonly privateKey: KeyObject
  readonly alipayPublicKey: KeyObject
  readonly now: () => Date
  readonly bills: Required<BillOptions>
}

/** @throws AlipayOptionsError */
export function readOptions(options: AlipayOptions): Settings {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`)
  throw new AlipayOptionsError(`the Alipay connector cannot start: ${problems.join('; ')}`)
}

function keyOf(context: z.core.$RefinementCtx<string>, read: () => KeyObject | undefined, expected: string): KeyObject {
  const key = read()
  if (key?.asymmetricKeyType === 'rsa') return key
  context.issues.push({ code: 'custom', message: `expected ${expected}`, input: undefined })
  return z.NEVER
}

function derOf(text: string): Buffer {
  return Buffer.from(text.replace(/-----[^-\n]+-----/g, ''), 'base64')
}

function readPrivateKey(text: string): KeyObject | undefined {
  const key = derOf(text)
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    try {
      return createPrivateKey({ key, format: 'der', type })
    } catch {
      // not of this kind
    }
  }
  return undefined
}

function readPublicKey(text: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: derOf(text), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

function spki(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64')
}
