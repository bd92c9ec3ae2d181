import type { Pool, PoolClient } from 'pg'
import { VaultConfigError } from './config-error.ts'

/** In order; one that has been released is never changed, only followed by another. */
const migrations: readonly string[] = [
  `
  create table vault.marketplaces (
    marketplace_id text primary key,
    name text not null,
    origins text[] not null,
    updated_at timestamptz not null
  );
  create table vault.tickets (
    marketplace_id text not null references vault.marketplaces,
    ticket_hash bytea not null check (octet_length(ticket_hash) = 32),
    session_id text not null, revision integer not null, origin text not null,
    amount bigint not null check (amount > 0), currency text not null, exponent smallint not null, brands text[] not null,
    expires_at timestamptz not null,
    redeemed_at timestamptz,
    primary key (marketplace_id, ticket_hash)
  );
  create index tickets_expiry on vault.tickets (expires_at);
  create table vault.frame_sessions (
    marketplace_id text not null references vault.marketplaces,
    frame_session_hash bytea not null check (octet_length(frame_session_hash) = 32),
    session_id text not null, revision integer not null, origin text not null, brands text[] not null,
    expires_at timestamptz not null,
    primary key (marketplace_id, frame_session_hash)
  );
  create index frame_sessions_expiry on vault.frame_sessions (expires_at);
  create table vault.cards (
    marketplace_id text not null references vault.marketplaces,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    record_version smallint not null,
    session_id text not null, revision integer not null, origin text not null,
    brand text not null, last4 text not null check (last4 ~ '^[0-9]{4}$'),
    exp_month smallint not null, exp_year smallint not null,
    fingerprint bytea not null,
    key_id text, wrapped_key bytea, sealed bytea,
    created_at timestamptz not null, expires_at timestamptz not null,
    operation_id text, used_at timestamptz,
    primary key (marketplace_id, token_hash),
    check ((operation_id is null) = (used_at is null)),
    check ((sealed is null) = (wrapped_key is null) and (sealed is null) = (key_id is null)),
    check (used_at is null or sealed is null)
  );
  create index cards_expiry on vault.cards (expires_at);
  create index cards_by_key on vault.cards (key_id) where sealed is not null;
  create table vault.sends (
    marketplace_id text not null references vault.marketplaces,
    operation_id text not null,
    token_hash bytea not null,
    template text not null, host text not null,
    sent_at timestamptz not null,
    outcome text check (outcome in ('answered', 'not_sent', 'unknown')),
    reason text, http_status smallint, finished_at timestamptz,
    primary key (marketplace_id, operation_id),
    unique (marketplace_id, token_hash)
  );
  `,
  `
  alter table vault.cards
    add column wallet text check (wallet in ('google_pay', 'apple_pay')),
    add column cryptogram boolean not null default false check (wallet is not null or not cryptogram);
  -- across all marketplaces, on purpose: what one of them has taken, no other takes
  create table vault.wallet_messages (
    wallet text not null check (wallet in ('google_pay', 'apple_pay')),
    message_hash bytea not null check (octet_length(message_hash) = 32),
    marketplace_id text not null references vault.marketplaces,
    token_hash bytea not null check (octet_length(token_hash) = 32),
    taken_at timestamptz not null, expires_at timestamptz not null,
    primary key (wallet, message_hash)
  );
  create index wallet_messages_expiry on vault.wallet_messages (expires_at);
  `,
  `
  create table vault.saved_cards (
    marketplace_id text not null references vault.marketplaces,
    saved_card_id text not null,
    record_version smallint not null,
    brand text not null, last4 text not null check (last4 ~ '^[0-9]{4}$'),
    exp_month smallint not null, exp_year smallint not null,
    fingerprint bytea not null,
    key_id text not null, wrapped_key bytea not null, sealed bytea not null,
    created_at timestamptz not null,
    -- null: kept for good
    drop_at timestamptz,
    primary key (marketplace_id, saved_card_id)
  );
  create index saved_cards_provisional on vault.saved_cards (drop_at) where drop_at is not null;
  create index saved_cards_by_key on vault.saved_cards (key_id);
  alter table vault.tickets add column saved_card_id text;
  alter table vault.frame_sessions add column saved_card_id text;
  alter table vault.cards add column saved_card_id text, add column needs_code boolean not null default true;
  create index cards_by_saved_card on vault.cards (marketplace_id, saved_card_id) where saved_card_id is not null and sealed is not null;
  `,
]

/** One lock for all vaults of a database, so that two that start together migrate one after the other. */
const LOCK = 0x686f6c64

/**
 * Makes the schema `vault` and its tables, or what is missing of them. Safe to run at every start and by several
 * at once. The role needs to own the schema, or the right to create it.
 */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock($1)', [LOCK])
    await bringUp(client)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

async function bringUp(client: PoolClient): Promise<void> {
  // `create schema if not exists` wants the right to create even where it exists
  const schema = await client.query(`select 1 from pg_namespace where nspname = 'vault'`)
  if (schema.rowCount === 0) await client.query('create schema vault')
  await client.query(
    'create table if not exists vault.migrations (number integer primary key, applied_at timestamptz not null default now())',
  )
  const { rows } = await client.query<{ last: number }>(
    'select coalesce(max(number), 0)::int as last from vault.migrations',
  )
  const last = rows[0]?.last ?? 0
  if (last > migrations.length)
    throw new VaultConfigError("The vault's tables are of a newer version than this vault: start the newer one.")
  for (const [index, sql] of migrations.entries()) {
    if (index < last) continue
    await client.query(sql)
    await client.query('insert into vault.migrations (number) values ($1)', [index + 1])
  }
}
