import { sql } from 'kysely';
/** Marketplaces, their keys and sellers, idempotency keys, events, and the clock that deadlines are read against. */
export async function up(db) {
    await sql `
    create table marketplaces (
      marketplace_id text primary key,
      name text not null,
      mode text not null check (mode in ('test', 'live')),
      origins text[] not null,
      created_at timestamptz not null
    )`.execute(db);
    await sql `
    create table api_keys (
      marketplace_id text not null references marketplaces,
      id text not null,
      kind text not null check (kind in ('secret', 'publishable')),
      mode text not null check (mode in ('test', 'live')),
      hash bytea not null check (length(hash) = 32),
      hint text not null,
      created_at timestamptz not null,
      revoked_at timestamptz,
      primary key (marketplace_id, id),
      unique (marketplace_id, hash)
    )`.execute(db);
    await sql `
    create table signing_keys (
      marketplace_id text not null references marketplaces,
      kid text not null,
      public_key bytea not null,
      private_key_sealed bytea not null,
      created_at timestamptz not null,
      retired_at timestamptz,
      primary key (marketplace_id, kid)
    )`.execute(db);
    await idempotencyKeys(db);
    await sellers(db);
    await events(db);
    await clock(db);
    await jobFailures(db);
}
async function idempotencyKeys(db) {
    await sql `
    create table idempotency_keys (
      marketplace_id text not null references marketplaces,
      scope text not null,
      key text not null check (length(key) between 1 and 255),
      body_hash bytea not null check (length(body_hash) = 32),
      operation_id text,
      status smallint check (status between 200 and 499),
      content_type text,
      body text,
      created_at timestamptz not null default now(),
      answered_at timestamptz,
      primary key (marketplace_id, scope, key),
      check ((status is null) = (body is null) and (status is null) = (answered_at is null))
    )`.execute(db);
    await sql `create index idempotency_keys_by_age on idempotency_keys (created_at)`.execute(db);
}
async function sellers(db) {
    await sql `
    create table sellers (
      marketplace_id text not null references marketplaces,
      id text not null,
      reference text not null,
      name text not null,
      email text,
      country text not null,
      bank_holder text,
      bank_country text,
      bank_currency text,
      bank_kind text check (bank_kind in ('iban', 'us')),
      bank_last4 text,
      bank_sealed bytea,
      metadata jsonb not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (marketplace_id, id),
      unique (marketplace_id, reference),
      check (num_nulls(bank_holder, bank_country, bank_currency, bank_kind, bank_last4, bank_sealed) in (0, 6))
    )`.execute(db);
}
async function events(db) {
    await sql `
    create table events (
      marketplace_id text not null references marketplaces,
      id text not null,
      subject text not null,
      sequence integer not null check (sequence > 0),
      type text not null,
      data jsonb not null,
      created_at timestamptz not null,
      transaction_id xid8 not null default pg_current_xact_id(),
      primary key (marketplace_id, id),
      unique (marketplace_id, subject, sequence)
    )`.execute(db);
    await sql `create index events_in_commit_order on events (marketplace_id, transaction_id, id)`.execute(db);
}
/*
 * plpgsql, for a function in plain SQL is planned anew at each call in PostgreSQL 15. Milliseconds, as the wire
 * has them, so that an instant that went out and came back is the same instant.
 */
async function clock(db) {
    await sql `
    create table clock (
      one boolean primary key default true check (one),
      offset_ms bigint not null check (offset_ms >= 0),
      live boolean not null default false,
      check (not live or offset_ms = 0)
    )`.execute(db);
    await sql `insert into clock (offset_ms) values (0)`.execute(db);
    await sql `
    create function app_now() returns timestamptz language plpgsql volatile parallel safe as $$
    begin
      return date_trunc('milliseconds', clock_timestamp())
        + (select offset_ms from clock) * interval '1 millisecond';
    end $$`.execute(db);
}
async function jobFailures(db) {
    await sql `
    create table job_failures (
      marketplace_id text not null,
      queue text not null,
      subject text not null,
      attempts integer not null check (attempts > 0),
      error text not null,
      next_try_at timestamptz not null,
      set_aside_at timestamptz,
      primary key (marketplace_id, queue, subject)
    )`.execute(db);
}
