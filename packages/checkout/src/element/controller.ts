import type { CSSResult } from 'lit'
import { formatMoney } from '@holdfast/contract/amount'
import type { FrameStyle } from '@holdfast/contract/frame'
import type { CheckoutView } from '@holdfast/contract/types'
import { Api, isHttpUrl, type ApiFailure } from '../api.ts'
import { readList, shelf } from '../chunks.ts'
import { fault, inWords, messageOf, type Fault } from '../errors.ts'
import {
  ChangeEvent, LoadErrorEvent, outcomeEvent, PaymentMethodChangeEvent, ReadyEvent, type CheckoutState, type Outcome,
} from '../events.ts'
import type { Language } from '../i18n/index.ts'
import { offerMethods, stepOf } from '../methods/index.ts'
import { startEarly, type EarlyFrame } from '../methods/card/early.ts'
import type { BuyerStep, MethodHost, PaymentMethod, StepHost } from '../methods/method.ts'
import type { Details } from '../details/index.ts'
import { refusal, Session, type Ended, type Prepare } from '../session.ts'
import type { Timing } from '../timing.ts'
import { icon } from './icons.ts'
import { notice, title } from './parts.ts'

/** What the controller needs of the element that it works for. */
export interface ControllerHost {
  readonly language: Language
  readonly root: ShadowRoot
  readonly updateComplete: Promise<boolean>
  readonly nonce: string
  style(): FrameStyle
  adopt(styles: CSSResult): void
  requestUpdate(): void
  dispatchEvent(event: Event): boolean
}

export interface StartOptions {
  readonly baseUrl: string
  readonly clientSecret: string
  /** Where the card's frame is said to be; the session has the last word. */
  readonly vaultUrl: string | null
  readonly order: () => readonly string[]
  readonly timing: Timing
}

/**
 * One checkout on a page, without its drawing: the session, the methods that are offered for it, and the events
 * that tell of both. A new client secret stops it and starts it anew.
 */
export class CheckoutController {
  session: Session | undefined
  methods: readonly PaymentMethod[] = []
  chosen: PaymentMethod | undefined
  /** What the buyer does outside this page, while an attempt waits for it. */
  step: BuyerStep | undefined
  /** What asks for the order's details, where the session wants any. */
  details: Details | undefined
  /** Until the session expires, once that is soon. */
  minutesLeft: number | undefined
  /** What nobody waits for is drawn too: once the checkout can be used, or takes long. */
  whole = false
  /** The saved cards are on their way: there is no form without them. */
  coming = false
  readonly #host: ControllerHost
  #attempt: Promise<Outcome> | undefined
  #loading: Promise<void> = Promise.resolve()
  #slowTimer: ReturnType<typeof setTimeout> | undefined
  #slow = false
  #opening = false
  #expiry: ReturnType<typeof setTimeout> | undefined
  #baseUrl = ''
  #seenRevision = 0
  #ready = false
  /** Stands for the methods that were offered; another one for those offered anew. */
  #offered: object | undefined
  /** Until the session's card method takes it. */
  #early: EarlyFrame | undefined
  #told: CheckoutState | undefined

  constructor(host: ControllerHost) {
    this.#host = host
  }

  get state(): CheckoutState {
    const { view, phase = 'loading' } = this.session ?? {}
    const { complete = false, brand = null, type: method = '' } = this.chosen ?? {}
    const { revision = 0, amount = 0, currency = '' } = view ?? {}
    return { phase, complete, method, brand, revision, amount, currency }
  }

  /** The total isn't the one that the buyer saw first, or last agreed to. */
  get amountChanged(): boolean {
    return (this.session?.view?.revision ?? 0) !== this.#seenRevision
  }

  /** Loading has taken so long that the buyer should be told why. */
  get slow(): boolean {
    return this.#slow && !this.#ready
  }

  /** The session wants details of the order, and what asks for them is on its way. */
  get forming(): boolean {
    return this.session?.phase === 'open' && !!this.session.view?.details && !this.details
  }

