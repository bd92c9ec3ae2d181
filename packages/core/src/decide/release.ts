import {
  balanceKey, closeEmptied, happened, isDue, milestonesOf, mustMove, need, post, type Book, type Escrow, type Milestone,
} from '../book.ts'
import { accounts } from '../ledger/accounts.ts'
import { creditAvailable, move, type Posting } from '../ledger/postings.ts'
import { milestoneMachine } from '../machines.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { shareOf } from '../split.ts'
import { LAPSE_GRACE_MS } from '../terms.ts'
import { allot, type Part } from './allot.ts'

export interface Release {
  readonly id: string
  readonly escrow: string
  readonly seller: string
  readonly currency: string
  readonly reason: 'requested' | 'accepted' | 'automatic'
  readonly gross: bigint
  readonly fee: bigint
  readonly allotments: readonly { readonly milestone: string; readonly gross: bigint; readonly fee: bigint }[]
  readonly transfer: string
}

export function refuseDisputed(escrow: Escrow): Refusal<'escrow_disputed'> | null {
  if (escrow.dispute === null) return null
  return {
    refused: 'escrow_disputed',
    detail: `Dispute ${escrow.dispute} freezes escrow ${escrow.id}. Withdraw or settle the dispute first.`,
  }
}

/**
 * Releases held money to the seller, whole or in part: of one milestone, or of an escrow over its milestones.
 *
 * @refuses escrow_disputed
 * @refuses not_found - no such milestone in this escrow
 * @refuses amount_exceeds_remaining - more than what is held, or nothing is held
 */
export function release(book: Book, input: {
  readonly id: string
  readonly escrow: string
  readonly milestone?: string | undefined
  /** Gross. */
  readonly amount?: bigint | undefined
}): Release | Refusal {
  const escrow = need(book.escrows, input.escrow)
  const all = milestonesOf(book, { escrow: escrow.id })
  const disputed = refuseDisputed(escrow)
  if (disputed) return disputed
  const among = all.filter(({ id }) => input.milestone === undefined || id === input.milestone)
  if (among.length === 0) {
    return { refused: 'not_found', detail: `Escrow ${escrow.id} has no milestone '${input.milestone}'.`, field: 'milestone' }
  }
  const currency = all[0]!.currency
  const parts = allot(among, { amount: input.amount }, { what: `Release of ${escrow.id}`, currency, remaining: ({ held }) => held })
  return isRefusal(parts) ? parts : payOut(book, parts, { id: input.id, reason: 'requested' })
}

/** held → available and fees, by the fee that each part carries; what the seller owes is repaid first. */
function payOut(book: Book, parts: readonly Part[], { id, reason }: Pick<Release, 'id' | 'reason'>): Release {
  const { escrow, seller, currency, order } = parts[0]!.milestone
  const allotments = parts.map(({ milestone, amount }) => ({
    milestone: milestone.id, gross: amount, fee: shareOf(milestone.heldFee, { part: amount, whole: milestone.held }),
  }))
  const balance = need(book.balances, balanceKey(seller, currency))
  const net = allotments.reduce((sum, { gross, fee }) => sum + gross - fee, 0n)
  const repaid = net < balance.owed ? net : balance.owed
  const kept = ((net - repaid) * BigInt(balance.reserveBps)) / 10_000n
  const transfer = post(book, {
    reason: 'release', subject: id, order, currency,
    postings: [
      ...creditEach(allotments, { seller, owed: balance.owed }),
      ...allotments.flatMap(({ milestone, fee }) => move(accounts.held(milestone), accounts.fees, fee)),
      ...move(accounts.available(seller), accounts.reserve(seller), kept),
    ],
  })
  for (const { milestone, gross, fee } of allotments) {
    const one = need(book.milestones, milestone)
    one.heldFee -= fee
    one.released += gross
    one.releasedFee += fee
  }
  happened(book, 'release.created', id)
  closeEmptied(book, parts.map(({ milestone }) => milestone))
  const total = (of: 'gross' | 'fee') => allotments.reduce((sum, one) => sum + one[of], 0n)
  return { id, escrow, seller, currency, reason, gross: total('gross'), fee: total('fee'), allotments, transfer }
}

function creditEach(parts: Release['allotments'], { seller, owed }: { seller: string; owed: bigint }): Posting[] {
  let left = owed
  return parts.flatMap(({ milestone, gross, fee }) => {
    const amount = gross - fee
    const postings = creditAvailable(accounts.held(milestone), { seller, amount, owed: left })
    left -= amount < left ? amount : left
    return postings
  })
}

