import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { createPool } from './pool.ts'
import { DatabaseBusy, inTransaction, inTransactionInsistently } from './transaction.ts'
import type { Pool, PoolClient } from 'pg'

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

test('a migration that adds a column while statements on its table are prepared is not noticed', async () => {
  const own = createPool(database.owner, { size: 1, applicationName: 'test' })
  await own.query('create table growing (id int primary key)')
  const read = (tx: { client: PoolClient }) => tx.client.query('select * from growing where id > $1', [0])
  const columns = async () => (await inTransaction(own, read)).fields.map(({ name }) => name)
  expect([await columns(), await columns(), await columns()]).toEqual([['id'], ['id'], ['id']])
  const migrating = createPool(database.owner, { size: 1, applicationName: 'test' })
  await migrating.query('alter table growing add column name text')
  await migrating.end()
  expect(await columns()).toEqual(['id', 'name'])
  await own.end()
})

describe('a BEGIN that fails', () => {
  /** A pool whose connections refuse BEGIN once, as when the statement is canceled. */
  const unable = (): Pool => new Proxy(pool, {
    get: (target, name) => (name !== 'connect' ? Reflect.get(target, name, target) as unknown : async () => {
      const client = await target.connect()
      const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>
      return Object.create(client, {
        release: { value: client.release.bind(client) },
        query: { value: (statement: unknown, ...more: unknown[]) =>
          (String(statement).includes('begin') ? query('select 1/0') : query(statement, ...more)) },
      }) as PoolClient
    }),
  })

  test.each([true, false])('lets nothing be written outside of a transaction, eager: %s', async (eager) => {
    const wrote = inTransaction(unable(), async (tx) => {
      await tx.client.query('select 1')
      tx.send({ text: `insert into marketplaces values ('mkt_unbegun', 'M', 'test', '{}', now())` })
    }, { eager })
    await expect(wrote).rejects.toThrow('division by zero')
    expect((await pool.query(`select 1 from marketplaces where marketplace_id = 'mkt_unbegun'`)).rowCount).toBe(0)
  })
})
