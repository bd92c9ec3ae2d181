import type { Attempt, CheckoutView, Confirm } from '@holdfast/contract/types'
import { isFailure, isOpenEnded, type Answer, type Api, type ApiFailure } from './api.ts'
import { fault, faultOf, type ErrorCode, type Fault } from './errors.ts'
import type { Phase } from './events.ts'
import { pause, within, type Timing } from './timing.ts'

/** How an attempt ended, before it is put into words. */
export type Ended =
  | { readonly status: 'complete', readonly attempt: Attempt }
  | { readonly status: 'failed', readonly fault: Fault, readonly payment: string | null }
  | { readonly status: 'pending', readonly payment: string | null, readonly attempt: Attempt | null }
  /** The buyer thought better of it before anything was sent. */
  | { readonly status: 'canceled', readonly payment: null }

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

export type Prepared = { body: Without<Confirm, 'revision'> } | { fault: Fault } | { canceled: true }

/** What a method brings to a payment, why it can't, or that the buyer doesn't want to. `renew`: what it brought before is no longer taken. */
export type Prepare = (options: { renew: boolean }) => Promise<Prepared>

interface Try {
  /** Of the amount on the button when it was pressed. */
  readonly revision: number
  /** Card data that is lost on the way may be asked for once more. */
  readonly spare: boolean
}

/** The watch over an attempt that is under way. */
interface Following {
  /** Of an attempt whose answer was lost: the newest payment before it, and how long it may leave no trace. */
  readonly lost: { readonly before: string | undefined, readonly until: number } | undefined
  readonly stop: AbortController
  readonly ended: Promise<void>
  readonly end: () => void
}

const failed = (code: ErrorCode): Ended => ({ status: 'failed', fault: fault(code), payment: null })
const unheard: Ended = { status: 'pending', payment: null, attempt: null }

/** Refusals that the buyer can do something about, by the API's code; all others are ours. */
const refusals: Readonly<Partial<Record<ApiFailure['failed'], ErrorCode>>> = {
  rate_limited: 'try_again_later',
  token_refused: 'card_data_lost',
  session_revision_stale: 'amount_changed',
  details_missing: 'details_incomplete',
  client_secret_invalid: 'session_unknown',
  key_missing: 'session_unknown',
  not_found: 'session_unknown',
  origin_not_allowed: 'origin_not_allowed',
  attempt_in_progress: 'attempt_in_progress',
  attempts_exhausted: 'session_unknown',
  network: 'network',
  timeout: 'network',
}

/** Refusals of a view that the server has moved on from. */
const outdated: readonly string[] = ['session_revision_stale', 'session_not_open', 'details_missing'] satisfies ApiFailure['failed'][]

export const refusal = ({ failed: code }: ApiFailure): Fault => fault(refusals[code] ?? 'internal')

/**
 * One checkout session as this page knows it: its view, the attempt under way, and the fault to show. It knows
 * nothing of how it is drawn.
 */
export class Session {
  view: CheckoutView | undefined
  /** Without a view: why there is none. With one: what went wrong with the last attempt. */
  fault: Fault | undefined
  /** The newest attempt's end, or undefined before the first. */
  ended: Ended | undefined
  readonly api: Api
  readonly #timing: Timing
  readonly #changed: () => void
  #busy: 'paying' | 'awaiting' | undefined
  #following: Following | undefined
  #callingOff = false
  #closed = false
  /** Counts reads and ends: an answer that was asked for before the newest known fact is dropped. */
  #asked = 0
  #known = 0

  constructor({ api, timing, changed }: { api: Api, timing: Timing, changed: () => void }) {
    this.api = api
    this.#timing = timing
    this.#changed = changed
  }

  get phase(): Phase {
    if (!this.view) return this.fault ? 'unavailable' : 'loading'
    if (this.#busy && this.view.status === 'open') return this.#busy === 'paying' ? 'paying' : 'processing'
    return this.view.status
  }

  /** The attempt under way, where its end depends on what the buyer does outside this page. */
  get waiting(): Attempt | undefined {
    const { status, attempt } = this.view ?? {}
    return status === 'processing' && attempt?.status === 'pending' && (attempt.action || attempt.method !== 'card') ? attempt : undefined
  }

  /** Stops asking. What was sent stays sent. */
  close(): void {
    this.#closed = true
    this.#following?.stop.abort()
  }

  async load(): Promise<void> {
    this.fault = undefined
    this.#changed()
    const failure = await this.refresh()
    if (!failure || this.view) return
    this.fault = refusal(failure)
    this.#changed()
  }

  /** Reads the session again. A failed read changes nothing and is returned. */
  refresh(): Promise<ApiFailure | undefined> {
    return this.#learnFrom(this.api.view())
  }

  /** Has the rail asked, now, what became of the attempt that waits. */
  check(): Promise<ApiFailure | undefined> {
    return this.#learnFrom(this.api.check())
  }

  /** Gives up the attempt that waits, or learns that it has ended otherwise. After a failure it still waits. */
  async cancelAttempt(): Promise<ApiFailure | undefined> {
    this.#callingOff = true
    const failure = await this.#learnFrom(this.api.cancelAttempt())
    this.#callingOff = false
    return failure
  }

  /** One attempt to pay. Never throws: what can't be known is pending. */
  async pay(prepare: Prepare): Promise<Ended> {
    if (!this.view || this.phase !== 'open') return failed('not_ready')
    const { attempt, revision } = this.view
    const before = attempt?.payment
    this.fault = undefined
    this.#busy = 'paying'
    this.#changed()
    const ended = navigator.onLine ? await this.#attempt(prepare, { revision, spare: true }) : failed('offline')
    this.#end(ended, before)
    return ended
  }

  /** Waits until the payment under way has ended, within bounds: for a buyer who has time to act, until it is over. */
  async settled(): Promise<Ended | undefined> {
    const { resumeMs, graceMs } = this.#timing
    const action = this.waiting?.action
    const actMs = action ? this.api.clock.msUntil(action.expiresAt) + graceMs : 0
    if (this.#following) await within(Math.max(resumeMs, actMs), this.#following.ended)
    return this.ended
  }

  async #attempt(prepare: Prepare, { revision, spare }: Try): Promise<Ended> {
    const prepared = await prepare({ renew: !spare })
    if ('fault' in prepared) {
      if (prepared.fault.code === 'amount_changed') await this.refresh()
      return { status: 'failed', fault: prepared.fault, payment: null }
    }
    if ('canceled' in prepared) return { status: 'canceled', payment: null }
    const answer = await this.api.confirm({ ...prepared.body, revision })
    // card data that was lost was never sent to a bank: the frame still has it, and the buyer need not know
    const lost = isFailure(answer) ? answer.failed === 'token_refused' : answer.error?.code === 'card_data_lost'
    if (lost && spare) return this.#attempt(prepare, { revision, spare: false })
    return isFailure(answer) ? this.#unanswered(answer) : endOfAttempt(answer)
  }

  async #unanswered(failure: ApiFailure): Promise<Ended> {
    const { failed: code } = failure
    if (isOpenEnded(failure) || code === 'attempt_in_progress') return unheard
    if (outdated.includes(code)) await this.refresh()
    if (code !== 'session_not_open') return { status: 'failed', fault: refusal(failure), payment: null }
    const { view } = this
    // it was refused because it isn't open: a view that still says so was read too early
    return view && view.status !== 'open' && endOf(view) || unheard
  }

