import { MAX_AMOUNT } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { isRefusal } from '../refusal.ts'
import { addOrder, addSeller, done, openWorld, ordered } from '../testing/world.ts'
import { approveCharge, beginCapture, confirmCapture, type Allotment } from './capture.ts'
import { topUp, withdraw } from './operator.ts'
import { createPayout, unsettledRelease } from './payout.ts'
import { beginRefund, confirmRefund } from './refund.ts'
import { release } from './release.ts'
import { recordSettlement } from './settlement.ts'

describe('what has not settled', () => {
  test('no longer includes what was refunded of a release', () => {
    const { book, charge, escrow, first, payment } = ordered([[{ amount: 1_000n, fee: 100n }]])
    charge('cap_1')
    done(release(book, { id: 'rel_1', escrow }))
    expect(unsettledRelease(first)).toBe(900n)
    done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform', amount: 1_000n }))
    expect(unsettledRelease(first)).toBe(0n)
  })

  test('includes what the rail took back for a refund of held money: no seller is paid from another’s', () => {
    const world = openWorld()
    const { book } = world
    const [x, y] = [addSeller(world), addSeller(world)]
    const [ofX, ofY] = [[x, 1_000n] as const, [y, 400n] as const].map(([seller, amount]) => addOrder(world, [{ seller, milestones: [{ amount, fee: 0n }] }]))
    const charge = (one: typeof ofX, sale: string | null) => approveCharge(book, { payment: one!.payment.id, milestones: [one!.milestones[0]!.id], sale })
    const capture = (id: string, amount?: bigint) => {
      const begun = done(beginCapture(book, { id, payment: ofX!.payment.id, amount }))
      confirmCapture(book, begun, new Date(0))
      return begun
    }
    const settle = (id: string, lines: readonly { amount: bigint; allotments: readonly Allotment[] }[]) => recordSettlement(book, {
      id, connector: 'jpmorgan', currency: 'USD',
      lines: lines.map(({ amount, allotments }) => ({ gross: amount, fee: 0n, expected: amount, settles: allotments })),
    })
    const sale = done(charge(ofY, 'cap_y'))!
    charge(ofX, null)
    const settled = capture('cap_1', 400n)
    const pending = capture('cap_2')
    settle('stl_1', [sale, settled])
    confirmRefund(book, done(beginRefund(book, { id: 're_1', payment: ofX!.payment.id, feeBearer: 'platform', amount: 400n })))
    settle('stl_2', [{ amount: -400n, allotments: [] }])
    for (const [id, one] of [['rel_x', ofX], ['rel_y', ofY]] as const) done(release(book, { id, escrow: one!.escrows[0]! }))
    const pay = (id: string, one: typeof ofX) => createPayout(book, { id, seller: one!.milestones[0]!.seller, currency: 'USD', unsettled: unsettledRelease(one!.milestones[0]!) })
    expect(pay('po_1', ofX)).toMatchObject({ refused: 'funds_not_settled', remaining: { amount: 0n } })
    expect(pay('po_2', ofY)).toMatchObject({ amount: 400n })
    settle('stl_3', [pending])
    expect(pay('po_3', ofX)).toMatchObject({ amount: 600n })
  })

  test.each([
    ['nothing has settled', { settled: 0n, released: 600n }, 600n],
    ['part has settled', { settled: 400n, released: 600n }, 200n],
    ['a refund of held money took what had settled', { settled: 400n, released: 600n, refundedHeld: 400n }, 600n],
    ['a refund of held money left some of it', { settled: 400n, released: 600n, refundedHeld: 100n }, 300n],
    ['a refund of released money took what had settled', { settled: 400n, released: 1_000n, refundedReleased: 500n }, 500n],
    ['refunds exceed what has settled', { settled: 100n, released: 600n, refundedHeld: 300n, refundedReleased: 200n }, 400n],
    ['everything has settled', { settled: 1_000n, released: 600n, refundedHeld: 400n, refundedReleased: 600n }, 0n],
    ['everything has settled, and some is held', { settled: 1_000n, released: 500n, refundedHeld: 400n }, 0n],
  ])('is right for releases without a fee when %s', (_when, given, unsettled) => {
    const none = { releasedFee: 0n, refundedHeld: 0n, refundedReleased: 0n, refundedReleasedFee: 0n }
    expect(unsettledRelease({ ...none, ...given })).toBe(unsettled)
  })
})

