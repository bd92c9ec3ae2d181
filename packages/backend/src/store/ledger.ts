import { newId } from '@holdfast/contract'
import { accountOf, need, type Transfer } from '@holdfast/core'
import type { Tx } from '../database.ts'

interface Writing {
  readonly marketplace: string
  readonly now: Date
  /** The merchant's references of transfers that have one, by transfer. */
  readonly references: ReadonlyMap<string, string>
  readonly account: AccountId
}

/** Sends transfers with their postings: insert-only. */
export function writeTransfers(tx: Tx, writing: Writing, transfers: readonly Transfer[]): void {
  if (transfers.length === 0) return
  const { marketplace, now, references, account } = writing
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
  writePostings(tx, { marketplace, account }, transfers)
}

function writePostings(
  tx: Tx, { marketplace, account }: { marketplace: string; account: AccountId }, transfers: readonly Transfer[],
): void {
  const postings = transfers.flatMap(({ id, currency, postings: own }) =>
    own.map((posting, position) => ({ id, currency, position, ...posting })))
  const each = <T>(read: (posting: (typeof postings)[number]) => T): T[] => postings.map(read)
  tx.send({
    name: 'write_postings',
    text: `insert into ledger_postings (marketplace_id, transfer_id, position, debit_account, credit_account, amount)
           select $1, r.* from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::bigint[])
             as r (transfer_id, position, debit_account, credit_account, amount)`,
    values: [
      marketplace, each(({ id }) => id), each(({ position }) => position),
      each(({ debit, currency }) => account(debit, currency)),
      each(({ credit, currency }) => account(credit, currency)), each(({ amount }) => amount),
    ],
  })
}

/** The id of an account, by name and currency. */
export type AccountId = (name: string, currency: string) => string

interface Account {
  readonly name: string
  readonly currency: string
}

const MAX_KNOWN = 100_000

const nameOf = (marketplace: string, name: string, currency: string): string => `${marketplace} ${name} ${currency}`

/** The accounts that transfers post to. One that isn't there yet is made: when it is first posted to. */
export async function findAccounts(tx: Tx, marketplace: string, transfers: readonly Transfer[]): Promise<AccountId> {
  const missing = new Map<string, Account>()
  // kept by themselves: what the pool knows may be forgotten while the others are looked for
  const ids = new Map<string, string>()
  for (const { currency, postings } of transfers) {
    for (const { debit, credit } of postings) {
      for (const name of [debit, credit]) {
        const key = nameOf(marketplace, name, currency)
        const known = tx.accounts.get(key)
        if (known === undefined) missing.set(key, { name, currency })
        else ids.set(key, known)
      }
    }
  }
  if (missing.size > 0) for (const [key, id] of await readOrMake(tx, marketplace, missing)) ids.set(key, id)
  return (name, currency) => need(ids, nameOf(marketplace, name, currency))
}

/**
 * Reads the accounts between which most of what is held in escrows moves, along with the escrows: asked for when the
 * postings are decided, they would be a round trip of their own. They are there for good, so each escrow's are read
 * once; what else is posted to, `findAccounts` looks for.
 */
export async function readAccountsOfEscrows(tx: Tx, marketplace: string, escrows: readonly string[]): Promise<void> {
  const unread = escrows.filter((id) => !tx.accounts.has(`${marketplace} ${id}`))
  if (unread.length === 0) return
  const { rows } = await tx.client.query<Account & { id: string }>({
    name: 'read_accounts_of_escrows',
    text: `select a.id, a.name, a.currency from unnest($2::text[]) as asked (id)
           cross join lateral (select seller_id, currency from escrows where marketplace_id = $1 and id = asked.id limit 1) as e
           cross join lateral (
             select 'milestone:' || m.id || ':held' as name
             from (select id from milestones where marketplace_id = $1 and escrow_id = asked.id offset 0) as m
             union all select 'seller:' || e.seller_id || ':available') as named
           cross join lateral (
             select id, name, currency from ledger_accounts
             where marketplace_id = $1 and name = named.name and currency = e.currency limit 1) as a`,
    values: [marketplace, unread],
  })
  if (tx.accounts.size > MAX_KNOWN) tx.accounts.clear()
  // this transaction has made none of them yet: they are committed
  for (const { id, name, currency } of rows) tx.accounts.set(nameOf(marketplace, name, currency), id)
  for (const escrow of unread) tx.accounts.set(`${marketplace} ${escrow}`, escrow)
}

async function readOrMake(tx: Tx, marketplace: string, missing: ReadonlyMap<string, Account>): Promise<ReadonlyMap<string, string>> {
  const found = await readAccounts(tx, marketplace, [...missing.values()])
  if (found.size < missing.size) {
    const unmade = [...missing].filter(([key]) => !found.has(key))
    // in order of their names, so that two transactions that make the same ones don't wait for each other in a circle
    makeAccounts(tx, marketplace, unmade.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one))
    for (const [key, id] of await readAccounts(tx, marketplace, unmade.map(([, one]) => one))) found.set(key, id)
  }
  tx.onEnd((committed) => {
    if (!committed) return
    if (tx.accounts.size > MAX_KNOWN) tx.accounts.clear()
    for (const [key, id] of found) tx.accounts.set(key, id)
  })
  return found
}

async function readAccounts(tx: Tx, marketplace: string, accounts: readonly Account[]): Promise<Map<string, string>> {
  const { rows } = await tx.client.query<Account & { id: string }>({
    name: 'read_accounts',
    text: `select a.id, a.name, a.currency from unnest($2::text[], $3::text[]) as asked (name, currency) cross join lateral (
             select id, name, currency from ledger_accounts
             where marketplace_id = $1 and name = asked.name and currency = asked.currency limit 1) as a`,
    values: [marketplace, accounts.map(({ name }) => name), accounts.map(({ currency }) => currency)],
  })
  return new Map(rows.map(({ id, name, currency }) => [nameOf(marketplace, name, currency), id]))
}

function makeAccounts(tx: Tx, marketplace: string, accounts: readonly Account[]): void {
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
