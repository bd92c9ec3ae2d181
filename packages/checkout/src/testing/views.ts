import type { Attempt, AttemptError, CheckoutView, Share } from '@holdfast/contract/types'

/** The stub frame's address on another origin than the tests' page: the same server by its number. */
export const frameOrigin: string = `http://127.0.0.1:${globalThis.location?.port ?? ''}`

export function frameUrl(query: string = ''): string {
  return `${frameOrigin}/packages/checkout/src/testing/stub-frame.html?marketplace=mkt_1${query}`
}

const lathes: Share = {
  reference: 'lathe', sellerName: 'Lathes & Co.', description: 'Bench lathe L-250', amount: 780_000, platformFee: 39_000,
  releaseTerms: { method: 'sea', inspectionDays: 60, claimDays: 30 },
  autoReleaseIfShippedNow: '2027-01-21T09:30:00.000Z',
}
const tooling: Share = {
  reference: 'inserts', sellerName: 'Nordvik Tooling', description: null, amount: 468_000, platformFee: 0,
  releaseTerms: { method: 'none', inspectionDays: null, claimDays: 30 }, autoReleaseIfShippedNow: null,
}

export function checkoutView(changes: Partial<CheckoutView> = {}): CheckoutView {
  return {
    object: 'checkout', session: 'cs_01', order: 'ord_01', reference: 'PO-1', status: 'open', mode: 'test', revision: 1,
    marketplaceName: 'Harbour Works', currency: 'USD', exponent: 2, amount: 1_248_000, shares: [lathes, tooling],
    methods: [{ type: 'card', brands: ['visa', 'mastercard', 'amex', 'jcb', 'unionpay'], frameUrl: frameUrl() }],
    details: null, savedCards: null, attempt: null, returnUrl: 'https://shop.example/orders/1', expiresAt: inMs(86_400_000), ...changes,
  }
}

export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    object: 'attempt', payment: 'pay_01', method: 'card', status: 'complete', action: null, paymentToken: 'signed', error: null,
    card: { brand: 'visa', last4: '4242', expMonth: 8, expYear: 2029, wallet: null }, ...changes,
  }
}

export function declined(code: AttemptError['code'] = 'card_declined', payment: string = 'pay_00'): Attempt {
  const error: AttemptError = { type: 'card', code, message: 'INSUFFICIENT FUNDS', retryable: true }
  return attempt({ status: 'failed', payment, paymentToken: null, error })
}

/** A code of 21 × 21 with the three eyes that scanners look for; it says nothing. */
const modules = Array.from({ length: 441 }, (_, at) => {
  const [x, y] = [at % 21, Math.floor(at / 21)]
  const eye = [[0, 0], [14, 0], [0, 14]].find(([left = 0, top = 0]) => x >= left && x < left + 7 && y >= top && y < top + 7)
  if (!eye) return (x * 7 + y * 3) % 5 < 2 ? '1' : '0'
  const from = Math.max(Math.abs(x - (eye[0] ?? 0) - 3), Math.abs(y - (eye[1] ?? 0) - 3))
  return from === 2 ? '0' : '1'
}).join('')

/** An instant some time from now, as the server writes it. */
export const inMs = (ms: number): string => new Date(performance.timeOrigin + performance.now() + ms).toISOString()

export function scan(leftMs: number = 14 * 60_000): NonNullable<Attempt['action']> {
  return { type: 'qr_code', size: 21, modules, expiresAt: inMs(leftMs) }
}

export function visit(url: string, leftMs: number = 14 * 60_000): NonNullable<Attempt['action']> {
  return { type: 'redirect', url, expiresAt: inMs(leftMs) }
}

export function waiting(action: Attempt['action'], payment: string = 'pay_w1'): Attempt {
  return attempt({ method: 'alipay', status: 'pending', action, payment, paymentToken: null, card: null })
}

export function walletEnded(code: AttemptError['code'], payment: string = 'pay_w1'): Attempt {
  const error: AttemptError = { type: 'wallet', code, message: 'TRADE_CLOSED', retryable: true }
  return attempt({ method: 'alipay', status: 'failed', payment, paymentToken: null, card: null, error })
}
