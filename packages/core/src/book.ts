import type { EventType, IdKind, MilestoneState, OrderState, PaymentState } from '@holdfast/contract'
import { accountOf } from './ledger/accounts.ts'
import type { Posting, Transfer, TransferReason } from './ledger/postings.ts'
import {
  escrowStatus, milestoneMachine, orderMachine, type MilestoneEvent, type OrderEvent,
} from './machines.ts'
import { assert, isRefusal, type Refusal } from './refusal.ts'

/*
 * The fold: what a batch locked, in memory. Decisions are made on it one after another, so that each sees
 * what the one before it left; then the store writes the difference.
 *
 * A decision refuses before it changes anything. Balances change through `post` alone, so that they are the
 * replay of the postings by construction; a decision keeps the other counters itself.
 */

/** A slice of an escrow. Amounts in minor units. */
export interface Milestone {
  readonly id: string
  readonly escrow: string
  readonly order: string
  readonly seller: string
  readonly currency: string
  readonly amount: bigint
  readonly fee: bigint
  /** The one payment that funds it. */
  payment: string | null
  state: MilestoneState
  /** The state that the end of a dispute resumes. */
  frozen: MilestoneState | null
  /** In captures whose outcome is not known. */
  capturing: bigint
  capturingFee: bigint
  /** captured = held + released + refundedHeld */
  captured: bigint
  /** capturedFee = heldFee + releasedFee + cancelledFee */
  capturedFee: bigint
  /** Of `captured`: what the rail has reported as paid. */
  settled: bigint
  held: bigint
  /** The part of `held` that becomes the platform's on release. */
  heldFee: bigint
  /** Gross. */
  released: bigint
  releasedFee: bigint
  /** Refunded before it was released, pending or succeeded; its fee was never earned. */
  refundedHeld: bigint
  cancelledFee: bigint
  /** Refunded after it was released, pending or succeeded; ≤ released. */
  refundedReleased: bigint
  refundedReleasedFee: bigint
  /** In refunds whose outcome is not known. */
  refunding: bigint
}

/** One seller's share of one order. */
export interface Escrow {
  readonly id: string
  readonly order: string
  /** The open dispute that freezes it. */
  dispute: string | null
  deliveredAt: Date | null
  acceptedAt: Date | null
  autoReleaseAt: Date | null
}

export interface Order {
  readonly id: string
  state: OrderState
}

/** One attempt on one rail. */
export interface Payment {
  readonly id: string
  readonly order: string
  readonly connector: string
  readonly currency: string
  readonly amount: bigint
  state: PaymentState
  /** It succeeded after it was closed over: no milestone is funded by it. */
  superseded: boolean
  authorized: bigint
  capturing: bigint
  captured: bigint
  refunding: bigint
  refunded: bigint
}

/** What a seller has, in one currency. */
export interface SellerBalance {
  readonly seller: string
  readonly currency: string
  /** What is kept back of each release, in hundredths of a percent. */
  readonly reserveBps: number
  available: bigint
  reserve: bigint
  inPayout: bigint
  /** owed > 0 ⇒ available = 0 */
  owed: bigint
}

/** The operator's bank account, in one currency. May go below zero by what a bank or rail reports: an alarm. */
export interface Custody {
  readonly currency: string
  balance: bigint
  /** Σ of all sellers' `inPayout`. */
  inPayout: bigint
}

/** Sums of the append-only accounts, on their normal sides (suspense: credits less debits). */
export interface PlatformSums {
  fees: bigint
  funding: bigint
  suspense: bigint
  losses: bigint
  railFees: bigint
  owed: bigint
}

/** Something that happened to an object, for the outbox. */
export interface Happening {
  readonly type: EventType
  readonly subject: string
}

/** Milestones by id, and by the escrow and the order that they are of: a batch that looked at all for each call would take its square. */
export class Milestones extends Map<string, Milestone> {
  #within: Map<string, Milestone[]> | undefined

  override set(id: string, milestone: Milestone): this {
    this.#within = undefined
    return super.set(id, milestone)
  }

  override delete(id: string): boolean {
    this.#within = undefined
    return super.delete(id)
  }

  /** Those of an escrow or of an order. */
  within(id: string): readonly Milestone[] {
    this.#within ??= this.#grouped()
    return this.#within.get(id) ?? []
  }

  #grouped(): Map<string, Milestone[]> {
    const groups = new Map<string, Milestone[]>()
    for (const milestone of this.values()) {
      for (const id of [milestone.escrow, milestone.order]) {
        const group = groups.get(id)
        if (group) group.push(milestone)
        else groups.set(id, [milestone])
      }
    }
    return groups
  }
}

export interface Book {
  readonly newId: (kind: IdKind) => string
  readonly orders: Map<string, Order>
  readonly escrows: Map<string, Escrow>
  /** In the fixed order in which amounts are split over them. */
  readonly milestones: Milestones
  readonly payments: Map<string, Payment>
  /** By `balanceKey`. */
  readonly balances: Map<string, SellerBalance>
  /** By currency. */
  readonly custody: Map<string, Custody>
  /** By currency; only where a decision needs coverage. */
  readonly platform: Map<string, PlatformSums>
  readonly transfers: Transfer[]
  /** By type and subject, in order. */
  readonly happenings: Map<string, Happening>
}

