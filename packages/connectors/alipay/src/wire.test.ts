import type { Outcome, WalletChargeRequest } from '@holdfast/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  RequestRefused, chargeBiz, codeMinutes, numberOf, readAnswer, readClosed, readRefund, readRefundQuery, readRefusal, readTrade, requestIdOf,
  subjectOf, type Body,
} from './wire.ts'
import { AmountRefused, fromYuan, toYuan } from './yuan.ts'

const uuid = '0190c3f1-1111-7222-8333-444455556666'

describe('numbers', () => {
  it.each([
    [uuid, '0190c3f1_1111_7222_8333_444455556666'], ['op_01jd0000000000000000000000', 'op_01jd0000000000000000000000'], ['T1', 'T1'],
  ])('%s is %s to Alipay, and itself again', (requestId, number) => {
    expect(numberOf(requestId)).toBe(number)
    expect(requestIdOf(number)).toBe(requestId)
  })

  it.each(['', 'a-b', 'a b', 'ü', 'x'.repeat(65), numberOf(uuid), uuid.toUpperCase()])('refuses %j, which would not be itself again', (requestId) => {
    expect(() => numberOf(requestId)).toThrow(RequestRefused)
  })
})

describe('yuan', () => {
  it('are the same integers in and out, for every amount that Alipay takes', () => {
    fc.assert(fc.property(fc.bigInt(1n, 10_000_000_000n), (amount) => {
      const text = toYuan({ amount, currency: 'CNY' })
      expect(text).toMatch(/^\d+\.\d\d$/)
      expect(fromYuan(text)).toBe(amount)
    }))
  })

  it.each([[1n, '0.01'], [99n, '0.99'], [100n, '1.00'], [12_345n, '123.45'], [10_000_000_000n, '100000000.00']])('%i fen are %s', (amount, text) => {
    expect(toYuan({ amount, currency: 'CNY' })).toBe(text)
  })

  it.each([[0n, 'CNY'], [-1n, 'CNY'], [10_000_000_001n, 'CNY'], [100n, 'USD'], [100n, 'CNH']])('refuses %i %s', (amount, currency) => {
    expect(() => toYuan({ amount, currency })).toThrow(AmountRefused)
  })

  it.each([['88.88', 8_888n], ['88.8', 8_880n], ['88', 8_800n], ['-0.06', -6n], ['0.00', 0n]])('reads %s', (text, fen) => {
    expect(fromYuan(text)).toBe(fen)
  })

  it.each(['', '.5', '1.', '1.001', '1,000.00', '1e3', '+1', ' 1', '¥1', 'NaN', '1.0.0'])('refuses %j rather than guess', (text) => {
    expect(() => fromYuan(text)).toThrow(AmountRefused)
  })
})

const charge: WalletChargeRequest = {
  method: 'alipay', kind: 'sale', flow: 'qr_code', device: 'desktop', marketplace: 'mkt_1', operation: 'op_1', requestId: uuid, amount: 12_345n,
  currency: 'CNY', subject: 'pay_1', orderReference: 'PO', session: 'cs_1', revision: 1, marketplaceName: 'M', description: 'Tea, green',
  returnUrl: 'https://shop.example', notifyUrl: 'https://pay.example', expiresAt: '2026-01-05T09:15:00.500Z',
}
const now = new Date('2026-01-05T09:00:00Z')

describe('what is asked of a buyer', () => {
  it('says number, amount, end and marketplace, in Alipay’s own terms', () => {
    expect(chargeBiz(charge, { now, store: 'mkt_1' })).toEqual({
      out_trade_no: numberOf(uuid), total_amount: '123.45', subject: 'Tea green', time_expire: '2026-01-05 17:15:00', store_id: 'mkt_1',
    })
    expect(codeMinutes(charge, now)).toBe('16m')
  })

  it.each([['over', '2026-01-05T08:59:59Z'], ['over at once', '2026-01-05T09:00:00Z'], ['none', 'soon']])('refuses an end that is %s', (_, expiresAt) => {
    expect(() => chargeBiz({ ...charge, expiresAt }, { now, store: undefined })).toThrow(RequestRefused)
  })

  it.each([
    ['50% off + 茶', '50% off + 茶'], ['a/b=c&d', 'a b c d'], ['<b>"x"</b>', 'b x b'], ['  \u0000\n', 'Order'], ['', 'Order'],
    ['茶'.repeat(300), '茶'.repeat(256)], ['🍵'.repeat(300), '🍵'.repeat(256)],
  ])('shows %j as %j', (description, subject) => {
    expect(subjectOf(description)).toBe(subject)
  })
})