/**
 * Records that the seller has shipped, which starts the inspection period. What was funded after that joins it: the
 * deadline of what is being inspected stays.
 *
 * @param autoReleaseAt - when what is held releases by itself; null: never
 * @refuses escrow_disputed
 * @refuses milestone_transition_refused - nothing is funded, or it was delivered already
 */
export function deliver(book: Book, input: { readonly escrow: string; readonly at: Date; readonly autoReleaseAt: Date | null }): null | Refusal {
  const escrow = need(book.escrows, input.escrow)
  const milestones = milestonesOf(book, { escrow: escrow.id })
  const refusal = refuseDisputed(escrow) ?? refuseUnless(milestones, 'deliver')
  if (refusal) return refusal
  const inspected = milestones.some(({ state }) => state === 'delivered')
  for (const milestone of milestones) {
    if (milestone.state === 'funded') mustMove(book, milestone, 'deliver')
  }
  if (inspected) return null
  escrow.deliveredAt = input.at
  escrow.autoReleaseAt = input.autoReleaseAt
  return null
}

/** Refuses an event that no open milestone takes, in the words of the least advanced one. */
function refuseUnless(milestones: readonly Milestone[], event: 'deliver' | 'accept' | 'lapse'): Refusal | null {
  const steps = milestones.map((milestone) => refuseEmpty(milestone, event) ?? milestoneMachine.step(milestone.state, event))
  return steps.some((step) => !isRefusal(step)) ? null : (steps.find((step) => isRefusal(step)) ?? null)
}

/** What was accepted can be accepted again only for money that came to be held since. */
function refuseEmpty({ id, state, held }: Milestone, event: 'deliver' | 'accept' | 'lapse'): Refusal | null {
  const accepted = state === 'accepted' || state === 'auto_accepted'
  return accepted && held === 0n && event !== 'deliver'
    ? { refused: 'milestone_transition_refused', detail: `Milestone ${id} was accepted already, and nothing of it is held.` }
    : null
}

/**
 * The buyer confirms receipt: what was delivered is accepted, and all that is held of it is released, and what came
 * to be held of what was accepted before.
 *
 * @returns the release; null when nothing was held (all of it is being refunded)
 * @refuses escrow_disputed
 * @refuses milestone_transition_refused - nothing is delivered, or it was accepted already and nothing is held
 */
export function accept(book: Book, input: { readonly id: string; readonly escrow: string; readonly at: Date }): Release | null | Refusal {
  return acceptBy(book, input, 'accept')
}

/**
 * The inspection period ran out: as if the buyer had confirmed. Legal from the deadline plus 30 s, so that a
 * dispute whose request arrived at the deadline wins.
 *
 * @refuses escrow_disputed
 * @refuses milestone_transition_refused - not delivered, accepted already and nothing is held, or too early
 */
export function lapse(book: Book, input: { readonly id: string; readonly escrow: string; readonly at: Date }): Release | null | Refusal {
  const { autoReleaseAt } = need(book.escrows, input.escrow)
  if (autoReleaseAt === null || input.at.getTime() < autoReleaseAt.getTime() + LAPSE_GRACE_MS) {
    return { refused: 'milestone_transition_refused', detail: `Escrow ${input.escrow} releases by itself ${autoReleaseAt ? `after ${autoReleaseAt.toISOString()}` : 'never'}.` }
  }
  return acceptBy(book, input, 'lapse')
}

function acceptBy(book: Book, input: { id: string; escrow: string; at: Date }, event: 'accept' | 'lapse'): Release | null | Refusal {
  const escrow = need(book.escrows, input.escrow)
  const milestones = milestonesOf(book, { escrow: escrow.id })
  const refusal = refuseDisputed(escrow) ?? refuseUnless(milestones, event)
  if (refusal) return refusal
  const delivered = milestones.filter(({ state }) => state === 'delivered')
  for (const milestone of delivered) mustMove(book, milestone, event)
  if (delivered.length > 0) escrow.acceptedAt = input.at
  escrow.autoReleaseAt = null
  const parts = milestones.filter(isDue).map((milestone) => ({ milestone, amount: milestone.held }))
  return parts.length === 0 ? null : payOut(book, parts, { id: input.id, reason: event === 'accept' ? 'accepted' : 'automatic' })
}
