import { randomUUID } from 'node:crypto'
import type { EndpointName } from '@holdfast/contract'
import type { Order, Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashCanonical, type Answer, type Claim } from '../commands/idempotency.ts'
import type { Deps } from '../deps.ts'
import { createHooks } from '../hooks.ts'
import { inquiries } from '../jobs/inquiries.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { crashingPool } from '../testing/crashing-pool.ts'
import { openShop, type Shop } from '../testing/shop.ts'
import {
  capturePayment, confirmCheckout, createRefund, createSellerPayout, voidPayment, type From,
} from './calls.ts'

/*
 * Calls that ask a rail are killed at every third of their statements (`npm run faults` kills at each, before and
 * after); then the worker and the merchant's retry do what they do. Whatever happened: one effect at the rail, the same
 * in the books, one answer.
 */

const EVERY = 3

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend()
  shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 100_000, reference: 'first' })
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())

type Route = 'payments.capture' | 'payments.void' | 'refunds.create'

/** A merchant's or buyer's call under a key. */
function from(route: EndpointName, key: string, scope: string = route): From {
  const { id } = backend.marketplace
  const claim: Claim = { marketplace: id, route, scope, key, bodyHash: hashCanonical(null),
    sealer: backend.deps.sealer }
  return { marketplace: { id, name: 'Test marketplace' }, requestId: 'req_test', idempotency: claim }
}

const make: Readonly<Record<Route, (deps: Deps, given: From, payment: string) => Promise<Answer>>> = {
  'payments.capture': (deps, given, payment) =>
    capturePayment(deps, given, { payment, body: { amount: 400 } }),
  'payments.void': (deps, given, payment) => voidPayment(deps, given, { payment }),
  'refunds.create': (deps, given, payment) => createRefund(deps, given, { payment, amount: 400 }),
}

/**
 * As if an hour had passed: the dead sender's lease has run out, and the rail's "not found" is final. Then the
 * worker looks, until nothing is due.
 */
async function work(): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await backend.deps.pool.query(`
      update operations set next_inquiry_at = now(), sent_at = sent_at - interval '1 hour',
        leased_until = case when leased_until is not null then now() end
      where state in ('intent_written', 'sent', 'unknown')`)
    const due = await inquiries.due(backend.deps, { limit: 100, except: [] })
    if (due.length === 0) return
    for (const subject of due) await inquiries.handle(backend.deps, subject)
  }
  throw new Error('operations stay open')
}

function crashing(dieAt: number, when: 'before' | 'after') {
  const crash = crashingPool(backend.deps.pool, { dieAt, when })
  const deps: Deps = { ...backend.deps, pool: crash.pool, hooks: createHooks(() => deps) }
  return { deps, died: crash.died }
}

const paymentNow = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)

/** What a payment has become after so many calls that came through. */
const become: Readonly<Record<Route, (times: number) =>
  { payment: Partial<Payment>; captures: number[]; refunds: number[] }>> = {
  'payments.capture': (times) =>
    ({ payment: { captured: 400 * times, status: 'partially_captured' },
    captures: Array.from({ length: times }, () => 400), refunds: [] }),
  'payments.void': () =>
    ({ payment: { captured: 0, capturable: 0, status: 'voided' }, captures: [], refunds: [] }),
  'refunds.create': (times) =>
    ({ payment: { captured: AMOUNT, refunded: 400 * times }, captures: [AMOUNT],
    refunds: Array.from({ length: times }, () => 400) }),
}
const AMOUNT = 1_000_000

interface Kill {
  readonly route: Route
  readonly payment: string
  readonly dieAt: number
  readonly when: 'before' | 'after'
  /** Calls of this payment that will have come through, with this one. */
  readonly times: number
}

/** Kills one call at one statement. @returns whether there was such a statement */
async function killAt({ route, payment, dieAt, when, times }: Kill): Promise<boolean> {
  const key = randomUUID()
  const { deps, died } = crashing(dieAt, when)
  await make[route](deps, from(route, key), payment).catch(() => null)
  if (!died()) return false
  await work()
  let answer = await make[route](backend.deps, from(route, key), payment)
  if (answer.status === 502) answer = await make[route](backend.deps, from(route, key), payment)
  const where = `${route} killed ${when} statement ${dieAt}: ${answer.body}`
  expect(answer.status, where).toBeLessThan(300)
  await work()
  const again = await make[route](backend.deps, from(route, key), payment)
  expect([again.status, again.body], where).toEqual([answer.status, answer.body])
  const { payment: now, ...atRail } = become[route](times)
  expect(await paymentNow(payment), where).toMatchObject(now)
  expect(railEffects(payment), where).toEqual(atRail)
  return true
}

