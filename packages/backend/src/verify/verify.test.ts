import type { Verification } from '@holdfast/contract/types'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { openShop, type Shop } from '../testing/shop.ts'
import { verifyEverything } from './everything.ts'
import { verifyAndReport } from './report.ts'
import { rules, type RuleName } from './rules.ts'
import { runVerifier } from './run.ts'

/*
 * Every rule is broken by hand, as nobody but the database's superuser can: both the run that looks at everything and
 * the one that goes on by and by find it, and both see when it is mended.
 */

let backend: TestBackend
let superuser: pg.Client

/** One of everything: captured in part, released, refunded before and after, settled, paid out. */
async function trade(shop: Shop): Promise<void> {
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 100_000, reference: 'first' })
  const [one, other] = [(await shop.seller()).id, (await shop.seller()).id]
  const bought = await shop.paid([{ seller: one, amount: 100_000, platformFee: 7_000 }, { seller: other, amount: 50_000 }])
  await shop.post(`/v1/escrows/${bought.escrows[0]!.id}/release`, { amount: 40_000, reference: 'half' })
  await shop.post('/v1/refunds', { payment: bought.payment.id, allotments: [{ escrow: bought.escrows[0]!.id, amount: 70_000 }] })
  const later = await shop.paid([{ seller: other, amount: 9_000 }], { captureMode: 'manual' })
  await shop.post(`/v1/payments/${later.payment.id}/capture`, { amount: 4_000 })
  await shop.advance(2 * 86_400_000)
  await shop.post('/v1/settlements/import')
  await shop.post(`/v1/escrows/${bought.escrows[1]!.id}/release`)
  const { status } = await shop.post('/v1/payouts', { seller: other, amount: 1_000 })
  expect(status).toBe(201)
}

