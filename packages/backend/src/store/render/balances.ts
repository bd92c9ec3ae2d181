import type { SellerBalance, TrialBalance } from '@holdfast/contract/types'
import { accountOf, balanceKey, payableOf } from '@holdfast/core'
import { sql } from 'kysely'
import { readUnsettled } from '../payouts.ts'
import { grouped, inSnapshot, instant, wire, type Reader } from './values.ts'

/** A seller's balances, one a currency in which it ever had a share or a balance. Reads one snapshot. */
export async function readSellerBalances(db: Reader, marketplace: string, seller: string): Promise<SellerBalance[]> {
  return inSnapshot(db, (snapshot) => sumSellerBalances(snapshot, marketplace, seller))
}

async function sumSellerBalances(db: Reader, marketplace: string, seller: string): Promise<SellerBalance[]> {
  const [rows, shares, unsettled, custodies, paid] = await Promise.all([
    db.selectFrom('seller_balances').selectAll().where('marketplace_id', '=', marketplace).where('seller_id', '=', seller).execute(),
    sumShares(db, marketplace, seller),
    readUnsettled(db, marketplace, seller),
    db.selectFrom('custody').selectAll().where('marketplace_id', '=', marketplace).execute(),
    db.selectFrom('payouts').select(['currency', sql<bigint>`sum(amount)::bigint`.as('amount')]).where('marketplace_id', '=', marketplace)
      .where('seller_id', '=', seller).where('state', '=', 'completed').groupBy('currency').execute(),
  ])
  const currencies = new Set([...shares, ...rows].map(({ currency }) => currency))
  return [...currencies].toSorted().map((currency) => {
    const of = <T extends { readonly currency: string }>(all: readonly T[]): T | undefined => all.find((one) => one.currency === currency)
    const [row, share, custody] = [of(rows), of(shares), of(custodies)]
    const payable = payableOf({
      available: row?.available ?? 0n, unsettled: unsettled.get(balanceKey(seller, currency)) ?? 0n,
      custody: { balance: custody?.balance ?? 0n, inPayout: custody?.in_payout ?? 0n },
    })
    return {
      seller, object: 'seller_balance' as const, currency, held: wire(share?.held ?? 0n),
      available: wire(row?.available ?? 0n), payable: wire(payable), reserve: wire(row?.reserve ?? 0n),
      inPayout: wire(row?.in_payout ?? 0n), owed: wire(row?.owed ?? 0n), paidOut: wire(of(paid)?.amount ?? 0n),
      released: wire(share?.released ?? 0n), refunded: wire(share?.refunded ?? 0n),
    }
  })
}

interface Shares {
  readonly currency: string
  readonly held: bigint
  readonly released: bigint
  readonly refunded: bigint
}

/** A seller's shares in all orders that there have been, added up by the database: there may be very many. */
async function sumShares(db: Reader, marketplace: string, seller: string): Promise<readonly Shares[]> {
  const { rows } = await sql<Shares>`
    select currency, sum(held)::bigint as held, sum(released - released_fee)::bigint as released,
      sum(refunded_held + refunded_released)::bigint as refunded
    from milestones where marketplace_id = ${marketplace} and seller_id = ${seller} group by currency`.execute(db)
  return rows
}

interface Sums {
  readonly account: string
  readonly name: string
  readonly currency: string
  readonly normal_side: 'debit' | 'credit' | 'either'
  readonly debits: bigint
  readonly credits: bigint
}

/** Every account with the sums of its postings: from the postings alone, never from a balance row. */
async function sumPostings(db: Reader, marketplace: string): Promise<readonly Sums[]> {
  const { rows } = await sql<Sums>`
    select account.id as account, account.name, account.currency, account.normal_side,
      coalesce(sum(side.debit), 0)::bigint as debits, coalesce(sum(side.credit), 0)::bigint as credits
    from ledger_accounts account
    left join (
      select marketplace_id, debit_account as account, amount as debit, 0 as credit from ledger_postings where marketplace_id = ${marketplace}
      union all
      select marketplace_id, credit_account, 0, amount from ledger_postings where marketplace_id = ${marketplace}
    ) side on side.marketplace_id = account.marketplace_id and side.account = account.id
    where account.marketplace_id = ${marketplace}
    group by account.id, account.name, account.currency, account.normal_side
    order by account.name collate "C"`.execute(db)
  return rows
}

