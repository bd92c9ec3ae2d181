import { describe, expect, it } from 'vitest'
import { newFolder } from '../testing.ts'
import { defaultAntomClient, defaultAntomKeys, startAntomSimulator } from '../index.ts'
import { AntomCaller, payment, resultOf, type Asked } from './testing.ts'

const path = '/ams/api/v1/payments/pay'

describe('the door', () => {
  it('verifies the bytes as they came, and signs those that it sends', async () => {
    const caller = await AntomCaller.start()
    const body = JSON.stringify(payment('p1'), null, 2)
    const answer = await caller.ask({ path, body })
    expect([answer.status, answer.signed, resultOf(answer)]).toEqual([200, true, 'U PAYMENT_IN_PROCESS'])
    const reordered = await caller.ask({ path, body, signedBody: JSON.stringify(payment('p1')) })
    expect([reordered.signed, resultOf(reordered)]).toEqual([true, 'F INVALID_SIGNATURE'])
  })

  it.each<[string, Partial<Asked>, string]>([
    ['no signature', { signature: '' }, 'F INVALID_SIGNATURE'],
    ['a signature that is none', { signature: 'algorithm=RSA256,keyVersion=1,signature=AAAA' }, 'F INVALID_SIGNATURE'],
    ['another algorithm', { signature: 'algorithm=HMAC,keyVersion=1,signature=AAAA' }, 'F INVALID_SIGNATURE'],
    ['another client', { client: 'SOMEONE' }, 'F INVALID_CLIENT'],
    ['another key version', { keyVersion: '2' }, 'F KEY_NOT_FOUND'],
    ['a time of six minutes ago', { time: String(Date.now() - 360_000) }, 'F REQUEST_TIME_EXPIRED'],
    ['a time of six minutes ahead', { time: new Date(Date.now() + 360_000).toISOString() }, 'F REQUEST_TIME_EXPIRED'],
    ['no time', { time: 'noon' }, 'F REQUEST_TIME_EXPIRED'],
    ['the sandbox’s path', { path: '/ams/sandbox/api/v1/payments/pay' }, 'F ACCESS_DENIED'],
  ])('refuses %s, and keeps nothing', async (_, change, expected) => {
    const caller = await AntomCaller.start()
    expect(resultOf(await caller.ask({ path, body: JSON.stringify(payment('p1')), ...change }))).toBe(expected)
    expect(caller.rail.records.payments()).toEqual([])
  })

  it('takes a time in ISO 8601, and knows a client’s keys by their version', async () => {
    const { clientId, publicKey } = defaultAntomClient
    const caller = await AntomCaller.start({ clients: [{ clientId, publicKeys: { 1: defaultAntomKeys.publicKey, 2: publicKey } }] })
    const body = JSON.stringify(payment('p1'))
    expect(resultOf(await caller.ask({ path, body, keyVersion: '2', time: new Date().toISOString() }))).toBe('U PAYMENT_IN_PROCESS')
    expect(resultOf(await caller.ask({ path, body, keyVersion: '1' }))).toBe('F INVALID_SIGNATURE')
  })
})

describe('pay', () => {
  it('answers U with a page and a code, then the end that came, for ever the same', async () => {
    const caller = await AntomCaller.start()
    const first = await caller.pay('p1')
    const { url } = caller.rail
    expect(first.body).toMatchObject({ result: { resultStatus: 'U' }, paymentRequestId: 'p1', paymentAmount: { currency: 'USD', value: '12500' } })
    expect(String(first.body['normalUrl'])).toMatch(new RegExp(`^${url}/cashier/`))
    expect(first.body['orderCodeForm']).toMatchObject({ codeDetails: [{ codeValueType: 'QRCODE', displayType: 'TEXT', codeValue: expect.stringContaining(`${url}/scan/`) }] })
    expect((await caller.pay('p1')).body).toEqual(first.body)
    caller.rail.buyer('p1', 'approve')
    const [second, third] = [await caller.pay('p1'), await caller.pay('p1')]
    expect(resultOf(second)).toBe('S SUCCESS')
    expect(third.body).toEqual(second.body)
    expect(caller.rail.records.payments()).toHaveLength(1)
  })

  it('may end as F after U', async () => {
    const caller = await AntomCaller.start()
    expect(resultOf(await caller.pay('p1'))).toBe('U PAYMENT_IN_PROCESS')
    caller.rail.buyer('p1', 'refuse')
    expect(resultOf(await caller.pay('p1'))).toBe('F USER_REFUSED')
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['another amount', { value: '12501' }, 'F REPEAT_REQ_INCONSISTENT'],
    ['another currency', { paymentAmount: { currency: 'EUR', value: '12500' } }, 'F REPEAT_REQ_INCONSISTENT'],
    ['another address to return to', { paymentRedirectUrl: 'http://127.0.0.1:9/other' }, 'U PAYMENT_IN_PROCESS'],
  ])('under a known id, with %s: %s', async (_, change, expected) => {
    const caller = await AntomCaller.start()
    await caller.pay('p1')
    expect(resultOf(await caller.pay('p1', change))).toBe(expected)
  })

  it.each<[string, Record<string, unknown>]>([
    ['an amount that is a number', { paymentAmount: { currency: 'USD', value: 12_500 } }], ['an amount with a point', { value: '125.00' }],
    ['no amount', { value: '0' }], ['an expiry that is over', { paymentExpiryTime: '2020-01-01T00:00:00Z' }],
    ['an id with a slash', { paymentRequestId: 'a/b' }], ['another product', { productCode: 'IN_STORE_PAYMENT' }],
  ])('refuses %s, and keeps nothing', async (_, change) => {
    const caller = await AntomCaller.start()
    expect(resultOf(await caller.pay('p1', change))).toBe('F PARAM_ILLEGAL')
    expect(caller.rail.records.payments()).toEqual([])
  })

  it('closes by itself when its time has run out, and lets no buyer any more', async () => {
    const caller = await AntomCaller.start()
    await caller.pay('p1')
    caller.rail.clock.set(899_000)
    expect(await caller.status('p1')).toBe('PROCESSING')
    caller.rail.clock.set(901_000)
    expect(caller.rail.buyer('p1', 'approve')).toBe(false)
    expect(await caller.status('p1')).toBe('FAIL')
    expect(resultOf(await caller.pay('p1'))).toBe('F ORDER_IS_CLOSED')
  })
})

