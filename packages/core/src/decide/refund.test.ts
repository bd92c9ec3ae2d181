import { describe, expect, test } from 'vitest'
import { milestonesOf } from '../book.ts'
import { balanceOf, done, ordered, wrongBooks, type Ordered } from '../testing/world.ts'
import type { Ask } from './allot.ts'
import { openDispute, withdrawDispute } from './dispute.ts'
import { beginRefund, confirmRefund, rejectRefund, supersede, type FeeBearer, type Refund } from './refund.ts'
import { accept, deliver, lapse, release } from './release.ts'

const at = (ms: number) => new Date(ms)
const single = (amount = 1_000n, fee = 100n, reserveBps = 0) => ordered([[{ amount, fee }]], reserveBps)

function begin({ book, payment }: Ordered, { id, amount, feeBearer = 'seller' }: { id: string; amount: bigint; feeBearer?: FeeBearer }): Refund {
  return done(beginRefund(book, { id, payment: payment.id, feeBearer, amount }))
}

describe('refund', () => {
  test('beyond what is left is refused with what remains, of the payment and of the milestone', () => {
    const { book, charge, payment, first } = single()
    expect(beginRefund(book, { id: 're_0', payment: payment.id, feeBearer: 'platform' })).toMatchObject({ refused: 'payment_transition_refused' })
    charge('cap_1')
    done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform', amount: 999n }))
    expect(beginRefund(book, { id: 're_2', payment: payment.id, feeBearer: 'platform', amount: 2n }))
      .toMatchObject({ refused: 'amount_exceeds_remaining', field: 'amount', remaining: { amount: 1n, currency: 'USD' } })
    expect(first).toMatchObject({ held: 1n, refunding: 999n })
  })

  test('that the rail refuses returns to an accepted milestone as held, and releases by itself from then on', () => {
    const { book, charge, escrow, payment, first } = single()
    charge('cap_1')
    deliver(book, { escrow, at: at(0), autoReleaseAt: at(1) })
    const refund = done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform' }))
    expect(accept(book, { id: 'rel_1', escrow, at: at(0) })).toBeNull()
    expect(accept(book, { id: 'rel_1', escrow, at: at(0) })).toMatchObject({ refused: 'milestone_transition_refused' })
    rejectRefund(book, refund, at(500))
    expect(first).toMatchObject({ state: 'accepted', held: 1_000n, heldFee: 100n })
    expect(book.escrows.get(escrow)).toMatchObject({ autoReleaseAt: at(500), acceptedAt: at(0) })
    expect(lapse(book, { id: 'rel_2', escrow, at: at(30_499) })).toMatchObject({ refused: 'milestone_transition_refused' })
    expect(lapse(book, { id: 'rel_2', escrow, at: at(30_500) })).toMatchObject({ gross: 1_000n, fee: 100n, reason: 'automatic' })
    expect(book.escrows.get(escrow)).toMatchObject({ autoReleaseAt: null, acceptedAt: at(0) })
    expect(milestonesOf(book, { escrow })[0]!.state).toBe('closed')
  })

  test('that the rail refuses after acceptance waits for the end of a dispute', () => {
    const { book, charge, escrow, payment, first } = single()
    charge('cap_1')
    deliver(book, { escrow, at: at(0), autoReleaseAt: null })
    const refund = done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform' }))
    accept(book, { id: 'rel_1', escrow, at: at(0) })
    openDispute(book, { id: 'dp_1', escrow })
    rejectRefund(book, refund, at(500))
    expect(book.escrows.get(escrow)!.autoReleaseAt).toBeNull()
    done(withdrawDispute(book, { id: 'dp_1', escrow, state: 'negotiation', openedAt: at(100), at: at(700) }))
    expect([first.state, book.escrows.get(escrow)!.autoReleaseAt]).toEqual(['accepted', at(700)])
  })

  test('takes what an escrow holds in any of its milestones before what it released', () => {
    const { book, charge, escrow, milestones, payment, world } = ordered([[{ amount: 500n, fee: 0n }, { amount: 300n, fee: 0n }, { amount: 200n, fee: 0n }]])
    charge('cap_1')
    done(release(book, { id: 'rel_1', escrow, milestone: milestones[0]!.id }))
    const taken = (id: string, ask: Ask) => done(beginRefund(book, { id, payment: payment.id, feeBearer: 'platform', ...ask }))
      .allotments.map(({ milestone, held, released }) => [milestones.findIndex(({ id: one }) => one === milestone), held, released])
    expect(taken('re_1', { amount: 100n })).toEqual([[1, 60n, 0n], [2, 40n, 0n]])
    expect(taken('re_2', { allotments: [{ escrow, amount: 100n }, { escrow, amount: 350n }] })).toEqual([[0, 0n, 50n], [1, 240n, 0n], [2, 160n, 0n]])
    expect(taken('re_3', {})).toEqual([[0, 0n, 450n]])
    expect(wrongBooks(world)).toEqual([])
  })

  test('of an amount is split over the sellers’ shares, whatever each holds', () => {
    const { book, charge, escrow, payment } = ordered([[{ amount: 600n, fee: 0n }], [{ amount: 400n, fee: 0n }]])
    charge('cap_1')
    done(release(book, { id: 'rel_1', escrow }))
    const refund = done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform', amount: 100n }))
    expect(refund.allotments.map(({ held, released }) => [held, released])).toEqual([[0n, 60n], [40n, 0n]])
  })

  test('of what was released takes available before reserve, and its rejection restores both', () => {
    const one = single(1_000n, 0n, 500)
    one.charge('cap_1')
    done(release(one.book, { id: 'rel_1', escrow: one.escrow }))
    expect(one.balance()).toMatchObject({ available: 950n, reserve: 50n })
    expect(begin(one, { id: 're_1', amount: 100n }).allotments[0]).toMatchObject({ available: 100n, reserve: 0n })
    const rest = begin(one, { id: 're_2', amount: 880n })
    expect(rest.allotments[0]).toMatchObject({ available: 850n, reserve: 30n, owed: 0n })
    rejectRefund(one.book, rest, at(0))
    expect(one.balance()).toMatchObject({ available: 850n, reserve: 50n, owed: 0n })
    expect(wrongBooks(one.world)).toEqual([])
  })

  test('of released money that the rail refuses can be asked for again with the same fee', () => {
    const one = single()
    one.charge('cap_1')
    done(release(one.book, { id: 'rel_1', escrow: one.escrow }))
    rejectRefund(one.book, begin(one, { id: 're_1', amount: 500n, feeBearer: 'platform' }), at(0))
    expect(one.first).toMatchObject({ refundedReleased: 0n, refundedReleasedFee: 0n })
    expect(begin(one, { id: 're_2', amount: 1_000n, feeBearer: 'platform' }).allotments[0]).toMatchObject({ fees: 100n, available: 900n, owed: 0n })
  })

  test('of all that was released makes a completed order a refunded one', () => {
    const one = single()
    one.charge('cap_1')
    done(release(one.book, { id: 'rel_1', escrow: one.escrow }))
    expect(one.book.orders.get(one.order)!.state).toBe('completed')
    confirmRefund(one.book, begin(one, { id: 're_1', amount: 1_000n }))
    expect(one.book.orders.get(one.order)!.state).toBe('refunded')
  })
})