const trade: Body = { code: '10000', out_trade_no: numberOf(uuid), trade_no: '2026010522001', total_amount: '123.45', trade_status: 'TRADE_SUCCESS' }
const asked = { requestId: uuid, amount: 12_345n }

function summary(outcome: Outcome | { outcome: 'not_found' }): string {
  return outcome.outcome === 'declined' ? `declined ${outcome.decline.class} ${outcome.decline.code}` : outcome.outcome
}

describe('a trade as Alipay shows it', () => {
  const closed: Body = { ...trade, trade_status: 'TRADE_CLOSED' }

  it.each<[string, Body, string, string]>([
    ['paid', trade, 'approved', 'declined hard already_paid'],
    ['finished: refunds are over', { ...trade, trade_status: 'TRADE_FINISHED' }, 'approved', 'declined hard already_paid'],
    ['fully refunded, with the day it was paid', { ...closed, send_pay_date: '2026-01-05 17:00:00' }, 'approved', 'declined hard already_paid'],
    ['fully refunded, with the funds it was paid by', { ...closed, fund_bill_list: [{}] }, 'approved', 'declined hard already_paid'],
    ['fully refunded, with what the buyer paid', { ...closed, buyer_pay_amount: '123.45' }, 'approved', 'declined hard already_paid'],
    ['closed without money', { ...closed, buyer_pay_amount: '0.00', receipt_amount: '0.00' }, 'declined soft refused', 'approved'],
    ['waiting for its buyer', { ...trade, trade_status: 'WAIT_BUYER_PAY' }, 'action_required', 'not_found'],
    ['in a state we don’t know', { ...trade, trade_status: 'TRADE_PENDING' }, 'unknown', 'unknown'],
    ['in no state', { ...trade, trade_status: undefined }, 'unknown', 'unknown'],
    ['another one', { ...trade, out_trade_no: 'T2' }, 'unknown', 'unknown'],
    ['waiting for its buyer, with another amount', { ...trade, trade_status: 'WAIT_BUYER_PAY', total_amount: '123.44' }, 'action_required', 'not_found'],
    ['in another currency', { ...trade, trans_currency: 'USD' }, 'unknown', 'unknown'],
    ['of an amount that is none', { ...trade, total_amount: '1e2' }, 'unknown', 'unknown'],
    ['without a number', { ...trade, trade_no: '' }, 'unknown', 'unknown'],
    ['not there', { code: '40004', sub_code: 'ACQ.TRADE_NOT_EXIST' }, 'not_found', 'not_found'],
    ['refused', { code: '40004', sub_code: 'ACQ.SYSTEM_ERROR' }, 'unknown', 'unknown'],
    ['busy', { code: '20000', sub_code: 'isp.unknow-error' }, 'unknown', 'unknown'],
    ['not for us to see', { code: '40006', sub_code: 'isv.insufficient-isv-permissions' }, 'unknown', 'unknown'],
  ])('%s', (_, body, ofCharge, ofClose) => {
    expect(summary(readTrade(body, asked))).toBe(ofCharge)
    expect(summary(readClosed(body, asked))).toBe(ofClose)
  })

  it('paid is approved for what was paid, whatever was asked', () => {
    const body: Body = { ...trade, total_amount: '123.44' }
    expect(readTrade(body, asked)).toMatchObject({ outcome: 'approved', amount: 12_344n })
    expect(summary(readClosed(body, asked))).toBe('declined hard already_paid')
  })
})

