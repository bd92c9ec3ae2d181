import type { Attempt, CheckoutView, OrderView, Problem } from '@holdfast/server'

/** Instead of an answer: the wire is cut, nothing ever comes, or the API refuses. */
export type Trouble = 'cut' | 'silence' | { readonly refused: string; readonly status: number; readonly errors?: Problem['errors'] }

/** What the components' own methods are here for; an order has the last two alone. */
export interface Component extends HTMLElement {
  confirm(): Promise<unknown>
  validate(): Promise<unknown>
  fetchUpdates(): Promise<unknown>
  refresh(): Promise<void>
  readonly updateComplete: Promise<boolean>
}

/** One thing that a buyer may see. */
export interface State {
  /** In the address, and in the tests. */
  readonly name: string
  readonly label: string
  /** The API's answer to a read, made from that of a real session; all else of the real session stays. */
  readonly view?: (real: CheckoutView) => CheckoutView
  /** An order after its payment, instead of a checkout: what its reads find. */
  readonly order?: OrderView
  /** What reads meet instead. */
  readonly reads?: Trouble
  /** What asking for the card form's ticket meets instead of the real API. After a silence it is never ready. */
  readonly tickets?: Trouble
  /** What a payment or a decision about an order meets. Without it: nothing ever comes. No state of the gallery pays. */
  readonly pays?: Trouble
  /** What the buyer's details of the order meet. Without it they are taken. */
  readonly keeps?: Trouble
  readonly attributes?: Readonly<Record<string, string>>
  /** The buyer's patience before the wait is spoken of, in milliseconds. */
  readonly slowMs?: number
  /** It takes the whole window, and is shown only where it is the one that was asked for. */
  readonly alone?: true
  /** The browser says that there is no network. */
  readonly offline?: true
  /** Once it is ready: what a buyer or a merchant's page does next. */
  readonly act?: (component: Component) => unknown
  /** What reads find after that. */
  readonly later?: (real: CheckoutView) => CheckoutView
}

export const inMinutes = (minutes: number): string => new Date(performance.timeOrigin + performance.now() + minutes * 60_000).toISOString()

export function attemptOf({ session }: CheckoutView, changes: Partial<Attempt>): Attempt {
  return {
    object: 'attempt', payment: session.replace('cs_', 'pay_'), method: 'card', status: 'pending', action: null, card: null,
    paymentToken: null, error: null, ...changes,
  }
}

export const pending = (real: CheckoutView): CheckoutView => ({ ...real, status: 'processing', attempt: attemptOf(real, {}) })
export const refused = (real: CheckoutView, error: NonNullable<Attempt['error']>): CheckoutView =>
  ({ ...real, attempt: attemptOf(real, { status: 'failed', error }) })

/** Until a part of a component can be seen, which it may have to load first. */
export function seen({ shadowRoot }: Component, selector: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): unknown => (shadowRoot?.querySelector(selector) ? resolve() : setTimeout(look, 10))
    look()
  })
}

/** Longer than anyone looks. */
export const never = 2 ** 30