/** Drops what the database itself would refuse, so that the verifier is all that is left. */
async function dropConstraints(): Promise<void> {
  const { rows } = await superuser.query<{ sql: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as sql from pg_constraint
     where contype in ('c', 'f') and connamespace = 'public'::regnamespace order by contype desc`)
  for (const { sql } of rows) await superuser.query(sql)
}

beforeAll(async () => {
  backend = await startTestBackend()
  await trade(openShop(backend))
  superuser = new pg.Client(backend.database.superuser)
  await superuser.connect()
})
afterAll(async () => {
  await superuser.end()
  await backend.close()
})

const wholly = async (): Promise<RuleName[]> => (await verifyEverything(backend.deps.pool)).findings.map(({ rule }) => rule)

/** Runs until a sweep has gone through everything; answers the rules that are open then. */
async function byAndBy(): Promise<string[]> {
  for (let round = 0; ; round += 1) {
    expect(round, 'a sweep of a small database ends').toBeLessThan(10)
    const ran = await runVerifier(backend.deps.pool, { marketplace: backend.marketplace.id, sweep: 1_000, restMs: 0 })
    if (ran?.swept && round > 0) break
  }
  const { rows } = await superuser.query<{ rule: string }>('select distinct rule from verifier_findings where resolved_at is null')
  return rows.map(({ rule }) => rule)
}

test('books that are right pass, whole and by and by', async () => {
  expect(await wholly()).toEqual([])
  expect(await byAndBy()).toEqual([])
  const { rows: [mark] } = await superuser.query<{ checked: Record<string, number> }>('select checked from verifier_marks')
  expect(Object.keys(mark?.checked ?? {}).sort()).toEqual(['event', 'order', 'payout', 'seller', 'settlement', 'transfer'])
})

interface Broken {
  readonly rule: RuleName
  /** What the run that goes by and by finds, where it is another rule: it never sums a whole history. */
  readonly alsoAs?: RuleName
  /** Kept aside, and put back. */
  readonly tables: readonly string[]
  readonly sql: string
}

const one = (table: string, where = 'true') => `where id = (select id from ${table} where ${where} order by id limit 1)`
const ledger = ['ledger_transfers', 'ledger_postings', 'ledger_accounts', 'verifier_sums']
const forget = (reason: string) => `with gone as (delete from ledger_transfers where reason = '${reason}' returning id)
  delete from ledger_postings using gone where transfer_id = gone.id`
const postAnew = (debit: string, credit: string, amount: number) => `
  with made as (insert into ledger_transfers (marketplace_id, id, reason, subject, currency, created_at)
    select marketplace_id, 'tr_by_hand', 'operator_top_up', 'operator', 'USD', now() from marketplaces returning marketplace_id),
  accounts as (insert into ledger_accounts select marketplace_id, 'la_' || name, name, 'USD', 'either', false
    from made, (values ('${debit}'), ('${credit}')) as a (name) on conflict do nothing)
  insert into ledger_postings select made.marketplace_id, 'tr_by_hand', 0, coalesce(d.id, 'la_${debit}'), coalesce(c.id, 'la_${credit}'), ${amount}
  from made left join ledger_accounts d on d.name = '${debit}' left join ledger_accounts c on c.name = '${credit}'`

const breaches: readonly Broken[] = [
  { rule: 'milestone_replay', tables: ['milestones'], sql: `update milestones set held = held + 1 ${one('milestones')}` },
  { rule: 'milestone_equation', tables: ['milestones'], sql: `update milestones set released_fee = released_fee - 1 ${one('milestones', 'released_fee > 0')}` },
  { rule: 'milestone_captures', tables: ['capture_allotments'], sql: 'update capture_allotments set amount = amount + 1' },
  { rule: 'milestone_releases', tables: ['release_allotments'], sql: 'update release_allotments set fee = fee + 1' },
  { rule: 'milestone_refunds', tables: ['refund_allotments'], sql: `update refund_allotments set sources = sources || '{"released": "1"}'` },
  { rule: 'milestone_bounds', tables: ['milestones'], sql: `update milestones set settled = captured + 1 ${one('milestones')}` },
  { rule: 'milestone_closed', tables: ['milestones'], sql: `update milestones set state = 'closed' ${one('milestones', 'held > 0')}` },
  { rule: 'payment_counts', tables: ['payments'], sql: 'update payments set refunding = refunding + 1' },
  { rule: 'payment_bounds', tables: ['payments'], sql: 'update payments set refunded = captured + 1' },
  { rule: 'capture_posted', tables: ledger, sql: forget('capture') },
  { rule: 'release_posted', tables: ledger, sql: forget('release') },
  { rule: 'refund_posted', tables: ledger, sql: forget('refund_confirmed') },
  { rule: 'refund_posted', tables: ['refunds'], sql: `update refunds set state = 'failed'` },
  { rule: 'superseded_posted', tables: ['payments'], sql: 'update payments set superseded = true' },
  { rule: 'seller_replay', tables: ['seller_balances'], sql: 'update seller_balances set available = available + 1' },
  { rule: 'seller_replay', tables: ['seller_balances'], sql: 'update seller_balances set owed = owed + 1, available = 0' },
  { rule: 'seller_bounds', tables: ['seller_balances'], sql: 'update seller_balances set reserve = -1' },
  { rule: 'seller_owing', tables: ['seller_balances'], sql: 'update seller_balances set owed = 1, available = 1' },
  { rule: 'seller_in_payout', tables: ['payouts'], sql: `update payouts set state = 'completed'` },
  { rule: 'payout_posted', tables: ledger, sql: forget('payout_created') },
  { rule: 'settlement_posted', tables: ['settlement_lines'], sql: 'update settlement_lines set fee = fee + 1' },
  { rule: 'settlement_posted', tables: ['settlement_lines'], sql: 'update settlement_lines set operation_id = null' },
  { rule: 'transfer_shape', tables: ledger, sql: 'update ledger_postings set amount = -amount' },
  { rule: 'transfer_shape', tables: ledger, sql: `update ledger_transfers set currency = 'EUR'` },
  { rule: 'transfer_shape', tables: ledger, sql: 'delete from ledger_postings' },
  { rule: 'transfer_subject', tables: ledger, sql: `update ledger_transfers set subject = 'rel_nobody' where reason = 'release'` },
  { rule: 'account_nobody', alsoAs: 'milestone_replay', tables: ['ledger_accounts'], sql: `update ledger_accounts set name = 'milestone:ms_nobody:held' where name = (select 'milestone:' || id || ':held' from milestones where held > 0)` },
  { rule: 'custody_replay', tables: ['custody'], sql: 'update custody set balance = balance - 1' },
  { rule: 'custody_in_payout', tables: ['custody'], sql: 'update custody set in_payout = in_payout + 1' },
  { rule: 'receivable_unreported', alsoAs: 'settlement_posted', tables: ['settlement_lines'], sql: 'update settlement_lines set operation_id = null' },
  { rule: 'refunds_in_transit', alsoAs: 'refund_posted', tables: ['refunds'], sql: `update refunds set state = 'pending'` },
  { rule: 'event_gap', tables: ['events'], sql: 'delete from events where sequence = 1' },
  { rule: 'operation_stuck', tables: ['operations'], sql: `update operations set state = 'unknown', sent_at = now() - interval '2 days'` },
  { rule: 'operation_stuck', tables: ['operations'], sql: `update operations set state = 'sent', next_inquiry_at = now() - interval '1 hour'` },
  { rule: 'suspense_open', tables: ledger, sql: postAnew('platform:funding', 'suspense:bank', 5) },
  { rule: 'custody_overdrawn', tables: ['custody'], sql: 'update custody set balance = -1' },
  { rule: 'coverage', tables: ledger, sql: postAnew('rail:jpmorgan:fees', 'rail:jpmorgan:receivable', 900_000) },
]

/** Breaks the books, looks, and puts back what was there. */
async function whileBroken<T>({ tables, sql }: Broken, look: () => Promise<T>): Promise<T> {
  for (const table of tables) await superuser.query(`create table kept_${table} as select * from ${table}`)
  try {
    await superuser.query(sql)
    return await look()
  } finally {
    for (const table of tables) {
      await superuser.query(`delete from ${table}; insert into ${table} select * from kept_${table}; drop table kept_${table}`)
    }
  }
}

describe('breaches', () => {
  beforeAll(dropConstraints)

  afterAll(async () => {
    expect(await wholly()).toEqual([])
  })

  test('every rule is broken once', () => {
    expect(new Set(breaches.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)))
  })

  test.each(breaches)('$rule is found: $sql', async (broken) => {
    const { rule, alsoAs = rule } = broken
    const [whole, steps] = await whileBroken(broken, async () => [await wholly(), await byAndBy()] as const)
    expect(whole).toContain(rule)
    expect(steps).toContain(alsoAs)
    expect(await byAndBy()).toEqual([])
  })
})

test('the API says what is broken, where, and what to do; and when it is mended', async () => {
  const read = async () => (await call(backend, 'GET', '/v1/ledger/verification')).body as unknown as Verification
  const broken = breaches.find(({ rule }) => rule === 'custody_replay') as Broken
  const during = await whileBroken(broken, async () => {
    await byAndBy()
    return read()
  })
  expect(during).toMatchObject({
    status: 'broken', findingCount: 1,
    findings: [{ rule: 'custody_replay', severity: 'breach', subject: 'USD', field: 'balance', what: rules.custody_replay.says, remedy: rules.custody_replay.todo }],
  })
  await byAndBy()
  expect(await read()).toMatchObject({ status: 'right', findingCount: 0, findings: [], checked: { orders: expect.any(Number) } })
  expect((await read()).lagMs).toBeLessThan(10_000)
})

describe('what an operator reads', () => {
  const lines: string[] = []
  const out = { write: (text: string) => lines.push(text) }

  test('books that are right: how much was read, and that every rule holds', async () => {
    expect(await verifyAndReport(backend.deps.pool, out)).toBe(true)
    expect(lines.join('')).toMatch(/ 2 orders, 3 milestones, 2 payments.*\n\nThe books are right: \d+ rules hold\.\n$/)
  })

  test('a breach: what, where, expected, found, and what to do', async () => {
    lines.length = 0
    const broken = breaches.find(({ rule }) => rule === 'custody_replay') as Broken
    expect(await whileBroken(broken, () => verifyAndReport(backend.deps.pool, out))).toBe(false)
    const text = lines.join('')
    expect(text).toMatch(/Broken: Custody’s balance is not what its postings add up to\. \(custody_replay, 1\)\n {2}mkt_\w+ {2}USD {2}balance: expected \d+, found \d+\n {2}Stop payouts/)
    expect(text).toMatch(/The books are wrong in 1 place\.\n$/)
  })

  test('an alarm is to be seen to, and breaks no rule', async () => {
    lines.length = 0
    const broken = breaches.find(({ rule }) => rule === 'suspense_open') as Broken
    expect(await whileBroken(broken, () => verifyAndReport(backend.deps.pool, out))).toBe(true)
    expect(lines.join('')).toMatch(/To be seen to: Money stands in suspense\..*first posted to 20/s)
  })
})
