import { delay, http, HttpResponse, type HttpHandler } from 'msw'
import { setupWorker, type SetupWorker } from 'msw/browser'
import type { AddressFormat, Attempt, CheckoutView, ErrorCode } from '@holdfast/contract/types'
import { checkoutView, walletEnded } from './views.ts'

export const apiUrl = 'https://api.holdfast.test'
export const clientSecret = 'cs_01_secret_mkt_abc'

/** What the next confirm calls meet, one after another: an attempt, a refusal, a cut wire, or no answer. */
export type ConfirmAnswer = Attempt | { refused: ErrorCode, status: number } | 'cut' | 'silence'

export interface ConfirmCall {
  readonly key: string | null
  readonly body: { method: string, token: string, revision: number, flow?: string, device?: string, save?: object }
}

/** What the stream of events meets: it is there, it is refused, or it opens and never says a word. */
export type StreamMeets = 'served' | 'refused' | 'mute'

/** The calls of a page, on a view that a test changes as it likes. A complete attempt completes the session. */
export class StubApi {
  view: CheckoutView = checkoutView()
  answers: ConfirmAnswer[] = []
  readonly confirms: ConfirmCall[] = []
  reads = 0
  tickets = 0
  /** The saved cards that tickets were for; undefined: a new one. */
  readonly ticketsFor: (string | undefined)[] = []
  /** The saved cards that tokens were asked for without a code, and those that were removed. */
  readonly savedTokens: string[] = []
  readonly removed: string[] = []
  /** What the next removals meet. */
  removalsMeet: ({ refused: ErrorCode, status: number } | 'cut')[] = []
  /** While set, reads meet this. */
  readsMeet: { refused: ErrorCode, status: number } | 'cut' | 'silence' | undefined
  ticketsMeet: { refused: ErrorCode, status: number } | undefined
  readonly authorizations: Set<string | null> = new Set()
  streamsMeet: StreamMeets = 'refused'
  /** Streams that were opened, whatever became of them. */
  streams = 0
  checks = 0
  /** How far the server's clock is ahead of the buyer's. */
  aheadMs = 0
  /** What a check finds; nothing new by default. */
  checkFinds: (() => Partial<CheckoutView>) | undefined
  cancels = 0
  /** What a method asked for beside paying, and what the next such calls meet. */
  readonly asked: { readonly name: string, readonly body: Record<string, unknown> }[] = []
  answersTo: Record<string, (object | { refused: ErrorCode, status: number })[]> = {}
  /** What the next calls to give up an attempt meet: the end that they find, or a refusal. */
  cancelsMeet: (Partial<CheckoutView> | { refused: ErrorCode, status: number } | 'cut')[] = []
  /** What was said of the order, as it came in; and what the next of it meets. */
  readonly details: Record<string, unknown>[] = []
  detailsMeet: { field: string, reason: string, example?: string }[] | 'cut' | undefined
  formats: Readonly<Record<string, AddressFormat>> = {}
  readonly #listeners: Set<ReadableStreamDefaultController<Uint8Array>> = new Set()

