import { describe, expect, it } from 'vitest'
import { dayMs, minuteMs } from '../shared/clock.ts'
import { merchant, RailCaller, refundOf, stoppedClock } from '../testing.ts'

describe('capturing', () => {
  const multi = (sequence: number | string, amount: number, isFinalCapture = false): object => ({
    amount,
    multiCapture: { multiCaptureSequenceNumber: sequence, multiCaptureRecordCount: 99, isFinalCapture },
  })

  it("closes a sale at once, its capture bearing the payment's id and request id", async () => {
    const caller = await RailCaller.start()
    const { body } = await caller.pay({ captureMethod: 'NOW' }, 'sale-1')
    const id = String(body['transactionId'])
    expect(body).toMatchObject({
      transactionState: 'CLOSED',
      remainingRefundableAmount: 10_000,
      paymentRequest: {
        paymentRequestStatus: 'CLOSED',
        authorizations: [{ authorizationId: id, transactionStatusCode: 'CAPTURED' }],
        captures: [{ captureId: id, amount: 10_000, captureRemainingRefundableAmount: 10_000 }],
      },
    })
    expect(body).not.toHaveProperty('remainingAuthAmount')
    expect(await caller.call('GET', '/api/v2/captures?requestIdentifier=sale-1')).toMatchObject({
      status: 200,
      body: { transactionId: id },
    })
  })

  it('captures all that is left when no amount is given', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    expect(await caller.capture(id, { captureMethod: 'NOW' })).toMatchObject({
      status: 200,
      body: { transactionId: id, transactionState: 'CLOSED', responseCode: 'ACCEPTED', amount: 10_000 },
    })
    expect(await caller.capture(id, {})).toMatchObject({
      status: 412,
      body: { responseCode: 'ALREADY_CAPTURED' },
    })
  })

  it('releases the rest after a partial capture', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    const { body } = await caller.capture(id, { captureMethod: 'NOW', amount: 4000, isAmountFinal: true })
    expect(body).toMatchObject({
      amount: 4000,
      remainingRefundableAmount: 4000,
      totalAuthorizedAmount: 10_000,
    })
    expect(body).not.toHaveProperty('remainingAuthAmount')
    expect(await caller.capture(id, { amount: 1 })).toMatchObject({
      status: 412,
      body: { responseCode: 'ALREADY_CAPTURED' },
    })
  })

  it('takes several captures in order, each with an id of its own but the first', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    const first = await caller.capture(id, multi('1', 3000))
    const second = await caller.capture(id, multi(2, 5000), 'second')
    expect(first.body).toMatchObject({
      transactionId: id,
      remainingAuthAmount: 7000,
      paymentRequest: { paymentRequestStatus: 'OPEN' },
    })
    expect(second.body['transactionId']).not.toBe(id)
    expect(second.body).toMatchObject({
      remainingAuthAmount: 2000,
      remainingRefundableAmount: 5000,
      multiCapture: { multiCaptureSequenceNumber: '2' },
    })
    const last = await caller.capture(id, multi('3', 500, true))
    expect(last.body).toMatchObject({
      paymentRequest: {
        paymentRequestStatus: 'CLOSED',
        captures: [{ amount: 500 }, { amount: 5000 }, { amount: 3000 }],
      },
    })
    const inquiry = await caller.call('GET', '/api/v2/captures?requestIdentifier=second')
    expect(inquiry.body['transactionId']).toBe(second.body['transactionId'])
    expect(
      (await caller.call('GET', `/api/v2/captures/${String(second.body['transactionId'])}`)).body,
    ).toMatchObject({ amount: 5000 })
    expect((await caller.call('GET', `/api/v2/payments/${id}`)).body).toMatchObject({
      transactionState: 'CLOSED',
      remainingRefundableAmount: 8500,
    })
  })

  it.each([
    ['more than is left', { amount: 10_001 }, 412, 'AMOUNT_EXCEEDS_AUTHORIZATION'],
    ['another currency', { amount: 1, currency: 'EUR' }, 412, 'CURRENCY_MISMATCH'],
    ['the second before the first', multi('2', 1), 412, 'MULTI_CAPTURE_OUT_OF_ORDER'],
    [
      'a record count below the sequence',
      {
        amount: 1,
        multiCapture: { multiCaptureSequenceNumber: '2', multiCaptureRecordCount: 1, isFinalCapture: false },
      },
      400,
      'VALIDATION_ERROR',
    ],
    [
      'one of several without an amount',
      {
        multiCapture: { multiCaptureSequenceNumber: '1', multiCaptureRecordCount: 2, isFinalCapture: false },
      },
      400,
      'VALIDATION_ERROR',
    ],
    ['a lone capture that is not final', { amount: 1, isAmountFinal: false }, 400, 'VALIDATION_ERROR'],
    ['nothing', { amount: 0 }, 400, 'VALIDATION_ERROR'],
  ])('refuses to capture %s', async (_what, body, status, responseCode) => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    expect(await caller.capture(id, body)).toMatchObject({ status, body: { responseCode } })
    expect(caller.rail.records.captures()).toEqual([])
  })

  it('refuses a lone capture among several, and a capture of what does not exist', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    await caller.capture(id, multi('1', 1))
    expect(await caller.capture(id, { amount: 1 })).toMatchObject({
      status: 412,
      body: { responseCode: 'MULTI_CAPTURE_OPEN' },
    })
    expect(await caller.capture('nothing', {})).toMatchObject({
      status: 412,
      body: { responseCode: 'TRANSACTION_NOT_FOUND' },
    })
  })

  it('captures a DELAYED payment by itself after two hours, without a timer', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    const { body } = await caller.pay({ captureMethod: 'DELAYED' }, 'delayed-1')
    const id = String(body['transactionId'])
    expect(body).toMatchObject({
      transactionState: 'AUTHORIZED',
      captureTime: new Date(clock.ms + 120 * minuteMs).toISOString(),
    })
    clock.ms += 120 * minuteMs - 1
    expect((await caller.call('GET', `/api/v2/payments/${id}`)).body).toMatchObject({
      transactionState: 'AUTHORIZED',
    })
    clock.ms += 5 * dayMs
    expect((await caller.call('GET', `/api/v2/payments/${id}`)).body).toMatchObject({
      transactionState: 'CLOSED',
      remainingRefundableAmount: 10_000,
    })
    expect(caller.rail.records.captures()).toMatchObject([
      { at: clock.ms - 5 * dayMs + 1, requestId: 'delayed-1' },
    ])
  })

  it('refuses a capture once seven days are over, and says that the authorization expired', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    const [early, late] = [await caller.approved(), await caller.approved()]
    clock.ms += 7 * dayMs - 1
    expect(await caller.capture(early, {})).toMatchObject({ status: 200 })
    clock.ms += 1
    expect(await caller.capture(late, {})).toMatchObject({
      status: 412,
      body: { responseCode: 'AUTHORIZATION_EXPIRED' },
    })
    expect((await caller.call('GET', `/api/v2/payments/${late}`)).body).toMatchObject({
      transactionState: 'VOIDED',
      isVoid: false,
      paymentRequest: { authorizations: [{ transactionStatusCode: 'EXPIRED' }] },
    })
  })
})