  #end(ended: Ended, before: string | undefined): void {
    this.#known = ++this.#asked
    this.#settle(ended)
    if (ended.status === 'complete') this.#learnEnd('complete', ended.attempt)
    if (ended.status === 'pending') {
      this.#busy = 'awaiting'
      if (ended.attempt) this.#learnEnd('processing', ended.attempt)
      const until = performance.now() + this.#timing.lostAfterMs
      this.#follow(ended.attempt ? undefined : { before, until })
    }
    this.#changed()
  }

  #settle(ended: Ended): void {
    this.#busy = undefined
    if (ended.status !== 'canceled') this.ended = ended
    const calledOff = this.#callingOff && ended.status === 'failed' && ended.fault.code === 'attempt_canceled'
    this.fault = ended.status === 'failed' && !calledOff ? ended.fault : undefined
  }

  #learnEnd(status: CheckoutView['status'], attempt: Attempt): void {
    if (this.view) this.view = { ...this.view, status, attempt }
  }

  async #learnFrom(asking: Promise<Answer<CheckoutView>>): Promise<ApiFailure | undefined> {
    const asked = ++this.#asked
    const answer = await asking
    if (isFailure(answer)) return answer
    this.#hear(answer, asked)
    return undefined
  }

  #hear(view: CheckoutView, asked: number): void {
    if (asked < this.#known || this.#closed) return
    const first = !this.view
    this.view = view
    this.#known = asked
    if (first && view.status !== 'open') this.ended = endOf(view)
    if (this.#busy !== 'paying') this.#weigh(view)
    this.#changed()
  }

  /** Whether a view begins or ends the watch over an attempt. */
  #weigh(view: CheckoutView): void {
    const { status, attempt } = view
    const following = this.#following
    if (!following && status === 'processing') this.#follow(undefined)
    if (!following || status === 'processing' || attempt?.status === 'pending') return
    const { lost } = following
    const traceless = lost && status === 'open' && attempt?.payment === lost.before
    if (traceless && performance.now() < lost.until) return
    this.#following = undefined
    this.#settle(traceless ? failed('not_received') : endOf(view) ?? failed('try_again_later'))
    following.stop.abort()
    following.end()
  }

  #follow(lost: Following['lost']): void {
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => { end = resolve })
    const stop = new AbortController()
    this.#following = { lost, stop, ended, end }
    void this.#ask(stop.signal)
  }

  /** Listens where there is a stream to listen to, and reads where there is none. */
  async #ask(stopped: AbortSignal): Promise<void> {
    const { pollMs, pollMaxMs, readsPerStream } = this.#timing
    let reads = readsPerStream
    for (let waitMs = pollMs; !stopped.aborted; waitMs = Math.min(waitMs * 1.5, pollMaxMs)) {
      if (this.waiting && reads++ >= readsPerStream) {
        const heard = await this.api.listen((view) => this.#hear(view, ++this.#asked), stopped)
        reads = heard ? readsPerStream : 0
        if (heard) waitMs = pollMs
      }
      if (!stopped.aborted) await pause(waitMs, stopped)
      if (!stopped.aborted) await this.refresh()
    }
  }
}

function endOfAttempt(attempt: Attempt): Ended {
  const { status, payment } = attempt
  if (status === 'failed') return { status, payment, fault: faultOf(attempt) }
  return status === 'complete' ? { status, attempt } : { status, payment, attempt }
}

/** What a session's view says of its attempt; undefined while an open session has had none. */
function endOf({ status, attempt }: CheckoutView): Ended | undefined {
  if (status === 'expired') return failed('session_expired')
  if (status === 'canceled') return failed('session_canceled')
  return attempt ? endOfAttempt(attempt) : undefined
}
