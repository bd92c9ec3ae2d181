import type pg from 'pg'
import { CURRENCY, HOT_ORDERS_FROM, HOT_SELLER, SELLERS, sqlId } from './objects.ts'

/*
 * Writes a marketplace's past straight into the tables, in the shape that Holdfast's own commands leave:
 * what is seeded here balances, and the trial balance at the end of a benchmark holds it to that.
 */

/**
 * Some orders, each of one seller, paid by one payment of one capture. Amounts in minor units, as numbers or
 * SQL of `n`.
 */
export interface Orders {
  /** The first and the last order's number. */
  readonly from: number
  readonly to: number
  /** SQL of `n`: whose order it is. */
  readonly seller: string
  readonly authorized: number | string
  readonly captured: number | string
  /** 0 to captured; 0 by default. */
  readonly released?: number | string
  /** Whether the rail has paid what was captured. */
  readonly settled?: boolean
}

/** Fees are a twentieth of whatever they are of, so that they split without a rest. */
const FEE = 20

/** What the money commands need: an order of each seller, and one with much money for the hot load. */
export const releasable: readonly Orders[] = [
  { from: 1, to: SELLERS, seller: 'n', authorized: 200_000_000, captured: 100_000_000 },
  {
    from: HOT_ORDERS_FROM,
    to: HOT_ORDERS_FROM,
    seller: `${HOT_SELLER}`,
    authorized: 800_000_000_000,
    captured: 400_000_000_000,
  },
]

/** As many orders of the one seller, for captures, refunds and releases that share a seller but no order. */
export const hotOrders: readonly Orders[] = [
  {
    from: HOT_ORDERS_FROM + 1,
    to: HOT_ORDERS_FROM + SELLERS,
    seller: `${HOT_SELLER}`,
    authorized: 200_000_000,
    captured: 100_000_000,
  },
]

/** For payouts: what was released to each seller, and paid by the rail. */
export const paidOrders: readonly Orders[] = [
  {
    from: 600_000_001,
    to: 600_000_000 + SELLERS,
    seller: 'n - 600000000',
    authorized: 100_000_000,
    captured: 100_000_000,
    released: 100_000_000,
    settled: true,
  },
  {
    from: 600_000_000,
    to: 600_000_000,
    seller: `${HOT_SELLER}`,
    authorized: 400_000_000_000,
    captured: 400_000_000_000,
    released: 400_000_000_000,
    settled: true,
  },
]

const events = (
  prefix: 'ord' | 'esc' | 'pay' | 'rel' | 'cs',
  { lane, sequence, type, where = 'true' }: { lane: number; sequence: number; type: string; where?: string },
): string => `
  insert into events (marketplace_id, id, subject, sequence, type, data, created_at)
  select m, ${sqlId('evt', 'n', lane)}, ${sqlId(prefix, 'n')}, ${sequence}, '${type}',
    jsonb_build_object('id', ${sqlId(prefix, 'n')}, 'order', ${sqlId('ord', 'n')}, 'currency', cur,
      'amount', authorized, 'reference', 'order-' || n,
      'createdAt', at, 'captured', captured, 'released', released, 'platformFee', authorized / ${FEE}),
      at from seeds where ${where}`

const account = (
  name: string,
  {
    id,
    side,
    guarded,
    from = 'seeds',
  }: { id: string; side: 'debit' | 'credit'; guarded: boolean; from?: string },
): string => `
  insert into ledger_accounts (marketplace_id, id, name, currency, normal_side, guarded)
  select distinct on (name) m, id, name, cur, '${side}', ${guarded} from (select m, ${id} as id,
    ${name} as name, cur from ${from}) wanted
  on conflict do nothing`

const accountId = {
  held: sqlId('la', 'n', 0),
  available: sqlId('la', 'seller', 1),
  receivable: `'la_09' || repeat('0', 24)`,
  fees: `'la_08' || repeat('0', 24)`,
  custody: `'la_07' || repeat('0', 24)`,
}

