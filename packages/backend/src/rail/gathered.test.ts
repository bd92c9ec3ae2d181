import { randomUUID } from 'node:crypto'
import type { Order, Payment, SellerBalance } from '@holdfast/contract/types'
import type { Outcome } from '@holdfast/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../../../test/support/wait.ts'
import type { TestBackend } from '../testing/backend.ts'
import type { ApiAnswer } from '../testing/http.ts'
import { changeRail } from '../testing/rail.ts'
import { fresh, startTestShop, type Shop } from '../testing/shop.ts'

/* Calls to rails that begin in one transaction: each is decided on what those before it left. */

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop())
})
afterAll(() => backend.close())

const paid = (amount: number, over: Parameters<Shop['paid']>[1] = {}) => shop.paid([{ seller, amount, platformFee: amount / 20 }], over)
const many = (count: number, ask: (index: number) => Promise<ApiAnswer>) => Promise.all(Array.from({ length: count }, (_, index) => ask(index)))
/** As the server SDK does: what found no room in time is asked for again, by its key. */
const persistently = async (ask: (idempotencyKey: string) => Promise<ApiAnswer>): Promise<ApiAnswer> => {
  const key = randomUUID()
  for (let left = 5; ; left -= 1) {
    const answer = await ask(key)
    if (answer.status !== 503 || left === 0) return answer
  }
}
const codes = (answers: readonly ApiAnswer[]) => answers.map(({ status, body }) => String(body['code'] ?? status)).toSorted()
const transactions = async (command: string) => {
  const text = await (await fetch(`${backend.url}/metrics`)).text()
  return Number(new RegExp(`holdfast_batch_size_count\\{command="${command}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

test('refunds of one payment that come together never exceed it', async () => {
  const { payment } = await paid(10_000)
  const before = await transactions('refunds.create')
  const answers = await many(14, () => persistently((idempotencyKey) =>
    shop.post('/v1/refunds', { payment: payment.id, amount: 1_000 }, { idempotencyKey })))
  expect(codes(answers)).toEqual([...Array(10).fill('201'), ...Array(4).fill('amount_exceeds_remaining')])
  expect(await transactions('refunds.create') - before).toBeLessThan(14)
  expect((await shop.get<Payment>(`/v1/payments/${payment.id}`)).refunded).toBe(10_000)
  expect((await shop.books()).balanced).toBe(true)
})

test('of refunds with one reference that come together, one is made and the others name it', async () => {
  const [a, b] = [await paid(1_000), await paid(1_000)]
  const reference = fresh('refund')
  const answers = await many(6, (index) => shop.post('/v1/refunds', { payment: (index % 2 ? a : b).payment.id, amount: 10, reference }))
  const [made, ...others] = answers.toSorted((one, other) => one.status - other.status)
  expect([made!.status, others.map(({ body }) => [body['code'], body['existing']])])
    .toEqual([201, others.map(() => ['reference_taken', made!.body['id']])])
})

test('of captures and voids of one payment that come together, one is begun while the others wait for its outcome', async () => {
  const { payment } = await paid(10_000, { captureMode: 'manual' })
  const answers = await many(6, (index) => (index % 2 ? shop.post(`/v1/payments/${payment.id}/void`)
    : shop.post(`/v1/payments/${payment.id}/capture`, { amount: 1_000 })))
  const done = answers.filter(({ status }) => status === 200).length
  expect(done).toBeGreaterThan(0)
  const { captured, capturable, status } = await shop.get<Payment>(`/v1/payments/${payment.id}`)
  expect(captured + capturable).toBe(status === 'voided' ? 0 : status === 'captured' ? captured : 10_000)
  expect(captured).toBeLessThanOrEqual(3_000)
  expect((await shop.books()).balanced).toBe(true)
})

/** A rail that takes captures and answers none of them before it is told to: their outcomes then come together. */
function heldRail(end: (amount: bigint) => Outcome) {
  const answering = Promise.withResolvers<void>()
  let asked = 0
  const restore = changeRail(backend, () => ({
    followUp: async ({ amount }) => {
      asked += 1
      await answering.promise
      return end(amount)
    },
  }))
  return {
    reachedBy: (count: number) => waitFor(() => asked === count, { what: 'all of them at the rail' }),
    answer: () => answering.resolve(),
    restore,
  }
}

test('captures of many payments that come together are each their own', async () => {
  const bought = await Promise.all(Array.from({ length: 8 }, () => paid(2_000, { captureMode: 'manual' })))
  const answers = await many(8, (index) => shop.post(`/v1/payments/${bought[index]!.payment.id}/capture`, { amount: 100 * (index + 1), reference: fresh('capture') }))
  expect(answers.map(({ status, body }) => [status, body['id'], body['captured']])).toEqual(
    bought.map(({ payment }, index) => [200, payment.id, 100 * (index + 1)]))
  const orders = await Promise.all(bought.map(({ order }) => shop.get<Order>(`/v1/orders/${order.id}`)))
  expect(orders.map(({ totals }) => totals.held)).toEqual(bought.map((_, index) => 100 * (index + 1)))
})

test('outcomes that come together are recorded in one transaction, and each is its own', async () => {
  const ends: readonly ((amount: bigint) => Outcome)[] = [
    (amount) => ({ outcome: 'approved', railReference: fresh('rail'), amount }),
    () => ({ outcome: 'declined', decline: { class: 'hard', code: 'refused' } }),
    (amount) => ({ outcome: 'approved', railReference: fresh('rail'), amount: amount + 1n }),
    () => ({ outcome: 'not_sent', reason: 'no connection' }),
    () => ({ outcome: 'unknown', reason: 'no answer' }),
    (amount) => ({ outcome: 'approved', railReference: fresh('rail'), amount }),
  ]
  const bought = await Promise.all(ends.map(() => paid(2_000, { captureMode: 'manual' })))
  const rail = heldRail((amount) => ends[Number(amount) - 100]!(amount))
  const before = await transactions('operations.outcome')
  const calls = many(ends.length, (index) => shop.post(`/v1/payments/${bought[index]!.payment.id}/capture`, { amount: 100 + index }))
  await rail.reachedBy(ends.length)
  rail.answer()
  const answers = await calls.finally(rail.restore)
  expect(await transactions('operations.outcome') - before).toBe(1)
  expect(answers.map(({ status, body }) => [status, body['code'] ?? body['captured']])).toEqual([
    [200, 100], [409, 'payment_transition_refused'], [202, 0], [502, 'rail_unavailable'], [202, 0], [200, 105],
  ])
  const now = await Promise.all(bought.map(({ payment }) => shop.get<Payment>(`/v1/payments/${payment.id}`)))
  expect(now.map(({ captures: [capture], operations }) => [capture!.status, operations.at(-1)!.status])).toEqual([
    ['succeeded', 'confirmed'], ['failed', 'rejected'], ['pending', 'unknown'], ['failed', 'rejected'], ['pending', 'unknown'], ['succeeded', 'confirmed'],
  ])
  expect((await shop.books()).balanced).toBe(true)
})

test('a capture that never reached the rail gives its key back: the same call again captures', async () => {
  const { payment } = await paid(2_000, { captureMode: 'manual' })
  const capture = (idempotencyKey: string) => shop.post(`/v1/payments/${payment.id}/capture`, {}, { idempotencyKey })
  const key = fresh('key')
  const restore = changeRail(backend, () => ({ followUp: async () => ({ outcome: 'not_sent', reason: 'no connection' }) }))
  expect(await capture(key).finally(restore)).toMatchObject({ status: 502, body: { code: 'rail_unavailable' } })
  expect(await capture(key)).toMatchObject({ status: 200, body: { captured: 2_000 } })
  expect(await capture(key)).toMatchObject({ status: 200, body: { captured: 2_000 } })
})

test('outcomes whose transaction the database cut off are recorded by the next, and their calls answered', async () => {
  const bought = await Promise.all(Array.from({ length: 3 }, () => paid(2_000, { captureMode: 'manual' })))
  const rail = heldRail((amount) => ({ outcome: 'approved', railReference: fresh('rail'), amount }))
  const calls = many(3, (index) => shop.post(`/v1/payments/${bought[index]!.payment.id}/capture`))
  await rail.reachedBy(3)
  const holder = await backend.deps.pool.connect()
  await holder.query('begin')
  await holder.query('select 1 from payments where id = any($1) for update', [bought.map(({ payment }) => payment.id)])
  rail.answer()
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await waitFor(async () => ((await holder.query(cut)).rowCount ?? 0) > 0, { what: 'the outcomes to wait for a lock' })
  await holder.query('rollback')
  holder.release()
  expect((await calls.finally(rail.restore)).map(({ status, body }) => [status, body['captured']])).toEqual(Array(3).fill([200, 2_000]))
})

test('payouts of one seller that come together never exceed what is payable', async () => {
  const owner = (await shop.seller()).id
  const { escrows: [escrow] } = await shop.paid([{ seller: owner, amount: 10_000 }])
  await shop.post(`/v1/escrows/${escrow!.id}/release`, {})
  await shop.advance(86_400_000)
  await shop.post('/v1/settlements/import')
  const payable = async () => (await shop.get<{ data: SellerBalance[] }>(`/v1/sellers/${owner}/balances`)).data[0]!
  const { payable: most } = await payable()
  const answers = await many(5, () => shop.post('/v1/payouts', { seller: owner, amount: Math.floor(most / 3) }))
  expect(codes(answers)).toEqual(['201', '201', '201', 'funds_not_settled', 'funds_not_settled'])
  expect((await payable()).available).toBe(most - 3 * Math.floor(most / 3))
  expect((await shop.books()).balanced).toBe(true)
})

test('sessions that come together are each their own, and one reference makes one', async () => {
  const body = (reference: string, amount: number) => ({
    reference, currency: 'USD', returnUrl: 'http://shop.test/r', lines: [{ reference: 'l', seller, amount }],
  })
  const shared = fresh('shared')
  const answers = await many(12, (index) => shop.post('/v1/checkout-sessions', body(index < 8 ? fresh('own') : shared, index + 1)))
  expect(answers.slice(0, 8).map(({ status, body: session }) => [status, session['amount']])).toEqual(Array.from({ length: 8 }, (_, index) => [201, index + 1]))
  expect(codes(answers.slice(8))).toEqual(['201', 'reference_taken', 'reference_taken', 'reference_taken'])
  const [wrong, right] = await many(2, (index) => shop.post('/v1/checkout-sessions', {
    ...body(fresh('other'), 5), lines: [{ reference: 'l', seller: index === 0 ? 'sel_00000000000000000000000000' : seller, amount: 5 }],
  }))
  expect([wrong!.status, wrong!.body['field'], right!.status]).toEqual([404, 'lines[0].seller', 201])
})
