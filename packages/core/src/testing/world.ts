import type { IdKind } from '@holdfast/contract'
import { idPrefixes } from '@holdfast/contract'
import {
  assertMilestone, balanceKey, coverage, need, openBook, type Book, type Milestone, type Payment, type PlatformSums, type SellerBalance,
} from '../book.ts'
import { approveCharge } from '../decide/capture.ts'
import { accountOf, type Account } from '../ledger/accounts.ts'
import { assert, isRefusal, type Refusal } from '../refusal.ts'

/** A book for tests: ids count from 1, every account is replayed, nothing is loaded or stored. */
export interface World {
  readonly book: Book
  readonly currency: string
  /** Debits and credits by account, of all postings so far. */
  readonly replay: Map<string, { debits: bigint; credits: bigint }>
  /** How many of the book's transfers have been replayed. */
  replayed: number
}

export function openWorld(currency = 'USD'): World {
  let count = 0
  const book = openBook((kind: IdKind) => `${idPrefixes[kind]}_${++count}`)
  book.custody.set(currency, { currency, balance: 0n, inPayout: 0n })
  book.platform.set(currency, { fees: 0n, funding: 0n, suspense: 0n, losses: 0n, railFees: 0n, owed: 0n })
  return { book, currency, replay: new Map(), replayed: 0 }
}

export function addSeller({ book, currency }: World, reserveBps = 0): string {
  const seller = book.newId('seller')
  book.balances.set(balanceKey(seller, currency), { seller, currency, reserveBps, available: 0n, reserve: 0n, inPayout: 0n, owed: 0n })
  return seller
}

/** One line an escrow; an escrow with several amounts has as many milestones. */
export interface Line {
  readonly seller: string
  readonly milestones: readonly { readonly amount: bigint; readonly fee: bigint }[]
}

/** An order with an attempt to pay under way. */
export function addOrder({ book, currency }: World, lines: readonly Line[]): { order: string; payment: Payment; escrows: string[]; milestones: Milestone[] } {
  const order = book.newId('order')
  book.orders.set(order, { id: order, state: 'open' })
  const escrows = lines.map(() => book.newId('escrow'))
  const milestones = lines.flatMap((line, index) => line.milestones.map((slice) => newMilestone({
    id: book.newId('milestone'), escrow: escrows[index]!, order, seller: line.seller, currency, ...slice,
  })))
  for (const id of escrows) book.escrows.set(id, { id, order, dispute: null, deliveredAt: null, acceptedAt: null, autoReleaseAt: null })
  for (const milestone of milestones) book.milestones.set(milestone.id, milestone)
  const payment = newPayment(book.newId('payment'), { order, currency, amount: milestones.reduce((sum, { amount }) => sum + amount, 0n) })
  book.payments.set(payment.id, payment)
  return { order, payment, escrows, milestones }
}

function newMilestone(given: Pick<Milestone, 'id' | 'escrow' | 'order' | 'seller' | 'currency' | 'amount' | 'fee'>): Milestone {
  return {
    ...given, payment: null, state: 'unfunded', frozen: null, capturing: 0n, capturingFee: 0n, captured: 0n, capturedFee: 0n,
    settled: 0n, held: 0n, heldFee: 0n, released: 0n, releasedFee: 0n, refundedHeld: 0n, cancelledFee: 0n,
    refundedReleased: 0n, refundedReleasedFee: 0n, refunding: 0n,
  }
}

export function newPayment(id: string, given: Pick<Payment, 'order' | 'currency' | 'amount'>): Payment {
  return {
    id, ...given, connector: 'jpmorgan', state: 'processing', superseded: false, authorized: 0n, capturing: 0n,
    captured: 0n, refunding: 0n, refunded: 0n,
  }
}

/** An outcome that is no refusal. */
export function done<T>(outcome: T | Refusal): T {
  assert(!isRefusal(outcome), isRefusal(outcome) ? outcome.detail : '')
  return outcome
}

export interface Ordered extends ReturnType<typeof addOrder> {
  readonly world: World
  readonly book: Book
  readonly seller: string
  /** The first escrow and the first milestone. */
  readonly escrow: string
  readonly first: Milestone
  /** Approves the charge: a sale, or, with null, an authorization. */
  readonly charge: (sale: string | null) => void
  readonly balance: () => SellerBalance
}

/** A world with one seller's order: an escrow a line, a milestone a slice. */
export function ordered(lines: readonly Line['milestones'][], reserveBps = 0): Ordered {
  const world = openWorld()
  const { book, currency } = world
  const seller = addSeller(world, reserveBps)
  const order = addOrder(world, lines.map((milestones) => ({ seller, milestones })))
  const [escrow, first] = [order.escrows[0], order.milestones[0]]
  assert(escrow !== undefined && first !== undefined, 'an order has a line')
  const milestones = order.milestones.map(({ id }) => id)
  return {
    ...order, world, book, seller, escrow, first,
    charge: (sale) => void done(approveCharge(book, { payment: order.payment.id, milestones, sale })),
    balance: () => need(book.balances, balanceKey(seller, currency)),
  }
}

