import * as z from 'zod'
import { instantSchema } from './fields.ts'
import { idOf } from './ids.ts'
import { currencySchema, positiveAmountSchema } from './money.ts'

/*
 * The vault's two faces. Public, to its own frame (on the vault's origin): redeem a ticket, tokenize.
 * Internal, to the backend (bearer: the internal key): origins, tickets, tokens, send.
 * Refusals are the problem documents of problems.ts, with these codes of the vault's own.
 */

export const vaultErrorCodes = {
  json_malformed: 400, validation_failed: 400, key_invalid: 401, ticket_refused: 403, origin_refused: 403,
  frame_session_refused: 403, not_found: 404, token_unknown: 404, token_used: 409, token_expired: 409,
  token_binding_refused: 409, card_data_expired: 409, already_sent: 409, host_refused: 409, template_unknown: 409,
  saved_card_unknown: 404, card_invalid: 422, rate_limited: 429, internal: 500,
  // of wallet tokens, in the order in which they are looked at
  wallet_unconfigured: 409, wallet_version_refused: 422, wallet_token_invalid: 422, wallet_roots_expired: 409,
  wallet_chain_refused: 422, wallet_marker_missing: 422, wallet_key_expired: 422, wallet_signature_refused: 422,
  wallet_signing_time_refused: 422, wallet_binding_refused: 422, wallet_recipient_refused: 422, wallet_undecryptable: 422,
  wallet_payload_invalid: 422, wallet_expired: 422, wallet_merchant_refused: 422, wallet_method_refused: 422,
  wallet_currency_refused: 422, wallet_amount_refused: 422, wallet_replayed: 409,
} as const
export type VaultErrorCode = keyof typeof vaultErrorCodes

/** `GET /frame?marketplace=mkt_…` serves the frame; `frame-ancestors` lists that marketplace's origins. */
export const FRAME_PATH = '/frame'

/** `POST /v1/frame-sessions`: the frame redeems its one-time ticket; the origin is the page's, as the browser says it. */
export const frameSessionCreateSchema = z.strictObject({ ticket: z.string().min(20).max(200), origin: z.string().max(300) })
export const frameSessionSchema = z.object({
  object: z.literal('frame_session'),
  frameSession: z.string().meta({ description: 'The bearer of POST /v1/tokens; bound to session, revision and origin.' }),
  marketplaceName: z.string(),
  revision: z.int(),
  amount: positiveAmountSchema,
  currency: currencySchema,
  exponent: z.int(),
  brands: z.array(z.string()),
  savedCard: z.object({ brand: z.string(), last4: z.string() }).nullable().meta({ description: 'Not null: only this card’s security code is asked for.' }),
  expiresAt: instantSchema,
})

/** `POST /v1/tokens`, bearer: the frame session. */
export const tokenCreateSchema = z.strictObject({
  number: z.string().regex(/^\d{12,19}$/),
  expMonth: z.int().min(1).max(12),
  expYear: z.int().min(2000).max(2100),
  securityCode: z.string().regex(/^\d{3,4}$/),
  name: z.string().min(2).max(70),
  /** Whether its buyer can have seen the number's field, where the frame's browser tells. For the vault's log. */
  seen: z.boolean().optional(),
})
/** `POST /v1/tokens`, bearer: a frame session for a saved card. */
export const savedTokenCreateSchema = z.strictObject({ securityCode: z.string().regex(/^\d{3,4}$/) })
export const tokenSchema = z.object({
  object: z.literal('card_token'),
  token: z.string(),
  expiresAt: instantSchema,
})

/** `PUT /internal/marketplaces/{id}`: which origins may embed the frame. */
export const vaultMarketplaceSchema = z.strictObject({ name: z.string(), origins: z.array(z.string()) })

/** `POST /internal/tickets` */
export const ticketCreateSchema = z.strictObject({
  marketplace: idOf('marketplace'),
  session: idOf('session'),
  revision: z.int(),
  origin: z.string(),
  amount: positiveAmountSchema,
  currency: currencySchema,
  exponent: z.int(),
  brands: z.array(z.string()),
  savedCard: idOf('savedCard').optional().meta({ description: 'The frame then asks for this card’s security code alone.' }),
})
export const ticketSchema = z.object({ ticket: z.string(), frameUrl: z.string(), expiresAt: instantSchema })

/** Wallets whose tokens the vault opens. Alipay and its like pay by themselves and give no card. */
export const vaultWallets = ['google_pay', 'apple_pay'] as const

/** `POST /internal/tokens/read` { marketplace, token } → what may be shown of it. */
export const tokenReadSchema = z.strictObject({ marketplace: idOf('marketplace'), token: z.string().max(200) })
export const tokenViewSchema = z.object({
  session: z.string(),
  revision: z.int(),
  brand: z.string(),
  last4: z.string(),
  expMonth: z.int(),
  expYear: z.int(),
  fingerprint: z.string(),
  used: z.boolean(),
  expiresAt: instantSchema,
  savedCard: z.string().nullable().meta({ description: 'The saved card that it was made of.' }),
  securityCode: z.boolean().meta({ description: 'A security code is sent with it.' }),
  wallet: z.enum(vaultWallets).nullable().meta({ description: 'The wallet that the card came from; null: typed by the buyer. Brand and last four are then the device’s number’s.' }),
  cryptogram: z.boolean().meta({ description: 'The wallet has authenticated the buyer, and a cryptogram says so to the network.' }),
})

