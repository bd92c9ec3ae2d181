import type { LedgerAccount, Transfer } from '@holdfast/contract/types'
import { sql } from 'kysely'
import { grouped, inOrder, instant, wire, type Reader } from './values.ts'

/** What postings make of each account: debits less credits. */
async function netDebits(db: Reader, marketplace: string, accounts: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ account: string; net: bigint }>`
    select account.id as account,
      (coalesce((select sum(amount) from ledger_postings p where p.marketplace_id = ${marketplace} and p.debit_account = account.id), 0)
      - coalesce((select sum(amount) from ledger_postings p where p.marketplace_id = ${marketplace} and p.credit_account = account.id), 0))::bigint as net
    from unnest(${sql.val([...accounts])}::text[]) as account(id)`.execute(db)
  return new Map(rows.map(({ account, net }) => [account, net]))
}

/** Ledger accounts, each balance summed from its postings. */
export async function readLedgerAccounts(db: Reader, marketplace: string, ids: readonly string[]): Promise<LedgerAccount[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('ledger_accounts').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const net = await netDebits(db, marketplace, ids)
  return inOrder(ids, rows.map((row) => {
    const debits = net.get(row.id) ?? 0n
    return {
      id: row.id, object: 'ledger_account' as const, name: row.name, currency: row.currency, normalSide: row.normal_side,
      guarded: row.guarded, balance: wire(row.normal_side === 'credit' ? -debits : debits),
    }
  }))
}

async function postingsOf(db: Reader, marketplace: string, transfers: readonly string[]) {
  return db.selectFrom('ledger_postings as posting')
    .innerJoin('ledger_accounts as debit', (join) => join
      .onRef('debit.marketplace_id', '=', 'posting.marketplace_id').onRef('debit.id', '=', 'posting.debit_account'))
    .innerJoin('ledger_accounts as credit', (join) => join
      .onRef('credit.marketplace_id', '=', 'posting.marketplace_id').onRef('credit.id', '=', 'posting.credit_account'))
    .select(['posting.transfer_id', 'posting.amount', 'posting.debit_account', 'posting.credit_account', 'debit.name as debit_name', 'credit.name as credit_name'])
    .where('posting.marketplace_id', '=', marketplace).where('posting.transfer_id', 'in', transfers)
    .orderBy('posting.position').execute()
}

/** Transfers with their postings, in the order in which they were decided. */
export async function readTransfers(db: Reader, marketplace: string, ids: readonly string[]): Promise<Transfer[]> {
  if (ids.length === 0) return []
  const rows = await db.selectFrom('ledger_transfers').selectAll().where('marketplace_id', '=', marketplace).where('id', 'in', ids).execute()
  const postings = grouped(await postingsOf(db, marketplace, ids), (row) => row.transfer_id)
  return inOrder(ids, rows.map((row) => ({
    id: row.id, object: 'transfer' as const, reason: row.reason, subject: row.subject, order: row.order_id, currency: row.currency,
    postings: (postings.get(row.id) ?? []).map((posting) => ({
      debit: { account: posting.debit_account, name: posting.debit_name },
      credit: { account: posting.credit_account, name: posting.credit_name }, amount: wire(posting.amount),
    })),
    createdAt: instant(row.created_at),
  })))
}
