import type {
  ApiKey, ApiKeyCreate, Clock, ClockAdvance, ListFilters, Marketplace, MarketplaceUpdate, PaymentTokenKeySet,
} from '@holdfast/contract/types'
import type { List } from '../list.ts'
import type { CallOptions, Config, WriteOptions } from '../options.ts'
import { path, type Wire } from '../wire.ts'

/** The marketplace that the API key belongs to. */
export class Marketplaces {
  readonly #wire: Wire
  readonly #id: string

  constructor(wire: Wire, { marketplace }: Pick<Config, 'marketplace'>) {
    this.#wire = wire
    this.#id = marketplace
  }

  async retrieve(options?: CallOptions): Promise<Marketplace> {
    return this.#wire.get('/v1/marketplace', options)
  }

  /** Changes its name, or the page origins on which the checkout may run. */
  async update(params: MarketplaceUpdate, options?: WriteOptions): Promise<Marketplace> {
    return this.#wire.patch('/v1/marketplace', params, options)
  }

  /** The public keys that verify payment tokens; `tokens.verify` reads and keeps them by itself. */
  async keys(options?: CallOptions): Promise<PaymentTokenKeySet> {
    return this.#wire.getPublic(path`/v1/marketplaces/${this.#id}/jwks.json`, options)
  }
}

/** A key as it is made: the only time that it is shown. */
export interface CreatedApiKey extends ApiKey {
  key: string
}

/** The keys that calls are made with. */
export class ApiKeys {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /** Makes a key. Keep `key`: it is not shown again. */
  async create(params: ApiKeyCreate, options?: WriteOptions): Promise<CreatedApiKey> {
    return this.#wire.post('/v1/api-keys', params, options)
  }

  list(filters?: ListFilters['apiKeys.list'], options?: CallOptions): List<ApiKey> {
    return this.#wire.list('/v1/api-keys', filters, options)
  }

  /** Revokes a key at once. */
  async revoke(id: string, options?: WriteOptions): Promise<ApiKey> {
    return this.#wire.post(path`/v1/api-keys/${id}/revoke`, {}, options)
  }
}

/** The time that deadlines are read against; in test mode it can be moved. */
export class TestClock {
  readonly #wire: Wire

  constructor(wire: Wire) {
    this.#wire = wire
  }

  async retrieve(options?: CallOptions): Promise<Clock> {
    return this.#wire.get('/v1/test/clock', options)
  }

  /** Moves the clock forward; what falls due then happens by itself. @throws HoldfastError `test_mode_only` */
  async advance(params: ClockAdvance, options?: WriteOptions): Promise<Clock> {
    return this.#wire.post('/v1/test/clock/advance', params, options)
  }
}
