import { randomUUID } from 'node:crypto'
import type { Order, Payment, Refund } from '@holdfast/contract/types'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestBackend } from '../../testing/backend.ts'
import { startTestShop, type Shop } from '../../testing/shop.ts'
import { addWallet, begin, work, type TestWallet } from '../../testing/wallet.ts'

/* Attempts with a wallet, over HTTP, with a rail in memory that does what a test wants at the instant it wants it. */

const MINUTE_MS = 60_000

let backend: TestBackend
let wallet: TestWallet
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop())
  wallet = addWallet(backend)
})
afterAll(() => backend.close())
beforeEach(() => { wallet.over = {} })

const open = () => shop.session([{ seller, amount: 10_000, platformFee: 500 }])
const waiting = async (over: Parameters<Shop['wallet']>[1] = {}) => begin({ backend, shop, session: await open() }, over)
const payment = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)
const operations = async (id: string) => (await payment(id)).operations.map(({ kind, status }) => `${kind} ${status}`)
const events = async (id: string) => (await shop.get<{ data: { type: string }[] }>(`/v1/events?object=${id}`)).data.map(({ type }) => type).toReversed()
const refunds = async (id: string) => (await shop.get<{ data: Refund[] }>(`/v1/refunds?payment=${id}`)).data
const account = async (name: string) => (await shop.books()).currencies[0]!.accounts.find((one) => one.name === name)?.balance ?? 0
const balanced = async () => expect((await shop.books()).balanced).toBe(true)

