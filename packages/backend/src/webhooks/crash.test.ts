import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../postgres/migrate.ts'
import { createPool } from '../postgres/pool.ts'
import { until } from '../postgres/processes.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { startReceiver, type Receiver } from '../testing/receiver.ts'
import { fanOut } from './fan-out.ts'

let backend: TestBackend
let receiver: Receiver
beforeAll(async () => {
  backend = await startTestBackend()
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  await backend.close()
})

async function startChild(): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../testing/courier-child.ts', import.meta.url))
  const { database, deps } = backend
  const child = spawn(process.execPath, ['--conditions=holdfast-source', program, JSON.stringify(database.app), deps.config.secretKey.toString('base64')], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

const endpoint = async () => (await call(backend, 'POST', '/v1/webhook-endpoints', { body: { url: receiver.url } })).body['id'] as string
const seller = () => call(backend, 'POST', '/v1/sellers', { body: { reference: randomUUID(), name: 'Ada Lamps', country: 'DE' } })
const eventIds = async () => (await backend.deps.pool.query<{ id: string }>('select id from events where marketplace_id = $1', [backend.marketplace.id])).rows.map(({ id }) => id)
const received = () => new Set(receiver.received.map(({ event }) => event.id))

test('a worker killed again and again loses no event and invents none', async () => {
  await endpoint()
  for (let kills = 0; kills < 2; kills += 1) {
    const child = await startChild()
    const before = receiver.received.length
    // Every second answer comes never: when the worker is killed, attempts are under way.
    receiver.behave((response) => void (receiver.received.length % 2 === 0 && response.writeHead(204).end()))
    await Promise.all(Array.from({ length: 8 + kills }, () => seller()))
    expect(await until(() => receiver.received.length > before + kills, 10_000)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    // Time is made to pass in the rows, not in the test.
    await backend.deps.pool.query('update webhook_deliveries set leased_until = now() where leased_until is not null')
  }
  receiver.behave((response) => void response.writeHead(204).end())
  const child = await startChild()
  const ids = await eventIds()
  expect(await until(() => received().size === ids.length, 15_000)).toBe(true)
  expect([...received()].toSorted()).toEqual(ids.toSorted())
  const open = async () => (await backend.deps.pool.query(`select 1 from webhook_deliveries where state <> 'delivered'`)).rowCount
  expect(await until(async () => (await open()) === 0, 5_000)).toBe(true)
  child.kill('SIGTERM')
  await once(child, 'exit')
}, 60_000)

test('after a restore on another server, no event is passed over and none is sent twice', async () => {
  const id = await endpoint()
  const { pool, clock } = backend.deps
  const fill = async () => {
    const place = { marketplace: backend.marketplace.id, endpoint: id }
    while (await fanOut(pool, { ...place, now: clock.now() }));
  }
  const deliveries = async () => (await pool.query<{ event_id: string }>('select event_id from webhook_deliveries where endpoint_id = $1', [id])).rows.map((row) => row.event_id)
  await seller()
  expect(await until(async () => {
    await fill()
    return (await deliveries()).length === 1
  }, 10_000)).toBe(true)
  const [before] = await deliveries()
  await seller()
  const owner = createPool(backend.database.owner, { size: 1, applicationName: 'test' })
  await owner.query(`update events set transaction_id = '1152921504606846976'`)
  await owner.query('update event_source set system_identifier = 1')
  await migrate(owner)
  await owner.end()
  await fill()
  const all = await eventIds()
  expect(await deliveries()).toContain(before)
  expect(await deliveries()).toContain(all.toSorted().at(-1))
  expect(new Set(await deliveries()).size).toBe((await deliveries()).length)
})