describe('cancel', () => {
  it.each<[string, (caller: AntomCaller) => unknown, string, string]>([
    ['what waits', () => undefined, 'S SUCCESS', 'CANCELLED'],
    ['what is pending', caller => caller.rail.buyer('p1', 'pend'), 'S SUCCESS', 'CANCELLED'],
    ['what was paid today: it is given back', caller => caller.rail.buyer('p1', 'approve'), 'S SUCCESS', 'CANCELLED'],
    ['what was paid the day before', (caller) => {
      caller.rail.buyer('p1', 'approve')
      caller.rail.clock.set(86_400_000)
    }, 'F CANCEL_WINDOW_EXCEED', 'SUCCESS'],
    ['what the buyer refused', caller => caller.rail.buyer('p1', 'refuse'), 'F ORDER_IS_CLOSED', 'FAIL'],
    ['what is canceled', caller => caller.call('cancel', { paymentRequestId: 'p1' }), 'S SUCCESS', 'CANCELLED'],
  ])('%s', async (_, before, expected, status) => {
    const caller = await AntomCaller.start()
    await caller.pay('p1')
    await before(caller)
    expect(await caller.result('cancel', { paymentRequestId: 'p1' })).toBe(expected)
    expect(await caller.status('p1')).toBe(status)
  })

  it('knows no payment that never was', async () => {
    const caller = await AntomCaller.start()
    expect(await caller.result('cancel', { paymentRequestId: 'p1' })).toBe('F ORDER_NOT_EXIST')
    expect(await caller.result('inquiryPayment', { paymentRequestId: 'p1' })).toBe('F ORDER_NOT_EXIST')
    expect(await caller.result('inquiryRefund', { refundRequestId: 'r1' })).toBe('F REFUND_NOT_EXIST')
  })
})

describe('refund', () => {
  const refund = (paymentId: unknown, refundRequestId: string, value = '5000'): object =>
    ({ paymentId, refundRequestId, refundAmount: { currency: 'USD', value } })

  it('gives back in parts, up to all of it, once for each id', async () => {
    const caller = await AntomCaller.start()
    const { body: { paymentId } } = await caller.pay('p1')
    expect(await caller.result('refund', refund(paymentId, 'r0'))).toBe('F ORDER_STATUS_INVALID')
    caller.rail.buyer('p1', 'approve')
    const first = await caller.call('refund', refund(paymentId, 'r1'))
    expect((await caller.call('refund', refund(paymentId, 'r1'))).body).toEqual(first.body)
    expect(await caller.result('refund', refund(paymentId, 'r1', '5001'))).toBe('F REPEAT_REQ_INCONSISTENT')
    expect(await caller.result('refund', refund(paymentId, 'r2', '7501'))).toBe('F REFUND_AMOUNT_EXCEED')
    expect(await caller.result('refund', refund(paymentId, 'r3', '7500'))).toBe('S SUCCESS')
    expect(caller.rail.records.refunds().map(({ refundRequestId }) => refundRequestId)).toEqual(['r1', 'r3'])
    expect(await caller.status('p1')).toBe('SUCCESS')
  })
})

it('remembers after a restart whatever it had answered', async () => {
  const dataFolder = newFolder()
  const caller = await AntomCaller.start({ dataFolder })
  await caller.pay('p1')
  caller.rail.buyer('p1', 'approve')
  await caller.pay('p1')
  const before = caller.rail.records
  const expected = [before.payments(), before.notifications()]
  await caller.rail.close()
  const again = await startAntomSimulator({ dataFolder })
  expect([again.records.payments(), again.records.notifications()]).toEqual(expected)
  await again.close()
})