/** What the rail itself has of a payment. */
function railEffects(payment: string) {
  const { payments, captures, refunds } = backend.rails.jpmorgan.records
  const record = payments().find(({ merchantOrderNumber }) =>
    merchantOrderNumber === payment.replaceAll('_', '-'))
  const amounts = (records: readonly { readonly transactionId?: string; readonly amount: number; readonly decline?: unknown }[]) =>
    records.filter(({ transactionId, decline }) => transactionId === record?.transactionId
      && decline === undefined).map(({ amount }) => amount)
  return { captures: amounts(captures()), refunds: amounts(refunds()) }
}
const pay = async (route: Route) => (await shop.paid([{ seller, amount: AMOUNT, platformFee: 50_000 }], {
  captureMode: route === 'refunds.create' ? 'automatic' : 'manual',
})).payment.id

describe('killed at a statement, then worked on and tried again', () => {
  test.each<[Route, 'before' | 'after']>([
    ['payments.capture', 'before'], ['payments.void', 'before'], ['refunds.create', 'before'],
      ['refunds.create', 'after'],
  ])('%s, %s each: one effect at the rail and in the books, one answer', async (route, when) => {
    let dieAt = 1
    let payment = await pay(route)
    for (let times = 1; await killAt({ route, payment, dieAt, when, times }); times += 1) {
      dieAt += EVERY
      if (route === 'payments.void') payment = await pay(route)
    }
    expect(dieAt, 'statements were killed').toBeGreaterThan(10)
    const { balanced } = await shop.books()
    expect(balanced).toBe(true)
  }, 120_000)
})

describe('an attempt to pay, killed at a statement', () => {
  /** Kills one confirmation. @returns whether there was such a statement */
  async function killConfirm(dieAt: number): Promise<boolean> {
    const session = await shop.session([{ seller, amount: 2_000 }])
    const body = { method: 'card', token: await shop.token(session), revision: 1 } as const
    const given = from('checkout.confirm', 'k', `checkout.confirm ${session.id}`)
    const confirm = async (deps: Deps) =>
      (await confirmCheckout(deps, given, { session: session.id, body, visitor: { ip: '127.0.0.1', userAgent: '', accept: '' }, origin: null })) as Answer
    const { deps, died } = crashing(dieAt, 'before')
    await confirm(deps).catch(() => null)
    if (!died()) return false
    await work()
    const where = `confirm killed before statement ${dieAt}`
    const retried = await confirm(backend.deps)
    const { status } = JSON.parse(retried.body) as { status: string }
    if (status !== 'complete') expect((await shop.confirm(session)).attempt.status, where).toBe('complete')
    const order = await shop.get<Order>(`/v1/orders/${session.order}`)
    expect(order, where).toMatchObject({ status: 'paid', totals: { captured: 2_000, held: 2_000 } })
    expect(order.payments.flatMap((id) => railEffects(id).captures), where).toEqual([2_000])
    const again = await confirm(backend.deps)
    expect([again.status, again.body], where).toEqual([retried.status, retried.body])
    return true
  }

  test('takes the money once, or not at all and lets the buyer try again', async () => {
    let dieAt = 1
    while (await killConfirm(dieAt)) dieAt += EVERY
    expect(dieAt, 'statements were killed').toBeGreaterThan(20)
    expect((await shop.books()).balanced).toBe(true)
  }, 180_000)
})

test('a payout, killed at a statement, leaves once', async () => {
  const owner = (await shop.seller()).id
  const bought = await shop.paid([{ seller: owner, amount: 1_000_000 }])
  await shop.post(`/v1/escrows/${bought.escrows[0]!.id}/release`)
  await shop.advance(2 * 86_400_000)
  await shop.post('/v1/settlements/import')
  const pay = (deps: Deps, key: string) =>
    createSellerPayout(deps, from('payouts.create', key), { seller: owner, amount: 500 })
  const sent = async () =>
    (await (await fetch(`${backend.rails.bank.url}/_control/transfers`)).json() as { amount: number }[]).length
  const before = await sent()
  let [dieAt, times] = [1, 1]
  for (; ; dieAt += EVERY, times += 1) {
    const { deps, died } = crashing(dieAt, 'before')
    await pay(deps, `payout-${dieAt}`).catch(() => null)
    if (!died()) break
    await work()
    const answer = await pay(backend.deps, `payout-${dieAt}`)
    expect([answer.status, (await pay(backend.deps, `payout-${dieAt}`)).body]).toEqual([201, answer.body])
    expect(await sent(), `payout killed before statement ${dieAt}`).toBe(before + times)
  }
  expect(dieAt).toBeGreaterThan(15)
  expect((await shop.books()).balanced).toBe(true)
}, 180_000)
