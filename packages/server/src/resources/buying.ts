import type {
  BuyerLink, BuyerLinkCreate, CheckoutSession, ListFilters, Order, Payment, PaymentCapture, SavedCard, SessionCreate, SessionUpdate,
} from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import type { List } from '../list.ts'
import type { CallOptions, WriteOptions } from '../options.ts'

/** A checkout session: the buyer's way to pay for one order. */
export class Sessions {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * Creates an order and the session in which its buyer pays. Give the page `clientSecret`, and nothing else.
   *
   * @throws HoldfastError `reference_taken` - `existing` is the session's id that has the reference
   */
  async create(params: SessionCreate, options?: WriteOptions): Promise<CheckoutSession> {
    return this.#caller.post('/v1/checkout-sessions', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<CheckoutSession> {
    return this.#caller.get(path`/v1/checkout-sessions/${id}`, options)
  }

  /** Changes an open session; a changed amount makes a new revision. @throws HoldfastError `session_not_open` */
  async update(id: string, params: SessionUpdate, options?: WriteOptions): Promise<CheckoutSession> {
    return this.#caller.patch(path`/v1/checkout-sessions/${id}`, params, options)
  }

  /** Expires an open session now. @throws HoldfastError `session_not_open` */
  async expire(id: string, options?: WriteOptions): Promise<CheckoutSession> {
    return this.#caller.post(path`/v1/checkout-sessions/${id}/expire`, {}, options)
  }

  /** Cancels an open session. @throws HoldfastError `session_not_open` */
  async cancel(id: string, options?: WriteOptions): Promise<CheckoutSession> {
    return this.#caller.post(path`/v1/checkout-sessions/${id}/cancel`, {}, options)
  }

  list(filters?: ListFilters['sessions.list'], options?: CallOptions): List<CheckoutSession> {
    return this.#caller.list('/v1/checkout-sessions', filters, options)
  }
}

/** Cards that buyers let the marketplace keep, to pay again with. */
export class SavedCards {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Also one that was removed: what its buyer had agreed to can still be read. */
  async retrieve(id: string, options?: CallOptions): Promise<SavedCard> {
    return this.#caller.get(path`/v1/saved-cards/${id}`, options)
  }

  /** Removes a card: nothing is paid with it from now on, and its number is deleted. */
  async remove(id: string, options?: WriteOptions): Promise<SavedCard> {
    return this.#caller.delete(path`/v1/saved-cards/${id}`, options)
  }

  /** Those of a buyer or a company; the active ones by default. */
  list(filters?: ListFilters['savedCards.list'], options?: CallOptions): List<SavedCard> {
    return this.#caller.list('/v1/saved-cards', filters, options)
  }
}

/** What one buyer buys, from one or more sellers, in one currency. */
export class Orders {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async retrieve(id: string, options?: CallOptions): Promise<Order> {
    return this.#caller.get(path`/v1/orders/${id}`, options)
  }

  list(filters?: ListFilters['orders.list'], options?: CallOptions): List<Order> {
    return this.#caller.list('/v1/orders', filters, options)
  }

  /** Cancels an order that is not paid. @throws HoldfastError `order_not_cancelable` */
  async cancel(id: string, options?: WriteOptions): Promise<Order> {
    return this.#caller.post(path`/v1/orders/${id}/cancel`, {}, options)
  }

  /**
   * Makes the secret with which the order's buyer follows it in `<holdfast-order>`, confirms receipt and asks for a
   * refund: for a page that only this buyer can open. It ends by itself, four hours later by default.
   */
  async createBuyerLink(id: string, params: BuyerLinkCreate = {}, options?: WriteOptions): Promise<BuyerLink> {
    return this.#caller.post(path`/v1/orders/${id}/buyer-links`, params, options)
  }
}

/** One attempt to pay, on one rail. */
export class Payments {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async retrieve(id: string, options?: CallOptions): Promise<Payment> {
    return this.#caller.get(path`/v1/payments/${id}`, options)
  }

  list(filters?: ListFilters['payments.list'], options?: CallOptions): List<Payment> {
    return this.#caller.list('/v1/payments', filters, options)
  }

  /**
   * Captures an authorized payment: all that is left by default, an `amount` split over what remains, or
   * explicit `allotments`. What is captured is held for the sellers. While the rail's answer isn't known, the payment
   * is answered as it stands, with a capture that is `pending`; the event `payment.captured` tells the end.
   *
   * @throws HoldfastError `amount_exceeds_remaining` - `remaining` is what can still be captured: nothing, once it was
   * captured in full
   * @throws HoldfastError `payment_transition_refused` - it is not authorized
   */
  async capture(id: string, params: PaymentCapture = {}, options?: WriteOptions): Promise<Payment> {
    return this.#caller.post(path`/v1/payments/${id}/capture`, params, options)
  }

  /** Voids what is authorized and not captured. @throws HoldfastError `payment_transition_refused` */
  async void(id: string, options?: WriteOptions): Promise<Payment> {
    return this.#caller.post(path`/v1/payments/${id}/void`, {}, options)
  }
}
