import type {
  DisputeState, ErrorCode, MilestoneState, OperationState, OrderState, PaymentState, PayoutState, RefundState,
  SessionState, SettlementState,
} from '@holdfast/contract'
import type { Refusal } from './refusal.ts'

/** A state machine as data: total over every state and event, each refusal named. */
export interface Machine<S extends string, E extends string, C extends ErrorCode = ErrorCode> {
  readonly edges: Readonly<Record<S, Partial<Record<E, S>>>>
  readonly events: readonly E[]
  /** Pure. */
  step(from: S, event: E): { readonly state: S } | Refusal<C>
}

interface Definition<S extends string, E extends string, C extends ErrorCode> {
  readonly name: string
  readonly refusal: C
  readonly events: readonly E[]
  readonly edges: Readonly<Record<S, Partial<Record<NoInfer<E>, NoInfer<S>>>>>
}

function machine<S extends string, E extends string, C extends ErrorCode>(
  { name, refusal, events, edges }: Definition<S, E, C>,
): Machine<S, E, C> {
  return {
    edges,
    events,
    step(from, event) {
      const state = edges[from][event]
      if (state) return { state }
      const allowed = events.filter((candidate) => edges[from][candidate])
      const expected = allowed.length > 0 ? `possible from here: ${allowed.join(', ')}` : 'nothing follows it'
      return { refused: refusal, detail: `${/^[aeio]/.test(name) ? 'An' : 'A'} ${name} that is '${from}' cannot '${event}'; ${expected}.` }
    },
  }
}

export type OrderEvent = 'pay' | 'complete' | 'refund' | 'cancel'

/** `paid` at the first capture; `completed` or `refunded` when every milestone is closed. */
export const orderMachine: Machine<OrderState, OrderEvent, 'order_not_cancelable'> = machine({
  name: 'order',
  refusal: 'order_not_cancelable',
  events: ['pay', 'complete', 'refund', 'cancel'],
  edges: {
    open: { pay: 'paid', cancel: 'canceled' },
    paid: { complete: 'completed', refund: 'refunded' },
    completed: { refund: 'refunded' },
    refunded: {},
    canceled: {},
  },
})

export type SessionEvent = 'update' | 'confirm' | 'succeed' | 'decline' | 'expire' | 'cancel'

/** A declined attempt returns the session to `open`; it never expires while an attempt is under way. */
export const sessionMachine: Machine<SessionState, SessionEvent, 'session_not_open'> = machine({
  name: 'checkout session',
  refusal: 'session_not_open',
  events: ['update', 'confirm', 'succeed', 'decline', 'expire', 'cancel'],
  edges: {
    open: { update: 'open', confirm: 'processing', expire: 'expired', cancel: 'canceled' },
    processing: { succeed: 'complete', decline: 'open' },
    complete: {},
    expired: {},
    canceled: {},
  },
})

export type PaymentEvent =
  | 'challenge' | 'authorize' | 'capture_part' | 'capture_all' | 'decline' | 'lose_sight' | 'void' | 'expire' | 'surface'

/**
 * `lose_sight`: the rail's answer is not known. `surface`: an attempt that was closed over turns out to have
 * taken money. Voiding or expiring the rest of a payment that was captured in part leaves it captured.
 */
export const paymentMachine: Machine<PaymentState, PaymentEvent, 'payment_transition_refused'> = machine({
  name: 'payment',
  refusal: 'payment_transition_refused',
  events: ['challenge', 'authorize', 'capture_part', 'capture_all', 'decline', 'lose_sight', 'void', 'expire', 'surface'],
  edges: {
    processing: {
      challenge: 'action_required', authorize: 'authorized', capture_all: 'captured', decline: 'declined',
      lose_sight: 'unknown', void: 'voided',
    },
    action_required: {
      authorize: 'authorized', capture_all: 'captured', decline: 'declined', lose_sight: 'unknown', void: 'voided',
    },
    unknown: {
      challenge: 'action_required', authorize: 'authorized', capture_all: 'captured', decline: 'declined', void: 'voided',
    },
    authorized: { capture_part: 'partially_captured', capture_all: 'captured', void: 'voided', expire: 'expired' },
    partially_captured: {
      capture_part: 'partially_captured', capture_all: 'captured', void: 'captured', expire: 'captured',
    },
    captured: {},
    declined: { surface: 'captured' },
    voided: { surface: 'captured' },
    expired: { surface: 'captured' },
  },
})

export type OperationEvent = 'send' | 'confirm' | 'reject' | 'lose_sight' | 'surface'

