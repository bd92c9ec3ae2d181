import { newId } from '@holdfast/contract'
import {
  assert, assertMilestone, balanceKey, LAPSE_GRACE_MS, openBook, type Book, type Custody, type Escrow,
  type Milestone, type Order, type Payment,
  type SellerBalance,
} from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import { findAccounts, readAccountsOfEscrows, writeTransfers } from './ledger.ts'
import { setTimers } from './timers.ts'
import type { EscrowsTable, MilestonesTable, PaymentsTable, SessionsTable } from './tables.ts'

/*
 * A book on the database: the rows that a batch locked, the decisions' fold, and the difference written back.
 *
 * Rows are locked by rank, then by id: session, payment, milestone, seller, custody. Escrows and orders have no
 * lock of their own: whoever changes them has locked the milestones of the whole order.
 */

/** A book with the rows as they were read, to find out what a batch changed. */
export interface Desk {
  readonly marketplace: string
  /** The instant of its decisions. */
  now: Date
  readonly book: Book
  readonly before: Map<string, unknown>
  /** The merchant's references of transfers that have one, by transfer. */
  readonly references: Map<string, string>
  /** Sessions that are locked; they are no part of the fold. */
  readonly sessions: Map<string, Selectable<SessionsTable>>
  /** New objects as the API answers them, by id: what events tell of these needn't be read again. */
  readonly made: Map<string, object>
}

/** An empty desk. One that only locks so far has no instant yet. */
export function openDesk(
  { marketplace, now = new Date(Number.NaN) }: { readonly marketplace: string; readonly now?: Date },
): Desk {
  return {
    marketplace, now, book: openBook(newId), before: new Map(), references: new Map(), sessions: new Map(),
    made: new Map(),
  }
}

const unique = (ids: readonly string[]): string[] => [...new Set(ids)].toSorted()

/** The parts of a book that are rows of the database. */
interface Rows {
  orders: Order
  escrows: Escrow
  milestones: Milestone
  payments: Payment
  balances: SellerBalance
  custody: Custody
}

/** Puts a row into the book, and a copy aside. */
function put<N extends keyof Rows>(desk: Desk, name: N, { key, row }: { key: string; row: Rows[N] }): void {
  const map = desk.book[name] as Map<string, Rows[N]>
  if (map.has(key)) return
  map.set(key, row)
  desk.before.set(`${name} ${key}`, { ...row })
}

/** Locks payments. */
export async function lockPayments(tx: Tx, desk: Desk, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const { rows } = await tx.client.query<Selectable<PaymentsTable>>({
    name: 'lock_payments',
    text: `select p.* from unnest($2::text[]) as asked (id) cross join lateral (
             select * from payments where marketplace_id = $1 and id = asked.id limit 1 for no key update) as p`,
    values: [desk.marketplace, unique(ids)],
  })
  for (const row of rows) put(desk, 'payments', { key: row.id, row: paymentOf(row) })
}

function paymentOf(row: Selectable<PaymentsTable>): Payment {
  const { id, order_id: order, connector, currency, amount, state, superseded, authorized, capturing,
    captured, refunding, refunded } = row
  return { id, order, connector, currency, amount, state, superseded, authorized, capturing, captured,
    refunding, refunded }
}

/** Whose orders a batch works on: they are named themselves, or by their escrows or payments. */
export type OrdersBy =
  | { readonly orders: readonly string[] } | { readonly escrows: readonly string[] } | { readonly payments: readonly string[] }

/*
 * The statements look each row up by itself (`lateral` with a limit), so that none reads a whole marketplace however
 * little PostgreSQL knows of the tables yet.
 */
const ordersOf = (table: 'escrows' | 'payments'): string => `
  (select distinct o.order_id from unnest($2::text[]) as asked (id) cross join lateral (
     select order_id from ${table} where marketplace_id = $1 and id = asked.id limit 1) as o order by 1) as named`
/** As `ordersOf`, of one: there is nothing to sort. */
const orderOf = (table: 'escrows' | 'payments'): string =>
  `(select order_id from ${table} where marketplace_id = $1 and id = $2 limit 1) as named`
