import { expect, test } from 'vitest'
import { assertMilestone, balanceKey, coverage, isDue, milestonesOf, type Milestone, type Payment } from './book.ts'
import {
  approveCharge, beginCapture, capturable, confirmCapture, endAuthorization, failCapture, movePayment, type Allotment, type Capture,
} from './decide/capture.ts'
import { openDispute, withdrawDispute } from './decide/dispute.ts'
import { topUp, withdraw } from './decide/operator.ts'
import { completePayout, createPayout, failPayout, returnPayout, unsettledRelease, type Payout } from './decide/payout.ts'
import { beginRefund, confirmRefund, refundable, rejectRefund, supersede, type Refund } from './decide/refund.ts'
import { accept, deliver, lapse, release } from './decide/release.ts'
import { recordSettlement, type MatchedLine } from './decide/settlement.ts'
import { assert, isRefusal } from './refusal.ts'
import { addOrder, addSeller, balanceOf, openWorld, replayNew, wrongAccounts, wrongBooks, type World } from './testing/world.ts'

/*
 * A year of a marketplace, at random: 200,000 steps, each a decision, a rail's answer or a report. After each
 * step the accounts that it touched are compared with their replay; every 5,000 steps, everything is.
 */

const STEPS = 200_000
const LIVE_ORDERS = 40

/** A seeded generator of whole numbers (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

interface Live {
  readonly order: string
  readonly payment: Payment
  readonly escrows: readonly string[]
}

interface Year {
  readonly world: World
  readonly random: (below: number) => number
  readonly sellers: readonly string[]
  readonly live: Live[]
  readonly captures: Capture[]
  readonly refunds: Refund[]
  readonly payouts: (Payout & { completed?: true })[]
  /** Lines that the rail will report. */
  readonly unreported: (MatchedLine & { payment: string })[]
  /** The lines that will correct those that said another amount; until then it stands in suspense. */
  readonly misreported: MatchedLine[]
  /** By milestone: what the rail has paid for it, less the refunds that it has confirmed and takes out of that. Its errors aside. */
  readonly cash: Map<string, bigint>
  /** By milestone: what refunds took of its seller. */
  readonly given: Map<string, bigint>
  /** By seller: what payouts took, less what milestones that are out of the book had earned it. */
  readonly paid: Map<string, bigint>
  readonly disputes: Map<string, string>
  readonly counts: Map<string, number>
}

const pick = <T>(year: Year, from: readonly T[]): T | undefined => from[year.random(from.length || 1)]
const upTo = (year: Year, most: bigint): bigint => (most <= 0n ? 1n : 1n + BigInt(year.random(Number(most))))
const add = (to: Map<string, bigint>, key: string, amount: bigint): void => void to.set(key, (to.get(key) ?? 0n) + amount)
const drop = <T>(from: T[], one: T): void => void from.splice(from.indexOf(one), 1)

/** Takes a pending thing out of its list, so that it ends once. */
function take<T>(year: Year, from: T[]): T | undefined {
  const one = pick(year, from)
  if (one !== undefined) drop(from, one)
  return one
}

function start(year: Year): boolean {
  if (year.live.length >= LIVE_ORDERS) return false
  const lines = Array.from({ length: 1 + year.random(3) }, () => ({
    seller: pick(year, year.sellers)!,
    milestones: Array.from({ length: 1 + year.random(2) }, () => {
      const amount = BigInt(1 + year.random(year.random(3) === 0 ? 50 : 500_000))
      return { amount, fee: (amount * BigInt(year.random(1_001))) / 1_000n }
    }),
  }))
  year.live.push(addOrder(year.world, lines))
  return true
}

function charge(year: Year): boolean {
  const one = pick(year, year.live.filter(({ payment }) => payment.state === 'processing' || payment.state === 'unknown'))
  if (!one) return false
  const { book } = year.world
  if (year.random(10) === 0) return movePayment(book, one.payment, year.random(2) ? 'lose_sight' : 'decline') === null
  const sale = year.random(2) === 0 ? book.newId('capture') : null
  const milestones = milestonesOf(book, { order: one.order }).map(({ id }) => id)
  const capture = approveCharge(book, { payment: one.payment.id, milestones, sale })
  if (isRefusal(capture)) return false
  if (capture) report(year, capture)
  return true
}

function report(year: Year, { payment, amount, allotments }: { payment: string; amount: bigint; allotments: readonly Allotment[] }): void {
  year.unreported.push({ payment, gross: amount, expected: amount, fee: (amount * 29n) / 1_000n + 30n, settles: allotments })
}

