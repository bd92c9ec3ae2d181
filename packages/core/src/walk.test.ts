import { describe, expect, test } from 'vitest'
import { balanceKey } from './book.ts'
import { approveCharge, beginCapture, confirmCapture } from './decide/capture.ts'
import { topUp, withdraw } from './decide/operator.ts'
import { completePayout, createPayout, failPayout, returnPayout, unsettledRelease } from './decide/payout.ts'
import { beginRefund, confirmRefund, rejectRefund, supersede } from './decide/refund.ts'
import { accept, deliver, release } from './decide/release.ts'
import { recordSettlement } from './decide/settlement.ts'
import { accountOf } from './ledger/accounts.ts'
import type { Refusal } from './refusal.ts'
import { addOrder, addSeller, done, newPayment, openWorld, wrongBooks } from './testing/world.ts'

/* Every row of the ledger's event table, with numbers: two sellers, USD, amounts in cents. */

const world = openWorld()
const { book } = world
const [ada, bo] = [addSeller(world), addSeller(world)]
const one = addOrder(world, [
  { seller: ada, milestones: [{ amount: 10_000n, fee: 1_000n }] },
  { seller: bo, milestones: [{ amount: 5_001n, fee: 333n }] },
])
const [adaEscrow, boEscrow] = one.escrows as [string, string]
const [adaShare, boShare] = one.milestones.map(({ id }) => id) as [string, string]

const nicknames: readonly (readonly [string, string])[] = [
  [adaShare, 'ada'], [boShare, 'bo'], [ada, 'ada'], [bo, 'bo'],
]
const nickname = (name: string) => nicknames.reduce((text, [id, nick]) => text.replace(`:${id}:`, `:${nick}:`), name)

/** The postings of the newest transfer, as the table writes them. */
const posted = () => (book.transfers.at(-1)?.postings ?? [])
  .map(({ debit, credit, amount }) => `${nickname(debit)} → ${nickname(credit)} ${amount}`)

const balance = (seller: string) => {
  const { available, reserve, inPayout, owed } = book.balances.get(balanceKey(seller, 'USD'))!
  return { available, reserve, inPayout, owed }
}
const unsettled = (seller: string) => [...book.milestones.values()]
  .filter((milestone) => milestone.seller === seller).reduce((sum, milestone) => sum + unsettledRelease(milestone), 0n)

