import { sql, type Kysely } from 'kysely'

/*
 * Orders, payments, escrows and the ledger. Each table's keys begin with the marketplace, so that the schema can
 * be distributed by it. The CHECKs repeat what the decisions promise; there are no triggers. Amounts are minor
 * units of the row's currency.
 */

/** Names what a merchant made by its own reference, once per kind. */
const reference = 'reference text, unique (marketplace_id, reference)'

/** What failed gives its reference back: the merchant tries again under the same one. */
const referenceUnlessFailed = (table: string): string =>
  `create unique index ${table}_by_reference on ${table} (marketplace_id, reference) where state <> 'failed'`

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [orders, escrows, payments, operations, captures, releases, refunds, disputes, payouts, settlements, balances, ledger, timers]) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  }
}

const orders = [
  `create table orders (
    marketplace_id text not null references marketplaces,
    id text not null,
    reference text not null,
    unique (marketplace_id, reference),
    state text not null check (state in ('open', 'paid', 'completed', 'refunded', 'canceled')),
    currency text not null,
    amount bigint not null check (amount > 0),
    platform_fee bigint not null check (platform_fee between 0 and amount),
    buyer_reference text, buyer_name text, buyer_email text,
    session_id text not null,
    metadata jsonb not null,
    created_at timestamptz not null,
    primary key (marketplace_id, id)
  )`,
  'create index orders_by_buyer on orders (marketplace_id, buyer_reference, id)',
  `create table sessions (
    marketplace_id text not null,
    id text not null,
    order_id text not null,
    state text not null check (state in ('open', 'processing', 'complete', 'expired', 'canceled')),
    revision integer not null check (revision > 0),
    currency text not null,
    amount bigint not null check (amount > 0),
    capture_mode text not null check (capture_mode in ('automatic', 'manual')),
    capture_plan jsonb not null,
    return_url text not null,
    payment_id text,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, order_id) references orders
  )`,
]

const escrows = [
  `create table escrows (
    marketplace_id text not null,
    id text not null,
    order_id text not null,
    seller_id text not null,
    position integer not null check (position >= 0),
    reference text not null,
    description text,
    currency text not null,
    amount bigint not null check (amount > 0),
    platform_fee bigint not null check (platform_fee between 0 and amount),
    release_method text not null check (release_method in ('express', 'air', 'sea', 'warehouse', 'none')),
    inspection_days integer check (inspection_days > 0),
    claim_days integer not null check (claim_days >= 0),
    delivery_method text, tracking_number text, delivery_evidence text,
    delivered_at timestamptz,
    accepted_at timestamptz,
    auto_release_at timestamptz,
    dispute_id text,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, order_id, reference),
    foreign key (marketplace_id, order_id) references orders,
    foreign key (marketplace_id, seller_id) references sellers
  )`,
  'create index escrows_by_seller on escrows (marketplace_id, seller_id, id)',
  `create table milestones (
    marketplace_id text not null,
    id text not null,
    escrow_id text not null,
    order_id text not null,
    seller_id text not null,
    position integer not null check (position >= 0),
    currency text not null,
    payment_id text,
    state text not null check (state in ('unfunded', 'funded', 'delivered', 'accepted', 'auto_accepted', 'disputed', 'closed')),
    frozen text check (frozen in ('funded', 'delivered', 'accepted', 'auto_accepted')),
    late boolean not null default false,
    amount bigint not null check (amount > 0),
    fee bigint not null check (fee between 0 and amount),
    capturing bigint not null default 0 check (capturing >= 0),
    capturing_fee bigint not null default 0 check (capturing_fee >= 0),
    captured bigint not null default 0 check (captured >= 0),
    captured_fee bigint not null default 0 check (captured_fee >= 0),
    settled bigint not null default 0 check (settled between 0 and captured),
    held bigint not null default 0 check (held >= 0),
    held_fee bigint not null default 0 check (held_fee between 0 and held),
    released bigint not null default 0 check (released >= 0),
    released_fee bigint not null default 0 check (released_fee between 0 and released),
    refunded_held bigint not null default 0 check (refunded_held >= 0),
    cancelled_fee bigint not null default 0 check (cancelled_fee between 0 and refunded_held),
    refunded_released bigint not null default 0 check (refunded_released between 0 and released),
    refunded_released_fee bigint not null default 0 check (refunded_released_fee between 0 and released_fee),
    refunding bigint not null default 0 check (refunding between 0 and refunded_held + refunded_released),
    primary key (marketplace_id, id),
    foreign key (marketplace_id, escrow_id) references escrows,
    constraint captured_is_held_released_or_refunded check (captured = held + released + refunded_held),
    constraint captured_fee_is_carried_released_or_cancelled check (captured_fee = held_fee + released_fee + cancelled_fee),
    constraint captured_within_amount check (captured + capturing <= amount),
    constraint captured_fee_within_fee check (captured_fee + capturing_fee <= fee),
    constraint frozen_while_disputed check ((frozen is not null) = (state = 'disputed'))
  )`,
  'create index milestones_by_escrow on milestones (marketplace_id, escrow_id, position)',
  'create index milestones_by_order on milestones (marketplace_id, order_id)',
  'create index milestones_by_payment on milestones (marketplace_id, payment_id)',
  'create index milestones_by_seller on milestones (marketplace_id, seller_id)',
]

