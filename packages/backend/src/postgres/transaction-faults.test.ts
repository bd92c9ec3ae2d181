import type { Pool, PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { openLink } from '../testing/link.ts'
import { gather } from './lane.ts'
import { createPool } from './pool.ts'
import { DatabaseBusy, inOneTry, inTransaction } from './transaction.ts'

/* What must not happen when a transaction can't begin, or its connection falls silent. */

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

/** A pool on whose connections BEGIN fails, as it does when the statement is cancelled. */
function whereBeginFails(): Pool {
  const failing = (client: PoolClient) => new Proxy(client, {
    get(target, name) {
      if (name !== 'query') return Reflect.get(target, name, target) as unknown
      return (text: unknown, ...rest: unknown[]) => (target.query as (...args: unknown[]) => unknown).call(target,
        typeof text === 'string' && text.includes('begin;') ? `select 1 / 0; ${text}` : text, ...rest)
    },
  })
  return new Proxy(pool, {
    get: (target, name) => (name === 'connect' ? async () => failing(await target.connect()) : Reflect.get(target, name, target) as unknown),
  })
}

test('a transaction that could not begin writes nothing by kysely either', async () => {
  const done = inTransaction(whereBeginFails(), async (tx) => {
    await tx.client.query('select 1').catch(() => {})
    await tx.db.deleteFrom('clock').execute()
  }, { eager: true })
  await expect(done).rejects.toThrow('division by zero')
  expect((await pool.query('select 1 from clock')).rowCount).toBe(1)
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