/** Adds the transfers that were posted since the last call to the replay. Returns the accounts they name. */
export function replayNew(world: World): Set<string> {
  const touched = new Set<string>()
  const side = (name: string) => {
    touched.add(name)
    const sums = world.replay.get(name) ?? { debits: 0n, credits: 0n }
    world.replay.set(name, sums)
    return sums
  }
  for (const { postings } of world.book.transfers.slice(world.replayed)) {
    for (const { debit, credit, amount } of postings) {
      side(debit).debits += amount
      side(credit).credits += amount
    }
  }
  world.replayed = world.book.transfers.length
  return touched
}

/** An account's balance by replay, on its normal side (`either`: credits less debits). */
export function balanceOf(world: World, name: string): bigint {
  const { debits, credits } = world.replay.get(name) ?? { debits: 0n, credits: 0n }
  return accountOf(name).normalSide === 'debit' ? debits - credits : credits - debits
}

const rowOf = ({ book, currency }: World, { at }: Account): bigint | null => {
  if (at.row === 'milestone') return book.milestones.get(at.id)!.held
  if (at.row === 'seller') return book.balances.get(balanceKey(at.id, currency))![at.field]
  return at.row === 'custody' ? book.custody.get(currency)!.balance : null
}

/** What is wrong with some accounts: a balance row that differs from its replay, a guarded one below zero. */
export function wrongAccounts(world: World, names: Iterable<string>): string[] {
  return [...names].flatMap((name) => {
    const account = accountOf(name)
    const balance = balanceOf(world, name)
    const row = rowOf(world, account)
    return [
      ...(row !== null && row !== balance ? [`${name}: row ${row}, replay ${balance}`] : []),
      ...(account.guarded && balance < 0n ? [`${name} is ${balance}`] : []),
    ]
  })
}

/** Every invariant of the ledger, by full replay. Returns what is wrong: nothing, one hopes. */
export function wrongBooks(world: World): string[] {
  const { book, currency } = world
  replayNew(world)
  const sums = [...world.replay.values()]
  const total = (of: 'debits' | 'credits') => sums.reduce((sum, one) => sum + one[of], 0n)
  const platform = book.platform.get(currency)!
  const fresh = platformByReplay(world)
  for (const milestone of book.milestones.values()) assertMilestone(milestone)
  return [
    ...wrongAccounts(world, world.replay.keys()),
    ...(total('debits') === total('credits') ? [] : ['debits differ from credits']),
    ...[...book.balances.values()].filter(({ owed, available }) => owed > 0n && available > 0n).map(({ seller }) => `${seller} owes and has available`),
    ...(Object.keys(fresh) as (keyof PlatformSums)[]).filter((key) => fresh[key] !== platform[key]).map((key) => `${key}: kept ${platform[key]}, replay ${fresh[key]}`),
    ...(coverage(fresh) === coverageByAssets(world) ? [] : ['coverage says another thing than assets less claims']),
    ...(inPayoutOf(book) === book.custody.get(currency)!.inPayout ? [] : ['in_payout on custody differs from its sum']),
    ...[...book.payments.values()].filter((one) => one.refunding + one.refunded > one.captured || one.captured + one.capturing > one.authorized).map(({ id }) => `${id} is overdrawn`),
  ]
}

const inPayoutOf = (book: Book): bigint => [...book.balances.values()].reduce((sum, { inPayout }) => sum + inPayout, 0n)

function sumWhere(world: World, pattern: RegExp): bigint {
  return [...world.replay.keys()].filter((name) => pattern.test(name)).reduce((sum, name) => sum + balanceOf(world, name), 0n)
}

function platformByReplay(world: World): PlatformSums {
  return {
    fees: sumWhere(world, /^platform:fees$/), funding: sumWhere(world, /^platform:funding$/),
    losses: sumWhere(world, /^platform:losses$/), suspense: sumWhere(world, /^suspense:/),
    railFees: sumWhere(world, /^rail:.*:fees$/), owed: sumWhere(world, /:owed$/),
  }
}

/** custody + receivable − held − available − reserve − in_payout − refunds in transit */
export function coverageByAssets(world: World): bigint {
  return sumWhere(world, /^bank:custody$|:receivable$/) - sumWhere(world, /:held$|:available$|:reserve$|:in_payout$|^refunds:in_transit$/)
}
