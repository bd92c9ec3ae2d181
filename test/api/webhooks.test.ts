import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HoldfastError, type Event, type WebhookDelivery, type WebhookHeaders } from '@holdfast/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait.ts'
import { startApi, type Api } from './support/api.ts'
import { send } from './support/buyer.ts'
import { addSeller, buy, fresh } from './support/orders.ts'

/** A shop's server, as docs/webhooks.md says to write it: what fails verification is answered 400. */
interface Inbox {
  readonly url: string
  readonly events: readonly Event[]
  readonly refused: readonly string[]
  readonly requests: readonly { readonly body: string; readonly headers: WebhookHeaders }[]
  secrets: readonly string[]
  close(): Promise<void>
}

let api: Api
let inbox: Inbox
const made: string[] = []
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  inbox = await openInbox()
})
afterEach(async () => {
  for (const id of made.splice(0)) await api.holdfast.webhookEndpoints.delete(id)
  await inbox.close()
})

async function openInbox(): Promise<Inbox> {
  const events: Event[] = []
  const refused: string[] = []
  const requests: { body: string; headers: WebhookHeaders }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      requests.push({ body: body.toString(), headers: request.headers })
      response.writeHead(take(body, request.headers)).end()
    })
  })
  const own = { events, refused, requests, secrets: [] as readonly string[] }
  const take = (body: Buffer, headers: WebhookHeaders): number => {
    try {
      events.push(api.holdfast.webhooks.verify(body, headers, own.secrets))
      return 200
    } catch (error) {
      if (!HoldfastError.is(error)) throw error
      refused.push(error.code)
      return 400
    }
  }
  const port = await listen(server)
  const close = (): Promise<void> => new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  return Object.assign(own, { url: `http://127.0.0.1:${port}/holdfast`, close })
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function subscribe(more: object = {}): Promise<string> {
  const { id, secret } = await api.holdfast.webhookEndpoints.create({ url: inbox.url, ...more })
  made.push(id)
  inbox.secrets = [secret]
  return id
}

const delivered = (id: string, count: number): Promise<WebhookDelivery[]> => waitFor(async () => {
  const all = await api.holdfast.webhookDeliveries.list({ endpoint: id, status: 'delivered' }).take(100)
  return all.length >= count && all
}, { what: `${count} deliveries to be accepted`, within: 20_000 })