describe('the ledger’s event table, walked with numbers', () => {
  test('operator tops up: custody → funding', () => {
    topUp(book, { currency: 'USD', amount: 2_000n })
    expect(posted()).toEqual(['bank:custody → platform:funding 2000'])
  })

  const first = { id: 'cap_1', payment: one.payment.id }
  test('capture in part with allotments: receivable → held, with the fee over what remains', () => {
    expect(approveCharge(book, { payment: one.payment.id, milestones: [adaShare, boShare], sale: null })).toBeNull()
    const capture = done(beginCapture(book, { ...first, allotments: [{ milestone: adaShare, amount: 3_333n }, { escrow: boEscrow, amount: 2_000n }] }))
    expect(capture.allotments.map(({ amount, fee }) => [amount, fee])).toEqual([[3_333n, 333n], [2_000n, 133n]])
    expect(capture.final).toBe(false)
    confirmCapture(book, capture, new Date(0))
    expect(posted()).toEqual(['rail:jpmorgan:receivable → milestone:ada:held 3333', 'rail:jpmorgan:receivable → milestone:bo:held 2000'])
    expect(one.payment).toMatchObject({ state: 'partially_captured', captured: 5_333n })
  })

  const second = { id: 'cap_2', payment: one.payment.id }
  test('capture of the rest: the fees come out exact', () => {
    const capture = done(beginCapture(book, second))
    expect(capture.allotments.map(({ amount, fee }) => [amount, fee])).toEqual([[6_667n, 667n], [3_001n, 200n]])
    expect(capture.final).toBe(true)
    confirmCapture(book, capture, new Date(0))
    expect(posted()).toEqual(['rail:jpmorgan:receivable → milestone:ada:held 6667', 'rail:jpmorgan:receivable → milestone:bo:held 3001'])
    expect(one.payment.state).toBe('captured')
    expect(book.orders.get(one.order)!.state).toBe('paid')
  })

  test('release in part: held → available, held → fees', () => {
    const part = done(release(book, { id: 'rel_1', escrow: adaEscrow, amount: 4_000n }))
    expect(part).toMatchObject({ gross: 4_000n, fee: 400n })
    expect(posted()).toEqual(['milestone:ada:held → seller:ada:available 3600', 'milestone:ada:held → platform:fees 400'])
  })

  test('refund while held: held → in transit, and its fee slice is cancelled', () => {
    const refund = done(beginRefund(book, { id: 're_1', payment: one.payment.id, feeBearer: 'platform', allotments: [{ milestone: boShare, amount: 1_001n }] }))
    expect(refund.allotments[0]).toMatchObject({ held: 1_001n, cancelledFee: 67n, released: 0n })
    expect(posted()).toEqual(['milestone:bo:held → refunds:in_transit 1001'])
    confirmRefund(book, refund)
    expect(posted()).toEqual(['refunds:in_transit → rail:jpmorgan:receivable 1001'])
  })

  test('accept releases all that is held, and the milestone closes', () => {
    deliver(book, { escrow: boEscrow, at: new Date(0), autoReleaseAt: null })
    expect(done(accept(book, { id: 'rel_2', escrow: boEscrow, at: new Date(1) }))).toMatchObject({ gross: 4_000n, fee: 266n, reason: 'accepted' })
    expect(posted()).toEqual(['milestone:bo:held → seller:bo:available 3734', 'milestone:bo:held → platform:fees 266'])
    expect(book.milestones.get(boShare)!.state).toBe('closed')
  })

  test('a payout of what has not settled is refused, with what could be paid', () => {
    const refusal = createPayout(book, { id: 'po_0', seller: bo, currency: 'USD', amount: 100n, unsettled: unsettled(bo) })
    expect(refusal).toMatchObject({ refused: 'funds_not_settled', remaining: { amount: 0n, currency: 'USD' } })
    expect(unsettled(ada)).toBe(3_600n)
    expect(unsettled(bo)).toBe(3_734n)
  })

  test('settlement with fees and a refund: rail fees → receivable, custody → receivable', () => {
    recordSettlement(book, { id: 'stl_1', connector: 'jpmorgan', currency: 'USD', lines: [
      { gross: 5_333n, fee: 185n, expected: 5_333n, settles: [allotmentOf(adaShare, 3_333n), allotmentOf(boShare, 2_000n)] },
      { gross: -1_001n, fee: 0n, expected: -1_001n, settles: [] },
    ] })
    expect(posted()).toEqual([
      'rail:jpmorgan:fees → rail:jpmorgan:receivable 185', 'bank:custody → rail:jpmorgan:receivable 5148',
      'rail:jpmorgan:receivable → bank:custody 1001',
    ])
    expect(unsettled(ada)).toBe(3_600n - 3_000n)
    // of the 2,000 that were paid for bo's share, the refund took 1,001 back: 999 gross are 933 net
    expect(unsettled(bo)).toBe(3_734n - 933n)
  })

  test('a settlement line of another amount leaves the difference in suspense, until it is explained', () => {
    const before = book.transfers.length
    recordSettlement(book, { id: 'stl_2', connector: 'jpmorgan', currency: 'USD', lines: [
      { gross: 9_700n, fee: 310n, expected: 9_668n, settles: [allotmentOf(adaShare, 6_667n), allotmentOf(boShare, 3_001n)] },
    ] })
    expect(posted()).toEqual([
      'rail:jpmorgan:receivable → suspense:jpmorgan 32', 'rail:jpmorgan:fees → rail:jpmorgan:receivable 310',
      'bank:custody → rail:jpmorgan:receivable 9390',
    ])
    recordSettlement(book, { id: 'stl_3', connector: 'jpmorgan', currency: 'USD', lines: [{ gross: -32n, fee: 0n, expected: 0n, settles: [] }] })
    expect(posted()).toEqual(['suspense:jpmorgan → rail:jpmorgan:receivable 32', 'rail:jpmorgan:receivable → bank:custody 32'])
    expect(book.transfers.length).toBe(before + 2)
    expect([unsettled(ada), unsettled(bo)]).toEqual([0n, 0n])
  })

  test('payout created, and completed: available → in_payout → custody', () => {
    const payout = done(createPayout(book, { id: 'po_1', seller: bo, currency: 'USD', unsettled: unsettled(bo) }))
    expect(payout.amount).toBe(3_734n)
    expect(posted()).toEqual(['seller:bo:available → seller:bo:in_payout 3734'])
    expect(book.custody.get('USD')!.inPayout).toBe(3_734n)
    completePayout(book, payout)
    expect(posted()).toEqual(['seller:bo:in_payout → bank:custody 3734'])
  })

  test('payout failed: in_payout → available', () => {
    const payout = done(createPayout(book, { id: 'po_2', seller: ada, currency: 'USD', amount: 1_600n, unsettled: unsettled(ada) }))
    failPayout(book, payout)
    expect(posted()).toEqual(['seller:ada:in_payout → seller:ada:available 1600'])
    expect(balance(ada).available).toBe(3_600n)
  })

  test('refund after release: the share’s held money first, then available; the platform gives back its fee part', () => {
    const refund = done(beginRefund(book, { id: 're_2', payment: one.payment.id, feeBearer: 'platform', allotments: [{ escrow: adaEscrow, amount: 7_000n }] }))
    expect(refund.allotments[0]).toMatchObject({ held: 6_000n, cancelledFee: 600n, released: 1_000n, releasedFee: 100n, fees: 100n, available: 900n, owed: 0n })
    expect(posted()).toEqual([
      'milestone:ada:held → refunds:in_transit 6000', 'platform:fees → refunds:in_transit 100', 'seller:ada:available → refunds:in_transit 900',
    ])
    rejectRefund(book, refund, new Date(0))
    expect(posted()).toEqual([
      'refunds:in_transit → milestone:ada:held 6000', 'refunds:in_transit → platform:fees 100', 'refunds:in_transit → seller:ada:available 900',
    ])
    expect(book.milestones.get(adaShare)).toMatchObject({ held: 6_000n, heldFee: 600n, refundedHeld: 0n, cancelledFee: 0n, state: 'funded' })
  })

  test('refund after payout: what the balance lacks is owed; a release repays it first', () => {
    const refund = done(beginRefund(book, { id: 're_3', payment: one.payment.id, feeBearer: 'seller', allotments: [{ milestone: boShare, amount: 1_500n }] }))
    expect(refund.allotments[0]).toMatchObject({ held: 0n, releasedFee: 100n, fees: 0n, available: 0n, owed: 1_500n })
    expect(posted()).toEqual(['seller:bo:owed → refunds:in_transit 1500'])
    confirmRefund(book, refund)

    const two = addOrder(world, [{ seller: bo, milestones: [{ amount: 1_000n, fee: 100n }] }])
    done(approveCharge(book, { payment: two.payment.id, milestones: two.milestones.map(({ id }) => id), sale: 'cap_3' }))
    done(release(book, { id: 'rel_3', escrow: two.escrows[0]! }))
    expect(posted().slice(0, 2).map((text) => text.replace(two.milestones[0]!.id, 'two'))).toEqual(['milestone:two:held → seller:bo:available 900', 'seller:bo:available → seller:bo:owed 900'])
    expect(balance(bo)).toEqual({ available: 0n, reserve: 0n, inPayout: 0n, owed: 600n })
  })

  test('payout returned after completion: custody → available, and what is owed is repaid first', () => {
    returnPayout(book, { id: 'po_1', seller: bo, currency: 'USD', amount: 3_734n })
    expect(posted()).toEqual(['bank:custody → seller:bo:available 3734', 'seller:bo:available → seller:bo:owed 600'])
    expect(balance(bo)).toEqual({ available: 3_134n, reserve: 0n, inPayout: 0n, owed: 0n })
  })

  test('a refused refund whose owed part is repaid meanwhile becomes available', () => {
    const all = done(beginRefund(book, { id: 're_4', payment: one.payment.id, feeBearer: 'seller', allotments: [{ milestone: boShare, amount: 2_500n }] }))
    expect(all.allotments[0]).toMatchObject({ available: 2_500n, owed: 0n })
    const again = addOrder(world, [{ seller: bo, milestones: [{ amount: 3_000n, fee: 0n }] }])
    done(approveCharge(book, { payment: again.payment.id, milestones: again.milestones.map(({ id }) => id), sale: 'cap_4' }))
    done(release(book, { id: 'rel_4', escrow: again.escrows[0]! }))
    done(createPayout(book, { id: 'po_3', seller: bo, currency: 'USD', amount: 634n, unsettled: 0n }))
    const owing = done(beginRefund(book, { id: 're_5', payment: again.payment.id, feeBearer: 'platform', amount: 3_000n }))
    expect(owing.allotments[0]).toMatchObject({ available: 3_000n, owed: 0n })
    rejectRefund(book, owing, new Date(0))
    rejectRefund(book, all, new Date(0))
    expect(balance(bo)).toEqual({ available: 5_500n, reserve: 0n, inPayout: 634n, owed: 0n })
  })

  test('a superseded attempt: receivable → suspense → in transit → receivable', () => {
    const late = newPayment('pay_late', { order: one.order, currency: 'USD', amount: 15_001n })
    late.state = 'declined'
    book.payments.set(late.id, late)
    const refund = done(supersede(book, { payment: late.id, refund: 're_6', amount: 15_001n }))
    expect(posted()).toEqual(['rail:jpmorgan:receivable → suspense:superseded 15001', 'suspense:superseded → refunds:in_transit 15001'])
    confirmRefund(book, refund)
    expect(posted()).toEqual(['refunds:in_transit → rail:jpmorgan:receivable 15001'])
    expect(late).toMatchObject({ state: 'captured', superseded: true, refunded: 15_001n })
  })

  test('operator withdraws: fees → custody, refused beyond what coverage allows', () => {
    const refusal = withdraw(book, { currency: 'USD', amount: 10_000n })
    expect(refusal).toMatchObject({ refused: 'custody_insufficient', field: 'amount' })
    const most = (refusal as Refusal).remaining!.amount
    expect(most).toBe(766n)
    done(withdraw(book, { currency: 'USD', amount: most }))
    expect(posted()).toEqual(['platform:fees → bank:custody 766'])
  })

  test('the books balance after the walk, by replay of every posting', () => {
    expect(wrongBooks(world)).toEqual([])
  })
})

function allotmentOf(milestone: string, amount: bigint) {
  return { escrow: adaEscrow, milestone, amount, fee: 0n }
}

test.each([
  ['bank:custody', 'debit', false], ['platform:losses', 'debit', false], ['rail:jpmorgan:fees', 'debit', false],
  ['milestone:ms_1:held', 'credit', true], ['seller:sel_1:owed', 'debit', true], ['seller:sel_1:in_payout', 'credit', true],
  ['refunds:in_transit', 'credit', false], ['suspense:superseded', 'either', false], ['fx:EUR', 'either', false],
])('account %s has its normal side on %s, guarded: %s', (name, normalSide, guarded) => {
  expect(accountOf(name)).toMatchObject({ normalSide, guarded })
})

test.each(['milestone:sel_1:held', 'seller:sel_1:held', 'bank', 'platform:fee', ''])('%j is no account', (name) => {
  expect(() => accountOf(name)).toThrow('not the name of a ledger account')
})
