import { randomUUID } from 'node:crypto'
import { endpoints, type Endpoint, type EndpointName } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait.ts'
import { startApi, type Api } from './support/api.ts'
import { send } from './support/buyer.ts'
import { addSeller, buy, DAY_MS, fresh, refunded, saveCard, type Bought } from './support/orders.ts'

let api: Api
let bought: Bought
/** An object of one marketplace, by the resource that has it. */
const ids: Record<string, string> = {}

beforeAll(async () => {
  api = await startApi()
  const { holdfast } = api
  await holdfast.operator.topUp({ currency: 'USD', amount: 100_000, reference: fresh('top-up') })
  const { id: seller } = await addSeller(api)
  bought = await buy(api, [{ seller, amount: 10_000 }, { seller, amount: 5_000 }])
  const [one, two] = bought.escrows
  await holdfast.escrows.release(one?.id ?? '', { amount: 8_000 })
  const refund = await refunded(api, await holdfast.refunds.create({ payment: bought.payment.id, amount: 100 }))
  const dispute = await holdfast.disputes.open({ escrow: two?.id ?? '', reason: 'late' })
  await holdfast.clock.advance({ byMs: 2 * DAY_MS })
  await holdfast.settlements.import()
  const [settlement] = await holdfast.settlements.list().take(1)
  const payout = await holdfast.payouts.create({ seller, amount: 1_000 })
  const event = await waitFor(async () => (await holdfast.events.list().take(1))[0], { what: 'an event' })
  const webhookEndpoint = await holdfast.webhookEndpoints.create({ url: 'https://shop.example/hooks' })
  await holdfast.webhookEndpoints.replay(webhookEndpoint.id, { event: event.id })
  const [webhookDelivery] = await holdfast.webhookDeliveries.list({ event: event.id }).take(1)
  const savedCard = await saveCard(api, seller)
  const paymentLink = await holdfast.paymentLinks.create({ reference: fresh('link'), currency: 'USD', returnUrl: 'https://shop.example', lines: [{ reference: 'a', seller, amount: 900 }] })
  const apiKey = await holdfast.apiKeys.create({ kind: 'publishable' })
  Object.assign(ids, {
    sellers: seller, sessions: bought.session.id, orders: bought.order.id, payments: bought.payment.id, escrows: one?.id,
    refunds: refund.id, disputes: dispute.id, settlements: settlement?.id, payouts: payout.id, events: event.id, apiKeys: apiKey.id,
    webhookEndpoints: webhookEndpoint.id, webhookDeliveries: webhookDelivery?.id,
    savedCards: savedCard.id, paymentLinks: paymentLink.id,
  })
}, 120_000)
afterAll(() => api.close())

/** Every call on one object that needs a key. */
const onObjects = Object.entries<Endpoint>(endpoints)
  .filter(([, { params, caller }]) => params && caller === 'secret')
  .map(([name, endpoint]) => ({ name: name as EndpointName, endpoint, resource: name.slice(0, name.indexOf('.')) }))

/** A body that the call takes, so that nothing but the object's owner can be the reason of a refusal. */
const bodies: Partial<Record<EndpointName, object>> = {
  'webhookEndpoints.replay': { since: '2026-01-01T00:00:00.000Z' }, 'webhookEndpoints.update': { description: 'Mallory' },
  'escrows.deliver': { method: 'air' }, 'sellers.update': { name: 'Mallory' }, 'sessions.update': { metadata: { a: 'b' } },
}

