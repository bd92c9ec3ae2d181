import { sql, type Kysely } from 'kysely'

/**
 * Cards that buyers let a marketplace keep: whose they are, what was agreed to, and what the vault still has to be
 * told. Numbers are the vault's alone. `saved_card_slots` says which card of a buyer is the one with a fingerprint;
 * its row is what two payments with the same card, and a removal, wait for each other by.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table orders add column buyer_company text',
  'alter table sessions add column saved_cards text',
  `alter table sessions add constraint sessions_saved_cards_check check (saved_cards in ('always', 'never')) not valid`,
  `create table saved_cards (
    marketplace_id text not null references marketplaces,
    id text not null,
    state text not null check (state in ('pending', 'active', 'refused', 'removed')),
    buyer_reference text not null,
    company_reference text,
    card_brand text not null,
    card_last4 text not null,
    card_exp_month integer not null,
    card_exp_year integer not null,
    card_fingerprint text not null,
    consent_version text not null,
    consent_locale text not null,
    consent_shared boolean not null,
    consented_at timestamptz not null,
    session_id text not null,
    payment_id text not null,
    network_transaction_id text,
    vault_task text check (vault_task in ('keep', 'delete')),
    created_at timestamptz not null,
    last_used_at timestamptz,
    removed_at timestamptz,
    primary key (marketplace_id, id),
    foreign key (marketplace_id, payment_id) references payments,
    check ((state = 'removed') = (removed_at is not null)),
    check (company_reference is null or consent_shared)
  )`,
  `create table saved_card_slots (
    marketplace_id text not null,
    buyer_reference text not null,
    card_fingerprint text not null,
    saved_card_id text not null,
    primary key (marketplace_id, buyer_reference, card_fingerprint),
    foreign key (marketplace_id, saved_card_id) references saved_cards
  )`,
  `create index saved_cards_of_buyer on saved_cards (marketplace_id, buyer_reference, id)`,
  `create index saved_cards_of_company on saved_cards (marketplace_id, company_reference, id) where company_reference is not null`,
  `create index saved_cards_for_vault on saved_cards (id) where vault_task is not null`,
]