  start({ baseUrl, clientSecret, vaultUrl, order, timing }: StartOptions): void {
    this.#baseUrl = baseUrl
    const api = new Api({ baseUrl, clientSecret, timing })
    const session: Session = new Session({ api, timing, changed: () => {
      if (session === this.session) this.#changed(session, { order, timing })
    } })
    this.session = session
    this.#slowTimer = setTimeout(() => {
      this.#slow = true
      this.#drawWhole()
    }, timing.slowMs)
    this.load()
    // the frame behind the session, which its `init` waits for as well
    if (vaultUrl && (order()[0] ?? 'card') === 'card') {
      const begin = (): void => {
        if (session !== this.session || session.view) return
        const { root, language: { locale } } = this.#host
        this.#early = startEarly(root, { vaultUrl, clientSecret, locale, ticket: () => api.ticket() })
      }
      const { pending } = this.#host.language
      if (pending) void pending.then(begin)
      else begin()
    }
    if (shelf.ahead) void readList()
  }

  stop(): void {
    clearTimeout(this.#slowTimer)
    clearTimeout(this.#expiry)
    this.session?.close()
    this.#dropEarly()
    this.#closeMethods()
    this.#closeStep()
    this.session = this.#attempt = this.#told = this.details = this.minutesLeft = undefined
    this.#slow = this.#ready = this.#opening = false
    this.#seenRevision = 0
  }

  load(): void {
    const { session } = this
    if (!session) return
    this.#loading = session.load().then(() => {
      if (session !== this.session) return
      if (session.phase === 'unavailable' && session.fault) this.#broken(session.fault)
      if (session.waiting) void session.check()
    })
  }

  choose(method: PaymentMethod): void {
    this.chosen = method
    // what was wrong with another one is nothing to do here
    if (this.session) this.session.fault = undefined
    this.#host.requestUpdate()
    this.#host.dispatchEvent(new PaymentMethodChangeEvent(method.type))
  }

  async validate(): Promise<boolean> {
    await this.#loading
    const whole = await this.details?.check() ?? true
    return await this.chosen?.validate() === true && whole
  }

  async fetchUpdates(): Promise<void> {
    await this.#loading
    const { session } = this
    const before = session?.view?.revision
    await session?.refresh()
    if (session?.view?.revision !== before) await this.#renew()
  }

  async resume(): Promise<Outcome | null> {
    await this.#loading
    if (this.session?.waiting) await this.session.check()
    const ended = await this.session?.settled()
    return ended ? this.#outcome(ended) : null
  }

  /** One attempt at a time: who asks meanwhile gets the same. */
  confirm(): Promise<Outcome> {
    const attempt = this.#attempt ?? this.#confirm().finally(() => {
      if (this.#attempt === attempt) this.#attempt = undefined
    })
    this.#attempt = attempt
    return attempt
  }

  /** Tells the page what has changed since it was last told; returns the phase before, if it has moved on. */
  tell(): CheckoutState['phase'] | undefined {
    const { state } = this
    const before = this.#told
    this.#told = state
    const same = JSON.stringify(state) === JSON.stringify(before)
    if (this.#ready && !same) this.#host.dispatchEvent(new ChangeEvent(state))
    if (!this.#ready && this.#canBeUsed(state)) {
      this.#ready = true
      this.#host.dispatchEvent(new ReadyEvent(state))
      // in a task of its own: the form may be painted before
      setTimeout(() => this.#drawWhole())
    }
    return before?.phase === state.phase ? undefined : before?.phase
  }

  #drawWhole(): void {
    this.whole = true
    this.#host.requestUpdate()
  }

  #canBeUsed({ phase }: CheckoutState): boolean {
    return phase === 'open' ? this.chosen?.ready === true : phase !== 'loading' && phase !== 'unavailable'
  }

  /** The page is looked at again, connected again, or came out of the back-forward cache. */
  readonly wake = (event: Event): void => {
    const { phase } = this.state
    this.#host.requestUpdate()
    if (!navigator.onLine) return
    if (this.session?.fault?.code === 'offline') this.session.fault = undefined
    if (document.hidden || (event.type === 'pageshow' && !(event as PageTransitionEvent).persisted)) return
    if (phase === 'unavailable' && event.type !== 'visibilitychange') this.load()
    if (phase === 'open') void this.fetchUpdates()
    if (this.session?.waiting) void this.session.check()
  }

  #changed(session: Session, { order, timing }: Pick<StartOptions, 'order' | 'timing'>): void {
    const { view, phase } = session
    if (view && !this.#seenRevision) this.#seenRevision = view.revision
    if (view && phase === 'open' && !this.#offered) this.#offer(view, { host: this.#methodHost(session, timing), order: order() })
    if (view) this.#dropEarly()
    if (this.forming && !this.#opening) this.#open(session)
    this.#watch(session, timing)
    if (phase === 'complete' || phase === 'expired' || phase === 'canceled') this.#closeMethods()
    if (phase !== 'paying') this.methods.forEach((method) => method.disable?.(false))
    this.#follow(session)
    this.#host.requestUpdate()
  }

  #offer(view: CheckoutView, { host, order }: { host: MethodHost, order: readonly string[] }): void {
    const offered = this.#offered = {}
    offerMethods(view, { host, order, found: (methods) => {
      if (offered !== this.#offered) return methods.forEach((method) => method.close?.())
      this.methods = methods
      this.coming = methods.some(({ type, ready }) => type === 'card' && ready === undefined)
      if (!this.coming) this.chosen ??= methods.find(({ ready }) => ready !== undefined)
      this.#host.requestUpdate()
    } })
  }

  /** Has the buyer asked for the order's details; a part that can't be had is a checkout that did not load. */
  #open(session: Session): void {
    this.#opening = true
    void import('../details/index.ts').then(({ openDetails }) => openDetails(this.#host, session)).then((details) => {
      if (session === this.session) this.details = details
    }, () => {
      if (session !== this.session) return
      this.#opening = false
      session.view = undefined
      this.#closeMethods()
      this.#broken(session.fault = fault('network'))
    }).then(() => this.#host.requestUpdate())
  }

  /** Counts the minutes that are left, and asks the server once there are none. */
  #watch(session: Session, timing: Timing): void {
    clearTimeout(this.#expiry)
    this.minutesLeft = undefined
    if (!session.view || session.phase !== 'open') return
    const leftMs = session.api.clock.msUntil(session.view.expiresAt)
    if (leftMs < timing.soonMs) this.minutesLeft = Math.max(Math.ceil(leftMs / 60_000), 1)
    this.#expiry = setTimeout(() => {
      if (leftMs < 60_000) void session.refresh()
      this.#watch(session, timing)
      this.#host.requestUpdate()
    }, leftMs > 0 ? leftMs % 60_000 + 1 : timing.pollMaxMs)
  }

  /** Shows the step that the session waits for; one whose time ran out stays, so that it can be made again. */
  #follow(session: Session): void {
    const { waiting, phase, ended } = session
    const lapsed = phase === 'open' && ended?.status === 'failed' && ended.fault.code === 'wallet_expired'
    if (waiting && this.step?.payment === waiting.payment) this.step.update(waiting)
    else if (waiting) {
      this.#closeStep()
      this.step = stepOf(this.#stepHost(session), waiting)
    } else if (lapsed) this.step?.lapse()
    else if (phase !== 'paying' && !this.step?.busy) this.#closeStep()
  }

  #closeStep(): void {
    this.step?.close()
    this.step = undefined
  }

  #stepHost(session: Session): StepHost {
    const host = this.#host
    return {
      clock: session.api.clock,
      kit: {
        icon, title, notice,
        words: (failure) => messageOf(refusal(failure), host.language),
        money: (shown) => formatMoney(shown, host.language.locale),
      },
      isHttpUrl,
      get language() { return host.language },
      get view() { return session.view as NonNullable<Session['view']> },
      changed: () => {
        this.#follow(session)
        host.requestUpdate()
      },
      adopt: (styles) => host.adopt(styles),
      check: () => void session.check(),
      another: () => this.#another(session),
      again: () => this.#again(session),
    }
  }

  /** One attempt lives at a time: what waits is closed before there is another. */
  async #another(session: Session): Promise<ApiFailure | undefined> {
    const failure = session.waiting && await session.cancelAttempt()
    if (session.waiting) return failure
    this.#closeStep()
    session.fault = undefined
    this.#host.requestUpdate()
    return undefined
  }

  async #again(session: Session): Promise<ApiFailure | undefined> {
    const type = session.view?.attempt?.method
    const failure = session.waiting && await session.cancelAttempt()
    // closed is closed, also where the answer to our asking was lost
    if (session.phase !== 'open') return failure
    await this.#attempt
    const method = this.methods.find((offered) => offered.type === type)
    if (!method) return undefined
    this.chosen = method
    await this.confirm()
    return undefined
  }

  /** No card is asked for, or not there. */
  #dropEarly(): void {
    this.#early?.iframe.parentElement?.remove()
    this.#early = undefined
  }

  #closeMethods(): void {
    this.methods.forEach((method) => method.close?.())
    this.methods = []
    this.coming = false
    this.chosen = this.#offered = undefined
  }

  #methodHost(session: Session, timing: Timing): MethodHost {
    const host = this.#host
    return {
      timing,
      get language() { return host.language },
      get view() { return session.view as NonNullable<Session['view']> },
      get nonce() { return host.nonce },
      ticket: (savedCard) => session.api.ticket(savedCard),
      early: (address) => {
        const early = this.#early
        if (early?.iframe.src !== address) return undefined
        this.#early = undefined
        return early
      },
      post: (name, body) => session.api.ask(name, body),
      fault: (why) => (typeof why === 'string' ? fault(why) : refusal(why)),
      adopt: (styles) => host.adopt(styles),
      style: () => host.style(),
      changed: () => host.requestUpdate(),
      broken: (found) => this.#broken(found),
      submit: () => void this.confirm(),
      outdated: () => this.fetchUpdates(),
    }
  }

  #broken(found: Fault): void {
    this.#drawWhole()
    this.#slow = false
    clearTimeout(this.#slowTimer)
    void import('../advice/index.ts').then(({ advise }) => advise(found.code, this.#baseUrl), () => undefined)
    this.#host.dispatchEvent(new LoadErrorEvent(inWords(found, this.#host.language)))
  }

  async #renew(): Promise<void> {
    await Promise.all(this.methods.map((method) => method.renew?.()))
  }

  async #confirm(): Promise<Outcome> {
    await this.#loading
    const { phase } = this.state
    if (phase === 'complete' || phase === 'processing') {
      const outcome = await this.resume()
      if (outcome) return outcome
    }
    const { session } = this
    const outcome = this.#outcome(await this.#acted(await this.#pay()))
    await this.#host.updateComplete
    if (outcome.status !== 'canceled') this.#host.dispatchEvent(outcomeEvent(outcome))
    if (outcome.status === 'pending' && session === this.session) this.#leave()
    return outcome
  }

  /** Who acts while this page is open is waited for; who is sent away hears later, by resume(). */
  async #acted(ended: Ended): Promise<Ended> {
    const type = ended.status === 'pending' && ended.attempt?.action?.type
    return type && type !== 'redirect' ? await this.session?.settled() ?? ended : ended
  }

  #leave(): void {
    const action = this.session?.waiting?.action
    if (action?.type === 'redirect' && isHttpUrl(action.url)) location.assign(action.url)
  }

  async #pay(): Promise<Ended> {
    const { session, chosen } = this
    const refuse = (found: Fault): Ended => ({ status: 'failed', payment: null, fault: found })
    if (session?.phase === 'expired') return refuse(fault('session_expired'))
    if (session?.phase === 'canceled') return refuse(fault('session_canceled'))
    if (!session?.view || !chosen?.ready) return refuse(session?.fault ?? fault('not_ready'))
    this.#seenRevision = session.view.revision
    const prepare = lockingAfter(chosen)
    const ended = await session.pay(async (options) => {
      const lacking = await this.details?.keep()
      return lacking ? { fault: fault(lacking) } : prepare(options)
    })
    chosen.ended?.(ended.status)
    if (ended.status === 'failed' && ended.fault.field) chosen.focus?.(ended.fault.field)
    if (ended.status === 'failed' && ended.fault.code === 'amount_changed') await this.#renew()
    return ended
  }

  #outcome(ended: Ended): Outcome {
    if (ended.status === 'pending' || ended.status === 'canceled') return { status: ended.status, payment: ended.payment } as Outcome
    if (ended.status === 'complete') {
      const { payment, paymentToken, card } = ended.attempt
      return { status: 'complete', payment, paymentToken, card }
    }
    const { payment, fault: found } = ended
    return { status: 'failed', payment, error: inWords(found, this.#host.language) }
  }
}

/** Locks the fields once they have been read; not before, so that a field that is wrong can take the focus. */
function lockingAfter(method: PaymentMethod): Prepare {
  return async (options) => {
    const prepared = await method.prepare(options)
    method.disable?.('body' in prepared)
    return prepared
  }
}
