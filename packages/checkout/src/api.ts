import type { Attempt, CheckoutView, Confirm, ErrorCode, FrameTicket, Problem } from '@holdfast/contract/types'
import { ServerClock } from './clock.ts'
import { pause, type Timing } from './timing.ts'

/** The version of the API that this component was written against. */
export const apiVersion = '2026-11-22'
export const eventsPath = '/v1/checkout/events'

/**
 * Why there is no answer to use. A problem document gives its own code; `network`, `timeout` and `unreadable`
 * say nothing about what the server did.
 */
export interface ApiFailure {
  readonly failed: ErrorCode | 'network' | 'timeout' | 'unreadable'
  readonly retryAfterMs: number | undefined
  /** Every field that was refused. */
  readonly errors?: Problem['errors']
}

export type Answer<T> = T | ApiFailure

export interface Call<T> {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly key?: string
  readonly timeoutMs: number
  readonly is: (value: unknown) => value is T
}

export interface Patience {
  readonly deadlineMs: number
  readonly tries: number
  /** A refusal that passes as well, for this call. */
  readonly also?: ApiFailure['failed']
}

/** Failures that another try may cure. With the same idempotency key it can do no harm. */
const passing: readonly string[] = [
  'network', 'timeout', 'unreadable', 'internal', 'unavailable', 'rail_unavailable', 'rate_limited',
  'idempotency_in_progress',
] satisfies ApiFailure['failed'][]

/** Whether the failure leaves open what the server did with the call. */
export function isOpenEnded({ failed }: ApiFailure): boolean {
  return passing.includes(failed) && failed !== 'rate_limited'
}

export function isFailure(answer: object): answer is ApiFailure {
  return 'failed' in answer
}

/** Calls of a page, each with its one secret as bearer. */
export class Caller {
  readonly clock: ServerClock = new ServerClock()
  readonly #base: string
  readonly #secret: string
  protected readonly timing: Timing

  /**
   * @param options.baseUrl - the API's origin, with or without a path; what is none fails as an API that isn't there
   */
  constructor({ baseUrl, clientSecret, timing }: { baseUrl: string, clientSecret: string, timing: Timing }) {
    const url = new URL(baseUrl, location.href)
    this.#base = url.origin + url.pathname.replace(/\/$/, '')
    this.#secret = clientSecret
    this.timing = timing
  }

  /** Makes a call, again and again while another try may cure it: with a key, all of them are one. */
  async retried<T extends object>(call: Call<T>, { deadlineMs, tries, also }: Patience): Promise<Answer<T>> {
    const end = performance.now() + deadlineMs
    let open: ApiFailure | undefined
    for (let tried = 1; ; tried++) {
      const answer = await this.once({ ...call, timeoutMs: Math.min(call.timeoutMs, end - performance.now()) })
      if (!isFailure(answer) || !(passing.includes(answer.failed) || answer.failed === also)) return answer
      // a later `rate_limited` says nothing about an earlier try that may have arrived
      if (isOpenEnded(answer)) open = answer
      const waitMs = Math.max(this.#backoffMs(tried), answer.retryAfterMs ?? 0)
      if (tried >= tries || performance.now() + waitMs >= end) return open ?? answer
      await pause(waitMs)
    }
  }

  #backoffMs(tried: number): number {
    return Math.min(this.timing.retryMs * 2 ** (tried - 1), 5000) * (0.5 + Math.random() / 2)
  }

  protected async once<T>({ method, path, body, key, timeoutMs, is }: Call<T>): Promise<Answer<T>> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    try {
      const response = await this.fetch(path, {
        method,
        headers: this.headers(key, body),
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: late.signal,
      })
      this.clock.hear(response.headers.get('Date'))
      return read(response, await response.text(), is)
    } catch {
      return { failed: late.signal.aborted ? 'timeout' : 'network', retryAfterMs: undefined }
    } finally {
      clearTimeout(timer)
    }
  }

  protected fetch(path: string, call: RequestInit): Promise<Response> {
    return fetch(this.#base + path, {
      ...call, cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'origin',
    })
  }

  protected headers(key?: string, body?: unknown): Record<string, string> {
    return {
      Authorization: `Bearer ${this.#secret}`,
      'Holdfast-Version': apiVersion,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key && { 'Idempotency-Key': key }),
    }
  }
}

/**
 * The calls of a page, each with the session's client secret. All but the stream are retried; a payment under its
 * one key.
 */
export class Api extends Caller {
  view(): Promise<Answer<CheckoutView>> {
    const { readTimeoutMs } = this.timing
    return this.retried(
      { method: 'GET', path: '/v1/checkout', timeoutMs: readTimeoutMs, is: isCheckoutView },
      { deadlineMs: readTimeoutMs * 3, tries: 4 },
    )
  }

  ticket(savedCard?: string): Promise<Answer<FrameTicket>> {
    return this.ask('frame-ticket', { savedCard }, isFrameTicket)
  }

  /** A call that pays nothing and does no harm when it arrives twice: a read, or with a body what it says, once more. */
  ask<T extends object = Bag>(
    name: string, body?: object, is: (value: unknown) => value is T = isBag as never,
  ): Promise<Answer<T>> {
    const { readTimeoutMs } = this.timing
    return this.retried(
      { method: body ? 'POST' : 'GET', path: `/v1/checkout/${name}`, body, timeoutMs: readTimeoutMs, is },
      { deadlineMs: readTimeoutMs * 2, tries: 3 },
    )
  }