const ORDERS = {
  orders: '(select asked.id from unnest($2::text[]) as asked (id) order by 1) as named (order_id)',
  escrows: ordersOf('escrows'), payments: ordersOf('payments'),
  orders_1: '(select $2::text) as named (order_id)', escrows_1: orderOf('escrows'), payments_1: orderOf('payments'),
} as const

/** Locks all milestones of orders, and reads the orders, their escrows and the payments that fund them. */
export async function lockOrders(tx: Tx, desk: Desk, orders: readonly string[]): Promise<void> {
  if (orders.length > 0) await lockOrdersBy(tx, desk, { orders })
}

/** As `lockOrders`, in one round trip however the orders are named. */
export async function lockOrdersBy(tx: Tx, desk: Desk, by: OrdersBy): Promise<void> {
  const [[of, named]] = Object.entries(by) as [['orders' | 'escrows' | 'payments', readonly string[]]]
  const ids = unique(named)
  const [kind, values] = ids.length === 1 ? [`${of}_1`, [desk.marketplace, ids[0]]] as const : [of, [desk.marketplace, ids]] as const
  const [locked, places] = await Promise.all([
    tx.client.query<Selectable<MilestonesTable>>({ name: `lock_milestones_by_${kind}`, text: lockMilestones(ORDERS[kind]), values }),
    tx.client.query<Place>({ name: `read_places_by_${kind}`, text: readPlaces(ORDERS[kind]), values }),
  ])
  for (const row of places.rows) putPlace(desk, row)
  const positions = new Map(places.rows.map(({ escrow_id: escrow, position }) => [escrow, position]))
  const place = (row: Selectable<MilestonesTable>) => (positions.get(row.escrow_id) ?? 0) * 1_000 + row.position
  const sorted = locked.rows.toSorted((a, b) => place(a) - place(b))
  for (const row of sorted) put(desk, 'milestones', { key: row.id, row: milestoneOf(row) })
}

/** By order, then by id: whoever locks several does it in this order. */
const lockMilestones = (orders: string): string => `
  select m.* from ${orders} cross join lateral (
    select * from milestones where marketplace_id = $1 and order_id = named.order_id order by id for no key update) as m`

/** What a milestone belongs to, read once it is locked: whoever changes an order or escrow has locked its milestones. */
const readPlaces = (orders: string): string => `
  select o.id as order_id, o.state as order_state, e.*, p.*
  from ${orders}
  cross join lateral (select id, state from orders where marketplace_id = $1 and id = named.order_id limit 1) as o
  cross join lateral (
    select id as escrow_id, position, dispute_id, delivered_at, accepted_at, auto_release_at
    from escrows where marketplace_id = $1 and order_id = named.order_id offset 0) as e
  cross join lateral (
    select payment_id from milestones where marketplace_id = $1 and escrow_id = e.escrow_id offset 0) as m
  left join lateral (
    select id as payment_id, order_id as payment_order, connector, currency, amount, state, superseded, authorized,
      capturing, captured, refunding, refunded
    from payments where marketplace_id = $1 and id = m.payment_id limit 1) as p on true`

type Place =
  & { readonly order_id: string; readonly order_state: Order['state']; readonly escrow_id: string; readonly position: number }
  & Pick<Selectable<EscrowsTable>, 'dispute_id' | 'delivered_at' | 'accepted_at' | 'auto_release_at'>
  & Omit<Payment, 'id' | 'order'> & { readonly payment_id: string | null; readonly payment_order: string }

function putPlace(desk: Desk, row: Place): void {
  put(desk, 'orders', { key: row.order_id, row: { id: row.order_id, state: row.order_state } })
  put(desk, 'escrows', { key: row.escrow_id, row: {
    id: row.escrow_id, order: row.order_id, dispute: row.dispute_id, deliveredAt: row.delivered_at,
    acceptedAt: row.accepted_at, autoReleaseAt: row.auto_release_at,
  } })
  if (row.payment_id === null) return
  const { connector, currency, amount, state, superseded, authorized, capturing, captured, refunding, refunded } = row
  // another decision may hold the payment locked; what moves it locks the milestones too
  put(desk, 'payments', { key: row.payment_id, row: {
    id: row.payment_id, order: row.payment_order, connector, currency, amount, state, superseded, authorized, capturing,
    captured, refunding, refunded,
  } })
}