function capture(year: Year): boolean {
  const { book } = year.world
  const one = pick(year, year.live.filter(({ payment }) => capturable(payment) > 0n))
  if (!one) return false
  const among = milestonesOf(book, { payment: one.payment.id })
  const how = year.random(6)
  const part = pick(year, among)!
  const amount = upTo(year, how === 1 ? capturable(one.payment) : part.amount)
  const begun = beginCapture(book, {
    id: book.newId('capture'), payment: one.payment.id, final: year.random(5) === 0,
    ...(how === 1 && { amount }),
    ...(how > 1 && { allotments: [year.random(2) ? { milestone: part.id, amount } : { escrow: part.escrow, amount }] }),
  })
  if (isRefusal(begun)) return false
  year.captures.push(begun)
  return true
}

function endCapture(year: Year): boolean {
  const one = take(year, year.captures)
  if (!one) return false
  if (year.random(5) === 0) failCapture(year.world.book, one)
  else {
    confirmCapture(year.world.book, one, new Date(2))
    report(year, one)
  }
  return true
}

const endAuth = (year: Year): boolean => {
  const one = pick(year, year.live.filter(({ payment }) => capturable(payment) > 0n))
  return one !== undefined && endAuthorization(year.world.book, { payment: one.payment.id, event: year.random(2) ? 'void' : 'expire' }) === null
}

const anyEscrow = (year: Year): string | undefined => {
  const one = pick(year, year.live)
  return one && pick(year, one.escrows)
}

function releaseSome(year: Year): boolean {
  const { book } = year.world
  const escrow = anyEscrow(year)
  if (!escrow) return false
  const milestone = year.random(2) ? pick(year, milestonesOf(book, { escrow }))! : undefined
  const amount = year.random(2) ? upTo(year, (milestone ?? milestonesOf(book, { escrow })[0]!).held) : undefined
  return !isRefusal(release(book, { id: book.newId('release'), escrow, milestone: milestone?.id, amount }))
}

const ship = (year: Year): boolean => {
  const escrow = anyEscrow(year)
  return escrow !== undefined && deliver(year.world.book, { escrow, at: new Date(0), autoReleaseAt: new Date(1) }) === null
}

const confirmReceipt = (year: Year): boolean => {
  const [escrow, { book }] = [anyEscrow(year), year.world]
  if (!escrow) return false
  const input = { id: book.newId('release'), escrow, at: new Date(1 + year.random(60_000)) }
  return !isRefusal((year.random(2) ? accept : lapse)(book, input))
}

function refund(year: Year): boolean {
  const { book } = year.world
  const one = pick(year, year.live)
  if (!one) return false
  const part = pick(year, milestonesOf(book, { order: one.order }))!
  const how = year.random(6)
  const amount = upTo(year, refundable(part))
  const begun = beginRefund(book, {
    id: book.newId('refund'), payment: one.payment.id, feeBearer: year.random(2) ? 'platform' : 'seller',
    ...(how > 0 && how < 4 && { allotments: [how < 3 ? { milestone: part.id, amount } : { escrow: part.escrow, amount }] }),
    ...(how >= 4 && { amount }),
  })
  if (isRefusal(begun)) return false
  const byMilestone = how === 1 || how === 2
  for (const { escrow, released } of byMilestone ? [] : begun.allotments) {
    const held = released > 0n && milestonesOf(book, { escrow }).some((it) => it.payment === one.payment.id && it.held > 0n)
    assert(!held, `${begun.id} takes what ${escrow} holds before what it released`)
  }
  for (const { milestone, released, fees } of begun.allotments) add(year.given, milestone, released - fees)
  year.refunds.push(begun)
  return true
}

function endRefund(year: Year): boolean {
  const one = take(year, year.refunds)
  if (!one) return false
  if (year.random(4) === 0) {
    rejectRefund(year.world.book, one, new Date(2))
    for (const { milestone, released, fees } of one.allotments) add(year.given, milestone, fees - released)
  } else {
    confirmRefund(year.world.book, one)
    for (const { milestone, amount } of one.allotments) add(year.cash, milestone, -amount)
    year.unreported.push({ payment: one.payment, gross: -one.amount, expected: -one.amount, fee: BigInt(year.random(3)), settles: [] })
  }
  return true
}

function dispute(year: Year): boolean {
  const { book } = year.world
  const [[id, escrow] = []] = year.disputes
  if (id && escrow && year.random(2)) {
    year.disputes.delete(id)
    return !isRefusal(withdrawDispute(book, { id, escrow, state: 'negotiation', openedAt: new Date(0), at: new Date(1) }))
  }
  const against = anyEscrow(year)
  const fresh = book.newId('dispute')
  if (!against || openDispute(book, { id: fresh, escrow: against }) !== null) return false
  year.disputes.set(fresh, against)
  return true
}

