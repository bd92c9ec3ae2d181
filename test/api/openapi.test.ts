import { endpoints, rawEndpoints, type Endpoint } from '@holdfast/contract'
import type { Holdfast } from '@holdfast/server'
import formats from 'ajv-formats'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait.ts'
import { startApi, type Api } from './support/api.ts'
import { send } from './support/buyer.ts'
import { addSeller, buy, DAY_MS, fresh, openSession, refunded, saveCard } from './support/orders.ts'

interface Operation {
  readonly operationId: string
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, unknown>> }>>
}

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

let api: Api
let document: Document
const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

/** What was answered, by the name of the call. */
const answers: (readonly [name: string, answer: unknown])[] = []

beforeAll(async () => {
  api = await startApi()
  document = (await send<Document>(api.url, { method: 'GET', path: '/openapi.json' })).body
  ajv.addSchema(document, 'openapi.json')
  await liveOnce(api)
}, 120_000)
afterAll(() => api.close())

/** A client that keeps every answer beside the name of the call that it came from. */
function recording(holdfast: Holdfast): Holdfast {
  const resource = (owner: object, of: string): object => new Proxy(owner, {
    get: (target, call) => {
      const method = Reflect.get(target, call) as unknown
      if (typeof method !== 'function') return method
      return (...args: unknown[]): unknown => keep(`${of}.${String(call)}`, Reflect.apply(method, target, args))
    },
  })
  return new Proxy(holdfast, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'object' && value !== null ? resource(value, String(name)) : value
    },
  })
}

function keep(name: string, result: unknown): unknown {
  if (result instanceof Promise) return result.then((answer: unknown) => record(name, answer))
  const list = result as { page: () => Promise<unknown> }
  return { page: () => list.page().then((answer) => record(name, answer)) }
}

function record(name: string, answer: unknown): unknown {
  answers.push([name, answer])
  return answer
}

/** Makes every call that a merchant's server can make, at least once. */
async function liveOnce({ buyer, ...rest }: Api): Promise<void> {
  const holdfast = recording(rest.holdfast)
  const shop = { holdfast, buyer }
  await holdfast.operator.topUp({ currency: 'USD', amount: 50_000, reference: fresh('top-up') })
  const { id: seller } = await addSeller(shop)
  await holdfast.sellers.update(seller, { metadata: { level: 'gold' } })
  await holdfast.sellers.retrieve(seller)
  const { session, payment, escrows: [one, two], order } = await buy(shop, [{ seller, amount: 10_000, platformFee: 1_000 }, { seller, amount: 500 }], { captureMode: 'manual' })
  await holdfast.sessions.retrieve(session.id)
  await holdfast.payments.capture(payment.id)
  await holdfast.escrows.release(one?.id ?? '', { amount: 5_000 })
  await refunded({ holdfast }, await holdfast.refunds.create({ payment: payment.id, amount: 100 }))
  const { id: dispute } = await holdfast.disputes.open({ escrow: two?.id ?? '', reason: 'wet' })
  await holdfast.disputes.retrieve(dispute)
  await holdfast.disputes.withdraw(dispute)
  await holdfast.escrows.deliver(one?.id ?? '', { method: 'express' })
  await holdfast.escrows.accept(one?.id ?? '')
  await holdfast.escrows.retrieve(one?.id ?? '')
  await endings(shop, seller)
  await webhooks(holdfast)
  await afterwards(holdfast, { seller, order: order.id })
}

async function endings(shop: Parameters<typeof buy>[0], seller: string): Promise<void> {
  const { holdfast } = shop
  const changed = await openSession(shop, [{ seller, amount: 700 }])
  const { id: card } = await saveCard(shop, seller)
  await holdfast.savedCards.retrieve(card)
  await holdfast.savedCards.list().page()
  await holdfast.savedCards.remove(card)
  await holdfast.sessions.update(changed.id, { metadata: { a: 'b' } })
  await holdfast.sessions.expire(changed.id)
  await holdfast.sessions.cancel((await openSession(shop, [{ seller, amount: 700 }])).id)
  await holdfast.orders.cancel((await openSession(shop, [{ seller, amount: 700 }])).order)
  await holdfast.orders.createBuyerLink((await openSession(shop, [{ seller, amount: 700 }])).order, { expiresInMinutes: 5 })
  await paymentLinks(holdfast, seller)
  await holdfast.payments.void((await buy(shop, [{ seller, amount: 700 }], { captureMode: 'manual' })).payment.id)
}

