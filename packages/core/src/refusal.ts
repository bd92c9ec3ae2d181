import type { ErrorCode } from '@holdfast/contract'

/**
 * A decision to refuse, as a value: the HTTP edge turns it into a problem document, in one place.
 * Thrown errors are for our own bugs and for parts that fail; a refusal is neither.
 */
export interface Refusal<C extends ErrorCode = ErrorCode> {
  readonly refused: C
  /** What was wrong, what was expected, and what to do. */
  readonly detail: string
  /** What was wrong in the request, in dots and brackets: `lines[0].amount`. */
  readonly field?: string
  /** What is left, in minor units. */
  readonly remaining?: { readonly amount: bigint; readonly currency: string }
  /** The id of the object that has the reference already. */
  readonly existing?: string
}

/** Whether an outcome is a refusal. */
export function isRefusal(outcome: unknown): outcome is Refusal {
  return typeof outcome === 'object' && outcome !== null && 'refused' in outcome
}

/** Refuses an amount beyond what is left, and says what is. */
export function exceedsRemaining(
  what: string,
  remaining: { readonly amount: bigint; readonly currency: string },
  field?: string,
): Refusal<'amount_exceeds_remaining'> {
  return {
    refused: 'amount_exceeds_remaining',
    detail: `${what}: ${remaining.amount} is left, in minor units of ${remaining.currency}. Ask for at most that.`,
    remaining,
    ...(field !== undefined && { field }),
  }
}

/** Says that a promise of our own code was broken: never for what a caller, a rail or a bank may do. */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new Error(`broken promise: ${promise}`)
}
