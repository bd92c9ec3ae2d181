import { randomUUID } from 'node:crypto'
import type { Order, Payment, Refund } from '@holdfast/contract/types'
import type { Outcome, PaymentConnector } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../../../../test/support/wait.ts'
import type { TestBackend } from '../testing/backend.ts'
import { changeRail } from '../testing/rail.ts'
import { startTestShop, type Shop } from '../testing/shop.ts'

/* What is not known is not failure: with the real worker, the real rail's faults, and nobody who helps. */

const DAY_MS = 86_400_000

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop({ worker: true, railTimeoutMs: 300 }))
})
afterAll(() => backend.close())

const line = () => [{ seller, amount: 10_000, platformFee: 500 }]
const payment = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)
const order = (id: string) => shop.get<Order>(`/v1/orders/${id}`)
const balanced = async () => expect((await shop.books()).balanced).toBe(true)

/** How many records of a payment the rail has, by its own word. */
function atRail(id: string) {
  const { payments, captures } = backend.rails.jpmorgan.records
  const records = payments().filter(({ merchantOrderNumber }) =>
    merchantOrderNumber === id.replaceAll('_', '-'))
  return { payments: records.length,
    captures: captures().filter(({ transactionId }) =>
    records.some((one) => one.transactionId === transactionId)).length }
}

/** Lets the card rail's next charge end otherwise than the rail says. */
async function withRail<T>(
  change: (rail: PaymentConnector) => Partial<PaymentConnector>, work: () => Promise<T>,
): Promise<T> {
  const restore = changeRail(backend, change)
  return work().finally(restore)
}

describe('a time-out after the rail recorded the charge', () => {
  test('ends, by the worker alone, in one capture', async () => {
    backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/api/v2/payments' })
    const session = await shop.session(line())
    const { status, attempt } = await shop.confirm(session)
    expect([status, attempt.status, attempt.paymentToken]).toEqual([202, 'pending', null])
    const paid = await waitFor(async () => {
      const one = await payment(attempt.payment)
      return one.status === 'captured' && one
    }, { what: 'the capture' })
    expect(paid).toMatchObject({ captured: 10_000, captures: [{ status: 'succeeded', amount: 10_000 }],
      operations: [{ kind: 'sale', status: 'confirmed' }] })
    expect(atRail(attempt.payment)).toEqual({ payments: 1, captures: 1 })
    expect(await order(session.order)).toMatchObject({ status: 'paid', totals: { held: 10_000 } })
    await balanced()
  })

  test('holds the session: a second attempt is refused meanwhile, and the same key answers the truth later',
    async () => {
    backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/api/v2/payments' })
    const session = await shop.session(line())
    const [first, second, key] = [await shop.token(session), await shop.token(session), randomUUID()]
    expect(await shop.confirm(session, { token: first, key })).toMatchObject({ status: 202,
      attempt: { status: 'pending' } })
    expect(await shop.confirm(session, { token: second })).toMatchObject({ status: 409 })
    const truth = await waitFor(async () => {
      const again = await shop.confirm(session, { token: first, key })
      return again.status === 200 && again
    }, { what: 'the truth under the same key' })
    expect(truth.attempt).toMatchObject({ status: 'complete' })
    expect((await shop.confirm(session, { token: first, key })).text).toBe(truth.text)
  })
})

test('a charge that the rail never recorded ends declined once "not found" is final, and the buyer may try again', async () => {
  await withRail((rail) => ({ capabilities: { ...rail.capabilities, notFoundFinalAfterMs: 0 } }), async () =>
    {
    backend.rails.jpmorgan.faults.add({ fault: 'timeout_unrecorded', method: 'POST',
      path: '/api/v2/payments' })
    const session = await shop.session(line())
    const { attempt } = await shop.confirm(session)
    expect(attempt.status).toBe('pending')
    await waitFor(async () => (await payment(attempt.payment)).status === 'declined',
      { what: 'the end of the attempt' })
    expect((await shop.confirm(session)).attempt.status).toBe('complete')
    expect(atRail(attempt.payment)).toEqual({ payments: 0, captures: 0 })
  })
})

describe.each(['timeout_recorded', 'timeout_unrecorded'] as const)('a refund whose answer was lost, %s',
  (fault) => {
  test('ends in one refund', async () => {
    await withRail((rail) => ({ capabilities: { ...rail.capabilities, notFoundFinalAfterMs: 0 } }),
      async () => {
      const paid = await shop.paid(line())
      const before = backend.rails.jpmorgan.records.refunds().length
      backend.rails.jpmorgan.faults.add({ fault, method: 'POST', path: '/api/v2/refunds' })
      const { status, body } = await shop.post('/v1/refunds', { payment: paid.payment.id, amount: 4_000 })
      expect([status, body['status']]).toEqual([201, 'pending'])
      await waitFor(async () =>
        (await shop.get<Refund>(`/v1/refunds/${String(body['id'])}`)).status === 'succeeded',
        { what: 'the refund', within: 20_000 })
      expect(backend.rails.jpmorgan.records.refunds()).toHaveLength(before + 1)
      expect(await payment(paid.payment.id)).toMatchObject({ captured: 10_000, refunded: 4_000 })
      await balanced()
    })
  })
})

