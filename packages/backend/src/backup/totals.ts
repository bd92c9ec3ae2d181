import type { ClientBase } from 'pg'

/**
 * What every ledger account amounted to at one instant, with the instant as the database knows it: later, the same
 * database or a copy of it can be asked for exactly that instant again, however much was posted since.
 */
export interface Totals {
  readonly snapshot: string
  readonly at: string
  readonly transfers: number
  /** Debits less credits, in minor units, by marketplace, account and currency; zero ones left out. */
  readonly accounts: Readonly<Record<string, string>>
}

/**
 * Sums the ledger, in one snapshot.
 *
 * @param client - may read every marketplace
 * @param snapshot - of an earlier `readTotals`: sums what was visible then, and nothing that was posted since
 */
export async function readTotals(client: ClientBase, snapshot?: string): Promise<Totals> {
  await client.query('begin isolation level repeatable read read only; set local statement_timeout = 0')
  try {
    const now = await one<{ snapshot: string; at: Date }>(client, 'select pg_current_snapshot()::text as snapshot, now() as at')
    const asOf = snapshot ?? now.snapshot
    const { transfers } = await one<{ transfers: bigint | string }>(client, `select count(*) as transfers from ledger_transfers t where ${visible}`, [asOf])
    const { rows } = await client.query<{ account: string; net: bigint | string }>(`
      select side.marketplace_id || ' ' || account.name || ' ' || account.currency as account, sum(side.amount)::bigint as net
      from (
        select marketplace_id, transfer_id, debit_account as account, amount from ledger_postings
        union all
        select marketplace_id, transfer_id, credit_account, -amount from ledger_postings
      ) side
      join ledger_transfers t on t.marketplace_id = side.marketplace_id and t.id = side.transfer_id
      join ledger_accounts account on account.marketplace_id = side.marketplace_id and account.id = side.account
      where ${visible}
      group by 1 having sum(side.amount) <> 0 order by 1`, [asOf])
    return {
      snapshot: asOf, at: now.at.toISOString(), transfers: Number(transfers),
      accounts: Object.fromEntries(rows.map(({ account, net }) => [account, String(net)])),
    }
  } finally {
    await client.query('rollback')
  }
}

/** Transfers from before the transaction's number was kept are older than any snapshot. */
const visible = '(t.transaction_id is null or pg_visible_in_snapshot(t.transaction_id::text::xid8, $1::pg_snapshot))'

async function one<T extends object>(client: ClientBase, sql: string, values: unknown[] = []): Promise<T> {
  return (await client.query<T>(sql, values)).rows[0] as T
}

/** Where two sums of one instant differ, in words; empty: nowhere. */
export function differences(expected: Totals, found: Totals): string[] {
  const names = [...new Set([...Object.keys(expected.accounts), ...Object.keys(found.accounts)])].toSorted()
  const accounts = names.filter((name) => expected.accounts[name] !== found.accounts[name])
    .map((name) => `${name}: ${expected.accounts[name] ?? '0'} then, ${found.accounts[name] ?? '0'} here`)
  return expected.transfers === found.transfers ? accounts
    : [`${expected.transfers} transfers then, ${found.transfers} here`, ...accounts]
}
