import { describe, expect, it } from 'vitest'
import type { FollowUpRequest, Inquiry, WalletChargeRequest } from '@holdfast/core'
import { AmountRefused, Amounts } from './amounts.ts'
import {
  RequestRefused, payBody, readPay, readPayment, readRefund, readRefundInquiry, refundBody, type Said,
} from './wire.ts'

const amounts = new Amounts()

const charge: WalletChargeRequest = {
  kind: 'sale', method: 'alipay', marketplace: 'mkt_1', operation: 'op_1', requestId: 'op_1', amount: 12_500n, currency: 'USD',
  subject: 'pay_1', orderReference: 'PO 42/7', session: 'cs_1', revision: 1, marketplaceName: 'Example Market', flow: 'redirect',
  device: 'desktop', description: 'Tea\nand cups', returnUrl: 'https://shop.example/done', notifyUrl: 'https://pay.example/n',
  expiresAt: '2026-11-22T12:00:59.999Z',
}

describe('requests', () => {
  it('pay says amounts as text in minor units, and where the buyer and the result go', () => {
    expect(payBody(charge, amounts)).toEqual({
      productCode: 'CASHIER_PAYMENT',
      paymentRequestId: 'op_1',
      order: {
        referenceOrderId: 'PO 42/7', orderDescription: 'Tea and cups', orderAmount: { currency: 'USD', value: '12500' },
        merchant: { referenceMerchantId: 'mkt_1', merchantName: 'Example Market' },
      },
      paymentAmount: { currency: 'USD', value: '12500' },
      paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
      settlementStrategy: { settlementCurrency: 'USD' },
      paymentExpiryTime: '2026-11-22T12:00:59Z',
      paymentRedirectUrl: 'https://shop.example/done',
      paymentNotifyUrl: 'https://pay.example/n',
      env: { terminalType: 'WEB' },
    })
    expect(payBody({ ...charge, device: 'phone' }, amounts)['env']).toEqual({ terminalType: 'WAP' })
  })

  it.each([['JPY', 1_200n, '1200'], ['KWD', 1_234n, '1234'], ['CNY', 8_888n, '8888'], ['EUR', 1n, '1']])('pay in %s', (currency, amount, value) => {
    expect(payBody({ ...charge, currency, amount }, amounts)['paymentAmount']).toEqual({ currency, value })
  })

  it('count a currency as the rail does, and never lose a part', () => {
    const other = new Amounts({ exponents: { ISK: 2, HUF: 0 } })
    expect(other.toRail({ amount: 1_500n, currency: 'ISK' })).toEqual({ currency: 'ISK', value: '150000' })
    expect(other.fromRail({ value: '150000', currency: 'ISK' })).toBe(1_500n)
    expect(() => other.toRail({ amount: 150_050n, currency: 'HUF' })).toThrow(AmountRefused)
  })

  it.each<[string, Partial<WalletChargeRequest>]>([
    ['nothing', { amount: 0n }], ['less', { amount: -1n }], ['13 digits', { amount: 1_000_000_000_000n }], ['a currency that is none', { currency: 'XXX' }],
  ])('are not made for %s', (_, change) => {
    expect(() => payBody({ ...charge, ...change }, amounts)).toThrow(AmountRefused)
  })

  it.each(['', 'with space', 'x'.repeat(65), 'ü', 'a/b'])('are not made with the request id %j', (requestId) => {
    expect(() => payBody({ ...charge, requestId }, amounts)).toThrow(RequestRefused)
  })

  it('refund names the payment by the rail’s own id', () => {
    const refund = { ...charge, kind: 'refund', requestId: 'op_2', railReference: '2026', chargeRequestId: 'op_1', amount: 4_000n } as unknown as FollowUpRequest
    expect(refundBody(refund, amounts)).toEqual({ refundRequestId: 'op_2', paymentId: '2026', refundAmount: { currency: 'USD', value: '4000' } })
  })
})

function said(resultStatus: string, resultCode: string, body: object = {}): Said {
  const result = { resultStatus, resultCode, resultMessage: 'words' }
  return { result, body: { result, ...body } }
}

function summary(outcome: Inquiry): string {
  if (outcome.outcome === 'declined') return `declined ${outcome.decline.class} ${outcome.decline.code}`
  if (outcome.outcome === 'approved') return `approved ${outcome.railReference} ${outcome.amount}`
  return outcome.outcome === 'action_required' ? `action ${outcome.action.type} ${outcome.railReference ?? ''}`.trim() : outcome.outcome
}

