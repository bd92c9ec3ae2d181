import type { Event, LedgerAccount, ListFilters, Transfer, TrialBalance, Verification } from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import type { List } from '../list.ts'
import type { CallOptions } from '../options.ts'

/** The double-entry ledger, to read. */
export class Ledger {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  accounts(filters?: ListFilters['ledger.accounts'], options?: CallOptions): List<LedgerAccount> {
    return this.#caller.list('/v1/ledger/accounts', filters, options)
  }

  transfers(filters?: ListFilters['ledger.transfers'], options?: CallOptions): List<Transfer> {
    return this.#caller.list('/v1/ledger/transfers', filters, options)
  }

  /** Sums every posting, then compares with the balance rows. */
  async trialBalance(options?: CallOptions): Promise<TrialBalance> {
    return this.#caller.get('/v1/ledger/trial-balance', options)
  }

  /** What the backend's continuous verifier has found, and how far it has come. Costs next to nothing. */
  async verification(options?: CallOptions): Promise<Verification> {
    return this.#caller.get('/v1/ledger/verification', options)
  }
}

/** What happened, numbered per object. */
export class Events {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Newest first, unless `order: 'oldest'`; then `after` is a cursor that never misses one. */
  list(filters?: ListFilters['events.list'], options?: CallOptions): List<Event> {
    return this.#caller.list('/v1/events', filters, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<Event> {
    return this.#caller.get(path`/v1/events/${id}`, options)
  }
}