/**
 * `POST /internal/wallet-tokens`: verify and open what a wallet gave the page, and keep it as a card. Amount,
 * currency, session and revision are what the backend knows of the session, never what the page says.
 */
export const walletTokenCreateSchema = z.strictObject({
  marketplace: idOf('marketplace'),
  session: idOf('session'),
  revision: z.int(),
  origin: z.string().max(300),
  amount: positiveAmountSchema,
  currency: currencySchema,
  brands: z.array(z.string()),
  wallet: z.enum(vaultWallets),
  token: z.string().min(2).max(16_384).meta({ description: 'JSON as text. Google Pay: `paymentMethodData.tokenizationData.token`. Apple Pay: `payment.token.paymentData`.' }),
})
export const walletTokenSchema = z.object({
  object: z.literal('card_token'),
  token: z.string(),
  expiresAt: instantSchema,
  cryptogram: z.boolean(),
})

/**
 * `GET /internal/marketplaces/{id}/wallets`: the wallets whose tokens this vault opens for a marketplace, and what a
 * page has to ask of them for that.
 */
export const vaultWalletsSchema = z.object({
  googlePay: z.object({
    tokenization: z.discriminatedUnion('type', [
      z.object({ type: z.literal('PAYMENT_GATEWAY'), parameters: z.object({ gateway: z.string(), gatewayMerchantId: z.string() }) }),
      z.object({ type: z.literal('DIRECT'), parameters: z.object({ protocolVersion: z.literal('ECv2'), publicKey: z.string() }) }),
    ]),
    authMethods: z.array(z.enum(['PAN_ONLY', 'CRYPTOGRAM_3DS'])),
  }).nullable(),
  applePay: z.object({ merchantIdHashes: z.array(z.string()).meta({ description: 'SHA-256 in hexadecimal of the merchant identifiers whose certificates it holds.' }) }).nullable(),
})

/**
 * Saved cards. A number becomes one by a send that says `keepAs`: it is kept provisionally, and is gone after a day
 * unless `POST /internal/saved-cards/keep` follows, once the rail has approved. `…/remove` deletes it, with every
 * token made of it that was not sent. Both may be repeated.
 */
export const savedCardKeySchema = z.strictObject({ marketplace: idOf('marketplace'), savedCard: idOf('savedCard') })
/** `kept` is false where the vault has no such number (any more). */
export const savedCardKeptSchema = z.object({ kept: z.boolean() })
/** `POST /internal/saved-cards/tokens`: a token that is sent without a security code. */
export const savedCardTokenRequestSchema = z.strictObject({
  marketplace: idOf('marketplace'),
  session: idOf('session'),
  revision: z.int(),
  origin: z.string().max(300),
  brands: z.array(z.string()),
  savedCard: idOf('savedCard'),
})

/**
 * `POST /internal/send`: fill the card into one request to a rail, send it once, answer with what the
 * template's response filter lets through. The template is the vault's own (method, path, the JSON pointers
 * that card fields fill, allowed request headers, the response's allowed fields); the caller gives the rest.
 */
export const sendSchema = z.strictObject({
  marketplace: idOf('marketplace'),
  operation: idOf('operation'),
  session: idOf('session'),
  revision: z.int(),
  token: z.string().max(200),
  template: z.enum(['jpmorgan.payments.create']),
  headers: z.record(z.string(), z.string()),
  body: z.record(z.string(), z.unknown()),
  timeoutMs: z.int().min(100).max(120_000),
  keepAs: idOf('savedCard').optional().meta({ description: 'The buyer wants the card saved: keep its number, provisionally, under this id.' }),
})
export const sendResultSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('answered'), httpStatus: z.int(), body: z.unknown() }),
  z.object({ outcome: z.literal('not_sent'), reason: z.string() }).meta({ description: 'Provably not sent: the socket never opened.' }),
  z.object({ outcome: z.literal('unknown'), reason: z.string() }),
])
export type SavedCardKey = z.infer<typeof savedCardKeySchema>
export type SavedCardTokenRequest = z.infer<typeof savedCardTokenRequestSchema>
export type CardToken = z.infer<typeof tokenSchema>
export type SavedTokenCreate = z.infer<typeof savedTokenCreateSchema>
export type SendRequest = z.infer<typeof sendSchema>
export type SendResult = z.infer<typeof sendResultSchema>
export type TicketCreate = z.infer<typeof ticketCreateSchema>
export type Ticket = z.infer<typeof ticketSchema>
export type TokenView = z.infer<typeof tokenViewSchema>
export type FrameSession = z.infer<typeof frameSessionSchema>
export type TokenCreate = z.infer<typeof tokenCreateSchema>
export type VaultWallet = (typeof vaultWallets)[number]
export type WalletTokenCreate = z.infer<typeof walletTokenCreateSchema>
export type VaultWallets = z.infer<typeof vaultWalletsSchema>
export type WalletToken = z.infer<typeof walletTokenSchema>
