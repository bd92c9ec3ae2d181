/** What an AbortSignal has, so that these types need neither the DOM's nor Node's. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Options of the client. Times are in milliseconds. */
export interface HoldfastOptions {
  /** `sk_test_…` or `sk_live_…`. One that is undefined, as an environment variable may be, is refused at once. */
  apiKey: string | undefined
  /** Where the backend answers, such as `https://pay.example`. Plain http only on this machine, unless allowed. */
  baseUrl: string
  /** The whole of a call, retries and waits included; 80,000 by default. */
  timeoutMs?: number
  /** One attempt, once it has a connection; 30,000 by default. Then it is sent again with the same idempotency key. */
  attemptTimeoutMs?: number
  /** Attempts after the first; 4 by default. */
  maxRetries?: number
  /** The API's version, by date; by default the one that this release was written for. */
  version?: string
  /** The largest answer that is read, in bytes; 16 MiB by default. */
  maxResponseBytes?: number
  /** Connections at a time; 64 by default. They are kept alive. */
  maxSockets?: number
  /** Certificate authorities to trust instead of Node's own, in PEM. */
  ca?: string | string[]
  /** Lets a test key travel over plain http to another machine. A live key never does. */
  allowInsecureHttp?: boolean
}

/** Options of one call. */
export interface CallOptions {
  timeoutMs?: number | undefined
  maxRetries?: number | undefined
  signal?: AbortSignalLike | undefined
  version?: string | undefined
}

/** Options of a call that changes something. */
export interface WriteOptions extends CallOptions {
  /** One per intent: the same key repeats the very same call. Made by itself where it is left out. */
  idempotencyKey?: string | undefined
}

/** The API version that this release was written for. */
export const API_VERSION = '2026-11-22'

export type Mode = 'test' | 'live'

/** What the caller knows of the payment that a token is to prove. Nothing of it is taken from the token. */
export interface ExpectedPayment {
  mode: Mode
  /** The checkout session's id. */
  session: string
  /** Minor units. */
  amount: number
  currency: string
  /** The marketplace's id; by default the one that the API key belongs to. */
  audience?: string | undefined
}

/** A value in an error's message: short, and on one line. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
