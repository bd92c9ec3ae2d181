import { unsettledRelease } from '@holdfast/core'
import { Kysely, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../database.ts'
import { createPool } from '../postgres/pool.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { readUnsettled, unsettledOf } from './payouts.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase()
  // one connection, on which a table of the test's own hides the real one: its rows need no orders
  pool = createPool(database.owner, { size: 1, applicationName: 'test' })
  await pool.query(`create temp table milestones (marketplace_id text, seller_id text, currency text, settled bigint, captured bigint,
    released bigint, released_fee bigint, refunded_held bigint, refunded_released bigint, refunded_released_fee bigint)`)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** Every milestone of small figures that can be: captured in full, settled, released and refunded to some part of it. */
function shares(): Parameters<typeof unsettledRelease>[0][] {
  const figures = [0n, 1n, 2n, 3n]
  const all = figures.flatMap((settled) => figures.flatMap((released) => figures.flatMap((refundedHeld) => figures.flatMap(
    (refundedReleased) => figures.map((releasedFee) => ({ settled, released, refundedHeld, refundedReleased, releasedFee, refundedReleasedFee: 0n }))))))
  return all.filter((one) => one.released + one.refundedHeld <= 3n && one.refundedReleased <= one.released
    && one.releasedFee <= one.released - one.refundedReleased)
}

test('the database adds up what has not settled as the core reckons it, milestone by milestone', async () => {
  const all = shares()
  expect(all.length).toBeGreaterThan(100)
  const each = <T>(read: (one: (typeof all)[number]) => T): T[] => all.map(read)
  await pool.query(`insert into milestones
    select 'mkt_1', 'sel_' || place, 'USD', settled, 3, released, released_fee, refunded_held, refunded_released, 0
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) with ordinality
      as m (settled, released, released_fee, refunded_held, refunded_released, place)`, [
    each(({ settled }) => settled), each(({ released }) => released), each(({ releasedFee }) => releasedFee),
    each(({ refundedHeld }) => refundedHeld), each(({ refundedReleased }) => refundedReleased)])
  const sellers = all.map((_one, at) => `sel_${at + 1}`)
  const sums = await inTransaction(pool, (tx) => unsettledOf(tx, 'mkt_1', sellers.map((seller) => ({ seller, currency: 'USD' }))))
  const expected = all.map((one) => (one.settled < 3n ? unsettledRelease(one) : 0n))
  expect(sellers.map((seller) => sums.get(`${seller}:USD`) ?? 0n)).toEqual(expected)
  expect(expected.filter((sum) => sum > 0n).length).toBeGreaterThan(20)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  const some = expected.findIndex((sum) => sum > 0n)
  expect([...await readUnsettled(db, 'mkt_1', sellers[some]!)]).toEqual([[`${sellers[some]}:USD`, expected[some]]])
})
