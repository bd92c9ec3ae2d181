import { randomUUID } from 'node:crypto'
import type { CheckoutSession, Order, Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { openShop, type Shop } from '../../testing/shop.ts'
import { addWallet, type TestWallet } from '../../testing/wallet.ts'

let backend: TestBackend
let wallet: TestWallet
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend()
  wallet = addWallet(backend)
  shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 1_000_000, reference: 'first' })
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())
beforeEach(() => { wallet.over = {} })

const open = (over = {}) => shop.session([{ seller, amount: 10_000, platformFee: 500 }], over)
const payment = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)

/** An attempt that waits for its buyer, and what the rail knows it by. */
async function waiting(over: Parameters<Shop['wallet']>[1] = {}): Promise<{ session: CheckoutSession; payment: string; requestId: string }> {
  const session = await open()
  const { attempt, status, text } = await shop.wallet(session, over)
  expect([status, attempt.status], text).toEqual([200, 'pending'])
  const { rows } = await backend.deps.pool.query<{ request_id: string }>('select request_id from operations where payment_id = $1', [attempt.payment])
  return { session, payment: attempt.payment, requestId: rows[0]!.request_id }
}

describe('an attempt with a wallet', () => {
  test('tells the buyer where to go, and is complete when the rail says so', async () => {
    const one = await waiting()
    const { view } = await shop.page(one.session)
    expect(view).toMatchObject({ status: 'processing', attempt: { method: 'alipay', status: 'pending', action: { type: 'redirect', url: `https://wallet.test/pay/${one.requestId}` } } })
    wallet.buyer(one.requestId, 'approve')
    expect(await wallet.notify(wallet.said(one.requestId))).toEqual({ status: 200, text: 'success' })
    const paid = await shop.page(one.session)
    expect(paid.view).toMatchObject({ status: 'complete', attempt: { status: 'complete', action: null, paymentToken: expect.any(String) as string } })
    expect(await payment(one.payment)).toMatchObject({ status: 'captured', method: 'alipay', connector: 'wallet', captured: 10_000 })
    expect((await shop.get<Order>(`/v1/orders/${one.session.order}`)).totals).toMatchObject({ held: 10_000 })
  })

  test('answers the same key with the same bytes', async () => {
    const key = randomUUID()
    const session = await open()
    const first = await shop.wallet(session, { key })
    expect((await shop.wallet(session, { key })).text).toBe(first.text)
    expect(first.status).toBe(200)
  })
})
