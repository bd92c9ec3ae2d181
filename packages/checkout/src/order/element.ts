import { html, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import type { OrderView } from '@holdfast/contract/types'
import { Caller, isFailure, type ApiFailure } from '../api.ts'
import { appearanceOf, Look, type Appearance } from '../appearance.ts'
import { icon } from '../element/icons.ts'
import { languageOf, type Language, type Words } from '../i18n/index.ts'
import { patient, pause, type Timing } from '../timing.ts'
import { warnOnce } from '../warn.ts'
import { act, readOrder, type BuyerAction } from './api.ts'
import { en, shared } from './en.ts'
import { styles } from './styles.ts'
import { momentWords, orderView, type Asking, type OrderKey } from './view.ts'

/** How often a page that is looked at reads its order, in milliseconds. */
const refreshMs = 15_000

/** The order is there, or has changed: by the buyer, the seller, the marketplace or time. */
export class OrderEvent extends CustomEvent<OrderView> {
  constructor(view: OrderView) {
    super('order', { detail: view, bubbles: true, composed: true })
  }
}

interface Spoken {
  readonly language: Language
  readonly words: Words<OrderKey>
}

/**
 * Shows the buyer of one order where the money is, what happened and what will, and lets them confirm receipt or ask
 * for a refund.
 *
 * What may be done is what the backend says, and the backend decides again when it is done. The element has no slots.
 *
 * @summary An order after payment, for its buyer.
 *
 * @attr buyer-secret - the secret of the order's buyer link; a new one starts over
 * @attr locale - BCP 47; by default the nearest `lang`, then the browser's
 * @attr appearance - as the checkout's: a theme (`harbour`, `ledger`, `hearth`), `light`, `dark` or `auto`, both apart by a
 *   space, or JSON of {@link Appearance}
 * @attr api-url - the API's origin; by default the script's own
 *
 * @event {OrderEvent} order - it is there, or has changed
 *
 * @csspart base - the surface
 * @csspart header - the marketplace and the order
 * @csspart test-mode - the badge in test mode
 * @csspart where - where all the money is
 * @csspart bar - a bar of held, released and refunded
 * @csspart share - one seller's share
 * @csspart status - its state
 * @csspart notice - that it is frozen
 * @csspart accept-button - the button that asks whether to confirm receipt
 * @csspart dispute-button - the button that opens the request for a refund
 * @csspart confirmation - what opens in place
 * @csspart reason - the field for what is wrong
 * @csspart confirm-button - the button that does it
 * @csspart cancel-button - the button that does not
 * @csspart timeline - what happened, and what will
 * @csspart outcome - what replaces all of it when the order can't be shown
 * @csspart retry - the button that tries again
 */
export class HoldfastOrder extends LitElement {
  static override styles: typeof styles = styles
  static override properties: PropertyDeclarations = {
    buyerSecret: { attribute: 'buyer-secret' },
    locale: {},
    appearance: { converter: { fromAttribute: appearanceOf } },
    apiUrl: { attribute: 'api-url' },
  }

  /** Where the API is when the element doesn't say: the script sets its own origin. @internal */
  static defaultApiUrl: string | undefined
  /** @internal */
  static timing: Timing & { readonly refreshMs?: number } = patient

  declare buyerSecret: string | null
  declare locale: string | null
  declare appearance: Appearance
  declare apiUrl: string | null

  #api: Caller | undefined
  #stop = new AbortController()
  #view: OrderView | undefined
  #failure: ApiFailure['failed'] | undefined
  #asking: Asking | undefined
  /** The buyer has just decided: what came of it is announced. */
  #decided = false
  readonly #look = new Look()
  #spoken: Spoken | undefined
  #coming: string | undefined
  /** Reads that were begun; an answer that a decision has overtaken is not shown. */
  #reads = 0

  constructor() {
    super()
    this.buyerSecret = this.locale = this.apiUrl = null
    this.appearance = {}
  }

  /** Reads the order again, now. Never rejects. */
  async refresh(): Promise<void> {
    const api = this.#api
    if (!api) return
    const read = ++this.#reads
    const answer = await readOrder(api, HoldfastOrder.timing)
    if (api !== this.#api || read !== this.#reads || this.#asking?.busy) return
    if (isFailure(answer)) this.#fail(answer)
    else this.#show(answer)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop.abort()
    this.#api = undefined
  }

  protected override createRenderRoot(): ShadowRoot {
    const root = super.createRenderRoot() as ShadowRoot
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#look.sheet]
    return root
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // a framework unsets a property by undefined
    if (changed.has('appearance')) this.#look.put(this.appearance ??= {}, () => this.requestUpdate())
    if (changed.has('buyerSecret') || changed.has('apiUrl')) this.#start()
  }

  protected override render(): TemplateResult {
    const spoken = this.#speak()
    const { language: { locale, direction } } = spoken ?? { language: languageOf('en') }
    return html`<div class="base ${this.#look.dark ? 'dark' : ''} ${this.#look.coming ? 'bare' : ''}" part="base" lang=${locale} dir=${direction}>
      ${spoken ? this.#body(spoken) : skeleton}
      <p class="sr" role="status">${this.#announcement(spoken)}</p></div>`
  }

  #start(): void {
    this.#stop.abort()
    this.#stop = new AbortController()
    this.#api = this.#view = this.#failure = this.#asking = undefined
    this.#decided = false
    this.requestUpdate()
    if (!this.buyerSecret || !this.isConnected) return
    const baseUrl = this.apiUrl ?? HoldfastOrder.defaultApiUrl ?? location.origin
    this.#api = new Caller({ baseUrl, clientSecret: this.buyerSecret, timing: HoldfastOrder.timing })
    void this.#watch(this.#stop.signal)
  }

  /** Reads while the page is looked at; at once when it is looked at again, or connected again. */
  async #watch(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      if (!document.hidden || !this.#view) await this.refresh()
      if (this.#failure && final.has(this.#failure)) return
      await pause(HoldfastOrder.timing.refreshMs ?? refreshMs, stopped)
    }
  }

  #show(view: OrderView): void {
    const changed = JSON.stringify(view) !== JSON.stringify(this.#view)
    this.#failure = undefined
    if (!changed) return
    this.#view = view
    const share = view.shares.find(({ escrow }) => escrow === this.#asking?.escrow)
    if (this.#asking && !share?.actions.includes(this.#asking.action)) this.#asking = undefined
    this.requestUpdate()
    this.dispatchEvent(new OrderEvent(view))
  }

  /** A read that fails while the order stands on the page leaves it there: the next one may succeed. */
  #fail({ failed }: ApiFailure): void {
    if (this.#view && !final.has(failed)) return
    this.#failure = failed
    if (failed in advice) warnOnce(advice[failed as keyof typeof advice])
    this.requestUpdate()
  }

  /** The language of now with the order's own words; undefined until there are any. */
  #speak(): Spoken | undefined {
    const language = languageOf(this.locale, this.closest('[lang]')?.getAttribute('lang'), ...navigator.languages)
    if (this.#spoken?.language.locale === language.locale && !language.pending) return this.#spoken
    const wanted = `${language.locale} ${language.pending ? 'pending' : ''}`
    if (this.#coming !== wanted) {
      this.#coming = wanted
      void (language.pending ?? language.words('order', en).then((words) => { this.#spoken = { language, words } }))
        .then(() => this.requestUpdate())
    }
    return this.#spoken
  }

  #body(spoken: Spoken): TemplateResult {
    if (this.#failure) return this.#unavailable(spoken, this.#failure)
    if (!this.#view) return skeleton
    return orderView({
      view: this.#view, ...spoken, asking: this.#asking,
      open: (action, escrow) => void this.#open(action, escrow), close: () => void this.#close(),
      send: (event) => {
        event.preventDefault()
        void this.#send(event.currentTarget as HTMLFormElement, spoken)
      },
    })
  }

  #unavailable({ language, words }: Spoken, failed: ApiFailure['failed']): TemplateResult {
    const lasting = final.has(failed)
    return html`<div class="outcome" part="outcome"><span class="seal bad">${icon('alert')}</span>
      <h2 tabindex="-1">${words(titleOf(failed))}</h2><p>${lasting ? words('linkText') : shared(language)('error_network')}</p>
      ${lasting ? nothing : html`<button class="quiet" part="retry" @click=${() => this.refresh()}>${shared(language)('retry')}</button>`}</div>`
  }

  #announcement(spoken: Spoken | undefined): string {
    if (!spoken) return ''
    if (this.#failure) return spoken.words(titleOf(this.#failure))
    if (!this.#view) return spoken.words('loading')
    const last = this.#view.moments.at(-1)
    return this.#decided && last ? momentWords({ view: this.#view, ...spoken }, last) : ''
  }

  async #open(action: BuyerAction, escrow: string): Promise<void> {
    this.#asking = { action, escrow, missing: false, busy: false, error: undefined }
    this.#decided = false
    await this.#focus(action === 'accept' ? '.asking h4' : '#reason')
  }

  async #close(): Promise<void> {
    const was = this.#asking
    if (!was || was.busy) return
    this.#asking = undefined
    await this.#focus(`[data-action=${was.action}]`, was.escrow)
  }

  async #send(form: HTMLFormElement, { language, words }: Spoken): Promise<void> {
    const [asking, api] = [this.#asking, this.#api]
    if (!asking || !api || asking.busy) return
    const reason = String(new FormData(form).get('reason') ?? '').trim()
    if (asking.action === 'dispute' && !reason) {
      this.#asking = { ...asking, missing: true, error: undefined }
      return this.#focus('#reason')
    }
    this.#asking = { ...asking, missing: false, busy: true, error: undefined }
    this.requestUpdate()
    const { action, escrow } = asking
    const answer = await act(api, HoldfastOrder.timing, { action, escrow, ...(action === 'dispute' && { reason }) })
    if (api !== this.#api) return
    this.#reads++
    if (!isFailure(answer)) return this.#done(answer)
    this.#asking = { ...asking, busy: false, error: answer.failed in refusals ? words('changed') : shared(language)('error_network') }
    if (final.has(answer.failed)) this.#fail(answer)
    else void this.refresh()
    this.requestUpdate()
  }

  async #done(view: OrderView): Promise<void> {
    this.#asking = undefined
    this.#decided = true
    this.#show(view)
    await this.#focus('header h2')
  }

  async #focus(selector: string, within?: string): Promise<void> {
    this.requestUpdate()
    await this.updateComplete
    const root = within ? this.renderRoot.querySelector(`[aria-labelledby="name-${CSS.escape(within)}"]`) : this.renderRoot
    root?.querySelector<HTMLElement>(selector)?.focus()
  }
}

/** No other try of this page can cure them. */
const final: ReadonlySet<string> = new Set(['buyer_link_expired', 'buyer_link_invalid', 'not_found', 'origin_not_allowed'])
const titleOf = (failed: ApiFailure['failed']): OrderKey =>
  final.has(failed) && failed !== 'origin_not_allowed' ? 'linkOver' : 'errorTitle'
/** The order has moved on since it was drawn. */
const refusals = { milestone_transition_refused: 1, escrow_disputed: 1, outcome_unknown: 1 }

/** For the page's developer; buyers never read it. */
const advice = {
  buyer_link_expired: 'the buyer link has expired: make a new one by orders.createBuyerLink for each page that shows an order.',
  buyer_link_invalid: 'buyer-secret is not the secret of a buyer link of this API: give it what orders.createBuyerLink answered, whole.',
  origin_not_allowed: 'the marketplace has not registered this page’s origin: add it by marketplace.update({ origins }).',
}

const skeleton = html`<div class="waiting-shape" aria-hidden="true"><span class="blank"></span><span class="blank wide"></span>
  <span class="blank wide"></span></div>`

declare global {
  interface HTMLElementTagNameMap {
    'holdfast-order': HoldfastOrder
  }
  interface HTMLElementEventMap {
    order: OrderEvent
  }
}
