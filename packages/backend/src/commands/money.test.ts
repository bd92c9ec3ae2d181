import { randomUUID } from 'node:crypto'
import type { Dispute, Escrow, Payment, Payout, SellerBalance, TrialBalance } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { waitFor } from '../../../../test/support/wait.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import type { ApiAnswer } from '../testing/http.ts'
import { fresh, openShop, type Shop } from '../testing/shop.ts'
import { releaseEscrow, type ReleaseInput } from './escrows.ts'
import { runBatch, type Submission } from './execute.ts'
import { hashCanonical } from './idempotency.ts'

/* Decisions about money on real PostgreSQL, with the real worker and the simulated rails. */

const DAY_MS = 86_400_000

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend({ worker: true })
  shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 10_000_000, reference: 'first' })
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())

const escrowNow = (id: string) => shop.get<Escrow>(`/v1/escrows/${id}`)
const paymentNow = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)
const usd = async (id = seller) =>
  (await shop.get<{ data: SellerBalance[] }>(`/v1/sellers/${id}/balances`)).data.find(({ currency }) =>
  currency === 'USD')
const paid = async (amount: number, over: Parameters<Shop['paid']>[1] = {}) => {
  const bought = await shop.paid([{ seller, amount, platformFee: Math.floor(amount / 20) }], over)
  return { ...bought, escrow: bought.escrows[0]!.id, id: bought.payment.id }
}
async function balanced(): Promise<TrialBalance> {
  const books = await shop.books()
  expect(books.balanced,
    JSON.stringify(books.currencies.flatMap(({ accounts }) =>
    accounts.filter(({ agrees }) => !agrees)))).toBe(true)
  return books
}

describe('a batch', () => {
  const submission = (escrow: string, amount: number): Submission<ReleaseInput> => {
    const { id: marketplace } = backend.marketplace
    const key = randomUUID()
    const claim = { marketplace, route: releaseEscrow.name, scope: releaseEscrow.name, key,
      bodyHash: hashCanonical(null), sealer: backend.deps.sealer }
    return { marketplace, input: { escrow, body: { amount } }, requestId: 'req_test', claim }
  }

  test('of two releases that together exceed what is held: the first stands and the second is refused',
    async () => {
    const { escrow } = await paid(10_000)
    const answers = await runBatch(backend.deps, releaseEscrow,
      [submission(escrow, 6_000), submission(escrow, 6_000)])
    const [first, second] = answers.map((answer) =>
      (typeof answer === 'symbol' ? null
      : { status: answer.status, body: JSON.parse(answer.body) as object }))
    expect(first).toMatchObject({ status: 200, body: { gross: 6_000, fee: 300 } })
    expect(second).toMatchObject({ status: 409,
      body: { code: 'amount_exceeds_remaining', remaining: { amount: 4_000, currency: 'USD' } } })
    expect((await escrowNow(escrow)).totals).toMatchObject({ held: 4_000, released: 6_000 })
    await balanced()
  })

  test('over several orders is answered in its own order, unknown escrows among them', async () => {
    const [a, b] = [await paid(1_000), await paid(2_000)]
    const answers = await runBatch(backend.deps, releaseEscrow,
      [submission(b.escrow, 500), submission('esc_00000000000000000000000000', 1),
      submission(a.escrow, 1_000)])
    expect(answers.map((answer) => (typeof answer === 'symbol' ? 0 : answer.status))).toEqual([200, 404, 200])
    expect((await escrowNow(a.escrow)).status).toBe('closed')
  })
})

/** As the SDK does: a call that could not be taken in time is sent again under its key. */
async function insist(path: string, body: object): Promise<ApiAnswer> {
  const idempotencyKey = randomUUID()
  for (let attempt = 1; ; attempt += 1) {
    const answer = await shop.post(path, body, { idempotencyKey })
    if (answer.status !== 503 || attempt === 20) return answer
  }
}

