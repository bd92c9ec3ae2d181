import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../postgres/pool.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

let one: TestDatabase
let other: TestDatabase
beforeAll(async () => {
  [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
})
afterAll(() => Promise.all([one.drop(), other.drop()]))

test('each test file has a migrated database of its own', async () => {
  const pools = [one, other].map((database) => createPool(database.app, { size: 1, applicationName: 'test' }))
  await pools[0]?.query(`insert into marketplaces values ('mkt_a', 'A', 'test', '{}', app_now())`)
  const counts = await Promise.all(pools.map((pool) => pool.query<{ n: bigint }>('select count(*) as n from marketplaces')))
  expect(counts.map(({ rows }) => rows[0]?.n)).toEqual([1n, 0n])
  await Promise.all(pools.map((pool) => pool.end()))
})