const payments = [
  `create table payments (
    marketplace_id text not null,
    id text not null,
    order_id text not null,
    session_id text not null,
    revision integer not null,
    connector text not null,
    method text not null check (method in ('card')),
    currency text not null,
    amount bigint not null check (amount > 0),
    state text not null check (state in ('processing', 'action_required', 'authorized', 'partially_captured', 'captured', 'declined', 'unknown', 'voided', 'expired')),
    superseded boolean not null default false,
    authorized bigint not null default 0 check (authorized >= 0),
    capturing bigint not null default 0 check (capturing >= 0),
    captured bigint not null default 0 check (captured >= 0),
    refunding bigint not null default 0 check (refunding >= 0),
    refunded bigint not null default 0 check (refunded >= 0),
    rail_reference text,
    card_brand text, card_last4 text, card_exp_month integer, card_exp_year integer, card_fingerprint text,
    decline_class text check (decline_class in ('hard', 'soft', 'fix_data', 'authenticate')),
    decline_code text,
    authorization_expires_at timestamptz,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, order_id) references orders,
    foreign key (marketplace_id, session_id) references sessions,
    constraint authorized_within_amount check (authorized <= amount or superseded),
    constraint captured_within_authorized check (captured + capturing <= authorized),
    constraint refunded_within_captured check (refunded + refunding <= captured)
  )`,
  'create index payments_by_order on payments (marketplace_id, order_id, id)',
]

const operations = [
  `create table operations (
    marketplace_id text not null references marketplaces,
    id text not null,
    kind text not null check (kind in ('authorize', 'sale', 'capture', 'void', 'refund', 'payout')),
    state text not null check (state in ('intent_written', 'sent', 'confirmed', 'rejected', 'unknown')),
    connector text not null,
    request_id text not null,
    request jsonb not null,
    currency text not null,
    amount bigint not null check (amount >= 0),
    payment_id text, capture_id text, refund_id text, payout_id text,
    rail_reference text,
    outcome jsonb,
    retry_of text,
    lease integer not null default 0,
    leased_until timestamptz,
    inquiries integer not null default 0,
    next_inquiry_at timestamptz,
    sent_at timestamptz,
    resolved_at timestamptz,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, connector, request_id),
    constraint resolved_when_known check ((resolved_at is not null) = (state in ('confirmed', 'rejected')))
  )`,
  'create index operations_by_payment on operations (marketplace_id, payment_id) where payment_id is not null',
  'create index operations_by_refund on operations (marketplace_id, refund_id) where refund_id is not null',
  'create index operations_by_payout on operations (marketplace_id, payout_id) where payout_id is not null',
  'create index operations_by_rail_reference on operations (marketplace_id, connector, rail_reference) where rail_reference is not null',
  `create index operations_open on operations (next_inquiry_at) where state in ('intent_written', 'sent', 'unknown')`,
]

