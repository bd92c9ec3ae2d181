import { sql, type Kysely } from 'kysely'

/*
 * What gathered commits need: rows that are written a hundred at a time, by statements that nobody looks at before
 * the commit. Measured: foreign keys and indexes that nothing needs were a third of a batch's cost.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [assertRows, ...looseEnds, ...indexes, ...parts, ...room]) await sql.raw(statement).execute(db)
}

/** What a batch's statements promise, they keep themselves: they are sent together with the commit. */
const assertRows = `
  create function assert_rows(actual bigint, expected bigint, rows_of text) returns void language plpgsql immutable as $$
  begin
    if actual <> expected then
      raise exception 'broken promise: % rows of % are as they were read; % were', expected, rows_of, actual
        using errcode = 'assert_failure';
    end if;
  end $$`

/*
 * Foreign keys that hold without being checked at each row: nobody but the owner may take a marketplace or a ledger
 * account away, a posting's accounts are looked up by the statement that writes it, and each of these rows names the
 * marketplace of the key that made the call.
 */
const looseEnds = [
  'alter table idempotency_keys drop constraint idempotency_keys_marketplace_id_fkey',
  'alter table events drop constraint events_marketplace_id_fkey',
  'alter table ledger_transfers drop constraint ledger_transfers_marketplace_id_fkey',
  'alter table ledger_postings drop constraint ledger_postings_marketplace_id_debit_account_fkey',
  'alter table ledger_postings drop constraint ledger_postings_marketplace_id_credit_account_fkey',
]

const indexes = [
  // keys come in the order of their making and go by it: a summary of each range of pages is enough
  'drop index idempotency_keys_by_age',
  'create index idempotency_keys_by_age on idempotency_keys using brin (created_at) with (autosummarize = on)',
  // most releases have no reference
  'alter table releases drop constraint releases_marketplace_id_reference_key',
  'create unique index releases_by_reference on releases (marketplace_id, reference) where reference is not null',
]

/** What a payout must not send yet, and what coverage counts, without reading all there ever was. */
const parts = [
  'create index ledger_accounts_of_platform on ledger_accounts (marketplace_id, currency) where not guarded',
  'create index seller_balances_owing on seller_balances (marketplace_id, currency) where owed > 0',
  'create index milestones_unsettled on milestones (marketplace_id, seller_id, currency) where settled < captured',
]

/** Rows that change often keep room on their page for their next version, which then touches no index. */
const room = [
  'alter table milestones set (fillfactor = 70)',
  'alter table seller_balances set (fillfactor = 50)',
  'alter table custody set (fillfactor = 20)',
]
