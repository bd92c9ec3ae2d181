import { describe, expect, it } from 'vitest'
import type { CardChargeRequest, FollowUpRequest, Outcome } from '@holdfast/core'
import { Amounts } from './amounts.ts'
import { RequestRefused, followUp, inquiryPath, paymentBody, readInquiry, readOutcome, type Asked } from './wire.ts'
import { authorizationDays } from './windows.ts'

const amounts = new Amounts()
const now = new Date('2026-11-22T10:00:00Z')
const storedCredentials = { originalNetworkTransactionId: 'merchant' } as const
const speaker = { amounts, storedCredentials, software: { companyName: 'Holdfast', productName: 'holdfast', version: '0.1.0' } }
const asked: Asked = { kind: 'authorize', requestId: 'op_1', merchantId: '998482157630', currency: 'USD' }

const charge: CardChargeRequest = {
  kind: 'authorize', method: 'card', marketplace: 'mkt_1', operation: 'op_1', requestId: 'op_1', amount: 12_500n, currency: 'USD',
  subject: 'pay_01jd5e8d1qfpgvc1yrpwt4nvgq', orderReference: 'PO 42/7', session: 'cs_1', revision: 1, cardToken: 'tok_1',
  marketplaceName: 'Handelshaus Müller <b2b>',
}

function followUpOf(change: Partial<FollowUpRequest>): FollowUpRequest {
  return { ...charge, kind: 'capture', chargeRequestId: 'op_1', railReference: 'rail-1', ...change } as FollowUpRequest
}

const record = {
  transactionId: 'rail-1', requestId: 'op_1', transactionState: 'AUTHORIZED', responseStatus: 'SUCCESS', responseCode: 'APPROVED',
  amount: 12_500, currency: 'USD', merchant: { merchantId: '998482157630', added: 'later' }, addedLater: true,
  paymentMethodType: { card: { cardTypeName: 'AMERICAN_EXPRESS', maskedAccountNumber: '371144XXXXX1376', networkResponse: { networkResponseCode: '00' } } },
}

