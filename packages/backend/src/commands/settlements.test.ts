import { randomUUID } from 'node:crypto'
import type { Payment, SellerBalance, Settlement } from '@holdfast/contract/types'
import type { SettlementReport } from '@holdfast/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { openShop, type Shop } from '../testing/shop.ts'
import { execute } from './execute.ts'
import { importSettlements } from './settlements.ts'

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend()
  shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 1_000_000, reference: 'first' })
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())

/** Records reports as if the rail had given them, and answers what was recorded. */
async function record(...reports: SettlementReport[]): Promise<Settlement[]> {
  const answer = await execute(backend.deps, importSettlements(backend.deps), {
    marketplace: backend.marketplace.id, requestId: randomUUID(), claim: null, input: [{ connector: 'jpmorgan', reports }],
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
const suspense = async () => (await shop.books()).currencies[0]!.accounts.find(({ name }) => name === 'suspense:jpmorgan')?.balance ?? 0

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