describe('an attempt', () => {
  test('tells the buyer where to go, and is complete when the rail says so', async () => {
    const one = await waiting()
    expect((await shop.page(one.session)).view).toMatchObject({
      status: 'processing', attempt: { method: 'alipay', status: 'pending', action: { type: 'redirect', url: `https://wallet.test/pay/${one.requestId}` } },
    })
    wallet.buyer(one.requestId, 'approve')
    expect(await wallet.notify(wallet.said(one.requestId))).toEqual({ status: 200, text: 'success' })
    expect((await shop.page(one.session)).view).toMatchObject({
      status: 'complete', attempt: { status: 'complete', action: null, error: null, paymentToken: expect.any(String) as string },
    })
    expect(await payment(one.payment)).toMatchObject({ status: 'captured', method: 'alipay', connector: 'wallet', card: null, captured: 10_000 })
    expect((await shop.get<Order>(`/v1/orders/${one.session.order}`)).totals).toMatchObject({ held: 10_000 })
    await balanced()
  })

  test('tells the rail where to report, where to send the buyer, and until when it may be paid', async () => {
    const one = await waiting()
    const { rows: [op] } = await backend.deps.pool.query<{ request: Record<string, string> }>('select request from operations where payment_id = $1', [one.payment])
    expect(op?.request).toMatchObject({
      method: 'alipay', flow: 'redirect', device: 'desktop', marketplaceName: 'Test marketplace',
      notifyUrl: `${backend.url}/v1/notifications/wallet/${backend.marketplace.id}`,
      returnUrl: `http://shop.test/return?holdfast_session=${one.session.id}`,
      description: expect.stringContaining(one.session.reference) as string,
    })
    const leftMs = Date.parse(op?.request['expiresAt'] ?? '') - backend.deps.clock.now().getTime()
    expect(Math.round(leftMs / MINUTE_MS)).toBe(15)
  })

  test('ends with its session at the latest', async () => {
    const session = await shop.session([{ seller, amount: 10_000 }], { expiresInMinutes: 5 })
    const { attempt } = await shop.wallet(session)
    expect(Date.parse(attempt.action?.expiresAt ?? '')).toBeLessThanOrEqual(Date.parse(session.expiresAt))
  })

  test('answers the same key with the same bytes', async () => {
    const [key, session] = [randomUUID(), await open()]
    const first = await shop.wallet(session, { key })
    expect([first.status, (await shop.wallet(session, { key })).text]).toEqual([200, first.text])
  })

  test('is the only one of twenty that were begun at once', async () => {
    const session = await open()
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.wallet(session)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)])
    expect((await shop.get<Order>(`/v1/orders/${session.order}`)).payments).toHaveLength(1)
  })

  test('keeps a card out while it waits', async () => {
    const { session } = await waiting()
    expect((await shop.page(session)).view.status).toBe('processing')
    const card = await shop.post('/v1/checkout/frame-ticket', {}, { key: session.clientSecret, headers: { origin: 'http://shop.test' } })
    expect(card.body).toMatchObject({ code: 'session_not_open' })
    expect((await shop.wallet(session)).body).toMatchObject({ code: 'attempt_in_progress', status: 409 })
  })

  test('shows the true state to whoever forges the return', async () => {
    const one = await waiting()
    expect((await shop.page(one.session)).view.attempt).toMatchObject({ status: 'pending', paymentToken: null })
    expect((await shop.page(one.session, 'check')).view.attempt).toMatchObject({ status: 'pending', paymentToken: null })
    expect(await payment(one.payment)).toMatchObject({ status: 'action_required', captured: 0 })
  })

  test('is complete at once when the page has the rail asked', async () => {
    const one = await waiting()
    wallet.buyer(one.requestId, 'approve')
    expect((await shop.page(one.session, 'check')).view).toMatchObject({ status: 'complete', attempt: { status: 'complete' } })
  })

  test('has the rail asked at most every two seconds', async () => {
    const { session } = await waiting()
    const before = wallet.calls.inquire
    await Promise.all(Array.from({ length: 10 }, () => shop.page(session, 'check')))
    expect(wallet.calls.inquire).toBe(before + 1)
  })

  test('is over when the buyer refuses, and another can begin', async () => {
    const one = await waiting()
    wallet.buyer(one.requestId, 'refuse')
    await wallet.notify(wallet.said(one.requestId))
    const { view } = await shop.page(one.session)
    expect(view).toMatchObject({ status: 'open', attempt: { status: 'failed', action: null, error: { type: 'wallet', code: 'wallet_refused', retryable: true } } })
    expect(await events(one.payment)).toEqual(['payment.declined'])
    expect((await shop.wallet(one.session)).attempt.status).toBe('pending')
  })

  test.each(['redirect', 'qr_code'] as const)('by %s runs out, and can be renewed', async (flow) => {
    const one = await waiting({ flow })
    await shop.advance(16 * MINUTE_MS)
    expect((await shop.page(one.session)).view.attempt, 'the rail has not said so yet').toMatchObject({ status: 'pending', action: null })
    const { view } = await shop.page(one.session, 'check')
    expect(view).toMatchObject({ status: 'open', attempt: { status: 'failed', error: { code: 'wallet_expired', retryable: true } } })
    const renewed = await shop.wallet(one.session, { flow })
    expect(renewed.attempt).toMatchObject({ status: 'pending', action: { type: flow } })
    expect(Date.parse(renewed.attempt.action?.expiresAt ?? '') - Date.now(), 'in real time, which the page counts down').toBeLessThanOrEqual(15 * MINUTE_MS)
  })

  test('that the rail never heard of is over when that is final, and not before', async () => {
    wallet.over = { inquire: async () => ({ outcome: 'not_found' }) }
    const one = await waiting()
    await shop.advance(15 * MINUTE_MS + 30_000)
    await work(backend)
    expect(await payment(one.payment)).toMatchObject({ status: 'action_required' })
    await shop.advance(40_000)
    await work(backend)
    expect(await payment(one.payment)).toMatchObject({ status: 'declined', decline: { class: 'soft', code: 'expired' } })
  })
})

test('a session takes a hundred attempts with a wallet, and no more', async () => {
  const { session, payment: id } = await waiting()
  await shop.page(session, 'cancel-attempt')
  await backend.deps.pool.query(`
    insert into payments (marketplace_id, id, order_id, session_id, revision, connector, method, currency, amount, state, created_at)
    select marketplace_id, id || n, order_id, session_id, revision, connector, method, currency, amount, 'declined', created_at
    from payments, generate_series(1, 99) as n where id = $1`, [id])
  expect((await shop.wallet(session)).body).toMatchObject({ status: 409, code: 'attempts_exhausted' })
})