describe('a settlement line', () => {
  const settled = (grosses: readonly bigint[]) => {
    const { book, charge, milestones, escrow } = ordered([[{ amount: 700n, fee: 0n }, { amount: 300n, fee: 0n }]])
    charge('cap_1')
    for (const gross of grosses) {
      const settles = milestones.map(({ id, amount, settled: before }) => ({ escrow, milestone: id, amount: amount - before, fee: 0n }))
      recordSettlement(book, { id: 'stl', connector: 'jpmorgan', currency: 'USD', lines: [{ gross, fee: 0n, expected: 1_000n, settles }] })
    }
    return milestones.map((one) => one.settled)
  }
  test.each([
    ['of the whole capture settles all', [1_000n], [700n, 300n]],
    ['that is short settles what was paid, over the allotments', [501n], [351n, 150n]],
    ['that brings the rest settles the rest', [501n, 499n], [700n, 300n]],
    ['beyond the capture settles no more than was captured', [1_100n], [700n, 300n]],
    ['that is negative settles nothing', [-5n], [0n, 0n]],
  ])('%s', (_rule, grosses, parts) => {
    expect(settled(grosses)).toEqual(parts)
  })

  test('that comes twice settles no more than was captured', () => {
    const { book, charge, first } = ordered([[{ amount: 1_000n, fee: 0n }]])
    charge('cap_1')
    const line = { gross: 1_000n, fee: 0n, expected: 1_000n, settles: [{ milestone: first.id, amount: 1_000n }] }
    recordSettlement(book, { id: 'stl', connector: 'jpmorgan', currency: 'USD', lines: [line, { ...line, expected: 0n }] })
    expect([first.settled, book.platform.get('USD')!.suspense]).toEqual([1_000n, 1_000n])
  })
})

describe('custody', () => {
  test('is not paid out twice by payouts under way, neither to sellers nor to the operator', () => {
    const { book, charge, seller, escrow } = ordered([[{ amount: 1_000n, fee: 100n }]])
    charge('cap_1')
    done(release(book, { id: 'rel_1', escrow }))
    recordSettlement(book, { id: 'stl_1', connector: 'jpmorgan', currency: 'USD', lines: [{ gross: 1_000n, fee: 0n, expected: 1_000n, settles: [] }] })
    book.custody.get('USD')!.balance -= 500n // the bank took it: a fact
    const create = (id: string, amount: bigint) => createPayout(book, { id, seller, currency: 'USD', amount, unsettled: 0n })
    done(create('po_1', 450n))
    expect(create('po_2', 51n)).toMatchObject({ refused: 'funds_not_settled', remaining: { amount: 50n } })
    expect(withdraw(book, { currency: 'USD', amount: 51n })).toMatchObject({ refused: 'custody_insufficient', remaining: { amount: 50n } })
    topUp(book, { currency: 'USD', amount: 1n })
    expect(isRefusal(withdraw(book, { currency: 'USD', amount: 51n }))).toBe(false)
    expect(book.custody.get('USD')).toMatchObject({ balance: 450n, inPayout: 450n })
  })
})

test('a payout without an amount sends at most what one transfer can say, and the next one the rest', () => {
  const most = BigInt(MAX_AMOUNT)
  const { book, charge, seller, escrow } = ordered([[{ amount: most, fee: 0n }, { amount: 500n, fee: 0n }]])
  charge('cap_1')
  done(release(book, { id: 'rel_1', escrow }))
  recordSettlement(book, { id: 'stl_1', connector: 'jpmorgan', currency: 'USD', lines: [{ gross: most + 500n, fee: 0n, expected: most + 500n, settles: [] }] })
  const create = (id: string) => done(createPayout(book, { id, seller, currency: 'USD', unsettled: 0n })).amount
  expect([create('po_1'), create('po_2')]).toEqual([most, 500n])
})