  readonly handlers: readonly HttpHandler[] = [
    http.get(`${apiUrl}/v1/checkout`, async ({ request }) => {
      this.reads++
      this.authorizations.add(request.headers.get('Authorization'))
      if (this.readsMeet) return met(this.readsMeet)
      const now = new Date(performance.timeOrigin + performance.now() + this.aheadMs)
      return HttpResponse.json(this.view, { headers: { Date: now.toUTCString(), 'Access-Control-Expose-Headers': 'Date' } })
    }),
    http.post(`${apiUrl}/v1/checkout/frame-ticket`, async ({ request }) => {
      if (this.ticketsMeet) return met(this.ticketsMeet)
      this.ticketsFor.push((await request.json() as { savedCard?: string }).savedCard)
      const ticket = `tick_${this.view.revision}_${++this.tickets}`
      const expiresAt = '2026-11-22T09:31:00.000Z'
      return HttpResponse.json({ object: 'frame_ticket', ticket, frameUrl: '', expiresAt }, { status: 201 })
    }),
    http.post(`${apiUrl}/v1/checkout/details`, async ({ request }) => {
      this.details.push(await request.json() as Record<string, unknown>)
      if (this.detailsMeet === 'cut') return HttpResponse.error()
      if (!this.detailsMeet) return HttpResponse.json(this.view)
      const errors = this.detailsMeet.map((error) => ({ ...error, detail: '' }))
      return HttpResponse.json({ code: 'validation_failed', status: 400, detail: '', errors }, { status: 400 })
    }),
    http.get(`${apiUrl}/v1/checkout/address-format`, ({ request }) => {
      const format = this.formats[new URL(request.url).searchParams.get('country') as string]
      return format ? HttpResponse.json(format) : met({ refused: 'not_found', status: 404 })
    }),
    http.post(`${apiUrl}/v1/checkout/saved-card-token`, async ({ request }) => {
      const { savedCard } = await request.json() as { savedCard: string }
      if (!this.view.savedCards?.cards.some(({ id }) => id === savedCard)) return met({ refused: 'not_found', status: 404 })
      this.savedTokens.push(savedCard)
      return HttpResponse.json({ object: 'saved_card_token', token: `tok_of_${savedCard}`, expiresAt: '2026-11-22T09:31:00.000Z' }, { status: 201 })
    }),
    http.post(`${apiUrl}/v1/checkout/remove-saved-card`, async ({ request }) => {
      const meets = this.removalsMeet.shift()
      if (meets) return met(meets)
      const { savedCard } = await request.json() as { savedCard: string }
      this.removed.push(savedCard)
      this.forget(savedCard)
      return HttpResponse.json(this.view)
    }),
    http.post(`${apiUrl}/v1/checkout/confirm`, async ({ request }) => {
      this.confirms.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() as ConfirmCall['body'] })
      const answer = this.answers.shift() ?? 'silence'
      if (typeof answer === 'string' || 'refused' in answer) return met(answer)
      this.#record(answer)
      return HttpResponse.json(answer)
    }),
    http.post(`${apiUrl}/v1/checkout/check`, () => {
      this.checks++
      this.view = { ...this.view, ...this.checkFinds?.() }
      return HttpResponse.json(this.view)
    }),
    http.post(`${apiUrl}/v1/checkout/cancel-attempt`, () => {
      this.cancels++
      const answer = this.cancelsMeet.shift() ?? this.#canceled()
      if (answer === 'cut' || 'refused' in answer) return met(answer)
      this.tell(answer)
      return HttpResponse.json(this.view)
    }),
    ...['wallet-session', 'wallet-card', 'anything'].map((name) => http.post(`${apiUrl}/v1/checkout/${name}`, async ({ request }) => {
      this.asked.push({ name, body: await request.json() as Record<string, unknown> })
      const answer = this.answersTo[name]?.shift() ?? {}
      return 'refused' in answer ? met(answer as { refused: ErrorCode, status: number }) : HttpResponse.json(answer, { status: 201 })
    })),
    http.get(`${apiUrl}/v1/checkout/events`, ({ request }) => {
      this.streams++
      this.authorizations.add(request.headers.get('Authorization'))
      if (this.streamsMeet === 'refused') return met({ refused: 'unavailable', status: 503 })
      return new HttpResponse(this.#stream(), { headers: { 'Content-Type': 'text/event-stream' } })
    }),
  ]

  /** Takes a saved card out of the view. */
  forget(savedCard: string): void {
    const { savedCards } = this.view
    if (savedCards) this.view = { ...this.view, savedCards: { ...savedCards, cards: savedCards.cards.filter(({ id }) => id !== savedCard) } }
  }

  /** Changes the view, and says so to every stream that is open. */
  tell(changes: Partial<CheckoutView>): void {
    this.view = { ...this.view, ...changes }
    for (const listener of this.#listeners) listener.enqueue(eventOf(this.view))
  }

  /** Says something to every stream as it stands. */
  say(text: string): void {
    for (const listener of this.#listeners) listener.enqueue(new TextEncoder().encode(text))
  }

  hangUp(): void {
    for (const listener of this.#listeners) listener.close()
    this.#listeners.clear()
  }

  #stream(): ReadableStream<Uint8Array> {
    let own: ReadableStreamDefaultController<Uint8Array>
    return new ReadableStream({
      start: (listener) => {
        own = listener
        if (this.streamsMeet === 'mute') return
        this.#listeners.add(listener)
        listener.enqueue(eventOf(this.view))
      },
      cancel: () => { this.#listeners.delete(own) },
    })
  }

  #canceled(): Partial<CheckoutView> {
    const { attempt } = this.view
    return { status: 'open', attempt: attempt && walletEnded('attempt_canceled', attempt.payment) }
  }

  #record(attempt: Attempt): void {
    const status = { complete: 'complete', failed: 'open', pending: 'processing' } as const
    this.view = { ...this.view, status: status[attempt.status], attempt }
  }
}

async function met(what: { refused: ErrorCode, status: number } | 'cut' | 'silence'): Promise<Response> {
  if (what === 'silence') await delay('infinite')
  if (typeof what === 'string') return HttpResponse.error()
  return HttpResponse.json({ code: what.refused, status: what.status, detail: '' }, { status: what.status })
}

const eventOf = (view: CheckoutView): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`event: checkout\ndata: ${JSON.stringify(view)}\n\n`)

let worker: SetupWorker | undefined

async function forgetWorkers(): Promise<void> {
  const found = await navigator.serviceWorker.getRegistrations()
  await Promise.all(found.map((registration) => registration.unregister()))
}

/** Starts the worker once a page, and gives it a new API. */
export async function startApi(): Promise<StubApi> {
  if (!worker) {
    // the page before left its worker, which msw would reload the page for
    if (!navigator.serviceWorker.controller) await forgetWorkers()
    worker = setupWorker()
    await worker.start({ quiet: true, onUnhandledFrame: 'bypass' })
  }
  const api = new StubApi()
  worker.resetHandlers(...api.handlers)
  return api
}
