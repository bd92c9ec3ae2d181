import type { Kind, RuleName } from './rules.ts'

/**
 * How balances are replayed: a CTE, a join onto the account `a`, and the account's credits less its debits.
 * From every posting; through the postings' indexes, for accounts with few; or from sums up to a mark and the rest.
 */
export interface Replay {
  readonly with: string
  readonly join: string
  readonly net: string
}

/** Which rows a check reads: all of the marketplace (`$1`), or those that hang on the ids in `$2`. */
export interface Scope {
  readonly only: (column: string) => string
  readonly replay: Replay
}

/** One row of a check: what is not as it must be. */
export interface Breach {
  readonly subject: string
  /** What finds it again: the id that the check's kind goes by. */
  readonly scope: string
  readonly field: string
  readonly expected: string
  readonly actual: string
}

/**
 * One rule as a statement that answers a row for each breach: subject, scope, field, expected, actual.
 * `$1` is the marketplace, `$2` the ids of the scope.
 */
export interface Check {
  readonly rule: RuleName
  readonly kind: Kind
  /** Only when everything is read: it would cost as much for a part. */
  readonly wholeOnly?: boolean
  readonly sql: (scope: Scope) => string
}

/** `(values ('held', expected, actual), …)`, and what differs among them. */
export function comparing(fields: Readonly<Record<string, readonly [expected: string, actual: string]>>): { readonly join: string; readonly where: string; readonly columns: string } {
  const rows = Object.entries(fields).map(([name, [expected, actual]]) => `('${name}', (${expected})::text, (${actual})::text)`)
  return {
    join: `cross join lateral (values ${rows.join(', ')}) as f (field, expected, actual)`,
    where: 'f.expected is distinct from f.actual',
    columns: `f.field, coalesce(f.expected, 'nothing') as expected, coalesce(f.actual, 'nothing') as actual`,
  }
}

export const fromEveryPosting: Replay = {
  with: `replay as materialized (
    select account, sum(net)::bigint as net from (
      select credit_account as account, amount as net from ledger_postings where marketplace_id = $1
      union all select debit_account, -amount from ledger_postings where marketplace_id = $1
    ) side group by account)`,
  join: 'left join replay on replay.account = a.id',
  net: 'coalesce(replay.net, 0)',
}

export const fromFewPostings: Replay = {
  with: 'nothing as (select 1)',
  join: '',
  net: `(coalesce((select sum(amount) from ledger_postings q where q.marketplace_id = $1 and q.credit_account = a.id), 0)
    - coalesce((select sum(amount) from ledger_postings q where q.marketplace_id = $1 and q.debit_account = a.id), 0))::bigint`,
}

/** What an account was credited less what it was debited. */
export interface Net {
  readonly account: string
  readonly net: bigint
}

/** The sums that are kept up to the mark, and what this snapshot sees of later transactions. */
export function fromSums(late: readonly Net[]): Replay {
  const array = (values: readonly unknown[]) => `'{${values.join(',')}}'`
  return {
    with: `late as materialized (
      select * from unnest(${array(late.map(({ account }) => account))}::text[], ${array(late.map(({ net }) => net))}::bigint[]) as l (account, net))`,
    join: `left join verifier_sums s on s.marketplace_id = a.marketplace_id and s.account = a.id
      left join late on late.account = a.id`,
    net: '(coalesce(s.balance, 0) + coalesce(late.net, 0))',
  }
}

export const everything = (replay: Replay): Scope => ({ only: () => 'true', replay })
export const among = (replay: Replay): Scope => ({ only: (column) => `${column} = any($2)`, replay })
