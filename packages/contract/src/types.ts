/* Made from the schemas by `node --conditions=holdfast-source packages/contract/scripts/types.ts`; do not edit. */

export type { PaymentTokenClaims, PaymentTokenKey, PaymentTokenKeySet } from './token.ts'

export type AttemptAction =
  | {
      type: 'redirect'
      /**
       * The wallet’s page; it sends the buyer back to the session’s return URL.
       */
      url: string
      /**
       * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
       */
      expiresAt: string
    }
  | {
      type: 'qr_code'
      /**
       * Modules a side, without the quiet zone around them.
       */
      size: number
      /**
       * Row by row from the top left; 1 is dark.
       */
      modules: string
      /**
       * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
       */
      expiresAt: string
    }
  | {
      type: 'three_d_secure'
      /**
       * Whether the issuer has asked the buyer for something yet. Before, its frame needs no room.
       */
      step: 'fingerprint' | 'challenge'
      /**
       * On the API’s origin; shows the issuer’s pages in a frame of its own.
       */
      frameUrl: string
      /**
       * The same as a whole page, for where no frame can be shown; leads back to the session’s return URL.
       */
      pageUrl: string
      window: '250x400' | '390x400' | '500x600' | '600x400' | 'full_screen'
      /**
       * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
       */
      expiresAt: string
    }
export type Confirm =
  | {
      method: 'card'
      token: string
      revision: number
      /**
       * With it, the issuer may authenticate the buyer by 3-D Secure. Without it nobody can, and some issuers decline.
       */
      browser?: Browser
      /**
       * The buyer ticked the box: keep this card once it has paid. Only a card that was typed can be kept.
       */
      save?: SaveCard
    }
  | {
      method: 'alipay'
      flow: 'redirect' | 'qr_code'
      /**
       * Which of the wallet’s pages the buyer is sent to.
       */
      device?: 'desktop' | 'phone'
      revision: number
    }
/**
 * A type of event: what may be listed, and what an endpoint may ask for.
 */
export type WebhookEventType =
  | 'order.created'
  | 'order.paid'
  | 'order.completed'
  | 'order.refunded'
  | 'order.canceled'
  | 'session.created'
  | 'session.updated'
  | 'session.completed'
  | 'session.expired'
  | 'session.canceled'
  | 'payment.authorized'
  | 'payment.partially_captured'
  | 'payment.captured'
  | 'payment.declined'
  | 'payment.unknown'
  | 'payment.voided'
  | 'payment.expired'
  | 'payment.superseded'
  | 'escrow.funded'
  | 'escrow.delivered'
  | 'escrow.accepted'
  | 'escrow.auto_accepted'
  | 'escrow.disputed'
  | 'escrow.undisputed'
  | 'escrow.closed'
  | 'release.created'
  | 'refund.pending'
  | 'refund.succeeded'
  | 'refund.failed'
  | 'dispute.opened'
  | 'dispute.withdrawn'
  | 'payout.created'
  | 'payout.submitted'
  | 'payout.processing'
  | 'payout.completed'
  | 'payout.failed'
  | 'payout.returned'
  | 'settlement.recorded'
  | 'seller.created'
  | 'seller.updated'
  | 'operator.topped_up'
  | 'operator.withdrew'
  | 'saved_card.created'
  | 'saved_card.removed'
  | 'marketplace.updated'
export type BankAccountInput =
  | {
      holder: string
      country: string
      currency: string
      iban: string
    }
  | {
      holder: string
      country: string
      currency: string
      routingNumber: string
      accountNumber: string
    }
export type AllotmentInput =
  | {
      milestone: string
      amount: number
    }
  | {
      escrow: string
      amount: number
    }
export type ClockAdvance =
  | {
      byMs: number
    }
  | {
      to: string
    }
export type WebhookReplayCreate =
  | {
      /**
       * This one, whatever the endpoint asks for.
       */
      event: string
    }
  | {
      /**
       * Every event from this instant on that the endpoint asks for.
       */
      since: string
    }
  | {
      /**
       * Every event after this one that the endpoint asks for.
       */
      after: string
    }
export type ErrorCode =
  | 'http_malformed'
  | 'json_malformed'
  | 'validation_failed'
  | 'idempotency_key_required'
  | 'version_unsupported'
  | 'key_missing'
  | 'key_invalid'
  | 'client_secret_invalid'
  | 'buyer_link_invalid'
  | 'buyer_link_expired'
  | 'key_kind_refused'
  | 'origin_not_allowed'
  | 'test_mode_only'
  | 'not_found'
  | 'payment_link_unknown'
  | 'route_not_found'
  | 'method_not_allowed'
  | 'limit_reached'
  | 'reference_taken'
  | 'idempotency_in_progress'
  | 'session_not_open'
  | 'details_missing'
  | 'session_revision_stale'
  | 'attempt_in_progress'
  | 'attempts_exhausted'
  | 'payment_link_inactive'
  | 'payment_link_expired'
  | 'payment_link_used_up'
  | 'payment_link_busy'
  | 'payment_link_unavailable'
  | 'order_not_cancelable'
  | 'payment_transition_refused'
  | 'milestone_transition_refused'
  | 'escrow_disputed'
  | 'amount_exceeds_remaining'
  | 'outcome_unknown'
  | 'dispute_not_open'
  | 'funds_not_settled'
  | 'bank_account_missing'
  | 'custody_insufficient'
  | 'token_refused'
  | 'body_too_large'
  | 'media_type_unsupported'
  | 'idempotency_body_differs'
  | 'headers_too_large'
  | 'rate_limited'
  | 'internal'
  | 'rail_unavailable'
  | 'unavailable'

/**
 * Up to 50 strings of yours; never card data.
 */
