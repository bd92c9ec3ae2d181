/*
 * What must hold, each with the words an operator reads when it doesn't. A breach: the books are wrong, or say
 * what did not happen. An alarm: the books are right, and somebody must act.
 */

export interface Rule {
  readonly severity: 'breach' | 'alarm'
  /** What is wrong, in one sentence. */
  readonly says: string
  readonly todo: string
}

const stop = 'Stop payouts and releases for what it names, and compare its transfers with its rows. Never edit the ledger: a new transfer corrects it, for which there is no command yet.'
const replay = 'Stop payouts and releases for what it names. What was posted counts, and a transfer more would move both: find what changed the row outside the commands, then set the row, as the database’s owner, to what its postings add up to; never edit the ledger.'
const compare = 'Compare its rows with its transfers and with the rail’s own records; a row was changed or lost outside the commands.'

export type RuleName =
  | 'milestone_replay' | 'milestone_equation' | 'milestone_captures' | 'milestone_releases'
  | 'milestone_refunds' | 'milestone_bounds' | 'milestone_closed' | 'payment_counts' | 'payment_bounds'
  | 'capture_posted' | 'release_posted' | 'refund_posted' | 'superseded_posted' | 'seller_replay'
  | 'seller_bounds' | 'seller_owing' | 'seller_in_payout' | 'payout_posted' | 'settlement_posted'
  | 'transfer_shape' | 'transfer_subject' | 'account_nobody' | 'custody_replay' | 'custody_in_payout'
  | 'receivable_unreported' | 'refunds_in_transit' | 'event_gap' | 'operation_stuck' | 'suspense_open'
  | 'custody_overdrawn' | 'coverage'

export const rules: Readonly<Record<RuleName, Rule>> = {
  milestone_replay: { severity: 'breach', says: 'What a milestone holds is not what its postings add up to.', todo: replay },
  milestone_equation: { severity: 'breach', says: 'Captured is not held + released + refunded from held, or its fee is not carried + released + cancelled.', todo: stop },
  milestone_captures: { severity: 'breach', says: 'What a milestone counts as captured is not what its captures say.', todo: compare },
  milestone_releases: { severity: 'breach', says: 'What a milestone counts as released is not what its releases say.', todo: compare },
  milestone_refunds: { severity: 'breach', says: 'What a milestone counts as refunded is not what its refunds say.', todo: compare },
  milestone_bounds: { severity: 'breach', says: 'An amount of a milestone is below zero, or more than what it is a part of.', todo: stop },
  milestone_closed: { severity: 'breach', says: 'A milestone is closed although something on it is held or being captured.', todo: compare },
  payment_counts: { severity: 'breach', says: 'What a payment counts as captured or refunded is not what its captures and refunds say.', todo: compare },
  payment_bounds: { severity: 'breach', says: 'More of a payment is refunded than captured, or captured than authorized.', todo: stop },
  capture_posted: { severity: 'breach', says: 'A capture and its transfer do not agree.', todo: compare },
  release_posted: { severity: 'breach', says: 'A release and its transfer do not agree.', todo: compare },
  refund_posted: { severity: 'breach', says: 'A refund and its transfers do not agree.', todo: compare },
  superseded_posted: { severity: 'breach', says: 'An attempt that was closed over and took money is not posted as such.', todo: compare },
  seller_replay: { severity: 'breach', says: 'A seller’s balance is not what its postings add up to.', todo: replay },
  seller_bounds: { severity: 'breach', says: 'A seller’s balance is below zero.', todo: stop },
  seller_owing: { severity: 'breach', says: 'A seller has something available while owing.', todo: 'What is available repays what is owed first; post the repayment.' },
  seller_in_payout: { severity: 'breach', says: 'What a seller has in payouts is not the sum of the payouts under way.', todo: compare },
  payout_posted: { severity: 'breach', says: 'A payout and its transfers do not agree.', todo: compare },
  settlement_posted: { severity: 'breach', says: 'A settlement, its lines and its transfer do not agree.', todo: 'Compare with the rail’s report; import no further reports of this rail until it is explained.' },
  transfer_shape: { severity: 'breach', says: 'A transfer has no posting, or one that is not between two accounts of its currency.', todo: stop },
  transfer_subject: { severity: 'breach', says: 'A transfer stands for something that is not there, or is not in the state that it posts.', todo: compare },
  account_nobody: { severity: 'breach', says: 'A ledger account belongs to a milestone or seller that has no balance row.', todo: compare },
  custody_replay: { severity: 'breach', says: 'Custody’s balance is not what its postings add up to.', todo: replay },
  custody_in_payout: { severity: 'breach', says: 'What custody counts as under way to banks is not the sum over the sellers.', todo: stop },
  receivable_unreported: { severity: 'breach', says: 'What a rail owes is not the sum of what it has not yet reported.', todo: 'Compare the rail’s reports with captures and refunds; a settlement was posted wrongly.' },
  refunds_in_transit: { severity: 'breach', says: 'Refunds in transit are not the sum of the pending refunds.', todo: compare },
  event_gap: { severity: 'breach', says: 'An object’s events are not numbered from 1 without gaps.', todo: 'An event was lost or removed: tell whoever reads events to read the object anew.' },
  operation_stuck: { severity: 'alarm', says: 'A request to a rail is open beyond every bound.', todo: 'See that the worker runs and that the rail can be asked; then settle it with the rail’s support.' },
  suspense_open: { severity: 'alarm', says: 'Money stands in suspense.', todo: 'Find the report line or bank line that it came from, and explain it.' },
  custody_overdrawn: { severity: 'alarm', says: 'Custody is below zero: a bank or rail took more than there was.', todo: 'Top up custody.' },
  coverage: { severity: 'alarm', says: 'Custody and receivables do not cover what is held for buyers and sellers.', todo: 'Top up: POST /v1/operator/top-ups. Rail fees come before the platform’s own are earned.' },
}

/** What a check goes through, and what names it again: an order for all that hangs on one. */
export const kinds: readonly Kind[] = ['order', 'seller', 'payout', 'settlement', 'transfer', 'event', 'platform', 'operation']
export type Kind = 'order' | 'seller' | 'payout' | 'settlement' | 'transfer' | 'event' | 'platform' | 'operation'
