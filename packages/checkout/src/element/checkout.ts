import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import type { CardField } from '@holdfast/contract/frame'
import { appearanceOf, frameStyle, Look, type Appearance } from '../appearance.ts'
import { messageOf } from '../errors.ts'
import type { CheckoutState, HoldfastCheckoutEventMap, Outcome } from '../events.ts'
import { languageOf, type Language, type StringKey } from '../i18n/index.ts'
import { addMethod } from '../methods/index.ts'
import type { MethodSource } from '../methods/method.ts'
import { patient, type Timing } from '../timing.ts'
import { CheckoutController, type ControllerHost } from './controller.ts'
import type { WhatIsNext } from '../next/index.ts'
import { formView, header, skeleton, type FormState } from './form.ts'
import { notice } from './parts.ts'
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
 * @attr locale - BCP 47; the closest of the languages in `locales/`. By default the nearest `lang`, then the browser's
 * @attr appearance - a theme (`harbour`, `ledger`, `hearth`), `light`, `dark` or `auto`, both apart by a space, or JSON of
 *   {@link Appearance}. Read when the checkout starts
 * @attr payment-method-order - the methods' order, apart by spaces or commas; those not named follow
 * @attr api-url - the API's origin; by default the script's own
 * @attr vault-url - the vault's origin: the card's frame then loads beside the session instead of after it. Nothing is told
 *   to a frame at another address than the session's
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
 * @csspart details - what is asked about the order: company, tax ID, delivery address
 * @csspart methods - the list of methods
 * @csspart method - one of them
 * @csspart method-body - what opens under it
 * @csspart card-frame - the iframe with the card's fields
 * @csspart notice - why an attempt failed, or that the total has changed
 * @csspart pay-button - the button
 * @csspart footnote - the sentence under it
 * @csspart outcome - what replaces the form at the end
 * @csspart action - what replaces the form while the buyer acts in a wallet, or the bank authenticates him
 * @csspart bank-frame - the iframe with the bank's pages
 * @csspart qr-code - the code to scan
 * @csspart action-link - the link to the wallet's or the bank's page
 * @csspart again - the button that starts over once the time has run out
 * @csspart other-method - the button that leads back to the methods
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
    vaultUrl: { attribute: 'vault-url' },
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
  declare vaultUrl: string | null
  declare hidePayButton: boolean

  readonly #host: ControllerHost = this.#makeHost()
  readonly #controller: CheckoutController
  /** What it was started for. */
  #begun = ''
  readonly #look = new Look()
  #next: WhatIsNext | undefined
  #nextLocale = ''
  #step: CheckoutController['step']
  #spoken: Language | undefined
  #pending: Promise<void> | undefined

  constructor() {
    super()
    this.clientSecret = this.locale = this.apiUrl = this.vaultUrl = null
    this.appearance = {}
    this.paymentMethodOrder = []
    this.hidePayButton = false
    this.#controller = new CheckoutController(this.#host)
  }

  /**
   * Whether the page was reached from a checkout's return link. It is a hint for the page's layout and proves
   * nothing: `resume()` asks the API.
   */
  static hasReturned(url: string | URL = location.href): boolean {
    return new URL(url).searchParams.has(returnParameter)
  }

  /**
   * Adds a way to pay of the page's own, or puts one in the place of another, for checkouts that start afterwards.
   *
   * @param type - its name, as in `payment-method-order`
   * @param source - its module, a function that imports it, or its address with its SRI hash
   */
  static addMethod(type: string, source: MethodSource): void {
    addMethod(type, source)
  }

  /** Marks what is missing or wrong in the fields; whether nothing is. */
  validate(): Promise<boolean> {
    return this.#controller.validate()
  }

  /**
   * Pays, once: while an attempt is under way, and after one has succeeded, it joins that one. Each attempt fires
   * exactly one of `complete`, `failed` and `pending`, and resolves with the same. Never rejects.
   */
  confirm(): Promise<Outcome> {
    return this.#controller.confirm()
  }

  /** Reads the session again, after the merchant's server changed it. What was typed stays. */
  fetchUpdates(): Promise<void> {
    return this.#controller.fetchUpdates()
  }

  /**
   * The newest attempt's outcome as the API knows it, waiting for one that is under way (up to a minute, then
   * `pending`); null where there was none. Fires no outcome event.
   */
  resume(): Promise<Outcome | null> {
    return this.#controller.resume()
  }

  /** Focuses the field named, or the first to fill in; where there is no form, what there is to do. */
  override focus(field?: CardField | FocusOptions): void {
    const { state, chosen, step } = this.#controller
    const usable = state.phase === 'open' && !step && chosen?.ready
    if (usable && chosen.focus) chosen.focus(typeof field === 'string' ? field : undefined)
    else this.#focus(usable ? chosenRow : '.outcome :is(a, button, h2)')
  }

  #focus(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus()
  }

  override connectedCallback(): void {
    // what is asked of servers is asked before anything is drawn, which takes a slow phone longer than their answers
    if (!this.shadowRoot) this.attachShadow(HoldfastCheckout.shadowRootOptions)
    this.#start()
    super.connectedCallback()
    const { wake } = this.#controller
    addEventListener('online', wake)
    addEventListener('offline', wake)
    addEventListener('pageshow', wake)
    document.addEventListener('visibilitychange', wake)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    const { wake } = this.#controller
    this.#controller.stop()
    removeEventListener('online', wake)
    removeEventListener('offline', wake)
    removeEventListener('pageshow', wake)
    document.removeEventListener('visibilitychange', wake)
  }

  protected override createRenderRoot(): ShadowRoot {
    const root = super.createRenderRoot() as ShadowRoot
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#look.sheet]
    return root
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // a framework unsets a property by undefined
    if (changed.has('appearance')) this.#look.put(this.appearance ??= {}, () => this.requestUpdate())
    if ((changed.has('clientSecret') || changed.has('apiUrl')) && this.#begun !== this.#wanted) this.#start()
  }

  protected override render(): TemplateResult {
    const language = this.#language()
    return html`<div class="base ${this.#look.dark ? 'dark' : ''} ${this.#look.coming ? 'bare' : ''}" part="base"
      lang=${language.locale} dir=${language.direction}>
      ${navigator.onLine ? nothing : notice('info', language.text('offline'))}${this.#body(language)}
      <p class="sr" role="status">${this.#announcement(language)}</p>
    </div>`
  }

  protected override updated(): void {
    // a shape without words or without its look can't be used yet
    if (!this.#spoken || this.#look.coming) return
    const before = this.#controller.tell()
    const { step } = this.#controller
    if ((before && before !== 'loading') || (this.#step && !step)) this.#follow(before)
    this.#step = step
  }

  get #wanted(): string {
    return `${this.clientSecret} ${this.apiUrl}`
  }

  #start(): void {
    this.#controller.stop()
    this.#begun = this.#wanted
    if (!this.clientSecret || !this.isConnected) return
    const { defaultApiUrl, timing } = HoldfastCheckout
    this.#controller.start({
      baseUrl: this.apiUrl ?? defaultApiUrl ?? location.origin, clientSecret: this.clientSecret,
      vaultUrl: this.vaultUrl, order: () => this.paymentMethodOrder ?? [], timing,
    })
  }

  #makeHost(): ControllerHost {
    const language = (): Language => this.#language()
    const root = (): ShadowRoot => this.shadowRoot as ShadowRoot
    const updateComplete = (): Promise<boolean> => this.updateComplete
    const nonce = (): string => this.nonce ?? ''
    return {
      get language() { return language() },
      get root() { return root() },
      get updateComplete() { return updateComplete() },
      get nonce() { return nonce() },
      style: () => frameStyle(this.renderRoot.querySelector('.base') as Element, this.appearance),
      adopt: ({ styleSheet }) => this.shadowRoot?.adoptedStyleSheets.push(styleSheet as CSSStyleSheet),
      requestUpdate: () => this.requestUpdate(),
      dispatchEvent: (event) => this.dispatchEvent(event),
    }
  }

  /** The language of now: while another one is on its way, that before it, and its shape alone where there is none. */
  #language(): Language {
    const language = languageOf(this.locale, langAround(this), ...navigator.languages)
    const { pending } = language
    if (!pending) return (this.#spoken = language)
    if (pending !== this.#pending) void pending.then(() => this.requestUpdate())
    this.#pending = pending
    return this.#spoken ?? language
  }

  #body(language: Language): TemplateResult {
    const { session, state: { phase }, slow } = this.#controller
    const payButton = !this.hidePayButton
    if (phase === 'unavailable' && session?.fault) {
      return unavailableView(language, session.fault, () => this.#controller.load())
    }
    const { forming, coming } = this.#controller
    if (!session?.view || language.pending || forming || coming || this.#look.coming) return skeleton(language, { slow, payButton })
    const drawn = { view: session.view, language }
    if (phase === 'complete') return completeView(drawn, this.#whatIsNext(language)?.(session.view))
    if (phase === 'expired' || phase === 'canceled') return html`${header(drawn)}${closedView(drawn, phase)}`
    // the form stays behind a pending payment: should it fail, what was typed is still there
    const { step } = this.#controller
    const hidden = phase === 'processing' || step !== undefined
    return html`${hidden ? html`${header(drawn)}${step?.draw() ?? processingView(drawn)}` : nothing}
      <div ?hidden=${hidden}>${formView({ ...drawn, ...this.#form(), phase, payButton })}</div>`
  }

  #form(): Omit<FormState, 'view' | 'language' | 'phase' | 'payButton'> {
    const { session, methods, chosen, amountChanged, details, minutesLeft, slow, whole } = this.#controller
    return {
      fault: session?.fault, methods, chosen, amountChanged, details: details?.draw(), minutesLeft, slow, whole,
      choose: (method) => this.#controller.choose(method),
      pay: () => void (chosen?.ready && this.confirm()),
    }
  }

  /** What happens next is a part: until it is here, and where it can't be had, the rest says enough. */
  #whatIsNext(language: Language): WhatIsNext | undefined {
    if (this.#nextLocale !== language.locale) {
      this.#nextLocale = language.locale
      void import('../next/index.ts').then(({ nextIn }) => nextIn(this.#host)).then((next) => {
        this.#next = next
        this.requestUpdate()
      }, () => undefined)
    }
    return this.#next
  }

  #announcement(language: Language): string {
    const { session, step, state: { phase }, amountChanged, minutesLeft: minutes, slow } = this.#controller
    if (!navigator.onLine) return language.text('offline')
    if (phase === 'unavailable' && session?.fault) {
      return `${language.text('loadErrorTitle')}: ${messageOf(session.fault, language)}`
    }
    const { view } = session ?? {}
    if (!view) return ''
    const withAmount = (key: StringKey): string => language.text(key, { amount: money({ view, language }, view.amount) })
    if (step && phase !== 'paying') return step.announcement()
    switch (phase) {
      case 'paying': return withAmount('paying')
      case 'processing': case 'complete': case 'expired': case 'canceled': return language.text(`${phase}Title`)
      default:
        if (amountChanged) return withAmount('totalChanged')
        return minutes ? language.text('minutesLeft', { minutes }) : slow ? language.text('slow') : ''
    }
  }

  /** Takes the focus along when what had it has gone. Of a form that is being sent, nothing has. */
  #follow(before: CheckoutState['phase'] | undefined): void {
    const { activeElement } = this.getRootNode() as Document | ShadowRoot
    const here = activeElement === this || document.activeElement === document.body
    if (!here) return
    if (this.renderRoot.querySelector('.outcome')) this.#focus('.outcome h2')
    else if (before !== 'open' && before !== 'paying' && !this.shadowRoot?.activeElement) this.#focus(chosenRow)
  }
}

const chosenRow = '.methods input:checked'

function namesOf(attribute: string | null): readonly string[] {
  return attribute?.split(/[\s,]+/).filter(Boolean) ?? []
}

/** The nearest `lang` around an element, out of every shadow root that it stands in. */
function langAround(element: Element): string | null {
  const root = element.getRootNode()
  const lang = element.closest('[lang]')?.getAttribute('lang') ?? null
  return lang === null && root instanceof ShadowRoot ? langAround(root.host) : lang
}

declare global {
  interface HTMLElementTagNameMap {
    'holdfast-checkout': HoldfastCheckout
  }
}