function settle(year: Year): boolean {
  const { world } = year
  const lines = year.unreported.splice(0, year.random(year.random(1 + year.unreported.length) + 1))
  const skew = lines.length > 0 && year.random(5) === 0 ? BigInt(year.random(200) - 100) : 0n
  const reported: MatchedLine[] = lines.length > 0
    ? lines.map((line, index) => (index === 0 ? { ...line, gross: line.gross + skew } : line))
    : year.misreported.splice(0)
  for (const { milestone, amount } of lines.flatMap(({ settles }) => settles)) add(year.cash, milestone, amount)
  const settled = (milestone: string) => world.book.milestones.get(milestone)!.settled
  const first = lines[0]?.settles.map(({ milestone, amount }) => ({ milestone, amount, before: settled(milestone) })) ?? []
  const report = (of: readonly MatchedLine[]) =>
    recordSettlement(world.book, { id: 'stl', connector: 'jpmorgan', currency: world.currency, lines: of })
  const recorded = report(reported.slice(0, 1))
  if (skew !== 0n) {
    const settles = first.map(({ milestone, amount, before }) => ({ milestone, amount: amount - settled(milestone) + before }))
    year.misreported.push({ gross: -skew, expected: 0n, fee: 0n, settles: skew < 0n ? settles : [] })
  }
  return report(reported.slice(1)) !== null || recorded !== null
}

/** What a milestone has earned its seller, as far as the rail has paid for it. */
function earned(year: Year, one: Milestone): bigint {
  const net = one.released - one.releasedFee - (year.given.get(one.id) ?? 0n)
  const cash = year.cash.get(one.id) ?? 0n
  return net < cash ? net : cash > 0n ? cash : 0n
}

function pay(year: Year): boolean {
  const { book, currency } = year.world
  const seller = pick(year, year.sellers)!
  const shares = [...book.milestones.values()].filter((one) => one.seller === seller)
  const unsettled = shares.reduce((sum, one) => sum + unsettledRelease(one), 0n)
  const { available } = book.balances.get(balanceKey(seller, currency))!
  const amount = year.random(2) ? upTo(year, available) : undefined
  const payout = createPayout(book, { id: book.newId('payout'), seller, currency, amount, unsettled })
  const { inPayout, balance } = book.custody.get(currency)!
  if (isRefusal(payout)) return false
  expect(inPayout <= balance && payout.amount <= available - unsettled, 'a payout sends what is settled and in custody').toBe(true)
  add(year.paid, seller, payout.amount)
  expect(year.paid.get(seller)! <= shares.reduce((sum, one) => sum + earned(year, one), 0n), 'a payout never sends another seller’s settled money').toBe(true)
  year.payouts.push(payout)
  return true
}

function endPayout(year: Year): boolean {
  const one = take(year, year.payouts)
  if (!one) return false
  if (one.completed) {
    if (year.random(4) > 0) return true
    returnPayout(year.world.book, one)
    add(year.paid, one.seller, -one.amount)
  } else if (year.random(4) === 0) {
    failPayout(year.world.book, one)
    add(year.paid, one.seller, -one.amount)
  } else {
    completePayout(year.world.book, one)
    year.payouts.push({ ...one, completed: true })
  }
  return true
}

function operate(year: Year): boolean {
  const { book, currency } = year.world
  if (year.random(3) === 0) return topUp(book, { currency, amount: upTo(year, 10_000n) }) !== ''
  const before = coverage(book.platform.get(currency)!)
  const amount = upTo(year, 20_000n)
  if (isRefusal(withdraw(book, { currency, amount }))) return false
  expect(before - amount >= 0n && book.platform.get(currency)!.fees >= 0n, 'a withdrawal leaves everything covered').toBe(true)
  return true
}

function surface(year: Year): boolean {
  const { book } = year.world
  const one = pick(year, year.live.filter(({ payment }) => ['declined', 'voided', 'expired'].includes(payment.state)))
  if (!one) return false
  const begun = supersede(book, { payment: one.payment.id, refund: book.newId('refund'), amount: one.payment.amount })
  if (isRefusal(begun)) return false
  report(year, { ...begun, allotments: [] })
  year.refunds.push(begun)
  return true
}

/** Takes an order that is over out of the book, once nothing on it can move any more. */
function retire(year: Year): boolean {
  const { book, replay } = year.world
  const one = pick(year, year.live)
  if (!one) return false
  const milestones = milestonesOf(book, { order: one.order })
  const { state, superseded, captured, refunded } = one.payment
  const dead = (state === 'declined' || superseded) && milestones.every(({ payment }) => payment === null)
  const over = milestones.every((it) => it.state === 'closed' && it.settled === it.captured)
  const open = [...year.unreported, ...year.refunds].some(({ payment }) => payment === one.payment.id) || (superseded && refunded < captured)
  if (!(dead || over) || open || [...year.disputes.values()].some((escrow) => one.escrows.includes(escrow))) return false
  if (over) expect(['completed', 'refunded', 'canceled']).toContain(book.orders.get(one.order)!.state)
  for (const milestone of milestones) {
    const { id, held, seller } = milestone
    expect(held).toBe(0n)
    add(year.paid, seller, -earned(year, milestone))
    book.milestones.delete(id)
    replay.delete(`milestone:${id}:held`)
  }
  book.payments.delete(one.payment.id)
  drop(year.live, one)
  return true
}