const captures = [
  `create table captures (
    marketplace_id text not null,
    id text not null,
    payment_id text not null,
    reference text,
    state text not null check (state in ('pending', 'succeeded', 'failed')),
    currency text not null,
    amount bigint not null check (amount > 0),
    final boolean not null,
    sequence integer not null check (sequence > 0),
    rail_reference text,
    settled_at timestamptz,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, payment_id, sequence),
    foreign key (marketplace_id, payment_id) references payments
  )`,
  referenceUnlessFailed('captures'),
  `create table capture_allotments (
    marketplace_id text not null,
    capture_id text not null,
    milestone_id text not null,
    escrow_id text not null,
    position integer not null,
    amount bigint not null check (amount > 0),
    fee bigint not null check (fee between 0 and amount),
    primary key (marketplace_id, capture_id, milestone_id),
    foreign key (marketplace_id, capture_id) references captures
  )`,
]

const releases = [
  `create table releases (
    marketplace_id text not null,
    id text not null,
    escrow_id text not null,
    seller_id text not null,
    ${reference},
    reason text not null check (reason in ('requested', 'accepted', 'automatic')),
    currency text not null,
    gross bigint not null check (gross > 0),
    fee bigint not null check (fee between 0 and gross),
    transfer_id text not null,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, escrow_id) references escrows
  )`,
  'create index releases_by_escrow on releases (marketplace_id, escrow_id, id)',
  'create index releases_by_seller on releases (marketplace_id, seller_id, id)',
  `create table release_allotments (
    marketplace_id text not null,
    release_id text not null,
    milestone_id text not null,
    position integer not null,
    gross bigint not null check (gross > 0),
    fee bigint not null check (fee between 0 and gross),
    primary key (marketplace_id, release_id, milestone_id),
    foreign key (marketplace_id, release_id) references releases
  )`,
]

const refunds = [
  `create table refunds (
    marketplace_id text not null,
    id text not null,
    payment_id text not null,
    order_id text not null,
    reference text,
    reason text,
    state text not null check (state in ('pending', 'succeeded', 'failed')),
    currency text not null,
    amount bigint not null check (amount > 0),
    fee_bearer text not null check (fee_bearer in ('platform', 'seller')),
    failure_code text,
    created_at timestamptz not null,
    resolved_at timestamptz,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, payment_id) references payments
  )`,
  referenceUnlessFailed('refunds'),
  'create index refunds_by_payment on refunds (marketplace_id, payment_id, id)',
  'create index refunds_by_order on refunds (marketplace_id, order_id, id)',
  `create table refund_allotments (
    marketplace_id text not null,
    refund_id text not null,
    milestone_id text not null,
    escrow_id text not null,
    position integer not null,
    amount bigint not null check (amount > 0),
    sources jsonb not null,
    primary key (marketplace_id, refund_id, milestone_id),
    foreign key (marketplace_id, refund_id) references refunds
  )`,
]

const disputes = [
  `create table disputes (
    marketplace_id text not null,
    id text not null,
    escrow_id text not null,
    order_id text not null,
    state text not null check (state in ('negotiation', 'escalatable', 'under_review', 'decided', 'executed', 'settled', 'withdrawn', 'closed_no_response')),
    reason text not null,
    opened_at timestamptz not null,
    escalatable_at timestamptz not null,
    review_at timestamptz not null,
    closed_at timestamptz,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, escrow_id) references escrows
  )`,
  'create unique index disputes_one_open on disputes (marketplace_id, escrow_id) where closed_at is null',
  'create index disputes_by_order on disputes (marketplace_id, order_id, id)',
]

const payouts = [
  `create table payouts (
    marketplace_id text not null,
    id text not null,
    seller_id text not null,
    reference text,
    state text not null check (state in ('created', 'submitted', 'processing', 'completed', 'returned', 'failed', 'on_hold')),
    currency text not null,
    amount bigint not null check (amount > 0),
    bank_holder text not null, bank_country text not null, bank_currency text not null,
    bank_kind text not null check (bank_kind in ('iban', 'us')),
    bank_last4 text not null,
    bank_sealed bytea not null,
    connector text not null,
    rail_reference text,
    failure_code text, failure_detail text,
    created_at timestamptz not null,
    completed_at timestamptz,
    returned_at timestamptz,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, seller_id) references sellers
  )`,
  referenceUnlessFailed('payouts'),
  'create index payouts_by_seller on payouts (marketplace_id, seller_id, id)',
  `create table rail_cursors (
    marketplace_id text not null references marketplaces,
    connector text not null,
    feed text not null,
    cursor text not null,
    primary key (marketplace_id, connector, feed)
  )`,
]

