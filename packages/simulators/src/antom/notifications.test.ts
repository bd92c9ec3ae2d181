import { describe, expect, it } from 'vitest'
import { send } from '../testing.ts'
import { AntomCaller, openShop, resultOf, type Shop } from './testing.ts'
import type { AntomSimulatorOptions } from './server.ts'

const minute = 60_000

async function start(options: AntomSimulatorOptions = {}): Promise<{ caller: AntomCaller; shop: Shop }> {
  const shop = await openShop()
  return { caller: await AntomCaller.start(options), shop }
}

const said = ({ heard }: Shop): string[] => heard.map(({ body }) => `${String(body['notifyType'])} ${String(body['paymentRequestId'] ?? body['refundRequestId'])} ${resultOf({ body })}`)

describe('a notification', () => {
  it('says what became of a payment, signed, until it is acknowledged', async () => {
    const { caller, shop } = await start()
    await caller.pay('p1', { notifyUrl: shop.url })
    caller.rail.buyer('p1', 'approve')
    await expect.poll(() => said(shop)).toEqual(['PAYMENT_RESULT p1 S SUCCESS'])
    expect(shop.heard[0]).toMatchObject({ signed: true, body: { paymentAmount: { currency: 'USD', value: '12500' } } })
    await expect.poll(() => caller.rail.records.notifications()[0]).toMatchObject({ over: true, tries: [{ status: 200, acknowledged: true, signed: true }] })
    caller.rail.clock.set(60 * minute)
    expect(caller.rail.records.notifications()).toHaveLength(1)
  })

  it.each(['failed', 'wrong_words'] as const)('is sent eight times when it is never acknowledged (%s), and then no more', async (answer) => {
    const { caller, shop } = await start()
    shop.answer = answer
    await caller.pay('p1', { notifyUrl: shop.url })
    caller.rail.buyer('p1', 'refuse')
    for (const [tries, minutes] of [2, 10, 10, 60, 120, 360, 900].entries()) {
      await expect.poll(() => caller.rail.records.notifications()[0]?.tries.length).toBe(tries + 1)
      caller.rail.clock.set(caller.rail.clock.offsetMs + minutes * minute)
    }
    await expect.poll(() => caller.rail.records.notifications()[0]).toMatchObject({ over: true })
    expect(said(shop)).toEqual(Array.from({ length: 8 }, () => 'PAYMENT_RESULT p1 F USER_REFUSED'))
  })

  it('comes again and again although it was acknowledged, when a rule says so', async () => {
    const { caller, shop } = await start()
    caller.rail.rules.add({ action: 'duplicate', times: 5 })
    await caller.pay('p1', { notifyUrl: shop.url })
    caller.rail.buyer('p1', 'approve')
    await expect.poll(() => caller.rail.records.notifications()[0]?.over).toBe(true)
    expect(said(shop)).toEqual(Array.from({ length: 5 }, () => 'PAYMENT_RESULT p1 S SUCCESS'))
  })

  it('is held, and comes in the order that it is released in', async () => {
    const { caller, shop } = await start()
    caller.rail.rules.add({ action: 'hold', count: 2 })
    for (const id of ['p1', 'p2']) {
      await caller.pay(id, { notifyUrl: shop.url })
      caller.rail.buyer(id, 'approve')
    }
    expect(caller.rail.records.notifications().map(({ held }) => held)).toEqual([true, true])
    expect(caller.rail.release('last')).toBe(2)
    await expect.poll(() => shop.heard.length).toBe(2)
    expect(said(shop)).toEqual(['PAYMENT_RESULT p2 S SUCCESS', 'PAYMENT_RESULT p1 S SUCCESS'])
  })

  it('is late by the clock, or never comes', async () => {
    const { caller, shop } = await start()
    caller.rail.rules.add({ action: 'late', about: 'p1', ms: 5 * minute })
    caller.rail.rules.add({ action: 'drop', about: 'p2' })
    for (const id of ['p1', 'p2']) {
      await caller.pay(id, { notifyUrl: shop.url })
      caller.rail.buyer(id, 'approve')
    }
    expect(caller.rail.records.notifications().map(({ about, tries }) => [about, tries.length])).toEqual([['p1', 0]])
    caller.rail.clock.set(5 * minute)
    await expect.poll(() => said(shop)).toEqual(['PAYMENT_RESULT p1 S SUCCESS'])
  })

  it('comes before the answer that it is about, when a rule says so', async () => {
    const { caller, shop } = await start()
    caller.rail.rules.add({ action: 'early' })
    const answer = await caller.pay('p1', { notifyUrl: shop.url })
    expect(said(shop)).toEqual(['PAYMENT_RESULT p1 S SUCCESS'])
    expect(resultOf(answer)).toBe('U PAYMENT_IN_PROCESS')
    expect(await caller.status('p1')).toBe('SUCCESS')
  })

  it('says S of a payment that is only pending, and what became of it afterwards', async () => {
    const { caller, shop } = await start()
    await caller.pay('p1', { notifyUrl: shop.url })
    caller.rail.buyer('p1', 'pend')
    await expect.poll(() => said(shop)).toEqual(['PAYMENT_PENDING p1 S SUCCESS'])
    expect(await caller.status('p1')).toBe('PENDING')
    caller.rail.buyer('p1', 'refuse')
    await expect.poll(() => said(shop)[1]).toBe('PAYMENT_RESULT p1 F USER_REFUSED')
  })

  it('says that a payment’s time has run out, and what became of a refund', async () => {
    const { caller, shop } = await start()
    await caller.pay('p1', { notifyUrl: shop.url })
    caller.rail.clock.set(15 * minute)
    await expect.poll(() => said(shop)).toEqual(['PAYMENT_RESULT p1 F ORDER_IS_CLOSED'])
    const { body: { paymentId } } = await caller.pay('p2', { notifyUrl: shop.url })
    caller.rail.buyer('p2', 'approve')
    caller.rail.faults.add({ fault: 'decline', responseCode: 'REFUND_IN_PROCESS' })
    await caller.call('refund', { paymentId, refundRequestId: 'r1', refundAmount: { currency: 'USD', value: '1' } })
    caller.rail.endRefund('r1', 'SUCCESS')
    await expect.poll(() => said(shop)).toContain('REFUND_RESULT r1 S SUCCESS')
  })
})