const amount = { currency: 'USD', value: '12500' }
const payment = { paymentRequestId: 'op_1', paymentId: 'P1', paymentAmount: amount }
const page = { ...payment, normalUrl: 'https://wallet.example/p' }
const code = (details: object): object => ({ ...page, orderCodeForm: { codeDetails: [{ codeValueType: 'BARCODE', codeValue: '1' }, details] } })

describe('pay’s answer', () => {
  it.each<[string, Said, string]>([
    ['in process, with a page', said('U', 'PAYMENT_IN_PROCESS', page), 'action redirect P1'],
    ['in process, with a form that is a link', said('U', 'PAYMENT_IN_PROCESS', { ...payment, redirectActionForm: { method: 'GET', redirectUrl: 'https://wallet.example/p' } }), 'action redirect P1'],
    ['in process, with a form to post', said('U', 'PAYMENT_IN_PROCESS', { ...payment, redirectActionForm: { method: 'POST', redirectUrl: 'https://wallet.example/p' } }), 'unknown'],
    ['in process, with a page that is no page', said('U', 'PAYMENT_IN_PROCESS', { ...payment, normalUrl: 'javascript:alert(1)' }), 'unknown'],
    ['in process, with nothing for the buyer', said('U', 'PAYMENT_IN_PROCESS', payment), 'unknown'],
    ['in process, about another request', said('U', 'PAYMENT_IN_PROCESS', { ...page, paymentRequestId: 'op_2' }), 'unknown'],
    ['a failure of theirs', said('U', 'UNKNOWN_EXCEPTION', page), 'unknown'],
    ['too much traffic', said('U', 'REQUEST_TRAFFIC_EXCEED_LIMIT'), 'unknown'],
    ['paid at once', said('S', 'SUCCESS', payment), 'approved P1 12500'],
    ['paid, without an amount', said('S', 'SUCCESS', { paymentRequestId: 'op_1', paymentId: 'P1' }), 'unknown'],
    ['paid, of another amount', said('S', 'SUCCESS', { ...payment, paymentAmount: { currency: 'USD', value: '12501' } }), 'approved P1 12501'],
    ['paid, in another currency', said('S', 'SUCCESS', { ...payment, paymentAmount: { currency: 'EUR', value: '12500' } }), 'unknown'],
    ['an id used before for something else', said('F', 'REPEAT_REQ_INCONSISTENT'), 'unknown'],
    ['a signature that it doesn’t accept', said('F', 'INVALID_SIGNATURE'), 'not_sent'],
    ['a key that it doesn’t know', said('F', 'KEY_NOT_FOUND'), 'not_sent'],
    ['a risk', said('F', 'RISK_REJECT'), 'declined soft suspected_fraud'],
    ['a balance', said('F', 'USER_BALANCE_NOT_ENOUGH'), 'declined soft insufficient_funds'],
    ['a parameter', said('F', 'PARAM_ILLEGAL'), 'declined hard rail_refused'],
    ['a code that is new', said('F', 'SOMETHING_NEW'), 'declined hard rail_refused'],
  ])('%s', (_, answer, expected) => {
    expect(summary(readPay(answer, { request: charge, amounts }))).toBe(expected)
  })

  it.each<[string, object, string]>([
    ['the code as text', code({ codeValueType: 'QRCODE', codeValue: 'https://wallet.example/c', displayType: 'TEXT' }), 'action qr_code P1'],
    ['the code as a picture alone: the page', code({ codeValueType: 'QRCODE', codeValue: 'https://wallet.example/c.png', displayType: 'MIDDLEIMAGE' }), 'action redirect P1'],
    ['no code: the page', page, 'action redirect P1'],
  ])('for a scan has %s', (_, body, expected) => {
    expect(summary(readPay(said('U', 'PAYMENT_IN_PROCESS', body), { request: { ...charge, flow: 'qr_code' }, amounts }))).toBe(expected)
  })
})

