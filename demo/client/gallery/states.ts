import type { Attempt, CheckoutView } from '@holdfast/server'

/** Instead of an answer: the wire is cut, nothing ever comes, or the API refuses. */
export type Trouble = 'cut' | 'silence' | { readonly refused: string; readonly status: number }

/** What the component's own methods are here for. */
export interface Checkout extends HTMLElement {
  confirm(): Promise<unknown>
  validate(): Promise<unknown>
  fetchUpdates(): Promise<unknown>
}

/** One thing that a buyer may see. To show another, add it to `states`: the page, its tests and the pictures take it from there. */
export interface State {
  /** In the address, and in the tests. */
  readonly name: string
  readonly label: string
  /** The API's answer to a read, made from that of a real session; all else of the real session stays. */
  readonly view?: (real: CheckoutView) => CheckoutView
  /** What reads meet instead. */
  readonly reads?: Trouble
  /** What asking for the card form's ticket meets instead of the real API. */
  readonly tickets?: Trouble
  /** What a payment meets. Without it: nothing ever comes. No state of the gallery pays. */
  readonly pays?: Trouble
  readonly attributes?: Readonly<Record<string, string>>
  /** The buyer's patience before the wait is spoken of, in milliseconds. */
  readonly slowMs?: number
  /** The browser says that there is no network. */
  readonly offline?: true
  /** Once it is ready: what a buyer or a merchant's page does next. */
  readonly act?: (checkout: Checkout) => unknown
  /** What reads find after that. */
  readonly later?: (real: CheckoutView) => CheckoutView
}

const inMinutes = (minutes: number): string => new Date(performance.timeOrigin + performance.now() + minutes * 60_000).toISOString()

/** A code of 29 × 29 with the eyes that scanners look for; it says nothing. */
const size = 29
const eyes = [[0, 0], [size - 7, 0], [0, size - 7]] as const
const modules = Array.from({ length: size * size }, (_, at) => {
  const [x, y] = [at % size, Math.floor(at / size)]
  const eye = eyes.find(([left, top]) => x >= left - 1 && x <= left + 7 && y >= top - 1 && y <= top + 7)
  if (!eye) return (x * 31 + y * 17 + ((x * y) % 7) * 5) % 9 < 4 ? '1' : '0'
  const ring = Math.max(Math.abs(x - eye[0] - 3), Math.abs(y - eye[1] - 3))
  return ring === 2 || ring > 3 ? '0' : '1'
}).join('')

function attemptOf({ session }: CheckoutView, changes: Partial<Attempt>): Attempt {
  return {
    object: 'attempt', payment: session.replace('cs_', 'pay_'), method: 'card', status: 'pending', action: null, card: null,
    paymentToken: null, error: null, ...changes,
  }
}

const alipay = (real: CheckoutView, action: Attempt['action']): CheckoutView =>
  ({ ...real, status: 'processing', attempt: attemptOf(real, { method: 'alipay', action }) })
const code = (minutes: number): Attempt['action'] => ({ type: 'qr_code', size, modules, expiresAt: inMinutes(minutes) })
const pending = (real: CheckoutView): CheckoutView => ({ ...real, status: 'processing', attempt: attemptOf(real, {}) })
const refused = (real: CheckoutView, error: NonNullable<Attempt['error']>): CheckoutView =>
  ({ ...real, attempt: attemptOf(real, { status: 'failed', error }) })
const openPanel = (checkout: Checkout): void => { checkout.shadowRoot?.querySelector('details')?.toggleAttribute('open', true) }

const card = { brand: 'visa', last4: '1111', expMonth: 12, expYear: 2030, wallet: null } as const
const declined = { type: 'card', code: 'card_declined', message: 'The card was declined.', retryable: true } as const
const never = 2 ** 30

export const states: readonly State[] = [
  { name: 'ready', label: 'Ready' },
  { name: 'held', label: 'Who holds what, opened', act: openPanel },
  { name: 'incomplete', label: 'Fields with errors', act: (checkout) => checkout.validate() },
  { name: 'wallet', label: 'Alipay chosen', attributes: { 'payment-method-order': 'alipay card' } },
  {
    name: 'paying', label: 'Paying', attributes: { 'payment-method-order': 'alipay card' },
    act: (checkout) => void checkout.confirm(),
  },
  {
    name: 'declined', label: 'Declined', view: pending, later: (real) => refused(real, declined),
    act: (checkout) => checkout.fetchUpdates(),
  },
  { name: 'offline', label: 'Offline', offline: true, act: (checkout) => checkout.confirm() },
  {
    // the first read is as old as the page: the card form already knows the newer total
    name: 'changed', label: 'The total has changed',
    view: ({ shares, ...real }) => ({
      ...real, revision: real.revision - 1, amount: real.amount + 100 * shares.length,
      shares: shares.map((share) => ({ ...share, amount: share.amount + 100 })),
    }),
    later: (real) => real, act: (checkout) => checkout.fetchUpdates(),
  },
  { name: 'scan', label: 'A code to scan', view: (real) => alipay(real, code(14)) },
  { name: 'lapsed', label: 'A code whose time is over', view: (real) => alipay(real, code(-1)) },
  {
    name: 'redirect', label: 'Gone to the wallet’s page',
    view: (real) => alipay(real, { type: 'redirect', url: new URL('/gallery', real.returnUrl).href, expiresAt: inMinutes(14) }),
  },
  { name: 'confirm', label: 'To be confirmed in the wallet', view: (real) => alipay(real, null) },
  { name: 'processing', label: 'Processing', view: pending },
  {
    name: 'complete', label: 'Paid',
    view: (real) => ({ ...real, status: 'complete', attempt: attemptOf(real, { status: 'complete', card, paymentToken: 'a.b.c' }) }),
  },
  { name: 'expired', label: 'Expired', view: (real) => ({ ...real, status: 'expired' }) },
  { name: 'canceled', label: 'Canceled', view: (real) => ({ ...real, status: 'canceled' }) },
  { name: 'loading', label: 'Loading', reads: 'silence', slowMs: never },
  { name: 'slow', label: 'Loading slowly', reads: 'silence', slowMs: 0 },
  { name: 'unavailable', label: 'No connection', reads: 'cut' },
  { name: 'misconfigured', label: 'An origin that is not registered', reads: { refused: 'origin_not_allowed', status: 403 } },
  { name: 'unknown', label: 'A secret that is no longer valid', reads: { refused: 'client_secret_invalid', status: 401 } },
  { name: 'frameless', label: 'The card form did not load', tickets: { refused: 'validation_failed', status: 400 } },
]
