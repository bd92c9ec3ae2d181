import { readFileSync } from 'node:fs'
import {
  accept, accountOf, approveCharge, beginRefund, completePayout, confirmRefund, createPayout, deliver, isRefusal,
  recordSettlement, release, topUp, type Refund, type Refusal, type TransferReason,
} from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { addOrder, addSeller, openWorld, wrongBooks } from '../../packages/core/src/testing/world.ts'

const page = readFileSync(new URL('../../docs/ledger.md', import.meta.url), 'utf8')

const world = openWorld()
const { book } = world
const [ada, bo] = [addSeller(world), addSeller(world)]
const { order, payment, escrows, milestones } = addOrder(world, [
  { seller: ada, milestones: [{ amount: 10_000n, fee: 1_000n }] },
  { seller: bo, milestones: [{ amount: 5_001n, fee: 333n }] },
])
const [adaEscrow = '', boEscrow = ''] = escrows
const [adaShare = '', boShare = ''] = milestones.map(({ id }) => id)

function done<T>(outcome: T | Refusal): Exclude<T, Refusal> {
  if (isRefusal(outcome)) throw new Error(outcome.detail)
  return outcome as Exclude<T, Refusal>
}

let refund: Refund
const begin = (id: string, milestone: string, amount: bigint): void => {
  refund = done(beginRefund(book, { id, payment: payment.id, feeBearer: 'platform', allotments: [{ milestone, amount }] }))
}

const payout = { id: 'po_1', seller: bo, currency: 'USD', amount: 3_734n }

/** The steps of the page, in its order. */
const steps: readonly (() => unknown)[] = [
  () => topUp(book, { currency: 'USD', amount: 2_000n }),
  () => done(approveCharge(book, { payment: payment.id, milestones: [adaShare, boShare], sale: 'cap_1' })),
  () => done(release(book, { id: 'rel_1', escrow: adaEscrow, amount: 4_000n })),
  () => begin('re_1', boShare, 1_001n),
  () => confirmRefund(book, refund),
  () => {
    done(deliver(book, { escrow: boEscrow, at: new Date(0), autoReleaseAt: null }))
    done(accept(book, { id: 'rel_2', escrow: boEscrow, at: new Date(1) }))
  },
  () => recordSettlement(book, { id: 'stl_1', connector: 'jpmorgan', currency: 'USD', lines: [
    { gross: 15_001n, fee: 465n, expected: 15_001n, settles: milestones.map(({ id, escrow, amount, fee }) => ({ escrow, milestone: id, amount, fee })) },
    { gross: -1_001n, fee: 0n, expected: -1_001n, settles: [] },
  ] }),
  () => done(createPayout(book, { ...payout, unsettled: 0n })),
  () => completePayout(book, payout),
  () => begin('re_2', adaShare, 7_000n),
  () => confirmRefund(book, refund),
]

const nicknames: readonly (readonly [string, string])[] = [[adaShare, 'ada'], [boShare, 'bo'], [ada, 'ada'], [bo, 'bo']]
const nickname = (name: string): string => nicknames.reduce((text, [id, nick]) => text.replace(`:${id}:`, `:${nick}:`), name)

/** Headlines of the page's example, each with its postings. */
function example(): { headline: string; postings: string[] }[] {
  const block = /```ledger\n([^]*?)```/.exec(page)?.[1] ?? ''
  return block.trim().split(/\n(?=\S)/).map((text) => {
    const [headline = '', ...postings] = text.trimEnd().split('\n')
    return { headline, postings: postings.map((line) => line.trim()) }
  })
}

describe('docs/ledger.md', () => {
  it.each(example().map((step, at) => ({ ...step, at })))('walks: $headline', ({ at, postings }) => {
    const before = book.transfers.length
    steps[at]?.()
    const made = book.transfers.slice(before).flatMap((transfer) => transfer.postings)
    expect(made.map(({ debit, credit, amount }) => `${nickname(debit)} → ${nickname(credit)} ${amount}`)).toEqual(postings)
  })

  it('ends in books that balance, with the numbers that the reader adds up', () => {
    expect(example()).toHaveLength(steps.length)
    expect(wrongBooks(world)).toEqual([])
    expect(book.orders.get(order)?.state).toBe('completed')
  })

  it('lists every account with its normal side and its kind of balance', () => {
    const rows = [...page.matchAll(/^\| `([a-z_]+:[^`]+)` \| (debit|credit|either) \| ([^|]+) \|/gm)].map(([, name = '', side, kind = '']) => {
      const account = accountOf(name.replace('milestone:<id>', 'milestone:ms_1').replace('<id>', 'sel_1').replace('<connector>', 'bank').replace('<source>', 'x').replace('<currency>', 'EUR'))
      return { name, says: [side, kind.trim()], is: [account.normalSide, account.guarded ? 'guarded row' : account.at.row === 'custody' ? 'row, no CHECK' : 'append-only'] }
    })
    expect(rows.length).toBe(14)
    for (const { name, says, is } of rows) expect([name, ...says]).toEqual([name, ...is])
  })

  it('names every reason that a transfer can have', () => {
    const reasons: Record<TransferReason, true> = {
      capture: true, release: true, refund_begun: true, refund_confirmed: true, refund_rejected: true, superseded_attempt: true,
      settlement: true, payout_created: true, payout_completed: true, payout_failed: true, payout_returned: true,
      operator_top_up: true, operator_withdrawal: true,
    }
    const named = new Set([...page.matchAll(/^\| [^|]+ \| `([a-z_]+)` \|/gm)].map(([, reason]) => reason))
    expect([...named].sort()).toEqual(Object.keys(reasons).sort())
  })
})