const transfer = (
  lane: number,
  { reason, subject, where = 'true' }: { reason: string; subject: string; where?: string },
): string => `
  insert into ledger_transfers (marketplace_id, id, reason, subject, order_id, reference, currency,
    created_at)
  select m, ${sqlId('tr', 'n', lane)}, '${reason}', ${subject}, ${sqlId('ord', 'n')}, null, cur, at
    from seeds where ${where}`

const posting = (
  lane: number,
  {
    position,
    debit,
    credit,
    amount,
    where = 'true',
  }: { position: number; debit: string; credit: string; amount: string; where?: string },
): string => `
  insert into ledger_postings (marketplace_id, transfer_id, position, debit_account, credit_account, amount)
  select m, ${sqlId('tr', 'n', lane)}, ${position}, ${debit}, ${credit}, ${amount} from seeds where ${where}`

const released = 'released > 0'

/** One table's rows a statement, in an order that foreign keys allow. */
const statements: readonly string[] = [
  `insert into sellers (marketplace_id, id, reference, name, country, metadata, created_at, updated_at)
   select distinct on (seller) m, ${sqlId('sel', 'seller')}, 'seller-' || seller, 'Seller ' || seller, 'US',
     '{}'::jsonb, at, at from seeds on conflict do nothing`,
  `insert into seller_balances (marketplace_id, seller_id, currency, available)
   select m, ${sqlId('sel', 'seller')}, cur, sum(released - released / ${FEE}) from seeds group by m,
     seller, cur
   on conflict (marketplace_id, seller_id, currency) do update set available = seller_balances.available + excluded.available`,
  `insert into orders (marketplace_id, id, reference, state, currency, amount, platform_fee, session_id,
    metadata, created_at)
   select m, ${sqlId('ord', 'n')}, 'order-' || n, case when released = captured then 'completed' else 'paid' end, cur, authorized, authorized / ${FEE}, ${sqlId('cs', 'n')}, '{}'::jsonb, at from seeds`,
  `insert into sessions (marketplace_id, id, order_id, state, revision, currency, amount, capture_mode,
    capture_plan, return_url, payment_id, expires_at, created_at)
   select m, ${sqlId('cs', 'n')}, ${sqlId('ord', 'n')}, 'complete', 1, cur, authorized, 'manual',
     '{"when":"now","reason":"seeded","latestReleaseAt":null,"authorizationExpiresAt":"2030-01-01T00:00:00.000Z"}', 'http://shop.test/return', ${sqlId('pay', 'n')}, at, at from seeds`,
  `insert into payments (marketplace_id, id, order_id, session_id, revision, connector, method, currency,
    amount, state, authorized, captured, rail_reference,
     card_brand, card_last4, card_exp_month, card_exp_year, card_fingerprint, authorization_expires_at,
     created_at)
   select m, ${sqlId('pay', 'n')}, ${sqlId('ord', 'n')}, ${sqlId('cs', 'n')}, 1, 'jpmorgan', 'card', cur,
     authorized,
     case when captured = authorized then 'captured' else 'partially_captured' end, authorized, captured,
     'rail-' || n, 'visa', '4113', 12, 2035, md5(n::text), at + interval '10 years', at from seeds`,
  ...[
    ['authorize', 0, 'authorized'],
    ['capture', 1, 'captured'],
  ].map(
    ([kind, lane, amount]) =>
      `insert into operations (marketplace_id, id, kind, state, connector, request_id, request, currency,
      amount, payment_id, capture_id, rail_reference, outcome, sent_at, resolved_at, created_at)
     select m, ${sqlId('op', 'n', Number(lane))}, '${kind}', 'confirmed', 'jpmorgan', 'request-${lane}-' || n,
       jsonb_build_object('subject', ${sqlId('pay', 'n')}, 'orderReference', 'order-' || n), cur, ${amount},
       ${sqlId('pay', 'n')},
       ${kind === 'capture' ? sqlId('cap', 'n') : 'null'}, 'rail-${lane}-' || n,
       jsonb_build_object('outcome', 'approved', 'railReference', 'rail-${lane}-' || n, 'amount',
       ${amount}), at, at, at from seeds`,
  ),
  `insert into captures (marketplace_id, id, payment_id, state, currency, amount, final, sequence,
    rail_reference, settled_at, created_at)
   select m, ${sqlId('cap', 'n')}, ${sqlId('pay', 'n')}, 'succeeded', cur, captured, captured = authorized,
     1, 'rail-1-' || n, case when settled then at end, at from seeds`,
  `insert into escrows (marketplace_id, id, order_id, seller_id, position, reference, currency, amount,
    platform_fee, release_method, claim_days, created_at)
   select m, ${sqlId('esc', 'n')}, ${sqlId('ord', 'n')}, ${sqlId('sel', 'seller')}, 0, 'line', cur,
     authorized, authorized / ${FEE}, 'none', 30, at from seeds`,
  `insert into milestones (marketplace_id, id, escrow_id, order_id, seller_id, position, currency,
    payment_id, state, amount, fee,
     captured, captured_fee, settled, held, held_fee, released, released_fee)
   select m, ${sqlId('ms', 'n')}, ${sqlId('esc', 'n')}, ${sqlId('ord', 'n')}, ${sqlId('sel', 'seller')}, 0,
     cur, ${sqlId('pay', 'n')},
     case when released = captured then 'closed' else 'funded' end, authorized, authorized / ${FEE},
     captured, captured / ${FEE}, case when settled then captured else 0 end, captured - released,
     (captured - released) / ${FEE}, released, released / ${FEE} from seeds`,
  `insert into capture_allotments (marketplace_id, capture_id, milestone_id, escrow_id, position, amount, fee)
   select m, ${sqlId('cap', 'n')}, ${sqlId('ms', 'n')}, ${sqlId('esc', 'n')}, 0, captured,
     captured / ${FEE} from seeds`,
  `insert into releases (marketplace_id, id, escrow_id, seller_id, reason, currency, gross, fee,
    transfer_id, created_at)
   select m, ${sqlId('rel', 'n')}, ${sqlId('esc', 'n')}, ${sqlId('sel', 'seller')}, 'requested', cur,
     released, released / ${FEE}, ${sqlId('tr', 'n', 1)}, at from seeds where ${released}`,
  `insert into release_allotments (marketplace_id, release_id, milestone_id, position, gross, fee)
   select m, ${sqlId('rel', 'n')}, ${sqlId('ms', 'n')}, 0, released, released / ${FEE} from seeds
     where ${released}`,
  account(`'milestone:' || ${sqlId('ms', 'n')} || ':held'`, {
    id: accountId.held,
    side: 'credit',
    guarded: true,
  }),
  account(`'seller:' || ${sqlId('sel', 'seller')} || ':available'`, {
    id: accountId.available,
    side: 'credit',
    guarded: true,
  }),
  account(`'rail:jpmorgan:receivable'`, { id: accountId.receivable, side: 'debit', guarded: false }),
  account(`'platform:fees'`, { id: accountId.fees, side: 'credit', guarded: false }),
  account(`'bank:custody'`, { id: accountId.custody, side: 'debit', guarded: false }),
  transfer(0, { reason: 'capture', subject: sqlId('cap', 'n') }),
  transfer(1, { reason: 'release', subject: sqlId('rel', 'n'), where: released }),
  posting(0, { position: 0, debit: accountId.receivable, credit: accountId.held, amount: 'captured' }),
  posting(1, {
    position: 0,
    debit: accountId.held,
    credit: accountId.available,
    amount: `released - released / ${FEE}`,
    where: released,
  }),
  posting(1, {
    position: 1,
    debit: accountId.held,
    credit: accountId.fees,
    amount: `released / ${FEE}`,
    where: released,
  }),
  events('cs', { lane: 0, sequence: 1, type: 'session.completed' }),
  events('ord', { lane: 1, sequence: 1, type: 'order.paid' }),
  events('pay', { lane: 2, sequence: 1, type: 'payment.captured' }),
  events('esc', { lane: 3, sequence: 1, type: 'escrow.funded' }),
  events('rel', { lane: 4, sequence: 1, type: 'release.created', where: released }),
  `insert into idempotency_keys (marketplace_id, scope, key, body_hash, status, content_type, body_sealed,
    created_at, answered_at)
   select m, 'escrows.release', gen_random_uuid()::text, sha256(n::text::bytea), 200,
     'application/json; charset=utf-8', decode(repeat(md5(n::text), 20), 'hex'), at, at from seeds
     where ${released}`,
]

