import { randomUUID } from 'node:crypto'
import type { WebhookDelivery, WebhookEndpointWithSecret } from '@holdfast/contract/types'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '../events.ts'
import { createMetrics, type Metrics } from '../http/metrics.ts'
import { until } from '../postgres/processes.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { startReceiver, type Receiver } from '../testing/receiver.ts'
import { startCourier, type Courier, type CourierOptions } from './loop.ts'
import { claim } from './queue.ts'
import { MIN_TRIES } from './schedule.ts'
import { DELIVERY_DAYS, sweepDeliveries } from './sweep.ts'

const HOUR_MS = 3_600_000

let backend: TestBackend
let receiver: Receiver
const couriers: Courier[] = []
const made: string[] = []
beforeAll(async () => {
  backend = await startTestBackend()
})
afterAll(() => backend.close())
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  receiver.behave((response) => void response.writeHead(204).end())
  await Promise.all(couriers.splice(0).map((one) => one.stop()))
  for (const id of made.splice(0)) await call(backend, 'DELETE', `/v1/webhook-endpoints/${id}`)
  await receiver.close()
})

const none = async () => 0
const metrics = (): Metrics => createMetrics({
  pool: backend.deps.pool,
  gauges: { unknownOperations: none, events: none, setAside: none, webhookBacklog: none, webhooksFailing: none, findings: none, verifierLag: none },
})

function courier(options: Partial<CourierOptions> = {}): Courier {
  const one = startCourier(backend.deps, { connection: backend.database.app, metrics: metrics(), ...options })
  couriers.push(one)
  return one
}

async function ok<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await call(backend, method, path, body && { body })
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return answer.body as T
}

async function endpoint(url = receiver.url): Promise<WebhookEndpointWithSecret> {
  const one = await ok<WebhookEndpointWithSecret>('POST', '/v1/webhook-endpoints', { url })
  made.push(one.id)
  return one
}

const seller = () => ok<{ id: string }>('POST', '/v1/sellers', { reference: randomUUID(), name: 'Ada Lamps', country: 'DE' })
const rename = (id: string, name: string) => ok('PATCH', `/v1/sellers/${id}`, { name })
const advance = (byMs: number) => ok('POST', '/v1/test/clock/advance', { byMs })
const deliveriesOf = async (id: string) => (await ok<{ data: WebhookDelivery[] }>('GET', `/v1/webhook-deliveries?limit=100&endpoint=${id}`)).data
const idsAt = (one: Receiver) => one.received.map(({ event }) => event.id)

describe('an endpoint that hangs', () => {
  test('delays no other when it and its like fill all the places that there are', async () => {
    const hung = await startReceiver()
    hung.behave(() => {})
    await endpoint(`${hung.url}/`)
    for (let count = 0; count < 20; count += 1) await seller()
    courier({ perProcess: 8 })
    expect(await until(() => hung.received.length === 8, 10_000)).toBe(true)
    const other = { ...backend, marketplace: await backend.createMarketplace({ name: 'Another', origins: [] }) }
    await call(other, 'POST', '/v1/webhook-endpoints', { body: { url: receiver.url } })
    await call(other, 'POST', '/v1/sellers', { body: { reference: 'first', name: 'A', country: 'DE' } })
    expect(await until(() => receiver.received.length === 1, 10_000)).toBe(true)
    expect(hung.received).toHaveLength(8)
    await hung.close()
  })

  test('delays no other, of its own marketplace or of another, however many hang', async () => {
    const hung = await startReceiver()
    hung.behave(() => {})
    for (let count = 0; count < 12; count += 1) await endpoint(`${hung.url}/${count}`)
    await endpoint(`${receiver.url}/well`)
    const other = await backend.createMarketplace({ name: 'Another', origins: [] })
    const ofOther = { ...backend, marketplace: other }
    await call(ofOther, 'POST', '/v1/webhook-endpoints', { body: { url: `${receiver.url}/other` } })
    for (let count = 0; count < 20; count += 1) await seller()
    await call(ofOther, 'POST', '/v1/sellers', { body: { reference: 'first', name: 'A', country: 'DE' } })
    const one = courier({ attemptTimeoutMs: 60_000 })
    await one.wake()
    const at = (path: string) => receiver.received.filter((delivery) => delivery.path === path).length
    expect(await until(() => at('/well') === 20 && at('/other') === 1, 10_000)).toBe(true)
    expect(await until(() => hung.received.length === 12 * 16, 5_000)).toBe(true)
    // and for those that come while it goes on hanging
    await seller()
    expect(await until(() => at('/well') === 21, 10_000)).toBe(true)
    expect(hung.received.length).toBe(12 * 16)
    await hung.close()
  })

  test('is left alone after some failures, and asked by one attempt at a time', async () => {
    const { id } = await endpoint()
    receiver.behave((response) => void response.writeHead(500).end())
    for (let count = 0; count < 30; count += 1) await seller()
    const one = courier({ random: () => 0.999 })
    const paused = async () => {
      const { rows } = await backend.deps.pool.query<{ paused: boolean }>('select paused_until > app_now() as paused from webhook_endpoints where id = $1', [id])
      return rows[0]?.paused === true
    }
    expect(await until(paused, 10_000)).toBe(true)
    await one.wake()
    await one.stop()
    couriers.splice(0)
    const tried = (await deliveriesOf(id)).reduce((sum, { attempts }) => sum + attempts.length, 0)
    expect(tried).toBe(receiver.received.length)
    expect(tried).toBeLessThan(30)
  })
})

