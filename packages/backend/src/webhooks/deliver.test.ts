import { randomUUID } from 'node:crypto'
import type { WebhookDelivery, WebhookEndpoint, WebhookEndpointWithSecret } from '@holdfast/contract/types'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../postgres/processes.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { startReceiver, type Received, type Receiver } from '../testing/receiver.ts'
import { PAUSE_AFTER } from './schedule.ts'

const HOUR_MS = 3_600_000

/** What names resolve to. Nothing is there: what goes to a name is refused or fails. */
const dns = new Map<string, readonly string[]>([['hooks.shop.example', ['93.184.215.14']]])

let backend: TestBackend
let receiver: Receiver
beforeAll(async () => {
  backend = await startTestBackend({ worker: true, resolveHost: async (host) => dns.get(host) ?? [] })
})
afterAll(() => backend.close())
beforeEach(async () => {
  receiver = await startReceiver()
})
const made: string[] = []
afterEach(async () => {
  for (const id of made.splice(0)) await call(backend, 'DELETE', `/v1/webhook-endpoints/${id}`)
  await receiver.close()
})

async function ok<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await call(backend, method, path, body && { body })
  if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return answer.body as T
}

async function endpoint(more: object = {}): Promise<WebhookEndpointWithSecret> {
  const one = await ok<WebhookEndpointWithSecret>('POST', '/v1/webhook-endpoints', { url: `${receiver.url}/hooks`, ...more })
  made.push(one.id)
  return one
}

const read = (id: string) => ok<WebhookEndpoint>('GET', `/v1/webhook-endpoints/${id}`)
const post = (id: string, what: string, body: object = {}) => ok<WebhookEndpointWithSecret>('POST', `/v1/webhook-endpoints/${id}/${what}`, body)
const seller = () => ok<{ id: string }>('POST', '/v1/sellers', { reference: randomUUID(), name: 'Ada Lamps', country: 'DE' })
const rename = (id: string, name: string) => ok('PATCH', `/v1/sellers/${id}`, { name })
const advance = (byMs: number) => ok('POST', '/v1/test/clock/advance', { byMs })
const deliveries = async (query: string) => (await ok<{ data: WebhookDelivery[] }>('GET', `/v1/webhook-deliveries?limit=100&${query}`)).data
const verified = (secret: string, { body, headers }: Received) => new Webhook(secret).verify(body, headers as Record<string, string>)
const arrived = (count: number, at = receiver) => until(() => at.received.length >= count, 15_000)
const sequences = (subject: string, at = receiver) => at.received.filter(({ event }) => event.subject === subject).map(({ event }) => event.sequence)

/** Moves the clock on, attempt by attempt, until something holds. */
const advanceUntil = (holds: () => boolean | Promise<boolean>, byMs = HOUR_MS) => until(async () => {
  await advance(byMs)
  return holds()
}, 25_000)

describe('an event', () => {
  test('arrives as the API answers it, signed so that the reference library agrees', async () => {
    const { id, secret } = await endpoint()
    const { id: subject } = await seller()
    expect(await arrived(1)).toBe(true)
    const [one] = receiver.received as [Received]
    expect(one.event).toMatchObject({ type: 'seller.created', subject, sequence: 1 })
    expect(one.body).toBe((await call(backend, 'GET', `/v1/events/${one.event.id}`)).text)
    expect(one).toMatchObject({ path: '/hooks', headers: { 'webhook-id': one.event.id, 'content-type': 'application/json; charset=utf-8' } })
    expect(verified(secret, one)).toEqual(one.event)
    expect(await until(async () => (await deliveries(`endpoint=${id}`))[0]?.status === 'delivered', 5_000)).toBe(true)
    expect(await deliveries(`event=${one.event.id}&endpoint=${id}`)).toMatchObject([{
      endpoint: id, event: one.event.id, eventType: 'seller.created', attemptCount: 1, nextAttemptAt: null,
      attempts: [{ statusCode: 204, error: null }],
    }])
  })

  test('that happened before the endpoint was made doesn’t arrive; what its transaction commits later does', async () => {
    const { id: early } = await seller()
    const open = await backend.deps.pool.connect()
    await open.query('begin')
    await open.query(
      `insert into events (marketplace_id, id, subject, sequence, type, data, created_at) values ($1, $2, 'sel_open', 1, 'seller.updated', '{}', now())`,
      [backend.marketplace.id, 'evt_00000000000000000000000000'],
    )
    await endpoint()
    const { id: later } = await seller()
    await backend.deps.wakeWorker()
    await open.query('commit')
    open.release()
    expect(await arrived(2)).toBe(true)
    expect(receiver.received.map(({ event }) => event.subject).toSorted()).toEqual([later, 'sel_open'].toSorted())
    expect(sequences(early)).toEqual([])
  })

  test('goes to every endpoint that asks for it, and to no other', async () => {
    const updates = await endpoint({ eventTypes: ['seller.updated'] })
    const all = await endpoint({ url: `${receiver.url}/all` })
    const { id: subject } = await seller()
    await rename(subject, 'Ada & Co')
    expect(await arrived(3)).toBe(true)
    const at = (path: string) => receiver.received.filter((one) => one.path === path).map(({ event }) => event.type).toSorted()
    expect(at('/hooks')).toEqual(['seller.updated'])
    expect(at('/all')).toEqual(['seller.created', 'seller.updated'])
    await ok('PATCH', `/v1/webhook-endpoints/${updates.id}`, { eventTypes: null, description: 'everything' })
    await seller()
    expect(await arrived(5)).toBe(true)
    expect(at('/hooks')).toEqual(['seller.created', 'seller.updated'])
    expect(await read(updates.id)).toMatchObject({ eventTypes: null, description: 'everything', status: 'enabled' })
    expect(all.eventTypes).toBeNull()
  })
})

