import { balanceKey, unsettledRelease, type Milestone, type Payout, type SellerBalance } from '@holdfast/core'
import { sql, type Selectable } from 'kysely'
import type { SellersTable, Tx } from '../database.ts'
import type { Desk } from './book.ts'
import type { Reader } from './render/values.ts'
import type { PayoutsTable } from './tables.ts'

export type PayoutRow = Selectable<PayoutsTable>

/** Locks payouts: before their sellers' balances. */
export async function lockPayouts(tx: Tx, marketplace: string, ids: readonly string[]): Promise<PayoutRow[]> {
  if (ids.length === 0) return []
  const { rows } = await tx.client.query<PayoutRow>({
    name: 'lock_payouts',
    text: `select p.* from unnest($2::text[]) as asked (id) cross join lateral (
             select * from payouts where marketplace_id = $1 and id = asked.id limit 1 for no key update) as p`,
    values: [marketplace, [...new Set(ids)].toSorted()],
  })
  return rows
}

export function payoutOf({ id, seller_id: seller, currency, amount }: PayoutRow): Payout {
  return { id, seller, currency, amount }
}

/** A seller, as far as a payout needs it. */
export type Payee = Pick<Selectable<SellersTable>,
  'id' | 'bank_holder' | 'bank_country' | 'bank_currency' | 'bank_kind' | 'bank_last4' | 'bank_sealed'>

/** Sellers with their bank accounts, by id. */
export async function readPayees(tx: Tx, marketplace: string, sellers: readonly string[]): Promise<ReadonlyMap<string, Payee>> {
  const { rows } = await tx.client.query<Payee>({
    name: 'read_payees',
    text: `select s.* from unnest($2::text[]) as asked (id) cross join lateral (
             select id, bank_holder, bank_country, bank_currency, bank_kind, bank_last4, bank_sealed
             from sellers where marketplace_id = $1 and id = asked.id limit 1) as s`,
    values: [marketplace, [...new Set(sellers)]],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

type Unsettled = Parameters<typeof unsettledRelease>[0] & Pick<Milestone, 'seller' | 'currency'>

/** As `unsettledRelease` takes them. */
const UNSETTLED = `seller_id as seller, currency, settled, released, released_fee as "releasedFee",
  refunded_held as "refundedHeld", refunded_released as "refundedReleased", refunded_released_fee as "refundedReleasedFee"`

/**
 * Of which `unsettledRelease` isn't 0. Most of what has not settled isn't released either: a seller who sells much has
 * thousands of the one and few of the other.
 */
const SOME_UNSETTLED = `settled < captured
  and released - refunded_released > greatest(settled - refunded_held - refunded_released, 0)`

/**
 * What sellers were released of captures that the rail has not reported, by `balanceKey`: read under the locks of their
 * balances.
 */
export async function unsettledOf(
  tx: Tx, marketplace: string, wanted: readonly Pick<SellerBalance, 'seller' | 'currency'>[],
): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await tx.client.query<Unsettled>({
    name: 'read_unsettled',
    text: `select m.* from unnest($2::text[], $3::text[]) as asked (seller_id, currency) cross join lateral (
             select ${UNSETTLED} from milestones
             where marketplace_id = $1 and seller_id = asked.seller_id and currency = asked.currency and ${SOME_UNSETTLED}
             offset 0) as m`,
    values: [marketplace, wanted.map(({ seller }) => seller), wanted.map(({ currency }) => currency)],
  })
  return sumOf(rows)
}

/** The same of one seller in all its currencies, as far as a snapshot shows it. */
export async function readUnsettled(db: Reader, marketplace: string, seller: string): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<Unsettled>`
    select ${sql.raw(UNSETTLED)} from milestones
    where marketplace_id = ${marketplace} and seller_id = ${seller} and ${sql.raw(SOME_UNSETTLED)}`.execute(db)
  return sumOf(rows)
}

/** By `balanceKey`. */
function sumOf(rows: readonly Unsettled[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const row of rows) {
    const key = balanceKey(row.seller, row.currency)
    sums.set(key, (sums.get(key) ?? 0n) + unsettledRelease(row))
  }
  return sums
}

export interface NewPayout {
  readonly payee: Payee
  readonly payout: Payout
  readonly reference: string | null
  readonly connector: string
}

/** Sends payouts that have begun, each with the account that it goes to. */
export function insertPayouts(tx: Tx, { marketplace, now }: Desk, payouts: readonly NewPayout[]): void {
  if (payouts.length === 0) return
  const each = <T>(read: (one: NewPayout) => T): T[] => payouts.map(read)
  tx.send({
    name: 'insert_payouts',
    text: `insert into payouts (marketplace_id, created_at, state, id, seller_id, reference, currency, amount, connector,
             bank_holder, bank_country, bank_currency, bank_kind, bank_last4, bank_sealed)
           select $1, $2, 'created', r.* from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
             $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bytea[])
             as r (id, seller_id, reference, currency, amount, connector, bank_holder, bank_country, bank_currency, bank_kind,
               bank_last4, bank_sealed)`,
    values: [
      marketplace, now, each(({ payout }) => payout.id), each(({ payout }) => payout.seller), each(({ reference }) => reference),
      each(({ payout }) => payout.currency), each(({ payout }) => payout.amount), each(({ connector }) => connector),
      each(({ payee }) => payee.bank_holder), each(({ payee }) => payee.bank_country), each(({ payee }) => payee.bank_currency),
      each(({ payee }) => payee.bank_kind), each(({ payee }) => payee.bank_last4), each(({ payee }) => payee.bank_sealed),
    ],
  })
}

/** How a payout moves on when the bank has answered. */
export interface MovedPayout {
  readonly id: string
  readonly from: PayoutRow['state']
  readonly state: PayoutRow['state']
  readonly railReference: string | null
  readonly failure: { readonly code: string; readonly detail: string } | null
}

/** Sends how payouts moved on. */
export function movePayouts(tx: Tx, marketplace: string, moved: readonly MovedPayout[]): void {
  if (moved.length === 0) return
  const each = <T>(read: (one: MovedPayout) => T): T[] => moved.map(read)
  tx.send({
    name: 'move_payouts',
    over: 'payouts',
    text: `update payouts t set state = n.state, rail_reference = coalesce(n.rail_reference, t.rail_reference),
             failure_code = coalesce(n.code, t.failure_code), failure_detail = coalesce(n.detail, t.failure_detail)
           from (select $1::text as marketplace_id, u.*
             from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
               as u (id, from_state, state, rail_reference, code, detail) offset 0) as n
           where t.marketplace_id = n.marketplace_id and t.id = n.id and t.state = n.from_state`,
    values: [
      marketplace, each(({ id }) => id), each(({ from }) => from), each(({ state }) => state),
      each(({ railReference }) => railReference), each(({ failure }) => failure?.code ?? null), each(({ failure }) => failure?.detail ?? null),
    ],
  })
}
