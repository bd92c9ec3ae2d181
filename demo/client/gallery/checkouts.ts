import type { Attempt, CheckoutView } from '@holdfast/server'
import { attemptOf, inMinutes, never, pending, refused, type Component, type State } from './state.ts'

/* The checkout from its loading to its end. */

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

const alipay = (real: CheckoutView, action: Attempt['action']): CheckoutView =>
  ({ ...real, status: 'processing', attempt: attemptOf(real, { method: 'alipay', action }) })
const code = (minutes: number): Attempt['action'] => ({ type: 'qr_code', size, modules, expiresAt: inMinutes(minutes) })
const openPanel = (checkout: Component): void => { checkout.shadowRoot?.querySelector('details')?.toggleAttribute('open', true) }

const card = { brand: 'visa', last4: '1111', expMonth: 12, expYear: 2030, wallet: null } as const
const declined = { type: 'card', code: 'card_declined', message: 'The card was declined.', retryable: true } as const

export const checkouts: readonly State[] = [
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
  {
    name: 'wallet-refused', label: 'Refused in the wallet', view: (real) => alipay(real, null), act: (checkout) => checkout.fetchUpdates(),
    later: (real) => refused(real, { type: 'wallet', code: 'wallet_refused', message: 'Refused.', retryable: true }),
  },
  {
    name: 'outdated', label: 'The total changed before it was paid', attributes: { 'payment-method-order': 'alipay card' },
    pays: { refused: 'session_revision_stale', status: 409 }, act: (checkout) => checkout.confirm(),
  },
  { name: 'ending', label: 'Little time left', view: (real) => ({ ...real, expiresAt: inMinutes(4.9) }) },
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