describe('an object of another marketplace', () => {
  it.each(onObjects)('is not there for $name', async ({ name, endpoint, resource }) => {
    const id = ids[resource]
    expect(id, `the test has no ${resource}`).toBeDefined()
    const path = endpoint.path.replace(':id', id ?? '')
    const call = { method: endpoint.method, path, ...(endpoint.body && { body: bodies[name] ?? {} }), idempotencyKey: randomUUID() }
    const foreign = await send(api.url, { ...call, bearer: api.otherSecretKey })
    expect(foreign).toMatchObject({ status: 404, body: { code: 'not_found', field: 'id' } })

    const nobodys = path.replace(id ?? '', (id ?? '').replace(/.{8}$/, '00000000'))
    const missing = await send(api.url, { ...call, path: nobodys, bearer: api.otherSecretKey, idempotencyKey: randomUUID() })
    const words = ({ detail }: { detail: string }): string => detail.replace(/[a-z]+_[0-9a-z]{26}/g, 'ID')
    expect(words(foreign.body)).toBe(words(missing.body))
  })

  it.each([
    ['a session\'s line', () => api.other.sessions.create({ reference: fresh('o'), currency: 'USD', returnUrl: 'https://a.example', lines: [{ reference: 'a', seller: ids['sellers'] ?? '', amount: 5 }] }), 'lines[0].seller'],
    ['a payment link’s line', () => api.other.paymentLinks.create({ reference: fresh('l'), currency: 'USD', returnUrl: 'https://a.example', lines: [{ reference: 'a', seller: ids['sellers'] ?? '', amount: 5 }] }), 'lines[0].seller'],
    ['a refund', () => api.other.refunds.create({ payment: ids['payments'] ?? '', amount: 5 }), 'payment'],
    ['a dispute', () => api.other.disputes.open({ escrow: ids['escrows'] ?? '', reason: 'x' }), 'escrow'],
    ['a payout', () => api.other.payouts.create({ seller: ids['sellers'] ?? '' }), 'seller'],
  ] as const)('is not there for %s to name', async (_, call, field) => {
    await expect(call()).rejects.toMatchObject({ status: 404, code: 'not_found', field })
  })

  it('is not there for an allotment to name', async () => {
    const shop = { holdfast: api.other, buyer: api.otherBuyer }
    const { id: seller } = await addSeller(shop)
    const { payment } = await buy(shop, [{ seller, amount: 5_000 }])
    const allotments = [{ escrow: ids['escrows'] ?? '', amount: 5 }]
    await expect(api.other.refunds.create({ payment: payment.id, allotments })).rejects.toMatchObject({ status: 404, code: 'not_found', field: 'allotments[0].escrow' })
  })

  it.each([
    ['orders', () => api.other.orders.list({ seller: ids['sellers'] ?? '' })], ['orders of a link', () => api.other.orders.list({ paymentLink: ids['paymentLinks'] ?? '' })], ['payments', () => api.other.payments.list({ order: ids['orders'] ?? '' })],
    ['escrows', () => api.other.escrows.list({ order: ids['orders'] ?? '' })], ['releases', () => api.other.releases.list({ escrow: ids['escrows'] ?? '' })],
    ['refunds', () => api.other.refunds.list({ payment: ids['payments'] ?? '' })], ['disputes', () => api.other.disputes.list({ escrow: ids['escrows'] ?? '' })],
    ['payouts', () => api.other.payouts.list({ seller: ids['sellers'] ?? '' })], ['events', () => api.other.events.list({ object: ids['orders'] ?? '' })],
    ['webhook deliveries', () => api.other.webhookDeliveries.list({ endpoint: ids['webhookEndpoints'] ?? '' })],
    ['transfers', () => api.other.ledger.transfers({ order: ids['orders'] ?? '' })],
  ] as const)('is in no list of %s', async (_, list) => {
    expect((await list().page()).data).toEqual([])
  })

  it('is in no list at all', async () => {
    const lists = [api.other.sellers, api.other.sessions, api.other.paymentLinks, api.other.orders, api.other.settlements, api.other.apiKeys, api.other.webhookEndpoints, api.other.webhookDeliveries]
    for (const list of lists) {
      for await (const { id } of list.list() as AsyncIterable<{ id: string }>) expect(Object.values(ids)).not.toContain(id)
    }
  })

  it('is untouched by all of this', async () => {
    const order = await api.holdfast.orders.retrieve(bought.order.id)
    expect(order.totals).toEqual({ captured: 15_000, held: order.totals.held, released: 8_000, releasedFee: 0, refunded: 100 })
    expect(await api.holdfast.sellers.retrieve(ids['sellers'] ?? '')).toMatchObject({ name: 'Ada Lamps' })
    const { balanced } = await api.holdfast.ledger.trialBalance()
    expect(balanced).toBe(true)
  })
})
