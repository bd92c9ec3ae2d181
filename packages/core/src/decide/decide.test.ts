import { describe, expect, test } from 'vitest'
import { isRefusal } from '../refusal.ts'
import { done, ordered, wrongBooks } from '../testing/world.ts'
import { beginCapture, confirmCapture, endAuthorization, failCapture } from './capture.ts'
import { openDispute, withdrawDispute } from './dispute.ts'
import { beginRefund, confirmRefund } from './refund.ts'
import { accept, deliver, lapse, release } from './release.ts'

const at = (ms: number) => new Date(ms)
const single = (amount = 1_000n, fee = 100n) => ordered([[{ amount, fee }]])

describe('release', () => {
  test('of two releases that together exceed what is held, the first stands and the second is refused', () => {
    const { book, charge, escrow, world } = single()
    charge('cap_1')
    expect(release(book, { id: 'rel_1', escrow, amount: 600n })).toMatchObject({ gross: 600n, fee: 60n })
    expect(release(book, { id: 'rel_2', escrow, amount: 600n })).toMatchObject({
      refused: 'amount_exceeds_remaining', field: 'amount', remaining: { amount: 400n, currency: 'USD' },
    })
    expect(wrongBooks(world)).toEqual([])
  })

  test('of an escrow is split over its milestones', () => {
    const { book, charge, escrow } = ordered([[{ amount: 900n, fee: 90n }, { amount: 100n, fee: 10n }]])
    charge('cap_1')
    expect(done(release(book, { id: 'rel_1', escrow, amount: 101n })).allotments.map(({ gross, fee }) => [gross, fee])).toEqual([[91n, 9n], [10n, 1n]])
  })

  test('refuses what is not there: nothing held, another escrow’s milestone', () => {
    const { book, escrow } = single()
    expect(release(book, { id: 'rel_1', escrow })).toMatchObject({ refused: 'amount_exceeds_remaining', remaining: { amount: 0n } })
    expect(release(book, { id: 'rel_1', escrow, milestone: 'ms_other' })).toMatchObject({ refused: 'not_found', field: 'milestone' })
  })

  test('of everything, with a refund open, closes the milestone only when the refund has ended', () => {
    const { book, charge, escrow, first, order, payment } = single()
    charge('cap_1')
    const refund = done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform', amount: 400n }))
    done(release(book, { id: 'rel_1', escrow }))
    expect([first.state, book.orders.get(order)!.state]).toEqual(['funded', 'paid'])
    confirmRefund(book, refund)
    expect([first.state, book.orders.get(order)!.state]).toEqual(['closed', 'completed'])
  })
})