const settlements = [
  `create table settlements (
    marketplace_id text not null references marketplaces,
    id text not null,
    connector text not null,
    report_id text not null,
    date date not null,
    state text not null check (state in ('recorded')),
    currency text not null,
    gross bigint not null,
    fees bigint not null,
    net bigint not null check (net = gross - fees),
    line_count integer not null,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, connector, report_id, currency)
  )`,
  `create table settlement_lines (
    marketplace_id text not null,
    id text not null,
    settlement_id text not null,
    kind text not null check (kind in ('capture', 'refund')),
    operation_id text,
    rail_reference text not null,
    currency text not null,
    gross bigint not null,
    fee bigint not null,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, settlement_id) references settlements
  )`,
  'create index settlement_lines_by_settlement on settlement_lines (marketplace_id, settlement_id, id)',
  'create index settlement_lines_by_operation on settlement_lines (marketplace_id, operation_id) where operation_id is not null',
]

const balances = [
  `create table seller_balances (
    marketplace_id text not null,
    seller_id text not null,
    currency text not null,
    reserve_bps integer not null default 0 check (reserve_bps between 0 and 10000),
    available bigint not null default 0 check (available >= 0),
    reserve bigint not null default 0 check (reserve >= 0),
    in_payout bigint not null default 0 check (in_payout >= 0),
    owed bigint not null default 0 check (owed >= 0),
    primary key (marketplace_id, seller_id, currency),
    foreign key (marketplace_id, seller_id) references sellers,
    constraint nothing_available_while_owing check (owed = 0 or available = 0)
  )`,
  `create table custody (
    marketplace_id text not null references marketplaces,
    currency text not null,
    balance bigint not null default 0,
    in_payout bigint not null default 0 check (in_payout >= 0),
    primary key (marketplace_id, currency)
  )`,
]

const ledger = [
  `create table ledger_accounts (
    marketplace_id text not null references marketplaces,
    id text not null,
    name text not null,
    currency text not null,
    normal_side text not null check (normal_side in ('debit', 'credit', 'either')),
    guarded boolean not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, name, currency)
  )`,
  `create table ledger_transfers (
    marketplace_id text not null references marketplaces,
    id text not null,
    reason text not null,
    subject text not null,
    order_id text,
    reference text,
    currency text not null,
    created_at timestamptz not null,
    primary key (marketplace_id, id)
  )`,
  'create unique index ledger_transfers_by_reference on ledger_transfers (marketplace_id, reason, reference) where reference is not null',
  'create index ledger_transfers_by_order on ledger_transfers (marketplace_id, order_id, id) where order_id is not null',
  'create index ledger_transfers_by_subject on ledger_transfers (marketplace_id, subject)',
  `create table ledger_postings (
    marketplace_id text not null,
    transfer_id text not null,
    position integer not null check (position >= 0),
    debit_account text not null,
    credit_account text not null,
    amount bigint not null check (amount > 0),
    primary key (marketplace_id, transfer_id, position),
    foreign key (marketplace_id, transfer_id) references ledger_transfers,
    foreign key (marketplace_id, debit_account) references ledger_accounts,
    foreign key (marketplace_id, credit_account) references ledger_accounts,
    constraint between_two_accounts check (debit_account <> credit_account)
  )`,
  'create index ledger_postings_by_debit on ledger_postings (marketplace_id, debit_account, transfer_id)',
  'create index ledger_postings_by_credit on ledger_postings (marketplace_id, credit_account, transfer_id)',
]

/** Deadlines, as data: a worker polls the index and reads it against `app_now()`. */
const timers = [
  `create table timers (
    marketplace_id text not null references marketplaces,
    kind text not null check (kind in ('session_expiry', 'auto_release', 'authorization_expiry', 'dispute_stage')),
    subject text not null,
    due_at timestamptz not null,
    primary key (marketplace_id, kind, subject)
  )`,
  'create index timers_by_due on timers (due_at)',
]
