import type { Holdfast } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait.ts'
import { startApi, type Api } from './support/api.ts'
import { addSeller, buy, DAY_MS, fresh, openSession, refunded, type Bought } from './support/orders.ts'

let api: Api
let holdfast: Holdfast
let ada: string
let bo: string

beforeAll(async () => {
  api = await startApi();
  ({ holdfast } = api)
  await holdfast.operator.topUp({ currency: 'USD', amount: 5_000, reference: 'first' })
  ada = (await addSeller(api, 'Ada Lamps')).id
  bo = (await addSeller(api, 'Bo Cable')).id
})
afterAll(() => api.close())

const usd = async (seller: string): Promise<object> => (await holdfast.sellers.balances(seller)).data.find(({ currency }) => currency === 'USD') ?? {}
const totals = async ({ order }: Bought): Promise<object> => (await holdfast.orders.retrieve(order.id)).totals

describe('an order with goods from two sellers', () => {
  let bought: Bought

  it('is paid by card once, and each share is held', async () => {
    bought = await buy(api, [{ seller: ada, amount: 10_000, platformFee: 1_000 }, { seller: bo, amount: 5_001, platformFee: 333 }])
    expect(bought.payment).toMatchObject({ status: 'captured', amount: 15_001, authorized: 15_001, captured: 15_001, capturable: 0, refunded: 0, card: { brand: 'visa', last4: '4113' } })
    expect(bought.order).toMatchObject({ status: 'paid', amount: 15_001, platformFee: 1_333 })
    expect(bought.escrows.map(({ status, totals: { held }, milestones }) => [status, held, milestones.length])).toEqual([['funded', 10_000, 1], ['funded', 5_001, 1]])
    expect(await usd(ada)).toMatchObject({ held: 10_000, available: 0, payable: 0 })
    expect(await holdfast.sessions.retrieve(bought.session.id)).toMatchObject({ status: 'complete', payment: bought.payment.id })
  })

  it('releases a part: its fee travels with it', async () => {
    const [escrow] = bought.escrows
    expect(await holdfast.escrows.release(escrow?.id ?? '', { amount: 4_000 })).toMatchObject({ gross: 4_000, fee: 400, net: 3_600, reason: 'requested' })
    expect(await usd(ada)).toMatchObject({ held: 6_000, available: 3_600, payable: 0, released: 3_600 })
    expect(await totals(bought)).toEqual({ captured: 15_001, held: 11_001, released: 4_000, releasedFee: 400, refunded: 0 })
  })

  it('refunds a part while it is held: its fee was never earned', async () => {
    const [, escrow] = bought.escrows
    const refund = await holdfast.refunds.create({ payment: bought.payment.id, allotments: [{ escrow: escrow?.id ?? '', amount: 1_001 }], reference: fresh('refund') })
    expect(await refunded(api, refund)).toMatchObject({ status: 'succeeded', amount: 1_001, feeBearer: 'platform' })
    expect(await holdfast.escrows.retrieve(escrow?.id ?? '')).toMatchObject({ totals: { held: 4_000, refunded: 1_001 }, milestones: [{ heldFee: 266 }] })
  })

  it('releases the rest when the buyer accepts', async () => {
    const [, escrow] = bought.escrows
    const delivered = await holdfast.escrows.deliver(escrow?.id ?? '', { method: 'express', trackingNumber: 'T1' })
    expect(delivered).toMatchObject({ status: 'delivered', delivery: { method: 'express', trackingNumber: 'T1' } })
    expect(Date.parse(delivered.autoReleaseAt ?? '') - Date.parse(delivered.delivery?.at ?? '')).toBe(15 * DAY_MS)
    expect(await holdfast.escrows.accept(escrow?.id ?? '')).toMatchObject({ status: 'closed', totals: { held: 0, released: 4_000, releasedFee: 266, refunded: 1_001 } })
    const [release] = await holdfast.releases.list({ escrow: escrow?.id ?? '' }).take(1)
    expect(release).toMatchObject({ gross: 4_000, fee: 266, net: 3_734, reason: 'accepted' })
  })

  it('pays out nothing before the rail has settled', async () => {
    await expect(holdfast.payouts.create({ seller: bo, amount: 1 })).rejects.toMatchObject({ status: 409, code: 'funds_not_settled', remaining: { amount: 0, currency: 'USD' } })
    await expect(holdfast.payouts.create({ seller: bo })).rejects.toMatchObject({ status: 409, code: 'funds_not_settled' })
  })

  it('releases by itself when the inspection period has run out', async () => {
    const [escrow] = bought.escrows
    await holdfast.escrows.deliver(escrow?.id ?? '', { method: 'express' })
    await holdfast.clock.advance({ byMs: 15 * DAY_MS })
    expect((await holdfast.escrows.retrieve(escrow?.id ?? '')).totals.held).toBe(6_000)
    await holdfast.clock.advance({ byMs: 31_000 })
    const order = await waitFor(async () => {
      const found = await holdfast.orders.retrieve(bought.order.id)
      return found.status === 'completed' && found
    }, { what: 'the automatic release', within: 30_000 })
    expect(order.escrows[0]).toMatchObject({ status: 'closed', totals: { held: 0, released: 10_000, releasedFee: 1_000 } })
    const [release] = await holdfast.releases.list({ escrow: escrow?.id ?? '' }).take(1)
    expect(release).toMatchObject({ gross: 6_000, fee: 600, reason: 'automatic' })
  })

  it('settles by the rail\'s report, with its fees', async () => {
    await holdfast.settlements.import()
    const reports = await holdfast.settlements.list().take(10)
    expect(reports).toHaveLength(1)
    const [report] = reports
    expect(report).toMatchObject({ gross: 14_000, fees: 465, net: 13_535, lineCount: 2, currency: 'USD' })
    const lines = await holdfast.settlements.lines(report?.id ?? '').take(10)
    expect(lines.map(({ kind, gross, fee, net }) => [kind, gross, fee, net]).sort()).toEqual([['capture', 15_001, 465, 14_536], ['refund', -1_001, 0, -1_001]])
    expect(lines.every(({ operation }) => operation !== null)).toBe(true)
    expect((await holdfast.settlements.import()).data).toEqual([])
  })

  it('pays out what has settled, to the bank account', async () => {
    expect(await usd(bo)).toMatchObject({ available: 3_734, payable: 3_734 })
    await expect(holdfast.payouts.create({ seller: bo, amount: 3_735 })).rejects.toMatchObject({ code: 'funds_not_settled', remaining: { amount: 3_734 } })
    const payout = await holdfast.payouts.create({ seller: bo })
    expect(payout).toMatchObject({ amount: 3_734, currency: 'USD', bankAccount: { last4: '6655', kind: 'us' } })
    await holdfast.clock.advance({ byMs: 4 * DAY_MS })
    await waitFor(async () => (await holdfast.payouts.retrieve(payout.id)).status === 'completed', { what: 'the bank', within: 30_000 })
    expect(await usd(bo)).toMatchObject({ available: 0, inPayout: 0, paidOut: 3_734, released: 3_734, refunded: 1_001 })
  })

  it('refunds what was released from the seller\'s balance and the fee', async () => {
    const [escrow] = bought.escrows
    const refund = await holdfast.refunds.create({ payment: bought.payment.id, allotments: [{ escrow: escrow?.id ?? '', amount: 1_000 }] })
    await refunded(api, refund)
    expect(await usd(ada)).toMatchObject({ available: 9_000 - 900, owed: 0 })
  })

  it('refunds what was paid out: the seller owes it', async () => {
    const [, escrow] = bought.escrows
    const refund = await holdfast.refunds.create({ payment: bought.payment.id, allotments: [{ escrow: escrow?.id ?? '', amount: 1_500 }], feeBearer: 'seller' })
    await refunded(api, refund)
    expect(await usd(bo)).toMatchObject({ available: 0, owed: 1_500 })
    expect(await totals(bought)).toMatchObject({ captured: 15_001, held: 0, released: 11_500, refunded: 3_501 })
  })

  it('leaves books that balance', async () => {
    const { balanced, currencies } = await holdfast.ledger.trialBalance()
    expect(currencies.map(({ debits, credits }) => debits - credits)).toEqual([0])
    expect(currencies[0]?.accounts.filter(({ agrees }) => !agrees)).toEqual([])
    expect(currencies[0]?.coverage).toBeGreaterThanOrEqual(0)
    expect(balanced).toBe(true)
  })
})