describe('requests', () => {
  it.each([['authorize', 'MANUAL'], ['sale', 'NOW']] as const)('%s asks for captureMethod %s, and has no card', (kind, captureMethod) => {
    const body = paymentBody({ ...charge, kind }, speaker, now)
    expect(body).toMatchObject({ captureMethod, amount: 12_500, currency: 'USD', partialAuthorizationSupport: 'NOT_SUPPORTED' })
    expect(body).not.toHaveProperty('paymentMethodType')
  })

  it.each([
    ['used once', undefined, 'CARDHOLDER', 'NOT_STORED'],
    ['about to be kept', { use: 'first', initiator: 'buyer' }, 'CARDHOLDER', 'TO_BE_STORED'],
    ['kept, its buyer there', { use: 'again', initiator: 'buyer' }, 'CARDHOLDER', 'STORED'],
    ['kept, its buyer not there', { use: 'again', initiator: 'merchant' }, 'MERCHANT', 'STORED'],
  ] as const)('tell the rail of a card that is %s', (_what, credential, initiatorType, accountOnFile) => {
    const request = { ...charge, ...(credential && { credential: { savedCard: 'pm_1', ...credential } }) }
    expect(paymentBody(request, speaker)).toMatchObject({ initiatorType, accountOnFile })
  })

  it.each([
    ['merchant', 'merchant', true], ['merchant', 'buyer', false], ['all', 'buyer', true], ['never', 'merchant', false],
  ] as const)('with the setting %s name the network’s first payment to a %s: %s', (setting, initiator, told) => {
    const credential = { use: 'again', savedCard: 'pm_1', initiator, networkTransactionId: '123456789012345' } as const
    const body = paymentBody({ ...charge, credential }, { ...speaker, storedCredentials: { originalNetworkTransactionId: setting } })
    expect(body['paymentMethodType']).toEqual(told ? { card: { originalNetworkTransactionId: '123456789012345' } } : undefined)
  })

  it('never have a merchant store a card for a buyer', () => {
    const credential = { use: 'first', initiator: 'merchant', savedCard: 'pm_1' } as const
    expect(() => paymentBody({ ...charge, credential }, speaker)).toThrow(RequestRefused)
  })

  it('name our payment without an underscore, by the rail’s pattern, anchored', () => {
    expect(paymentBody(charge, speaker, now)['merchantOrderNumber']).toBe('pay-01jd5e8d1qfpgvc1yrpwt4nvgq')
    for (const subject of ['pay_ü', 'pay_1\n', '', 'p'.repeat(41)]) {
      expect(() => paymentBody({ ...charge, subject }, speaker, now)).toThrow(RequestRefused)
    }
  })

  it.each([
    ['Handelshaus Müller <b2b>', 'Handelshaus Muller b2b'],
    ['Example Market International Holdings', 'Example Market Interna'],
    ['中国市场', undefined],
    ['A & B', undefined],
  ])('%s is %s on a card statement', (marketplaceName, expected) => {
    expect(paymentBody({ ...charge, marketplaceName }, speaker, now)['statementDescriptor']).toBe(expected)
  })

  it('say nothing that the rail refuses in texts', () => {
    const { merchant } = paymentBody({ ...charge, orderReference: '{PO} <42>' }, speaker, now)
    expect(merchant).toMatchObject({ softMerchant: { name: 'Handelshaus Müller b2b', merchantPurchaseDescription: 'Order PO 42' } })
  })

  it.each([
    ['the whole', { sequence: 1, final: true }, undefined],
    ['the first of several', { sequence: 1, final: false }, { multiCaptureSequenceNumber: '1', multiCaptureRecordCount: 99, isFinalCapture: false }],
    ['the second of several', { sequence: 2, final: false }, { multiCaptureSequenceNumber: '2', multiCaptureRecordCount: 99, isFinalCapture: false }],
    ['the final of three', { sequence: 3, final: true }, { multiCaptureSequenceNumber: '3', multiCaptureRecordCount: 3, isFinalCapture: true }],
    ['one beyond the count', { sequence: 120, final: false }, { multiCaptureSequenceNumber: '120', multiCaptureRecordCount: 120, isFinalCapture: false }],
  ])('capture %s', (_, change, multiCapture) => {
    const { path, body } = followUp(followUpOf(change), speaker)
    expect(path).toBe('/payments/rail-1/captures')
    expect(body['multiCapture']).toEqual(multiCapture)
    expect(body['amount']).toBe(12_500)
  })

  it('refund the capture that they name, never a card', () => {
    const { path, body } = followUp(followUpOf({ kind: 'refund', railReference: 'cap-2' }), speaker)
    expect(path).toBe('/refunds')
    expect(body['paymentMethodType']).toEqual({ transactionReference: { transactionReferenceId: 'cap-2' } })
  })

  it('cannot leave their path by a rail reference', () => {
    expect(followUp(followUpOf({ kind: 'void', railReference: '../x?y' }), speaker).path).toBe('/payments/..%2Fx%3Fy')
    expect(inquiryPath({ kind: 'capture', requestId: 'a&b' })).toBe('/captures?requestIdentifier=a%26b')
  })

  it.each(['', 'with space', 'x'.repeat(41), 'ü'])('are not made with the request id %j', (requestId) => {
    expect(() => inquiryPath({ kind: 'sale', requestId })).toThrow(RequestRefused)
  })
})

const denial = (networkResponseCode: string, change: object = {}): object => ({
  ...record, responseStatus: 'DENIED', responseCode: 'DECLINED', transactionState: 'DECLINED',
  paymentMethodType: { card: { cardTypeName: 'VISA', networkResponse: { networkResponseCode }, ...change } },
})

const error = (responseCode: string, change: object = {}): object => ({ responseStatus: 'ERROR', responseCode, ...change })

function summary(outcome: Outcome): string {
  if (outcome.outcome === 'declined') return `declined ${outcome.decline.class} ${outcome.decline.code}`
  return outcome.outcome
}