/** An empty book. */
export function openBook(newId: Book['newId']): Book {
  return {
    newId, orders: new Map(), escrows: new Map(), milestones: new Milestones(), payments: new Map(), balances: new Map(),
    custody: new Map(), platform: new Map(), transfers: [], happenings: new Map(),
  }
}

export function balanceKey(seller: string, currency: string): string {
  return `${seller}:${currency}`
}

/** An object that the batch locked; that it is there is our own promise (a caller's 404 comes earlier). */
export function need<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key)
  assert(value !== undefined, `'${key}' is in the book`)
  return value
}

export function happened(book: Book, type: EventType, subject: string): void {
  book.happenings.set(`${type} ${subject}`, { type, subject })
}

/** In the order in which amounts are split over them. */
export function milestonesOf(book: Book, by: { readonly escrow: string } | { readonly order: string } | { readonly payment: string }): readonly Milestone[] {
  if ('escrow' in by) return book.milestones.within(by.escrow)
  if ('order' in by) return book.milestones.within(by.order)
  return [...book.milestones.values()].filter(({ payment }) => payment === by.payment)
}

/**
 * Posts one transfer and moves the balances that its postings name.
 *
 * @returns the transfer's id
 */
export function post(book: Book, transfer: {
  readonly reason: TransferReason
  readonly subject: string
  readonly order: string | null
  readonly currency: string
  readonly postings: readonly Posting[]
}): string {
  assert(transfer.postings.length > 0, 'a transfer has a posting')
  const id = book.newId('transfer')
  for (const { debit, credit, amount } of transfer.postings) {
    assert(amount > 0n && debit !== credit, 'a posting is positive and between two accounts')
    apply(book, { name: debit, side: 'debit', currency: transfer.currency, amount })
    apply(book, { name: credit, side: 'credit', currency: transfer.currency, amount })
  }
  book.transfers.push({ id, ...transfer })
  return id
}

interface Entry {
  readonly name: string
  readonly side: 'debit' | 'credit'
  readonly currency: string
  readonly amount: bigint
}

function apply(book: Book, entry: Entry): void {
  const { normalSide, at } = accountOf(entry.name)
  const delta = entry.side === (normalSide === 'either' ? 'credit' : normalSide) ? entry.amount : -entry.amount
  if (at.row === 'milestone') {
    const milestone = need(book.milestones, at.id)
    assert(milestone.currency === entry.currency, 'a transfer has one currency')
    milestone.held = grown(milestone.held, delta, entry.name)
  } else if (at.row === 'seller') {
    const balance = need(book.balances, balanceKey(at.id, entry.currency))
    balance[at.field] = grown(balance[at.field], delta, entry.name)
    if (at.field === 'inPayout') need(book.custody, entry.currency).inPayout += delta
    if (at.field === 'owed') addToPlatform(book, 'owed', { currency: entry.currency, delta })
  } else if (at.row === 'custody') {
    need(book.custody, entry.currency).balance += delta
  } else {
    const sum = platformSum(entry.name)
    if (sum) addToPlatform(book, sum, { currency: entry.currency, delta })
  }
}

function grown(balance: bigint, delta: bigint, name: string): bigint {
  assert(balance + delta >= 0n, `${name} is never below zero`)
  return balance + delta
}

function platformSum(name: string): keyof PlatformSums | null {
  if (name.startsWith('suspense:')) return 'suspense'
  if (/^rail:[\w-]+:fees$/.test(name)) return 'railFees'
  return name === 'platform:fees' ? 'fees' : name === 'platform:funding' ? 'funding' : name === 'platform:losses' ? 'losses' : null
}

function addToPlatform(book: Book, sum: keyof PlatformSums, { currency, delta }: { currency: string; delta: bigint }): void {
  const sums = book.platform.get(currency)
  if (sums) sums[sum] += delta
}

/** What is ours beyond what is owed to buyers and sellers; below zero: alarm. */
export function coverage(sums: PlatformSums): bigint {
  return sums.fees + sums.funding + sums.suspense - sums.owed - sums.losses - sums.railFees
}

const escrowEvents: Partial<Record<MilestoneState, EventType>> = {
  funded: 'escrow.funded', delivered: 'escrow.delivered', accepted: 'escrow.accepted',
  auto_accepted: 'escrow.auto_accepted', disputed: 'escrow.disputed', closed: 'escrow.closed',
}

/** Moves a milestone, and tells what that makes of its escrow. */
export function moveMilestone(book: Book, milestone: Milestone, event: MilestoneEvent): Refusal | null {
  const next = milestoneMachine.step(milestone.state, event)
  if (isRefusal(next)) return next
  const before = escrowStatus(milestonesOf(book, { escrow: milestone.escrow }).map(({ state }) => state))
  milestone.state = next.state
  const after = escrowStatus(milestonesOf(book, { escrow: milestone.escrow }).map(({ state }) => state))
  const type = before === 'disputed' ? 'escrow.undisputed' : escrowEvents[after]
  if (before !== after && type) happened(book, type, milestone.escrow)
  return null
}