describe('a charge whose answer is lost', () => {
  test('is sent again under its own request id, so that the buyer learns what to do', async () => {
    wallet.over = {
      charge: async (request) => {
        wallet.over = {}
        await wallet.charge(request as Parameters<TestWallet['charge']>[0])
        return { outcome: 'unknown', reason: 'the answer was lost' }
      },
    }
    const [session, key] = [await open(), randomUUID()]
    const { status, attempt } = await shop.wallet(session, { key })
    expect([status, attempt.status, attempt.action]).toEqual([202, 'pending', null])
    await work(backend)
    expect((await shop.page(session)).view.attempt).toMatchObject({ payment: attempt.payment, status: 'pending', action: { type: 'redirect' } })
    expect(await shop.wallet(session, { key })).toMatchObject({ status: 200, attempt: { action: { type: 'redirect' } } })
  })

  test('is not sent again once it was given up', async () => {
    wallet.over = { charge: async () => ({ outcome: 'unknown', reason: 'lost' }), close: async () => ({ outcome: 'unknown', reason: 'lost' }), inquire: async () => ({ outcome: 'not_found' }) }
    const session = await open()
    await shop.wallet(session)
    expect((await shop.page(session, 'cancel-attempt')).view.status).toBe('open')
    const before = wallet.calls.charge
    delete wallet.over.charge
    await work(backend)
    expect(wallet.calls.charge).toBe(before)
  })
})

describe('giving an attempt up', () => {
  test('closes it at the rail, and another way to pay can be chosen', async () => {
    const one = await waiting({ flow: 'qr_code' })
    const { status, view } = await shop.page(one.session, 'cancel-attempt')
    expect([status, view.status, view.attempt?.error?.code]).toEqual([200, 'open', 'attempt_canceled'])
    expect(wallet.records.get(one.requestId)?.state).toBe('closed')
    expect(await operations(one.payment)).toEqual(['sale rejected', 'void confirmed'])
    expect((await shop.confirm(one.session)).attempt.status).toBe('complete')
  })

  test('is nothing when there is none, and when it comes twice', async () => {
    const session = await open()
    expect(await shop.page(session, 'cancel-attempt')).toMatchObject({ status: 200, view: { status: 'open', attempt: null } })
    const one = await waiting()
    const answers = await Promise.all([1, 2, 3].map(() => shop.page(one.session, 'cancel-attempt')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await operations(one.payment)).filter((text) => text.startsWith('void'))).toHaveLength(1)
    expect((await shop.page(one.session)).view.status).toBe('open')
  })

  test('finds that the buyer was faster: the attempt stands', async () => {
    const one = await waiting()
    wallet.buyer(one.requestId, 'approve')
    const { view } = await shop.page(one.session, 'cancel-attempt')
    expect(view).toMatchObject({ status: 'complete', attempt: { status: 'complete', paymentToken: expect.any(String) as string } })
    expect(await operations(one.payment)).toEqual(['sale confirmed', 'void rejected'])
  })

  test('of a card is refused', async () => {
    const session = await open()
    await backend.deps.pool.query(`update sessions set state = 'processing' where id = $1`, [session.id])
    expect((await shop.page(session, 'cancel-attempt')).status, 'nothing is under way').toBe(200)
    await backend.deps.pool.query(`update sessions set state = 'open' where id = $1`, [session.id])
    backend.rails.jpmorgan.faults.add({ fault: 'timeout_unrecorded', method: 'POST', path: '/api/v2/payments' })
    expect((await shop.confirm(session)).attempt.status).toBe('pending')
    expect((await shop.page(session, 'cancel-attempt')).body).toMatchObject({ status: 409, code: 'attempt_in_progress' })
  })
})

const cannotClose = async () => ({ outcome: 'declined', decline: { class: 'hard', code: 'not_closable' } } as const)
const lost = async () => ({ outcome: 'unknown', reason: 'the rail hung' } as const)

