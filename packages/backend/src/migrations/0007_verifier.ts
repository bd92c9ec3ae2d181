import { sql, type Kysely } from 'kysely'

/**
 * What the continuous verifier needs: which transaction wrote a transfer, how far it has come, the sums up to
 * there, and what it found. Transfers from before have no transaction: they are summed once, as one.
 *
 * A BRIN index costs a writer next to nothing: rows lie in the order in which they were written. (It has no class
 * for xid8, so the number is kept as a bigint.)
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table ledger_transfers add column transaction_id bigint',
  'alter table ledger_transfers alter column transaction_id set default (pg_current_xact_id()::text)::bigint',
  `create index ledger_transfers_as_written on ledger_transfers using brin (transaction_id)
     with (pages_per_range = 32, autosummarize = on)`,
  `create table verifier_marks (
    marketplace_id text primary key references marketplaces,
    transaction_id bigint not null,
    cursors jsonb not null default '{}',
    sweep_started_at timestamptz not null,
    swept_at timestamptz,
    checked jsonb not null default '{}',
    run_at timestamptz not null,
    run_ms integer not null check (run_ms >= 0),
    caught_up_at timestamptz
  )`,
  `create table verifier_sums (
    marketplace_id text not null,
    account text not null,
    balance bigint not null,
    unchecked boolean not null default false,
    primary key (marketplace_id, account),
    foreign key (marketplace_id, account) references ledger_accounts
  )`,
  'create index verifier_sums_unchecked on verifier_sums (marketplace_id, account) where unchecked',
  `create table verifier_findings (
    marketplace_id text not null references marketplaces,
    rule text not null,
    subject text not null,
    field text not null,
    severity text not null check (severity in ('breach', 'alarm')),
    kind text not null,
    scope text not null,
    expected text not null,
    actual text not null,
    found_at timestamptz not null,
    seen_at timestamptz not null,
    resolved_at timestamptz,
    primary key (marketplace_id, rule, subject, field)
  )`,
  'create index verifier_findings_open on verifier_findings (marketplace_id, kind, scope) where resolved_at is null',
]
