import type {
  ApiKey, ApiKeyCreate, ApiKeyRotate, Clock, ClockAdvance, ListFilters, Marketplace, MarketplaceUpdate, PaymentTokenKeySet,
} from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import type { List } from '../list.ts'
import type { CallOptions, WriteOptions } from '../options.ts'

/** The marketplace that the API key belongs to. */
export class Marketplaces {
  readonly #caller: Caller
  readonly #id: string

  constructor(caller: Caller, id: string) {
    this.#caller = caller
    this.#id = id
  }

  async retrieve(options?: CallOptions): Promise<Marketplace> {
    return this.#caller.get('/v1/marketplace', options)
  }

  /** Changes its name, or the page origins on which the checkout may run. */
  async update(params: MarketplaceUpdate, options?: WriteOptions): Promise<Marketplace> {
    return this.#caller.patch('/v1/marketplace', params, options)
  }

  /** The public keys that verify payment tokens; `tokens.verify` reads and keeps them by itself. */
  async keys(options?: CallOptions): Promise<PaymentTokenKeySet> {
    return this.#caller.getPublic(path`/v1/marketplaces/${this.#id}/jwks.json`, options)
  }
}

/** A key as it is made: the only time that it is shown. */
export interface CreatedApiKey extends ApiKey {
  key: string
}

/** The keys that calls are made with. */
export class ApiKeys {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Makes a key. Keep `key`: it is not shown again. */
  async create(params: ApiKeyCreate, options?: WriteOptions): Promise<CreatedApiKey> {
    return this.#caller.post('/v1/api-keys', params, options)
  }

  list(filters?: ListFilters['apiKeys.list'], options?: CallOptions): List<ApiKey> {
    return this.#caller.list('/v1/api-keys', filters, options)
  }

  /**
   * Makes the key that follows one; the old one works on for `overlapHours` (24 by default), so that servers can
   * take the new one without a gap. Keep `key`: it is not shown again.
   */
  async rotate(id: string, params: ApiKeyRotate = {}, options?: WriteOptions): Promise<CreatedApiKey> {
    return this.#caller.post(path`/v1/api-keys/${id}/rotate`, params, options)
  }

  /** Revokes a key at once. */
  async revoke(id: string, options?: WriteOptions): Promise<ApiKey> {
    return this.#caller.post(path`/v1/api-keys/${id}/revoke`, {}, options)
  }
}

/** The time that deadlines are read against; in test mode it can be moved. */
export class TestClock {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async retrieve(options?: CallOptions): Promise<Clock> {
    return this.#caller.get('/v1/test/clock', options)
  }

  /** Moves the clock forward; what falls due then happens by itself. @throws HoldfastError `test_mode_only` */
  async advance(params: ClockAdvance, options?: WriteOptions): Promise<Clock> {
    return this.#caller.post('/v1/test/clock/advance', params, options)
  }
}