async function paymentLinks({ paymentLinks: links }: Holdfast, seller: string): Promise<void> {
  const { id } = await links.create({ reference: fresh('link'), currency: 'USD', returnUrl: 'https://shop.example', lines: [{ reference: 'a', seller, amount: 900, releaseTerms: { method: 'sea' } }] })
  await links.retrieve(id)
  await links.deactivate(id)
  await links.list().page()
}

async function webhooks({ webhookEndpoints, webhookDeliveries, events }: Holdfast): Promise<void> {
  const { id } = await webhookEndpoints.create({ url: 'https://shop.example/hooks', eventTypes: ['order.paid'], description: 'Orders' })
  await webhookEndpoints.retrieve(id)
  await webhookEndpoints.update(id, { eventTypes: null })
  await webhookEndpoints.rotateSecret(id, { overlapMs: 60_000 })
  const event = await waitFor(async () => (await events.list().page()).data[0], { what: 'an event' })
  await webhookEndpoints.replay(id, { event: event.id })
  const { data: [delivery] } = await webhookDeliveries.list({ endpoint: id }).page()
  await webhookDeliveries.retrieve(delivery?.id ?? '')
  await webhookEndpoints.disable(id)
  await webhookEndpoints.enable(id)
  await webhookEndpoints.list().page()
  await webhookEndpoints.delete(id)
}

async function afterwards(holdfast: Holdfast, { seller, order }: { seller: string; order: string }): Promise<void> {
  await holdfast.clock.retrieve()
  await holdfast.clock.advance({ byMs: 2 * DAY_MS })
  await holdfast.settlements.import()
  const { data: [settlement] } = await holdfast.settlements.list().page()
  await holdfast.settlements.retrieve(settlement?.id ?? '')
  await holdfast.settlements.lines(settlement?.id ?? '').page()
  const { id: payout } = await holdfast.payouts.create({ seller, amount: 1_000 })
  await holdfast.payouts.retrieve(payout)
  await holdfast.sellers.balances(seller)
  await holdfast.operator.withdraw({ currency: 'USD', amount: 10, reference: fresh('withdrawal') })
  await holdfast.ledger.trialBalance()
  await holdfast.ledger.verification()
  await holdfast.ledger.accounts().page()
  await holdfast.ledger.transfers({ order }).page()
  const event = await waitFor(async () => (await holdfast.events.list().page()).data[0], { what: 'an event' })
  await holdfast.events.retrieve(event.id)
  await holdfast.marketplace.retrieve()
  await holdfast.marketplace.update({ name: 'Workshop Market' })
  await holdfast.marketplace.keys()
  const { id: key } = await holdfast.apiKeys.create({ kind: 'publishable' })
  await holdfast.apiKeys.rotate(key)
  await holdfast.apiKeys.revoke(key)
  for (const list of [holdfast.apiKeys, holdfast.sellers, holdfast.sessions, holdfast.orders, holdfast.payments, holdfast.escrows, holdfast.releases, holdfast.refunds, holdfast.disputes, holdfast.payouts]) await list.list().page()
}

function schemaOf(name: string, status: string, type: string): ValidateFunction {
  const { method, path } = endpoints[name as keyof typeof endpoints] as Endpoint
  const pointer = ['paths', path.replaceAll(/:(\w+)/g, '{$1}'), method.toLowerCase(), 'responses', status, 'content', type, 'schema']
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  return ajv.getSchema(`openapi.json#/${escaped}`) ?? ajv.compile({ $ref: `openapi.json#/${escaped}` })
}