describe('the control', () => {
  it('sets rules, plays the buyer and releases, for a test in another process', async () => {
    const { caller, shop } = await start()
    const { url } = caller.rail
    const control = async (method: string, path: string, body?: object): Promise<unknown> => (await send(url, { method, path: `/_control/${path}`, body })).body
    expect(await control('POST', 'notification-rules', { action: 'hold' })).toEqual([{ action: 'hold', count: 1 }])
    expect(await control('POST', 'notification-rules', { action: 'lose' })).toMatchObject({ error: { code: 'malformed_control_request' } })
    await caller.pay('p1', { notifyUrl: shop.url })
    expect(await control('POST', 'buyers', { paymentRequestId: 'p1', deed: 'approve' })).toEqual({ let: true })
    expect(await control('POST', 'buyers', { paymentRequestId: 'p9', deed: 'approve' })).toEqual({ let: false })
    expect(await control('GET', 'payments')).toMatchObject([{ paymentRequestId: 'p1', status: 'SUCCESS' }])
    expect(await control('GET', 'notifications')).toMatchObject([{ held: true, tries: [] }])
    expect(await control('POST', 'notifications/release')).toEqual({ released: 1 })
    await expect.poll(() => said(shop)).toEqual(['PAYMENT_RESULT p1 S SUCCESS'])
  })
})

describe('the buyer’s pages', () => {
  const submit = (url: string, action: string): Promise<Response> =>
    fetch(url, { method: 'POST', body: new URLSearchParams({ action }), redirect: 'manual' })

  it('show what is bought, take the buyer’s word, and send them back', async () => {
    const { caller } = await start()
    const cashier = String((await caller.pay('p1')).body['normalUrl'])
    const text = await (await fetch(cashier)).text()
    expect(text).toContain('Pay Example &quot;Market&quot;')
    expect(text).toContain('Tea &lt;b&gt;&amp; cups&lt;/b&gt;')
    expect(text).toContain('</span> 125.00')
    expect(caller.rail.records.payments()[0]).toMatchObject({ scanned: true, status: 'PROCESSING' })
    const back = await submit(cashier, 'approve')
    expect([back.status, back.headers.get('location')]).toEqual([303, 'http://127.0.0.1:9/done?order=42'])
    expect(await caller.status('p1')).toBe('SUCCESS')
    expect(await (await fetch(cashier)).text()).toContain('Back to the shop')
  })

  it('stay on the phone that scanned the code', async () => {
    const { caller } = await start()
    const { orderCodeForm } = (await caller.pay('p1')).body as { orderCodeForm: { codeDetails: { codeValue: string }[] } }
    const code = orderCodeForm.codeDetails[0]?.codeValue ?? ''
    const next = await submit(code, 'refuse')
    expect(new URL(next.headers.get('location') ?? '', code).href).toBe(code)
    expect(await (await fetch(code)).text()).toContain('Not paid')
    expect(await caller.status('p1')).toBe('FAIL')
  })

  it('lead nowhere without a payment, and change nothing that has ended', async () => {
    const { caller } = await start()
    expect((await fetch(`${caller.rail.url}/cashier/none`)).status).toBe(404)
    const cashier = String((await caller.pay('p1')).body['normalUrl'])
    caller.rail.buyer('p1', 'refuse')
    await submit(cashier, 'approve')
    expect(await caller.status('p1')).toBe('FAIL')
  })
})
