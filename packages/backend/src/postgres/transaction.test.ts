import { Kysely, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { openLink } from '../testing/link.ts'
import { Exchange } from './exchange.ts'
import { gather } from './lane.ts'
import { createPool } from './pool.ts'
import { DatabaseBusy, inOneTry, inTransaction, inTransactionInsistently } from './transaction.ts'
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

describe('a migration that adds a column while connections have statements on its table prepared', () => {
  const CONNECTIONS = 10
  let own: Pool
  let table = 0
  const grow = async (): Promise<string> => {
    const name = `growing_${table += 1}`
    await own.query(`create table ${name} (id int primary key)`)
    return name
  }
  const widen = async (name: string): Promise<void> => {
    const migrating = createPool(database.owner, { size: 1, applicationName: 'test' })
    await migrating.query(`alter table ${name} add column more text`)
    await migrating.end()
  }
  const names = ({ fields }: { fields: readonly { name: string }[] }): string[] => fields.map(({ name }) => name)
  beforeAll(() => { own = createPool(database.owner, { size: CONNECTIONS, applicationName: 'test', onError: () => {} }) })
  afterAll(() => own.end())

  test('is not noticed by a transaction, however many connections it has outdated', async () => {
    const name = await grow()
    const columns = async () => names(await inTransaction(own, (tx) => tx.client.query(`select *, pg_sleep(0.05) from ${name} where id >= $1`, [0])))
    for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: CONNECTIONS }, columns))
    await widen(name)
    expect(await columns()).toEqual(['id', 'more', 'pg_sleep'])
  })

  test('is not noticed by a read outside of one', async () => {
    const name = await grow()
    const db = new Kysely<Record<string, { id: number }>>({ dialect: new PostgresDialect({ pool: own }) })
    const read = () => db.selectFrom(name).selectAll().where('id', '>', 0).execute()
    for (let round = 0; round < 5; round += 1) await read()
    await widen(name)
    expect(await read()).toEqual([])
  })
})

describe('a BEGIN that fails', () => {
  /** A pool on whose connections BEGIN fails, as it does when the statement is cancelled. */
  const unable = (): Pool => new Proxy(pool, {
    get: (target, name) => (name === 'connect' ? async () => failing(await target.connect()) : Reflect.get(target, name, target) as unknown),
  })
  const failing = (client: PoolClient): PoolClient => new Proxy(client, {
    get(target, name) {
      if (name !== 'query') return Reflect.get(target, name, target) as unknown
      return (first: unknown, ...rest: unknown[]) => (first instanceof Exchange && first.name === 'begin' ? unbegun(target, first)
        : (target.query as (...args: unknown[]) => unknown).call(target, first, ...rest))
    },
  })

  const unbegun = (client: PoolClient, { statements: [, ...others] }: Exchange) =>
    client.query(new Exchange([{ name: 'unbegun', text: 'select 1 / 0', values: [] }, ...others])).answers

  test.each([true, false])('lets nothing be written outside of a transaction, eager: %s', async (eager) => {
    const wrote = inTransaction(unable(), async (tx) => {
      await tx.client.query('select 1')
      tx.send({ text: `insert into marketplaces values ('mkt_unbegun', 'M', 'test', '{}', now())` })
    }, { eager })
    await expect(wrote).rejects.toThrow('division by zero')
    expect((await pool.query(`select 1 from marketplaces where marketplace_id = 'mkt_unbegun'`)).rowCount).toBe(0)
  })

  test('lets nothing be written by kysely either', async () => {
    const wrote = inTransaction(unable(), async (tx) => {
      await tx.client.query('select 1').catch(() => {})
      await tx.db.deleteFrom('clock').execute()
    }, { eager: true })
    await expect(wrote).rejects.toThrow('division by zero')
    expect((await pool.query('select 1 from clock')).rowCount).toBe(1)
  })
})

test('a connection that falls silent is given up, and the lane that waited for it goes on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const link = await openLink(database.app)
  const far = createPool({ ...database.app, ...link.at }, { size: 2, applicationName: 'test' })
  try {
    const one = (text: string) => inOneTry(far, async (tx) => (await tx.client.query(text)).rows.length)
    const ask = (text: string) => gather(far, { lane: 'l', command: 'c', together: async (all) => Promise.all(all.map(one)), singly: one }, text)
    const turn = () => new Promise((resolve) => { setImmediate(resolve) })
    await ask('select 1')
    await turn()
    link.swallow()
    const lost = ask('select 2').catch((error: unknown) => error)
    await turn()
    const next = ask('select 3')
    vi.advanceTimersByTime(20_000)
    expect(await lost).toBeInstanceOf(DatabaseBusy)
    expect(await next).toBe(1)
  } finally {
    vi.useRealTimers()
    await far.end()
    link.close()
  }
})