export interface Metadata {
  [k: string]: string
}
export interface ReleaseTermsInput {
  method: 'express' | 'air' | 'sea' | 'warehouse' | 'none'
  /**
   * Days from delivery to automatic release; by default the method’s own.
   */
  inspectionDays?: number
  /**
   * Days after receipt in which the buyer may still claim; 30 by default.
   */
  claimDays?: number
}
export interface ReleaseTerms {
  method: 'express' | 'air' | 'sea' | 'warehouse' | 'none'
  /**
   * Days from delivery to automatic release; null: never by itself.
   */
  inspectionDays: number | null
  claimDays: number
}
export interface Buyer {
  reference: string | null
  name: string | null
  email: string | null
  /**
   * The company that the buyer buys for.
   */
  companyReference: string | null
}
/**
 * What the checkout asks its buyer for; what is left out is not asked for.
 */
export interface CollectInput {
  company?: 'optional' | 'required'
  taxId?: 'optional' | 'required'
  purchaseOrder?: 'optional' | 'required'
  deliveryAddress?: 'optional' | 'required'
}
/**
 * Null: not asked for.
 */
export interface Collect {
  company: ('optional' | 'required') | null
  taxId: ('optional' | 'required') | null
  purchaseOrder: ('optional' | 'required') | null
  deliveryAddress: ('optional' | 'required') | null
}
export interface TaxIdInput {
  country: string
  /**
   * As it is written there, with or without its separators and its country prefix.
   */
  number: string
}
export interface AddressInput {
  country: string
  /**
   * Whom it is for: a person, or a desk.
   */
  recipient: string
  line1: string
  line2?: string | null
  /**
   * Within the city, where the country has it.
   */
  district?: string | null
  city?: string | null
  /**
   * State, province, prefecture …: its code, or its name.
   */
  region?: string | null
  postalCode?: string | null
}
/**
 * What is left out stays as it is; null takes it back.
 */
export interface DetailsInput {
  company?: string | null
  taxId?: TaxIdInput | null
  purchaseOrder?: string | null
  deliveryAddress?: AddressInput | null
}
export interface TaxId {
  country: string
  /**
   * Without separators; in the EU with the prefix of its country.
   */
  number: string
  /**
   * What it is called there: `EIN`, `GSTIN`, `VAT` …
   */
  kind: string
  /**
   * By its check digits, or by its form where the country has none or none are known. Never: whether it is registered, or whose it is.
   */
  checked: 'check_digits' | 'form'
}
export interface Address {
  country: string
  recipient: string
  line1: string
  line2: string | null
  district: string | null
  city: string | null
  region: string | null
  postalCode: string | null
}
/**
 * What the merchant or the buyer said of the order. It decides nothing about money.
 */
export interface Details {
  company: string | null
  taxId: TaxId | null
  purchaseOrder: string | null
  deliveryAddress: Address | null
}
export interface AddressFormat {
  object: 'address_format'
  country: string
  /**
   * In the order in which the country writes them; what stands in one row stands on one line.
   */
  rows: ('recipient' | 'line1' | 'line2' | 'district' | 'city' | 'region' | 'postalCode')[][]
  required: ('recipient' | 'line1' | 'line2' | 'district' | 'city' | 'region' | 'postalCode')[]
  names: {
    region:
      | 'area'
      | 'county'
      | 'department'
      | 'district'
      | 'emirate'
      | 'island'
      | 'parish'
      | 'prefecture'
      | 'province'
      | 'state'
    city: 'city' | 'district' | 'post_town' | 'suburb'
    district: 'district' | 'neighborhood' | 'suburb' | 'townland' | 'village_township'
    postalCode: 'eircode' | 'pin' | 'postal' | 'zip'
  }
  postalCode: {
    /**
     * A regular expression of all of it, without regard to case.
     */
    pattern: string
    example: string
    /**
     * Digits only: a keypad of digits will do.
     */
    digits: boolean
  } | null
  /**
   * Empty: to be written.
   */
  regions: {
    value: string
    name: string
  }[]
}
export interface DetailsView {
  collect: Collect
  values: Details
}
export interface Money {
  amount: number
  currency: string
}
/**
 * What is left out stays; null takes it away.
 */
export interface BrandingInput {
  theme?: 'harbour' | 'ledger' | 'hearth'
  /**
   * Of the pay button, links and the focus ring. It needs a contrast of 4.5 : 1 on the theme’s light ground; in the dark scheme it is lightened until it has that there. Null: the theme’s own.
   */
  accentColor?: string | null
  /**
   * A PNG, JPEG or WebP of at most 64 KiB, as a data: URL. Null: the name alone.
   */
  logo?: string | null
  supportEmail?: string | null
  termsUrl?: string | null
  privacyUrl?: string | null
}
/**
 * How the hosted page looks.
 */
