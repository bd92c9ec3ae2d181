import type { TrialBalance } from '@holdfast/contract/types'
import { coverage, need, type PlatformSums } from '@holdfast/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../postgres/transaction.ts'
import { openDesk, readPlatform } from '../store/book.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { fresh, openShop, type Shop } from '../testing/shop.ts'
import { runVerifier } from '../verify/run.ts'

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend()
  shop = openShop(backend)
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())

const topUp = () => shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 500, reference: fresh('top-up') })
const earn = async () => {
  const { escrows: [escrow] } = await shop.paid([{ seller, amount: 10_000, platformFee: 500 }])
  expect((await shop.post(`/v1/escrows/${escrow!.id}/release`, { amount: 1_000 })).status).toBe(200)
}
const checkpoint = () => runVerifier(backend.deps.pool, { marketplace: backend.marketplace.id })

function platform(): Promise<PlatformSums> {
  return inTransaction(backend.deps.pool, async (tx) => {
    const desk = openDesk({ marketplace: backend.marketplace.id })
    await readPlatform(tx, desk, 'USD')
    return need(desk.book.platform, 'USD')
  })
}

/** What the sums are by the postings alone. */
async function expectTheBooksSums(): Promise<void> {
  const books: TrialBalance = await shop.books()
  const usd = books.currencies.find(({ currency }) => currency === 'USD')!
  const balance = (name: string) => BigInt(usd.accounts.find((account) => account.name === name)?.balance ?? 0)
  const sums = await platform()
  expect([sums.fees, sums.funding]).toEqual([balance('platform:fees'), balance('platform:funding')])
  expect(coverage(sums)).toBe(BigInt(usd.coverage))
}

test('what the platform has is summed from the checkpoint and what came after it', async () => {
  for (const step of [topUp, earn, checkpoint, topUp, earn, checkpoint, checkpoint, earn]) {
    await step()
    await expectTheBooksSums()
  }
})

test('a transfer that commits after a checkpoint was made, and began before it, is counted once', async () => {
  const before = await platform()
  let counted: PlatformSums | undefined
  await inTransaction(backend.deps.pool, async (tx) => {
    await tx.client.query(`insert into ledger_transfers (marketplace_id, id, reason, subject, currency, created_at)
      values ($1, 'tr_late', 'operator_top_up', 'operator', 'USD', now())`, [backend.marketplace.id])
    await tx.client.query(`insert into ledger_postings (marketplace_id, transfer_id, position, debit_account, credit_account, amount)
      select $1, 'tr_late', 0, d.id, c.id, 7 from ledger_accounts d, ledger_accounts c
      where d.name = 'bank:custody' and c.name = 'platform:funding'`, [backend.marketplace.id])
    await earn()
    await checkpoint()
    counted = await platform()
  })
  expect(counted!.funding).toBe(before.funding)
  for (const step of [async () => {}, checkpoint]) {
    await step()
    expect((await platform()).funding).toBe(before.funding + 7n)
  }
})