function milestoneOf(row: Selectable<MilestonesTable>): Milestone {
  return {
    id: row.id, escrow: row.escrow_id, order: row.order_id, seller: row.seller_id, currency: row.currency,
    amount: row.amount, fee: row.fee, payment: row.payment_id, state: row.state, frozen: row.frozen,
    capturing: row.capturing, capturingFee: row.capturing_fee, captured: row.captured,
    capturedFee: row.captured_fee,
    settled: row.settled, held: row.held, heldFee: row.held_fee, released: row.released,
    releasedFee: row.released_fee,
    refundedHeld: row.refunded_held, cancelledFee: row.cancelled_fee, refundedReleased: row.refunded_released,
    refundedReleasedFee: row.refunded_released_fee, refunding: row.refunding,
  }
}

type SellerCurrency = Pick<SellerBalance, 'seller' | 'currency'>

/** Locks sellers' balances in one currency each; one that is not there yet is made, empty. */
export async function lockSellers(tx: Tx, desk: Desk, wanted: readonly SellerCurrency[]): Promise<void> {
  const pairs = new Map(wanted.map((one) => [balanceKey(one.seller, one.currency), one]))
  const sorted = [...pairs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  if (sorted.length === 0) return
  const values = [desk.marketplace, sorted.map(({ seller }) => seller),
    sorted.map(({ currency }) => currency)]
  const lock = () => tx.client.query<BalanceRow>({
    name: 'lock_sellers',
    text: `select b.* from unnest($2::text[], $3::text[]) as named (seller_id, currency) cross join lateral (
             select * from seller_balances
             where marketplace_id = $1 and seller_id = named.seller_id and currency = named.currency limit 1 for no key update) as b`,
    values,
  })
  let { rows } = await lock()
  if (rows.length < sorted.length) {
    tx.send({
      name: 'make_balances',
      text: `insert into seller_balances (marketplace_id, seller_id, currency)
             select $1, * from unnest($2::text[], $3::text[]) on conflict do nothing`,
      values,
    })
    rows = (await lock()).rows
  }
  putBalances(desk, rows)
}

const SELLERS = `(select distinct e.seller_id, e.currency from unnest($2::text[]) as asked (id)
    cross join lateral (select seller_id, currency from escrows where marketplace_id = $1 and id = asked.id limit 1) as e
    order by 1, 2) as named`
const SELLER = '(select seller_id, currency from escrows where marketplace_id = $1 and id = $2 limit 1) as named'

const lockSellersOf = (sellers: string): string => `
  select b.* from ${sellers} cross join lateral (
    select * from seller_balances
    where marketplace_id = $1 and seller_id = named.seller_id and currency = named.currency limit 1 for no key update) as b`

/** Locks the orders of escrows, then their sellers' balances, in one round trip where those are there. */
export async function lockEscrowsAndSellers(tx: Tx, desk: Desk, escrows: readonly string[]): Promise<void> {
  const ids = unique(escrows)
  const [, { rows }] = await Promise.all([
    lockOrdersBy(tx, desk, { escrows }),
    tx.client.query<BalanceRow>(ids.length === 1
      ? { name: 'lock_sellers_of_escrows_1', text: lockSellersOf(SELLER), values: [desk.marketplace, ids[0]] }
      : { name: 'lock_sellers_of_escrows', text: lockSellersOf(SELLERS), values: [desk.marketplace, ids] }),
    readAccountsOfEscrows(tx, desk.marketplace, ids),
  ])
  putBalances(desk, rows)
  const named = new Set(escrows)
  const sellers = [...desk.book.milestones.values()].filter(({ escrow }) => named.has(escrow))
  await lockSellers(tx, desk, sellers.filter(({ seller, currency }) =>
    !desk.book.balances.has(balanceKey(seller, currency))))
}

/** Locks the balances of everyone who has a share in payments. */
export async function lockSellersOfPayments(tx: Tx, desk: Desk, payments: readonly string[]): Promise<void> {
  const { rows } = await tx.client.query<SellerCurrency>({
    name: 'read_sellers_of_payments',
    text: `select distinct m.seller_id as seller, m.currency from unnest($2::text[]) as asked (id) cross join lateral (
             select seller_id, currency from milestones where marketplace_id = $1 and payment_id = asked.id offset 0) as m`,
    values: [desk.marketplace, unique(payments)],
  })
  await lockSellers(tx, desk, rows)
}

function putBalances(desk: Desk, rows: readonly BalanceRow[]): void {
  for (const row of rows) {
    put(desk, 'balances', { key: balanceKey(row.seller_id, row.currency), row: balanceOf(row) })
  }
}

interface BalanceRow {
  seller_id: string
  currency: string
  reserve_bps: number
  available: bigint
  reserve: bigint
  in_payout: bigint
  owed: bigint
}

function balanceOf(row: BalanceRow): SellerBalance {
  const { seller_id: seller, currency, reserve_bps: reserveBps, available, reserve, in_payout: inPayout,
    owed } = row
  return { seller, currency, reserveBps, available, reserve, inPayout, owed }
}

/** Locks custody, last: the hottest row. */
export async function lockCustody(tx: Tx, desk: Desk, currencies: readonly string[]): Promise<void> {
  const values = [desk.marketplace, unique(currencies)]
  tx.send({
    name: 'make_custody',
    text: 'insert into custody (marketplace_id, currency) select $1, * from unnest($2::text[]) on conflict do nothing',
    values,
  })
  const { rows } = await tx.client.query<Custody>({
    name: 'lock_custody',
    text: `select currency, balance, in_payout as "inPayout" from custody
           where marketplace_id = $1 and currency = any($2) order by currency for no key update`,
    values,
  })
  for (const row of rows) put(desk, 'custody', { key: row.currency, row })
}

/**
 * Sums the append-only accounts that coverage needs: what is checkpointed of each, and what was posted since. The
 * checkpoint ends where every transaction has ended (`pg_snapshot_xmin`), so that none commits below it. Custody must
 * be locked: withdrawals then wait for each other.
 */
export async function readPlatform(tx: Tx, desk: Desk, currency: string): Promise<void> {
  const values = [desk.marketplace, currency]
  const [{ rows }, { rows: [debts] }] = await Promise.all([
    tx.client.query<{ name: string; balance: bigint }>({ name: 'read_platform', text: READ_PLATFORM, values }),
    tx.client.query<{ owed: bigint }>({
      name: 'read_owed',
      text: `select coalesce(sum(owed), 0)::bigint as owed from seller_balances
             where marketplace_id = $1 and currency = $2 and owed > 0`,
      values,
    }),
  ])
  const credits = (matches: (name: string) => boolean) =>
    rows.filter(({ name }) => matches(name)).reduce((sum, { balance }) => sum + balance, 0n)
  desk.book.platform.set(currency, {
    fees: credits((name) => name === 'platform:fees'),
    funding: credits((name) => name === 'platform:funding'),
    suspense: credits((name) => name.startsWith('suspense:')),
    losses: -credits((name) => name === 'platform:losses'),
    railFees: -credits((name) => name.startsWith('rail:') && name.endsWith(':fees')), owed: debts!.owed,
  })
}

const READ_PLATFORM = `
  with mark as materialized (
    select coalesce((select transaction_id from verifier_marks where marketplace_id = $1), 0) as transaction_id),
  since as materialized (
    select side.account, sum(side.net) as net
    from ledger_transfers t
    join ledger_postings q on q.marketplace_id = $1 and q.transfer_id = t.id
    cross join lateral (values (q.credit_account, q.amount), (q.debit_account, -q.amount)) as side (account, net)
    where t.marketplace_id = $1 and (t.transaction_id >= (select transaction_id from mark)
      or (t.transaction_id is null and (select transaction_id from mark) = 0))
    group by side.account)
  select a.name, (coalesce(s.balance, 0) + coalesce(since.net, 0))::bigint as balance
  from ledger_accounts a
  left join verifier_sums s on s.marketplace_id = $1 and s.account = a.id
  left join since on since.account = a.id
  where a.marketplace_id = $1 and a.currency = $2 and not a.guarded`

interface Changed<T> {
  readonly from: T
  readonly to: T
}

/** The rows of one part of the book that a batch changed. */
function changedOf<N extends keyof Rows>(desk: Desk, name: N): Changed<Rows[N]>[] {
  return [...(desk.book[name] as Map<string, Rows[N]>)].flatMap(([key, to]) => {
    const from = desk.before.get(`${name} ${key}`) as Rows[N] | undefined
    assert(from !== undefined, `${name} ${key} was read before it was written`)
    return (Object.keys(to) as (keyof Rows[N])[]).some((field) => to[field] !== from[field]) ? [{ from, to }] : []
  })
}

/** Sends what a batch changed, table by table; the commit fails where a row was not as it was read. */
export async function saveDesk(tx: Tx, desk: Desk): Promise<void> {
  const { book } = desk
  const milestones = changedOf(desk, 'milestones')
  for (const { to } of milestones) assertMilestone(to)
  const account = await findAccounts(tx, desk.marketplace, book.transfers)
  savePayments(tx, desk, changedOf(desk, 'payments'))
  saveMilestones(tx, desk, milestones)
  saveEscrows(tx, desk, changedOf(desk, 'escrows'))
  saveOrders(tx, desk, changedOf(desk, 'orders'))
  saveBalances(tx, desk, changedOf(desk, 'balances'))
  saveCustody(tx, desk, changedOf(desk, 'custody'))
  writeTransfers(tx, { ...desk, account }, book.transfers)
}

interface Update {
  readonly name: string
  readonly table: string
  readonly key: readonly string[]
  /** Columns and their types; `from` must be what the row still has. */
  readonly columns: Readonly<Record<string, string>>
}

/** One update for many rows. Fails the transaction when a row is not as it was read: a lock was forgotten. */
function updateRows(
  tx: Tx, marketplace: string, update: Update, rows: readonly Readonly<Record<string, unknown>>[],
): void {
  if (rows.length === 0) return
  const { text, names } = statementOf(update)
  tx.send({ name: update.name, over: update.table, text, rows: rows.length, values: [marketplace, ...names.map((column) => rows.map((row) => row[column]))] })
}

const statements = new Map<string, { readonly text: string; readonly names: readonly string[] }>()

/** Rows are looked up one by one by the whole key: the marketplace alone would do for many of them, and be all of it. */
function statementOf({ name, table, key, columns }: Update) {
  const known = statements.get(name)
  if (known) return known
  const state = 'state' in columns
  const types = [...key.map(() => 'text'), ...Object.values(columns), ...(state ? ['text'] : [])]
  const names = [...key, ...Object.keys(columns), ...(state ? ['from_state'] : [])]
  const text = `
    update ${table} t set ${Object.keys(columns).map((column) => `${column} = n.${column}`).join(', ')}
    from (select $1::text as marketplace_id, u.*
      from unnest(${types.map((type, index) => `$${index + 2}::${type}[]`).join(', ')}) as u (${names.join(', ')}) offset 0) as n
    where t.marketplace_id = n.marketplace_id and ${key.map((column) => `t.${column} = n.${column}`).join(' and ')}
      ${state ? 'and t.state = n.from_state' : ''}
    returning 1`
  statements.set(name, { text, names })
  return { text, names }
}

function savePayments(tx: Tx, desk: Desk, changed: readonly Changed<Payment>[]): void {
  updateRows(tx, desk.marketplace, {
    name: 'save_payments', table: 'payments', key: ['id'],
    columns: {
      state: 'text', superseded: 'boolean', authorized: 'bigint', capturing: 'bigint', captured: 'bigint',
      refunding: 'bigint', refunded: 'bigint',
    },
  }, changed.map(({ from, to }) => ({ ...to, from_state: from.state })))
}

const HELD = { state: 'text', held: 'bigint', held_fee: 'bigint', released: 'bigint', released_fee: 'bigint' }
const MILESTONE = {
  ...HELD, payment_id: 'text', frozen: 'text', capturing: 'bigint', capturing_fee: 'bigint', captured: 'bigint',
  captured_fee: 'bigint', settled: 'bigint', refunded_held: 'bigint', cancelled_fee: 'bigint', refunded_released: 'bigint',
  refunded_released_fee: 'bigint', refunding: 'bigint',
}
const released: ReadonlySet<string> = new Set<keyof Milestone>(['state', 'held', 'heldFee', 'released', 'releasedFee'])

function saveMilestones(tx: Tx, desk: Desk, changed: readonly Changed<Milestone>[]): void {
  // what a release changes is all that most batches change
  const few = changed.every(({ from, to }) => (Object.keys(to) as (keyof Milestone)[]).every((field) => to[field] === from[field] || released.has(field)))
  updateRows(tx, desk.marketplace, {
    name: few ? 'save_milestones_held' : 'save_milestones', table: 'milestones', key: ['id'], columns: few ? HELD : MILESTONE,
  }, changed.map(({ from, to }) => ({
    id: to.id, payment_id: to.payment, state: to.state, from_state: from.state, frozen: to.frozen,
    capturing: to.capturing, capturing_fee: to.capturingFee, captured: to.captured, captured_fee: to.capturedFee,
    settled: to.settled, held: to.held, held_fee: to.heldFee, released: to.released, released_fee: to.releasedFee,
    refunded_held: to.refundedHeld, cancelled_fee: to.cancelledFee, refunded_released: to.refundedReleased,
    refunded_released_fee: to.refundedReleasedFee, refunding: to.refunding,
  })))
}

function saveEscrows(tx: Tx, desk: Desk, changed: readonly Changed<Escrow>[]): void {
  updateRows(tx, desk.marketplace, {
    name: 'save_escrows', table: 'escrows', key: ['id'],
    columns: { dispute_id: 'text', delivered_at: 'timestamptz', accepted_at: 'timestamptz',
      auto_release_at: 'timestamptz' },
  }, changed.map(({ to }) => ({
    id: to.id, dispute_id: to.dispute, delivered_at: to.deliveredAt, accepted_at: to.acceptedAt,
    auto_release_at: to.autoReleaseAt,
  })))
  setTimers(tx, desk.marketplace,
    { kind: 'auto_release', timers: changed.map(({ to }) => ({ subject: to.id, dueAt: lapseAt(to) })) })
}

/** When the worker may let an escrow lapse; null: not by itself, or not while it is disputed. */
function lapseAt({ autoReleaseAt, dispute }: Escrow): Date | null {
  return autoReleaseAt === null || dispute !== null ? null
    : new Date(autoReleaseAt.getTime() + LAPSE_GRACE_MS)
}

function saveOrders(tx: Tx, desk: Desk, changed: readonly Changed<Order>[]): void {
  updateRows(tx, desk.marketplace,
    { name: 'save_orders', table: 'orders', key: ['id'], columns: { state: 'text' } },
    changed.map(({ from, to }) => ({ ...to, from_state: from.state })))
}

function saveBalances(tx: Tx, desk: Desk, changed: readonly Changed<SellerBalance>[]): void {
  updateRows(tx, desk.marketplace, {
    name: 'save_balances', table: 'seller_balances', key: ['seller_id', 'currency'],
    columns: { available: 'bigint', reserve: 'bigint', in_payout: 'bigint', owed: 'bigint' },
  }, changed.map(({ to }) => ({
    seller_id: to.seller, currency: to.currency, available: to.available, reserve: to.reserve,
    in_payout: to.inPayout, owed: to.owed,
  })))
}

function saveCustody(tx: Tx, desk: Desk, changed: readonly Changed<Custody>[]): void {
  updateRows(tx, desk.marketplace, {
    name: 'save_custody', table: 'custody', key: ['currency'],
    columns: { balance: 'bigint', in_payout: 'bigint' },
  }, changed.map(({ to }) => ({ currency: to.currency, balance: to.balance, in_payout: to.inPayout })))
}