describe('an inquiry’s answer', () => {
  const asked = { requestId: 'op_1', amount: 12_500n, currency: 'USD' }
  const status = (paymentStatus: string, change: object = {}): Said => said('S', 'SUCCESS', { ...payment, paymentStatus, ...change })

  it.each<[string, Said, string]>([
    ['success', status('SUCCESS'), 'approved P1 12500'],
    ['success of another amount', status('SUCCESS', { paymentAmount: { currency: 'USD', value: '1' } }), 'approved P1 1'],
    ['success of another request', status('SUCCESS', { paymentRequestId: 'op_2' }), 'unknown'],
    ['success of no request', status('SUCCESS', { paymentRequestId: undefined }), 'unknown'],
    ['in process', status('PROCESSING'), 'action wait P1'],
    ['paid and not yet through', status('PENDING'), 'action wait P1'],
    ['failed by the buyer', status('FAIL', { paymentResultCode: 'USER_REFUSED' }), 'declined soft refused'],
    ['failed without a reason', status('FAIL'), 'declined soft refused'],
    ['failed by the clock', status('FAIL', { paymentResultCode: 'ORDER_IS_CLOSED' }), 'declined soft expired'],
    ['canceled', status('CANCELLED', { paymentResultCode: 'ORDER_IS_CANCELED' }), 'declined soft canceled'],
    ['canceled without a reason', status('CANCELLED'), 'declined soft canceled'],
    ['canceled by the clock', status('CANCELLED', { paymentResultCode: 'ORDER_IS_CLOSED' }), 'declined soft expired'],
    ['a status that is new', status('WONDERING'), 'unknown'],
    ['no such payment', said('F', 'ORDER_NOT_EXIST'), 'not_found'],
    ['a failure of theirs', said('U', 'UNKNOWN_EXCEPTION', { ...payment, paymentStatus: 'SUCCESS' }), 'unknown'],
    ['a refusal', said('F', 'PARAM_ILLEGAL'), 'unknown'],
  ])('%s', (_, answer, expected) => {
    expect(summary(readPayment(answer, { asked, amounts }))).toBe(expected)
  })

  it('is its own result’s, not the payment’s: S with FAIL is no success, F with SUCCESS no payment', () => {
    expect(summary(readPayment(status('FAIL'), { asked, amounts }))).toContain('declined')
    expect(summary(readPayment(said('F', 'PROCESS_FAIL', { ...payment, paymentStatus: 'SUCCESS' }), { asked, amounts }))).toBe('unknown')
  })
})

describe('a refund’s answer', () => {
  const asked = { requestId: 'op_2', amount: 4_000n, currency: 'USD' }
  const refund = { refundRequestId: 'op_2', refundId: 'R1', refundAmount: { currency: 'USD', value: '4000' } }

  it.each<[string, Said, string]>([
    ['done', said('S', 'SUCCESS', refund), 'approved R1 4000'],
    ['done, of another amount', said('S', 'SUCCESS', { ...refund, refundAmount: amount }), 'approved R1 12500'],
    ['done, of another request', said('S', 'SUCCESS', { ...refund, refundRequestId: 'op_3' }), 'unknown'],
    ['in process', said('U', 'REFUND_IN_PROCESS', refund), 'unknown'],
    ['too much', said('F', 'REFUND_AMOUNT_EXCEED'), 'declined hard rail_refused'],
    ['more than our balance there', said('F', 'MERCHANT_BALANCE_NOT_ENOUGH'), 'declined soft rail_balance_low'],
    ['an id used before', said('F', 'REPEAT_REQ_INCONSISTENT'), 'unknown'],
    ['a client that it doesn’t know', said('F', 'INVALID_CLIENT'), 'not_sent'],
  ])('%s', (_, answer, expected) => {
    expect(summary(readRefund(answer, { asked, amounts }))).toBe(expected)
  })

  it.each<[string, Said, string]>([
    ['done', said('S', 'SUCCESS', { ...refund, refundStatus: 'SUCCESS' }), 'approved R1 4000'],
    ['in process', said('S', 'SUCCESS', { ...refund, refundStatus: 'PROCESSING' }), 'unknown'],
    ['failed', said('S', 'SUCCESS', { ...refund, refundStatus: 'FAIL' }), 'declined hard rail_refused'],
    ['no such refund', said('F', 'REFUND_NOT_EXIST'), 'not_found'],
    ['a failure of theirs', said('U', 'UNKNOWN_EXCEPTION'), 'unknown'],
  ])('inquired: %s', (_, answer, expected) => {
    expect(summary(readRefundInquiry(answer, { asked, amounts }))).toBe(expected)
  })
})