/** What is wrong with an answer by the document; nothing, one hopes. */
function wrong(name: string, answer: unknown): string[] {
  const validate = schemaOf(name, String((endpoints[name as keyof typeof endpoints] as Endpoint).status), 'application/json')
  return validate(answer) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${name} ${instancePath} ${message}`)
}

describe('/openapi.json', () => {
  const servers = Object.entries<Endpoint>(endpoints).filter(([, { caller }]) => !['page', 'buyer', 'hosted'].includes(caller)).map(([name]) => name)

  it('is OpenAPI 3.1, and has every call of the contract', () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
    expect(operations.sort()).toEqual([...Object.keys(endpoints), ...Object.keys(rawEndpoints)].sort())
  })

  it.each(servers)('says what %s answers', (name) => {
    const given = answers.filter(([call]) => call === name)
    expect(given.length, `the test never called ${name}`).toBeGreaterThan(0)
    expect(given.flatMap(([, answer]) => wrong(name, answer))).toEqual([])
  })

  it('says what a page is answered', async () => {
    const { id: seller } = await addSeller(api)
    const { clientSecret } = await openSession(api, [{ seller, amount: 900 }])
    expect(wrong('checkout.retrieve', (await api.buyer.view(clientSecret)).body)).toEqual([])
    for (const [name, path] of [['checkout.check', '/v1/checkout/check'], ['checkout.cancelAttempt', '/v1/checkout/cancel-attempt']] as const) {
      const { body } = await send<unknown>(api.url, { method: 'POST', path, body: {}, bearer: clientSecret })
      expect(wrong(name, body)).toEqual([])
    }
    expect(wrong('checkout.confirm', await api.buyer.pay(clientSecret, api.cards.declined))).toEqual([])
    expect(wrong('checkout.confirm', await api.buyer.pay(clientSecret))).toEqual([])
  })

  it('says what the page of a payment link is answered', async () => {
    const { id: seller } = await addSeller(api)
    const { url } = await api.holdfast.paymentLinks.create({ reference: fresh('link'), currency: 'USD', returnUrl: 'https://shop.example', lines: [{ reference: 'a', seller, amount: 900 }] })
    const { status, body } = await send<{ clientSecret: string }>(api.url, { method: 'POST', path: `/v1/payment-links/${url.slice(url.lastIndexOf('/') + 1)}/open`, body: {} })
    expect(status).toBe(201)
    expect(wrong('paymentLinks.open', body)).toEqual([])
    expect(await api.buyer.pay(body.clientSecret)).toMatchObject({ status: 'complete' })
  })

  it('says which calls answer 202 while the rail\'s answer isn\'t known', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
    const waiting = operations.filter(({ responses }) => '202' in responses).map(({ operationId }) => operationId)
    expect(waiting.sort()).toEqual(['checkout.confirm', 'payments.capture', 'payments.void'])
  })

  it.each([
    ['a refusal of a field', 'sellers.create', { method: 'POST', path: '/v1/sellers', body: { name: 5 }, idempotencyKey: 'a' }],
    ['a refusal of a key', 'orders.list', { method: 'GET', path: '/v1/orders', bearer: 'sk_test_x' }],
    ['a refusal of an object', 'orders.retrieve', { method: 'GET', path: '/v1/orders/ord_01kan2v9fzez8bhq0g1v6jxkmd' }],
  ] as const)('says how it answers %s', async (_, name, call) => {
    const { body } = await send(api.url, { bearer: api.secretKey, ...call })
    const validate = schemaOf(name, 'default', 'application/problem+json')
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true)
  })

  it('would notice an answer that says more than it lists', () => {
    expect(wrong('clock.retrieve', { object: 'clock', now: '2026-11-22T09:30:00.000Z', offsetMs: 0, secret: 'x' })).not.toEqual([])
    expect(wrong('clock.retrieve', { object: 'clock', now: 'noon', offsetMs: 0 })).not.toEqual([])
  })
})
