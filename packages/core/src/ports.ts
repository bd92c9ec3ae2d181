import type {
  AuthenticationState, challengeWindows, DeclineClass, OperationKind, PaymentMethodType, SendRequest, SendResult, walletFlows,
} from '@holdfast/contract'
import type { Details } from '@holdfast/contract/types'

/*
 * What the domain asks of the world outside. Connectors implement these; only backend/main.ts wires them.
 */

/** Why a rail said no, in our one taxonomy. `code` is ours; `raw` is the rail's, kept for operators. */
export interface Decline {
  readonly class: DeclineClass
  readonly code: string
  readonly raw?: Readonly<Record<string, string>>
}

/**
 * What became of a request to a rail. `unknown` is not failure: it is left only by asking the rail.
 * `not_sent` is provably unsent, so that the operation may be rejected and the buyer may try again.
 */
export type Outcome =
  | {
    readonly outcome: 'approved'; readonly railReference: string; readonly amount: bigint; readonly card?: CardFacts
    readonly authentication?: Authentication; readonly networkTransactionId?: string
  }
  | { readonly outcome: 'declined'; readonly decline: Decline; readonly railReference?: string; readonly authentication?: Authentication }
  | { readonly outcome: 'action_required'; readonly railReference?: string; readonly action: BuyerAction }
  | { readonly outcome: 'not_sent'; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly reason: string }

/**
 * What a buyer has to do before a charge can end. Plain data, kept with the operation: instants are ISO 8601.
 * `redirect`: the wallet's page to go to. `qr_code`: what the code says. `authenticate`: the issuer's pages to show by
 * 3-D Secure, and whether it has asked for something yet. `wait`: the buyer has acted, or the rail shows no more than
 * that the charge is open.
 */
export type BuyerAction =
  | { readonly type: 'redirect'; readonly url: string; readonly expiresAt: string }
  | { readonly type: 'qr_code'; readonly content: string; readonly expiresAt: string }
  | { readonly type: 'authenticate'; readonly url: string; readonly step: 'fingerprint' | 'challenge' }
  | { readonly type: 'wait'; readonly expiresAt?: string }

export type WalletFlow = (typeof walletFlows)[number]

/**
 * What an inquiry shows. `not_found` becomes final only after the connector's own `notFoundFinalAfterMs`
 * since the request was sent – for a wallet's charge, since it expired –: until then the rail may still record it.
 */
export type Inquiry = Outcome | { readonly outcome: 'not_found' }

/** How 3-D Secure ended, as the rail tells it. Nothing that passed through the buyer's browser. */
export interface Authentication {
  readonly status: AuthenticationState
  readonly version: string | null
  readonly eci: string | null
  readonly liabilityShift: boolean
  /** Of the scheme's directory server. */
  readonly transactionId: string | null
}

export interface CardFacts {
  readonly brand: string
  readonly last4: string
}

/** One request to a rail, as the operation's row stores it: canonical, without secrets. */
export interface RailRequest {
  readonly marketplace: string
  /** The operation's id. */
  readonly operation: string
  readonly kind: OperationKind
  /** What the rail knows the request by; unique, stored before it is sent. */
  readonly requestId: string
  /** Minor units. */
  readonly amount: bigint
  readonly currency: string
  /** Our payment (or payout), as the rail may show it to a person. */
  readonly subject: string
  /** The merchant's reference of the order. */
  readonly orderReference: string
}

/** A first request for money: `authorize` reserves, `sale` takes. */
export type ChargeRequest = CardChargeRequest | WalletChargeRequest

interface Charge extends RailRequest {
  readonly kind: 'authorize' | 'sale'
  readonly method: PaymentMethodType
  readonly session: string
  readonly revision: number
  readonly marketplaceName: string
  /** What was said of the order, for the rails that pass it on. */
  readonly details?: Partial<Details>
}

export interface CardChargeRequest extends Charge {
  readonly method: 'card'
  /** The vault's token; never a card number. */
  readonly cardToken: string
  /** The issuer may authenticate the buyer first: the outcome is then `action_required`, with `authenticate`. */
  readonly threeDSecure?: {
    /** Whether the issuer is asked to challenge, or decides. */
    readonly mode: 'automatic' | 'challenge'
    readonly window: ChallengeWindow
    /** Where the buyer's browser is sent afterwards, whatever came of it. */
    readonly returnUrl: string
  }
  /** With `threeDSecure`: of the buyer's browser. Sent, and kept nowhere. */
  readonly browser?: BuyerBrowser
  /** Left out: the card is used this once, and not kept. */
  readonly credential?: StoredCredential
}