describe('changing an authorization', () => {
  it('voids what is not captured, once, and finds the void by its request id', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    const voided = {
      status: 200,
      body: {
        transactionId: id,
        transactionState: 'VOIDED',
        isVoid: true,
        paymentRequest: { paymentRequestStatus: 'CANCELLED' },
      },
    }
    expect(
      await caller.call('PATCH', `/api/v2/payments/${id}`, { isVoid: true }, { requestId: 'void-1' }),
    ).toMatchObject(voided)
    expect(await caller.call('GET', '/api/v2/payments?requestIdentifier=void-1')).toMatchObject({
      ...voided,
      body: { ...voided.body, requestId: 'void-1' },
    })
    expect(await caller.call('PATCH', `/api/v2/payments/${id}`, { isVoid: true })).toMatchObject({
      status: 412,
      body: { responseCode: 'ALREADY_VOIDED' },
    })
    expect(await caller.capture(id, {})).toMatchObject({
      status: 412,
      body: { responseCode: 'ALREADY_VOIDED' },
    })
  })

  it('refuses to void what is captured, and releases the rest of several captures', async () => {
    const caller = await RailCaller.start()
    const sale = await caller.approved({ captureMethod: 'NOW' })
    expect(await caller.call('PATCH', `/api/v2/payments/${sale}`, { isVoid: true })).toMatchObject({
      status: 412,
      body: { responseCode: 'ALREADY_CAPTURED' },
    })
    const id = await caller.approved()
    await caller.capture(id, {
      amount: 1000,
      multiCapture: { multiCaptureSequenceNumber: '1', multiCaptureRecordCount: 2, isFinalCapture: false },
    })
    const { body } = await caller.call('PATCH', `/api/v2/payments/${id}`, { isVoid: true })
    expect(body).toMatchObject({ transactionState: 'CLOSED', remainingRefundableAmount: 1000 })
    expect(body).not.toHaveProperty('remainingAuthAmount')
  })

  it.each([
    [{ amount: 6000 }, 6000],
    [{ amount: 15_000 }, 15_000],
    [{ amount: 7000, captureMethod: 'MANUAL' }, 7000],
  ])('holds the new total after %j', async (body, total) => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    expect(await caller.call('PATCH', `/api/v2/payments/${id}`, body)).toMatchObject({
      status: 200,
      body: { transactionState: 'AUTHORIZED', amount: total, remainingAuthAmount: total },
    })
    expect((await caller.capture(id, {})).body).toMatchObject({ amount: total })
  })

  it('captures by PATCH, releasing the rest, and finds it among payments', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    const closed = {
      status: 200,
      body: { transactionId: id, transactionState: 'CLOSED', amount: 3000, totalAuthorizedAmount: 10_000 },
    }
    expect(
      await caller.call(
        'PATCH',
        `/api/v2/payments/${id}`,
        { captureMethod: 'NOW', amount: 3000 },
        { requestId: 'patch-1' },
      ),
    ).toMatchObject(closed)
    expect(await caller.call('GET', '/api/v2/payments?requestIdentifier=patch-1')).toMatchObject(closed)
  })

  it.each([[{}], [{ captureMethod: 'MANUAL' }], [{ isVoid: true, amount: 1 }]])(
    'refuses the change %j',
    async body => {
      const caller = await RailCaller.start()
      const id = await caller.approved()
      expect(await caller.call('PATCH', `/api/v2/payments/${id}`, body)).toMatchObject({ status: 400 })
    },
  )
})

