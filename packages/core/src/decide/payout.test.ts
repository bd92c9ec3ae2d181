import { describe, expect, test } from 'vitest'
import { isRefusal } from '../refusal.ts'
import { done, ordered } from '../testing/world.ts'
import { topUp, withdraw } from './operator.ts'
import { createPayout, unsettledRelease } from './payout.ts'
import { beginRefund } from './refund.ts'
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