describe('a session', () => {
  it('that was declined lets the buyer try another card', async () => {
    const session = await openSession(api, [{ seller: ada, amount: 3_000 }])
    const declined = await api.buyer.pay(session.clientSecret, api.cards.declined)
    expect(declined).toMatchObject({ status: 'failed', paymentToken: null, error: { code: 'card_declined', retryable: true } })
    expect(await holdfast.payments.retrieve(declined.payment)).toMatchObject({ status: 'declined', captured: 0, decline: { class: expect.any(String) as string } })
    expect(await holdfast.sessions.retrieve(session.id)).toMatchObject({ status: 'open' })
    const paid = await api.buyer.pay(session.clientSecret)
    expect(paid.status).toBe('complete')
    expect(await holdfast.payments.list({ order: session.order }).take(9)).toMatchObject([{ id: paid.payment }, { id: declined.payment }])
  })

  it('that was canceled or has expired cannot be paid', async () => {
    for (const end of ['cancel', 'expire'] as const) {
      const session = await openSession(api, [{ seller: ada, amount: 3_000 }])
      const token = await api.buyer.tokenize(session.clientSecret, api.cards.approved)
      expect((await holdfast.sessions[end](session.id)).status).toBe(end === 'cancel' ? 'canceled' : 'expired')
      expect(await api.buyer.confirm(session.clientSecret, { method: 'card', token, revision: 1 })).toMatchObject({ status: 409, body: { code: 'session_not_open' } })
    }
  })

  it('expires by the clock', async () => {
    const session = await openSession(api, [{ seller: ada, amount: 3_000 }], { expiresInMinutes: 5 })
    await holdfast.clock.advance({ byMs: 6 * 60_000 })
    await waitFor(async () => (await holdfast.sessions.retrieve(session.id)).status === 'expired', { what: 'the session to expire', within: 30_000 })
    expect(await holdfast.orders.retrieve(session.order)).toMatchObject({ status: 'canceled' })
  })
})