export interface Branding {
  theme: 'harbour' | 'ledger' | 'hearth'
  accentColor: string | null
  /**
   * Where the hosted page has it from.
   */
  logoUrl: string | null
  supportEmail: string | null
  termsUrl: string | null
  privacyUrl: string | null
}
export interface SessionSavedCardsInput {
  /**
   * Whether paying again asks for the security code; always, by default.
   */
  securityCode?: 'always' | 'never'
}
export interface SessionSavedCards {
  securityCode: 'always' | 'never'
}
export interface SaveCard {
  /**
   * The version of the words that the buyer agreed to.
   */
  consent: '2026-11'
  /**
   * The language in which they were shown.
   */
  locale: string
  /**
   * The buyer also agreed that others who buy for the same company may pay with it.
   */
  shared: boolean
}
export interface SavedCard {
  id: string
  object: 'saved_card'
  status: 'active' | 'removed'
  /**
   * The reference of the buyer who saved it.
   */
  buyer: string
  /**
   * The reference of the company whose buyers may pay with it; null: its own buyer alone.
   */
  company: string | null
  brand: string
  last4: string
  expMonth: number
  expYear: number
  /**
   * Equal for equal numbers, within this marketplace.
   */
  fingerprint: string
  /**
   * What the buyer agreed to, and when.
   */
  consent: {
    version: string
    locale: string
    shared: boolean
    session: string
    payment: string
    /**
     * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
     */
    at: string
  }
  lastUsedAt: string | null
  removedAt: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface OfferedCard {
  id: string
  brand: string
  last4: string
  expMonth: number
  expYear: number
  expired: boolean
  /**
   * Saved by this buyer, who may remove it; else by another of the same company.
   */
  own: boolean
}
export interface CheckoutSavedCards {
  securityCode: 'always' | 'never'
  /**
   * The buyer buys for a company, and may share a card with it.
   */
  shareable: boolean
  cards: OfferedCard[]
}
export interface SavedCardTokenCreate {
  savedCard: string
  /**
   * The revision that the buyer has seen.
   */
  revision: number
}
export interface SavedCardToken {
  object: 'saved_card_token'
  /**
   * A card token: confirm with it as with one from the card frame.
   */
  token: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
}
export interface SavedCardRemove {
  savedCard: string
}
export interface FrameTicketCreate {
  savedCard?: string
}
/**
 * A bank account, of which only the last four characters are shown.
 */
export interface BankAccount {
  holder: string
  country: string
  currency: string
  last4: string
  kind: 'iban' | 'us'
}
export interface Seller {
  id: string
  object: 'seller'
  reference: string
  name: string
  email: string | null
  country: string
  bankAccount: BankAccount | null
  metadata: Metadata
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface SellerBalance {
  seller: string
  object: 'seller_balance'
  currency: string
  /**
   * Held for this seller, before fees.
   */
  held: number
  available: number
  /**
   * What a payout could send now: available, less what has not settled.
   */
  payable: number
  reserve: number
  inPayout: number
  owed: number
  paidOut: number
  /**
   * Released to this seller so far, net of fees.
   */
  released: number
  /**
   * Refunded to buyers from this seller’s shares so far.
   */
  refunded: number
}
export interface Totals {
  captured: number
  held: number
  /**
   * Gross, with the platform’s fee; less what was refunded since, so that captured = held + released + refunded.
   */
  released: number
  releasedFee: number
  refunded: number
}
export interface Milestone {
  id: string
  object: 'milestone'
  payment: string | null
  status: 'unfunded' | 'funded' | 'delivered' | 'accepted' | 'auto_accepted' | 'disputed' | 'closed'
  amount: number
  platformFee: number
  totals: Totals
  /**
   * The part of `held` that becomes the platform’s fee on release.
   */
  heldFee: number
  late: boolean
}
export interface Delivery {
  method: string
  trackingNumber: string | null
  evidence: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  at: string
}
export interface Escrow {
  id: string
  object: 'escrow'
  order: string
  seller: string
  sellerName: string
  reference: string
  description: string | null
  /**
   * Of its least advanced open milestone.
   */
  status: 'unfunded' | 'funded' | 'delivered' | 'accepted' | 'auto_accepted' | 'disputed' | 'closed'
  currency: string
  amount: number
  platformFee: number
  totals: Totals
  releaseTerms: ReleaseTerms
  delivery: Delivery | null
  acceptedAt: string | null
  /**
   * When what is held releases by itself, unless a dispute freezes it.
   */
  autoReleaseAt: string | null
  dispute: string | null
  milestones: Milestone[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface Order {
  id: string
  object: 'order'
  reference: string
  status: 'open' | 'paid' | 'completed' | 'refunded' | 'canceled'
  currency: string
  amount: number
  platformFee: number
  totals: Totals
  buyer: Buyer
  details: Details
  escrows: Escrow[]
  session: string
  /**
   * The link by which its buyer came.
   */
  paymentLink: string | null
  payments: string[]
  metadata: Metadata
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
/**
 * Whether an authorization would outlive the longest hold that the release terms allow.
 */
export interface CapturePlan {
  when: 'now' | 'at_delivery'
  reason: string
  latestReleaseAt: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  authorizationExpiresAt: string
}
export interface CheckoutSession {
  id: string
  object: 'checkout_session'
  reference: string
  order: string
  status: 'open' | 'processing' | 'complete' | 'expired' | 'canceled'
  mode: 'test' | 'live'
  revision: number
  currency: string
  amount: number
  captureMode: 'automatic' | 'manual'
  capturePlan: CapturePlan
  threeDSecure: 'automatic' | 'challenge' | 'off'
  returnUrl: string
  buyer: Buyer
  collect: Collect
  details: Details
  /**
   * Null: saved cards are not offered.
   */
  savedCards: SessionSavedCards | null
  lines: {
    reference: string
    escrow: string
    seller: string
    description: string | null
    amount: number
    platformFee: number
    releaseTerms: ReleaseTerms
  }[]
  /**
   * The newest attempt.
   */
  payment: string | null
  /**
   * The link by which its buyer came.
   */
  paymentLink: string | null
  clientSecret: string
  /**
   * The hosted page for this session: a link for its buyer and nobody else, since it holds the client secret.
   */
  hostedUrl: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
  metadata: Metadata
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface Card {
  brand: string
  last4: string
  expMonth: number
  expYear: number
  /**
   * The wallet that the card came from; null: the buyer typed it. Brand and last four are then those of the wallet’s number for this device.
   */
  wallet: ('google_pay' | 'apple_pay') | null
}
export interface Allotment {
  escrow: string
  milestone: string
  amount: number
}
export interface Capture {
  id: string
  object: 'capture'
  payment: string
  reference: string | null
  status: 'pending' | 'succeeded' | 'failed'
  currency: string
  amount: number
  allotments: Allotment[]
  final: boolean
  settledAt: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface Operation {
  id: string
  object: 'operation'
  kind: 'authorize' | 'sale' | 'capture' | 'void' | 'refund' | 'payout'
  status: 'intent_written' | 'sent' | 'confirmed' | 'rejected' | 'unknown'
  connector: string
  railReference: string | null
  amount: number
  retryOf: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
  resolvedAt: string | null
}
export interface Decline {
  class: 'hard' | 'soft' | 'fix_data' | 'authenticate'
  /**
   * Ours, safe to show to the merchant; never shown to the buyer.
   */
  code: string
}
export interface Authentication {
  /**
   * `attempted`: the issuer takes no part, and the card scheme vouches. `unavailable`: nobody could be asked.
   */
  status: 'authenticated' | 'attempted' | 'failed' | 'rejected' | 'unavailable'
  /**
   * Of EMV 3-D Secure, where the rail tells.
   */
  version: string | null
  /**
   * The electronic commerce indicator that went to the network.
   */
  eci: string | null
  /**
   * By the schemes’ ordinary rule, the issuer bears fraud: the indicator says authenticated or attempted.
   */
  liabilityShift: boolean
  /**
   * Of the scheme’s directory server: what a dispute is answered with.
   */
  transactionId: string | null
}
export interface Payment {
  id: string
  object: 'payment'
  order: string
  session: string
  status:
    | 'processing'
    | 'action_required'
    | 'authorized'
    | 'partially_captured'
    | 'captured'
    | 'declined'
    | 'unknown'
    | 'voided'
    | 'expired'
  method: 'card' | 'alipay'
  connector: string
  card: Card | null
  currency: string
  amount: number
  authorized: number
  capturable: number
  captured: number
  /**
   * Pending or succeeded.
   */
  refunded: number
  decline: Decline | null
  /**
   * Null: nobody asked for it, or it has not ended.
   */
  authentication: Authentication | null
  authorizationExpiresAt: string | null
  captures: Capture[]
  operations: Operation[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface Release {
  id: string
  object: 'release'
  escrow: string
  seller: string
  reference: string | null
  reason: 'requested' | 'accepted' | 'automatic'
  currency: string
  gross: number
  fee: number
  net: number
  allotments: {
    milestone: string
    gross: number
    fee: number
  }[]
  transfer: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface Refund {
  id: string
  object: 'refund'
  payment: string
  order: string
  reference: string | null
  reason: string | null
  status: 'pending' | 'succeeded' | 'failed'
  currency: string
  amount: number
  feeBearer: 'platform' | 'seller'
  allotments: Allotment[]
  failure: {
    code: string
  } | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
  resolvedAt: string | null
}
export interface Dispute {
  id: string
  object: 'dispute'
  escrow: string
  order: string
  status:
    | 'negotiation'
    | 'escalatable'
    | 'under_review'
    | 'decided'
    | 'executed'
    | 'settled'
    | 'withdrawn'
    | 'closed_no_response'
  reason: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  openedAt: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  escalatableAt: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  reviewAt: string
  closedAt: string | null
}
export interface Payout {
  id: string
  object: 'payout'
  seller: string
  reference: string | null
  status: 'created' | 'submitted' | 'processing' | 'completed' | 'returned' | 'failed' | 'on_hold'
  currency: string
  amount: number
  bankAccount: BankAccount
  connector: string
  railReference: string | null
  failure: {
    code: string
    detail: string
  } | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
  completedAt: string | null
  returnedAt: string | null
}
export interface Settlement {
  id: string
  object: 'settlement'
  connector: string
  reportId: string
  date: string
  status: 'recorded'
  currency: string
  /**
   * Captures less refunds.
   */
  gross: number
  fees: number
  /**
   * What the bank account receives; negative: pays.
   */
  net: number
  lineCount: number
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface SettlementImportFailure {
  connector: string
  reportId: string
  currency: string
  code: 'unavailable' | 'internal'
}
export interface SettlementsImported {
  object: 'list'
  /**
   * What was recorded, each report whole and by itself.
   */
  data: Settlement[]
  hasMore: false
  /**
   * Reports of which nothing was recorded; import again, under a new key, or leave them to the worker.
   */
  failed: SettlementImportFailure[]
}
export interface SettlementLine {
  id: string
  object: 'settlement_line'
  settlement: string
  kind: 'capture' | 'refund'
  /**
   * Null: unmatched; an alarm.
   */
  operation: string | null
  railReference: string
  currency: string
  gross: number
  fee: number
  net: number
}
export interface LedgerAccount {
  id: string
  object: 'ledger_account'
  /**
   * Such as `milestone:ms_…:held`, `rail:jpmorgan:receivable`; see docs/ledger.md.
   */
  name: string
  currency: string
  normalSide: 'debit' | 'credit' | 'either'
  guarded: boolean
  /**
   * On its normal side; for `either`, debits less credits.
   */
  balance: number
}
export interface Transfer {
  id: string
  object: 'transfer'
  reason: string
  /**
   * The id of the object that it stands for.
   */
  subject: string
  order: string | null
  currency: string
  postings: {
    debit: {
      account: string
      name: string
    }
    credit: {
      account: string
      name: string
    }
    amount: number
  }[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface TrialBalance {
  object: 'trial_balance'
  /**
   * Debits equal credits, and every balance row equals its replay.
   */
  balanced: boolean
  /**
   * Coverage is 0 or more in every currency: what is owed to buyers and sellers is there.
   */
  covered: boolean
  currencies: {
    currency: string
    debits: number
    credits: number
    /**
     * Fees + funding + suspense − owed − losses − rail fees; below 0: alarm.
     */
    coverage: number
    accounts: {
      account: string
      name: string
      normalSide: 'debit' | 'credit' | 'either'
      debits: number
      credits: number
      balance: number
      /**
       * The guarded balance as stored; null where there is none.
       */
      balanceRow: number | null
      agrees: boolean
    }[]
  }[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  at: string
}
export interface Verification {
  object: 'verification'
  /**
   * `pending`: no run yet. `alarmed`: the books are right, and somebody must act. `broken`: the books are wrong.
   */
  status: 'pending' | 'right' | 'alarmed' | 'broken'
  /**
   * How long ago, in milliseconds of real time, the verifier had looked at everything up to then; null: not yet.
   */
  lagMs: number | null
  /**
   * Real time, as all of this.
   */
  ranAt: string | null
  /**
   * When a sweep through everything there is last ended.
   */
  sweptAt: string | null
  /**
   * How often each was looked at since the beginning; of events, how often an object’s.
   */
  checked: {
    orders: number
    sellers: number
    payouts: number
    settlements: number
    transfers: number
    events: number
  }
  findingCount: number
  /**
   * What is still so: breaches first, then the oldest; at most 100.
   */
  findings: {
    rule: string
    severity: 'breach' | 'alarm'
    what: string
    /**
     * The id, or account and currency, that it is about.
     */
    subject: string
    field: string
    expected: string
    actual: string
    /**
     * What to do.
     */
    remedy: string
    /**
     * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
     */
    foundAt: string
    /**
     * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
     */
    seenAt: string
  }[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  at: string
}
export interface OperatorTransfer {
  id: string
  object: 'operator_transfer'
  kind: 'top_up' | 'withdrawal'
  reference: string
  currency: string
  amount: number
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface ApiKey {
  id: string
  object: 'api_key'
  kind: 'secret' | 'publishable'
  mode: 'test' | 'live'
  /**
   * The key’s opening and last four characters.
   */
  hint: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
  /**
   * When a key that was rotated ends; real time.
   */
  expiresAt: string | null
  revokedAt: string | null
}
export interface Marketplace {
  id: string
  object: 'marketplace'
  name: string
  mode: 'test' | 'live'
  /**
   * The page origins on which the checkout may run.
   */
  origins: string[]
  /**
   * What the configured rails can take; a session offers those that its currency allows.
   */
  methods: ('card' | 'alipay')[]
  branding: Branding
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface Clock {
  object: 'clock'
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  now: string
  offsetMs: number
}
export interface AttemptError {
  type: 'card' | 'wallet' | 'session' | 'temporary'
  code:
    | 'card_declined'
    | 'card_data_invalid'
    | 'card_expired'
    | 'authentication_required'
    | 'card_data_lost'
    | 'try_again_later'
    | 'wallet_refused'
    | 'wallet_expired'
    | 'attempt_canceled'
  message: string
  field?: 'number' | 'expiry' | 'securityCode' | 'name'
  /**
   * The buyer may try again on this page.
   */
  retryable: boolean
}
export interface Browser {
  language: string
  colorDepth: number
  screenWidth: number
  screenHeight: number
  /**
   * Minutes from local time to UTC: -480 for Singapore.
   */
  timeZoneOffset: number
  javaEnabled: boolean
  /**
   * The window that the page has room for.
   */
  challengeWindow: '250x400' | '390x400' | '500x600' | '600x400' | 'full_screen'
}
export interface Attempt {
  object: 'attempt'
  payment: string
  method: 'card' | 'alipay'
  status: 'complete' | 'failed' | 'pending'
  /**
   * With pending: what the buyer has to do; null when there is only to wait.
   */
  action: AttemptAction | null
  card: Card | null
  /**
   * With complete: a signed token for the merchant’s server.
   */
  paymentToken: string | null
  error: AttemptError | null
}
export interface Share {
  reference: string
  sellerName: string
  description: string | null
  amount: number
  platformFee: number
  releaseTerms: ReleaseTerms
  /**
   * The automatic release, were it shipped at this instant; null: never by itself.
   */
  autoReleaseIfShippedNow: string | null
}
export interface GooglePayMethod {
  type: 'google_pay'
  environment: 'TEST' | 'PRODUCTION'
  /**
   * The merchant’s id at Google; null in its test environment.
   */
  merchantId: string | null
  /**
   * Where the payment is processed, ISO 3166-1 alpha-2: the wallet asks for it.
   */
  country: string
  brands: ('visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay')[]
  authMethods: ('PAN_ONLY' | 'CRYPTOGRAM_3DS')[]
  /**
   * Google’s tokenizationSpecification: for whom the token is encrypted.
   */
  tokenization: {
    type: 'PAYMENT_GATEWAY' | 'DIRECT'
    parameters: {
      [k: string]: string
    }
  }
}
export interface ApplePayMethod {
  type: 'apple_pay'
  /**
   * The merchant identifier at Apple.
   */
  merchantId: string
  /**
   * Where the payment is processed, ISO 3166-1 alpha-2: the wallet asks for it.
   */
  country: string
  brands: ('visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay')[]
}
export interface CheckoutView {
  object: 'checkout'
  session: string
  order: string
  reference: string
  status: 'open' | 'processing' | 'complete' | 'expired' | 'canceled'
  mode: 'test' | 'live'
  revision: number
  marketplaceName: string
  currency: string
  exponent: number
  amount: number
  shares: Share[]
  methods: (
    | {
        type: 'card'
        brands: ('visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay')[]
        frameUrl: string
      }
    | {
        type: 'alipay'
        flows: ('redirect' | 'qr_code')[]
      }
    | GooglePayMethod
    | ApplePayMethod
  )[]
  /**
   * Null where the session asks for none.
   */
  details: DetailsView | null
  /**
   * Null: the session offers no saved cards.
   */
  savedCards: CheckoutSavedCards | null
  /**
   * The newest attempt; resume() reads its truth here.
   */
  attempt: Attempt | null
  returnUrl: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
}
export interface FrameTicket {
  object: 'frame_ticket'
  ticket: string
  frameUrl: string
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
}
export interface WalletCardCreate {
  wallet: 'google_pay' | 'apple_pay'
  /**
   * JSON as text. Google Pay: `paymentMethodData.tokenizationData.token`. Apple Pay: `payment.token.paymentData`.
   */
  token: string
  /**
   * The revision whose total the buyer saw in the wallet.
   */
  revision: number
}
export interface WalletCard {
  object: 'wallet_card'
  /**
   * A card token: confirm with it as with one from the card frame.
   */
  token: string
  /**
   * The wallet has authenticated the buyer by a cryptogram.
   */
  authenticated: boolean
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
}
export interface WalletSessionCreate {
  wallet: 'apple_pay'
}
export interface WalletSession {
  object: 'wallet_session'
  /**
   * Apple’s merchant session, for `completeMerchantValidation`; used once, within five minutes.
   */
  session: {
    [k: string]: unknown
  }
}
export interface CheckoutSessionInEvent {
  id: string
  object: 'checkout_session'
  reference: string
  order: string
  status: 'open' | 'processing' | 'complete' | 'expired' | 'canceled'
  mode: 'test' | 'live'
  revision: number
  currency: string
  amount: number
  captureMode: 'automatic' | 'manual'
  capturePlan: CapturePlan
  threeDSecure: 'automatic' | 'challenge' | 'off'
  returnUrl: string
  buyer: Buyer
  collect: Collect
  details: Details
  /**
   * Null: saved cards are not offered.
   */
  savedCards: SessionSavedCards | null
  lines: {
    reference: string
    escrow: string
    seller: string
    description: string | null
    amount: number
    platformFee: number
    releaseTerms: ReleaseTerms
  }[]
  /**
   * The newest attempt.
   */
  payment: string | null
  /**
   * The link by which its buyer came.
   */
  paymentLink: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
  metadata: Metadata
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface BuyerLinkCreate {
  /**
   * Four hours by default, a week at most; real time.
   */
  expiresInMinutes?: number
}
export interface BuyerLink {
  object: 'buyer_link'
  order: string
  /**
   * Give it to this order’s buyer alone. It can’t be revoked: it ends by itself.
   */
  secret: string
  /**
   * Real time, whatever the test clock says.
   */
  expiresAt: string
}
export interface OrderShare {
  escrow: string
  reference: string
  sellerName: string
  description: string | null
  status: 'unfunded' | 'funded' | 'delivered' | 'accepted' | 'auto_accepted' | 'disputed' | 'closed'
  amount: number
  platformFee: number
  totals: Totals
  releaseTerms: ReleaseTerms
  /**
   * When what is held releases by itself, unless a dispute freezes it.
   */
  autoReleaseAt: string | null
  /**
   * The one that freezes this share now.
   */
  dispute: {
    status:
      | 'negotiation'
      | 'escalatable'
      | 'under_review'
      | 'decided'
      | 'executed'
      | 'settled'
      | 'withdrawn'
      | 'closed_no_response'
    reason: string
    /**
     * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
     */
    openedAt: string
  } | null
  actions: ('accept' | 'dispute')[]
}
export interface OrderMoment {
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  at: string
  type:
    | 'placed'
    | 'paid'
    | 'shipped'
    | 'released'
    | 'refund_pending'
    | 'refunded'
    | 'refund_failed'
    | 'dispute_opened'
    | 'dispute_closed'
  escrow: string | null
  amount: number | null
  /**
   * Of a release.
   */
  reason: ('requested' | 'accepted' | 'automatic') | null
  /**
   * Of a shipment.
   */
  delivery: {
    method: string
    trackingNumber: string | null
  } | null
  /**
   * What the buyer wrote, when a dispute was opened.
   */
  note: string | null
}
export interface OrderView {
  object: 'order_view'
  order: string
  reference: string
  status: 'open' | 'paid' | 'completed' | 'refunded' | 'canceled'
  mode: 'test' | 'live'
  marketplaceName: string
  currency: string
  exponent: number
  amount: number
  totals: Totals
  paidWith: {
    method: 'card' | 'alipay'
    card: {
      brand: string
      last4: string
    } | null
  } | null
  shares: OrderShare[]
  /**
   * What happened, oldest first.
   */
  moments: OrderMoment[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  linkExpiresAt: string
}
export interface OrderAccept {
  escrow: string
}
export interface OrderDispute {
  escrow: string
  reason: string
}
export interface SellerCreate {
  reference: string
  name: string
  email?: string
  country: string
  bankAccount?: BankAccountInput
  metadata?: Metadata
}
export interface SellerUpdate {
  name?: string
  email?: string | null
  bankAccount?: BankAccountInput | null
  metadata?: Metadata
}
export interface SessionLineInput {
  /**
   * Unique within the session; names the escrow.
   */
  reference: string
  seller: string
  description?: string
  amount: number
  /**
   * At most the amount; 0 by default.
   */
  platformFee?: number
  /**
   * Express by default.
   */
  releaseTerms?: ReleaseTermsInput
}
export interface BuyerInput {
  reference?: string
  name?: string
  email?: string
  /**
   * Yours, of the company that the buyer buys for: colleagues have the same one.
   */
  companyReference?: string
}
export interface SessionCreate {
  /**
   * Yours, for the order that this session pays for.
   */
  reference: string
  currency: string
  /**
   * Automatic by default, so that a closed tab strands no authorization.
   */
  captureMode?: 'automatic' | 'manual'
  /**
   * 3-D Secure for cards. `automatic` by default: the issuer decides whether to challenge the buyer; `challenge`: it is asked to; `off`: it is not asked at all.
   */
  threeDSecure?: 'automatic' | 'challenge' | 'off'
  returnUrl: string
  buyer?: BuyerInput
  lines: SessionLineInput[]
  collect?: CollectInput
  /**
   * What is known already; the buyer can change what is asked for.
   */
  details?: DetailsInput
  /**
   * Lets the buyer save cards and pay with saved ones; needs buyer.reference. Not offered by default.
   */
  savedCards?: SessionSavedCardsInput
  /**
   * One day by default.
   */
  expiresInMinutes?: number
  metadata?: Metadata
}
export interface SessionUpdate {
  returnUrl?: string
  buyer?: BuyerInput
  /**
   * Changes lines by reference; a changed amount makes a new revision.
   */
  lines?: {
    reference: string
    amount?: number
    platformFee?: number
  }[]
  /**
   * In place of what was asked for.
   */
  collect?: CollectInput
  details?: DetailsInput
  metadata?: Metadata
}
export interface PaymentCapture {
  /**
   * Split over what remains; all of it by default. Not with allotments.
   */
  amount?: number
  allotments?: AllotmentInput[]
  /**
   * True voids the rest; false by default unless nothing is left.
   */
  final?: boolean
  reference?: string
}
export interface EscrowDeliver {
  method: string
  trackingNumber?: string
  evidence?: string
}
export interface EscrowRelease {
  /**
   * Gross; all that is held by default.
   */
  amount?: number
  milestone?: string
  reference?: string
}
export interface RefundCreate {
  payment: string
  /**
   * Split over what remains; all of it by default. Not with allotments.
   */
  amount?: number
  allotments?: AllotmentInput[]
  /**
   * Who gives back the fee of what was released: the platform by default.
   */
  feeBearer?: 'platform' | 'seller'
  reason?: string
  reference?: string
}
export interface DisputeOpen {
  escrow: string
  reason: string
}
export interface PayoutCreate {
  seller: string
  /**
   * The bank account’s by default.
   */
  currency?: string
  /**
   * All that is payable by default.
   */
  amount?: number
  reference?: string
}
export interface SettlementImport {
  /**
   * Every connector by default.
   */
  connector?: string
}
export interface OperatorTransferCreate {
  currency: string
  amount: number
  reference: string
}
export interface MarketplaceUpdate {
  name?: string
  origins?: string[]
  branding?: BrandingInput
}
export interface ApiKeyCreate {
  kind: 'secret' | 'publishable'
}
export interface ApiKeyRotate {
  /**
   * How long the old key works beside the new one; 0 ends it at once.
   */
  overlapHours?: number
}
export interface Empty {}
export interface PaymentLinkCreate {
  /**
   * Yours, for the link. Its orders have it with a number: `invoice-7-1`.
   */
  reference: string
  currency: string
  /**
   * Automatic by default, so that a closed tab strands no authorization.
   */
  captureMode?: 'automatic' | 'manual'
  /**
   * 3-D Secure for cards. `automatic` by default: the issuer decides whether to challenge the buyer; `challenge`: it is asked to; `off`: it is not asked at all.
   */
  threeDSecure?: 'automatic' | 'challenge' | 'off'
  returnUrl: string
  buyer?: BuyerInput
  lines: SessionLineInput[]
  collect?: CollectInput
  /**
   * What is known already; the buyer can change what is asked for.
   */
  details?: DetailsInput
  metadata?: Metadata
  /**
   * How often it can be paid; once by default.
   */
  maxUses?: number
  /**
   * 30 days by default, 366 at most.
   */
  expiresInMinutes?: number
}
export interface PaymentLink {
  id: string
  object: 'payment_link'
  reference: string
  status: 'active' | 'used_up' | 'expired' | 'inactive'
  mode: 'test' | 'live'
  /**
   * For whom it is meant: whoever has it can open it.
   */
  url: string
  currency: string
  amount: number
  captureMode: 'automatic' | 'manual'
  threeDSecure: 'automatic' | 'challenge' | 'off'
  returnUrl: string
  buyer: Buyer
  collect: Collect
  details: Details
  lines: {
    reference: string
    seller: string
    description: string | null
    amount: number
    platformFee: number
    /**
     * As they were given; each session has them with the defaults of its day.
     */
    releaseTerms: ReleaseTermsInput | null
  }[]
  maxUses: number
  uses: {
    complete: number
    /**
     * Sessions in which somebody may be paying now.
     */
    open: number
  }
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  expiresAt: string
  deactivatedAt: string | null
  metadata: Metadata
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface PaymentLinkOpening {
  object: 'payment_link_opening'
  clientSecret: string
  session: string
  marketplace: string
}
export interface WebhookEndpoint {
  id: string
  object: 'webhook_endpoint'
  url: string
  description: string | null
  /**
   * What is delivered; null: every event.
   */
  eventTypes: WebhookEventType[] | null
  /**
   * Failing: nothing has been accepted for a day; it is tried on.
   */
  status: 'enabled' | 'failing' | 'disabled'
  /**
   * Gone: it answered 410.
   */
  disabledReason: ('requested' | 'gone') | null
  /**
   * The first of the failures that no success has followed.
   */
  failingSince: string | null
  /**
   * Until when the secret before the newest signs too.
   */
  secretExpiresAt: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface WebhookEndpointWithSecret {
  id: string
  object: 'webhook_endpoint'
  url: string
  description: string | null
  /**
   * What is delivered; null: every event.
   */
  eventTypes: WebhookEventType[] | null
  /**
   * Failing: nothing has been accepted for a day; it is tried on.
   */
  status: 'enabled' | 'failing' | 'disabled'
  /**
   * Gone: it answered 410.
   */
  disabledReason: ('requested' | 'gone') | null
  /**
   * The first of the failures that no success has followed.
   */
  failingSince: string | null
  /**
   * Until when the secret before the newest signs too.
   */
  secretExpiresAt: string | null
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
  /**
   * whsec_ and base64; shown this once.
   */
  secret: string
}
export interface WebhookAttempt {
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  at: string
  /**
   * What the endpoint answered; null: nothing.
   */
  statusCode: number | null
  durationMs: number
  /**
   * Why it counts as failed; never what the endpoint wrote.
   */
  error: string | null
}
export interface WebhookDelivery {
  id: string
  object: 'webhook_delivery'
  endpoint: string
  event: string
  eventType: string
  /**
   * Failed: given up after days of attempts; a replay sends it again.
   */
  status: 'pending' | 'delivered' | 'failed'
  attemptCount: number
  nextAttemptAt: string | null
  deliveredAt: string | null
  /**
   * The latest ten, newest first.
   */
  attempts: WebhookAttempt[]
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}
export interface WebhookReplay {
  object: 'webhook_replay'
  endpoint: string
  /**
   * The first event that is sent again; null: there is none.
   */
  from: string | null
}
export interface WebhookEndpointCreate {
  /**
   * https on a public address, without user or fragment; in test mode also http on this machine.
   */
  url: string
  /**
   * Every event by default.
   */
  eventTypes?: WebhookEventType[]
  description?: string
}
export interface WebhookEndpointUpdate {
  /**
   * https on a public address, without user or fragment; in test mode also http on this machine.
   */
  url?: string
  /**
   * Null: every event.
   */
  eventTypes?: WebhookEventType[] | null
  description?: string | null
}
export interface WebhookSecretRotate {
  /**
   * How long the secrets before the new one still sign beside it; a day by default, 0: not at all.
   */
  overlapMs?: number
}
export interface WebhookEndpointEnable {
  /**
   * What becomes of events that happened while it was disabled; delivered by default.
   */
  missed?: 'deliver' | 'skip'
}
export interface WebhookEndpointDeleted {
  id: string
  object: 'webhook_endpoint'
  deleted: true
}
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  /**
   * What was wrong, what was expected, and what to do.
   */
  detail: string
  requestId: string
  field?: string
  errors?: {
    field: string
    detail: string
    /**
     * Of an order’s details: in which way it is wrong.
     */
    reason?: 'missing' | 'form' | 'check_digits' | 'not_listed' | 'not_used'
    /**
     * What a right one looks like.
     */
    example?: string
  }[]
  /**
   * With amount_exceeds_remaining and funds_not_settled: what is left.
   */
  remaining?: Money
  /**
   * With reference_taken: the id of the object that has it.
   */
  existing?: string
}
export interface EventEnvelope {
  id: string
  object: 'event'
  /**
   * The id of the object that it is about.
   */
  subject: string
  /**
   * Counts from 1 per subject, without gaps.
   */
  sequence: number
  /**
   * A UTC instant, in milliseconds: 2026-11-22T09:30:00.000Z
   */
  createdAt: string
}

/** An event of one type; `data` is the object that it is about, as it stood then. */
export interface EventOf<Type extends string, Data> extends EventEnvelope {
  type: Type
  data: Data
}

/** What happened, to which object, and that object as it stood then. Discriminated on `type`. */
export type Event =
  | EventOf<'order.created', Order>
  | EventOf<'order.paid', Order>
  | EventOf<'order.completed', Order>
  | EventOf<'order.refunded', Order>
  | EventOf<'order.canceled', Order>
  | EventOf<'session.created', CheckoutSessionInEvent>
  | EventOf<'session.updated', CheckoutSessionInEvent>
  | EventOf<'session.completed', CheckoutSessionInEvent>
  | EventOf<'session.expired', CheckoutSessionInEvent>
  | EventOf<'session.canceled', CheckoutSessionInEvent>
  | EventOf<'payment.authorized', Payment>
  | EventOf<'payment.partially_captured', Payment>
  | EventOf<'payment.captured', Payment>
  | EventOf<'payment.declined', Payment>
  | EventOf<'payment.unknown', Payment>
  | EventOf<'payment.voided', Payment>
  | EventOf<'payment.expired', Payment>
  | EventOf<'payment.superseded', Payment>
  | EventOf<'escrow.funded', Escrow>
  | EventOf<'escrow.delivered', Escrow>
  | EventOf<'escrow.accepted', Escrow>
  | EventOf<'escrow.auto_accepted', Escrow>
  | EventOf<'escrow.disputed', Escrow>
  | EventOf<'escrow.undisputed', Escrow>
  | EventOf<'escrow.closed', Escrow>
  | EventOf<'release.created', Release>
  | EventOf<'refund.pending', Refund>
  | EventOf<'refund.succeeded', Refund>
  | EventOf<'refund.failed', Refund>
  | EventOf<'dispute.opened', Dispute>
  | EventOf<'dispute.withdrawn', Dispute>
  | EventOf<'payout.created', Payout>
  | EventOf<'payout.submitted', Payout>
  | EventOf<'payout.processing', Payout>
  | EventOf<'payout.completed', Payout>
  | EventOf<'payout.failed', Payout>
  | EventOf<'payout.returned', Payout>
  | EventOf<'settlement.recorded', Settlement>
  | EventOf<'seller.created', Seller>
  | EventOf<'seller.updated', Seller>
  | EventOf<'operator.topped_up', OperatorTransfer>
  | EventOf<'operator.withdrew', OperatorTransfer>
  | EventOf<'saved_card.created', SavedCard>
  | EventOf<'saved_card.removed', SavedCard>
  | EventOf<'marketplace.updated', Marketplace>

export type EventType = Event['type']

/** The filters of each list, by the call's name. */
export interface ListFilters {
  'apiKeys.list': {
    limit?: number
    after?: string
  }
  'sellers.list': {
    limit?: number
    after?: string
    reference?: string
  }
  'sessions.list': {
    limit?: number
    after?: string
  }
  'checkout.addressFormat': {
    country?: string
    language?: string
  }
  'savedCards.list': {
    limit?: number
    after?: string
    buyer?: string
    company?: string
    status?: 'active' | 'removed'
  }
  'paymentLinks.list': {
    limit?: number
    after?: string
    reference?: string
  }
  'orders.list': {
    limit?: number
    after?: string
    reference?: string
    status?: 'open' | 'paid' | 'completed' | 'refunded' | 'canceled'
    seller?: string
    buyer?: string
    paymentLink?: string
  }
  'payments.list': {
    limit?: number
    after?: string
    order?: string
    status?: 'processing' | 'action_required' | 'authorized' | 'partially_captured' | 'captured' | 'declined' | 'unknown' | 'voided' | 'expired'
  }
  'escrows.list': {
    limit?: number
    after?: string
    seller?: string
    order?: string
  }
  'releases.list': {
    limit?: number
    after?: string
    escrow?: string
    seller?: string
  }
  'refunds.list': {
    limit?: number
    after?: string
    payment?: string
    order?: string
    status?: 'pending' | 'succeeded' | 'failed'
  }
  'disputes.list': {
    limit?: number
    after?: string
    escrow?: string
    order?: string
    status?: 'negotiation' | 'escalatable' | 'under_review' | 'decided' | 'executed' | 'settled' | 'withdrawn' | 'closed_no_response'
  }
  'payouts.list': {
    limit?: number
    after?: string
    seller?: string
    status?: 'created' | 'submitted' | 'processing' | 'completed' | 'returned' | 'failed' | 'on_hold'
  }
  'settlements.lines': {
    limit?: number
    after?: string
  }
  'settlements.list': {
    limit?: number
    after?: string
  }
  'ledger.accounts': {
    limit?: number
    after?: string
    name?: string
  }
  'ledger.transfers': {
    limit?: number
    after?: string
    account?: string
    order?: string
    subject?: string
  }
  'events.list': {
    limit?: number
    after?: string
    type?: WebhookEventType
    object?: string
    order?: 'newest' | 'oldest'
  }
  'webhookEndpoints.list': {
    limit?: number
    after?: string
  }
  'webhookDeliveries.list': {
    limit?: number
    after?: string
    endpoint?: string
    event?: string
    status?: 'pending' | 'delivered' | 'failed'
  }
}
