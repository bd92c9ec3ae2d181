import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { newFolder, payment, RailCaller, refundOf, send, stoppedClock } from '../testing.ts'

const declined = { status: 200, body: { responseStatus: 'DENIED', transactionState: 'DECLINED' } }

describe('what issuers answer', () => {
  it.each([
    ['4111111111111111', 'APPROVED', '00'],
    ['4112344112344113', 'APPROVED', '00'],
    ['4110144110144115', 'APPROVED', '00'],
    ['5112345112345114', 'APPROVED', '00'],
    ['371144371144376', 'APPROVED', '00'],
    ['6011111111111117', 'APPROVED', '00'],
    ['4444444444444455', 'INSUFFICIENT_FUNDS', '51'],
    ['4000000000000002', 'DECLINED', '05'],
    ['4000000000009995', 'INSUFFICIENT_FUNDS', '51'],
    ['4000000000000069', 'EXPIRED_CARD', '54'],
    ['4000000000000127', 'CVV_MISMATCH', 'N7'],
    ['4000000000009979', 'STOLEN_CARD', '43'],
  ])('answers HTTP 200 for card %s with %s', async (number, responseCode, networkResponseCode) => {
    const caller = await RailCaller.start()
    const answer = await caller.pay({ number })
    const approved = responseCode === 'APPROVED'
    expect(answer).toMatchObject({
      status: 200,
      body: {
        responseCode,
        responseStatus: approved ? 'SUCCESS' : 'DENIED',
        transactionState: approved ? 'AUTHORIZED' : 'DECLINED',
        paymentMethodType: { card: { networkResponse: { networkResponseCode } } },
      },
    })
  })

  it.each([
    ['4111111111111111', '111', 'MATCH'],
    ['371144371144376', '3111', 'NO_MATCH'],
    ['6011111111111117', '611', 'NO_MATCH'],
    ['6011111111111117', '612', 'NOT_PROCESSED'],
    ['4111111111111111', 111, 'MATCH'],
    ['4000000000000127', '111', 'NO_MATCH'],
  ])('says for card %s with security code %s: %s', async (number, cvv, cardVerificationResult) => {
    const caller = await RailCaller.start()
    const { body } = await caller.pay({ number, cvv })
    expect(body).toMatchObject({
      paymentMethodType: { card: { networkResponse: { cardVerificationResult } } },
    })
  })

  it('approves half where card and merchant support partial approval, and captures no more', async () => {
    const caller = await RailCaller.start()
    const options = {
      number: '5555555555555565',
      amount: 1001,
      partialAuthorizationSupport: 'SUPPORTED',
      captureMethod: 'NOW',
    }
    const { body } = await caller.pay(options)
    expect(body).toMatchObject({
      responseStatus: 'SUCCESS',
      responseCode: 'PARTIAL_APPROVAL',
      partialAuthorization: true,
      amount: 500,
      transactionState: 'CLOSED',
      remainingRefundableAmount: 500,
    })
  })

  it('declines a card whose month is over by the virtual clock', async () => {
    const clock = stoppedClock(Date.UTC(2040, 5, 1))
    const caller = await RailCaller.start({ now: clock.now })
    expect(await caller.pay()).toMatchObject({ ...declined, body: { responseCode: 'EXPIRED_CARD' } })
    clock.ms -= 1
    expect(await caller.pay()).toMatchObject({ body: { responseCode: 'APPROVED' } })
  })

  it.each([
    [14_005, 'DECLINED'],
    [4051, 'INSUFFICIENT_FUNDS'],
    [4054, 'EXPIRED_CARD'],
    [4082, 'CVV_MISMATCH'],
    [4000, 'APPROVED'],
  ])('answers amount %i with %s only when asked to decline by amount', async (amount, responseCode) => {
    const caller = await RailCaller.start({ declineByAmount: true })
    expect((await caller.pay({ amount })).body).toMatchObject({ responseCode })
    const plain = await RailCaller.start()
    expect((await plain.pay({ amount })).body).toMatchObject({ responseCode: 'APPROVED' })
  })

  it('keeps a decline as a record that inquiries find, and captures nothing of it', async () => {
    const caller = await RailCaller.start()
    const { body } = await caller.pay({ number: '4000000000000002', captureMethod: 'NOW' }, 'declined-1')
    expect(await caller.call('GET', '/api/v2/payments?requestIdentifier=declined-1')).toMatchObject(declined)
    expect(await caller.capture(String(body['transactionId']), {})).toMatchObject({
      status: 412,
      body: { responseCode: 'NOT_AUTHORIZED' },
    })
    expect(caller.rail.records.captures()).toEqual([])
  })
})

