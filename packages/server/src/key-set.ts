import { createPublicKey, type KeyObject } from 'node:crypto'
import type { PaymentTokenKey, PaymentTokenKeySet } from '@holdfast/contract/types'
import type { Clock } from './clock.ts'
import { HoldfastError } from './error.ts'

/** After this the set is read again. */
const FRESH_MS = 10 * 60_000
/** Without an answer, the last set serves for so long: a key that was taken back is not trusted for ever. */
const STALE_MS = 24 * 60 * 60_000
/** At most one look a minute for a key that nobody has, so that forged tokens do not become requests. */
const UNKNOWN_MS = 60_000
/** After a failed read, while the last set serves. */
const RETRY_MS = 5_000
const MAX_KEYS = 64

type Keys = ReadonlyMap<string, KeyObject>

interface Cached {
  readonly keys: Keys
  readonly readAt: number
}

/** A marketplace's public keys, read once for all who ask at the same time, and kept. */
export class KeySet {
  readonly #read: () => Promise<PaymentTokenKeySet>
  readonly #clock: Pick<Clock, 'elapsed'>
  #cached: Cached | undefined
  #triedAt = Number.NEGATIVE_INFINITY
  #reading: Promise<Cached> | undefined

  constructor(read: () => Promise<PaymentTokenKeySet>, clock: Pick<Clock, 'elapsed'>) {
    this.#read = read
    this.#clock = clock
  }

  /**
   * The key with this id, or undefined when the marketplace has none.
   *
   * @throws HoldfastError `keys_unavailable` - the set cannot be read, and none is kept that is young enough
   */
  async find(kid: string): Promise<KeyObject | undefined> {
    const cached = await this.#current()
    const key = cached.keys.get(kid)
    if (key || this.#age(this.#triedAt) < UNKNOWN_MS) return key
    return (await this.#refresh().catch(() => cached)).keys.get(kid)
  }

  async #current(): Promise<Cached> {
    const cached = this.#cached
    const age = cached ? this.#age(cached.readAt) : Number.POSITIVE_INFINITY
    if (cached && age < FRESH_MS) return cached
    if (!cached || age >= STALE_MS) return this.#refresh()
    if (this.#age(this.#triedAt) < RETRY_MS) return cached
    return this.#refresh().catch(() => cached)
  }

  #age(instant: number): number {
    return this.#clock.elapsed() - instant
  }

  #refresh(): Promise<Cached> {
    this.#reading ??= this.#load().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #load(): Promise<Cached> {
    this.#triedAt = this.#clock.elapsed()
    try {
      this.#cached = { keys: importKeys(await this.#read()), readAt: this.#clock.elapsed() }
      return this.#cached
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new HoldfastError({
        code: 'keys_unavailable', retryable: true, cause,
        message: `the marketplace's public keys cannot be read, so that nothing is known of the token: ${reason}`,
      })
    }
  }
}

/** Takes Ed25519 keys for signatures, each id once; leaves out kinds of keys that it does not know. */
export function importKeys(set: PaymentTokenKeySet): Keys {
  const listed: unknown = set.keys
  if (!Array.isArray(listed) || listed.length > MAX_KEYS) {
    throw new Error(`expected { keys } with at most ${MAX_KEYS} keys`)
  }
  const keys = new Map<string, KeyObject>()
  for (const item of listed.filter(isSigningKey)) {
    if (keys.has(item.kid)) throw new Error(`the key id ${item.kid} stands there twice`)
    keys.set(item.kid, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: item.x }, format: 'jwk' }))
  }
  return keys
}

function isSigningKey(item: unknown): item is PaymentTokenKey {
  const key = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>
  const { kty, crv, use, alg, kid, x } = key
  return kty === 'OKP' && crv === 'Ed25519' && use === 'sig' && alg === 'EdDSA'
    && typeof kid === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(kid)
    && typeof x === 'string' && /^[A-Za-z0-9_-]{43}$/.test(x)
}
