import type { Payment, Refund } from '@holdfast/contract/types'
import type { Decline } from '@holdfast/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inquiries } from '../../jobs/inquiries.ts'
import type { TestBackend } from '../../testing/backend.ts'
import { startTestShop, type Shop } from '../../testing/shop.ts'
import { addWallet, begin, work, type TestWallet } from '../../testing/wallet.ts'

/* A rail that closes by giving back: what is paid while its close is on the way is not kept, whatever it reported. */

let backend: TestBackend
let wallet: TestWallet
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop())
  wallet = addWallet(backend)
})
afterAll(() => backend.close())
beforeEach(() => { wallet.over = {} })

const waiting = async () => begin({ backend, shop, session: await shop.session([{ seller, amount: 10_000, platformFee: 500 }]) })
const payment = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)

test('a payment that is reported while its close is on the way waits for what the close comes to', async () => {
  const one = await waiting()
  wallet.over = {
    close: async ({ chargeRequestId, amount }) => {
      wallet.buyer(one.requestId, 'approve')
      expect((await wallet.notify(wallet.said(one.requestId))).text).toBe('success')
      wallet.records.get(chargeRequestId)!.state = 'closed'
      return { outcome: 'approved', railReference: `r-${chargeRequestId}`, amount }
    },
  }
  const { view } = await shop.page(one.session, 'cancel-attempt')
  await work(backend)
  const { status, captured, operations } = await payment(one.payment)
  expect([view.status, status, captured], JSON.stringify(operations)).toEqual(['open', 'voided', 0])
  expect((await shop.books()).balanced).toBe(true)
})

test('and counts when the rail would not close it, for it was paid', async () => {
  const one = await waiting()
  wallet.over = {
    close: async () => {
      wallet.buyer(one.requestId, 'approve')
      expect((await wallet.notify(wallet.said(one.requestId))).text).toBe('success')
      return { outcome: 'declined', decline: { class: 'hard', code: 'already_paid' } }
    },
  }
  expect((await shop.page(one.session, 'cancel-attempt')).view.status).toBe('complete')
  expect(await payment(one.payment)).toMatchObject({ status: 'captured', captured: 10_000 })
})

test('and goes back when nobody knows what the close came to', async () => {
  const one = await waiting()
  wallet.over = {
    close: async () => {
      wallet.buyer(one.requestId, 'approve')
      expect((await wallet.notify(wallet.said(one.requestId))).text).toBe('success')
      return { outcome: 'unknown', reason: 'lost' }
    },
  }
  expect((await shop.page(one.session, 'cancel-attempt')).view.status).toBe('open')
  await work(backend)
  expect(await payment(one.payment)).toMatchObject({ status: 'captured', refunded: 10_000 })
})

test('a second call at the same moment answers what the first one’s close comes to, not that the attempt still waits', async () => {
  const one = await waiting()
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  wallet.over = {
    close: async ({ chargeRequestId, amount }) => {
      reached.resolve()
      await released.promise
      return { outcome: 'approved', railReference: `r-${chargeRequestId}`, amount }
    },
  }
  const cancel = () => shop.page(one.session, 'cancel-attempt')
  const first = cancel()
  await reached.promise
  const second = cancel()
  for (const _ of [1, 2, 3, 4, 5]) expect((await shop.page(one.session)).view.status, 'the attempt still waits').toBe('processing')
  released.resolve()
  for (const { status, view } of await Promise.all([first, second])) {
    expect([status, view.status, view.attempt?.error?.code]).toEqual([200, 'open', 'attempt_canceled'])
  }
  expect((await payment(one.payment)).operations.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['sale rejected', 'void confirmed'])
})

test('a close that finds out later that the buyer had paid has the rail asked at once, however far the clock was advanced', async () => {
  const one = await waiting()
  wallet.over = { close: async () => ({ outcome: 'unknown', reason: 'lost' }) }
  await shop.page(one.session, 'cancel-attempt')
  await shop.advance(86_400_000)
  wallet.over = { inquire: async () => ({ outcome: 'declined', decline: { class: 'hard', code: 'already_paid' } }) }
  await backend.deps.pool.query(`update operations set next_inquiry_at = now() where payment_id = $1 and kind = 'void'`, [one.payment])
  const { rows: [close] } = await backend.deps.pool.query<{ id: string }>(`select id from operations where payment_id = $1 and kind = 'void'`, [one.payment])
  await inquiries.handle(backend.deps, { marketplace: backend.marketplace.id, id: close!.id })
  const { rows } = await backend.deps.pool.query<{ due: boolean }>(`select next_inquiry_at <= now() as due from operations where payment_id = $1 and kind = 'sale'`, [one.payment])
  expect(rows).toEqual([{ due: true }])
})

describe('what goes back by itself', () => {
  /** An attempt that was closed over and paid, whose refund the rail refuses once. */
  async function refusedOnce(decline: Decline): Promise<string> {
    const one = await waiting()
    wallet.over = {
      close: async () => ({ outcome: 'declined', decline: { class: 'hard', code: 'not_closable' } }),
      followUp: async () => {
        wallet.over = {}
        return { outcome: 'declined', decline }
      },
    }
    await shop.page(one.session, 'cancel-attempt')
    wallet.buyer(one.requestId, 'approve')
    await wallet.notify(wallet.said(one.requestId))
    await work(backend)
    return one.payment
  }
  const refundOf = async (id: string) => (await shop.get<{ data: Refund[] }>(`/v1/refunds?payment=${id}`)).data

  test('is tried again where the rail may do it later', async () => {
    const id = await refusedOnce({ class: 'soft', code: 'rail_balance_low' })
    expect(await refundOf(id)).toMatchObject([{ status: 'succeeded', amount: 10_000 }])
    expect((await payment(id)).operations.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['sale confirmed', 'void rejected', 'refund rejected', 'refund confirmed'])
    expect((await shop.books()).balanced).toBe(true)
  })

  test('stands in suspense where it won’t, for an operator to see to', async () => {
    const id = await refusedOnce({ class: 'hard', code: 'rail_refused' })
    expect(await refundOf(id)).toMatchObject([{ status: 'failed' }])
    expect((await shop.post('/v1/refunds', { payment: id })).body).toMatchObject({ status: 'succeeded', amount: 10_000 })
    expect((await shop.books()).balanced).toBe(true)
  })
})