describe('answers to a request', () => {
  it('tell the network’s id of the payment, where the rail gives one', () => {
    const card = { ...record.paymentMethodType.card, networkResponse: { networkResponseCode: '00', networkTransactionId: '123456789012345' } }
    expect(readOutcome({ status: 200, body: { ...record, paymentMethodType: { card } } }, { asked, amounts }))
      .toMatchObject({ outcome: 'approved', networkTransactionId: '123456789012345' })
  })

  it('are approved for the rail’s amount, with the card’s facts, and unknown fields let through', () => {
    expect(readOutcome({ status: 200, body: { ...record, amount: 6_250, responseCode: 'PARTIAL_APPROVAL' } }, { asked, amounts })).toEqual({
      outcome: 'approved', railReference: 'rail-1', amount: 6_250n, card: { brand: 'amex', last4: '1376' },
    })
  })

  it.each<[string, number, unknown, string]>([
    ['closed after MANUAL', 200, { ...record, transactionState: 'CLOSED' }, 'approved'],
    ['still pending', 200, { ...record, transactionState: 'PENDING' }, 'unknown'],
    ['waiting for the buyer', 200, { ...record, responseStatus: 'PENDING', responseCode: 'PERFORM_AUTHENTICATION' }, 'unknown'],
    ['an error with 200', 200, { ...record, responseStatus: 'ERROR' }, 'unknown'],
    ['a success in a declined state', 200, { ...record, transactionState: 'DECLINED' }, 'unknown'],
    ['of another request', 200, { ...record, requestId: 'op_2' }, 'unknown'],
    ['in another currency', 200, { ...record, currency: 'EUR' }, 'unknown'],
    ['for another merchant', 200, { ...record, merchant: { merchantId: '998482157631' } }, 'unknown'],
    ['without an amount', 200, { ...record, amount: undefined }, 'unknown'],
    ['with a part of a cent', 200, { ...record, amount: 12.5 }, 'unknown'],
    ['with an amount as a text', 200, { ...record, amount: '12500' }, 'unknown'],
    ['without an id', 200, { ...record, transactionId: undefined }, 'unknown'],
    ['not JSON', 200, undefined, 'unknown'],
    ['empty', 200, '', 'unknown'],
    ['a redirect', 302, error('MOVED'), 'unknown'],
    ['a conflict', 409, error('CONFLICT'), 'unknown'],
    ['too many requests', 429, error('RATE'), 'unknown'],
    ['a failure of theirs', 500, error('SERVER_ERROR'), 'unknown'],
    ['a failure before them', 502, undefined, 'unknown'],
    ['a time-out of theirs', 504, error('TIMEOUT'), 'unknown'],
    ['a 400 that is not theirs', 400, undefined, 'unknown'],
    ['a 404 that is not theirs', 404, '<html>', 'unknown'],
    ['a used request id', 412, error('DUPLICATE_REQUEST'), 'unknown'],
    ['a token not accepted', 401, undefined, 'not_sent'],
    ['a merchant not ours', 403, error('FORBIDDEN'), 'declined hard rail_refused'],
    ['a transaction not known', 404, error('NOT_FOUND'), 'declined hard rail_refused'],
    ['a state that forbids it', 412, error('ALREADY_CAPTURED'), 'declined hard rail_refused'],
    ['a field of ours', 400, error('VALIDATION_ERROR', { validationErrors: [{ entity: 'merchant.merchantSoftware' }] }), 'declined hard rail_refused'],
    ['a field of the card', 400, error('VALIDATION_ERROR', { validationErrors: [{ entity: 'paymentMethodType.card.accountNumber' }] }), 'declined fix_data card_data_invalid'],
    ['fields of both', 400, error('VALIDATION_ERROR', { validationErrors: [{ entity: 'paymentMethodType.card.cvv' }, { entity: 'amount' }] }), 'declined hard rail_refused'],
  ])('%s (%i)', (_, status, body, expected) => {
    expect(summary(readOutcome({ status, body }, { asked, amounts }))).toBe(expected)
  })

  it.each([
    ['05', 'soft do_not_honor'], ['51', 'soft insufficient_funds'], ['91', 'soft issuer_unavailable'], ['43', 'hard stolen_card'],
    ['14', 'hard invalid_card_number'], ['R1', 'hard authorization_revoked'], ['54', 'fix_data expired_card'],
    ['N7', 'fix_data security_code_mismatch'], ['1A', 'authenticate authentication_required'], ['65', 'soft limit_exceeded'],
    ['QQ', 'soft declined'], ['00', 'soft declined'], ['', 'soft declined'],
  ])('denied by network code %j: %s', (code, expected) => {
    expect(summary(readOutcome({ status: 200, body: denial(code) }, { asked, amounts }))).toBe(`declined ${expected}`)
  })

  it.each([
    ['65', 'authenticate authentication_required', undefined],
    ['05', 'hard do_not_honor', '03'],
    ['51', 'hard insufficient_funds', '21'],
    ['05', 'fix_data do_not_honor', '01'],
    ['51', 'soft insufficient_funds', '25'],
  ])('denied by Mastercard with %s: %s (advice %s)', (networkResponseCode, expected, merchantAdviceCode) => {
    const card = { cardTypeName: 'MASTERCARD', networkResponse: { networkResponseCode, additionalData: { merchantAdviceCode } } }
    expect(summary(readOutcome({ status: 200, body: denial('', card) }, { asked, amounts }))).toBe(`declined ${expected}`)
  })

  it('denied without a network code: by the rail’s own word', () => {
    const body = { ...denial(''), responseCode: 'EXPIRED_CARD' }
    expect(summary(readOutcome({ status: 200, body }, { asked, amounts }))).toBe('declined fix_data expired_card')
  })

  it('keep no run of digits that could be a card, for operators either', () => {
    const body = error('VALIDATION_ERROR', { responseMessage: 'accountNumber 4112 3441 1234-4113 is wrong' })
    const outcome = readOutcome({ status: 400, body }, { asked, amounts })
    expect(outcome).toMatchObject({ decline: { raw: { responseMessage: 'accountNumber [digits] is wrong', httpStatus: '400' } } })
  })

  it('of a void: done only when the rail says so, for what was not captured', () => {
    const voided = { ...asked, kind: 'void' } as const
    const body = { ...record, isVoid: true, transactionState: 'CLOSED', paymentRequest: { captures: [{ amount: 4_000 }, { amount: 500 }] } }
    expect(readOutcome({ status: 200, body }, { asked: voided, amounts })).toMatchObject({ outcome: 'approved', amount: 8_000n })
    expect(readOutcome({ status: 200, body: { ...body, isVoid: false } }, { asked: voided, amounts })).toMatchObject({ outcome: 'unknown' })
  })
})

