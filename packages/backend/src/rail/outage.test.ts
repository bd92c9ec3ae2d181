import type { Payment, Payout } from '@holdfast/contract/types'
import type { Outcome, PayoutChange, PayoutConnector } from '@holdfast/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../../../../test/support/wait.ts'
import { recordFailure, failing, MAX_ATTEMPTS } from '../jobs/failures.ts'
import { payouts } from '../jobs/payouts.ts'
import type { TestBackend } from '../testing/backend.ts'
import { changeRail } from '../testing/rail.ts'
import { startTestShop, type Shop } from '../testing/shop.ts'
import { verifyEverything } from '../verify/everything.ts'

/* What lasts for hours at a rail or a bank, and what they say in an order that nobody expects. */

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop({ worker: true, railTimeoutMs: 300 }))
})
afterAll(() => backend.close())

const line = () => [{ seller, amount: 10_000, platformFee: 500 }]
const rows = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> => (await backend.deps.pool.query<T>(text, values)).rows

test('an operation that has been asked about for days is asked again, and recorded when the rail knows', async () => {
  const restore = changeRail(backend, () => ({ inquire: async () => ({ outcome: 'unknown', reason: 'not yet' }) }))
  backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/api/v2/payments' })
  const { attempt } = await shop.confirm(await shop.session(line()))
  expect(attempt.status).toBe('pending')
  await rows("update operations set inquiries = 5000, next_inquiry_at = now() where state = 'unknown'")
  await waitFor(async () => (await rows("select 1 from operations where state = 'unknown' and inquiries > 5000"))[0], { what: 'another inquiry' })
  restore()
  await rows("update operations set next_inquiry_at = now() where state = 'unknown'")
  await waitFor(async () => (await shop.get<Payment>(`/v1/payments/${attempt.payment}`)).status === 'captured', { what: 'the outcome' })
})

test('a subject that keeps failing is set aside, alarms, and is tried again an hour later', async () => {
  const subject = { marketplace: backend.marketplace.id, id: 'feed/of-a-rail-that-is-down' }
  const fail = () => recordFailure(backend.deps.pool, { queue: 'settlements', subject, error: new Error('down') })
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) expect(await fail()).toBe(false)
  for (let attempt = 0; attempt < 3; attempt++) expect(await fail()).toBe(true)
  expect(await failing(backend.deps.pool, 'settlements')).toContain(subject.id)
  const [{ minutes }] = await rows<{ minutes: number }>('select extract(epoch from next_try_at - now())::float8 / 60 as minutes from job_failures where subject = $1', [subject.id]) as [{ minutes: number }]
  expect(Math.round(minutes)).toBe(60)
  await rows('update job_failures set next_try_at = now() where subject = $1', [subject.id])
  expect(await failing(backend.deps.pool, 'settlements')).not.toContain(subject.id)
})

test('a closed-over attempt that took more than its payment is posted, refunded, and blocks no report', async () => {
  const restore = changeRail(backend, (rail) => ({
    async charge(request, options) {
      await rail.charge(request, options)
      return { outcome: 'not_sent', reason: 'as far as anybody can tell' }
    },
  }))
  const { attempt } = await shop.confirm(await shop.session(line()))
  expect(attempt.status).toBe('failed')
  restore()
  const more = changeRail(backend, (rail) => ({
    settlementReports: async (query, options) => (await rail.settlementReports(query, options)).map((report) => ({
      ...report, lines: report.lines.map((one) => (one.kind === 'capture' ? { ...one, gross: one.gross + 100n } : one)),
    })),
  }))
  await shop.advance(2 * 86_400_000)
  await waitFor(async () => (await rows('select 1 from settlements'))[0], { what: 'the report', within: 20_000 })
  more()
  expect(await rows('select captured, authorized, superseded from payments where id = $1', [attempt.payment])).toEqual([{ captured: 10_100n, authorized: 10_100n, superseded: true }])
  expect((await shop.books()).balanced).toBe(true)
})

test('a closed-over attempt whose refund the rail refused is refunded again, and the verifier finds its books right', async () => {
  const restore = changeRail(backend, (rail) => ({
    async charge(request, options) {
      await rail.charge(request, options)
      return { outcome: 'not_sent', reason: 'as far as anybody can tell' }
    },
    followUp: async () => ({ outcome: 'declined', decline: { class: 'hard', code: 'rail_refused' } }),
  }))
  const { attempt } = await shop.confirm(await shop.session(line()))
  await shop.advance(2 * 86_400_000)
  await waitFor(async () => (await rows(`select 1 from refunds where payment_id = $1 and state = 'failed'`, [attempt.payment]))[0], { what: 'the refusal', within: 20_000 })
  restore()
  expect((await shop.post('/v1/refunds', { payment: attempt.payment })).body).toMatchObject({ status: 'succeeded', amount: 10_000 })
  expect((await verifyEverything(backend.deps.pool)).findings.filter(({ kind }) => kind === 'order')).toEqual([])
})