describe('an authorization', () => {
  it('is captured in parts with allotments, and the last one voids the rest', async () => {
    const { payment, escrows } = await buy(api, [{ seller: ada, amount: 10_000, platformFee: 1_000 }, { seller: bo, amount: 5_001, platformFee: 333 }], { captureMode: 'manual' })
    const [one, two] = escrows
    expect(payment).toMatchObject({ status: 'authorized', capturable: 15_001, captured: 0 })
    const first = await holdfast.payments.capture(payment.id, { allotments: [{ escrow: one?.id ?? '', amount: 3_333 }, { milestone: two?.milestones[0]?.id ?? '', amount: 2_000 }] })
    expect(first).toMatchObject({ status: 'partially_captured', captured: 5_333, capturable: 9_668 })
    expect(first.captures[0]?.allotments.map(({ amount }) => amount)).toEqual([3_333, 2_000])
    const last = await holdfast.payments.capture(payment.id, { amount: 1_000, final: true })
    expect(last).toMatchObject({ status: 'captured', captured: 6_333, capturable: 0 })
    const { totals: { captured, held } } = await holdfast.orders.retrieve(payment.order)
    expect([captured, held]).toEqual([6_333, 6_333])
  })

  it('is voided, and its order is canceled', async () => {
    const { payment, order } = await buy(api, [{ seller: ada, amount: 4_000 }], { captureMode: 'manual' })
    expect(await holdfast.payments.void(payment.id)).toMatchObject({ status: 'voided', captured: 0, capturable: 0 })
    expect(await holdfast.orders.retrieve(order.id)).toMatchObject({ status: 'canceled', totals: { captured: 0 } })
  })
})
