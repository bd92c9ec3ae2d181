import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { createPool } from './pool.ts'
import { DatabaseBusy, inTransaction, inTransactionInsistently } from './transaction.ts'
import type { Pool } from 'pg'

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.app, { size: 4, applicationName: 'test', onError: () => {} })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const lockClock = (tx: { client: { query: (text: string) => Promise<unknown> } }) => tx.client.query('select 1 from clock for update')

/** Holds a lock for longer than `lock_timeout` allows anyone to wait, while the other work runs. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('select 1 from clock for update')
  const result = work()
  result.catch(() => {})
  await holder.query('select pg_sleep(1.2)')
  await holder.query('commit')
  holder.release()
  return result
}

test('a lock that is not to be had in time is refused as busy', async () => {
  await expect(whileLocked(() => inTransaction(pool, lockClock))).rejects.toBeInstanceOf(DatabaseBusy)
})

test('what must be recorded asks again until the lock is free', async () => {
  await expect(whileLocked(() => inTransactionInsistently(pool, lockClock))).resolves.toBeDefined()
})

test('insisting does not hide an error that is not about being busy', async () => {
  await expect(inTransactionInsistently(pool, (tx) => tx.client.query('select nothing from nowhere'))).rejects.toThrow('nowhere')
})
