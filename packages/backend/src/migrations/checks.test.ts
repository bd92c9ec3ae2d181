import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import type { Pool } from 'pg'

/* Every promise that a function repeats for a table's one CHECK is refused by it when it is broken. */

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.owner, { size: 1, applicationName: 'test' })
  await pool.query(`insert into marketplaces values ('mkt_1', 'M', 'test', '{}', now());
    insert into sellers (marketplace_id, id, reference, name, country, metadata, created_at, updated_at)
      values ('mkt_1', 'sel_1', 's', 'S', 'DE', '{}', now(), now());
    insert into orders (marketplace_id, id, reference, state, currency, amount, platform_fee, session_id, metadata, created_at)
      values ('mkt_1', 'ord_1', 'o', 'open', 'EUR', 1, 0, 'cs_1', '{}', now());
    insert into escrows (marketplace_id, id, order_id, seller_id, position, reference, currency, amount, platform_fee, release_method, claim_days, created_at)
      values ('mkt_1', 'esc_1', 'ord_1', 'sel_1', 0, 'e', 'EUR', 1, 0, 'none', 0, now());
    insert into milestones (marketplace_id, id, escrow_id, order_id, seller_id, position, currency, state, amount, fee, captured, captured_fee,
        held, held_fee, released, released_fee, refunded_held, cancelled_fee)
      values ('mkt_1', 'ms_1', 'esc_1', 'ord_1', 'sel_1', 0, 'EUR', 'funded', 100, 10, 90, 9, 40, 4, 30, 3, 20, 2);
    insert into seller_balances (marketplace_id, seller_id, currency) values ('mkt_1', 'sel_1', 'EUR')`)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test.each([
  ['settled = 90, refunding = 20', 'stands'],
  ['capturing = 10, capturing_fee = 1', 'stands'],
  ["state = 'disputed', frozen = 'funded'", 'stands'],
  ['refunded_released = 30, refunded_released_fee = 3, refunding = 50', 'stands'],
  ["state = 'lost'", 'is refused'],
  ["state = 'disputed', frozen = 'closed'", 'is refused'],
  ["state = 'disputed'", 'is refused'],
  ["frozen = 'funded'", 'is refused'],
  ['position = -1', 'is refused'],
  ['amount = 0, fee = 0', 'is refused'],
  ['fee = 101', 'is refused'],
  ['capturing = -1', 'is refused'],
  ['capturing_fee = -1', 'is refused'],
  ['capturing = 11', 'is refused'],
  ['capturing_fee = 2', 'is refused'],
  ['captured = 91', 'is refused'],
  ['captured_fee = 8', 'is refused'],
  ['held = 41', 'is refused'],
  ['held = -1, released = 71', 'is refused'],
  ['held = 3, released = 67', 'is refused'],
  ['held_fee = -1, released_fee = 8', 'is refused'],
  ['released = 2, held = 68', 'is refused'],
  ['released_fee = -1, held_fee = 8', 'is refused'],
  ['cancelled_fee = -1, held_fee = 7', 'is refused'],
  ['refunded_held = 1, held = 59', 'is refused'],
  ['refunded_held = -1, held = 61, cancelled_fee = 0, held_fee = 6', 'is refused'],
  ['settled = 91', 'is refused'],
  ['settled = -1', 'is refused'],
  ['refunded_released = 31', 'is refused'],
  ['refunded_released_fee = 4', 'is refused'],
  ['refunding = 21', 'is refused'],
  ['refunding = -1', 'is refused'],
])('a milestone of which %s %s', async (change, outcome) => {
  expect(await outcomeOf(`update milestones set ${change}`)).toBe(outcome === 'stands' ? outcome : 'milestone_stands')
})

test.each([
  ['available = 1, reserve = 2, in_payout = 3, reserve_bps = 10000', 'stands'],
  ['owed = 1', 'stands'],
  ['owed = 1, available = 1', 'is refused'],
  ['available = -1', 'is refused'],
  ['reserve = -1', 'is refused'],
  ['in_payout = -1', 'is refused'],
  ['owed = -1', 'is refused'],
  ['reserve_bps = -1', 'is refused'],
  ['reserve_bps = 10001', 'is refused'],
])('a seller’s balance of which %s %s', async (change, outcome) => {
  expect(await outcomeOf(`update seller_balances set ${change}`)).toBe(outcome === 'stands' ? outcome : 'balance_stands')
})

/** The constraint that refuses a change, which is undone where none does. */
async function outcomeOf(change: string): Promise<string> {
  try {
    await pool.query(`begin; ${change}`)
    return 'stands'
  } catch (error) {
    return (error as { constraint?: string }).constraint ?? String(error)
  } finally {
    await pool.query('rollback')
  }
}