describe('acceptance', () => {
  test('before delivery is refused; after it, releases all', () => {
    const { book, charge, escrow, first } = single()
    charge('cap_1')
    expect(accept(book, { id: 'rel_1', escrow, at: at(0) })).toMatchObject({ refused: 'milestone_transition_refused' })
    expect(deliver(book, { escrow, at: at(0), autoReleaseAt: null })).toBeNull()
    expect(deliver(book, { escrow, at: at(0), autoReleaseAt: null })).toMatchObject({ refused: 'milestone_transition_refused' })
    expect(accept(book, { id: 'rel_1', escrow, at: at(5) })).toMatchObject({ gross: 1_000n, reason: 'accepted' })
    expect(first.state).toBe('closed')
    expect([...book.happenings.values()].filter(({ subject }) => subject === escrow).map(({ type }) => type))
      .toEqual(['escrow.funded', 'escrow.delivered', 'escrow.accepted', 'escrow.closed'])
  })

  test.each([
    [0, 'refused'], [29_999, 'refused'], [30_000, 'automatic'],
  ])('by lapse, %i ms after the deadline: %s', (late, ends) => {
    const { book, charge, escrow } = single()
    charge('cap_1')
    deliver(book, { escrow, at: at(0), autoReleaseAt: at(1_000_000) })
    const outcome = lapse(book, { id: 'rel_1', escrow, at: at(1_000_000 + late) })
    expect(isRefusal(outcome) ? 'refused' : outcome?.reason).toBe(ends)
  })

  test.each(['accept', 'lapse'] as const)('of what was captured after acceptance, by %s', (how) => {
    const { book, charge, escrow, first, payment } = single()
    charge(null)
    const capture = (id: string, amount: bigint, ms: number) =>
      confirmCapture(book, done(beginCapture(book, { id, payment: payment.id, amount })), at(ms))
    capture('cap_1', 300n, 0)
    deliver(book, { escrow, at: at(0), autoReleaseAt: at(1) })
    expect(lapse(book, { id: 'rel_1', escrow, at: at(40_000) })).toMatchObject({ gross: 300n })
    capture('cap_2', 200n, 50_000)
    expect([first.state, book.escrows.get(escrow)!.autoReleaseAt]).toEqual(['auto_accepted', at(50_000)])
    expect((how === 'accept' ? accept : lapse)(book, { id: 'rel_2', escrow, at: at(80_000) })).toMatchObject({ gross: 200n })
    expect([first.state, book.escrows.get(escrow)!.autoReleaseAt]).toEqual(['auto_accepted', null])
    expect(accept(book, { id: 'rel_3', escrow, at: at(90_000) })).toMatchObject({ refused: 'milestone_transition_refused' })
  })

  test('leaves the deadline of what is being inspected, whatever is funded, delivered or held meanwhile', () => {
    const { book, charge, escrow, milestones, payment } = ordered([[{ amount: 500n, fee: 0n }, { amount: 500n, fee: 0n }]])
    charge(null)
    const [early, late] = milestones
    const capture = (id: string, milestone: string, amount: bigint) =>
      confirmCapture(book, done(beginCapture(book, { id, payment: payment.id, allotments: [{ milestone, amount }] })), at(800))
    const deadline = () => [book.escrows.get(escrow)!.deliveredAt, book.escrows.get(escrow)!.autoReleaseAt]
    capture('cap_1', early!.id, 200n)
    deliver(book, { escrow, at: at(0), autoReleaseAt: at(1_000) })
    capture('cap_2', late!.id, 500n)
    expect(deliver(book, { escrow, at: at(900), autoReleaseAt: at(1_900) })).toBeNull()
    expect([early!.state, late!.state, ...deadline()]).toEqual(['delivered', 'delivered', at(0), at(1_000)])
  })

  test('of one milestone leaves the inspection of the other its time, when money comes to be held on the first', () => {
    const { book, charge, escrow, milestones, payment } = ordered([[{ amount: 500n, fee: 0n }, { amount: 500n, fee: 0n }]])
    charge(null)
    const [early, late] = milestones
    const capture = (id: string, milestone: string, amount: bigint) =>
      confirmCapture(book, done(beginCapture(book, { id, payment: payment.id, allotments: [{ milestone, amount }] })), at(800))
    capture('cap_1', early!.id, 200n)
    deliver(book, { escrow, at: at(0), autoReleaseAt: at(1_000) })
    accept(book, { id: 'rel_1', escrow, at: at(700) })
    capture('cap_2', late!.id, 500n)
    deliver(book, { escrow, at: at(900), autoReleaseAt: at(1_900) })
    capture('cap_3', early!.id, 300n)
    expect([early!.state, late!.state, book.escrows.get(escrow)!.autoReleaseAt]).toEqual(['accepted', 'delivered', at(1_900)])
    expect(lapse(book, { id: 'rel_2', escrow, at: at(31_900) })).toMatchObject({ gross: 800n })
  })

  test('never lapses where the terms say never', () => {
    const { book, charge, escrow } = single()
    charge('cap_1')
    deliver(book, { escrow, at: at(0), autoReleaseAt: null })
    expect(isRefusal(lapse(book, { id: 'rel_1', escrow, at: at(1e13) }))).toBe(true)
  })
})

