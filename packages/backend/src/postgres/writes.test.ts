import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { createPool } from './pool.ts'
import { inTransaction } from './transaction.ts'
import { joinWrites, type Write } from './writes.ts'
import type { Pool } from 'pg'

/* Writes that nobody waits for become one statement, and still write what they say, or nothing at all. */

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.owner, { size: 2, applicationName: 'test' })
  await pool.query('create table left_side (id int primary key, seen int); create table right_side (id int primary key, seen int)')
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => pool.query('truncate left_side, right_side'))

/** Writes ids with how many rows the other table has, as the statement sees it. */
const insert = (table: 'left_side' | 'right_side', ids: readonly number[]): Write => ({
  name: `insert_${table}`, values: [ids],
  text: `insert into ${table} select id, (select count(*) from ${table === 'left_side' ? 'right_side' : 'left_side'}) from unnest($1::int[]) as id`,
})
const raise = (ids: readonly number[]): Write =>
  ({ name: 'raise_left', text: 'update left_side set seen = seen + 10 where id = any($1) returning 1', values: [ids], rows: ids.length })

const seen = async (): Promise<(string | number)[][]> => (await pool.query<{ side: string; id: number; seen: number }>(
  `select 'left' as side, * from left_side union all select 'right', * from right_side order by 1, 2`)).rows.map(({ side, id, seen }) => [side, id, seen])

test('two of one name are two statements, in order; the others are one', () => {
  const writes = [insert('left_side', [1]), insert('right_side', [2]), insert('left_side', [3]), raise([1])]
  const joined = joinWrites(writes)
  expect(joined.map(({ text }) => text.match(/(?:insert into|update) \w+/g)))
    .toEqual([['insert into left_side', 'insert into right_side'], ['insert into left_side', 'update left_side']])
  expect(joined.map(({ values }) => values)).toEqual([[[1], [2]], [[3], [1], 1]])
  expect(joinWrites(writes)).toEqual(joined)
  expect(new Set(joined.map(({ name }) => name)).size).toBe(2)
})

test('two that write the same rows are two statements', () => {
  const writes = ['set', 'clear', 'other'].map((name) => ({ ...insert('left_side', [1]), name, ...(name !== 'other' && { over: 'timers' }) }))
  expect(joinWrites(writes).map(({ values }) => values?.length)).toEqual([1, 2])
})

test('the writes of one statement see what was there before all of them; what is waited for sees what they wrote', async () => {
  await inTransaction(pool, async (tx) => {
    tx.send(insert('left_side', [1, 2]))
    tx.send(insert('right_side', [1]))
    expect((await tx.client.query('select 1 from left_side')).rowCount).toBe(2)
    tx.send(insert('right_side', [2]))
  })
  expect(await seen()).toEqual([['left', 1, 0], ['left', 2, 0], ['right', 1, 0], ['right', 2, 2]])
})

test('the commit fails where a write found fewer rows than it must have, and nothing of it stands', async () => {
  await inTransaction(pool, async (tx) => tx.send(insert('left_side', [1])))
  const writing = (ids: readonly number[]) => inTransaction(pool, async (tx) => {
    tx.send(insert('right_side', [1]))
    tx.send(raise(ids))
  })
  await expect(writing([1, 2])).rejects.toThrow('broken promise: 2 rows of raise_left')
  expect(await seen()).toEqual([['left', 1, 0]])
  await writing([1])
  expect(await seen()).toEqual([['left', 1, 10], ['right', 1, 1]])
})

test('lists of one row become its values; where one list has more, all stay', () => {
  const write = (ids: readonly number[]): Write => ({
    name: 'insert_left', values: [7, ids, ids.map(() => null)],
    text: 'insert into left_side select r.id, $1 from unnest($2::int[], $3::text[])\n  as r (id, word)',
  })
  expect(joinWrites([write([1])])).toEqual([{
    name: 'insert_left_1', values: [7, 1, null], text: 'insert into left_side select r.id, $1 from (select $2::int, $3::text)\n  as r (id, word)',
  }])
  expect(joinWrites([write([1, 2])])).toEqual([write([1, 2])])
  const [both, other] = [[write([1]), insert('right_side', [1, 2])], [write([1, 2]), insert('right_side', [1, 2])]].map((writes) => joinWrites(writes)[0]!)
  expect(both!.values).toEqual([7, 1, null, [1, 2]])
  expect(other!.name).not.toBe(both!.name)
})
