import { delay, http, HttpResponse, type HttpHandler } from 'msw'
import { setupWorker, type SetupWorker } from 'msw/browser'
import type { Attempt, CheckoutView, ErrorCode } from '@holdfast/contract/types'
import { checkoutView } from './views.ts'

export const apiUrl = 'https://api.holdfast.test'
export const clientSecret = 'cs_01_secret_mkt_abc'

/** What the next confirm calls meet, one after another: an attempt, a refusal, a cut wire, or no answer. */
export type ConfirmAnswer = Attempt | { refused: ErrorCode, status: number } | 'cut' | 'silence'

export interface ConfirmCall {
  readonly key: string | null
  readonly body: { method: string, token: string, revision: number }
}

/** The three calls of a page, on a view that a test changes as it likes. A complete attempt completes the session. */
export class StubApi {
  view: CheckoutView = checkoutView()
  answers: ConfirmAnswer[] = []
  readonly confirms: ConfirmCall[] = []
  reads = 0
  tickets = 0
  /** While set, reads meet this. */
  readsMeet: { refused: ErrorCode, status: number } | 'cut' | 'silence' | undefined
  ticketsMeet: { refused: ErrorCode, status: number } | undefined
  readonly authorizations: Set<string | null> = new Set()

  readonly handlers: readonly HttpHandler[] = [
    http.get(`${apiUrl}/v1/checkout`, async ({ request }) => {
      this.reads++
      this.authorizations.add(request.headers.get('Authorization'))
      return this.readsMeet ? await met(this.readsMeet) : HttpResponse.json(this.view)
    }),
    http.post(`${apiUrl}/v1/checkout/frame-ticket`, async () => {
      if (this.ticketsMeet) return met(this.ticketsMeet)
      const ticket = `tick_${this.view.revision}_${++this.tickets}`
      const expiresAt = '2026-11-22T09:31:00.000Z'
      return HttpResponse.json({ object: 'frame_ticket', ticket, frameUrl: '', expiresAt }, { status: 201 })
    }),
    http.post(`${apiUrl}/v1/checkout/confirm`, async ({ request }) => {
      this.confirms.push({ key: request.headers.get('Idempotency-Key'), body: await request.json() as ConfirmCall['body'] })
      const answer = this.answers.shift() ?? 'silence'
      if (typeof answer === 'string' || 'refused' in answer) return met(answer)
      this.#record(answer)
      return HttpResponse.json(answer)
    }),
  ]

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

let worker: SetupWorker | undefined

/** Starts the worker once a page, and gives it a new API. */
export async function startApi(): Promise<StubApi> {
  if (!worker) {
    worker = setupWorker()
    await worker.start({ quiet: true, onUnhandledFrame: 'bypass' })
  }
  const api = new StubApi()
  worker.resetHandlers(...api.handlers)
  return api
}