describe('refusals', () => {
  it.each<[string, string, string]>([
    ['40004', 'ACQ.INVALID_PARAMETER', 'declined hard rail_refused'], ['40004', 'ACQ.TOTAL_FEE_EXCEED', 'declined hard amount_refused'],
    ['40004', 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', 'declined hard amount_refused'], ['40004', 'ACQ.SELLER_BALANCE_NOT_ENOUGH', 'declined soft rail_balance_low'],
    ['40004', 'ACQ.SYSTEM_ERROR', 'unknown'], ['40004', 'ACQ.CONTEXT_INCONSISTENT', 'unknown'], ['40004', 'ACQ.TRADE_HAS_SUCCESS', 'unknown'],
    ['40004', 'ACQ.TRADE_HAS_CLOSE', 'unknown'], ['40004', 'ACQ.DISCORDANT_REPEAT_REQUEST', 'unknown'], ['40004', 'ACQ.SOMETHING_NEW', 'unknown'],
    ['40004', '', 'unknown'], ['20000', 'isp.unknow-error', 'unknown'], ['20000', 'ACQ.INVALID_PARAMETER', 'unknown'], ['10003', '', 'unknown'],
    ['20001', 'aop.invalid-auth-token', 'unknown'], ['99999', 'ACQ.INVALID_PARAMETER', 'unknown'],
    ['40002', 'isv.invalid-signature', 'not_sent'], ['40002', 'isv.invalid-app-id', 'not_sent'], ['40006', 'isv.insufficient-isv-permissions', 'not_sent'],
    ['40002', 'isv.invalid-parameter', 'declined hard rail_refused'], ['40001', 'isv.missing-parameter', 'declined hard rail_refused'],
  ])('%s %s: %s', (code, sub_code, expected) => {
    expect(summary(readRefusal({ code, sub_code }))).toBe(expected)
  })
})

describe('refunds', () => {
  const refund = { ...charge, kind: 'refund', requestId: 'R1', railReference: '2026010522001' } as const
  const shown: Body = { code: '10000', out_trade_no: numberOf(uuid), trade_no: '2026010522001', out_request_no: 'R1', refund_amount: '1.00', refund_status: 'REFUND_SUCCESS' }

  it('counts what was asked, not the sum of all refunds that the answer shows', () => {
    const body: Body = { code: '10000', trade_no: '2026010522001', fund_change: 'Y' }
    expect(readRefund(body, refund)).toEqual({ outcome: 'approved', railReference: '2026010522001_R1', amount: 12_345n })
    expect(readRefund({ ...body, fund_change: 'N' }, refund)).toMatchObject({ outcome: 'unknown' })
    expect(readRefund({ ...body, fund_change: undefined }, refund)).toMatchObject({ outcome: 'unknown' })
  })

  it.each<[string, Body, string]>([
    ['done', shown, 'approved'], ['none', { code: '10000' }, 'not_found'], ['of no trade', { code: '40004', sub_code: 'TRADE_NOT_EXIST' }, 'not_found'],
    ['in a state we don’t know', { ...shown, refund_status: 'REFUND_PROCESSING' }, 'unknown'], ['without a state', { ...shown, refund_status: undefined }, 'unknown'],
    ['of another request', { ...shown, out_request_no: 'R2' }, 'unknown'],
    ['busy', { code: '20000', sub_code: 'isp.unknow-error' }, 'unknown'],
  ])('shown as %s', (_, body, expected) => {
    expect(summary(readRefundQuery(body, { requestId: 'R1' }))).toBe(expected)
  })

  it('is shown with the amount that went back, whatever was asked', () => {
    expect(readRefundQuery({ ...shown, refund_amount: '2.00' }, { requestId: 'R1' })).toMatchObject({ outcome: 'approved', amount: 200n })
  })
})

describe('an answer', () => {
  it('may say yuan as a number, as some samples do', () => {
    expect(readAnswer({ kind: 'answered', body: { code: '10000', refund_amount: 88.8 } })).toMatchObject({ body: { refund_amount: '88.8' } })
  })

  it.each([[{}], [{ code: 10000 }], [{ code: '10000', trade_no: {} }]])('like %j cannot be read', (body) => {
    expect(readAnswer({ kind: 'answered', body })).toMatchObject({ outcome: { outcome: 'unknown' } })
  })
})
