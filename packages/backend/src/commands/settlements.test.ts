import { randomUUID } from 'node:crypto'
import type { Payment, SellerBalance, Settlement, SettlementsImported } from '@holdfast/contract/types'
import type { SettlementReport } from '@holdfast/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestBackend } from '../testing/backend.ts'
import { changeRail } from '../testing/rail.ts'
import { startTestShop, type Shop } from '../testing/shop.ts'
import { importSettlements, recordReports } from './import-settlements.ts'

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop())
})
afterAll(() => backend.close())

/** Records reports as if the rail had given them, and answers what was recorded. */
async function record(...reports: SettlementReport[]): Promise<Settlement[]> {
  const answer = await importSettlements(backend.deps, {
    marketplace: backend.marketplace.id, requestId: randomUUID(), claim: null, input: async () => [{ connector: 'jpmorgan', reports }],
  })
  return (JSON.parse(answer.body) as { data: Settlement[] }).data
}

async function paid(): Promise<{ payment: Payment; requestId: string; railReference: string }> {
  const { payment } = await shop.paid([{ seller, amount: 10_000, platformFee: 500 }])
  const { rows } = await backend.deps.pool.query<{ request_id: string; rail_reference: string }>(
    'select request_id, rail_reference from operations where marketplace_id = $1 and payment_id = $2', [backend.marketplace.id, payment.id])
  return { payment, requestId: rows[0]!.request_id, railReference: rows[0]!.rail_reference }
}

const report = (date: string, { requestId, railReference }: { requestId: string; railReference: string }, gross: bigint): SettlementReport =>
  ({ reportId: `R-${date}-${gross}`, date, currency: 'USD', net: gross - 30n, lines: [{ kind: 'capture', requestId, railReference, gross, fee: 30n }] })

const settledAt = async (id: string) => (await shop.get<Payment>(`/v1/payments/${id}`)).captures[0]!.settledAt
const payable = async () => (await shop.get<{ data: SellerBalance[] }>(`/v1/sellers/${seller}/balances`)).data[0]?.payable ?? 0
/** Debits less credits. */
const suspense = async (of = 'USD') => (await shop.books()).currencies.find(({ currency }) => currency === of)
  ?.accounts.find(({ name }) => name === 'suspense:jpmorgan')?.balance ?? 0

test('a report is recorded once, however often it is fetched', async () => {
  const one = report('2027-01-01', await paid(), 10_000n)
  expect(await record(one)).toHaveLength(1)
  expect(await record(one)).toEqual([])
})

test('a report that is published after another of a later day is recorded all the same', async () => {
  const late = await paid()
  await record(report('2027-01-03', await paid(), 10_000n))
  expect(await record(report('2027-01-02', late, 10_000n))).toHaveLength(1)
  expect(await settledAt(late.payment.id)).not.toBeNull()
})

test('a line that is short settles what it pays, and a later line the rest', async () => {
  const sale = await paid()
  await shop.post(`/v1/escrows/${sale.payment.captures[0]!.allotments[0]!.escrow}/release`, {})
  const [before, inSuspense] = [await payable(), await suspense()]
  await record(report('2027-01-04', sale, 6_000n))
  expect(await settledAt(sale.payment.id)).toBeNull()
  expect(await payable() - before).toBe(6_000 - 300)
  await record(report('2027-01-05', sale, 4_000n))
  expect(await settledAt(sale.payment.id)).not.toBeNull()
  expect(await payable() - before).toBe(10_000 - 500)
  expect(await suspense()).toBe(inSuspense)
  expect((await shop.books()).balanced).toBe(true)
})

test('a line in another currency than its payment is not about it: all of it stands in suspense of its own currency', async () => {
  const [sale, inSuspense] = [await paid(), await suspense()]
  const usd = report('2027-01-06', sale, 10_000n)
  expect(await record({ ...usd, currency: 'EUR' })).toMatchObject([{ currency: 'EUR', gross: 10_000 }])
  expect([await settledAt(sale.payment.id), await suspense('EUR')]).toEqual([null, -10_000])
  await record(usd)
  expect([await settledAt(sale.payment.id), await suspense()]).toEqual([expect.any(String), inSuspense])
})