describe('answers to an inquiry', () => {
  const inquired: Asked = { kind: 'sale', requestId: 'op_1', merchantId: '998482157630' }

  it.each<[string, number, unknown, string]>([
    ['a record', 200, record, 'approved'],
    ['a denied record', 200, denial('51'), 'declined soft insufficient_funds'],
    ['a record of another request', 200, { ...record, requestId: 'op_2' }, 'unknown'],
    ['their 404', 404, error('NOT_FOUND'), 'not_found'],
    ['nothing at all', 200, '', 'not_found'],
    ['an empty object', 200, {}, 'not_found'],
    ['an empty list', 200, [], 'not_found'],
    ['a 404 before them', 404, undefined, 'unknown'],
    ['not JSON', 200, undefined, 'unknown'],
    ['a refusal', 400, error('VALIDATION_ERROR'), 'unknown'],
    ['a token not accepted', 401, undefined, 'unknown'],
    ['a merchant not ours', 403, error('FORBIDDEN'), 'unknown'],
    ['a precondition', 412, error('TRANSACTION_NOT_FOUND'), 'unknown'],
    ['a failure of theirs', 500, error('SERVER_ERROR'), 'unknown'],
  ])('%s (%i)', (_, status, body, expected) => {
    const outcome = readInquiry({ status, body }, { asked: inquired, amounts })
    expect(outcome.outcome === 'not_found' ? 'not_found' : summary(outcome)).toBe(expected)
  })
})

describe('windows of authorizations', () => {
  it('are those in force, with a default before any', () => {
    expect(authorizationDays(new Date('2026-11-22'))).toMatchObject({ default: 5, visa: 7, mastercard: 7 })
    expect(authorizationDays(new Date('2001-01-01'))).toEqual({ default: 5 })
  })
})
