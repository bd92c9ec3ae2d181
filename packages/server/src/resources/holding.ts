import type {
  Dispute, DisputeOpen, Escrow, EscrowDeliver, EscrowRelease, ListFilters, Refund, RefundCreate, Release,
} from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import type { List } from '../list.ts'
import type { CallOptions, WriteOptions } from '../options.ts'

/** One seller's share of one order, held until it is released or refunded. */
export class Escrows {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async retrieve(id: string, options?: CallOptions): Promise<Escrow> {
    return this.#caller.get(path`/v1/escrows/${id}`, options)
  }

  list(filters?: ListFilters['escrows.list'], options?: CallOptions): List<Escrow> {
    return this.#caller.list('/v1/escrows', filters, options)
  }

  /**
   * Records that the seller has shipped, which starts the inspection period.
   *
   * @throws HoldfastError `milestone_transition_refused` - nothing is funded, or it was delivered already
   */
  async deliver(id: string, params: EscrowDeliver, options?: WriteOptions): Promise<Escrow> {
    return this.#caller.post(path`/v1/escrows/${id}/deliver`, params, options)
  }

  /** The buyer confirms receipt: releases all that is held. @throws HoldfastError `escrow_disputed` */
  async accept(id: string, options?: WriteOptions): Promise<Escrow> {
    return this.#caller.post(path`/v1/escrows/${id}/accept`, {}, options)
  }

  /**
   * Releases held funds to the seller's balance, less the platform's fee: all that is held by default.
   *
   * @throws HoldfastError `amount_exceeds_remaining` - `remaining` is what is held
   * @throws HoldfastError `escrow_disputed` - a dispute freezes it
   */
  async release(id: string, params: EscrowRelease = {}, options?: WriteOptions): Promise<Release> {
    return this.#caller.post(path`/v1/escrows/${id}/release`, params, options)
  }
}

/** What went from held to sellers' balances. */
export class Releases {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  list(filters?: ListFilters['releases.list'], options?: CallOptions): List<Release> {
    return this.#caller.list('/v1/releases', filters, options)
  }
}

/** What goes back to buyers. */
export class Refunds {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * Refunds the buyer, from held money first: all that remains by default, an `amount`, or explicit
   * `allotments`. It is `pending` until the rail confirms it.
   *
   * @throws HoldfastError `amount_exceeds_remaining` - `remaining` is what can still be refunded
   */
  async create(params: RefundCreate, options?: WriteOptions): Promise<Refund> {
    return this.#caller.post('/v1/refunds', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<Refund> {
    return this.#caller.get(path`/v1/refunds/${id}`, options)
  }

  list(filters?: ListFilters['refunds.list'], options?: CallOptions): List<Refund> {
    return this.#caller.list('/v1/refunds', filters, options)
  }
}

/** Buyer against seller, inside the marketplace. */
export class Disputes {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Freezes an escrow: no release, no timer. @throws HoldfastError `escrow_disputed` - it is disputed already */
  async open(params: DisputeOpen, options?: WriteOptions): Promise<Dispute> {
    return this.#caller.post('/v1/disputes', params, options)
  }

  /** Ends a dispute; the escrow goes on where it stood. @throws HoldfastError `dispute_not_open` */
  async withdraw(id: string, options?: WriteOptions): Promise<Dispute> {
    return this.#caller.post(path`/v1/disputes/${id}/withdraw`, {}, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<Dispute> {
    return this.#caller.get(path`/v1/disputes/${id}`, options)
  }

  list(filters?: ListFilters['disputes.list'], options?: CallOptions): List<Dispute> {
    return this.#caller.list('/v1/disputes', filters, options)
  }
}
