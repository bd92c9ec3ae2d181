import type { ColumnType, Generated } from 'kysely'
import type {
  CaptureState, DeclineClass, DisputeState, MilestoneState, OperationKind, OperationState, OrderState,
  PaymentMethodType, PaymentState, PayoutState, RefundState, SessionState, ThreeDSecureMode,
} from '@holdfast/contract'
import type { Authentication } from '@holdfast/core'
import type { CollectInput, Details } from '@holdfast/contract/types'
import type { Sells } from '../payment-links/store.ts'

/* The tables of migration 0002, as TypeScript sees them: int8 is read as bigint, timestamptz as Date. */

type Json<T> = ColumnType<T, string, string>

export interface CapturePlanJson {
  when: 'now' | 'at_delivery'
  reason: string
  latestReleaseAt: string | null
  authorizationExpiresAt: string
}

/** Where a refund's part came from, in minor units as decimal text. */
export interface SourcesJson {
  seller: string
  held: string
  /** The fee that the held part carried. */
  cancelledFee: string
  released: string
  /** The fee's part of what was released, whoever bears it. */
  releasedFee: string
  fees: string
  available: string
  reserve: string
  owed: string
}

export interface OrdersTable {
  marketplace_id: string
  id: string
  reference: string
  state: OrderState
  currency: string
  amount: bigint
  platform_fee: bigint
  buyer_reference: string | null
  buyer_name: string | null
  buyer_email: string | null
  buyer_company: string | null
  session_id: string
  payment_link_id: string | null
  metadata: Json<Record<string, string>>
  details: Json<Partial<Details>>
  created_at: Date
}

export interface SessionsTable {
  marketplace_id: string
  id: string
  order_id: string
  state: SessionState
  revision: number
  currency: string
  amount: bigint
  capture_mode: 'automatic' | 'manual'
  capture_plan: Json<CapturePlanJson>
  /** Whether paying with a saved card asks for its code; null: none are offered. */
  saved_cards: 'always' | 'never' | null
  return_url: string
  collect: Json<CollectInput>
  three_d_secure: Generated<ThreeDSecureMode>
  payment_id: string | null
  expires_at: Date
  created_at: Date
}

export interface EscrowsTable {
  marketplace_id: string
  id: string
  order_id: string
  seller_id: string
  position: number
  reference: string
  description: string | null
  currency: string
  amount: bigint
  platform_fee: bigint
  release_method: 'express' | 'air' | 'sea' | 'warehouse' | 'none'
  inspection_days: number | null
  claim_days: number
  delivery_method: string | null
  tracking_number: string | null
  delivery_evidence: string | null
  delivered_at: Date | null
  accepted_at: Date | null
  auto_release_at: Date | null
  dispute_id: string | null
  created_at: Date
}

export interface MilestonesTable {
  marketplace_id: string
  id: string
  escrow_id: string
  order_id: string
  seller_id: string
  position: number
  currency: string
  payment_id: string | null
  state: MilestoneState
  frozen: MilestoneState | null
  late: Generated<boolean>
  amount: bigint
  fee: bigint
  capturing: Generated<bigint>
  capturing_fee: Generated<bigint>
  captured: Generated<bigint>
  captured_fee: Generated<bigint>
  settled: Generated<bigint>
  held: Generated<bigint>
  held_fee: Generated<bigint>
  released: Generated<bigint>
  released_fee: Generated<bigint>
  refunded_held: Generated<bigint>
  cancelled_fee: Generated<bigint>
  refunded_released: Generated<bigint>
  refunded_released_fee: Generated<bigint>
  refunding: Generated<bigint>
}

export interface PaymentsTable {
  marketplace_id: string
  id: string
  order_id: string
  session_id: string
  revision: number
  connector: string
  method: PaymentMethodType
  currency: string
  amount: bigint
  state: PaymentState
  superseded: Generated<boolean>
  authorized: Generated<bigint>
  capturing: Generated<bigint>
  captured: Generated<bigint>
  refunding: Generated<bigint>
  refunded: Generated<bigint>
  rail_reference: string | null
  card_brand: string | null
  card_last4: string | null
  card_exp_month: number | null
  card_exp_year: number | null
  card_fingerprint: string | null
  card_wallet: 'google_pay' | 'apple_pay' | null
  decline_class: DeclineClass | null
  decline_code: string | null
  authentication: ColumnType<Authentication | null, string | null | undefined, string | null>
  authorization_expires_at: Date | null
  created_at: Date
}

