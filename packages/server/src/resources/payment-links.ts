import type { ListFilters, PaymentLink, PaymentLinkCreate } from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import type { List } from '../list.ts'
import type { CallOptions, WriteOptions } from '../options.ts'

/** A URL that buyers open to pay, on a page of Holdfast's own: for merchants who send an invoice, not a page. */
export class PaymentLinks {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * Makes a link of what a session would be created with. Send its `url` to whom it is meant for: whoever has it can
   * open it. It can be paid once, within 30 days, unless `maxUses` and `expiresInMinutes` say otherwise.
   *
   * @throws HoldfastError `reference_taken` - `existing` is the id of the link that has the reference
   */
  async create(params: PaymentLinkCreate, options?: WriteOptions): Promise<PaymentLink> {
    return this.#caller.post('/v1/payment-links', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<PaymentLink> {
    return this.#caller.get(path`/v1/payment-links/${id}`, options)
  }

  list(filters?: ListFilters['paymentLinks.list'], options?: CallOptions): List<PaymentLink> {
    return this.#caller.list('/v1/payment-links', filters, options)
  }

  /**
   * Ends a link for good: nobody opens it any more, and its sessions that nobody is paying in expire. An attempt that
   * is under way goes on. Doing it twice is doing it once.
   */
  async deactivate(id: string, options?: WriteOptions): Promise<PaymentLink> {
    return this.#caller.post(path`/v1/payment-links/${id}/deactivate`, {}, options)
  }
}
