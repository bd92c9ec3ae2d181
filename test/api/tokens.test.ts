import { Holdfast, type ExpectedPayment } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type Api } from './support/api.ts'
import { addSeller, buy, DAY_MS, type Bought } from './support/orders.ts'

let api: Api
let bought: Bought
let expected: ExpectedPayment

beforeAll(async () => {
  api = await startApi()
  const { id: seller } = await addSeller(api)
  bought = await buy(api, [{ seller, amount: 8_000 }], { captureMode: 'manual' })
  expected = { mode: 'test', session: bought.session.id, amount: 8_000, currency: 'USD' }
})
afterAll(() => api.close())

describe('a payment token', () => {
  it('of the backend proves the attempt to the merchant\'s server', async () => {
    expect(await api.holdfast.tokens.verify(bought.paymentToken, expected)).toMatchObject({
      iss: 'holdfast', aud: api.holdfast.marketplaceId, sub: bought.payment.id, order: bought.order.id, status: 'authorized', revision: 1,
    })
  })

  it('is verified though time was moved for the deadlines of orders', async () => {
    await api.holdfast.clock.advance({ byMs: 3 * DAY_MS })
    const later = await buy(api, [{ seller: bought.session.lines[0]?.seller ?? '', amount: 1_000 }])
    const claims = await api.holdfast.tokens.verify(later.paymentToken, { ...expected, session: later.session.id, amount: 1_000 })
    expect(claims.status).toBe('captured')
  })

  it('of one marketplace proves nothing to another', async () => {
    await expect(api.other.tokens.verify(bought.paymentToken, expected)).rejects.toMatchObject({ code: 'token_invalid', field: 'kid' })
  })

  it('with one character changed is refused', async () => {
    for (let at = 0; at < bought.paymentToken.length; at += 7) {
      const other = bought.paymentToken[at] === 'A' ? 'B' : 'A'
      const bad = bought.paymentToken.slice(0, at) + other + bought.paymentToken.slice(at + 1)
      await expect(api.holdfast.tokens.verify(bad, expected), `at ${at}`).rejects.toMatchObject({ code: 'token_invalid' })
    }
  })

  it('is verified by a hundred at once with one look at the keys, and without the API key', async () => {
    const fresh = new Holdfast({ apiKey: api.secretKey, baseUrl: api.url })
    const before = api.log.filter((line) => line.includes('marketplace.keys')).length
    await Promise.all(Array.from({ length: 100 }, () => fresh.tokens.verify(bought.paymentToken, expected)))
    fresh.close()
    expect(api.log.filter((line) => line.includes('marketplace.keys')).length - before).toBe(1)
  })
})
