import { describe, expect, it } from 'vitest'
import type { BuyerBrowser, CardChargeRequest } from '@holdfast/core'
import { Amounts } from './amounts.ts'
import { authenticationRequest } from './three-d-secure.ts'
import { readInquiry, readOutcome, type Asked } from './wire.ts'

const now = new Date('2026-11-22T10:00:00Z')
const browser: BuyerBrowser = {
  language: 'zh-Hans-CN', colorDepth: 30, screenWidth: 1440, screenHeight: 900, timeZoneOffset: -480, javaEnabled: false,
  ip: '2001:db8::1', userAgent: 'Mozilla/5.0', accept: '*/*',
}
const threeDSecure: NonNullable<CardChargeRequest['threeDSecure']> = { mode: 'automatic', window: '390x400', returnUrl: 'https://api.test/return' }

interface Body {
  readonly paymentMethodType: { readonly card: { readonly paymentAuthenticationRequest: { readonly threeDSRequestorAuthenticationInfo: object } } }
  readonly browserInfo: Readonly<Record<string, unknown>>
}
function bodyOf(change: Partial<typeof threeDSecure> = {}, of: Partial<BuyerBrowser> = {}): Body {
  const { body, card } = authenticationRequest({ threeDSecure: { ...threeDSecure, ...change }, browser: { ...browser, ...of } }, now)
  return { ...body, paymentMethodType: { card } } as unknown as Body
}

describe('a request', () => {
  it('has the shape of orchestrated 3-D Secure, and leaves the challenge to the issuer', () => {
    expect(bodyOf()).toEqual({
      paymentMethodType: { card: { paymentAuthenticationRequest: {
        authenticationReturnUrl: 'https://api.test/return',
        threeDSRequestorAuthenticationInfo: { authenticationPurpose: 'PAYMENT_TRANSACTION' },
        threeDSPurchaseInfo: { purchaseDate: '2026-11-22T10:00:00.000Z', threeDomainSecureTransactionType: 'GOODS_SERVICES' },
      } } },
      browserInfo: {
        browserAcceptHeader: '*/*', deviceIPAddress: '2001:db8::1', browserLanguage: 'zh-Hans', browserColorDepth: '24',
        browserScreenHeight: '900', browserScreenWidth: '1440', deviceLocalTimeZone: -480, browserUserAgent: 'Mozilla/5.0',
        challengeWindowSize: '390_400', javaEnabled: false, javaScriptEnabled: true,
      },
    })
  })

  it('asks for a challenge where the session wants one', () => {
    expect(bodyOf({ mode: 'challenge' }).paymentMethodType.card.paymentAuthenticationRequest.threeDSRequestorAuthenticationInfo)
      .toMatchObject({ threeDSChallengeType: 'CHALLENGE_REQUESTED' })
  })

  it.each([
    ['250x400', '250_400'], ['390x400', '390_400'], ['500x600', '500_600'], ['600x400', '600_400'], ['full_screen', 'FULL_SCREEN'],
  ] as const)('offers the window %s as %s', (window, said) => {
    expect(bodyOf({ window }).browserInfo['challengeWindowSize']).toBe(said)
  })

  it.each([[1, '1'], [3, '1'], [30, '24'], [32, '32'], [64, '48']])('tells a depth of %i as %s', (colorDepth, said) => {
    expect(bodyOf({}, { colorDepth }).browserInfo['browserColorDepth']).toBe(said)
  })

  it.each([['en', 'en'], ['sr-Latn-RS', 'sr-Latn'], ['x'.repeat(12), 'en'], ['C', 'en']])('tells the language %s as %s', (language, said) => {
    expect(bodyOf({}, { language }).browserInfo['browserLanguage']).toBe(said)
  })

  it('cuts headers where the protocol does', () => {
    expect(bodyOf({}, { userAgent: 'a'.repeat(5_000) }).browserInfo['browserUserAgent']).toHaveLength(2_048)
  })

  it.each([[{ threeDSecure }], [{ browser }], [{}]])('without both, asks for nothing: %j', (given) => {
    expect(authenticationRequest(given, now)).toEqual({ body: {}, card: {} })
  })
})

const asked: Asked = { kind: 'authorize', requestId: 'op_1', merchantId: '998482157630', currency: 'USD' }
const amounts = new Amounts()
const url = 'https://rail.test/3ds/1?signature=x'
const pending = {
  transactionId: 'rail-1', requestId: 'op_1', transactionState: 'PENDING', responseStatus: 'PENDING', responseCode: 'PERFORM_AUTHENTICATION',
  amount: 12_500, currency: 'USD', paymentAuthenticationResult: { authenticationOrchestrationUrl: url },
}
const read = (body: object) => readOutcome({ status: 200, body }, { asked, amounts })