describe('a lease', () => {
  test('that ran out lets another worker deliver; what the first then says changes nothing', async () => {
    const { id } = await endpoint()
    const waiting: (() => void)[] = []
    receiver.behave((response) => {
      if (waiting.length > 0) return void response.writeHead(200).end()
      waiting.push(() => void response.writeHead(500).end())
    })
    await seller()
    const slow = courier({ leaseMs: 300, attemptTimeoutMs: 20_000 })
    await slow.wake()
    expect(await until(() => waiting.length === 1, 10_000)).toBe(true)
    courier()
    expect(await until(async () => (await deliveriesOf(id))[0]?.status === 'delivered', 10_000)).toBe(true)
    waiting[0]?.()
    expect(await until(async () => (await deliveriesOf(id))[0]?.attempts.length === 2, 10_000)).toBe(true)
    const [delivery] = await deliveriesOf(id)
    expect(delivery).toMatchObject({ status: 'delivered', attemptCount: 2, nextAttemptAt: null, attempts: [{ statusCode: 200 }, { statusCode: 500 }] })
    expect(await ok('GET', `/v1/webhook-endpoints/${id}`)).toMatchObject({ failingSince: null })
    expect(idsAt(receiver)).toEqual([delivery?.event, delivery?.event])
  })

  test('of a worker that died ends by itself, and the event arrives', async () => {
    const { id } = await endpoint()
    await seller()
    receiver.behave((response) => void response.writeHead(200).end())
    const first = courier()
    expect(await until(() => receiver.received.length === 1, 10_000)).toBe(true)
    await first.stop()
    couriers.splice(0)
    const [{ event } = {} as WebhookDelivery] = await deliveriesOf(id)
    await ok('POST', `/v1/webhook-endpoints/${id}/replay`, { event })
    const { pool, clock } = backend.deps
    const claimed = await claim(pool, { marketplace: backend.marketplace.id, endpoint: id, now: clock.now(), room: 8, leaseMs: 400 })
    expect(claimed).toHaveLength(1)
    expect(await claim(pool, { marketplace: backend.marketplace.id, endpoint: id, now: clock.now(), room: 8 })).toEqual([])
    courier()
    expect(await until(() => receiver.received.length === 2, 10_000)).toBe(true)
  })

  test('is given back when the worker stops, and nothing is held against the endpoint', async () => {
    const { id } = await endpoint()
    receiver.behave(() => {})
    await seller()
    const one = courier({ attemptTimeoutMs: 60_000 })
    expect(await until(() => receiver.received.length === 1, 10_000)).toBe(true)
    await one.stop()
    couriers.splice(0)
    expect(await deliveriesOf(id)).toMatchObject([{ status: 'pending', attempts: [] }])
    expect(await ok('GET', `/v1/webhook-endpoints/${id}`)).toMatchObject({ failingSince: null })
    receiver.behave((response) => void response.writeHead(200).end())
    courier()
    expect(await until(() => receiver.received.length === 2, 10_000)).toBe(true)
  })

  test('keeps two workers from sending the same', async () => {
    await endpoint()
    const subjects = await Promise.all(Array.from({ length: 40 }, () => seller()))
    courier()
    courier()
    for (const { id } of subjects) await rename(id, 'Second')
    expect(await until(() => receiver.received.length >= 80, 20_000)).toBe(true)
    expect(new Set(idsAt(receiver)).size).toBe(80)
    expect(receiver.received.length).toBe(80)
  })
})

test('what is given up after days is kept as failed, and a replay sends it again', async () => {
  const { id } = await endpoint()
  const { pool } = backend.deps
  receiver.behave((response) => void response.writeHead(500).end())
  await seller()
  const one = courier()
  expect(await until(async () => (await deliveriesOf(id))[0]?.attempts.length === 1, 10_000)).toBe(true)
  const [delivery] = await deliveriesOf(id)
  // Days of attempts are made to pass in the row, not in the test.
  await pool.query('update webhook_deliveries set attempts = $2, tries = $2, give_up_at = app_now(), next_attempt_at = app_now() where id = $1', [delivery?.id, MIN_TRIES - 1])
  await one.wake()
  expect(await until(async () => (await deliveriesOf(id))[0]?.status === 'failed', 10_000)).toBe(true)
  expect((await deliveriesOf(id))[0]).toMatchObject({ nextAttemptAt: null, deliveredAt: null, attemptCount: MIN_TRIES })
  receiver.behave((response) => void response.writeHead(200).end())
  await ok('POST', `/v1/webhook-endpoints/${id}/replay`, { event: delivery?.event })
  expect(await until(async () => (await deliveriesOf(id))[0]?.status === 'delivered', 10_000)).toBe(true)
})