/** What card networks want to be told of a card that is kept. Plain data, kept with the operation. */
export interface StoredCredential {
  /** `first`: the buyer agrees, with this payment, that it is kept. `again`: it is paid with a card kept before. */
  readonly use: 'first' | 'again'
  /** The saved card. With `first`, what the vault keeps the number as. */
  readonly savedCard: string
  /** Who asks for the payment; `merchant` where its buyer is not there. */
  readonly initiator: 'buyer' | 'merchant'
  /** The network's id of the payment that first used it, where the rail gave one. */
  readonly networkTransactionId?: string
}

export type ChallengeWindow = (typeof challengeWindows)[number]

/** As the page told (language to Java) and as the request itself showed (the rest). */
export interface BuyerBrowser {
  readonly language: string
  readonly colorDepth: number
  readonly screenWidth: number
  readonly screenHeight: number
  /** Minutes from local time to UTC. */
  readonly timeZoneOffset: number
  readonly javaEnabled: boolean
  readonly ip: string
  readonly userAgent: string
  readonly accept: string
}

/** The buyer approves it at the wallet, later: its ordinary outcome is `action_required`. */
export interface WalletChargeRequest extends Charge {
  readonly method: 'alipay'
  readonly kind: 'sale'
  readonly flow: WalletFlow
  readonly device: 'desktop' | 'phone'
  /** What is bought, for the wallet to show; at most 256 characters. */
  readonly description: string
  /** Where the wallet sends the buyer afterwards, whatever came of it. */
  readonly returnUrl: string
  /** Where the rail reports what came of it. */
  readonly notifyUrl: string
  /** ISO 8601; the rail takes no payment for it afterwards. */
  readonly expiresAt: string
}

/** A later request on an approved one. */
export interface FollowUpRequest extends RailRequest {
  readonly kind: 'capture' | 'void' | 'refund'
  /** The rail's reference of the authorization (capture, void) or of the capture (refund). */
  readonly railReference: string
  /** Of a capture: which one of the payment, from 1. */
  readonly sequence?: number
  /** Of a capture: nothing more is captured after it. */
  readonly final?: boolean
  /** What the rail knows the payment's charge by. */
  readonly chargeRequestId: string
}

/** Gives up a charge that waits for the buyer, so that nothing is taken for it any more. */
export interface CloseRequest extends RailRequest {
  readonly kind: 'void'
  readonly chargeRequestId: string
  /** Null where the rail has given none yet. */
  readonly railReference: string | null
}

/** Asks what became of a request. */
export interface InquiryRequest {
  readonly kind: OperationKind
  readonly requestId: string
  readonly marketplace: string
  /** Minor units and currency of the request asked about, where the asker has them. */
  readonly amount?: bigint
  readonly currency?: string
  /** Of a follow-up or a close: the request id of the payment's charge. */
  readonly chargeRequestId?: string
  readonly railReference?: string
}

export interface PayoutRequest extends RailRequest {
  readonly kind: 'payout'
  readonly account: PayoutAccount
  readonly statementText: string
}

export type PayoutAccount =
  | { readonly kind: 'iban'; readonly holder: string; readonly country: string; readonly iban: string }
  | { readonly kind: 'us'; readonly holder: string; readonly country: string; readonly routingNumber: string; readonly accountNumber: string }

export interface CallOptions {
  /** The total time that the call may take; past it the outcome is `unknown` unless nothing was sent. */
  readonly timeoutMs: number
}

