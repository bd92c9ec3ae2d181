import { newId } from '@holdfast/contract'
import { accountOf, assert, type Transfer } from '@holdfast/core'
import type { Tx } from '../database.ts'

interface Writing {
  readonly marketplace: string
  readonly now: Date
  /** The merchant's references of transfers that have one, by transfer. */
  readonly references: ReadonlyMap<string, string>
}

/** Writes transfers with their postings: insert-only, in two statements. */
export async function writeTransfers(
  tx: Tx, { marketplace, now, references }: Writing, transfers: readonly Transfer[],
): Promise<void> {
  if (transfers.length === 0) return
  const accounts = await accountIds(tx, marketplace, transfers)
  const written = await tx.client.query({
    name: 'write_transfers',
    text: `insert into ledger_transfers (marketplace_id, id, reason, subject, order_id, reference, currency, created_at)
           select $1, t.*, $2::timestamptz from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
             as t (id, reason, subject, order_id, reference, currency)`,
    values: [
      marketplace, now, transfers.map(({ id }) => id), transfers.map(({ reason }) => reason),
      transfers.map(({ subject }) => subject),
      transfers.map(({ order }) => order), transfers.map(({ id }) => references.get(id) ?? null),
        transfers.map(({ currency }) => currency),
    ],
  })
  assert(written.rowCount === transfers.length, 'every transfer was written')
  const postings = transfers.flatMap(({ id, currency, postings: own }) =>
    own.map((posting, position) => ({ id, currency, position, ...posting })))
  const { rowCount } = await tx.client.query({
    name: 'write_postings',
    text: `insert into ledger_postings (marketplace_id, transfer_id, position, debit_account, credit_account, amount)
           select $1, p.* from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::bigint[])
             as p (transfer_id, position, debit_account, credit_account, amount)`,
    values: [
      marketplace, postings.map(({ id }) => id), postings.map(({ position }) => position),
      postings.map(({ debit, currency }) => accounts.get(`${debit} ${currency}`)),
      postings.map(({ credit, currency }) => accounts.get(`${credit} ${currency}`)),
        postings.map(({ amount }) => amount),
    ],
  })
  assert(rowCount === postings.length, 'every posting was written')
}

/** The ids of the accounts that transfers name, by name and currency; an account is made when first posted to. */
async function accountIds(
  tx: Tx, marketplace: string, transfers: readonly Transfer[],
): Promise<Map<string, string>> {
  const wanted = new Map(transfers.flatMap(({ currency, postings }) =>
    postings.flatMap(({ debit, credit }) =>
      [debit, credit].map((name) => [`${name} ${currency}`, { name, currency }] as const))))
  const known = await findAccounts(tx, marketplace, [...wanted.values()])
  const missing = [...wanted].filter(([key]) => !known.has(key)).toSorted(([a], [b]) =>
    (a < b ? -1 : 1)).map(([, account]) => account)
  if (missing.length === 0) return known
  await makeAccounts(tx, marketplace, missing)
  const all = await findAccounts(tx, marketplace, [...wanted.values()])
  assert(all.size === wanted.size, 'every account is there')
  return all
}

interface Named {
  readonly name: string
  readonly currency: string
}

async function findAccounts(
  tx: Tx, marketplace: string, accounts: readonly Named[],
): Promise<Map<string, string>> {
  const { rows } = await tx.client.query<{ id: string } & Named>({
    name: 'find_accounts',
    text: `select a.id, a.name, a.currency from ledger_accounts a join unnest($2::text[], $3::text[]) as wanted (name, currency) using (name, currency)
           where a.marketplace_id = $1`,
    values: [marketplace, accounts.map(({ name }) => name), accounts.map(({ currency }) => currency)],
  })
  return new Map(rows.map(({ id, name, currency }) => [`${name} ${currency}`, id]))
}

/** In order of their names, so that two transactions that make the same ones don't wait for each other in a circle. */
async function makeAccounts(tx: Tx, marketplace: string, accounts: readonly Named[]): Promise<void> {
  const kinds = accounts.map(({ name }) => accountOf(name))
  await tx.client.query({
    name: 'make_accounts',
    text: `insert into ledger_accounts (marketplace_id, id, name, currency, normal_side, guarded)
           select $1, a.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[]) as a (id, name, currency, normal_side, guarded)
           on conflict do nothing`,
    values: [
      marketplace, accounts.map(() => newId('ledgerAccount')), accounts.map(({ name }) => name),
      accounts.map(({ currency }) => currency),
      kinds.map(({ normalSide }) => normalSide), kinds.map(({ guarded }) => guarded),
    ],
  })
}