/** As `moveMilestone`, where the decision has made sure that the event is legal. */
export function mustMove(book: Book, milestone: Milestone, event: MilestoneEvent): void {
  const refusal = moveMilestone(book, milestone, event)
  assert(refusal === null, refusal?.detail ?? '')
}

/** Whether nothing more can be captured on a payment. */
export function capturesEnded(payment: Payment): boolean {
  return ['captured', 'voided', 'expired', 'declined'].includes(payment.state)
}

/**
 * Closes the milestones on which nothing is held and nothing is open any more, and moves their order.
 * Every decision that may empty a milestone ends with it.
 */
export function closeEmptied(book: Book, milestones: readonly Milestone[]): void {
  for (const milestone of milestones) {
    if (milestone.state === 'closed' || milestone.state === 'disputed' || !isEmptied(book, milestone)) continue
    mustMove(book, milestone, 'empty')
    const left = milestonesOf(book, { escrow: milestone.escrow }).some(({ state }) => state !== 'closed')
    if (!left) need(book.escrows, milestone.escrow).autoReleaseAt = null
  }
  for (const order of new Set(milestones.map(({ order }) => order))) moveOrder(book, order)
}

function isEmptied(book: Book, milestone: Milestone): boolean {
  if (milestone.payment === null) return false
  const ended = capturesEnded(need(book.payments, milestone.payment)) || milestone.captured === milestone.amount
  return ended && milestone.held === 0n && milestone.capturing === 0n && milestone.refunding === 0n
}

/** Whether what is held on a milestone is due to its seller: it was accepted. */
export function isDue({ state, held }: Milestone): boolean {
  return (state === 'accepted' || state === 'auto_accepted') && held > 0n
}

/**
 * Lets what came to be held after acceptance (a refund that failed, a late capture) release by itself from now on.
 * Where another milestone of the escrow is being inspected, its deadline stands and is for both. Every decision that
 * may add to what is held, or that ends a dispute, ends with it.
 */
export function dueAtOnce(book: Book, escrows: Iterable<string>, at: Date): void {
  for (const id of new Set(escrows)) {
    const milestones = milestonesOf(book, { escrow: id })
    if (milestones.some(({ state }) => state === 'delivered') || !milestones.some(isDue)) continue
    need(book.escrows, id).autoReleaseAt = at
  }
}

/** Moves an order to what its milestones make of it. Needs all of the order's milestones in the book. */
export function moveOrder(book: Book, id: string): void {
  const milestones = milestonesOf(book, { order: id })
  const captured = milestones.reduce((sum, { captured }) => sum + captured, 0n)
  const refunded = milestones.reduce((sum, one) => sum + one.refundedHeld + one.refundedReleased, 0n)
  const pending = milestones.some(({ capturing, refunding }) => capturing + refunding > 0n)
  if (captured > 0n) stepOrder(book, id, 'pay')
  if (pending || milestones.some(({ state }) => state !== 'closed')) return
  if (captured === 0n) stepOrder(book, id, 'cancel')
  else stepOrder(book, id, refunded === captured ? 'refund' : 'complete')
}

const orderEvents = { paid: 'order.paid', completed: 'order.completed', refunded: 'order.refunded', canceled: 'order.canceled' } as const

/** Takes the edge if there is one from where the order stands. */
function stepOrder(book: Book, id: string, event: OrderEvent): void {
  const order = need(book.orders, id)
  const next = orderMachine.step(order.state, event)
  if (isRefusal(next)) return
  order.state = next.state
  if (next.state !== 'open') happened(book, orderEvents[next.state], id)
}

/** The equations that the database's CHECKs repeat. */
export function assertMilestone(one: Milestone): void {
  assert(one.captured === one.held + one.released + one.refundedHeld, `captured = held + released + refunded from held of ${one.id}`)
  assert(one.capturedFee === one.heldFee + one.releasedFee + one.cancelledFee, `captured fee = carried + released + cancelled of ${one.id}`)
  assert(one.captured + one.capturing <= one.amount, `captured ≤ amount of ${one.id}`)
  assert(one.capturedFee + one.capturingFee <= one.fee, `captured fee ≤ fee of ${one.id}`)
  assert(one.heldFee >= 0n && one.heldFee <= one.held, `carried fee ≤ held of ${one.id}`)
  assert(one.refundedReleased >= 0n && one.refundedReleased <= one.released, `refunded ≤ released of ${one.id}`)
  assert(one.refundedReleasedFee >= 0n && one.refundedReleasedFee <= one.releasedFee, `refunded fee ≤ released fee of ${one.id}`)
  assert(one.settled >= 0n && one.settled <= one.captured, `settled ≤ captured of ${one.id}`)
  assert(one.refunding <= one.refundedHeld + one.refundedReleased, `refunds that are open are counted as refunded of ${one.id}`)
}
