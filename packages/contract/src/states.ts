/** Ways to pay, as a buyer chooses between them; which rail takes one is the backend’s choice. */
export const paymentMethods = ['card', 'alipay'] as const

/* The states of every machine, as the wire and the database name them. The edges live in core. */
export const orderStates = ['open', 'paid', 'completed', 'refunded', 'canceled'] as const
export const sessionStates = ['open', 'processing', 'complete', 'expired', 'canceled'] as const
export const paymentStates = [
  'processing', 'action_required', 'authorized', 'partially_captured', 'captured',
  'declined', 'unknown', 'voided', 'expired',
] as const
export const operationStates = ['intent_written', 'sent', 'confirmed', 'rejected', 'unknown'] as const
export const operationKinds = ['authorize', 'sale', 'capture', 'void', 'refund', 'payout'] as const
export const milestoneStates = [
  'unfunded', 'funded', 'delivered', 'accepted', 'auto_accepted', 'disputed', 'closed',
] as const
export const captureStates = ['pending', 'succeeded', 'failed'] as const
export const refundStates = ['pending', 'succeeded', 'failed'] as const
export const disputeStates = [
  'negotiation', 'escalatable', 'under_review', 'decided', 'executed',
  'settled', 'withdrawn', 'closed_no_response',
] as const
export const payoutStates = [
  'created', 'submitted', 'processing', 'completed', 'returned', 'failed', 'on_hold',
] as const
export const settlementStates = ['recorded'] as const
export const declineClasses = ['hard', 'soft', 'fix_data', 'authenticate'] as const

export const paymentLinkStates = ['active', 'used_up', 'expired', 'inactive'] as const

export type PaymentMethodType = (typeof paymentMethods)[number]
export type OrderState = (typeof orderStates)[number]
export type SessionState = (typeof sessionStates)[number]
export type PaymentState = (typeof paymentStates)[number]
export type OperationState = (typeof operationStates)[number]
export type OperationKind = (typeof operationKinds)[number]
export type MilestoneState = (typeof milestoneStates)[number]
export type CaptureState = (typeof captureStates)[number]
export type RefundState = (typeof refundStates)[number]
export type DisputeState = (typeof disputeStates)[number]
export type PayoutState = (typeof payoutStates)[number]
export type SettlementState = (typeof settlementStates)[number]
export type PaymentLinkState = (typeof paymentLinkStates)[number]
export type DeclineClass = (typeof declineClasses)[number]

/** How a session's cards are authenticated by their issuers. */
export const threeDSecureModes = ['automatic', 'challenge', 'off'] as const
export type ThreeDSecureMode = (typeof threeDSecureModes)[number]

/** How an authentication by 3-D Secure ended: EMV's Y, A, N, R, and all else. */
export const authenticationStates = ['authenticated', 'attempted', 'failed', 'rejected', 'unavailable'] as const
export type AuthenticationState = (typeof authenticationStates)[number]
