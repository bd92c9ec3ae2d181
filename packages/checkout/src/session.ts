import type { Attempt, CheckoutView, Confirm } from '@holdfast/contract/types'
import { isFailure, isOpenEnded, type Api, type ApiFailure } from './api.ts'
import { fault, faultOf, type ErrorCode, type Fault } from './errors.ts'
import type { Phase } from './events.ts'
import { pause, within, type Timing } from './timing.ts'

/** How an attempt ended, before it is put into words. */
export type Ended =
  | { readonly status: 'complete', readonly attempt: Attempt }
  | { readonly status: 'failed', readonly fault: Fault, readonly payment: string | null }
  | { readonly status: 'pending', readonly payment: string | null }

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

export type Prepared = { body: Without<Confirm, 'revision'> } | { fault: Fault }

/** What a method brings to a payment, or why it can't. `renew`: what it brought before is no longer taken. */
export type Prepare = (options: { renew: boolean }) => Promise<Prepared>

interface Try {
  /** Of the amount on the button when it was pressed. */
  readonly revision: number
  /** Card data that is lost on the way may be asked for once more. */
  readonly spare: boolean
}

const failed = (code: ErrorCode): Ended => ({ status: 'failed', fault: fault(code), payment: null })

/** Refusals that the buyer can do something about, by the API's code; all others are ours. */
const refusals: Readonly<Partial<Record<ApiFailure['failed'], ErrorCode>>> = {
  rate_limited: 'try_again_later',
  token_refused: 'card_data_lost',
  session_revision_stale: 'amount_changed',
  client_secret_invalid: 'session_unknown',
  key_missing: 'session_unknown',
  not_found: 'session_unknown',
  origin_not_allowed: 'origin_not_allowed',
  network: 'network',
  timeout: 'network',
}

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
  #polling: Promise<void> | undefined
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

  /** Stops asking. What was sent stays sent. */
  close(): void {
    this.#closed = true
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
  async refresh(): Promise<ApiFailure | undefined> {
    const asked = ++this.#asked
    const answer = await this.api.view()
    if (isFailure(answer)) return answer
    if (asked < this.#known || this.#closed) return undefined
    const first = !this.view
    this.#learn(answer)
    if (first && answer.status !== 'open') this.ended = endOf(answer)
    if (answer.status === 'processing' && this.#busy !== 'paying') void this.#poll(undefined)
    this.#changed()
    return undefined
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

  /** Waits until the payment under way has ended, within bounds. */
  async settled(): Promise<Ended | undefined> {
    if (this.#polling) await within(this.#timing.resumeMs, this.#polling)
    return this.ended
  }

  async #attempt(prepare: Prepare, { revision, spare }: Try): Promise<Ended> {
    const prepared = await prepare({ renew: !spare })
    if ('fault' in prepared) return { status: 'failed', fault: prepared.fault, payment: null }
    const answer = await this.api.confirm({ ...prepared.body, revision })
    // card data that was lost was never sent to a bank: the frame still has it, and the buyer need not know
    const lost = isFailure(answer) ? answer.failed === 'token_refused' : answer.error?.code === 'card_data_lost'
    if (lost && spare) return this.#attempt(prepare, { revision, spare: false })
    return isFailure(answer) ? this.#unanswered(answer) : endOfAttempt(answer)
  }

  async #unanswered(failure: ApiFailure): Promise<Ended> {
    const { failed: code } = failure
    if (isOpenEnded(failure) || code === 'attempt_in_progress') return { status: 'pending', payment: null }
    if (code === 'session_revision_stale' || code === 'session_not_open') await this.refresh()
    if (code !== 'session_not_open') return { status: 'failed', fault: refusal(failure), payment: null }
    const { view } = this
    // it was refused because it isn't open: a view that still says so was read too early
    return view && view.status !== 'open' && endOf(view) || { status: 'pending', payment: null }
  }

  #end(ended: Ended, before: string | undefined): void {
    this.ended = ended
    this.#busy = undefined
    this.#known = ++this.#asked
    if (ended.status === 'failed') this.fault = ended.fault
    if (ended.status === 'complete') this.#learnEnd('complete', ended.attempt)
    if (ended.status === 'pending') {
      this.#busy = 'awaiting'
      void this.#poll(before)
    }
    this.#changed()
  }

  #learnEnd(status: CheckoutView['status'], attempt: Attempt): void {
    if (this.view) this.view = { ...this.view, status, attempt }
  }

  #learn(view: CheckoutView): void {
    this.view = view
    this.#known = this.#asked
  }

  #poll(before: string | undefined): Promise<void> {
    this.#polling ??= this.#pollUntilEnded(before).finally(() => { this.#polling = undefined })
    return this.#polling
  }

  async #pollUntilEnded(before: string | undefined): Promise<void> {
    const lostAt = performance.now() + this.#timing.lostAfterMs
    const { pollMs, pollMaxMs } = this.#timing
    for (let waitMs = pollMs; !this.#closed; waitMs = Math.min(waitMs * 1.5, pollMaxMs)) {
      await pause(waitMs)
      const view = await this.api.view()
      if (isFailure(view) || this.#closed) continue
      const traceless = view.status === 'open' && view.attempt?.payment === before
      if (traceless && performance.now() < lostAt) continue
      this.#learn(view)
      if (view.status === 'processing' || view.attempt?.status === 'pending') continue
      return this.#endPolling(traceless ? failed('not_received') : endOf(view))
    }
  }

  #endPolling(ended: Ended | undefined): void {
    this.#busy = undefined
    this.ended = ended ?? failed('try_again_later')
    this.fault = this.ended.status === 'failed' ? this.ended.fault : undefined
    this.#changed()
  }
}

function endOfAttempt(attempt: Attempt): Ended {
  const { status, payment } = attempt
  if (status === 'complete') return { status, attempt }
  return status === 'failed' ? { status, payment, fault: faultOf(attempt) } : { status, payment }
}

/** What a session's view says of its attempt; undefined while an open session has had none. */
function endOf({ status, attempt }: CheckoutView): Ended | undefined {
  if (status === 'expired') return failed('session_expired')
  if (status === 'canceled') return failed('session_canceled')
  return attempt ? endOfAttempt(attempt) : undefined
}