describe('refunding', () => {
  it('refunds a payment over its captures, oldest first, and never more than was captured', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    for (const [sequence, amount] of [
      ['1', 3000],
      ['2', 5000],
    ] as const) {
      await caller.capture(id, {
        amount,
        multiCapture: {
          multiCaptureSequenceNumber: sequence,
          multiCaptureRecordCount: 9,
          isFinalCapture: sequence === '2',
        },
      })
    }
    const { body } = await caller.refund(id, 4000, 'refund-1')
    expect(body).toMatchObject({
      responseStatus: 'SUCCESS',
      transactionState: 'AUTHORIZED',
      amount: 4000,
      remainingRefundableAmount: 4000,
      transactionReferenceId: id,
    })
    expect(body).toMatchObject({
      paymentRequest: {
        captures: [{ captureRemainingRefundableAmount: 4000 }, { captureRemainingRefundableAmount: 0 }],
      },
    })
    expect(await caller.refund(id, 4001)).toMatchObject({
      status: 412,
      body: { responseCode: 'AMOUNT_EXCEEDS_REFUNDABLE' },
    })
    expect((await caller.refund(id)).body).toMatchObject({ amount: 4000, remainingRefundableAmount: 0 })
    expect(await caller.refund(id)).toMatchObject({
      status: 412,
      body: { responseCode: 'AMOUNT_EXCEEDS_REFUNDABLE' },
    })
    expect(await caller.call('GET', '/api/v2/refunds?requestIdentifier=refund-1')).toMatchObject({
      status: 200,
      body: { transactionState: 'CLOSED', amount: 4000 },
    })
    expect(await caller.call('GET', `/api/v2/refunds/${String(body['transactionId'])}`)).toMatchObject({
      status: 200,
      body: { requestId: 'refund-1' },
    })
  })

  it('refunds a later capture by its own id, and only that', async () => {
    const caller = await RailCaller.start()
    const id = await caller.approved()
    await caller.capture(id, {
      amount: 3000,
      multiCapture: { multiCaptureSequenceNumber: '1', multiCaptureRecordCount: 2, isFinalCapture: false },
    })
    const second = await caller.capture(id, {
      amount: 2000,
      multiCapture: { multiCaptureSequenceNumber: '2', multiCaptureRecordCount: 2, isFinalCapture: true },
    })
    const captureId = String(second.body['transactionId'])
    expect(await caller.refund(captureId, 2001)).toMatchObject({ status: 412 })
    expect((await caller.refund(captureId)).body).toMatchObject({
      amount: 2000,
      remainingRefundableAmount: 0,
    })
    expect((await caller.refund(id)).body).toMatchObject({ amount: 3000 })
  })

  it.each([
    ['neither reference nor card', { merchant, amount: 1, paymentMethodType: {} }, 400],
    ['no payment method', { merchant, amount: 1 }, 400],
    [
      'a card without an amount',
      {
        merchant,
        paymentMethodType: { card: { accountNumber: '4111111111111111', expiry: { month: 1, year: 2040 } } },
      },
      400,
    ],
    ['an unknown reference', refundOf('nothing', 1), 404],
  ])('refuses a refund with %s', async (_what, body, status) => {
    const caller = await RailCaller.start()
    expect(await caller.call('POST', '/api/v2/refunds', body)).toMatchObject({ status })
    expect(caller.rail.records.refunds()).toEqual([])
  })

  it('refuses a refund of what is only authorized, or in another currency', async () => {
    const caller = await RailCaller.start()
    expect(await caller.refund(await caller.approved(), 1)).toMatchObject({
      status: 412,
      body: { responseCode: 'AMOUNT_EXCEEDS_REFUNDABLE' },
    })
    const sale = await caller.approved({ captureMethod: 'NOW' })
    const body = { ...refundOf(sale, 1), currency: 'EUR' }
    expect(await caller.call('POST', '/api/v2/refunds', body)).toMatchObject({
      status: 412,
      body: { responseCode: 'CURRENCY_MISMATCH' },
    })
  })

  it('makes a standalone refund to a card, on no payment', async () => {
    const caller = await RailCaller.start()
    const body = {
      merchant,
      amount: 700,
      currency: 'USD',
      paymentMethodType: { card: { accountNumber: '4111111111111111', expiry: { month: 1, year: 2040 } } },
    }
    const answer = await caller.call('POST', '/api/v2/refunds', body)
    expect(answer).toMatchObject({ status: 200, body: { responseStatus: 'SUCCESS', amount: 700 } })
    expect(answer.body).not.toHaveProperty('transactionReferenceId')
  })
})