/** The rail pays for what was captured: one report, whose every line is a capture. */
const settlement: readonly string[] = [
  `insert into settlements (marketplace_id, id, connector, report_id, date, state, currency, gross, fees,
    net, line_count, created_at)
   select m, ${sqlId('stl', 'min(n)')}, 'jpmorgan', 'report-' || min(n), min(at)::date, 'recorded', cur,
     sum(captured), 0, sum(captured), count(*), min(at)
   from seeds where settled group by m, cur`,
  `insert into settlement_lines (marketplace_id, id, settlement_id, kind, operation_id, rail_reference,
    currency, gross, fee)
   select m, ${sqlId('stll', 'n')}, ${sqlId('stl', '(select min(n) from seeds where settled)')}, 'capture',
     ${sqlId('op', 'n', 1)}, 'rail-1-' || n, cur, captured, 0
   from seeds where settled`,
  `insert into ledger_transfers (marketplace_id, id, reason, subject, currency, created_at)
   select marketplace_id, ${sqlId('tr', 'n', 2)}, 'settlement', id, currency, created_at
   from settlements, (select min(n) as n from seeds where settled) first where id = ${sqlId('stl', 'n')}`,
  `insert into ledger_postings (marketplace_id, transfer_id, position, debit_account, credit_account, amount)
   select marketplace_id, ${sqlId('tr', 'n', 2)}, 0, ${accountId.custody}, ${accountId.receivable}, net
   from settlements, (select min(n) as n from seeds where settled) first where id = ${sqlId('stl', 'n')}`,
  `insert into custody (marketplace_id, currency, balance) select m, cur, sum(captured) from seeds
    where settled group by m, cur
   on conflict (marketplace_id, currency) do update set balance = custody.balance + excluded.balance`,
]

/**
 * Seeds orders and all that belongs to them.
 *
 * @param client - as a superuser, or with `checked` as the schema's owner
 * @param checked - whether foreign keys are checked, which takes twice as long
 */
export async function seed(
  client: pg.ClientBase,
  {
    marketplace,
    orders,
    checked = false,
  }: { readonly marketplace: string; readonly orders: readonly Orders[]; readonly checked?: boolean },
): Promise<void> {
  for (const some of orders) {
    await client.query('begin')
    if (!checked) await client.query('set local session_replication_role = replica')
    await client.query(
      `create temporary table seeds on commit drop as
      select $1::text as m, $2::text as cur, n, (${some.seller})::bigint as seller,
      (${some.authorized})::bigint as authorized, (${some.captured})::bigint as captured,
        (${some.released ?? 0})::bigint as released, ${some.settled ?? false} as settled,
        now() - interval '20 days' as at
      from generate_series($3::bigint, $4::bigint) as n`,
      [marketplace, CURRENCY, some.from, some.to],
    )
    for (const statement of statements) await client.query(statement)
    if (some.settled) for (const statement of settlement) await client.query(statement)
    await client.query('commit')
  }
}
