import { randomUUID } from 'node:crypto'
import type { TestBackend } from './backend.ts'

/** An answer of the API, parsed. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** The exact bytes. */
  readonly text: string
  readonly body: Record<string, unknown>
}

export interface ApiCall {
  readonly body?: unknown
  /** Instead of the marketplace's secret key; null: none. */
  readonly key?: string | null
  readonly idempotencyKey?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls the API as a merchant's server does; a new Idempotency-Key each time unless the call names one. */
export async function call(backend: Pick<TestBackend, 'url' | 'marketplace'>, method: string, path: string, options: ApiCall = {}): Promise<ApiAnswer> {
  const key = options.key === undefined ? backend.marketplace.secretKey : options.key
  const idempotencyKey = options.idempotencyKey === undefined && method !== 'GET' ? randomUUID() : options.idempotencyKey
  const raw = typeof options.body === 'string' || options.body instanceof Uint8Array
  const answer = await fetch(`${backend.url}${path}`, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: raw ? (options.body as string) : JSON.stringify(options.body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

/** A card as a buyer types it. */
export interface TypedCard {
  readonly number: string
  readonly expMonth?: number
  readonly expYear?: number
  readonly securityCode?: string
  readonly name?: string
}

/**
 * Gets a card token as the frame would: a ticket for the session from the backend, a frame session from the vault
 * for that ticket, and the token for the card; of a saved one, for its security code alone.
 */
export async function cardToken(backend: Pick<TestBackend, 'url' | 'vaultInternalUrl'>, { clientSecret, origin, card, savedCard }: { clientSecret: string; origin: string; card: TypedCard | { readonly securityCode: string }; savedCard?: string }): Promise<string> {
  const ticket = await post(`${backend.url}/v1/checkout/frame-ticket`, { bearer: clientSecret, origin, body: savedCard === undefined ? {} : { savedCard } })
  const vault = backend.vaultInternalUrl
  const own = new URL(ticket['frameUrl'] as string).origin
  const session = await post(`${vault}/v1/frame-sessions`, { origin: own, body: { ticket: ticket['ticket'], origin } })
  const token = await post(`${vault}/v1/tokens`, {
    bearer: session['frameSession'] as string, origin: own,
    body: savedCard === undefined ? { expMonth: 12, expYear: 2035, securityCode: '123', name: 'Test Buyer', ...card } : card,
  })
  return token['token'] as string
}

async function post(url: string, { bearer, origin, body }: { bearer?: string; origin?: string; body: object }): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(origin && { origin, 'sec-fetch-site': 'same-origin' }),
    },
    body: JSON.stringify(body),
  })
  const answered = (await answer.json()) as Record<string, unknown>
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${JSON.stringify(answered)}`)
  return answered
}
