import type { Attempt, CheckoutView } from '@holdfast/contract/types'
import type { CardBrand } from '@holdfast/contract/frame'
import type { CheckoutError } from './errors.ts'

/** How an attempt to pay ended, as far as this page knows. */
export type Outcome =
  | {
    readonly status: 'complete'
    readonly payment: string
    /** For the merchant's server, which verifies it: it proves this attempt. */
    readonly paymentToken: string | null
    readonly card: Attempt['card']
  }
  | { readonly status: 'failed', readonly payment: string | null, readonly error: CheckoutError }
  | { readonly status: 'pending', readonly payment: string | null }
  /** The buyer closed the wallet’s sheet: no attempt was made, and no event tells of one. */
  | { readonly status: 'canceled', readonly payment: null }

export type OutcomeOf<S extends Outcome['status']> = Extract<Outcome, { status: S }>

/** What the component shows: the session's state, or the page's own. */
export type Phase = 'loading' | 'unavailable' | 'paying' | CheckoutView['status']

export interface CheckoutState {
  readonly phase: Phase
  /** All card fields are filled in and valid: confirm() would be sent. */
  readonly complete: boolean
  readonly method: string
  /** What the card's first digits say, or null before they say anything. */
  readonly brand: CardBrand | null
  readonly revision: number
  /** Minor units. */
  readonly amount: number
  readonly currency: string
}

/** Events cross shadow roots and bubble; none can be canceled. */
class HoldfastEvent<T> extends CustomEvent<T> {
  constructor(type: string, detail: T) {
    super(type, { detail, bubbles: true, composed: true })
  }
}

/** The checkout can be used, or shows the state that its session has reached. Once a client secret. */
export class ReadyEvent extends HoldfastEvent<CheckoutState> {
  constructor(detail: CheckoutState) { super('ready', detail) }
}

/** Something that `detail` tells of has changed; never what was typed. */
export class ChangeEvent extends HoldfastEvent<CheckoutState> {
  constructor(detail: CheckoutState) { super('change', detail) }
}

export class PaymentMethodChangeEvent extends HoldfastEvent<{ readonly method: string }> {
  constructor(method: string) { super('paymentmethodchange', { method }) }
}

/** The checkout or its card form could not be loaded; the buyer is offered another try. */
export class LoadErrorEvent extends HoldfastEvent<CheckoutError> {
  constructor(error: CheckoutError) { super('loaderror', error) }
}

/** The attempt succeeded: the order is paid for, or authorized in full. */
export class CompleteEvent extends HoldfastEvent<OutcomeOf<'complete'>> {
  constructor(outcome: OutcomeOf<'complete'>) { super('complete', outcome) }
}

/** The attempt took no money. Where `error.retryable`, the form is open again. */
export class FailedEvent extends HoldfastEvent<OutcomeOf<'failed'>> {
  constructor(outcome: OutcomeOf<'failed'>) { super('failed', outcome) }
}

/** The attempt's end isn't known yet. `resume()` tells it when it is; no other outcome event follows. */
export class PendingEvent extends HoldfastEvent<OutcomeOf<'pending'>> {
  constructor(outcome: OutcomeOf<'pending'>) { super('pending', outcome) }
}

/** The one event of an attempt. */
export function outcomeEvent(outcome: Exclude<Outcome, { status: 'canceled' }>): CompleteEvent | FailedEvent | PendingEvent {
  switch (outcome.status) {
    case 'complete': return new CompleteEvent(outcome)
    case 'failed': return new FailedEvent(outcome)
    case 'pending': return new PendingEvent(outcome)
  }
}

export interface HoldfastCheckoutEventMap {
  ready: ReadyEvent
  change: ChangeEvent
  paymentmethodchange: PaymentMethodChangeEvent
  loaderror: LoadErrorEvent
  complete: CompleteEvent
  failed: FailedEvent
  pending: PendingEvent
}

declare global {
  // `change` is the platform's own and can't be declared again: the element types it.
  interface HTMLElementEventMap extends Omit<HoldfastCheckoutEventMap, 'change'> {}
}