describe('a dispute', () => {
  test('freezes release, acceptance and lapse, and its end gives the timer the time that was left', () => {
    const { book, charge, escrow, first } = single()
    charge('cap_1')
    deliver(book, { escrow, at: at(0), autoReleaseAt: at(10_000) })
    expect(openDispute(book, { id: 'dp_1', escrow })).toBeNull()
    expect(first.state).toBe('disputed')
    for (const outcome of [
      release(book, { id: 'r', escrow }), accept(book, { id: 'r', escrow, at: at(0) }), lapse(book, { id: 'r', escrow, at: at(1e9) }),
      openDispute(book, { id: 'dp_2', escrow }),
    ]) expect(outcome).toMatchObject({ refused: 'escrow_disputed' })
    done(withdrawDispute(book, { id: 'dp_1', escrow, state: 'negotiation', openedAt: at(4_000), at: at(9_000) }))
    expect([first.state, book.escrows.get(escrow)!.autoReleaseAt]).toEqual(['delivered', at(15_000)])
  })

  test('after release leaves the milestone closed; before payment it is refused', () => {
    const { book, charge, escrow, first } = single()
    expect(openDispute(book, { id: 'dp_1', escrow })).toMatchObject({ refused: 'milestone_transition_refused' })
    charge('cap_1')
    done(release(book, { id: 'rel_1', escrow }))
    expect(openDispute(book, { id: 'dp_1', escrow })).toBeNull()
    expect(first.state).toBe('closed')
    expect(withdrawDispute(book, { id: 'dp_1', escrow, state: 'withdrawn', openedAt: at(0), at: at(1) })).toMatchObject({ refused: 'dispute_not_open' })
  })

  test('does not stop a refund; a milestone refunded whole closes when the dispute ends', () => {
    const { book, charge, escrow, first, payment, order } = single()
    charge('cap_1')
    openDispute(book, { id: 'dp_1', escrow })
    confirmRefund(book, done(beginRefund(book, { id: 're_1', payment: payment.id, feeBearer: 'platform' })))
    expect(first.state).toBe('disputed')
    done(withdrawDispute(book, { id: 'dp_1', escrow, state: 'negotiation', openedAt: at(0), at: at(1) }))
    expect([first.state, book.orders.get(order)!.state]).toEqual(['closed', 'refunded'])
  })

  test('freezes at once what is captured for its escrow', () => {
    const { book, charge, escrow, milestones, payment } = ordered([[{ amount: 500n, fee: 0n }, { amount: 500n, fee: 0n }]])
    charge(null)
    const capture = (id: string, milestone: string) =>
      confirmCapture(book, done(beginCapture(book, { id, payment: payment.id, allotments: [{ milestone, amount: 500n }] })), at(0))
    capture('cap_1', milestones[0]!.id)
    openDispute(book, { id: 'dp_1', escrow })
    capture('cap_2', milestones[1]!.id)
    expect(milestones.map(({ state, frozen }) => [state, frozen])).toEqual([['disputed', 'funded'], ['disputed', 'funded']])
  })
})

