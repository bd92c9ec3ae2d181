import type { Order, Payment, Refund, Settlement } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../../../../../test/support/wait.ts'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { changeRail } from '../../testing/rail.ts'
import { openShop, type Shop } from '../../testing/shop.ts'
import { begin } from '../../testing/wallet.ts'

/* Both rails of the wallet, through their connectors, with the worker: what a buyer does there ends here. */

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000]

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend({ worker: true, wallets: true, railTimeoutMs: 300 })
  shop = openShop(backend)
  for (const currency of ['USD', 'CNY']) await shop.post('/v1/operator/top-ups', { currency, amount: 1_000_000, reference: `first ${currency}` })
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())

const payment = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)
const balanced = async () => expect((await shop.books()).balanced).toBe(true)

interface Rail {
  readonly name: 'alipay' | 'antom'
  readonly currency: string
  buyer(requestId: string, deed: 'scan' | 'approve' | 'refuse'): boolean
}
const rail = (name: Rail['name']): Rail => {
  const simulator = () => backend.rails[name]!
  // Alipay's numbers have no hyphens
  const own = (requestId: string) => (name === 'alipay' ? requestId.replaceAll('-', '_') : requestId)
  return { name, currency: name === 'alipay' ? 'CNY' : 'USD', buyer: (id, ...how) => (simulator().buyer as Rail['buyer'])(own(id), ...how) }
}

/** What is falsified of a notification, and what it is found to be. */
const falsified: Readonly<Record<Rail['name'], Readonly<Record<string, string>>>> = {
  alipay: { signature: 'signature', app_id: 'app_id', merchant: 'merchant', amount: 'amount', currency: 'currency' },
  antom: { signature: 'signature', app_id: 'app_id', amount: 'amount', currency: 'currency' },
}

const alipayFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  app_id: { app_id: '2021000000000043' }, merchant: { seller_id: '2088000000000043' }, amount: { total_amount: '0.01' }, currency: { trans_currency: 'USD' },
}

/** A notification of what was paid, signed by the rail's own key unless that is what is falsified. */
function forge(name: Rail['name'], requestId: string, what: string): { headers: Record<string, string>; body: Uint8Array } {
  if (name === 'antom') {
    const { headers, body } = backend.rails.antom!.notification(requestId, what as 'signature')!
    return { headers: { ...headers }, body }
  }
  const body = backend.rails.alipay!.notifications.body(requestId.replaceAll('-', '_'), alipayFields[what] ?? {})!
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: Buffer.from(what === 'signature' ? body.replace('total_amount=', 'total_amount=9') : body),
  }
}