test('a name that resolves to an address of ours is refused where the URL is set', async () => {
  dns.set('inside.shop.example', ['93.184.215.14', '10.0.0.7'])
  const detail = expect.stringContaining('resolves to 10.0.0.7, which is on a private network') as string
  const refusal = { status: 400, body: { code: 'validation_failed', field: 'url', detail } }
  expect(await call(backend, 'POST', '/v1/webhook-endpoints', { body: { url: 'https://inside.shop.example/' } })).toMatchObject(refusal)
  const { id, url } = await endpoint()
  expect(await call(backend, 'PATCH', `/v1/webhook-endpoints/${id}`, { body: { url: 'https://inside.shop.example/' } })).toMatchObject(refusal)
  expect(await read(id)).toMatchObject({ url })
})

describe('an attempt that fails', () => {
  test('is made again with the same id, a fresh time and a fresh signature, and the order can be told', async () => {
    const { id, secret } = await endpoint()
    let refuse = true
    receiver.behave((response) => void response.writeHead(refuse ? 500 : 200).end())
    const { id: subject } = await seller()
    expect(await arrived(1)).toBe(true)
    refuse = false
    await rename(subject, 'Second')
    expect(await until(() => sequences(subject).includes(2), 15_000)).toBe(true)
    expect(await advanceUntil(() => sequences(subject).filter((one) => one === 1).length >= 2, 20_000)).toBe(true)
    const ofFirst = receiver.received.filter(({ event }) => event.sequence === 1)
    expect(new Set(ofFirst.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    for (const one of receiver.received) expect(verified(secret, one)).toEqual(one.event)
    expect(sequences(subject).lastIndexOf(1)).toBeGreaterThan(sequences(subject).indexOf(2))
    expect([...new Set(sequences(subject))].toSorted()).toEqual([1, 2])
    expect(await until(async () => (await deliveries(`endpoint=${id}`)).every(({ status }) => status === 'delivered'), 5_000)).toBe(true)
    const [first] = await deliveries(`endpoint=${id}&event=${ofFirst[0]?.event.id}`)
    expect(first?.attempts.map(({ statusCode }) => statusCode)).toEqual([200, ...Array.from({ length: ofFirst.length - 1 }, () => 500)])
    expect(first?.attempts.at(-1)?.error).toContain('answered 500')
  })

  test('with 410 disables the endpoint; the event waits, and arrives when it is enabled', async () => {
    const { id } = await endpoint()
    receiver.behave((response) => void response.writeHead(410).end())
    const { id: subject } = await seller()
    expect(await until(async () => (await read(id)).status === 'disabled', 15_000)).toBe(true)
    expect(await read(id)).toMatchObject({ disabledReason: 'gone' })
    receiver.behave((response) => void response.writeHead(200).end())
    await rename(subject, 'Second')
    expect(await post(id, 'enable')).toMatchObject({ status: 'enabled', disabledReason: null, failingSince: null })
    expect(await advanceUntil(() => new Set(sequences(subject)).size === 2 && receiver.received.length >= 3, 60_000)).toBe(true)
  })

  test('because the name has turned to an address of ours is not made: nothing connects', async () => {
    const { id } = await endpoint({ url: 'https://hooks.shop.example/in' })
    dns.set('hooks.shop.example', ['127.0.0.1'])
    await seller()
    expect(await until(async () => ((await deliveries(`endpoint=${id}`))[0]?.attempts.length ?? 0) > 0, 15_000)).toBe(true)
    dns.set('hooks.shop.example', ['93.184.215.14'])
    expect((await deliveries(`endpoint=${id}`))[0]).toMatchObject({
      status: 'pending', attempts: [{ statusCode: null, error: expect.stringContaining('not sent: \'hooks.shop.example\' resolves to 127.0.0.1') as string }],
    })
  })

  test('for one event alone keeps no other waiting', async () => {
    await endpoint()
    const { id: poison } = await seller()
    receiver.behave((response, { event }) => void response.writeHead(event.subject === poison ? 500 : 200).end())
    for (let count = 0; count < 2 * PAUSE_AFTER; count += 1) await rename(poison, `name ${count}`)
    const { id: good } = await seller()
    expect(await advanceUntil(() => sequences(good).length > 0, 30_000)).toBe(true)
  })
})

describe('a secret', () => {
  test('signs beside its successor until the overlap ends', async () => {
    const { id, secret: first } = await endpoint()
    const { secret: second, secretExpiresAt } = await post(id, 'rotate-secret', { overlapMs: HOUR_MS })
    expect(secretExpiresAt).not.toBeNull()
    await seller()
    expect(await arrived(1)).toBe(true)
    const [one] = receiver.received as [Received]
    expect([verified(first, one), verified(second, one)]).toEqual([one.event, one.event])
    expect(one.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
    await advance(HOUR_MS)
    expect(await read(id)).toMatchObject({ secretExpiresAt: null })
    await seller()
    expect(await arrived(2)).toBe(true)
    const two = receiver.received[1] as Received
    expect(verified(second, two)).toEqual(two.event)
    expect(() => verified(first, two)).toThrow('No matching signature')
  })

  test('ends at once when told so, as those before it do', async () => {
    const { id, secret: first } = await endpoint()
    const { secret: second } = await post(id, 'rotate-secret')
    const { secret: third, secretExpiresAt } = await post(id, 'rotate-secret', { overlapMs: 0 })
    expect(secretExpiresAt).toBeNull()
    await seller()
    expect(await arrived(1)).toBe(true)
    const [one] = receiver.received as [Received]
    expect(verified(third, one)).toEqual(one.event)
    for (const old of [first, second]) expect(() => verified(old, one)).toThrow('No matching signature')
  })

  test('is in no log, and the database has it sealed alone', async () => {
    const { id, secret } = await endpoint()
    await seller()
    expect(await arrived(1)).toBe(true)
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const { rows } = await backend.deps.pool.query<{ sealed: Buffer }>('select sealed from webhook_secrets where endpoint_id = $1', [id])
    expect(rows.length).toBe(1)
    expect(rows[0]?.sealed.includes(key)).toBe(false)
    expect(backend.log.some((line) => line.includes(secret.slice(6)))).toBe(false)
    expect(JSON.stringify(await read(id))).not.toContain('whsec')
  })
})

describe('a replay', () => {
  const events = async (subject: string) => (await ok<{ data: { id: string; createdAt: string; sequence: number }[] }>('GET', `/v1/events?object=${subject}`)).data.toReversed()

  test('of one event sends it again, also one that the endpoint doesn’t ask for', async () => {
    const { id: subject } = await seller()
    const { id } = await endpoint({ eventTypes: ['order.paid'] })
    const [event] = await events(subject)
    const replay = { event: event?.id ?? '' }
    expect(await post(id, 'replay', replay)).toEqual({ object: 'webhook_replay', endpoint: id, from: event?.id })
    expect(await arrived(1)).toBe(true)
    expect(await until(async () => (await deliveries(`endpoint=${id}`))[0]?.status === 'delivered', 5_000)).toBe(true)
    await post(id, 'replay', replay)
    expect(await arrived(2)).toBe(true)
    expect(receiver.received.map(({ event: { id: one } }) => one)).toEqual([event?.id, event?.id])
    expect(await until(async () => (await deliveries(`endpoint=${id}`))[0]?.attemptCount === 2, 5_000)).toBe(true)
  })

  test('after an event, or since an instant, sends all that follows and the endpoint asks for', async () => {
    const { id } = await endpoint({ eventTypes: ['seller.updated'] })
    const { id: subject } = await seller()
    for (const name of ['two', 'three', 'four']) await rename(subject, name)
    expect(await arrived(3)).toBe(true)
    const [, second, third, fourth] = await events(subject)
    expect(await post(id, 'replay', { after: second?.id })).toMatchObject({ from: third?.id })
    expect(await arrived(5)).toBe(true)
    expect(sequences(subject).slice(3).toSorted()).toEqual([3, 4])
    await post(id, 'replay', { since: fourth?.createdAt })
    expect(await arrived(6)).toBe(true)
    expect(await until(async () => (await deliveries(`endpoint=${id}`)).every(({ status }) => status === 'delivered'), 5_000)).toBe(true)
    expect(sequences(subject).at(5)).toBe(4)
  })

  test('of what is not there is refused, or is nothing', async () => {
    const { id } = await endpoint()
    const nobodys = 'evt_01kan2v9fzez8bhq0g1v6jxkmd'
    for (const [field, body] of Object.entries({ event: { event: nobodys }, after: { after: nobodys } })) {
      const answer = await call(backend, 'POST', `/v1/webhook-endpoints/${id}/replay`, { body })
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found', field } })
    }
    expect(await post(id, 'replay', { since: '2099-01-01T00:00:00.000Z' })).toMatchObject({ from: null })
  })
})

describe('a disabled endpoint', () => {
  test('gets nothing, and goes on where it stopped when it is enabled', async () => {
    const { id } = await endpoint()
    expect(await post(id, 'disable')).toMatchObject({ status: 'disabled', disabledReason: 'requested' })
    const { id: missed } = await seller()
    await backend.deps.wakeWorker()
    expect(receiver.received).toEqual([])
    await post(id, 'enable')
    expect(await arrived(1)).toBe(true)
    expect(sequences(missed)).toEqual([1])
  })

  test('skips what it missed when told so', async () => {
    const { id } = await endpoint()
    await post(id, 'disable')
    await seller()
    await post(id, 'enable', { missed: 'skip' })
    const { id: next } = await seller()
    expect(await arrived(1)).toBe(true)
    await backend.deps.wakeWorker()
    expect(receiver.received.map(({ event }) => event.subject)).toEqual([next])
  })
})

test('an endpoint that is deleted gets nothing more, and is no longer there', async () => {
  const { id } = await endpoint()
  await seller()
  expect(await arrived(1)).toBe(true)
  expect(await ok('DELETE', `/v1/webhook-endpoints/${id}`)).toEqual({ id, object: 'webhook_endpoint', deleted: true })
  await seller()
  await backend.deps.wakeWorker()
  expect((await call(backend, 'GET', `/v1/webhook-endpoints/${id}`)).status).toBe(404)
  expect(await deliveries(`endpoint=${id}`)).toHaveLength(1)
  expect(receiver.received).toHaveLength(1)
})

describe('figures', () => {
  const metrics = async () => (await fetch(`${backend.url}/metrics`)).text()

  test('tell what came of the attempts, and how long the oldest delivery waits', async () => {
    const delivered = async () => Number(/holdfast_webhook_attempts_total\{outcome="delivered"\} (\d+)/.exec(await metrics())?.[1] ?? 0)
    const before = await delivered()
    const { id } = await endpoint()
    await seller()
    expect(await until(async () => (await delivered()) === before + 1, 15_000)).toBe(true)
    expect(await metrics()).toMatch(/holdfast_webhook_backlog_seconds 0\n/)
    receiver.behave((response) => void response.writeHead(500).end())
    await seller()
    expect(await arrived(2)).toBe(true)
    await advance(26 * HOUR_MS)
    expect(Number(/holdfast_webhook_backlog_seconds (\d+)/.exec(await metrics())?.[1])).toBeGreaterThanOrEqual(26 * 3_600)
    expect(await metrics()).toMatch(/holdfast_webhook_endpoints_failing 1\n/)
    expect(await read(id)).toMatchObject({ status: 'failing', failingSince: expect.any(String) as string })
  })

  test('tell how long events wait behind a transaction that stays open', async () => {
    const open = await backend.deps.pool.connect()
    await open.query('begin')
    await open.query('select pg_current_xact_id()')
    await endpoint()
    await seller()
    await advance(HOUR_MS)
    const waits = Number(/holdfast_webhook_backlog_seconds (\d+)/.exec(await metrics())?.[1])
    expect([receiver.received.length, waits >= 3_600]).toEqual([0, true])
    await open.query('rollback')
    open.release()
    expect(await arrived(1)).toBe(true)
    expect(await until(async () => (await metrics()).includes('holdfast_webhook_backlog_seconds 0\n'), 5_000)).toBe(true)
  })
})