/** The stored balance of every account that has a row of its own, by name and currency. */
async function balanceRows(db: Reader, marketplace: string): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ name: string; currency: string; balance: bigint }>`
    select 'milestone:' || id || ':held' as name, currency, held as balance from milestones where marketplace_id = ${marketplace}
    union all select 'seller:' || seller_id || ':available', currency, available from seller_balances where marketplace_id = ${marketplace}
    union all select 'seller:' || seller_id || ':reserve', currency, reserve from seller_balances where marketplace_id = ${marketplace}
    union all select 'seller:' || seller_id || ':in_payout', currency, in_payout from seller_balances where marketplace_id = ${marketplace}
    union all select 'seller:' || seller_id || ':owed', currency, owed from seller_balances where marketplace_id = ${marketplace}
    union all select 'bank:custody', currency, balance from custody where marketplace_id = ${marketplace}`.execute(db)
  return new Map(rows.map(({ name, currency, balance }) => [`${name} ${currency}`, balance]))
}

/** Whether custody's count of what is under way to sellers' banks is the sum of what sellers have under way. */
async function payoutsAgree(db: Reader, marketplace: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from (
      select currency, in_payout from custody where marketplace_id = ${marketplace}
      union all select currency, -in_payout from seller_balances where marketplace_id = ${marketplace}
    ) side group by currency having sum(in_payout) <> 0`.execute(db)
  return rows.length === 0
}

/** What coverage counts; each on the side on which it adds to or takes from what is the operator's own. */
const covers = /^(?:platform:(?:fees|funding|losses)|suspense:.*|seller:.*:owed|rail:.*:fees)$/

/** Fees + funding + suspense − owed − losses − rail fees: credits less debits of them all. */
function coverageOf(accounts: readonly Sums[]): bigint {
  return accounts.filter(({ name }) => covers.test(name)).reduce((total, { debits, credits }) => total + credits - debits, 0n)
}

function renderAccount(sums: Sums, row: bigint | undefined): TrialBalance['currencies'][number]['accounts'][number] {
  const balance = sums.normal_side === 'credit' ? sums.credits - sums.debits : sums.debits - sums.credits
  const guarded = accountOf(sums.name).at.row !== 'none'
  return {
    account: sums.account, name: sums.name, normalSide: sums.normal_side, debits: wire(sums.debits), credits: wire(sums.credits),
    balance: wire(balance), balanceRow: guarded ? wire(row ?? 0n) : null, agrees: guarded ? balance === (row ?? 0n) : true,
  }
}

/**
 * The proof that the books balance: every posting summed, then compared with each stored balance. A balance row
 * without a single posting must be zero. Reads one snapshot.
 */
export async function readTrialBalance(db: Reader, marketplace: string): Promise<TrialBalance> {
  return inSnapshot(db, async (tx) => {
    const sums = await sumPostings(tx, marketplace)
    const rows = await balanceRows(tx, marketplace)
    const known = new Set(sums.map(({ name, currency }) => `${name} ${currency}`))
    const orphaned = [...rows].some(([key, balance]) => balance !== 0n && !known.has(key))
    const { rows: [clock] } = await sql<{ now: Date }>`select app_now() as now`.execute(tx)
    const currencies = [...grouped(sums, ({ currency }) => currency)].map(([currency, accounts]) => ({
      currency,
      debits: wire(accounts.reduce((total, { debits }) => total + debits, 0n)),
      credits: wire(accounts.reduce((total, { credits }) => total + credits, 0n)),
      coverage: wire(coverageOf(accounts)),
      accounts: accounts.map((one) => renderAccount(one, rows.get(`${one.name} ${one.currency}`))),
    }))
    const balanced = !orphaned && await payoutsAgree(tx, marketplace) && currencies.every((one) =>
      one.debits === one.credits && one.accounts.every(({ agrees }) => agrees))
    const covered = currencies.every(({ coverage }) => coverage >= 0)
    return { object: 'trial_balance' as const, balanced, covered, currencies, at: instant(clock!.now) }
  })
}