const kinds: readonly (readonly [number, string, (year: Year) => boolean])[] = [
  [6, 'start', start], [6, 'charge', charge], [8, 'capture', capture], [8, 'endCapture', endCapture], [1, 'endAuth', endAuth],
  [10, 'release', releaseSome], [6, 'ship', ship], [5, 'confirmReceipt', confirmReceipt], [6, 'refund', refund],
  [7, 'endRefund', endRefund], [3, 'dispute', dispute], [4, 'settle', settle], [6, 'pay', pay], [6, 'endPayout', endPayout],
  [3, 'operate', operate], [1, 'surface', surface], [12, 'retire', retire],
]
const weighted = kinds.flatMap(([weight, name, step]) => Array.from({ length: weight }, () => ({ name, step })))

/** Whether something will release what is held of an accepted milestone: its timer, or the end of a dispute. */
function willRelease({ world: { book } }: Year, { escrow }: Milestone): boolean {
  const { dispute, autoReleaseAt } = book.escrows.get(escrow)!
  return dispute !== null || autoReleaseAt !== null
}

function checkStep(year: Year): void {
  const { world } = year
  const from = world.replayed
  const wrong = wrongAccounts(world, replayNew(world))
  const orders = new Set(world.book.transfers.slice(from).map(({ order }) => order))
  for (const milestone of [...orders].flatMap((order) => (order === null ? [] : milestonesOf(world.book, { order })))) {
    assertMilestone(milestone)
    assert(!isDue(milestone) || willRelease(year, milestone), `what is held of ${milestone.id}, which was accepted, releases by itself`)
  }
  if (wrong.length > 0) throw new Error(wrong.join('; '))
}

function checkAll(year: Year): void {
  const { world } = year
  expect(wrongBooks(world)).toEqual([])
  const expected = year.unreported.reduce((sum, line) => sum + line.expected, 0n)
  expect(balanceOf(world, 'rail:jpmorgan:receivable'), 'receivable = Σ lines not yet reported').toBe(expected)
  expect(balanceOf(world, 'suspense:jpmorgan')).toBe(-year.misreported.reduce((sum, { gross }) => sum + gross, 0n))
  const refused = [...world.book.payments.values()].filter(({ superseded }) => superseded)
    .reduce((sum, { captured, refunding, refunded }) => sum + captured - refunding - refunded, 0n)
  expect(balanceOf(world, 'suspense:superseded'), 'suspense = what the rail refused to refund of closed-over attempts').toBe(refused)
}

/** Sums every posting of the year again, from nothing, and compares with what was kept along the way. */
function replayYear(year: Year): void {
  const { transfers, milestones } = year.world.book
  const fresh = new Map<string, bigint>()
  for (const { debit, credit, amount } of transfers.flatMap(({ postings }) => postings)) {
    fresh.set(debit, (fresh.get(debit) ?? 0n) + amount)
    fresh.set(credit, (fresh.get(credit) ?? 0n) - amount)
  }
  const retired = (name: string) => name.endsWith(':held') && !milestones.has(name.split(':')[1]!)
  for (const [name, balance] of fresh) {
    const kept = year.world.replay.get(name)
    expect(balance, name).toBe(retired(name) ? 0n : kept!.debits - kept!.credits)
  }
}


test('the books hold every invariant through 200,000 random steps', () => {
  const world = openWorld()
  const sellers = [0, 0, 0, 500, 1_000].map((reserveBps) => addSeller(world, reserveBps))
  const year: Year = {
    world, random: seeded(20_261_122), sellers, live: [], captures: [], refunds: [], payouts: [], unreported: [],
    misreported: [], cash: new Map(), given: new Map(), paid: new Map(), disputes: new Map(), counts: new Map(),
  }
  for (let count = 1; count <= STEPS; count += 1) {
    const { name, step } = pick(year, weighted)!
    if (step(year)) year.counts.set(name, (year.counts.get(name) ?? 0) + 1)
    checkStep(year)
    if (count % 5_000 === 0) checkAll(year)
  }
  checkAll(year)
  replayYear(year)
  for (const [, name] of kinds) expect(year.counts.get(name) ?? 0, `${name} happened often`).toBeGreaterThan(100)
}, 120_000)
