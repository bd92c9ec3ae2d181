import * as z from 'zod'
import { attemptSchema, CHECKOUT_EVENTS_PATH, checkoutViewSchema, confirmSchema, frameTicketSchema, NOTIFICATIONS_PATH, walletCardCreateSchema, walletCardSchema, walletSessionCreateSchema, walletSessionSchema } from './checkout.ts'
import { addressFormatQuerySchema, addressFormatSchema, detailsInputSchema } from './details.ts'
import { eventSchema } from './events.ts'
import { idOf, type IdKind } from './ids.ts'
import { buyerLinkCreateSchema, buyerLinkSchema, orderAcceptSchema, orderDisputeSchema, orderViewSchema } from './order.ts'
import { listQueryOf } from './paging.ts'
import * as link from './payment-links.ts'
import * as request from './requests.ts'
import * as saved from './saved-cards.ts'
import * as resource from './resources.ts'
import * as webhook from './webhooks.ts'

/**
 * Who may call: `secret` and `publishable` are API keys, `page` is a session's client secret (with CORS for
 * the marketplace's origins), `buyer` an order's buyer link (with the same CORS), `hosted` a page of our own (without
 * CORS, and only so often), `public` needs nothing.
 */
export type Caller = 'secret' | 'publishable' | 'page' | 'buyer' | 'hosted' | 'public'

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly caller: Caller
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response: z.ZodType
  readonly status: 200 | 201
  /** Answers 202 while the rail's own answer isn't known, with the object as it stands. */
  readonly awaitsRail?: true
  /** Every mutating call takes an Idempotency-Key; those of a page or a buyer may leave it out. */
  readonly idempotent: boolean
  readonly testOnly?: true
}

const path = (kind: IdKind) => z.strictObject({ id: idOf(kind) })