describe('capture', () => {
  test('final in part closes the milestones that got nothing', () => {
    const { book, charge, payment, milestones } = ordered([[{ amount: 500n, fee: 0n }], [{ amount: 500n, fee: 0n }]])
    charge(null)
    const [paid, unpaid] = milestones
    confirmCapture(book, done(beginCapture(book, { id: 'cap_1', payment: payment.id, final: true, allotments: [{ milestone: paid!.id, amount: 200n }] })), at(0))
    expect([paid!.state, unpaid!.state, payment.state]).toEqual(['funded', 'closed', 'captured'])
    expect(beginCapture(book, { id: 'cap_2', payment: payment.id })).toMatchObject({ refused: 'amount_exceeds_remaining', remaining: { amount: 0n } })
  })

  test('counts what is pending against what is left, until it fails', () => {
    const { book, charge, payment } = single()
    charge(null)
    const first = done(beginCapture(book, { id: 'cap_1', payment: payment.id, amount: 700n }))
    expect(beginCapture(book, { id: 'cap_2', payment: payment.id, amount: 301n })).toMatchObject({ refused: 'amount_exceeds_remaining', remaining: { amount: 300n } })
    failCapture(book, first)
    expect(beginCapture(book, { id: 'cap_3', payment: payment.id, amount: 1_000n })).toMatchObject({ amount: 1_000n, final: true })
  })

  test('that is known before another that began first leaves that one open; together they are all', () => {
    const { book, charge, payment, first, world } = single()
    charge(null)
    const early = done(beginCapture(book, { id: 'cap_1', payment: payment.id, amount: 700n }))
    const late = done(beginCapture(book, { id: 'cap_2', payment: payment.id, amount: 300n }))
    expect([early.final, late.final]).toEqual([false, false])
    confirmCapture(book, late, at(0))
    expect([payment.state, first.held]).toEqual(['partially_captured', 300n])
    confirmCapture(book, early, at(0))
    expect([payment.state, first.held]).toEqual(['captured', 1_000n])
    expect(wrongBooks(world)).toEqual([])
  })

  test('that would have been the rest is not final when the one beside it fails', () => {
    const { book, charge, payment } = single()
    charge(null)
    const fails = done(beginCapture(book, { id: 'cap_1', payment: payment.id, amount: 700n }))
    const rest = done(beginCapture(book, { id: 'cap_2', payment: payment.id }))
    failCapture(book, fails)
    confirmCapture(book, rest, at(0))
    expect(payment.state).toBe('partially_captured')
    expect(beginCapture(book, { id: 'cap_3', payment: payment.id })).toMatchObject({ amount: 700n, final: true })
  })

  test('refuses to be final, and an authorization to end, while another is pending', () => {
    const { book, charge, payment, first } = single()
    charge(null)
    const pending = done(beginCapture(book, { id: 'cap_1', payment: payment.id, amount: 700n }))
    expect(beginCapture(book, { id: 'cap_2', payment: payment.id, amount: 100n, final: true })).toMatchObject({ refused: 'outcome_unknown' })
    for (const event of ['void', 'expire'] as const) {
      expect(endAuthorization(book, { payment: payment.id, event })).toMatchObject({ refused: 'outcome_unknown' })
    }
    confirmCapture(book, pending, at(0))
    expect(endAuthorization(book, { payment: payment.id, event: 'void' })).toBeNull()
    expect([payment.state, first.held]).toEqual(['captured', 700n])
  })

  test('beside a final one keeps its milestone open, and is posted when the rail took it after all', () => {
    const { book, charge, payment, milestones, world } = ordered([[{ amount: 600n, fee: 0n }], [{ amount: 400n, fee: 0n }]])
    charge(null)
    const [one, other] = milestones
    const final = done(beginCapture(book, { id: 'cap_1', payment: payment.id, final: true, allotments: [{ milestone: one!.id, amount: 500n }] }))
    const beside = done(beginCapture(book, { id: 'cap_2', payment: payment.id, allotments: [{ milestone: other!.id, amount: 400n }] }))
    confirmCapture(book, final, at(0))
    expect([payment.state, other!.state]).toEqual(['captured', 'unfunded'])
    confirmCapture(book, beside, at(0))
    expect([payment.state, payment.captured, other!.state, other!.held]).toEqual(['captured', 900n, 'funded', 400n])
    expect(wrongBooks(world)).toEqual([])
  })

  test('beside a final one that fails closes its milestone', () => {
    const { book, charge, payment, milestones } = ordered([[{ amount: 600n, fee: 0n }], [{ amount: 400n, fee: 0n }]])
    charge(null)
    const [one, other] = milestones
    const final = done(beginCapture(book, { id: 'cap_1', payment: payment.id, final: true, allotments: [{ milestone: one!.id, amount: 500n }] }))
    const beside = done(beginCapture(book, { id: 'cap_2', payment: payment.id, allotments: [{ milestone: other!.id, amount: 400n }] }))
    confirmCapture(book, final, at(0))
    failCapture(book, beside)
    expect([payment.state, one!.state, other!.state]).toEqual(['captured', 'funded', 'closed'])
  })

  test('of what is not authorized is refused, and a void frees the rest', () => {
    const { book, charge, payment, order, first } = single()
    expect(beginCapture(book, { id: 'cap_1', payment: payment.id })).toMatchObject({ refused: 'payment_transition_refused' })
    charge(null)
    expect(endAuthorization(book, { payment: payment.id, event: 'void' })).toBeNull()
    expect([payment.state, first.state, book.orders.get(order)!.state]).toEqual(['voided', 'closed', 'canceled'])
    expect(beginCapture(book, { id: 'cap_1', payment: payment.id })).toMatchObject({ refused: 'payment_transition_refused' })
    expect(endAuthorization(book, { payment: payment.id, event: 'void' })).toMatchObject({ refused: 'payment_transition_refused' })
  })

  test('names the allotment that is wrong', () => {
    const { book, charge, payment, first } = single()
    charge(null)
    const begin = (allotments: Parameters<typeof beginCapture>[1]['allotments']) => beginCapture(book, { id: 'c', payment: payment.id, allotments })
    expect(begin([{ milestone: first.id, amount: 999n }, { escrow: first.escrow, amount: 2n }]))
      .toMatchObject({ refused: 'amount_exceeds_remaining', field: 'allotments[1].amount', remaining: { amount: 1n } })
    expect(begin([{ milestone: 'ms_other', amount: 1n }])).toMatchObject({ refused: 'not_found', field: 'allotments[0].milestone' })
  })
})