test('deliveries that ended are kept for 30 days, and what waits for as long as its endpoint is there', async () => {
  const { pool } = backend.deps
  const { id } = await endpoint()
  const deleted = await endpoint()
  const insert = (to: string, state: string, days: number) => pool.query(
    `insert into webhook_deliveries (marketplace_id, id, endpoint_id, event_id, event_type, state, next_attempt_at, give_up_at, delivered_at, created_at)
     select $1, $2, $3, $2, 'order.paid', $4, '2099-01-01', '2099-01-01', at, at from (select now() - make_interval(days => $5) as at) as made`,
    [backend.marketplace.id, `wd_${to}_${state}_${days}`, to, state, days],
  )
  for (const state of ['delivered', 'failed', 'pending']) {
    for (const days of [DELIVERY_DAYS - 1, DELIVERY_DAYS + 1]) await insert(id, state, days)
  }
  await insert(deleted.id, 'pending', 1)
  await insert(deleted.id, 'delivered', 1)
  await ok('DELETE', `/v1/webhook-endpoints/${deleted.id}`)
  expect(await sweepDeliveries(pool)).toBe(false)
  const { rows } = await pool.query<{ id: string }>('select id from webhook_deliveries where endpoint_id in ($1, $2)', [id, deleted.id])
  expect(rows.map((row) => row.id).toSorted()).toEqual([
    `wd_${id}_delivered_29`, `wd_${id}_failed_29`, `wd_${id}_pending_29`, `wd_${id}_pending_31`, `wd_${deleted.id}_delivered_1`,
  ].toSorted())
  await pool.query(`delete from webhook_deliveries where id like 'wd_we%'`)
})

/** What happens to an endpoint over a simulated outage, one kind of failure after another. */
const misfortunes: readonly Parameters<Receiver['behave']>[0][] = [
  (response) => void response.writeHead(500).end(),
  (response) => void response.writeHead(503, { 'retry-after': '600' }).end(),
  (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  (response) => void response.destroy(),
  () => {},
]

test('72 hours of outage lose nothing, and the order can be recovered by sequence', async () => {
  const { id } = await endpoint()
  const subjects = [(await seller()).id, (await seller()).id]
  const port = Number(new URL(receiver.url).port)
  let one = courier({ attemptTimeoutMs: 200 })
  for (let hour = 0; hour < 72; hour += 2) {
    if (hour === 24) await receiver.close()
    if (hour === 48) receiver = await startReceiver(port)
    receiver.behave(misfortunes[hour % misfortunes.length] as (typeof misfortunes)[number])
    if (hour % 20 === 10) {
      await one.stop()
      couriers.splice(0)
      one = courier({ attemptTimeoutMs: 200 })
    }
    for (const subject of subjects) await rename(subject, `hour ${hour}`)
    await advance(2 * HOUR_MS)
    await one.wake()
  }
  expect(await ok('GET', `/v1/webhook-endpoints/${id}`)).toMatchObject({ status: 'failing' })
  const before = receiver.received.length
  receiver.behave((response) => void response.writeHead(204).end())
  const events = (await Promise.all(subjects.map((subject) => ok<{ data: Event[] }>('GET', `/v1/events?limit=100&object=${subject}`)))).flatMap(({ data }) => data)
  expect(events).toHaveLength(2 * 37)
  const missing = () => {
    const got = new Set(idsAt(receiver).slice(before))
    return events.filter((event) => !got.has(event.id))
  }
  expect(await until(async () => {
    await advance(HOUR_MS)
    await one.wake()
    return missing().length === 0
  }, 25_000)).toBe(true)
  const inOrder = receiver.received.slice(before).toSorted((a, b) => a.event.sequence - b.event.sequence)
  for (const subject of subjects) {
    const own = inOrder.filter(({ event }) => event.subject === subject)
    expect([...new Set(own.map(({ event }) => event.sequence))]).toEqual(Array.from({ length: 37 }, (_, at) => at + 1))
    expect(own.filter(({ event }, at) => event.sequence > 1 && own[at - 1]?.event.sequence !== event.sequence).map(({ event }) => (event.data as { name: string }).name))
      .toEqual(Array.from({ length: 36 }, (_, at) => `hour ${at * 2}`))
  }
  expect(await until(async () => (await deliveriesOf(id)).every(({ status }) => status === 'delivered'), 15_000)).toBe(true)
  expect(await ok('GET', `/v1/webhook-endpoints/${id}`)).toMatchObject({ status: 'enabled', failingSince: null })
}, 60_000)
