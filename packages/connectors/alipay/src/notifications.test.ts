import type { AlipaySimulator } from '@holdfast/simulators'
import { newId } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAlipayConnector } from './index.ts'
import { marketplace, notificationOf, optionsFor, rawOf, startTestRail } from './testing.ts'

let simulator: AlipaySimulator
let connector: ReturnType<typeof createAlipayConnector>
const requestId = '0190c3f1-1111-7222-8333-444455556666'
const outTradeNo = requestId.replaceAll('-', '_')

beforeAll(async () => {
  simulator = await startTestRail()
  connector = createAlipayConnector(optionsFor(simulator))
  const outcome = await connector.charge({
    method: 'alipay', kind: 'sale', flow: 'qr_code', device: 'desktop', marketplace, operation: newId('operation'), requestId, amount: 12_345n,
    currency: 'CNY', subject: newId('payment'), orderReference: 'PO', session: newId('session'), revision: 1, marketplaceName: 'M',
    description: '50% off', returnUrl: 'https://shop.example', notifyUrl: 'http://127.0.0.1:9/',
    expiresAt: new Date(simulator.clock.nowMs() + 900_000).toISOString(),
  }, { timeoutMs: 3_000 })
  expect(outcome).toMatchObject({ outcome: 'action_required' })
  simulator.buyer(outTradeNo, 'approve')
})
afterAll(() => simulator.close())

const read = (change?: Readonly<Record<string, string>>): object => connector.notifications.read(rawOf(simulator.notifications.body(outTradeNo, change) ?? ''))

describe('a notification', () => {
  it('of a UUID’s trade is about that request', () => {
    expect(read()).toMatchObject({ verdict: 'accepted', requestId, amount: 12_345n, currency: 'CNY', outcome: { outcome: 'approved' } })
  })

  it.each<[Record<string, string>, object]>([
    [{ trade_status: 'TRADE_FINISHED' }, { verdict: 'accepted', outcome: { outcome: 'approved' } }],
    [{ trade_status: 'TRADE_CLOSED' }, { verdict: 'accepted', outcome: { outcome: 'approved' } }],
    [{ trade_status: 'TRADE_CLOSED', gmt_payment: '' }, { verdict: 'accepted', outcome: { outcome: 'declined', decline: { code: 'refused' } } }],
    [{ trade_status: 'TRADE_CLOSED', refund_fee: '123.45' }, { verdict: 'ignored' }],
    [{ gmt_refund: '2026-01-05 17:00:00.000' }, { verdict: 'ignored' }],
    [{ trade_status: 'WAIT_BUYER_PAY' }, { verdict: 'ignored' }],
    [{ trade_status: 'TRADE_NEW' }, { verdict: 'ignored' }],
    [{ trade_no: '' }, { verdict: 'ignored' }],
    [{ notify_type: 'dut_user_sign' }, { verdict: 'ignored' }],
    [{ trans_currency: 'USD' }, { verdict: 'accepted', currency: 'USD' }],
    [{ total_amount: '0.01' }, { verdict: 'accepted', amount: 1n, outcome: { amount: 1n } }],
    [{ total_amount: '1e9' }, { verdict: 'refused', reason: 'malformed' }],
    [{ out_trade_no: '' }, { verdict: 'refused', reason: 'malformed' }],
    [{ notify_id: '' }, { verdict: 'refused', reason: 'malformed' }],
    [{ app_id: '2021000000000043' }, { verdict: 'refused', reason: 'app_id' }],
    [{ seller_id: '2088000000000043' }, { verdict: 'refused', reason: 'merchant' }],
  ])('signed with %j is read as that', (change, expected) => {
    expect(read(change)).toMatchObject(expected)
  })

  it.each<[string, (body: string) => string]>([
    ['a field twice', (body) => `${body}&total_amount=0.01`],
    ['a field twice, under a name written otherwise', (body) => `${body}&%74otal_amount=0.01`],
    ['bytes that are no UTF-8', (body) => `${body}&x=%ff`],
    ['a broken escape', (body) => `${body}&x=%`],
  ])('is refused with %s', (_, change) => {
    const { body } = notificationOf(simulator, outTradeNo)!
    expect(connector.notifications.read(rawOf(change(Buffer.from(body).toString())))).toMatchObject({ verdict: 'refused', reason: 'malformed' })
  })

  it('tells in a refusal nothing of what it said', () => {
    expect(JSON.stringify(read({ seller_id: '2088000000000043' }))).not.toMatch(/\d{6}/)
  })
})