test('while a capture is unknown nothing else is asked of the rail, and what it holds counts', async () => {
  const paid = await shop.paid(line(), { captureMode: 'manual' })
  const lost = (): Promise<Outcome> => Promise.resolve({ outcome: 'unknown', reason: 'test' })
  await withRail(() => ({ inquire: lost }), async () => {
    backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST',
      path: '/api/v2/payments/*/captures' })
    const { status, body } = await shop.post(`/v1/payments/${paid.payment.id}/capture`, { amount: 4_000 })
    expect(status).toBe(202)
    expect(body).toMatchObject({ capturable: 6_000, captured: 0,
      captures: [{ status: 'pending', amount: 4_000 }] })
    expect((await shop.post(`/v1/payments/${paid.payment.id}/capture`,
      { amount: 1_000 })).body).toMatchObject({ code: 'outcome_unknown', status: 409 })
    expect((await shop.post(`/v1/payments/${paid.payment.id}/void`)).body).toMatchObject({ code: 'outcome_unknown' })
  })
  await waitFor(async () => (await payment(paid.payment.id)).captured === 4_000,
    { what: 'the capture', within: 20_000 })
  expect((await shop.post(`/v1/payments/${paid.payment.id}/capture`,
    {})).body).toMatchObject({ captured: 10_000, status: 'captured' })
  await balanced()
})

test('an approval for another amount than was asked is voided, and the buyer may try again', async () => {
  const session = await shop.session(line(), { captureMode: 'manual' })
  const partly = (rail: PaymentConnector): Partial<PaymentConnector> => ({
    charge: async (request, options) => {
      const outcome = await rail.charge(request, options)
      return outcome.outcome === 'approved' ? { ...outcome, amount: outcome.amount - 1n } : outcome
    },
  })
  const { attempt } = await withRail(partly, () => shop.confirm(session))
  expect(attempt).toMatchObject({ status: 'failed', paymentToken: null, error: { retryable: true } })
  const voided = await waitFor(async () => {
    const one = await payment(attempt.payment)
    return one.operations.some(({ kind, status }) => kind === 'void' && status === 'confirmed') && one
  }, { what: 'the void' })
  expect(voided).toMatchObject({ status: 'voided', captured: 0 })
  expect((await shop.confirm(session)).attempt.status).toBe('complete')
})

test('an attempt that was closed over and took money after all is posted, refunded by itself, and reported',
  async () => {
  const session = await shop.session(line())
  const lying = (rail: PaymentConnector): Partial<PaymentConnector> => ({
    charge: async (request, options) => {
      await rail.charge(request, options)
      return { outcome: 'not_sent', reason: 'test: the rail has it all the same' }
    },
  })
  const { attempt } = await withRail(lying, () => shop.confirm(session))
  expect(attempt.status).toBe('failed')
  const second = await shop.confirm(session)
  expect(second.attempt.status).toBe('complete')
  await shop.advance(2 * DAY_MS)
  const refund = await waitFor(async () => {
    const { data } = await shop.get<{ data: Refund[] }>(`/v1/refunds?payment=${attempt.payment}`)
    return data[0]?.status === 'succeeded' && data[0]
  }, { what: 'the refund of the superseded attempt', within: 20_000 })
  expect(refund).toMatchObject({ amount: 10_000, allotments: [] })
  const { data: events } = await shop.get<{ data: { type: string }[] }>(`/v1/events?object=${attempt.payment}`)
  expect(events.map(({ type }) => type)).toContain('payment.superseded')
  expect((await shop.books()).currencies[0]!.accounts.find(({ name }) =>
    name === 'suspense:superseded')).toMatchObject({ balance: 0 })
  expect((await order(session.order)).totals).toMatchObject({ captured: 10_000, held: 10_000 })
  await balanced()
})

test('a settlement is imported by the worker when its day has ended', async () => {
  const { payment: { id } } = await shop.paid(line())
  await shop.advance(2 * DAY_MS)
  await waitFor(async () => (await payment(id)).captures[0]?.settledAt,
    { what: 'the report', within: 20_000 })
  await balanced()
})

test('what no inquiry could show, the rail’s report shows', async () => {
  const lost = (): Promise<Outcome> => Promise.resolve({ outcome: 'unknown', reason: 'test' })
  await withRail(() => ({ inquire: lost }), async () => {
    backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/api/v2/payments' })
    const session = await shop.session(line())
    const { attempt } = await shop.confirm(session)
    expect(attempt.status).toBe('pending')
    await shop.advance(2 * DAY_MS)
    const paid = await waitFor(async () => {
      const one = await payment(attempt.payment)
      return one.status === 'captured' && one
    }, { what: 'the report', within: 20_000 })
    expect(paid).toMatchObject({ captured: 10_000, captures: [{ settledAt: expect.any(String) as string }] })
  })
  await balanced()
})

test('a report that says what the ledger does not is posted all the same: the difference stands in suspense', async () => {
  const suspense = async () => (await shop.books()).currencies[0]!.accounts.find(({ name }) => name === 'suspense:jpmorgan')?.balance ?? 0
  const before = await suspense()
  const odd = (rail: PaymentConnector): Partial<PaymentConnector> => ({
    settlementReports: async (query, options) => (await rail.settlementReports(query, options)).map((report) => ({
      ...report,
      lines: [
        ...report.lines.map((one, index) => (index === 0 ? { ...one, gross: one.gross - 7n } : one)),
        ...report.lines.slice(0, 1),
        { kind: 'capture', railReference: 'nobody', requestId: null, gross: 300n, fee: 9n },
      ],
    })),
  })
  const { id } = await withRail(odd, async () => {
    const { payment: paid } = await shop.paid(line())
    await shop.advance(2 * DAY_MS)
    await waitFor(async () => (await payment(paid.id)).captures[0]?.settledAt, { what: 'the report', within: 20_000 })
    return paid
  })
  expect(await payment(id)).toMatchObject({ captured: 10_000 })
  expect(Math.abs((await suspense()) - before)).toBe(10_000 - 7 + 300)
  expect(backend.log.some((text) => text.includes('what the ledger does not'))).toBe(true)
  await balanced()
})