export interface OperationsTable {
  marketplace_id: string
  id: string
  kind: OperationKind
  state: OperationState
  connector: string
  request_id: string
  request: Json<Record<string, unknown>>
  currency: string
  amount: bigint
  payment_id: string | null
  capture_id: string | null
  refund_id: string | null
  payout_id: string | null
  rail_reference: string | null
  outcome: ColumnType<Record<string, unknown> | null, string | null, string | null>
  retry_of: string | null
  lease: Generated<number>
  leased_until: Date | null
  inquiries: Generated<number>
  next_inquiry_at: Date | null
  sent_at: Date | null
  resolved_at: Date | null
  created_at: Date
}

export interface CapturesTable {
  marketplace_id: string
  id: string
  payment_id: string
  reference: string | null
  state: CaptureState
  currency: string
  amount: bigint
  final: boolean
  sequence: number
  rail_reference: string | null
  settled_at: Date | null
  created_at: Date
}

export interface CaptureAllotmentsTable {
  marketplace_id: string
  capture_id: string
  milestone_id: string
  escrow_id: string
  position: number
  amount: bigint
  fee: bigint
}

export interface ReleasesTable {
  marketplace_id: string
  id: string
  escrow_id: string
  seller_id: string
  reference: string | null
  reason: 'requested' | 'accepted' | 'automatic'
  currency: string
  gross: bigint
  fee: bigint
  transfer_id: string
  created_at: Date
}

export interface ReleaseAllotmentsTable {
  marketplace_id: string
  release_id: string
  milestone_id: string
  position: number
  gross: bigint
  fee: bigint
}

export interface RefundsTable {
  marketplace_id: string
  id: string
  payment_id: string
  order_id: string
  reference: string | null
  reason: string | null
  state: RefundState
  currency: string
  amount: bigint
  fee_bearer: 'platform' | 'seller'
  failure_code: string | null
  created_at: Date
  resolved_at: Date | null
}

export interface RefundAllotmentsTable {
  marketplace_id: string
  refund_id: string
  milestone_id: string
  escrow_id: string
  position: number
  amount: bigint
  sources: Json<SourcesJson>
}

export interface DisputesTable {
  marketplace_id: string
  id: string
  escrow_id: string
  order_id: string
  state: DisputeState
  reason: string
  opened_at: Date
  escalatable_at: Date
  review_at: Date
  closed_at: Date | null
}

export interface PayoutsTable {
  marketplace_id: string
  id: string
  seller_id: string
  reference: string | null
  state: PayoutState
  currency: string
  amount: bigint
  bank_holder: string
  bank_country: string
  bank_currency: string
  bank_kind: 'iban' | 'us'
  bank_last4: string
  bank_sealed: Buffer
  connector: string
  rail_reference: string | null
  failure_code: string | null
  failure_detail: string | null
  created_at: Date
  completed_at: Date | null
  returned_at: Date | null
}

export interface RailCursorsTable {
  marketplace_id: string
  connector: string
  feed: string
  cursor: string
}

export interface SettlementsTable {
  marketplace_id: string
  id: string
  connector: string
  report_id: string
  date: string
  state: 'recorded'
  currency: string
  gross: bigint
  fees: bigint
  net: bigint
  line_count: number
  created_at: Date
}

export interface SettlementLinesTable {
  marketplace_id: string
  id: string
  settlement_id: string
  kind: 'capture' | 'refund'
  operation_id: string | null
  rail_reference: string
  currency: string
  gross: bigint
  fee: bigint
}