describe('an attempt that was closed over', () => {
  test('is being refunded whole until the rail has confirmed', () => {
    const { book, payment } = single(700n, 0n)
    payment.state = 'declined'
    const refund = done(supersede(book, { payment: payment.id, refund: 're_1', amount: 700n }))
    expect(payment).toMatchObject({ captured: 700n, refunding: 700n, refunded: 0n })
    confirmRefund(book, refund)
    expect(payment).toMatchObject({ captured: 700n, refunding: 0n, refunded: 700n })
  })

  test.each(['declined', 'voided', 'expired'] as const)('surfaces from %s', (state) => {
    const { book, payment, order, world } = single(700n, 0n)
    payment.state = state
    done(supersede(book, { payment: payment.id, refund: 're_1', amount: 700n }))
    expect([payment.state, payment.superseded, book.orders.get(order)!.state]).toEqual(['captured', true, 'open'])
    expect(wrongBooks(world)).toEqual([])
  })

  test('can be refunded again, whole or in part, when the rail refused its refund', () => {
    const { book, payment, first, world } = single(700n, 0n)
    const suspense = () => (wrongBooks(world), balanceOf(world, 'suspense:superseded'))
    payment.state = 'declined'
    rejectRefund(book, done(supersede(book, { payment: payment.id, refund: 're_1', amount: 700n })), at(0))
    expect(suspense()).toBe(700n)
    const again = (id: string, ask: Ask) => beginRefund(book, { id, payment: payment.id, feeBearer: 'platform', ...ask })
    expect(again('re_2', { amount: 701n })).toMatchObject({ refused: 'amount_exceeds_remaining', field: 'amount', remaining: { amount: 700n } })
    expect(again('re_2', { allotments: [{ milestone: first.id, amount: 1n }] })).toMatchObject({ refused: 'not_found', field: 'allotments[0].milestone' })
    const part = done(again('re_2', { amount: 300n }))
    expect([part.allotments, suspense()]).toEqual([[], 400n])
    const rest = done(again('re_3', {}))
    expect([rest.amount, suspense()]).toEqual([400n, 0n])
    expect(again('re_4', {})).toMatchObject({ refused: 'amount_exceeds_remaining', remaining: { amount: 0n } })
    confirmRefund(book, part)
    confirmRefund(book, rest)
    expect(payment).toMatchObject({ refunding: 0n, refunded: 700n })
    expect(wrongBooks(world)).toEqual([])
  })
})
