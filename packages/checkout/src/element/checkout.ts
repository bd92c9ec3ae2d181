import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import type { CardField } from '@holdfast/contract/frame'
import { Api } from '../api.ts'
import { appearanceOf, frameStyle, isDark, sheetOf, type Appearance } from '../appearance.ts'
import { inWords, fault, type Fault } from '../errors.ts'
import {
  ChangeEvent, LoadErrorEvent, outcomeEvent, PaymentMethodChangeEvent, ReadyEvent,
  type CheckoutState, type HoldfastCheckoutEventMap, type Outcome,
} from '../events.ts'
import { languageOf, type Language } from '../i18n/index.ts'
import { methodsOf } from '../methods/index.ts'
import type { MethodHost, PaymentMethod } from '../methods/method.ts'
import { Session, type Ended } from '../session.ts'
import { patient, type Timing } from '../timing.ts'
import { formView, header, skeleton } from './form.ts'
import { closedView, completeView, processingView, returnParameter, unavailableView } from './outcome.ts'
import { money } from './shares.ts'
import { styles } from './styles.ts'

export interface HoldfastCheckout {
  addEventListener<K extends keyof HoldfastCheckoutEventMap>(
    type: K, listener: (this: HoldfastCheckout, event: HoldfastCheckoutEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener<K extends Exclude<keyof HTMLElementEventMap, keyof HoldfastCheckoutEventMap>>(
    type: K, listener: (this: HoldfastCheckout, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener(
    type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions,
  ): void
}

/**
 * Takes the payment for one checkout session, and shows who holds the money until when.
 *
 * The amount, the sellers and the methods are the session's, read from the API: nothing on the page sets them. Card
 * fields live in a frame on the vault's origin. The element has no slots.
 *
 * @summary A checkout whose payment is held until the buyer confirms receipt.
 *
 * @attr client-secret - the session's secret; a new one starts over
 * @attr locale - BCP 47; English and Chinese. By default the nearest `lang`, then the browser's
 * @attr appearance - `auto` (default), `light`, `dark`, or JSON of {@link Appearance}. Read when the checkout starts
 * @attr payment-method-order - the methods' order, apart by spaces or commas; those not named follow
 * @attr api-url - the API's origin; by default the script's own
 * @attr hide-pay-button - for a page with its own button that calls confirm()
 *
 * @event {ReadyEvent} ready - it can be used, or shows the state that its session has reached
 * @event {ChangeEvent} change - its state has changed; never what was typed
 * @event {PaymentMethodChangeEvent} paymentmethodchange - the buyer chose a method
 * @event {LoadErrorEvent} loaderror - it could not be loaded; the buyer is offered another try
 * @event {CompleteEvent} complete - the attempt succeeded
 * @event {FailedEvent} failed - the attempt took no money
 * @event {PendingEvent} pending - the attempt's end isn't known yet; resume() will tell
 *
 * @csspart base - the surface
 * @csspart header - who is paid, and the total
 * @csspart total - the total
 * @csspart test-mode - the badge in test mode
 * @csspart held - the panel of shares
 * @csspart held-summary - the line that opens it
 * @csspart shares - what it opens
 * @csspart share - one seller's share
 * @csspart bar - the bar of held, released and refunded
 * @csspart methods - the list of methods
 * @csspart method - one of them
 * @csspart method-body - what opens under it
 * @csspart card-frame - the iframe with the card's fields
 * @csspart notice - why an attempt failed, or that the total has changed
 * @csspart pay-button - the button
 * @csspart footnote - the sentence under it
 * @csspart outcome - what replaces the form at the end
 * @csspart return-link - the link to the session's return URL
 * @csspart retry - the button of a checkout that did not load
 * @csspart skeleton - its shape while it loads
 *
 * @cssproperty --holdfast-color-text
 * @cssproperty --holdfast-color-background
 * @cssproperty --holdfast-color-line - dividers
 * @cssproperty --holdfast-color-border - borders of controls
 * @cssproperty --holdfast-color-quiet - secondary text
 * @cssproperty --holdfast-color-accent - actions
 * @cssproperty --holdfast-color-on-accent - text on actions
 * @cssproperty --holdfast-color-focus - the focus ring
 * @cssproperty --holdfast-color-held
 * @cssproperty --holdfast-color-released
 * @cssproperty --holdfast-color-refunded
 * @cssproperty --holdfast-color-error
 * @cssproperty --holdfast-radius
 * @cssproperty --holdfast-font-family
 * @cssproperty --holdfast-font-size - the size of its text; 16px by default
 */
export class HoldfastCheckout extends LitElement {
  static override styles: typeof styles = styles
  static override properties: PropertyDeclarations = {
    clientSecret: { attribute: 'client-secret' },
    locale: {},
    appearance: { converter: { fromAttribute: appearanceOf } },
    paymentMethodOrder: { attribute: 'payment-method-order', converter: { fromAttribute: namesOf } },
    apiUrl: { attribute: 'api-url' },
    hidePayButton: { attribute: 'hide-pay-button', type: Boolean },
  }

  /** Where the API is when the element doesn't say: the script sets its own origin. @internal */
  static defaultApiUrl: string | undefined
  /** @internal */
  static timing: Timing = patient

  declare clientSecret: string | null
  declare locale: string | null
  declare appearance: Appearance
  declare paymentMethodOrder: readonly string[]
  declare apiUrl: string | null
  declare hidePayButton: boolean

  #session: Session | undefined
  #methods: readonly PaymentMethod[] = []
  #chosen: PaymentMethod | undefined
  #attempt: Promise<Outcome> | undefined
  #loading: Promise<void> = Promise.resolve()
  #sheet: CSSStyleSheet | undefined
  #dark = false
  #slow: ReturnType<typeof setTimeout> | undefined
  #isSlow = false
  #isReady = false
  #seenRevision = 0
  #told: CheckoutState | undefined

  constructor() {
    super()
    this.clientSecret = this.locale = this.apiUrl = null
    this.appearance = {}
    this.paymentMethodOrder = []
    this.hidePayButton = false
  }

  /**
   * Whether the page was reached from a checkout's return link. It is a hint for the page's layout and proves
   * nothing: `resume()` asks the API.
   */
  static hasReturned(url: string | URL = location.href): boolean {
    return new URL(url, location.href).searchParams.has(returnParameter)
  }

  /** Marks what is missing or wrong in the fields; whether nothing is. */
  async validate(): Promise<boolean> {
    await this.#loading
    return await this.#chosen?.validate() ?? false
  }

  /**
   * Pays, once: while an attempt is under way, and after one has succeeded, it joins that one. Each attempt fires
   * exactly one of `complete`, `failed` and `pending`, and resolves with the same. Never rejects.
   */
  confirm(): Promise<Outcome> {
    const attempt = this.#attempt ?? this.#confirm().finally(() => {
      if (this.#attempt === attempt) this.#attempt = undefined
    })
    this.#attempt = attempt
    return attempt
  }

  /** Reads the session again, after the merchant's server changed it. What was typed stays. */
  async fetchUpdates(): Promise<void> {
    await this.#loading
    const before = this.#session?.view?.revision
    await this.#session?.refresh()
    if (this.#session?.view?.revision !== before) await Promise.all(this.#methods.map((method) => method.renew()))
  }

  /** Focuses the card's number, or the field named; where there is no form, what there is to do. */
  override focus(field?: CardField | FocusOptions): void {
    const { phase } = this.#state()
    if (phase === 'open' && this.#chosen?.ready) return this.#chosen.focus(typeof field === 'string' ? field : undefined)
    this.renderRoot.querySelector<HTMLElement>('.outcome :is(a, button, h2)')?.focus()
  }

  /**
   * The newest attempt's outcome as the API knows it, waiting for one that is under way (up to a minute, then
   * `pending`); null where there was none. Fires no outcome event.
   */
  async resume(): Promise<Outcome | null> {
    await this.#loading
    const ended = await this.#session?.settled()
    return ended ? this.#outcome(ended) : null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#start()
    addEventListener('online', this.#wake)
    addEventListener('pageshow', this.#wake)
    document.addEventListener('visibilitychange', this.#wake)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop()
    removeEventListener('online', this.#wake)
    removeEventListener('pageshow', this.#wake)
    document.removeEventListener('visibilitychange', this.#wake)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('appearance')) this.#dress()
    if (changed.has('clientSecret') || changed.has('apiUrl')) this.#start()
  }

  protected override createRenderRoot(): ShadowRoot {
    const root = super.createRenderRoot() as ShadowRoot
    this.#sheet = new CSSStyleSheet()
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#sheet]
    return root
  }

  protected override render(): TemplateResult {
    const language = this.#language()
    return html`<div class="base ${this.#dark ? 'dark' : ''}" part="base" lang=${language.locale}>
      ${this.#body(language)}
      <p class="sr" role="status" aria-live="polite">${this.#announcement(language)}</p>
    </div>`
  }

  protected override updated(): void {
    const state = this.#state()
    const before = this.#told
    this.#told = state
    if (before && before.phase !== 'loading' && state.phase !== before.phase) this.#follow(state.phase)
    if (this.#isReady && JSON.stringify(state) !== JSON.stringify(before)) this.dispatchEvent(new ChangeEvent(state))
    if (this.#isReady || state.phase === 'loading' || state.phase === 'unavailable') return
    if (state.phase === 'open' && !this.#chosen?.ready) return
    this.#isReady = true
    this.dispatchEvent(new ReadyEvent(state))
  }

  #body(language: Language): TemplateResult {
    const { view, fault: found } = this.#session ?? {}
    const payButton = !this.hidePayButton
    const { phase } = this.#state()
    if (phase === 'unavailable' && found) return unavailableView(language, found, () => this.#load())
    if (!view) return skeleton(language, { slow: this.#isSlow, payButton })
    const drawn = { view, language }
    if (phase === 'complete') return completeView(drawn)
    if (phase === 'expired' || phase === 'canceled') return html`${header(drawn)}${closedView(drawn, phase)}`
    // the form stays behind a pending payment: should it fail, what was typed is still there
    return html`${phase === 'processing' ? html`${header(drawn)}${processingView(drawn)}` : nothing}
      <div ?hidden=${phase === 'processing'}>${formView({
        ...drawn, phase, payButton, fault: found, methods: this.#methods, chosen: this.#chosen,
        amountChanged: view.revision !== this.#seenRevision,
        choose: (method) => this.#choose(method), pay: () => void (this.#chosen?.ready && this.confirm()),
      })}</div>`
  }

  #announcement(language: Language): string {
    const { view } = this.#session ?? {}
    const { phase } = this.#state()
    if (!view) return ''
    const drawn = { view, language }
    if (phase === 'paying') return language.text('paying', { amount: money(drawn, view.amount) })
    if (phase === 'processing' || phase === 'complete') return language.text(`${phase}Title`)
    if (phase === 'expired' || phase === 'canceled') return language.text(`${phase}Title`)
    return view.revision === this.#seenRevision ? '' : language.text('totalChanged', { amount: money(drawn, view.amount) })
  }

  #language(): Language {
    return languageOf(this.locale, this.closest('[lang]')?.getAttribute('lang'), ...navigator.languages)
  }

  #dress(): void {
    this.#dark = isDark(this.appearance)
    this.#sheet?.replaceSync(sheetOf(this.appearance))
  }

  #start(): void {
    this.#stop()
    if (!this.clientSecret || !this.isConnected) return
    const { timing } = HoldfastCheckout
    const baseUrl = this.apiUrl ?? HoldfastCheckout.defaultApiUrl ?? location.origin
    const api = new Api({ baseUrl, clientSecret: this.clientSecret, timing })
    const session = new Session({ api, timing, changed: () => this.#session === session && this.#changed() })
    this.#session = session
    this.#slow = setTimeout(() => {
      this.#isSlow = true
      this.requestUpdate()
    }, timing.slowMs)
    this.#load()
  }

  #stop(): void {
    clearTimeout(this.#slow)
    this.#session?.close()
    this.#methods.forEach((method) => method.close())
    this.#session = this.#chosen = this.#attempt = undefined
    this.#methods = []
    this.#isSlow = this.#isReady = false
    this.#told = undefined
    this.#seenRevision = 0
  }

  #load(): void {
    const session = this.#session
    if (!session) return
    this.#loading = session.load().then(() => {
      if (session === this.#session && session.phase === 'unavailable' && session.fault) this.#broken(session.fault)
    })
  }

  #changed(): void {
    const { view, phase } = this.#session ?? {}
    if (view) clearTimeout(this.#slow)
    if (view && !this.#seenRevision) this.#seenRevision = view.revision
    if (phase === 'open' && !this.#methods.length) this.#open()
    if (phase === 'complete' || phase === 'expired' || phase === 'canceled') this.#closeMethods()
    this.#methods.forEach((method) => method.disable(phase === 'paying'))
    this.requestUpdate()
  }

  #open(): void {
    const session = this.#session
    if (!session?.view) return
    this.#methods = methodsOf(session.view, { host: this.#host(session), order: this.paymentMethodOrder })
    this.#chosen = this.#methods[0]
  }

  #closeMethods(): void {
    this.#methods.forEach((method) => method.close())
    this.#methods = []
    this.#chosen = undefined
  }

  #host(session: Session): MethodHost {
    const language = (): Language => this.#language()
    return {
      timing: HoldfastCheckout.timing,
      get language() { return language() },
      get view() { return session.view as NonNullable<Session['view']> },
      ticket: () => session.api.ticket(),
      style: () => frameStyle(this.renderRoot.querySelector('.base') as Element, this.appearance),
      changed: () => this.requestUpdate(),
      broken: (found) => this.#broken(found),
      submit: () => void this.confirm(),
      outdated: () => void this.fetchUpdates(),
    }
  }

  #choose(method: PaymentMethod): void {
    this.#chosen = method
    this.requestUpdate()
    this.dispatchEvent(new PaymentMethodChangeEvent(method.type))
  }

  #broken(found: Fault): void {
    this.dispatchEvent(new LoadErrorEvent(inWords(found, this.#language())))
  }

  async #confirm(): Promise<Outcome> {
    await this.#loading
    const session = this.#session
    if (session?.phase === 'complete' || session?.phase === 'processing') {
      const outcome = await this.resume()
      if (outcome) return outcome
    }
    const outcome = this.#outcome(await this.#pay(session))
    await this.updateComplete
    this.dispatchEvent(outcomeEvent(outcome))
    return outcome
  }

  async #pay(session: Session | undefined): Promise<Ended> {
    const refuse = (found: Fault): Ended => ({ status: 'failed', payment: null, fault: found })
    if (session?.phase === 'expired') return refuse(fault('session_expired'))
    if (session?.phase === 'canceled') return refuse(fault('session_canceled'))
    if (!session?.view || !this.#chosen?.ready) return refuse(session?.fault ?? fault('not_ready'))
    this.#seenRevision = session.view.revision
    const ended = await session.pay(this.#chosen.prepare)
    if (ended.status === 'failed' && ended.fault.field) this.#chosen?.focus(ended.fault.field)
    if (ended.status === 'failed' && ended.fault.code === 'amount_changed') await this.#renew()
    return ended
  }

  async #renew(): Promise<void> {
    await Promise.all(this.#methods.map((method) => method.renew()))
  }

  #outcome(ended: Ended): Outcome {
    if (ended.status === 'pending') return ended
    if (ended.status === 'complete') {
      const { payment, paymentToken, card } = ended.attempt
      return { status: 'complete', payment, paymentToken, card }
    }
    const { payment, fault: found } = ended
    return { status: 'failed', payment, error: inWords(found, this.#language()) }
  }

  #state(): CheckoutState {
    const { view, phase = 'loading' } = this.#session ?? {}
    const { complete = false, brand = null, type: method = '' } = this.#chosen ?? {}
    const { revision = 0, amount = 0, currency = '' } = view ?? {}
    return { phase, complete, method, brand, revision, amount, currency }
  }

  /** Takes the focus along when what had it has gone. */
  #follow(phase: CheckoutState['phase']): void {
    const gone = phase !== 'open' && phase !== 'paying'
    const here = document.activeElement === this || document.activeElement === document.body
    if (gone && here) this.renderRoot.querySelector<HTMLElement>('.outcome h2')?.focus()
  }

  /** The page is looked at again, connected again, or came out of the back-forward cache. */
  readonly #wake = (event: Event): void => {
    const { phase } = this.#state()
    if (document.hidden || (event.type === 'pageshow' && !(event as PageTransitionEvent).persisted)) return
    if (phase === 'unavailable' && event.type !== 'visibilitychange') this.#load()
    if (phase === 'open') void this.fetchUpdates()
  }
}

function namesOf(attribute: string | null): readonly string[] {
  return attribute?.split(/[\s,]+/).filter(Boolean) ?? []
}

declare global {
  interface HTMLElementTagNameMap {
    'holdfast-checkout': HoldfastCheckout
  }
}