/** One page of a list, newest first; ask for the next with `after` = the last id. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ object: z.literal('list'), data: z.array(item), hasMore: z.boolean() })
}

const list = <Q extends z.ZodType, T extends z.ZodType>(path: string, query: Q, item: T, summary: string) =>
  ({ method: 'GET', path, caller: 'secret', summary, query, response: pageOf(item), status: 200, idempotent: false }) as const

const retrieve = <T extends z.ZodType>(path_: string, kind: IdKind, response: T, summary: string) =>
  ({ method: 'GET', path: path_, caller: 'secret', summary, params: path(kind), response, status: 200, idempotent: false }) as const

const create = <B extends z.ZodType, T extends z.ZodType>(path_: string, body: B, response: T, summary: string) =>
  ({ method: 'POST', path: path_, caller: 'secret', summary, body, response, status: 201, idempotent: true }) as const

const act = <B extends z.ZodType, T extends z.ZodType>(path_: string, kind: IdKind, body: B, response: T, summary: string) =>
  ({ method: 'POST', path: path_, caller: 'secret', summary, params: path(kind), body, response, status: 200, idempotent: true }) as const

/** Every call of the API, by the name that the SDK and the route's file have. */
export const endpoints = {
  'marketplace.retrieve': { method: 'GET', path: '/v1/marketplace', caller: 'publishable', summary: 'The marketplace of the key', response: resource.marketplaceSchema, status: 200, idempotent: false },
  'marketplace.update': { method: 'PATCH', path: '/v1/marketplace', caller: 'secret', summary: 'Change its name, its registered origins, or how the hosted page looks', body: request.marketplaceUpdateSchema, response: resource.marketplaceSchema, status: 200, idempotent: true },
  'marketplace.keys': { method: 'GET', path: '/v1/marketplaces/:id/jwks.json', caller: 'public', summary: 'The public keys that verify payment tokens', params: path('marketplace'), response: z.object({ keys: z.array(z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), use: z.literal('sig'), alg: z.literal('EdDSA'), kid: z.string(), x: z.string() })) }), status: 200, idempotent: false },
  'apiKeys.create': create('/v1/api-keys', request.apiKeyCreateSchema, resource.apiKeySchema.extend({ key: z.string() }), 'Make an API key; it is shown this once'),
  'apiKeys.rotate': { ...act('/v1/api-keys/:id/rotate', 'apiKey', request.apiKeyRotateSchema, resource.apiKeySchema.extend({ key: z.string() }), 'Make the key that follows this one; the old one works on for a while'), status: 201 },
  'apiKeys.list': list('/v1/api-keys', listQueryOf('apiKey'), resource.apiKeySchema, 'List API keys'),
  'apiKeys.revoke': act('/v1/api-keys/:id/revoke', 'apiKey', request.emptySchema, resource.apiKeySchema, 'Revoke an API key at once'),

  'sellers.create': create('/v1/sellers', request.sellerCreateSchema, resource.sellerSchema, 'Create a seller'),
  'sellers.retrieve': retrieve('/v1/sellers/:id', 'seller', resource.sellerSchema, 'Read a seller'),
  'sellers.update': { method: 'PATCH', path: '/v1/sellers/:id', caller: 'secret', summary: 'Change a seller', params: path('seller'), body: request.sellerUpdateSchema, response: resource.sellerSchema, status: 200, idempotent: true },
  'sellers.list': list('/v1/sellers', request.sellerListSchema, resource.sellerSchema, 'List sellers'),
  'sellers.balances': { method: 'GET', path: '/v1/sellers/:id/balances', caller: 'secret', summary: 'A seller’s balances, one a currency', params: path('seller'), response: z.object({ object: z.literal('list'), data: z.array(resource.sellerBalanceSchema), hasMore: z.literal(false) }), status: 200, idempotent: false },

  'sessions.create': create('/v1/checkout-sessions', request.sessionCreateSchema, resource.sessionSchema, 'Create an order and the session in which its buyer pays'),
  'sessions.retrieve': retrieve('/v1/checkout-sessions/:id', 'session', resource.sessionSchema, 'Read a session'),
  'sessions.update': { method: 'PATCH', path: '/v1/checkout-sessions/:id', caller: 'secret', summary: 'Change an open session', params: path('session'), body: request.sessionUpdateSchema, response: resource.sessionSchema, status: 200, idempotent: true },
  'sessions.expire': act('/v1/checkout-sessions/:id/expire', 'session', request.emptySchema, resource.sessionSchema, 'Expire an open session now'),
  'sessions.cancel': act('/v1/checkout-sessions/:id/cancel', 'session', request.emptySchema, resource.sessionSchema, 'Cancel an open session'),
  'sessions.list': list('/v1/checkout-sessions', listQueryOf('session'), resource.sessionSchema, 'List sessions'),

  'checkout.retrieve': { method: 'GET', path: '/v1/checkout', caller: 'page', summary: 'What the component shows', response: checkoutViewSchema, status: 200, idempotent: false },
  'checkout.frameTicket': { method: 'POST', path: '/v1/checkout/frame-ticket', caller: 'page', summary: 'A one-time ticket for the card frame: for a new card, or the security code of a saved one', body: saved.frameTicketCreateSchema, response: frameTicketSchema, status: 201, idempotent: false },
  'checkout.walletSession': { method: 'POST', path: '/v1/checkout/wallet-session', caller: 'page', summary: 'A merchant session of Apple’s, which its sheet wants before it opens on this page', body: walletSessionCreateSchema, response: walletSessionSchema, status: 201, idempotent: false },
  'checkout.walletCard': { method: 'POST', path: '/v1/checkout/wallet-card', caller: 'page', summary: 'A card token for what Google Pay or Apple Pay gave the page', body: walletCardCreateSchema, response: walletCardSchema, status: 201, idempotent: false },
  'checkout.details': { method: 'POST', path: '/v1/checkout/details', caller: 'page', summary: 'Keep what the buyer says of the order', body: detailsInputSchema, response: checkoutViewSchema, status: 200, idempotent: false },
  'checkout.addressFormat': { method: 'GET', path: '/v1/checkout/address-format', caller: 'page', summary: 'How a country writes its addresses', query: addressFormatQuerySchema, response: addressFormatSchema, status: 200, idempotent: false },
  'checkout.savedCardToken': { method: 'POST', path: '/v1/checkout/saved-card-token', caller: 'page', summary: 'A card token for a saved card, where the session wants no security code', body: saved.savedCardTokenCreateSchema, response: saved.savedCardTokenSchema, status: 201, idempotent: false },
  'checkout.removeSavedCard': { method: 'POST', path: '/v1/checkout/remove-saved-card', caller: 'page', summary: 'Remove a card that the session’s buyer saved', body: saved.savedCardRemoveSchema, response: checkoutViewSchema, status: 200, idempotent: false },
  'checkout.confirm': { method: 'POST', path: '/v1/checkout/confirm', caller: 'page', summary: 'Pay with a card token, or begin to pay with a wallet', body: confirmSchema, response: attemptSchema, status: 200, awaitsRail: true, idempotent: true },
  'checkout.check': { method: 'POST', path: '/v1/checkout/check', caller: 'page', summary: 'Ask the rail now what became of the attempt under way', body: request.emptySchema, response: checkoutViewSchema, status: 200, idempotent: false },
  'checkout.cancelAttempt': { method: 'POST', path: '/v1/checkout/cancel-attempt', caller: 'page', summary: 'Close a wallet attempt that waits for the buyer, so that another way to pay can be chosen', body: request.emptySchema, response: checkoutViewSchema, status: 200, idempotent: false },

  'savedCards.retrieve': retrieve('/v1/saved-cards/:id', 'savedCard', saved.savedCardSchema, 'Read a saved card, also once it is removed'),
  'savedCards.remove': { method: 'DELETE', path: '/v1/saved-cards/:id', caller: 'secret', summary: 'Remove a saved card; its number is deleted', params: path('savedCard'), response: saved.savedCardSchema, status: 200, idempotent: true },
  'savedCards.list': list('/v1/saved-cards', request.savedCardListSchema, saved.savedCardSchema, 'List saved cards, by buyer or company'),

  'paymentLinks.create': create('/v1/payment-links', link.paymentLinkCreateSchema, link.paymentLinkSchema, 'Make a URL that buyers open to pay'),
  'paymentLinks.retrieve': retrieve('/v1/payment-links/:id', 'paymentLink', link.paymentLinkSchema, 'Read a payment link'),
  'paymentLinks.deactivate': act('/v1/payment-links/:id/deactivate', 'paymentLink', request.emptySchema, link.paymentLinkSchema, 'End a payment link for good, with its sessions that nobody is paying in'),
  'paymentLinks.list': list('/v1/payment-links', request.paymentLinkListSchema, link.paymentLinkSchema, 'List payment links'),
  'paymentLinks.open': { method: 'POST', path: '/v1/payment-links/:slug/open', caller: 'hosted', summary: 'The session of a payment link, for the page that its URL opens', params: z.strictObject({ slug: link.paymentLinkSlugSchema }), body: request.emptySchema, response: link.paymentLinkOpeningSchema, status: 201, idempotent: false },

  'orders.retrieve': retrieve('/v1/orders/:id', 'order', resource.orderSchema, 'Read an order'),
  'orders.list': list('/v1/orders', request.orderListSchema, resource.orderSchema, 'List orders'),
  'orders.cancel': act('/v1/orders/:id/cancel', 'order', request.emptySchema, resource.orderSchema, 'Cancel an order that is not paid'),
  'orders.createBuyerLink': { ...act('/v1/orders/:id/buyer-links', 'order', buyerLinkCreateSchema, buyerLinkSchema, 'Make the secret with which an order’s buyer follows it, confirms receipt and asks for a refund'), status: 201 },

  'order.retrieve': { method: 'GET', path: '/v1/order', caller: 'buyer', summary: 'What the buyer sees of an order: where the money is, and what happened', response: orderViewSchema, status: 200, idempotent: false },
  'order.accept': { method: 'POST', path: '/v1/order/accept', caller: 'buyer', summary: 'The buyer confirms receipt from one seller: releases all that is held of that share', body: orderAcceptSchema, response: orderViewSchema, status: 200, idempotent: true },
  'order.dispute': { method: 'POST', path: '/v1/order/dispute', caller: 'buyer', summary: 'The buyer asks one seller for a refund: opens a dispute, which freezes that share', body: orderDisputeSchema, response: orderViewSchema, status: 200, idempotent: true },

  'payments.retrieve': retrieve('/v1/payments/:id', 'payment', resource.paymentSchema, 'Read a payment'),
  'payments.list': list('/v1/payments', request.paymentListSchema, resource.paymentSchema, 'List payments'),
  'payments.capture': { ...act('/v1/payments/:id/capture', 'payment', request.paymentCaptureSchema, resource.paymentSchema, 'Capture an authorized payment, whole or in part'), awaitsRail: true },
  'payments.void': { ...act('/v1/payments/:id/void', 'payment', request.emptySchema, resource.paymentSchema, 'Void what is authorized and not captured'), awaitsRail: true },

  'escrows.retrieve': retrieve('/v1/escrows/:id', 'escrow', resource.escrowSchema, 'Read an escrow'),
  'escrows.list': list('/v1/escrows', request.escrowListSchema, resource.escrowSchema, 'List escrows'),
  'escrows.deliver': act('/v1/escrows/:id/deliver', 'escrow', request.escrowDeliverSchema, resource.escrowSchema, 'Record that the seller has shipped; starts the inspection period'),
  'escrows.accept': act('/v1/escrows/:id/accept', 'escrow', request.emptySchema, resource.escrowSchema, 'The buyer confirms receipt: releases all that is held'),
  'escrows.release': act('/v1/escrows/:id/release', 'escrow', request.escrowReleaseSchema, resource.releaseSchema, 'Release held funds to the seller, whole or in part'),

  'releases.list': list('/v1/releases', request.releaseListSchema, resource.releaseSchema, 'List releases'),
  'refunds.create': create('/v1/refunds', request.refundCreateSchema, resource.refundSchema, 'Refund the buyer, from held money first'),
  'refunds.retrieve': retrieve('/v1/refunds/:id', 'refund', resource.refundSchema, 'Read a refund'),
  'refunds.list': list('/v1/refunds', request.refundListSchema, resource.refundSchema, 'List refunds'),

  'disputes.open': create('/v1/disputes', request.disputeOpenSchema, resource.disputeSchema, 'Freeze an escrow: no release, no timer'),
  'disputes.withdraw': act('/v1/disputes/:id/withdraw', 'dispute', request.emptySchema, resource.disputeSchema, 'End a dispute; the escrow goes on where it stood'),
  'disputes.retrieve': retrieve('/v1/disputes/:id', 'dispute', resource.disputeSchema, 'Read a dispute'),
  'disputes.list': list('/v1/disputes', request.disputeListSchema, resource.disputeSchema, 'List disputes'),

  'payouts.create': create('/v1/payouts', request.payoutCreateSchema, resource.payoutSchema, 'Send a seller’s settled balance to its bank account'),
  'payouts.retrieve': retrieve('/v1/payouts/:id', 'payout', resource.payoutSchema, 'Read a payout'),
  'payouts.list': list('/v1/payouts', request.payoutListSchema, resource.payoutSchema, 'List payouts'),

  'settlements.import': { method: 'POST', path: '/v1/settlements/import', caller: 'secret', summary: 'Fetch and post the rails’ new reports now; the worker does so daily', body: request.settlementImportSchema, response: resource.settlementsImportedSchema, status: 200, idempotent: true },
  'settlements.retrieve': retrieve('/v1/settlements/:id', 'settlement', resource.settlementSchema, 'Read a settlement'),
  'settlements.lines': { method: 'GET', path: '/v1/settlements/:id/lines', caller: 'secret', summary: 'List a settlement’s lines', params: path('settlement'), query: listQueryOf('settlementLine'), response: pageOf(resource.settlementLineSchema), status: 200, idempotent: false },
  'settlements.list': list('/v1/settlements', listQueryOf('settlement'), resource.settlementSchema, 'List settlements'),

  'operator.topUp': create('/v1/operator/top-ups', request.operatorTransferCreateSchema, resource.operatorTransferSchema, 'Record money that the operator put into custody'),
  'operator.withdraw': create('/v1/operator/withdrawals', request.operatorTransferCreateSchema, resource.operatorTransferSchema, 'Take earned fees out of custody'),

  'ledger.accounts': list('/v1/ledger/accounts', request.accountListSchema, resource.ledgerAccountSchema, 'List ledger accounts with balances'),
  'ledger.transfers': list('/v1/ledger/transfers', request.transferListSchema, resource.transferSchema, 'List transfers with their postings'),
  'ledger.trialBalance': { method: 'GET', path: '/v1/ledger/trial-balance', caller: 'secret', summary: 'Sum every posting, then compare with the balance rows', response: resource.trialBalanceSchema, status: 200, idempotent: false },
  'ledger.verification': { method: 'GET', path: '/v1/ledger/verification', caller: 'secret', summary: 'What the continuous verifier has found, and how far it has come', response: resource.verificationSchema, status: 200, idempotent: false },

  'events.list': list('/v1/events', request.eventListSchema, eventSchema, 'List events'),
  'events.retrieve': retrieve('/v1/events/:id', 'event', eventSchema, 'Read an event'),

  'webhookEndpoints.create': create('/v1/webhook-endpoints', webhook.webhookEndpointCreateSchema, webhook.webhookEndpointWithSecretSchema, 'Deliver events to a URL; the secret that signs them is shown this once'),
  'webhookEndpoints.retrieve': retrieve('/v1/webhook-endpoints/:id', 'webhookEndpoint', webhook.webhookEndpointSchema, 'Read a webhook endpoint'),
  'webhookEndpoints.update': { method: 'PATCH', path: '/v1/webhook-endpoints/:id', caller: 'secret', summary: 'Change its URL, what it asks for, or its description', params: path('webhookEndpoint'), body: webhook.webhookEndpointUpdateSchema, response: webhook.webhookEndpointSchema, status: 200, idempotent: true },
  'webhookEndpoints.rotateSecret': act('/v1/webhook-endpoints/:id/rotate-secret', 'webhookEndpoint', webhook.webhookSecretRotateSchema, webhook.webhookEndpointWithSecretSchema, 'Make a new secret; those before it sign beside it for a while'),
  'webhookEndpoints.disable': act('/v1/webhook-endpoints/:id/disable', 'webhookEndpoint', request.emptySchema, webhook.webhookEndpointSchema, 'Deliver nothing more until it is enabled'),
  'webhookEndpoints.enable': act('/v1/webhook-endpoints/:id/enable', 'webhookEndpoint', webhook.webhookEndpointEnableSchema, webhook.webhookEndpointSchema, 'Deliver again, from where it stopped'),
  'webhookEndpoints.replay': act('/v1/webhook-endpoints/:id/replay', 'webhookEndpoint', webhook.webhookReplayCreateSchema, webhook.webhookReplaySchema, 'Send one event again, or all from an instant or event on'),
  'webhookEndpoints.delete': { method: 'DELETE', path: '/v1/webhook-endpoints/:id', caller: 'secret', summary: 'Delete an endpoint and its secrets', params: path('webhookEndpoint'), response: webhook.webhookDeletedSchema, status: 200, idempotent: true },
  'webhookEndpoints.list': list('/v1/webhook-endpoints', listQueryOf('webhookEndpoint'), webhook.webhookEndpointSchema, 'List webhook endpoints'),
  'webhookDeliveries.retrieve': retrieve('/v1/webhook-deliveries/:id', 'webhookDelivery', webhook.webhookDeliverySchema, 'Read a delivery with its latest attempts'),
  'webhookDeliveries.list': list('/v1/webhook-deliveries', webhook.webhookDeliveryListSchema, webhook.webhookDeliverySchema, 'List deliveries'),

  'clock.retrieve': { method: 'GET', path: '/v1/test/clock', caller: 'secret', summary: 'The time that deadlines are read against', response: resource.clockSchema, status: 200, idempotent: false },
  'clock.advance': { method: 'POST', path: '/v1/test/clock/advance', caller: 'secret', summary: 'Move the clock forward', body: request.clockAdvanceSchema, response: resource.clockSchema, status: 200, idempotent: true, testOnly: true },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints
