import { randomUUID } from 'node:crypto'
import type { Attempt, CheckoutView, FrameTicket, Problem } from '@holdfast/contract/types'

/** A card as a buyer types it. */
export interface TypedCard {
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  readonly securityCode: string
  readonly name: string
}

/** Published test numbers, and what the simulated issuer says to them. */
export const cards = {
  approved: typed('4112344112344113'),
  declined: typed('4000000000000002'),
} as const satisfies Record<string, TypedCard>

function typed(number: string): TypedCard {
  return { number, expMonth: 5, expYear: 2031, securityCode: '734', name: 'Ann Buyer' }
}

export interface BuyerOptions {
  readonly apiUrl: string
  /** The origin of the merchant's page, as the marketplace has registered it. */
  readonly origin: string
}

/** What came of a page's call: the answer, or the refusal. */
export interface PageAnswer<T> {
  readonly status: number
  readonly body: T
}

/** What a buyer's browser does, call by call: the page's calls to the API, the frame's calls to the vault. */
export class Buyer {
  readonly #apiUrl: string
  readonly #origin: string

  constructor({ apiUrl, origin }: BuyerOptions) {
    this.#apiUrl = apiUrl
    this.#origin = origin
  }

  /** Opens the page, types the card, and confirms: as one who pays and does nothing else. */
  async pay(clientSecret: string, card: TypedCard = cards.approved): Promise<Attempt> {
    const { body: { revision } } = await this.view(clientSecret)
    const token = await this.tokenize(clientSecret, card)
    const { status, body } = await this.confirm(clientSecret, { method: 'card', token, revision })
    if (status >= 300) throw new Error(`the attempt was refused: ${JSON.stringify(body)}`)
    return body
  }

  view(clientSecret: string): Promise<PageAnswer<CheckoutView>> {
    return this.#page(clientSecret, { method: 'GET', path: '/v1/checkout' })
  }

  /** Trades a ticket for a frame session and the card for a token, on the vault's own origin. */
  async tokenize(clientSecret: string, card: TypedCard): Promise<string> {
    const { body: { ticket, frameUrl } } = await this.#page<FrameTicket>(clientSecret, { method: 'POST', path: '/v1/checkout/frame-ticket', body: {} })
    const { frameSession } = await frameCall<{ frameSession: string }>(frameUrl, { path: '/v1/frame-sessions', body: { ticket, origin: this.#origin } })
    const { token } = await frameCall<{ token: string }>(frameUrl, { path: '/v1/tokens', body: card, bearer: frameSession })
    return token
  }

  confirm(clientSecret: string, body: object, idempotencyKey: string = randomUUID()): Promise<PageAnswer<Attempt>> {
    return this.#page(clientSecret, { method: 'POST', path: '/v1/checkout/confirm', body, idempotencyKey })
  }

  #page<T>(clientSecret: string, call: Omit<RawCall, 'bearer' | 'origin'>): Promise<PageAnswer<T>> {
    return send<T>(this.#apiUrl, { ...call, bearer: clientSecret, origin: this.#origin })
  }
}

/** A call as bytes: what no SDK would send. */
export interface RawCall {
  readonly method: string
  readonly path: string
  /** A text is sent as it is. */
  readonly body?: string | object | undefined
  readonly bearer?: string | undefined
  readonly origin?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a call as it is and reads the answer. */
export async function send<T = Problem>(apiUrl: string, { method, path, body, bearer, origin, idempotencyKey, headers }: RawCall): Promise<PageAnswer<T> & { headers: Headers }> {
  const answer = await fetch(apiUrl + path, {
    method, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(origin !== undefined && { origin }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...headers,
    },
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T }
}

/** As the frame's own script calls: from the vault's origin. Its name resolves in browsers alone, so go by address. */
async function frameCall<T>(frameUrl: string, { path, body, bearer }: { path: string; body: object; bearer?: string }): Promise<T> {
  const { origin, port, protocol } = new URL(frameUrl)
  const address = frameUrl.includes('.localhost') ? `${protocol}//127.0.0.1:${port}` : origin
  const { status, body: answer } = await send<T>(address, { method: 'POST', path, body, bearer, origin, headers: { 'sec-fetch-site': 'same-origin' } })
  if (status !== 201) throw new Error(`the vault refused ${path}: ${JSON.stringify(answer)}`)
  return answer
}
