import type { DisputeState, MilestoneState } from '@holdfast/contract'
import { closeEmptied, dueAtOnce, happened, milestonesOf, mustMove, need, type Book } from '../book.ts'
import { disputeMachine, type MilestoneEvent } from '../machines.ts'
import { assert, isRefusal, type Refusal } from '../refusal.ts'
import { refuseDisputed } from './release.ts'

/** When either side may escalate (day 4), and when the review begins by itself (day 7), counted from day 1. */
export const ESCALATABLE_AFTER_DAYS = 3
export const REVIEW_AFTER_DAYS = 6

const freezable: readonly MilestoneState[] = ['funded', 'delivered', 'accepted', 'auto_accepted']

/**
 * Opens a dispute: freezes release and timers of what is open in the escrow. What was released stays closed.
 *
 * @refuses escrow_disputed - one is open already
 * @refuses milestone_transition_refused - nothing was ever captured for it
 */
export function openDispute(book: Book, input: { readonly id: string; readonly escrow: string }): null | Refusal {
  const escrow = need(book.escrows, input.escrow)
  const milestones = milestonesOf(book, { escrow: escrow.id })
  const refusal = refuseDisputed(escrow)
  if (refusal) return refusal
  if (milestones.every(({ captured }) => captured === 0n)) {
    return { refused: 'milestone_transition_refused', detail: `Nothing was paid for escrow ${escrow.id}, so there is nothing to dispute.`, field: 'escrow' }
  }
  escrow.dispute = input.id
  for (const milestone of milestones.filter(({ state }) => freezable.includes(state))) {
    milestone.frozen = milestone.state
    mustMove(book, milestone, 'dispute')
  }
  happened(book, 'dispute.opened', input.id)
  return null
}

/**
 * Ends a dispute: the escrow goes on where it stood, its timer with the time that was left. What came to be held
 * meanwhile of what was accepted before is due at once.
 *
 * @refuses dispute_not_open
 */
export function withdrawDispute(book: Book, input: {
  readonly id: string
  readonly escrow: string
  readonly state: DisputeState
  readonly openedAt: Date
  readonly at: Date
}): { readonly state: DisputeState } | Refusal {
  const next = disputeMachine.step(input.state, 'withdraw')
  if (isRefusal(next)) return next
  const escrow = need(book.escrows, input.escrow)
  assert(escrow.dispute === input.id, 'an open dispute freezes its escrow')
  escrow.dispute = null
  if (escrow.autoReleaseAt) {
    escrow.autoReleaseAt = new Date(escrow.autoReleaseAt.getTime() + input.at.getTime() - input.openedAt.getTime())
  }
  const frozen = milestonesOf(book, { escrow: escrow.id }).filter(({ state }) => state === 'disputed')
  for (const milestone of frozen) {
    mustMove(book, milestone, `resume_${milestone.frozen}` as MilestoneEvent)
    milestone.frozen = null
  }
  dueAtOnce(book, [escrow.id], input.at)
  closeEmptied(book, frozen)
  happened(book, 'dispute.withdrawn', input.id)
  return next
}
