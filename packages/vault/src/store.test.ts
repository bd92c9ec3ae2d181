import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from './store.ts'
import { startHarness, type Harness } from './testing/harness.ts'

let harness: Harness
beforeAll(async () => { harness = await startHarness() })
afterAll(() => harness.close())

test('a connection that is cut while somebody has it and waits for nothing ends nothing but itself', async () => {
  const [pool, other] = [openPool(harness.databaseUrl), openPool(harness.databaseUrl)]
  const client = await pool.connect()
  const { rows: [cut] } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const ended = new Promise((resolve) => { client.once('end', resolve) })
  await other.query('select pg_terminate_backend($1)', [cut!.pid])
  await ended
  await expect(client.query('select 1')).rejects.toThrow()
  client.release(true)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await Promise.all([pool.end(), other.end()])
})