/** A seller's payout that the bank has taken and says nothing more about by itself. */
async function payout(): Promise<Payout> {
  const { escrows } = await shop.paid(line())
  await shop.post(`/v1/escrows/${escrows[0]!.id}/release`, {})
  await shop.advance(2 * 86_400_000)
  await waitFor(async () => (await rows('select 1 from captures where settled_at is null'))[0] === undefined, { what: 'the settlement', within: 20_000 })
  return (await shop.post('/v1/payouts', { seller, amount: 1_000 })).body as unknown as Payout
}

test('a payout that the bank took for another amount than was asked is not submitted: it stays unknown, and alarms', async () => {
  const bank = backend.deps.rails.payouts as Map<string, PayoutConnector>
  const real = bank.get('bank')!
  const more = async (taken: Promise<Outcome>): Promise<Outcome> => {
    const outcome = await taken
    return outcome.outcome === 'approved' ? { ...outcome, amount: outcome.amount * 100n } : outcome
  }
  const silent: PayoutConnector = {
    name: real.name, capabilities: real.capabilities, submit: (...given) => more(real.submit(...given)),
    inquire: (...given) => more(real.inquire(...given) as Promise<Outcome>), changes: async (cursor) => ({ changes: [], cursor }),
  }
  bank.set('bank', silent)
  const { id, status } = await payout()
  expect([status, (await shop.get<Payout>(`/v1/payouts/${id}`)).status]).toEqual(['created', 'created'])
  expect(await rows('select state from operations where payout_id = $1', [id])).toEqual([{ state: 'unknown' }])
  expect(backend.log.some((text) => text.includes('a payout of another amount'))).toBe(true)
  bank.set('bank', { ...silent, inquire: (...given) => real.inquire(...given) })
  await waitFor(async () => (await shop.get<Payout>(`/v1/payouts/${id}`)).status === 'submitted', { what: 'the right amount', within: 20_000 })
  bank.set('bank', real)
})

const available = async () => (await rows<{ available: bigint }>('select available from seller_balances where seller_id = $1', [seller]))[0]!.available

test.each([
  [['returned'], 'failed'], [['completed', 'failed'], 'returned'], [['completed', 'completed', 'processing'], 'completed'],
] as const)('of a payout the bank says %j: it ends %s, and the money is where that says', async (said, ends) => {
  const bank = backend.deps.rails.payouts as Map<string, PayoutConnector>
  const real = bank.get('bank')!
  bank.set('bank', { name: real.name, capabilities: real.capabilities, submit: (...given) => real.submit(...given), inquire: (...given) => real.inquire(...given), changes: async (cursor) => ({ changes: [], cursor }) })
  const { id } = await payout()
  const before = await available()
  const [{ request_id: requestId }] = await rows<{ request_id: string }>('select request_id from operations where payout_id = $1', [id]) as [{ request_id: string }]
  const changes = said.map((status): PayoutChange => ({ requestId, status, at: backend.deps.clock.now() }))
  bank.set('bank', { ...bank.get('bank')!, changes: async () => ({ changes, cursor: `after-${id}` }) })
  await payouts.handle(backend.deps, { marketplace: backend.marketplace.id, id: `${backend.marketplace.id}/bank` })
  bank.set('bank', real)
  expect((await shop.get<Payout>(`/v1/payouts/${id}`)).status).toBe(ends)
  expect(await available() - before).toBe(ends === 'completed' ? 0n : 1_000n)
  expect((await shop.books()).balanced).toBe(true)
  await rows("delete from rail_cursors where feed = 'payouts'")
})

test('an authorization that shows days later ends when the rail’s does: it is counted from when it was asked for', async () => {
  const restore = changeRail(backend, () => ({ inquire: async () => ({ outcome: 'unknown', reason: 'not yet' }) }))
  backend.rails.jpmorgan.faults.add({ fault: 'timeout_recorded', method: 'POST', path: '/api/v2/payments' })
  const { attempt } = await shop.confirm(await shop.session(line(), { captureMode: 'manual' }))
  await shop.advance(3 * 86_400_000)
  restore()
  await rows("update operations set next_inquiry_at = now() where state = 'unknown'")
  const paid = await waitFor(async () => {
    const one = await shop.get<Payment>(`/v1/payments/${attempt.payment}`)
    return one.status === 'authorized' && one
  }, { what: 'the outcome' })
  expect(Date.parse(paid.authorizationExpiresAt!) - Date.parse(paid.operations[0]!.createdAt)).toBe(7 * 86_400_000)
})
