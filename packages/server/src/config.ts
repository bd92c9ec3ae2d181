import { HoldfastError } from './error.ts'
import { API_VERSION, describe, type AbortSignalLike, type HoldfastOptions, type Mode, type WriteOptions } from './options.ts'

/** Options once they are checked. */
export interface Config {
  readonly apiKey: string
  readonly marketplace: string
  readonly mode: Mode
  readonly url: URL
  readonly timeoutMs: number
  readonly attemptTimeoutMs: number
  readonly maxRetries: number
  readonly version: string
  readonly maxResponseBytes: number
  readonly maxSockets: number
  readonly ca: string | string[] | undefined
}

const clientOptions = [
  'apiKey', 'baseUrl', 'timeoutMs', 'attemptTimeoutMs', 'maxRetries', 'version', 'maxResponseBytes', 'maxSockets', 'ca',
  'allowInsecureHttp',
] as const satisfies readonly (keyof HoldfastOptions)[]
const callOptions = ['timeoutMs', 'maxRetries', 'signal', 'version', 'idempotencyKey'] as const satisfies readonly (keyof WriteOptions)[]

const apiKeyPattern = /^[sp]k_(test|live)_([0-7][0-9a-hjkmnp-tv-z]{25})_[A-Za-z0-9_-]{20,128}$/

function refuse(field: string, message: string): HoldfastError {
  return new HoldfastError({ code: 'options_invalid', field, message })
}

/** @throws HoldfastError `options_invalid` - with the option's name as `field`; the key itself is never quoted */
export function configure(options: HoldfastOptions): Config {
  if (typeof options !== 'object' || options === null) {
    throw refuse('apiKey', 'expected options: new Holdfast({ apiKey, baseUrl })')
  }
  refuseUnknown(options, clientOptions)
  const { apiKey, mode, marketplace } = readApiKey(options.apiKey)
  const time = { least: 1, most: 86_400_000 }
  return {
    apiKey, mode, marketplace,
    url: readBaseUrl(options.baseUrl, { mode, allowInsecureHttp: options.allowInsecureHttp === true }),
    timeoutMs: readWhole('timeoutMs', options.timeoutMs, { otherwise: 80_000, ...time }),
    attemptTimeoutMs: readWhole('attemptTimeoutMs', options.attemptTimeoutMs, { otherwise: 30_000, ...time }),
    maxRetries: readWhole('maxRetries', options.maxRetries, { otherwise: 4, least: 0, most: 20 }),
    version: readVersion(options.version ?? API_VERSION),
    maxResponseBytes: readWhole('maxResponseBytes', options.maxResponseBytes, {
      otherwise: 16 * 2 ** 20, least: 1024, most: 2 ** 30,
    }),
    maxSockets: readWhole('maxSockets', options.maxSockets, { otherwise: 64, least: 1, most: 65_536 }),
    ca: readCa(options.ca),
  }
}

/** A misspelt idempotencyKey would be no key at all, and an amount among the options would mean all that is held. */
function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw refuse(unknown, `${unknown} is not an option: expected one of ${known.join(', ')}`)
}

/**
 * Checks the form of a call's options, not the values of each.
 *
 * @throws HoldfastError `options_invalid`
 */
export function checkCallOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw refuse('options', `options is ${describe(options)}: expected an object, or nothing`)
  }
  refuseUnknown(options, callOptions)
  const { signal } = options as { signal?: Partial<AbortSignalLike> | null }
  if (signal === undefined || signal === null || typeof signal.addEventListener === 'function') return
  throw refuse('signal', `signal is ${describe(signal)}: expected an AbortSignal, such as the signal of an AbortController`)
}

function readCa(ca: unknown): string | string[] | undefined {
  const all: readonly unknown[] = Array.isArray(ca) ? ca : [ca]
  if (ca === undefined || all.every((one) => typeof one === 'string')) return ca as string | string[] | undefined
  throw refuse('ca', `ca is ${describe(ca)}: expected certificates in PEM, as a string or an array of strings`)
}

function readApiKey(apiKey: unknown): { apiKey: string; mode: Mode; marketplace: string } {
  if (apiKey === undefined) throw refuse('apiKey', 'apiKey is missing: expected sk_test_… or sk_live_…; is its environment variable set?')
  const match = typeof apiKey === 'string' ? apiKeyPattern.exec(apiKey) : null
  if (!match) throw refuse('apiKey', 'apiKey is not an API key: expected sk_test_… or sk_live_…, whole, without spaces')
  return { apiKey: match[0], mode: match[1] as Mode, marketplace: `mkt_${match[2]}` }
}

function readBaseUrl(text: unknown, { mode, allowInsecureHttp }: { mode: Mode; allowInsecureHttp: boolean }): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw refuse('baseUrl', 'baseUrl is not a URL: expected where the backend answers, such as https://pay.example')
  }
  if (url.username || url.password || url.search || url.hash) {
    throw refuse('baseUrl', 'baseUrl carries a user, query or fragment: expected scheme, host and path alone')
  }
  const safe = url.protocol === 'https:' || isLoopback(url.hostname) || (allowInsecureHttp && mode === 'test')
  if (!safe) {
    const remedy = mode === 'live' ? 'a live key needs https' : 'use https, or set allowInsecureHttp for a test network'
    throw refuse('baseUrl', `baseUrl is plain http to another machine, where the API key could be read: ${remedy}`)
  }
  return url
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)

interface Bounds {
  readonly otherwise: number
  readonly least: number
  readonly most: number
}

export function readWhole(field: string, value: unknown, { otherwise, least, most }: Bounds): number {
  if (value === undefined) return otherwise
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
  throw refuse(field, `${field} is ${describe(value)}: expected a whole number from ${least} to ${most}`)
}

export function readVersion(version: unknown): string {
  if (typeof version === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(version)) return version
  throw refuse('version', `version is ${describe(version)}: expected a date such as ${API_VERSION}`)
}

export function readIdempotencyKey(key: unknown): string {
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  const expected = '1 to 255 printable ASCII characters without spaces'
  throw refuse('idempotencyKey', `idempotencyKey is not usable: expected ${expected}`)
}