/** A rail that takes money from buyers. */
export interface PaymentConnector {
  readonly name: string
  readonly capabilities: {
    readonly methods: ReadonlySet<PaymentMethodType>
    /** Whether it can reserve money without taking it; one that can't only makes sales. */
    readonly authorize: boolean
    readonly multiCapture: boolean
    /** How long after sending (a wallet's charge: after it expired) a "not found" proves that the rail never took the request. */
    readonly notFoundFinalAfterMs: number
    /** How long an authorization lives, by card brand; `default` for the rest. Dated data of the connector. */
    readonly authorizationDays: Readonly<Record<string, number>> & { readonly default: number }
    readonly currencies: ReadonlySet<string> | 'any'
  }
  charge(request: ChargeRequest, options: CallOptions): Promise<Outcome>
  followUp(request: FollowUpRequest, options: CallOptions): Promise<Outcome>
  /**
   * Of rails whose charges wait for buyers. `approved`: nothing will be taken for the charge any more. `declined`:
   * `already_paid`, or `not_closable` where the rail can't (a code that nobody has scanned may still be paid until it
   * expires).
   */
  close?(request: CloseRequest, options: CallOptions): Promise<Outcome>
  /** Asks by the stored request id. */
  inquire(request: InquiryRequest, options: CallOptions): Promise<Inquiry>
  /** Of a rail that reports by itself. */
  readonly notifications?: Notifications
  /** Reports that exist after the last one imported, oldest first; `after` is a report's date (YYYY-MM-DD) or null. */
  settlementReports(query: { readonly marketplace: string; readonly after: string | null }, options: CallOptions): Promise<readonly SettlementReport[]>
}

/** How a rail's own reports are read and answered. No I/O: what is read is persisted before it is acknowledged. */
export interface Notifications {
  /** Verifies signature and addressee over the exact bytes before anything else is looked at. */
  read(raw: RawNotification): NotificationReading
  /** What the rail wants to hear; until it is told that the notification was taken, it sends it again. */
  acknowledge(raw: RawNotification, taken: boolean): NotificationAnswer
}

export interface RawNotification {
  readonly marketplace: string
  /** Path and query as they were asked for. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/**
 * `accepted`: it is the rail's word, and about this operation's request; amount and currency are still to be held
 * against the operation. `ignored`: the rail's word, with nothing to do about it. `refused`: not the rail's word, or
 * not for us.
 */
export type NotificationReading =
  | {
    readonly verdict: 'accepted'
    /** Unique at the rail; the same one may come up to eight times. */
    readonly id: string
    readonly kind: 'charge' | 'refund'
    readonly requestId: string
    readonly outcome: Outcome
    readonly amount: bigint
    readonly currency: string
  }
  | { readonly verdict: 'ignored'; readonly id: string; readonly reason: string }
  | { readonly verdict: 'refused'; readonly reason: 'signature' | 'app_id' | 'merchant' | 'malformed' | 'stale'; readonly detail: string }

export interface NotificationAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A rail that pays sellers. */
export interface PayoutConnector {
  readonly name: string
  readonly capabilities: { readonly notFoundFinalAfterMs: number }
  submit(request: PayoutRequest, options: CallOptions): Promise<Outcome>
  inquire(request: { readonly requestId: string }, options: CallOptions): Promise<Inquiry>
  /** What became of submitted payouts since a cursor, in order; a return can follow a completion by days. */
  changes(cursor: string | null, options: CallOptions): Promise<PayoutChanges>
}

export interface PayoutChange {
  /** The `requestId` of the payout request. */
  readonly requestId: string
  readonly status: 'processing' | 'completed' | 'failed' | 'returned'
  readonly code?: string
  readonly detail?: string
  readonly at: Date
}

export interface PayoutChanges {
  readonly changes: readonly PayoutChange[]
  readonly cursor: string | null
}

/** A rail's report of what it pays us for one day and currency; `net` = Σ lines. Minor units, signed. */
export interface SettlementReport {
  readonly reportId: string
  readonly date: string
  readonly currency: string
  readonly net: bigint
  readonly lines: readonly SettlementReportLine[]
}

export interface SettlementReportLine {
  readonly kind: 'capture' | 'refund'
  readonly railReference: string
  /** The request id of the operation, where the rail reports it. */
  readonly requestId: string | null
  readonly gross: bigint
  readonly fee: bigint
}

/** The vault, as a connector sees it: fills the card into one request and sends it once. */
export interface CardSender {
  send(request: SendRequest): Promise<SendResult | CardRefusal>
}

/** The vault refused before anything was sent. */
export interface CardRefusal {
  readonly outcome: 'refused'
  readonly code: 'token_unknown' | 'token_used' | 'token_expired' | 'token_binding_refused' | 'card_data_expired' | 'host_refused' | 'template_unknown'
}