test('in 1,000 races of release against refund on one milestone, never more moves than was captured', async () => {
  const { escrow, id } = await paid(1_000_000)
  const counts = new Map<string, number>()
  for (let round = 0; round < 250; round += 1) {
    const answers = await Promise.all([0, 1, 2, 3].map((lane) => (lane % 2 === 0
      ? insist(`/v1/escrows/${escrow}/release`, { amount: 2_001 })
      : insist('/v1/refunds', { payment: id, amount: 2_001 }))))
    for (const { status, body } of answers) {
      const outcome = status < 300 ? 'moved' : String(body['code'])
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
  }
  expect([...counts.keys()].toSorted()).toEqual(['amount_exceeds_remaining', 'moved'])
  const { totals } = await escrowNow(escrow)
  expect(totals.held + totals.released + totals.refunded).toBe(1_000_000)
  const { captured, refunded } = await paymentNow(id)
  expect([captured, refunded <= captured]).toEqual([1_000_000, true])
  await balanced()
}, 300_000)

describe('beyond what is left', () => {
  const refusals: readonly (readonly [string, (bought: Awaited<ReturnType<typeof paid>>) =>
    ReturnType<Shop['post']>, number])[] = [
    ['release', ({ escrow }) => shop.post(`/v1/escrows/${escrow}/release`, { amount: 1_001 }), 1_000],
    ['refund', ({ id }) => shop.post('/v1/refunds', { payment: id, amount: 1_001 }), 1_000],
    ['refund of an escrow', ({ id, escrow }) =>
      shop.post('/v1/refunds', { payment: id, allotments: [{ escrow, amount: 1_001 }] }), 1_000],
    ['capture', ({ id }) => shop.post(`/v1/payments/${id}/capture`, { amount: 1 }), 0],
  ]
  test.each(refusals)('a %s is refused with what remains', async (_what, ask, remaining) => {
    const answer = await ask(await paid(1_000))
    expect(answer).toMatchObject({ status: 409,
      body: { code: 'amount_exceeds_remaining', remaining: { amount: remaining, currency: 'USD' } } })
  })
})

test('a reference names one object: the next is refused with it, and what failed gives it back', async () => {
  const { id, escrow } = await paid(10_000, { captureMode: 'manual' })
  const reference = fresh('capture')
  backend.rails.jpmorgan.faults.add({ fault: 'decline', method: 'POST', path: '/api/v2/payments/*/captures' })
  expect((await shop.post(`/v1/payments/${id}/capture`,
    { amount: 4_000, reference })).body).toMatchObject({ code: 'payment_transition_refused' })
  const captured = await shop.post(`/v1/payments/${id}/capture`, { amount: 4_000, reference })
  expect(captured).toMatchObject({ status: 200, body: { captured: 4_000 } })
  const again = await shop.post(`/v1/payments/${id}/capture`, { amount: 4_000, reference })
  expect(again.body).toMatchObject({ code: 'reference_taken', field: 'reference',
    existing: (captured.body as unknown as Payment).captures[1]!.id })
  const release = fresh('release')
  const first = await shop.post(`/v1/escrows/${escrow}/release`, { amount: 10, reference: release })
  const races = await Promise.all([1, 2, 3, 4].map(() =>
    shop.post(`/v1/escrows/${escrow}/release`, { amount: 10, reference: release })))
  expect(races.map(({ body }) => [body['code'], body['existing']])).toEqual(races.map(() =>
    ['reference_taken', first.body['id']]))
})

test('one reference asked for eight times at once makes one release', async () => {
  const bought = await Promise.all([1, 2, 3, 4].map(() => paid(1_000)))
  const reference = fresh('release')
  const answers = await Promise.all(bought.flatMap(({ escrow }) =>
    [1, 2].map(() => shop.post(`/v1/escrows/${escrow}/release`, { amount: 10, reference }))))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
})

describe('automatic release', () => {
  const delivered = async () => {
    const bought = await shop.paid([{ seller, amount: 5_000, platformFee: 100,
      releaseTerms: { method: 'warehouse', inspectionDays: 3 } }])
    const escrow = bought.escrows[0]!.id
    const { body } = await shop.post(`/v1/escrows/${escrow}/deliver`, { method: 'truck' })
    return { escrow, autoReleaseAt: (body as unknown as Escrow).autoReleaseAt as string }
  }
  const now = async () => new Date((await shop.get<{ now: string }>('/v1/test/clock')).now).getTime()
  const advanceTo = async (at: number) => shop.advance(at - (await now()))

  test('happens by the clock and the worker alone, and not before the deadline plus 30 s', async () => {
    const { escrow, autoReleaseAt } = await delivered()
    const deadline = new Date(autoReleaseAt).getTime()
    await advanceTo(deadline + 15_000)
    await waitFor(async () => (await timersDue()) === 0, { what: 'the worker to have looked' })
    expect((await escrowNow(escrow)).status).toBe('delivered')
    await advanceTo(deadline + 30_000)
    const closed = await waitFor(async () => {
      const one = await escrowNow(escrow)
      // an escrow is read by two statements, between which it may close
      return one.status === 'closed' && one.autoReleaseAt === null && one
    }, { what: 'the release' })
    expect(closed).toMatchObject({ totals: { released: 5_000, held: 0 } })
    const { data } = await shop.get<{ data: { reason: string }[] }>(`/v1/releases?escrow=${escrow}`)
    expect(data.map(({ reason }) => reason)).toEqual(['automatic'])
  })

  test('is frozen by a dispute at the deadline, and goes on with the time that was left', async () => {
    const { escrow, autoReleaseAt } = await delivered()
    await advanceTo(new Date(autoReleaseAt).getTime() + 1)
    const { body: { id } } = await shop.post('/v1/disputes', { escrow, reason: 'broken' })
    await shop.advance(DAY_MS)
    expect(await escrowNow(escrow)).toMatchObject({ status: 'disputed', dispute: id })
    expect((await shop.post(`/v1/escrows/${escrow}/release`)).body).toMatchObject({ code: 'escrow_disputed' })
    await shop.post(`/v1/disputes/${String(id)}/withdraw`)
    expect(await escrowNow(escrow)).toMatchObject({ status: 'delivered', dispute: null })
    await shop.advance(60_000)
    await waitFor(async () => (await escrowNow(escrow)).status === 'closed', { what: 'the release' })
  })

  const timersDue = async () =>
    Number((await backend.deps.pool.query<{ n: bigint }>('select count(*) as n from timers where due_at <= app_now()')).rows[0]!.n)
})

test.each([
  [2, 'negotiation'], [3, 'escalatable'], [6, 'under_review'], [60, 'under_review'],
])('a dispute is, %i days after it was opened, in %s', async (days, stage) => {
  const { escrow } = await paid(1_000)
  const { body: { id } } = await shop.post('/v1/disputes', { escrow, reason: 'broken' })
  await shop.advance(days * DAY_MS + 1_000)
  await waitFor(async () => (await shop.get<Dispute>(`/v1/disputes/${String(id)}`)).status === stage,
    { what: stage })
  expect(await shop.post(`/v1/disputes/${String(id)}/withdraw`)).toMatchObject({ status: 200,
    body: { status: 'withdrawn' } })
})

test('an authorization that ends is voided at the rail, and its order canceled', async () => {
  const { id, order } = await paid(3_000, { captureMode: 'manual' })
  await shop.advance(8 * DAY_MS)
  const ended = await waitFor(async () => {
    const one = await paymentNow(id)
    return one.status === 'expired' && one
  }, { what: 'the end of the authorization', within: 20_000 })
  expect(ended).toMatchObject({ captured: 0, capturable: 0 })
  expect(await shop.get(`/v1/orders/${order.id}`)).toMatchObject({ status: 'canceled' })
  expect((await shop.post(`/v1/payments/${id}/capture`)).body).toMatchObject({ code: 'payment_transition_refused' })
})

describe('a whole life', () => {
  test('to a payout that comes back: the books balance at each step', async () => {
    const owner = (await shop.post('/v1/sellers', {
      reference: fresh('seller'), name: 'Bo', country: 'US',
      bankAccount: { holder: 'Bo', country: 'US', currency: 'USD', routingNumber: '021000021',
        accountNumber: '000000000003' },
    })).body['id'] as string
    const bought = await shop.paid([{ seller: owner, amount: 20_000, platformFee: 1_000 }])
    const escrow = bought.escrows[0]!.id
    await shop.post(`/v1/escrows/${escrow}/release`, { amount: 15_000 })
    expect((await shop.post('/v1/payouts',
      { seller: owner, amount: 100 })).body).toMatchObject({ code: 'funds_not_settled',
      remaining: { amount: 0, currency: 'USD' } })
    await shop.post('/v1/refunds', { payment: bought.payment.id, amount: 2_000 })
    await balanced()
    await shop.advance(2 * DAY_MS)
    await waitFor(async () => (await usd(owner))!.payable > 0, { what: 'settlement', within: 20_000 })
    expect(await usd(owner)).toMatchObject({ available: 14_250, payable: 14_250, held: 3_000, inPayout: 0 })
    const { status, body } = await shop.post('/v1/payouts', { seller: owner, reference: fresh('payout') })
    expect([status, body['status'], body['amount']]).toEqual([201, 'submitted', 14_250])
    expect(await usd(owner)).toMatchObject({ available: 0, payable: 0, inPayout: 14_250 })
    await balanced()
    const payout = () => shop.get<Payout>(`/v1/payouts/${String(body['id'])}`)
    // banks work on five days of seven
    await shop.advance(9 * DAY_MS)
    await waitFor(async () => (await payout()).status === 'returned',
      { what: 'the bank to send it back', within: 20_000 })
    expect(await payout()).toMatchObject({ failure: { code: 'account_invalid' } })
    expect(await usd(owner)).toMatchObject({ available: 14_250, inPayout: 0, paidOut: 0 })
    const books = await balanced()
    expect(books.currencies[0]!.coverage).toBeGreaterThanOrEqual(0)
  })

  test('operator: a withdrawal beyond earned fees is refused with what may be taken', async () => {
    const refused = await shop.post('/v1/operator/withdrawals',
      { currency: 'USD', amount: 100_000_000, reference: fresh('w') })
    expect(refused.body).toMatchObject({ code: 'custody_insufficient', field: 'amount' })
    const { amount } = refused.body['remaining'] as { amount: number }
    expect(await shop.post('/v1/operator/withdrawals',
      { currency: 'USD', amount, reference: fresh('w') })).toMatchObject({ status: 201 })
    await balanced()
  })
})