describe.each([['can’t close it', cannotClose], ['doesn’t say', lost]] as const)('closing over an attempt, because the rail %s', (_, close) => {
  const closedOver = async () => {
    wallet.over = { close }
    const one = await waiting({ flow: 'qr_code' })
    const { view } = await shop.page(one.session, 'cancel-attempt')
    expect(view).toMatchObject({ status: 'open', attempt: { status: 'failed', error: { code: 'attempt_canceled' } } })
    return one
  }

  test.each(['by a notification', 'by an inquiry'])('what is paid all the same, as shown %s, goes back by itself', async (how) => {
    const one = await closedOver()
    expect((await shop.confirm(one.session)).attempt.status).toBe('complete')
    const fees = await account('platform:fees')
    wallet.buyer(one.requestId, 'approve')
    if (how === 'by a notification') expect((await wallet.notify(wallet.said(one.requestId))).text).toBe('success')
    await work(backend)
    expect(await events(one.payment)).toEqual(['payment.voided', 'payment.superseded'])
    expect(await refunds(one.payment)).toMatchObject([{ status: 'succeeded', amount: 10_000, allotments: [] }])
    expect(wallet.records.get(one.requestId)?.refunded).toBe(10_000n)
    expect([await account('suspense:superseded'), await account('platform:fees')]).toEqual([0, fees])
    const order = await shop.get<Order>(`/v1/orders/${one.session.order}`)
    expect(order).toMatchObject({ status: 'paid', totals: { captured: 10_000, held: 10_000 } })
    expect((await shop.page(one.session)).view.attempt, 'the card’s attempt is the newest').toMatchObject({ method: 'card', status: 'complete' })
    await balanced()
  })

  test('what is never paid is asked about until it is final', async () => {
    const one = await closedOver()
    await shop.advance(17 * MINUTE_MS)
    await work(backend)
    expect(await operations(one.payment)).toContain('sale rejected')
    expect(await payment(one.payment)).toMatchObject({ status: 'voided', captured: 0 })
  })
})

test('what is paid after the rail said that it was closed goes back by itself', async () => {
  const one = await waiting()
  await shop.page(one.session, 'cancel-attempt')
  const record = wallet.records.get(one.requestId)!
  record.state = 'paid'
  expect((await wallet.notify(wallet.said(one.requestId))).text).toBe('success')
  await work(backend)
  expect(await refunds(one.payment)).toMatchObject([{ status: 'succeeded', amount: 10_000 }])
  expect(await operations(one.payment)).toEqual(['sale confirmed', 'void confirmed', 'refund confirmed'])
  expect((await shop.page(one.session)).view.status).toBe('open')
  await balanced()
})

test('another amount than was asked is no payment: it goes back, and the buyer may try again', async () => {
  const one = await waiting()
  wallet.over = { inquire: async ({ requestId }) => ({ outcome: 'approved', railReference: `r-${requestId}`, amount: 9_000n }) }
  expect((await shop.page(one.session, 'check')).view).toMatchObject({ status: 'open', attempt: { status: 'failed' } })
  wallet.over = {}
  await work(backend)
  expect(await refunds(one.payment)).toMatchObject([{ status: 'succeeded', amount: 9_000 }])
  await balanced()
})

test('a refund names the charge that the rail knows', async () => {
  const one = await waiting()
  wallet.buyer(one.requestId, 'approve')
  await wallet.notify(wallet.said(one.requestId))
  const { status, body } = await shop.post('/v1/refunds', { payment: one.payment, amount: 4_000 })
  expect([status, body['status']]).toEqual([201, 'succeeded'])
  expect(wallet.records.get(one.requestId)?.refunded).toBe(4_000n)
  await balanced()
})

describe('what is offered', () => {
  test('a session that captures by itself, in a currency that a wallet’s rail takes', async () => {
    const { view } = await shop.page(await open())
    expect(view.methods.map(({ type }) => type)).toEqual(['card', 'alipay'])
    expect(view.methods[1]).toEqual({ type: 'alipay', flows: ['redirect', 'qr_code'] })
    expect((await shop.get<{ methods: string[] }>('/v1/marketplace')).methods).toEqual(['card', 'alipay'])
  })

  test.each([
    ['a session that is captured later', { captureMode: 'manual' as const }],
    ['a currency that no wallet’s rail takes', { currency: 'EUR' }],
  ])('no wallet for %s', async (_, over) => {
    const session = await shop.session([{ seller, amount: 10_000 }], over)
    expect((await shop.page(session)).view.methods.map(({ type }) => type)).toEqual(['card'])
    expect((await shop.wallet(session)).body).toMatchObject({ status: 400, code: 'validation_failed', field: 'method' })
  })
})