  /** Pays. Every try carries the same key, so that all of them together are one attempt. */
  confirm(body: Confirm): Promise<Answer<Attempt>> {
    const { confirmTimeoutMs, confirmDeadlineMs } = this.timing
    const path = '/v1/checkout/confirm'
    return this.retried(
      { method: 'POST', path, body, key: newKey(), timeoutMs: confirmTimeoutMs, is: isAttempt },
      { deadlineMs: confirmDeadlineMs, tries: 12 },
    )
  }

  /** Has the rail asked, now, what became of the attempt under way. Once: a read later tells it as well. */
  check(): Promise<Answer<CheckoutView>> {
    return this.once({
      method: 'POST', path: '/v1/checkout/check', body: {}, timeoutMs: this.timing.readTimeoutMs, is: isCheckoutView,
    })
  }

  /** Closes an attempt that waits for the buyer, so that another can be made. */
  cancelAttempt(): Promise<Answer<CheckoutView>> {
    const { confirmTimeoutMs } = this.timing
    const path = '/v1/checkout/cancel-attempt'
    return this.retried(
      { method: 'POST', path, body: {}, timeoutMs: confirmTimeoutMs, is: isCheckoutView },
      { deadlineMs: confirmTimeoutMs * 2, tries: 3, also: 'attempt_in_progress' },
    )
  }

  /**
   * Hears the session's truth as it changes, by server-sent events. It is fetch and no EventSource, because the
   * client secret belongs in a header and in no URL.
   *
   * @returns whether anything was heard before the stream ended, fell silent, or `stopped`
   */
  async listen(heard: (view: CheckoutView) => void, stopped: AbortSignal): Promise<boolean> {
    const stop = new AbortController()
    const { signal } = stop
    const end = (): void => stop.abort()
    stopped.addEventListener('abort', end, { signal })
    let timer = setTimeout(end, this.timing.readTimeoutMs)
    let any = false
    try {
      const { ok, body } = await this.fetch(eventsPath, { headers: this.headers(), signal })
      if (!ok || !body) return false
      for await (const data of eventsOf(body)) {
        clearTimeout(timer)
        timer = setTimeout(end, this.timing.streamQuietMs)
        if (signal.aborted) break
        if (!isCheckoutView(data)) continue
        any = true
        heard(data)
      }
    } catch {
      // a stream that breaks is one that ended
    } finally {
      clearTimeout(timer)
      end()
    }
    return any
  }
}

function read<T>(response: Response, text: string, is: (value: unknown) => value is T): Answer<T> {
  const seconds = Number(response.headers.get('Retry-After'))
  const failure = (failed: ApiFailure['failed']): ApiFailure =>
    ({ failed, retryAfterMs: seconds > 0 ? seconds * 1000 : undefined })
  const value = parsed(text)
  if (response.ok) return is(value) ? value : failure('unreadable')
  if (isBag(value) && typeof value['code'] === 'string') {
    return { ...failure(value['code'] as ErrorCode), errors: value['errors'] as Problem['errors'] }
  }
  return failure(response.status >= 500 ? 'unavailable' : 'unreadable')
}

/** The data of each event of a stream; undefined for a comment, which says that the stream lives. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const blocks = (text + value).split(/\r?\n\r?\n/)
    text = blocks.pop() as string
    for (const block of blocks) yield parsed(block.replaceAll(/^(?!data:).*$|^data: ?/gm, ''))
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/* The answers come from our own API; what is looked at is what the page draws from, so that a proxy's error page
   or a newer API's answer ends in a clear error and not in a half-drawn checkout. */

type Bag = Record<string, unknown>
const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value)
const isAmount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isCurrency = (value: unknown): boolean => typeof value === 'string' && /^[A-Z]{3}$/.test(value)
const isText = (value: unknown): value is string => typeof value === 'string'

function isShare(value: unknown): boolean {
  return isBag(value) && isText(value['sellerName']) && isAmount(value['amount']) && isAmount(value['platformFee'])
    && isBag(value['releaseTerms'])
}

function isMethod(value: unknown): boolean {
  return isBag(value) && isText(value['type']) && (value['type'] !== 'card' || isHttpUrl(value['frameUrl']))
}

export function isCheckoutView(value: unknown): value is CheckoutView {
  return isBag(value) && value['object'] === 'checkout' && isText(value['status']) && isCurrency(value['currency'])
    && isAmount(value['amount']) && isAmount(value['revision'])
    && isAmount(value['exponent']) && (value['exponent'] as number) <= 4
    && Array.isArray(value['shares']) && value['shares'].every(isShare)
    && Array.isArray(value['methods']) && value['methods'].every(isMethod)
    && (value['attempt'] === null || isAttempt(value['attempt']))
}

function isFrameTicket(value: unknown): value is FrameTicket {
  return isBag(value) && isText(value['ticket'])
}

function isAttempt(value: unknown): value is Attempt {
  return isBag(value) && isText(value['payment']) && isText(value['status'])
    && ['complete', 'failed', 'pending'].includes(value['status'])
}

/** Whether a link may be followed: a session's return URL must not run a script. */
export function isHttpUrl(value: unknown): value is string {
  try {
    return isText(value) && /^https?:$/.test(new URL(value).protocol)
  } catch {
    return false
  }
}
