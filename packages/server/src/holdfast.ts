import { systemClock } from './clock.ts'
import { configure } from './config.ts'
import { KeySet } from './key-set.ts'
import type { HoldfastOptions, Mode } from './options.ts'
import { ApiKeys, Marketplaces, TestClock } from './resources/account.ts'
import { Events, Ledger } from './resources/books.ts'
import { Orders, Payments, SavedCards, Sessions } from './resources/buying.ts'
import { Disputes, Escrows, Refunds, Releases } from './resources/holding.ts'
import { PaymentLinks } from './resources/payment-links.ts'
import { Operator, Payouts, Sellers, Settlements } from './resources/paying.ts'
import { Tokens } from './resources/tokens.ts'
import { WebhookDeliveries, WebhookEndpoints, Webhooks } from './resources/webhooks.ts'
import { tokenVerifier } from './verify.ts'
import { Wire } from './wire.ts'

/**
 * A client of one marketplace. Make one and keep it: it keeps its connections alive.
 *
 * @example
 * const holdfast = new Holdfast({ apiKey: process.env.HOLDFAST_API_KEY, baseUrl: 'https://pay.example' })
 * @throws HoldfastError `options_invalid` - `field` names the option
 */
export class Holdfast {
  /** The id of the marketplace that the API key belongs to. */
  readonly marketplaceId: string
  /** Whether the API key is for test money or for live money. */
  readonly mode: Mode
  readonly sessions: Sessions
  readonly paymentLinks: PaymentLinks
  readonly orders: Orders
  readonly savedCards: SavedCards
  readonly payments: Payments
  readonly escrows: Escrows
  readonly releases: Releases
  readonly refunds: Refunds
  readonly disputes: Disputes
  readonly sellers: Sellers
  readonly payouts: Payouts
  readonly settlements: Settlements
  readonly operator: Operator
  readonly ledger: Ledger
  readonly events: Events
  readonly marketplace: Marketplaces
  readonly apiKeys: ApiKeys
  readonly clock: TestClock
  readonly tokens: Tokens
  readonly webhooks: Webhooks
  readonly webhookEndpoints: WebhookEndpoints
  readonly webhookDeliveries: WebhookDeliveries
  readonly #wire: Wire

  constructor(options: HoldfastOptions) {
    const config = configure(options)
    const wire = new Wire(config)
    this.#wire = wire
    this.marketplaceId = config.marketplace
    this.mode = config.mode
    this.sessions = new Sessions(wire)
    this.paymentLinks = new PaymentLinks(wire)
    this.orders = new Orders(wire)
    this.savedCards = new SavedCards(wire)
    this.payments = new Payments(wire)
    this.escrows = new Escrows(wire)
    this.releases = new Releases(wire)
    this.refunds = new Refunds(wire)
    this.disputes = new Disputes(wire)
    this.sellers = new Sellers(wire)
    this.payouts = new Payouts(wire)
    this.settlements = new Settlements(wire)
    this.operator = new Operator(wire)
    this.ledger = new Ledger(wire)
    this.events = new Events(wire)
    this.marketplace = new Marketplaces(wire, config.marketplace)
    this.apiKeys = new ApiKeys(wire)
    this.clock = new TestClock(wire)
    this.webhooks = new Webhooks()
    this.webhookEndpoints = new WebhookEndpoints(wire)
    this.webhookDeliveries = new WebhookDeliveries(wire)
    const keys = new KeySet(() => this.marketplace.keys(), systemClock)
    this.tokens = new Tokens(tokenVerifier({ keys, clock: systemClock, marketplace: config.marketplace }))
  }

  /** Closes the connections that are kept alive. Calls that are under way fail. */
  close(): void {
    this.#wire.close()
  }

  /** What may be shown of it; never the API key. */
  toJSON(): { marketplaceId: string; mode: Mode } {
    return { marketplaceId: this.marketplaceId, mode: this.mode }
  }
}

/** The same as `new Holdfast(options)`. */
export function holdfast(options: HoldfastOptions): Holdfast {
  return new Holdfast(options)
}
