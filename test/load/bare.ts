import { randomUUID } from 'node:crypto'
import type { QueryConfig } from 'pg'
import type { Load } from './commands.ts'
import { HOT_SELLER, idOf, SELLERS, sqlId } from './objects.ts'

/*
 * The least that PostgreSQL can do for a transfer in books of the same shape: one prepared statement, in a
 * transaction of its own, that moves two guarded balances and writes the transfer with its posting. No HTTP,
 * no key, no fee, no event, no state; keys, foreign keys (a posting's transfer) and CHECKs as Holdfast's ledger has them. The
 * tables have a past, for a foreign key whose check was planned on an empty table stays slow for as long as
 * its connection lives.
 */

export const bareSchema = `
  create table accounts (
    marketplace_id text not null, id text not null, balance bigint not null check (balance >= 0),
      primary key (marketplace_id, id));
  create table transfers (
    marketplace_id text not null, id text not null, reason text not null, created_at timestamptz not null,
      primary key (marketplace_id, id));
  create table postings (
    marketplace_id text not null, transfer_id text not null, position integer not null,
    debit_account text not null, credit_account text not null, amount bigint not null check (amount > 0),
    primary key (marketplace_id, transfer_id, position),
    foreign key (marketplace_id, transfer_id) references transfers,
    check (debit_account <> credit_account));
  insert into accounts select 'mkt_bare', ${sqlId('la', 'n', 0)}, 400000000000 from generate_series(0,
    ${SELLERS}) n;
  insert into accounts select 'mkt_bare', ${sqlId('la', 'n', 1)}, 0 from generate_series(0, ${SELLERS}) n;
  insert into transfers select 'mkt_bare', ${sqlId('tr', 'n')}, 'capture', now() from generate_series(1,
    ${SELLERS}) n;
  insert into postings select 'mkt_bare', ${sqlId('tr', 'n')}, 0, ${sqlId('la', '0', 1)}, ${sqlId('la', 'n',
    0)}, 100000000 from generate_series(1, ${SELLERS}) n;`

const text = `
  with taken as (update accounts set balance = balance - $5 where marketplace_id = $1 and id = $3
    and balance >= $5 returning 1),
    transfer as (insert into transfers select $1, $2, 'release', now() from taken returning 1),
    posting as (insert into postings select $1, $2, 0, $3, $4, $5 from taken returning 1)
  update accounts set balance = balance + $5 from taken where marketplace_id = $1 and id = $4`

/** A transfer from one of the held accounts to its seller's, or between the two that all callers share. */
export function transferStatement(load: Load): QueryConfig {
  const n = load === 'hot' ? HOT_SELLER : 1 + Math.floor(Math.random() * SELLERS)
  return {
    name: 'transfer',
    text,
    values: ['mkt_bare', `tr_${randomUUID()}`, idOf('la', n, 0), idOf('la', n, 1), 1_000],
  }
}