/** `sent` commits before the socket opens, so what is still `intent_written` is provably unsent. */
export const operationMachine: Machine<OperationState, OperationEvent, 'internal'> = machine({
  name: 'operation',
  refusal: 'internal',
  events: ['send', 'confirm', 'reject', 'lose_sight', 'surface'],
  edges: {
    intent_written: { send: 'sent', reject: 'rejected' },
    sent: { confirm: 'confirmed', reject: 'rejected', lose_sight: 'unknown' },
    unknown: { confirm: 'confirmed', reject: 'rejected' },
    confirmed: {},
    rejected: { surface: 'confirmed' },
  },
})

export type MilestoneEvent =
  | 'fund' | 'deliver' | 'accept' | 'lapse' | 'dispute' | 'empty'
  | 'resume_funded' | 'resume_delivered' | 'resume_accepted' | 'resume_auto_accepted'

/**
 * `empty`: nothing is held any more and nothing on it is open. A dispute freezes release and timers, and its
 * end resumes the state that it froze. What was accepted stays so when money that came to be held on it later is
 * accepted too, or lapses.
 */
export const milestoneMachine: Machine<MilestoneState, MilestoneEvent, 'milestone_transition_refused'> = machine({
  name: 'milestone',
  refusal: 'milestone_transition_refused',
  events: [
    'fund', 'deliver', 'accept', 'lapse', 'dispute', 'empty',
    'resume_funded', 'resume_delivered', 'resume_accepted', 'resume_auto_accepted',
  ],
  edges: {
    unfunded: { fund: 'funded', empty: 'closed' },
    funded: { fund: 'funded', deliver: 'delivered', dispute: 'disputed', empty: 'closed' },
    delivered: { fund: 'delivered', accept: 'accepted', lapse: 'auto_accepted', dispute: 'disputed', empty: 'closed' },
    accepted: { fund: 'accepted', accept: 'accepted', lapse: 'accepted', dispute: 'disputed', empty: 'closed' },
    auto_accepted: {
      fund: 'auto_accepted', accept: 'auto_accepted', lapse: 'auto_accepted', dispute: 'disputed', empty: 'closed',
    },
    disputed: {
      fund: 'disputed', resume_funded: 'funded', resume_delivered: 'delivered', resume_accepted: 'accepted',
      resume_auto_accepted: 'auto_accepted',
    },
    closed: {},
  },
})

/** How far along a milestone is; a dispute comes first, because it freezes the whole escrow. */
const progress: readonly MilestoneState[] = ['disputed', 'unfunded', 'funded', 'delivered', 'accepted', 'auto_accepted']

/** An escrow's status: that of its least advanced open milestone, or `closed`. */
export function escrowStatus(milestones: readonly MilestoneState[]): MilestoneState {
  return progress.find((state) => milestones.includes(state)) ?? 'closed'
}

export type RefundEvent = 'succeed' | 'fail'

export const refundMachine: Machine<RefundState, RefundEvent, 'internal'> = machine({
  name: 'refund',
  refusal: 'internal',
  events: ['succeed', 'fail'],
  edges: { pending: { succeed: 'succeeded', fail: 'failed' }, succeeded: {}, failed: {} },
})

/** A report is recorded once, whole; nothing moves it. */
export const settlementMachine: Machine<SettlementState, 'record', 'internal'> = machine({
  name: 'settlement',
  refusal: 'internal',
  events: ['record'],
  edges: { recorded: {} },
})

export type PayoutEvent = 'submit' | 'process' | 'complete' | 'fail' | 'return' | 'hold' | 'resume'

/** The bank's feed may be ahead of the answer to our own request, so `created` takes its word too. */
export const payoutMachine: Machine<PayoutState, PayoutEvent, 'internal'> = machine({
  name: 'payout',
  refusal: 'internal',
  events: ['submit', 'process', 'complete', 'fail', 'return', 'hold', 'resume'],
  edges: {
    created: { submit: 'submitted', process: 'processing', complete: 'completed', fail: 'failed', hold: 'on_hold' },
    submitted: { process: 'processing', complete: 'completed', fail: 'failed' },
    processing: { complete: 'completed', fail: 'failed' },
    completed: { return: 'returned' },
    returned: {},
    failed: {},
    on_hold: { resume: 'created', fail: 'failed' },
  },
})

export type DisputeEvent = 'mature' | 'review' | 'withdraw'

/** Opened in `negotiation`; from day 4 either side may escalate, on day 7 it is reviewed by itself. */
export const disputeMachine: Machine<DisputeState, DisputeEvent, 'dispute_not_open'> = machine({
  name: 'dispute',
  refusal: 'dispute_not_open',
  events: ['mature', 'review', 'withdraw'],
  edges: {
    negotiation: { mature: 'escalatable', withdraw: 'withdrawn' },
    escalatable: { review: 'under_review', withdraw: 'withdrawn' },
    under_review: { withdraw: 'withdrawn' },
    decided: {},
    executed: {},
    settled: {},
    withdrawn: {},
    closed_no_response: {},
  },
})
