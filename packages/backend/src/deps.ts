import type { EndpointName, PaymentTokenClaims, PaymentTokenKeySet } from '@holdfast/contract'
import type { PaymentConnector, PayoutConnector, Refusal } from '@holdfast/core'
import type { VaultClient } from '@holdfast/vault'
import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './database.ts'
import type { Reply } from './http/route.ts'
import type { Sealer } from './seal.ts'
import type { WalletOffers } from './wallets/offer.ts'
import type { UrlGuard } from './webhooks/guard.ts'

/** The rails that this backend is wired to, by connector name. */
export interface Rails {
  readonly payments: ReadonlyMap<string, PaymentConnector>
  readonly payouts: ReadonlyMap<string, PayoutConnector>
}

/** What a payment token says, before the signer adds issuer, audience, mode, times and an id. */
export type SignedClaims = Omit<PaymentTokenClaims, 'iss' | 'aud' | 'iat' | 'exp' | 'jti' | 'mode'>

export interface PaymentTokenSigner {
  /** Signs with the marketplace's newest key; the token lives for 15 minutes of real time. */
  sign(marketplace: string, claims: SignedClaims): Promise<string>
  /** The public keys that verify this marketplace's tokens; null: there is no such marketplace. */
  keys(marketplace: string): Promise<PaymentTokenKeySet | null>
}

/** A session, as its page is known by. */
export interface PageSession {
  readonly marketplace: string
  readonly session: string
}

/** What parts of the backend ask of each other; each is set once, while the backend is composed. */
export interface Hooks {
  /** Finds the session that a client secret opens; null: none, or the secret is wrong (compared in constant time). */
  findSessionBySecret(clientSecret: string): Promise<PageSession | null>
  /**
   * A key was claimed together with an operation, and nobody has answered it. Answers `in_flight` while a sender
   * holds the operation's lease; otherwise starts the inquiry and answers what is known, with status 202, or with
   * the route's own status when the outcome has become known meanwhile.
   */
  resumeOperation(subject: { readonly marketplace: string; readonly operation: string; readonly route: EndpointName }): Promise<'in_flight' | Reply | Refusal>
}

/** What routes, commands and jobs work with. */
export interface Deps {
  /** For reads and for what needs no transaction. */
  readonly db: Kysely<Database>
  readonly pool: Pool
  readonly rails: Rails
  readonly vault: VaultClient
  /** What Google Pay and Apple Pay are told of a marketplace, where both are set up. */
  readonly wallets: WalletOffers
  /** The API's address as its callers know it, once it listens; rails report there. */
  readonly publicUrl: () => string
  /** Where browsers load a marketplace's card frame: on the vault's public origin. */
  readonly frameUrl: (marketplace: string) => string
  readonly signer: PaymentTokenSigner
  readonly sealer: Sealer
  /** Says where webhooks may go. */
  readonly webhookGuard: UrlGuard
  readonly config: Config
  readonly log: Logger
  /** What deadlines are read against; decisions read `app_now()` in their own transaction instead. */
  readonly clock: Clock
  readonly hooks: Hooks
  /** Runs the worker's queues and the deliveries now, without waiting for its next tick. */
  wakeWorker(): Promise<void>
}