describe('an answer', () => {
  it('that waits sends the browser on', () => {
    expect(read(pending)).toEqual({ outcome: 'action_required', railReference: 'rail-1', action: { type: 'authenticate', url, step: 'fingerprint' } })
  })

  it('that has an ACS shows a challenge, also by inquiry', () => {
    const body = { ...pending, paymentAuthenticationResult: { authenticationOrchestrationUrl: url, threeDomainSecureChallenge: { threeDSAcsUrl: 'https://bank.test' } } }
    expect(readInquiry({ status: 200, body }, { asked, amounts })).toMatchObject({ action: { step: 'challenge' } })
  })

  it.each([
    ['no URL', { ...pending, paymentAuthenticationResult: {} }],
    ['a URL that runs a script', { ...pending, paymentAuthenticationResult: { authenticationOrchestrationUrl: 'javascript:alert(1)' } }],
    ['another reason to wait', { ...pending, responseCode: 'CUSTOMER_PENDING' }],
    ['another request id', { ...pending, requestId: 'op_2' }],
  ])('that waits with %s is unknown', (_what, body) => {
    expect(read(body).outcome).toBe('unknown')
  })

  const ended = (completion: object, change: object = {}) => ({
    ...pending, transactionState: 'AUTHORIZED', responseStatus: 'SUCCESS', responseCode: 'APPROVED',
    paymentMethodType: { card: { cardTypeName: 'VISA', maskedAccountNumber: '400000XXXXXX2503' } },
    paymentAuthenticationResult: { threeDomainSecureCompletion: completion }, ...change,
  })
  const mastercard = { paymentMethodType: { card: { cardTypeName: 'MASTERCARD', maskedAccountNumber: '520000XXXXXX2151' } } }

  it.each([
    ['Y', '05', {}, 'authenticated', true], ['A', '06', {}, 'attempted', true], ['U', '07', {}, 'unavailable', false],
    ['Y', '02', mastercard, 'authenticated', true], ['A', '1', mastercard, 'attempted', true],
    ['U', '00', mastercard, 'unavailable', false],
    // an indicator of another scheme, or one that doesn't go with the status, shifts nothing
    ['Y', '02', {}, 'authenticated', false], ['U', '05', {}, 'unavailable', false], ['I', '07', {}, 'unavailable', false],
  ] as const)('%s with indicator %s is read as such', (threeDSTransactionStatus, electronicCommerceIndicator, card, status, liabilityShift) => {
    const outcome = read(ended({ threeDSTransactionStatus, electronicCommerceIndicator, threeDSDirectoryServerTransactionId: 'ds-1' }, card))
    expect(outcome).toMatchObject({ outcome: 'approved', authentication: { status, liabilityShift, transactionId: 'ds-1', version: null } })
  })

  const denied = { responseStatus: 'DENIED', responseCode: 'DECLINED', transactionState: 'DECLINED' }
  it.each([
    ['N', {}, 'authentication_failed'], ['R', {}, 'authentication_rejected'], ['N', { responseCode: 'CONSUMER_ABORTED' }, 'canceled'],
  ] as const)('denied after %s is for the buyer to authenticate', (threeDSTransactionStatus, change, code) => {
    expect(read(ended({ threeDSTransactionStatus }, { ...denied, ...change }))).toMatchObject({ outcome: 'declined', decline: { class: 'authenticate', code } })
  })

  it('denied by the network after the issuer vouched is the network’s decline', () => {
    const body = ended({ threeDSTransactionStatus: 'Y', electronicCommerceIndicator: '05' }, {
      ...denied, paymentMethodType: { card: { cardTypeName: 'VISA', networkResponse: { networkResponseCode: '51' } } },
    })
    expect(read(body)).toMatchObject({ decline: { code: 'insufficient_funds' }, authentication: { status: 'authenticated' } })
  })

  it('voided while the issuer was still at it took nothing', () => {
    const body = { ...pending, responseStatus: 'SUCCESS', responseCode: 'APPROVED', transactionState: 'VOIDED', isVoid: true }
    expect(read(body)).toMatchObject({ outcome: 'declined', decline: { code: 'canceled' } })
  })
})
