import { randomUUID } from 'node:crypto'
import type { WebhookDelivery, WebhookEndpointWithSecret } from '@holdfast/contract/types'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../postgres/processes.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { startReceiver, type Receiver } from '../testing/receiver.ts'

let backend: TestBackend
let receiver: Receiver
beforeAll(async () => {
  backend = await startTestBackend({ worker: true })
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

const seller = () => ok<{ id: string }>('POST', '/v1/sellers', { reference: randomUUID(), name: 'Ada Lamps', country: 'DE' })
const rename = (id: string, name: string) => ok('PATCH', `/v1/sellers/${id}`, { name })
const deliveries = async (query: string) => (await ok<{ data: WebhookDelivery[] }>('GET', `/v1/webhook-deliveries?limit=100&${query}`)).data

test('an event arrives as the API answers it, signed so that the reference library agrees', async () => {
  const { id, secret } = await endpoint()
  const { id: subject } = await seller()
  expect(await until(() => receiver.received.length === 1, 15_000)).toBe(true)
  const [{ headers, body, event, path } = {} as never] = receiver.received
  expect(path).toBe('/hooks')
  expect(event).toMatchObject({ type: 'seller.created', subject, sequence: 1 })
  expect(body).toBe((await call(backend, 'GET', `/v1/events/${event.id}`)).text)
  expect(headers).toMatchObject({ 'webhook-id': event.id, 'content-type': 'application/json; charset=utf-8' })
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event)
  expect(await until(async () => (await deliveries(`endpoint=${id}`))[0]?.status === 'delivered', 5_000)).toBe(true)
  expect((await deliveries(`event=${event.id}&endpoint=${id}`))[0]).toMatchObject({
    endpoint: id, event: event.id, eventType: 'seller.created', attemptCount: 1, nextAttemptAt: null,
    attempts: [{ statusCode: 204, error: null }],
  })
  void rename
})
