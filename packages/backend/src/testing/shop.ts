import type { BodyOf } from '@holdfast/contract'
import type {
  Attempt, CheckoutSession, CheckoutView, Escrow, Order, Payment, Refund, Release, Seller, TrialBalance,
} from '@holdfast/contract/types'
import { startTestBackend, TEST_ORIGIN, type TestBackend, type TestBackendOptions } from './backend.ts'
import { call, cardToken, type ApiAnswer, type ApiCall } from './http.ts'

/** What a merchant's server and its buyers do, call by call, for tests of money. */
export interface Shop {
  post(path: string, body?: unknown, options?: ApiCall): Promise<ApiAnswer>
  get<T>(path: string): Promise<T>
  seller(): Promise<Seller>
  session(lines: readonly ShopLine[], over?: Partial<BodyOf<'sessions.create'>>): Promise<CheckoutSession>
  /** Types a card and confirms. */
  confirm(session: CheckoutSession,
    over?: { readonly number?: string; readonly token?: string; readonly key?: string }): Promise<ApiAnswer & { readonly attempt: Attempt }>
  token(session: CheckoutSession, number?: string): Promise<string>
  /** Begins to pay with a wallet. */
  wallet(session: CheckoutSession, over?: { readonly flow?: 'redirect' | 'qr_code'; readonly key?: string }): Promise<ApiAnswer & { readonly attempt: Attempt }>
  /** What the page reads, asks for, or gives up: GET, check, cancel-attempt. */
  page(session: CheckoutSession, does?: 'check' | 'cancel-attempt'): Promise<ApiAnswer & { readonly view: CheckoutView }>
  /** A session that is paid, with what came of it. */
  paid(lines: readonly ShopLine[], over?: Partial<BodyOf<'sessions.create'>>): Promise<Paid>
  advance(ms: number): Promise<void>
  books(): Promise<TrialBalance>
}

export interface ShopLine {
  readonly seller: string
  readonly amount: number
  readonly platformFee?: number
  readonly releaseTerms?: BodyOf<'sessions.create'>['lines'][number]['releaseTerms']
}

export interface Paid {
  readonly session: CheckoutSession
  readonly order: Order
  readonly payment: Payment
  readonly escrows: readonly Escrow[]
}

export type { Escrow, Order, Payment, Refund, Release }

const APPROVED = '4112344112344113'

let count = 0
/** A reference that no other object of this process has. */
export function fresh(what: string): string {
  count += 1
  return `${what}-${process.pid}-${count}`
}

export interface TestShop {
  readonly backend: TestBackend
  readonly shop: Shop
  /** The one seller there is. */
  readonly seller: string
}

/** A backend of a test's own that money can be moved on: the operator's own USD for the rails' fees, and a seller. */
export async function startTestShop(options: TestBackendOptions = {}): Promise<TestShop> {
  const backend = await startTestBackend(options)
  const shop = openShop(backend)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 1_000_000, reference: 'first' })
  return { backend, shop, seller: (await shop.seller()).id }
}

export function openShop(backend: TestBackend): Shop {
  const post: Shop['post'] = (path, body = {}, options = {}) =>
    call(backend, 'POST', path, { ...options, body })
  const get = async <T>(path: string): Promise<T> => (await call(backend, 'GET', path)).body as T
  const made = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await post(path, body)
    if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
    return answer.body as T
  }
  const session: Shop['session'] = (lines, over = {}) => made('/v1/checkout-sessions', {
    reference: fresh('order'), currency: 'USD', returnUrl: 'http://shop.test/return', ...over,
    lines: lines.map((line, index) => ({ reference: `line-${index}`, ...line })),
  })
  const token: Shop['token'] = ({ clientSecret }, number = APPROVED) =>
    cardToken(backend, { clientSecret, origin: TEST_ORIGIN, card: { number } })
  const confirm: Shop['confirm'] = async (one, over = {}) => {
    const card = over.token ?? (await token(one, over.number))
    const answer = await call(backend, 'POST', '/v1/checkout/confirm', {
      key: one.clientSecret, headers: { origin: TEST_ORIGIN },
      body: { method: 'card', token: card, revision: one.revision },
      ...(over.key !== undefined && { idempotencyKey: over.key }),
    })
    return { ...answer, attempt: answer.body as unknown as Attempt }
  }
  const wallet: Shop['wallet'] = async (one, { flow = 'redirect', key } = {}) => {
    const answer = await call(backend, 'POST', '/v1/checkout/confirm', {
      key: one.clientSecret, headers: { origin: TEST_ORIGIN }, body: { method: 'alipay', flow, revision: one.revision },
      ...(key !== undefined && { idempotencyKey: key }),
    })
    return { ...answer, attempt: answer.body as unknown as Attempt }
  }
  const page: Shop['page'] = async (one, does) => {
    const [method, path] = does ? ['POST', `/v1/checkout/${does}`] as const : ['GET', '/v1/checkout'] as const
    const answer = await call(backend, method, path, { key: one.clientSecret, headers: { origin: TEST_ORIGIN }, ...(does && { body: {} }) })
    return { ...answer, view: answer.body as unknown as CheckoutView }
  }
  return {
    post, get, session, token, confirm, wallet, page,
    seller: () => made('/v1/sellers', {
      reference: fresh('seller'), name: 'Ada Lamps', country: 'US',
      bankAccount: { holder: 'Ada Lamps', country: 'US', currency: 'USD', routingNumber: '021000021',
        accountNumber: '9988776655' },
    }),
    async paid(lines, over) {
      const one = await session(lines, over)
      const { attempt, status, text } = await confirm(one)
      if (attempt.status !== 'complete') throw new Error(`the attempt ended ${status}: ${text}`)
      const order = await get<Order>(`/v1/orders/${one.order}`)
      return { session: one, order, escrows: order.escrows,
        payment: await get<Payment>(`/v1/payments/${attempt.payment}`) }
    },
    advance: async (ms) => void (await made('/v1/test/clock/advance', { byMs: ms })),
    books: () => get('/v1/ledger/trial-balance'),
  }
}