export interface SellerBalancesTable {
  marketplace_id: string
  seller_id: string
  currency: string
  reserve_bps: Generated<number>
  available: Generated<bigint>
  reserve: Generated<bigint>
  in_payout: Generated<bigint>
  owed: Generated<bigint>
}

export interface CustodyTable {
  marketplace_id: string
  currency: string
  balance: Generated<bigint>
  in_payout: Generated<bigint>
}

export interface LedgerAccountsTable {
  marketplace_id: string
  id: string
  name: string
  currency: string
  normal_side: 'debit' | 'credit' | 'either'
  guarded: boolean
}

export interface LedgerTransfersTable {
  marketplace_id: string
  id: string
  reason: string
  subject: string
  order_id: string | null
  reference: string | null
  currency: string
  created_at: Date
}

export interface LedgerPostingsTable {
  marketplace_id: string
  transfer_id: string
  position: number
  debit_account: string
  credit_account: string
  amount: bigint
}

export interface TimersTable {
  marketplace_id: string
  kind: 'session_expiry' | 'auto_release' | 'authorization_expiry' | 'dispute_stage'
  subject: string
  due_at: Date
}

export interface NotificationsTable {
  marketplace_id: string
  connector: string
  id: string
  /** `received` until it has been judged. */
  verdict: 'received' | 'accepted' | 'ignored' | 'refused'
  reason: string | null
  operation_id: string | null
  body: Buffer
  /** How often the same one came. */
  times: Generated<number>
  received_at: Generated<Date>
  last_received_at: Generated<Date>
}

export interface SavedCardsTable {
  marketplace_id: string
  id: string
  /** `pending`: its payment is under way. `refused`: that took nothing, or the card was saved before. */
  state: 'pending' | 'active' | 'refused' | 'removed'
  buyer_reference: string
  company_reference: string | null
  card_brand: string
  card_last4: string
  card_exp_month: number
  card_exp_year: number
  card_fingerprint: string
  consent_version: string
  consent_locale: string
  consent_shared: boolean
  consented_at: Date
  session_id: string
  payment_id: string
  network_transaction_id: string | null
  /** What the vault has still to be told. */
  vault_task: 'keep' | 'delete' | null
  created_at: Date
  last_used_at: Date | null
  removed_at: Date | null
}

export interface SavedCardSlotsTable {
  marketplace_id: string
  buyer_reference: string
  card_fingerprint: string
  saved_card_id: string
}

export interface PaymentLinksTable {
  marketplace_id: string
  id: string
  /** What stands for it in its URL, in clear: the merchant reads the URL again. */
  slug: string
  reference: string
  currency: string
  amount: bigint
  sells: Json<Sells>
  max_uses: number
  /** How many sessions it has been given so far; names their orders. */
  opened: Generated<number>
  expires_at: Date
  deactivated_at: Date | null
  created_at: Date
}

export interface PaymentLinkPlacesTable {
  marketplace_id: string
  payment_link_id: string
  /** From 1 to the link's `max_uses`. */
  place: number
  max_uses: number
  session_id: string
}

export interface MoneyTables {
  payment_links: PaymentLinksTable
  payment_link_places: PaymentLinkPlacesTable
  saved_cards: SavedCardsTable
  saved_card_slots: SavedCardSlotsTable
  orders: OrdersTable
  sessions: SessionsTable
  escrows: EscrowsTable
  milestones: MilestonesTable
  payments: PaymentsTable
  operations: OperationsTable
  notifications: NotificationsTable
  captures: CapturesTable
  capture_allotments: CaptureAllotmentsTable
  releases: ReleasesTable
  release_allotments: ReleaseAllotmentsTable
  refunds: RefundsTable
  refund_allotments: RefundAllotmentsTable
  disputes: DisputesTable
  payouts: PayoutsTable
  rail_cursors: RailCursorsTable
  settlements: SettlementsTable
  settlement_lines: SettlementLinesTable
  seller_balances: SellerBalancesTable
  custody: CustodyTable
  ledger_accounts: LedgerAccountsTable
  ledger_transfers: LedgerTransfersTable
  ledger_postings: LedgerPostingsTable
  timers: TimersTable
}