type Of<N extends EndpointName, F extends string> = F extends keyof (typeof endpoints)[N] ? (typeof endpoints)[N][F] : never
export type BodyOf<N extends EndpointName> = Of<N, 'body'> extends z.ZodType ? z.output<Of<N, 'body'>> : undefined
export type QueryOf<N extends EndpointName> = Of<N, 'query'> extends z.ZodType ? z.output<Of<N, 'query'>> : undefined
export type ParamsOf<N extends EndpointName> = Of<N, 'params'> extends z.ZodType ? z.output<Of<N, 'params'>> : undefined
export type ResponseOf<N extends EndpointName> = z.output<(typeof endpoints)[N]['response']>

/** Calls whose bodies are not JSON documents of ours: a stream of events, and the rails' own formats. */
export const rawEndpoints = {
  'checkout.events': { method: 'GET', path: CHECKOUT_EVENTS_PATH, caller: 'page', summary: 'Hear what becomes of the session, as server-sent events named `checkout`, each with a CheckoutView', produces: 'text/event-stream' },
  'notifications.receive': { method: 'POST', path: `${NOTIFICATIONS_PATH}/:connector/:marketplace`, caller: 'public', summary: 'Where a rail reports by itself, signed and answered in its own format', produces: '*/*' },
} as const satisfies Record<string, Pick<Endpoint, 'method' | 'path' | 'caller' | 'summary'> & { readonly produces: string }>
