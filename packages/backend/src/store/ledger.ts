import { newId } from '@holdfast/contract'
import { accountOf, type Transfer } from '@holdfast/core'
import type { Tx } from '../database.ts'

interface Writing {
  readonly marketplace: string
  readonly now: Date
  /** The merchant's references of transfers that have one, by transfer. */
  readonly references: ReadonlyMap<string, string>
}

/** Sends transfers with their postings: insert-only. */
export function writeTransfers(tx: Tx, writing: Writing, transfers: readonly Transfer[]): void {
  if (transfers.length === 0) return
  const { marketplace, now, references } = writing
  makeAccounts(tx, marketplace, transfers)
  const each = <T>(read: (transfer: Transfer) => T): T[] => transfers.map(read)
  tx.send({
    name: 'write_transfers',
    text: `insert into ledger_transfers (marketplace_id, id, reason, subject, order_id, reference, currency, created_at)
           select $1, t.*, $2::timestamptz from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
             as t (id, reason, subject, order_id, reference, currency)`,
    values: [
      marketplace, now, each(({ id }) => id), each(({ reason }) => reason), each(({ subject }) => subject),
      each(({ order }) => order), each(({ id }) => references.get(id) ?? null), each(({ currency }) => currency),
    ],
  })
  writePostings(tx, marketplace, transfers)
}

/** Accounts by their names: one that isn't there is null, which no posting takes. */
function writePostings(tx: Tx, marketplace: string, transfers: readonly Transfer[]): void {
  const postings = transfers.flatMap(({ id, currency, postings: own }) =>
    own.map((posting, position) => ({ id, currency, position, ...posting })))
  const each = <T>(read: (posting: (typeof postings)[number]) => T): T[] => postings.map(read)
  const account = (name: string): string =>
    `(select id from ledger_accounts where marketplace_id = $1 and name = p.${name} and currency = p.currency)`
  tx.send({
    name: 'write_postings',
    text: `insert into ledger_postings (marketplace_id, transfer_id, position, debit_account, credit_account, amount)
           select $1, p.transfer_id, p.position, ${account('debit')}, ${account('credit')}, p.amount
           from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
             as p (transfer_id, position, debit, credit, currency, amount)`,
    values: [
      marketplace, each(({ id }) => id), each(({ position }) => position), each(({ debit }) => debit),
      each(({ credit }) => credit), each(({ currency }) => currency), each(({ amount }) => amount),
    ],
  })
}

/*
 * Names of accounts that are there, so that most batches needn't try to make theirs. Accounts are never removed; a
 * transaction that fails forgets the names that it worked with, in case the database was put back to an earlier state.
 */
const known = new Set<string>()
const MAX_KNOWN = 100_000

/** An account is made when it is first posted to. */
function makeAccounts(tx: Tx, marketplace: string, transfers: readonly Transfer[]): void {
  const names = new Map<string, { readonly name: string; readonly currency: string }>()
  for (const { currency, postings } of transfers) {
    for (const { debit, credit } of postings) {
      for (const name of [debit, credit]) names.set(`${marketplace} ${name} ${currency}`, { name, currency })
    }
  }
  const missing = [...names].filter(([key]) => !known.has(key))
  tx.onEnd((committed) => {
    if (known.size > MAX_KNOWN) known.clear()
    for (const [key] of missing) if (committed) known.add(key)
    for (const [key] of names) if (!committed) known.delete(key)
  })
  if (missing.length > 0) insertAccounts(tx, marketplace, missing.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one))
}

/** In order of their names, so that two transactions that make the same ones don't wait for each other in a circle. */
function insertAccounts(tx: Tx, marketplace: string, accounts: readonly { name: string; currency: string }[]): void {
  const kinds = accounts.map(({ name }) => accountOf(name))
  tx.send({
    name: 'make_accounts',
    text: `insert into ledger_accounts (marketplace_id, id, name, currency, normal_side, guarded)
           select $1, a.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[]) as a (id, name, currency, normal_side, guarded)
           on conflict do nothing`,
    values: [
      marketplace, accounts.map(() => newId('ledgerAccount')), accounts.map(({ name }) => name),
      accounts.map(({ currency }) => currency), kinds.map(({ normalSide }) => normalSide), kinds.map(({ guarded }) => guarded),
    ],
  })
}