describe.each([rail('alipay'), rail('antom')])('by $name', ({ name, currency, buyer }) => {
  const waiting = async (flow: 'redirect' | 'qr_code') => {
    const session = await shop.session([{ seller, amount: 10_000, platformFee: 500 }], { currency })
    const one = await begin({ backend, shop, session }, { flow })
    const { view } = await shop.page(session)
    // a page's trade is made when the buyer comes to it
    if (view.attempt?.action?.type === 'redirect') expect((await fetch(view.attempt.action.url)).status).toBe(200)
    return { ...one, action: view.attempt?.action }
  }
  const isPaid = async (id: string) => waitFor(async () => (await payment(id)).status === 'captured', { what: 'the payment', within: 10_000 })

  test.each(['redirect', 'qr_code'] as const)('a buyer approves by %s, and the rail reports it', async (flow) => {
    const one = await waiting(flow)
    expect(one.action?.type).toBe(flow)
    expect(buyer(one.requestId, 'approve')).toBe(true)
    await isPaid(one.payment)
    expect((await shop.page(one.session)).view).toMatchObject({ status: 'complete', attempt: { status: 'complete', method: 'alipay' } })
    expect(await payment(one.payment)).toMatchObject({ connector: name, currency, captured: 10_000 })
    const { rows } = await backend.deps.pool.query('select verdict from notifications where connector = $1 and operation_id is not null', [name])
    expect(rows).toContainEqual({ verdict: 'accepted' })
    await balanced()
  })

  test('the rail tells it eight times, and before its own answer: it counts once', async () => {
    if (name === 'alipay') backend.rails.alipay!.notifications.plan({ early: true, copies: 8 })
    else for (const rule of [{ action: 'early' }, { action: 'duplicate', times: 8 }] as const) backend.rails.antom!.rules.add(rule)
    const session = await shop.session([{ seller, amount: 10_000, platformFee: 500 }], { currency })
    const { status, attempt } = await shop.wallet(session, { flow: 'qr_code' })
    if (name === 'alipay') backend.rails.alipay!.notifications.plan({})
    expect([status, attempt.status]).toEqual([200, 'complete'])
    await waitFor(async () => (await backend.deps.pool.query<{ times: number }>(
      `select n.times from notifications n join operations o on o.id = n.operation_id where o.payment_id = $1 and n.times = 8`, [attempt.payment])).rows[0], { what: 'all eight', within: 10_000 })
    expect(await payment(attempt.payment)).toMatchObject({ captured: 10_000, captures: [{ amount: 10_000 }] })
    await balanced()
  })

  test('the answer to a code is lost: the buyer gets it all the same, of the same charge', async () => {
    if (name === 'alipay') backend.rails.alipay!.faults.add({ fault: 'timeout_recorded', api: 'alipay.trade.precreate' })
    else backend.rails.antom!.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/ams/api/v1/payments/pay' })
    const session = await shop.session([{ seller, amount: 10_000, platformFee: 500 }], { currency })
    const { status, attempt } = await shop.wallet(session, { flow: 'qr_code' })
    expect([status, attempt.action]).toEqual([202, null])
    const told = await waitFor(async () => (await shop.page(session)).view.attempt?.action, { what: 'the code', within: 10_000 })
    expect(told.type).toBe('qr_code')
    const { rows: [op] } = await backend.deps.pool.query<{ request_id: string }>('select request_id from operations where payment_id = $1', [attempt.payment])
    expect(buyer(op!.request_id, 'approve')).toBe(true)
    await isPaid(attempt.payment)
    await balanced()
  })

  test('what is falsified on the way changes nothing, and is kept and logged as what it is', async () => {
    const hold = () => (name === 'alipay' ? backend.rails.alipay!.notifications.plan({ hold: true }) : backend.rails.antom!.rules.add({ action: 'hold' }))
    const one = await waiting('redirect')
    await backend.deps.pool.query(`update operations set next_inquiry_at = now() + interval '1 hour' where payment_id = $1`, [one.payment])
    hold()
    buyer(one.requestId, 'approve')
    for (const [what, reason] of Object.entries(falsified[name])) {
      const lines = backend.log.length
      const { headers, body } = forge(name, one.requestId, what)
      await fetch(`${backend.url}/v1/notifications/${name}/${backend.marketplace.id}`, { method: 'POST', headers, body: Buffer.from(body) })
      expect(await payment(one.payment), what).toMatchObject({ status: 'action_required', captured: 0 })
      const told = backend.log.slice(lines).map((line) => JSON.parse(line) as { msg: string; reason?: string }).filter(({ msg }) => msg.includes('was refused'))
      expect(told, what).toMatchObject([{ reason, connector: name }])
    }
    const { rows } = await backend.deps.pool.query<{ reason: string }>(`select reason from notifications where connector = $1 and verdict = 'refused'`, [name])
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(Object.values(falsified[name])))
    if (name === 'alipay') await backend.rails.alipay!.notifications.release()
    else backend.rails.antom!.release()
    await isPaid(one.payment)
    if (name === 'alipay') backend.rails.alipay!.notifications.plan({})
  })

  test.each([-1n, 1n])('another amount is paid than was asked (%d): the rail’s report changes nothing, its answer gives it back', async (more) => {
    const restore = changeRail(backend, (rail) => ({ charge: (request, options) => rail.charge({ ...request, amount: request.amount + more }, options) }), name)
    const one = await waiting('redirect').finally(restore)
    const lines = backend.log.length
    expect(buyer(one.requestId, 'approve')).toBe(true)
    const refund = await waitFor(async () => {
      const { data } = await shop.get<{ data: Refund[] }>(`/v1/refunds?payment=${one.payment}`)
      return data[0]?.status === 'succeeded' && data[0]
    }, { what: 'the refund', within: 15_000 })
    expect(refund).toMatchObject({ amount: 10_000 + Number(more), allotments: [] })
    const { data: events } = await shop.get<{ data: { type: string }[] }>(`/v1/events?object=${one.payment}`)
    expect(events.map(({ type }) => type), 'newest first').toEqual(['payment.superseded', 'payment.voided'])
    expect((await shop.page(one.session)).view.status).toBe('open')
    const told = backend.log.slice(lines).map((text) => JSON.parse(text) as { msg: string })
    expect(told).toContainEqual(expect.objectContaining({ msg: 'approved for another amount; it goes back', asked: 10_000, approved: refund.amount }))
    expect(await backend.deps.pool.query(`select from notifications where operation_id in (select id from operations where payment_id = $1) and verdict = 'accepted'`, [one.payment]))
      .toMatchObject({ rowCount: 0 })
    await balanced()
  })

  test('a buyer refuses, and chooses a card', async () => {
    const one = await waiting('redirect')
    expect(buyer(one.requestId, 'refuse')).toBe(true)
    await waitFor(async () => (await payment(one.payment)).status === 'declined', { what: 'the end', within: 10_000 })
    expect((await shop.page(one.session)).view).toMatchObject({ status: 'open', attempt: { error: { code: 'wallet_refused' } } })
    expect((await shop.confirm(one.session)).attempt.status).toBe('complete')
  })

  test('a code runs out', async () => {
    const one = await waiting('qr_code')
    await shop.advance(20 * MINUTE_MS)
    await waitFor(async () => (await shop.page(one.session, 'check')).view.status === 'open', { what: 'the end', within: 15_000 })
    expect((await shop.page(one.session)).view.attempt).toMatchObject({ status: 'failed', error: { code: 'wallet_expired' } })
  })

  test('a code that was given up, and is paid after a card was, goes back', async () => {
    const one = await waiting('qr_code')
    expect((await shop.page(one.session, 'cancel-attempt')).view.status).toBe('open')
    expect((await shop.confirm(one.session)).attempt.status).toBe('complete')
    // Antom has closed it, and lets nobody pay; Alipay knows of no code that nobody has scanned, and can close none
    expect(buyer(one.requestId, 'approve')).toBe(name === 'alipay')
    if (name === 'antom') return
    await waitFor(async () => (await shop.get<{ data: Refund[] }>(`/v1/refunds?payment=${one.payment}`)).data[0]?.status === 'succeeded', { what: 'the refund', within: 15_000 })
    expect((await shop.get<Order>(`/v1/orders/${one.session.order}`)).totals).toMatchObject({ captured: 10_000, held: 10_000 })
    await balanced()
  })

  test('a part is refunded, and the rail’s report settles the rest', async () => {
    const one = await waiting('redirect')
    buyer(one.requestId, 'approve')
    await isPaid(one.payment)
    expect((await shop.post('/v1/refunds', { payment: one.payment, amount: 4_000 })).body).toMatchObject({ status: 'succeeded' })
    await shop.advance(3 * DAY_MS)
    await waitFor(async () => (await payment(one.payment)).captures[0]?.settledAt, { what: 'the report', within: 20_000 })
    const { data } = await shop.get<{ data: Settlement[] }>('/v1/settlements')
    expect(data.map(({ connector }) => connector)).toContain(name)
    const suspense = (await shop.books()).currencies.flatMap(({ accounts }) => accounts).filter((account) => account.name.startsWith('suspense:'))
    expect(suspense.map(({ balance }) => balance).filter((balance) => balance !== 0)).toEqual([])
    await balanced()
  })
})
