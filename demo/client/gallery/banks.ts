import type { Attempt, CheckoutView } from '@holdfast/server'
import { attemptOf, inMinutes, refused, seen, type State } from './state.ts'

/* 3-D Secure. The bank's page is one of the shop's own, which asks for nothing that it would take. */

type Action = Extract<NonNullable<Attempt['action']>, { type: 'three_d_secure' }>

const bankPage = new URL('/gallery/bank', globalThis.location?.href ?? 'http://localhost').href

function bank(real: CheckoutView, changes: Pick<Action, 'step' | 'window'>): CheckoutView {
  const action: Action = { type: 'three_d_secure', frameUrl: bankPage, pageUrl: bankPage, expiresAt: inMinutes(9.9), ...changes }
  return { ...real, status: 'processing', attempt: attemptOf(real, { action }) }
}

/** A challenge in place, until what the buyer or the bank made of it is read. */
const challenge = (real: CheckoutView): CheckoutView => bank(real, { step: 'challenge', window: '390x400' })
type Failure = NonNullable<Attempt['error']>
const ended = (code: Failure['code']) => (real: CheckoutView): CheckoutView =>
  refused(real, { type: 'card', code, message: 'Not confirmed.', retryable: true })

export const banks: readonly State[] = [
  { name: 'bank-refused', label: '3-D Secure, not confirmed', view: challenge, act: (checkout) => checkout.fetchUpdates(), later: ended('authentication_required') },
  { name: 'bank-left', label: '3-D Secure, given up', view: challenge, act: (checkout) => checkout.fetchUpdates(), later: ended('attempt_canceled') },
  { name: 'bank-asks', label: '3-D Secure, a question in place', view: challenge, act: (checkout) => seen(checkout, '.bank .whole') },
  {
    name: 'bank-asks-whole', label: '3-D Secure, a question on the whole screen', alone: true,
    view: (real) => bank(real, { step: 'challenge', window: 'full_screen' }), act: (checkout) => seen(checkout, '.bank:modal'),
  },
  {
    name: 'bank-looks', label: '3-D Secure, the bank looks at the browser',
    view: (real) => bank(real, { step: 'fingerprint', window: '390x400' }), act: (checkout) => seen(checkout, '.bank'),
  },
]