describe('who may call', () => {
  it.each([
    ['no token', { authorization: '' }, 401, 'UNAUTHORIZED'],
    ['an unknown token', { authorization: 'Bearer nobody' }, 401, 'UNAUTHORIZED'],
    ['a short merchant-id', { 'merchant-id': '1234567' }, 400, 'VALIDATION_ERROR'],
    ['another merchant-id', { 'merchant-id': '998482157631' }, 403, 'FORBIDDEN'],
    ['a long request-id', { 'request-id': 'x'.repeat(41) }, 400, 'VALIDATION_ERROR'],
    ['an empty request-id', { 'request-id': '' }, 400, 'VALIDATION_ERROR'],
  ])('refuses %s', async (_what, headers, status, responseCode) => {
    const caller = await RailCaller.start()
    const answer = await caller.call('POST', '/api/v2/payments', payment(), { headers })
    expect(answer).toMatchObject({ status, body: { responseStatus: 'ERROR', responseCode } })
    expect(caller.rail.records.payments()).toEqual([])
  })

  it('answers health checks without a token', async () => {
    const { rail } = await RailCaller.start()
    expect(await send(rail.url, { method: 'GET', path: '/api/v2/healthcheck/payments' })).toMatchObject({
      status: 200,
      body: { status: 'PASS' },
    })
  })

  it("hides one merchant's payments, captures and refunds from another", async () => {
    const caller = await RailCaller.start({ merchantIds: ['998482157630', '000017904371'] })
    const id = String((await caller.pay({ captureMethod: 'NOW' }, 'mine')).body['transactionId'])
    const refund = String((await caller.refund(id, 100)).body['transactionId'])
    const headers = { 'merchant-id': '000017904371' }
    for (const path of [
      `payments/${id}`,
      `captures/${id}`,
      `refunds/${refund}`,
      'payments?requestIdentifier=mine',
    ]) {
      expect(await caller.call('GET', `/api/v2/${path}`, undefined, { headers }), path).toMatchObject({
        status: 404,
      })
    }
    expect(await caller.call('POST', '/api/v2/refunds', refundOf(id), { headers })).toMatchObject({
      status: 404,
    })
  })
})

describe('what is refused as malformed', () => {
  const card = (fields: object): Record<string, unknown> => ({
    paymentMethodType: {
      card: { accountNumber: '4111111111111111', expiry: { month: 5, year: 2040 }, ...fields },
    },
  })

  it.each([
    ['an underscore in the order number', { merchantOrderNumber: 'ord_42' }, 'merchantOrderNumber'],
    ['41 characters of order number', { merchantOrderNumber: 'x'.repeat(41) }, 'merchantOrderNumber'],
    ['a decimal amount', { amount: 10.5 }, 'amount'],
    ['an amount of 13 digits', { amount: 1_000_000_000_000 }, 'amount'],
    ['an unknown currency', { currency: 'KWD' }, 'currency'],
    ['no merchant software', { merchant: {} }, 'merchant.merchantSoftware'],
    [
      'markup in the company name',
      { merchant: { merchantSoftware: { companyName: '<b>', productName: 'x' } } },
      'merchant.merchantSoftware.companyName',
    ],
    [
      'an expiry of strings',
      card({ expiry: { month: '05', year: '2040' } }),
      'paymentMethodType.card.expiry.month',
    ],
    ['a security code of two digits', card({ cvv: '11' }), 'paymentMethodType.card.cvv'],
    [
      'a kind of number that is not simulated',
      card({ accountNumberType: 'SAFETECH_TOKEN' }),
      'paymentMethodType.card.accountNumberType',
    ],
    [
      'a device’s number without its cryptogram',
      card({ accountNumberType: 'DEVICE_TOKEN', walletProvider: 'APPLE_PAY' }),
      'paymentMethodType.card.authentication.tokenAuthenticationValue',
    ],
    [
      'an indicator in words',
      card({ authentication: { electronicCommerceIndicator: 'five' } }),
      'paymentMethodType.card.authentication.electronicCommerceIndicator',
    ],
    ['a wallet that it does not know', card({ walletProvider: 'PAZE' }), 'paymentMethodType.card.walletProvider'],
    [
      'a number that is no test card',
      card({ accountNumber: '4242424242424242' }),
      'paymentMethodType.card.accountNumber',
    ],
    ['another method', { paymentMethodType: { alipay: {} } }, 'paymentMethodType.card'],
    [
      'a two-letter country',
      { accountHolder: { billingAddress: { countryCode: 'US' } } },
      'accountHolder.billingAddress.countryCode',
    ],
  ])('refuses %s, naming the field and leaving no record', async (_what, overrides, entity) => {
    const caller = await RailCaller.start()
    const answer = await caller.pay(overrides)
    expect(answer).toMatchObject({
      status: 400,
      body: { responseStatus: 'ERROR', responseCode: 'VALIDATION_ERROR' },
    })
    expect(answer.body['validationErrors']).toContainEqual(expect.objectContaining({ entity }))
    expect(answer.text).not.toContain('4242424242424242')
    expect(caller.rail.records.payments()).toEqual([])
  })

  it.each(['DEVICE_TOKEN', 'NETWORK_TOKEN'])('approves a %s with its cryptogram, without a security code', async accountNumberType => {
    const caller = await RailCaller.start()
    const authentication = { tokenAuthenticationValue: 'Af9x/QwAA/DjmU65oyc1MAABAAA=', electronicCommerceIndicator: '7' }
    const answer = await caller.pay(card({ accountNumberType, walletProvider: 'APPLE_PAY', authentication }))
    expect(answer).toMatchObject({ status: 200, body: { responseStatus: 'SUCCESS' } })
    expect(answer.text).not.toContain(authentication.tokenAuthenticationValue)
  })

  it('refuses a body that is not JSON', async () => {
    const caller = await RailCaller.start()
    expect(await caller.call('POST', '/api/v2/payments', '{"amount":')).toMatchObject({
      status: 400,
      body: { responseCode: 'MALFORMED_JSON' },
    })
  })
})

