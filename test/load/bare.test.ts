import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../packages/backend/src/testing/database.ts'
import { bareSchema, transferStatement } from './bare.ts'
import type { Load } from './commands.ts'

let database: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = new pg.Pool({ ...database.owner, max: 8, options: '-c search_path=bare' })
  await pool.query(`create schema bare; set search_path to bare; ${bareSchema}`)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const figures = async (text: string): Promise<unknown> =>
  (await pool.query<Record<string, string>>(text)).rows[0]

test('every transfer is posted once, and balances are the replay of the postings', async () => {
  const before = await figures('select count(*) from postings')
  const loads = Array.from({ length: 200 }, (_, index): Load => (index % 2 === 0 ? 'hot' : 'spread'))
  const answers = await Promise.all(loads.map((load) => pool.query(transferStatement(load))))
  expect(answers.filter(({ rowCount }) => rowCount === 1)).toHaveLength(200)
  expect([before, await figures('select count(*) from postings')]).toEqual([
    { count: '10000' },
    { count: '10200' },
  ])
  expect(
    await figures(
      `select sum(balance) as total, sum(balance) filter (where id like 'la_01%') as moved from accounts`,
    ),
  ).toEqual({ total: String(400_000_000_000n * 10_001n), moved: '200000' })
  expect(
    await figures(`select count(*) from accounts full join (
      select credit_account as id, sum(amount) as received from postings group by credit_account) replay using (id)
    where id like 'la_01%' and balance <> coalesce(received, 0)`),
  ).toEqual({ count: '0' })
})

test('an account gives no more than it has', async () => {
  await pool.query(`update accounts set balance = 1500 where id = $1`, [transferStatement('hot').values?.[2]])
  const counts = (await Promise.all([1, 2, 3].map(() => pool.query(transferStatement('hot'))))).map(
    ({ rowCount }) => rowCount,
  )
  expect(counts.toSorted()).toEqual([0, 0, 1])
})