describe('of several reports, each is recorded by itself', () => {
  /** A sum that no column holds. */
  const poison = (date: string): SettlementReport =>
    ({ reportId: `R-${date}-poison`, date, currency: 'USD', net: 0n, lines: [{ kind: 'capture', requestId: null, railReference: 'nobody', gross: 10n ** 20n, fee: 0n }] })
  const call = (key: string = randomUUID()) => shop.post('/v1/settlements/import', { connector: 'jpmorgan' }, { idempotencyKey: key })
  const cursor = async () => (await backend.deps.pool.query<{ cursor: string }>(
    `select cursor from rail_cursors where connector = 'jpmorgan' and feed = 'settlements'`)).rows[0]!.cursor
  const reporting = async <T>(reports: readonly SettlementReport[], work: () => Promise<T>): Promise<T> =>
    work().finally(changeRail(backend, () => ({ settlementReports: async () => reports })))

  test('one that can’t be recorded keeps out no other, is named, and is asked for again', async () => {
    const [first, second] = [await paid(), await paid()]
    const reports = [report('2027-02-01', first, 10_000n), poison('2027-02-02'), report('2027-02-03', second, 10_000n)]
    const { status, body } = await reporting(reports, () => call())
    const { data, failed } = body as unknown as SettlementsImported
    expect([status, data.map(({ date }) => date).sort()]).toEqual([200, ['2027-02-01', '2027-02-03']])
    expect(failed).toEqual([{ connector: 'jpmorgan', reportId: 'R-2027-02-02-poison', currency: 'USD', code: 'internal' }])
    expect(await Promise.all([first, second].map(({ payment }) => settledAt(payment.id)))).not.toContain(null)
    expect(await cursor()).toBe('2027-02-01')
    expect(backend.log.some((line) => line.includes('could not be recorded'))).toBe(true)
    expect((await shop.books()).balanced).toBe(true)
  })

  test('the worker records what it can too, and is told why not the rest', async () => {
    const sale = await paid()
    const input = [{ connector: 'jpmorgan', reports: [poison('2027-02-04'), report('2027-02-05', sale, 10_000n)] }]
    const failures = await recordReports(backend.deps, { marketplace: backend.marketplace.id, input })
    expect(failures).toMatchObject([{ failed: { code: 'internal' }, error: expect.any(Error) as Error }])
    expect(await settledAt(sale.payment.id)).not.toBeNull()
  })

  test('the same key answers the same, and records nothing that came since', async () => {
    const [key, early, late] = [randomUUID(), await paid(), await paid()]
    const reports = [report('2027-02-06', early, 10_000n)]
    const first = await reporting(reports, () => call(key))
    const again = await reporting([...reports, report('2027-02-07', late, 10_000n)], () => call(key))
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(await settledAt(late.payment.id)).toBeNull()
  })

  test('the same key answers the same while the rail is away; another is refused, and keeps its key', async () => {
    const [key, other] = [randomUUID(), randomUUID()]
    const first = await reporting([report('2027-02-10', await paid(), 10_000n)], () => call(key))
    const away = changeRail(backend, () => ({ settlementReports: () => Promise.reject(new Error('away')) }))
    const [again, refused] = [await call(key), await call(other)]
    away()
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect([refused.status, refused.body['code']]).toEqual([502, 'rail_unavailable'])
    expect((await reporting([], () => call(other))).status).toBe(200)
  })

  test('a call whose answer could not be stored goes on where it stopped, under the same key', async () => {
    const [key, one, other] = [randomUUID(), await paid(), await paid()]
    const input = [report('2027-02-08', one, 10_000n), report('2027-02-09', other, 10_000n)]
    // what a call leaves that died after its first report
    await recordReports(backend.deps, { marketplace: backend.marketplace.id, input: [{ connector: 'jpmorgan', reports: input.slice(0, 1) }] })
    const { body } = await reporting(input, () => call(key))
    expect((body as unknown as SettlementsImported).data.map(({ date }) => date)).toEqual(['2027-02-09'])
    expect((await backend.deps.pool.query('select from settlements where report_id = $1', [input[0]!.reportId])).rowCount).toBe(1)
  })
})