describe('request ids', () => {
  it('never makes a second record for one request id, of whatever kind', async () => {
    const caller = await RailCaller.start()
    const id = String((await caller.pay({}, 'once')).body['transactionId'])
    const twice = { status: 412, body: { responseCode: 'DUPLICATE_REQUEST' } }
    expect(await caller.pay({ amount: 1 }, 'once')).toMatchObject(twice)
    expect(await caller.capture(id, {}, 'once')).toMatchObject(twice)
    expect(await caller.refund(id, 1, 'once')).toMatchObject(twice)
    expect(
      await caller.call('PATCH', `/api/v2/payments/${id}`, { isVoid: true }, { requestId: 'once' }),
    ).toMatchObject(twice)
    expect(caller.rail.records.payments()).toHaveLength(1)
  })

  it('makes one record of 20 equal requests at once', async () => {
    const caller = await RailCaller.start({ dataFolder: newFolder() })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => caller.pay({ captureMethod: 'NOW' }, 'race')),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(caller.rail.records.captures()).toHaveLength(1)
  })

  it('lets a request id be used after a refusal that left no record', async () => {
    const caller = await RailCaller.start()
    expect(await caller.pay({ amount: -1 }, 'again')).toMatchObject({ status: 400 })
    expect(await caller.pay({}, 'again')).toMatchObject({ status: 200 })
  })

  it.each(['payments', 'captures', 'refunds'])(
    'answers 404 when nothing in %s has the request id',
    async kind => {
      const caller = await RailCaller.start()
      expect(await caller.call('GET', `/api/v2/${kind}?requestIdentifier=nothing`)).toMatchObject({
        status: 404,
        body: { responseCode: 'NOT_FOUND' },
      })
      expect(await caller.call('GET', `/api/v2/${kind}`)).toMatchObject({ status: 400 })
    },
  )
})

describe('what is kept', () => {
  it('answers inquiries the same after a restart, and refuses what was used before it', async () => {
    const dataFolder = newFolder()
    const clock = stoppedClock()
    const before = await RailCaller.start({ dataFolder, now: clock.now })
    const id = String((await before.pay({}, 'pay-1')).body['transactionId'])
    await before.capture(
      id,
      {
        amount: 6000,
        multiCapture: { multiCaptureSequenceNumber: '1', multiCaptureRecordCount: 2, isFinalCapture: false },
      },
      'cap-1',
    )
    await before.refund(id, 1000, 'ref-1')
    const paths = [
      'payments?requestIdentifier=pay-1',
      'captures?requestIdentifier=cap-1',
      'refunds?requestIdentifier=ref-1',
      `payments/${id}`,
    ]
    const answers = await Promise.all(paths.map(path => before.call('GET', `/api/v2/${path}`)))
    await before.rail.close()

    const after = await RailCaller.start({ dataFolder, now: clock.now })
    expect(await Promise.all(paths.map(path => after.call('GET', `/api/v2/${path}`)))).toEqual(answers)
    expect(await after.pay({}, 'pay-1')).toMatchObject({
      status: 412,
      body: { responseCode: 'DUPLICATE_REQUEST' },
    })
    expect((await after.refund(id)).body).toMatchObject({ amount: 5000 })
  })

  it('keeps neither card number nor security code: not on disk, not in records, not in the log', async () => {
    const dataFolder = newFolder()
    const caller = await RailCaller.start({ dataFolder })
    await caller.pay({ number: '371144371144376', cvv: '98765' })
    await caller.pay({ number: '4242424242424242', cvv: '98765' })
    const kept = [
      readFileSync(`${dataFolder}/jpmorgan.jsonl`, 'utf8'),
      ...(await Promise.all(
        ['payments', 'captures', 'refunds', 'requests'].map(
          async name => (await caller.call('GET', `/_control/${name}`)).text,
        ),
      )),
    ].join('\n')
    expect(kept).toContain('371144XXXXX4376')
    for (const secret of ['371144371144376', '4242424242424242', '98765']) expect(kept).not.toContain(secret)
  })
})