describe('a shop that receives webhooks', () => {
  it('is told the whole story of an order, and can put it in order', async () => {
    const id = await subscribe()
    const { id: seller } = await addSeller(api)
    const { order, payment, escrows: [escrow] } = await buy(api, [{ seller, amount: 10_000, platformFee: 500 }])
    await api.holdfast.escrows.release(escrow?.id ?? '')
    const types = ['seller.created', 'order.created', 'session.created', 'payment.captured', 'escrow.funded', 'order.paid', 'session.completed', 'release.created', 'escrow.closed', 'order.completed']
    await waitFor(() => types.every((type) => inbox.events.some((event) => event.type === type)), { what: 'every event', within: 20_000 })
    const all = await api.holdfast.events.list({ order: 'oldest' }).take(100)
    const told = [order.id, payment.id, escrow?.id].flatMap((subject) => all.filter((event) => event.subject === subject))
    await delivered(id, all.length)
    for (const event of told) expect(inbox.events.find((one) => one.id === event.id)).toEqual(event)
    for (const [subject, events] of Map.groupBy(inbox.events, (event) => event.subject)) {
      const sequences = [...new Set(events.map(({ sequence }) => sequence))].sort((a, b) => a - b)
      expect([subject, sequences]).toEqual([subject, sequences.map((_, at) => at + 1)])
    }
    expect(inbox.refused).toEqual([])
    expect(JSON.stringify(inbox.events)).not.toContain('_secret_')
  })

  it('goes on through a rotation of its secret', async () => {
    const id = await subscribe({ eventTypes: ['seller.created'] })
    const { secret: next } = await api.holdfast.webhookEndpoints.rotateSecret(id)
    const [old] = inbox.secrets
    await addSeller(api)
    await delivered(id, 1)
    inbox.secrets = [next]
    await addSeller(api)
    await delivered(id, 2)
    expect(inbox.refused).toEqual([])
    const { secretExpiresAt } = await api.holdfast.webhookEndpoints.retrieve(id)
    expect(Date.parse(secretExpiresAt ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    const { body, headers } = inbox.requests.at(-1) ?? { body: '', headers: {} }
    expect(api.holdfast.webhooks.verify(body, headers, old ?? '')).toMatchObject({ type: 'seller.created' })
  })

  it('that refuses sees the delivery wait, in the log too, and gets it again by a replay', async () => {
    const id = await subscribe({ eventTypes: ['seller.created'] })
    const [secret] = inbox.secrets
    inbox.secrets = [`whsec_${'A'.repeat(43)}=`]
    const { id: seller } = await addSeller(api)
    const waiting = await waitFor(async () => (await api.holdfast.webhookDeliveries.list({ endpoint: id, status: 'pending' }).take(1)).find(({ attempts }) => attempts.length > 0), { what: 'a failed attempt' })
    expect(inbox.refused[0]).toBe('webhook_invalid')
    expect(waiting).toMatchObject({ eventType: 'seller.created', attempts: [{ statusCode: 400, error: expect.stringContaining('400') as string }] })
    expect(await api.holdfast.webhookDeliveries.retrieve(waiting.id)).toMatchObject({ id: waiting.id, endpoint: id })
    inbox.secrets = [secret ?? '']
    expect(await api.holdfast.webhookEndpoints.replay(id, { event: waiting.event })).toEqual({ object: 'webhook_replay', endpoint: id, from: waiting.event })
    expect(await delivered(id, 1)).toMatchObject([{ id: waiting.id, event: waiting.event, nextAttemptAt: null }])
    expect(inbox.events.map(({ subject }) => subject)).toEqual([seller])
  })
})

describe('an endpoint', () => {
  it('is made once by one idempotency key, which also answers the secret again', async () => {
    const options = { idempotencyKey: fresh('endpoint') }
    const [one, two] = await Promise.all([1, 2].map(() => api.holdfast.webhookEndpoints.create({ url: inbox.url, description: 'Orders' }, options)))
    made.push(one?.id ?? '')
    expect(one).toEqual(two)
    expect(one).toMatchObject({ object: 'webhook_endpoint', description: 'Orders', eventTypes: null, status: 'enabled', disabledReason: null, failingSince: null, secretExpiresAt: null })
    expect(one?.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const found = await api.holdfast.webhookEndpoints.retrieve(one?.id ?? '')
    expect(found).not.toHaveProperty('secret')
    expect(await api.holdfast.webhookEndpoints.list().take(9)).toEqual([found])
  })

  it('is disabled, enabled, changed and deleted', async () => {
    const id = await subscribe()
    const { webhookEndpoints } = api.holdfast
    expect(await webhookEndpoints.disable(id)).toMatchObject({ status: 'disabled', disabledReason: 'requested' })
    expect(await webhookEndpoints.enable(id, { missed: 'skip' })).toMatchObject({ status: 'enabled', disabledReason: null })
    expect(await webhookEndpoints.update(id, { url: `${inbox.url}/2`, eventTypes: ['order.paid'], description: null }))
      .toMatchObject({ url: `${inbox.url}/2`, eventTypes: ['order.paid'], description: null })
    expect(await webhookEndpoints.delete(id)).toEqual({ id, object: 'webhook_endpoint', deleted: true })
    made.length = 0
    await expect(webhookEndpoints.retrieve(id)).rejects.toMatchObject({ code: 'not_found', status: 404 })
    await expect(webhookEndpoints.enable(id)).rejects.toMatchObject({ code: 'not_found', status: 404 })
  })

  it('is one of 32 at most', async () => {
    const { webhookEndpoints } = api.other
    for (let count = 0; count < 32; count += 1) await webhookEndpoints.create({ url: `${inbox.url}/${count}`, eventTypes: ['order.refunded'] })
    await expect(webhookEndpoints.create({ url: inbox.url })).rejects.toMatchObject({ code: 'limit_reached', status: 409 })
    const [newest] = await webhookEndpoints.list().take(40)
    await webhookEndpoints.delete(newest?.id ?? '')
    await webhookEndpoints.create({ url: inbox.url, eventTypes: ['order.refunded'] })
    const ids: string[] = []
    for await (const { id } of webhookEndpoints.list({ limit: 7 })) ids.push(id)
    expect(ids).toHaveLength(32)
    for (const id of ids) await webhookEndpoints.delete(id)
  })

  const refused: readonly (readonly [string, object, string, RegExp])[] = [
    ['a private address', { url: 'https://10.0.0.1/hooks' }, 'url', /private network/],
    ['a link-local address', { url: 'https://169.254.169.254/latest/meta-data' }, 'url', /link-local/],
    ['an address in another notation', { url: 'https://0xa9fea9fe/' }, 'url', /link-local/],
    ['an address inside another', { url: 'https://[::ffff:127.0.0.1]/' }, 'url', /inside an IPv6/],
    ['another scheme', { url: 'ftp://shop.example/' }, 'url', /expected an https URL/],
    ['plain http', { url: 'http://shop.example/' }, 'url', /expected https/],
    ['another port', { url: 'https://shop.example:6379/' }, 'url', /port 6379/],
    ['a password', { url: 'https://a:b@shop.example/' }, 'url', /user or password/],
    ['no URL', { url: 'shop' }, 'url', /expected an https URL/],
    ['nothing', {}, 'url', /is missing/],
    ['an event that there isn\'t', { url: 'https://shop.example/', eventTypes: ['order.lost'] }, 'eventTypes[0]', /./],
    ['no event at all', { url: 'https://shop.example/', eventTypes: [] }, 'eventTypes', /at least 1/],
    ['a secret of its own', { url: 'https://shop.example/', secret: 'whsec_AAAA' }, 'secret', /not a field/],
  ]
  it.each(refused)('with %s is refused', async (_, body, field, why) => {
    const answer = await send(api.url, { method: 'POST', path: '/v1/webhook-endpoints', bearer: api.secretKey, idempotencyKey: randomUUID(), body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', field, detail: expect.stringMatching(why) as string } })
  })

  it('is never changed to a URL that would be refused', async () => {
    const id = await subscribe()
    await expect(api.holdfast.webhookEndpoints.update(id, { url: 'https://192.168.0.1/' })).rejects.toMatchObject({ code: 'validation_failed', field: 'url' })
    expect(await api.holdfast.webhookEndpoints.retrieve(id)).toMatchObject({ url: inbox.url })
  })
})

it('another marketplace hears nothing, and sees neither endpoint nor delivery', async () => {
  const id = await subscribe()
  const { id: foreign } = await api.other.webhookEndpoints.create({ url: `${inbox.url}/other` })
  await addSeller(api)
  const [delivery] = await delivered(id, 1)
  expect(await api.other.webhookEndpoints.list().take(9)).toMatchObject([{ id: foreign }])
  expect(await api.other.webhookDeliveries.list().take(9)).toEqual([])
  expect(await api.other.webhookDeliveries.list({ endpoint: id, event: delivery?.event ?? '' }).take(9)).toEqual([])
  await expect(api.other.webhookEndpoints.replay(foreign, { event: delivery?.event ?? '' })).rejects.toMatchObject({ status: 404, code: 'not_found', field: 'event' })
  await expect(api.other.webhookEndpoints.replay(foreign, { after: delivery?.event ?? '' })).rejects.toMatchObject({ status: 404, code: 'not_found', field: 'after' })
  await api.other.webhookEndpoints.delete(foreign)
})
