import { html, nothing, type TemplateResult } from 'lit'
import type { CheckoutView } from '@holdfast/contract/types'
import type { CardBrand, CardField, FrameErrorCode, FrameMessage } from '@holdfast/contract/frame'
import { isFailure, type ApiFailure } from '../../api.ts'
import { fault, messageOf, type Fault } from '../../errors.ts'
import { refusal, type Prepare } from '../../session.ts'
import type { MethodHost, PaymentMethod } from '../method.ts'
import { brandMark, brandName, isNamedBrand } from './brands.ts'
import { browserOf } from './browser.ts'
import { frameAt, type EarlyFrame } from './early.ts'
import { FrameLink } from './link.ts'

type View = Extract<CheckoutView['methods'][number], { type: 'card' }>

/** The frame's height before it says its own: that of its fields with no error shown. */
const usualHeightPx = 307
/** That of the security code's alone. */
const codeHeightPx = 134
const heightPx = { least: 80, most: 1000 }
const marksShown = 4
/** Fresh starts of a frame that keeps failing or reloading, before the buyer is asked. */
const mostStarts = 4

type Answered = { token: string } | { error: FrameErrorCode } | { invalid: true }

/** Cards: a frame on the vault's origin holds every field; this page sees its height, its validity and a token. */
export class CardMethod implements PaymentMethod {
  readonly type = 'card'
  readonly name = 'card'
  readonly payWords = 'pay'
  ready = false
  complete = false
  brand: CardBrand | null = null
  readonly #host: MethodHost
  readonly #view: View
  #link: FrameLink | undefined
  #frame: HTMLIFrameElement | undefined
  /** Only this saved card's security code is asked for. */
  readonly #savedCard: string | undefined
  #heightPx: number
  #fault: Fault | undefined
  #disabled = false
  #attempt = 0
  #starts = 0
  /** Holds the iframe, which moves into it once it has its own place. */
  readonly #box = document.createElement('div')
  /** The first load's ticket, asked for while the iframe loads. */
  #early: ReturnType<MethodHost['ticket']> | undefined
  /** The ticket that was asked for last: an older one that comes after it is of no use. */
  #newest: object | undefined
  #late: ReturnType<typeof setTimeout> | undefined

  constructor(host: MethodHost, view: View, savedCard?: string) {
    this.#host = host
    this.#view = view
    this.#savedCard = savedCard
    this.#heightPx = savedCard ? codeHeightPx : usualHeightPx
    const early = savedCard || host.view.savedCards?.cards.length ? undefined : host.early?.(this.#address())
    if (early) this.#take(early)
  }

  codeOf(savedCard: string): CardMethod {
    return new CardMethod(this.#host, this.#view, savedCard)
  }

  marks(): TemplateResult {
    const { text } = this.#host.language
    const { brands } = this.#view
    if (isNamedBrand(this.brand)) {
      const brand = brandName(this.brand)
      return html`${brandMark(this.brand)}<span class="sr">${text('cardBrand', { brand })}</span>`
    }
    const more = brands.length - marksShown
    return html`${brands.slice(0, marksShown).map(brandMark)}
      ${more > 0 ? html`<bdi class="more" aria-hidden="true">+${more}</bdi>` : nothing}
      <span class="sr">${text('cardBrands', { brands: brands.map(brandName).join(', ') })}</span>`
  }

  form(): TemplateResult {
    const iframe = this.#frame ?? this.#open()
    iframe.title = this.#host.language.text(this.#savedCard ? 'field_securityCode' : 'cardFrame')
    iframe.height = `${this.#heightPx}`
    const park = iframe.parentElement as Element
    if (park !== this.#box) queueMicrotask(() => this.#fetchFrom(park))
    return this.#fault ? this.#broken(this.#fault) : html`
      <div class="frame" ?data-ready=${this.ready} aria-busy=${!this.ready}>
        ${this.#box}
        <div class="fields" aria-hidden="true"><i></i>${this.#savedCard ? nothing : html`<i></i><i></i><i></i>`}</div>
      </div>`
  }

  #open(): HTMLIFrameElement {
    this.#expectReady()
    const iframe = this.#frame = frameAt(this.#address())
    this.#early = this.#host.ticket(this.#savedCard)
    iframe.onload = this.#loaded
    this.#box.replaceChildren(iframe)
    return iframe
  }

  /** In the language of now: in another one the iframe would lose what was typed. */
  #address(): string {
    const address = new URL(this.#view.frameUrl)
    address.searchParams.set('locale', this.#host.language.locale)
    return address.href
  }

  #take({ iframe, ticket, loaded }: EarlyFrame): void {
    this.#expectReady()
    this.#frame = iframe
    this.#early = ticket
    iframe.onload = this.#loaded
    if (loaded) void this.#loaded()
  }

  /** Moves the iframe from where it waited to its own place, once that is drawn. */
  #fetchFrom(park: Element): void {
    if (!this.#box.isConnected) return
    this.#box.moveBefore(this.#frame as Node, null)
    park.remove()
  }

  #broken(found: Fault): TemplateResult {
    const { language } = this.#host
    return html`<div class="broken" role="alert">
      <p>${messageOf(found, language)}</p>
      ${found.retryable
        ? html`<button class="quiet" @click=${() => this.#restart()}>${language.text('retry')}</button>` : nothing}
    </div>`
  }

  /** Starts over with a new iframe; only for a frame that doesn't work, because what was typed goes with it. */
  #restart(): void {
    this.#fault = undefined
    this.#starts = 0
    this.#frame = undefined
    this.#unready()
    this.#host.changed()
  }

  #expectReady(): void {
    clearTimeout(this.#late)
    this.#late = setTimeout(() => this.#fail('card_form_failed'), this.#host.timing.frameReadyMs)
  }

  #unready(): void {
    this.#link?.close()
    this.#link = undefined
    this.ready = this.complete = false
    this.brand = null
  }

  #fail(code: Fault['code'] | Fault): void {
    clearTimeout(this.#late)
    this.#unready()
    this.#fault = typeof code === 'string' ? fault(code) : code
    this.#host.broken(this.#fault)
    this.#host.changed()
  }

  /** On the first load, and on any later one: a frame that was reloaded has forgotten its port. */
  readonly #loaded = async (): Promise<void> => {
    this.#unready()
    this.#host.changed()
    if (++this.#starts > mostStarts) return this.#fail('card_form_failed')
    this.#expectReady()
    const asked = this.#early ?? this.#host.ticket(this.#savedCard)
    this.#early = undefined
    this.#link = new FrameLink({
      frame: this.#frame?.contentWindow as Window,
      origin: new URL(this.#view.frameUrl).origin,
      init: { locale: this.#host.language.locale, style: this.#host.style() },
      heard: (message) => this.#heard(message),
    })
    const failure = await this.#bring(asked)
    if (failure) return this.#refused(refusal(failure), failure.failed)
  }

  /** Gives the frame a ticket and waits until it has taken it; none where it has been reloaded, or another one asked for, meanwhile. */
  async #bring(asked: ReturnType<MethodHost['ticket']>): Promise<ApiFailure | undefined> {
    const link = this.#link
    this.#newest = asked
    const ticket = await asked
    if (!link || link !== this.#link || asked !== this.#newest) return undefined
    if (isFailure(ticket)) return ticket
    link.post({ type: 'ticket', ticket: ticket.ticket })
    await link.next(this.#host.timing.frameAnswerMs, ({ type }) => type === 'ready' || type === 'error' || undefined)
    return undefined
  }

  #refused(found: Fault, code: string): void | Promise<void> {
    if (code === 'session_not_open' || (this.#savedCard && code === 'not_found')) return this.#host.outdated()
    this.#fail(found.code === 'network' || found.code === 'internal' ? 'card_form_failed' : found)
  }

  #heard(message: FrameMessage): void {
    switch (message.type) {
      // a saved card's frame has yet to hear which one it is for
      case 'open': if (!this.#savedCard) this.#isOpen(); break
      case 'ready': this.#isReady(message.revision, message.heightPx); break
      // a saved card's form is whole, and unseen, until then
      case 'resize': if (this.ready) this.#resize(message.heightPx); break
      case 'brand': this.brand = message.brand; break
      case 'validity': this.complete = message.complete; break
      case 'submit': this.#host.submit(); break
      case 'error': if (message.attempt === null) this.#trouble(message.code)
    }
    this.#host.changed()
  }

  /** What is typed from now on stays. */
  #isOpen(): void {
    this.ready = true
    if (this.#disabled) this.#link?.post({ type: 'disable', disabled: true })
  }

  #isReady(revision: number, height: number): void {
    clearTimeout(this.#late)
    this.#resize(height)
    this.#isOpen()
    if (revision !== this.#host.view.revision) this.#host.outdated()
  }

  #resize(height: number): void {
    this.#heightPx = Math.min(Math.max(height, heightPx.least), heightPx.most)
  }

  #trouble(code: FrameErrorCode): void | Promise<void> {
    if (code === 'session_closed') return this.#host.outdated()
    if (code === 'origin_refused') return this.#fail('origin_not_allowed')
    const passing = code === 'ticket_refused' || code === 'network'
    if (passing && ++this.#starts <= mostStarts) void this.renew()
    else this.#fail('card_form_failed')
  }

  /** Gives the frame a new ticket, bound to the session's revision of now, and waits until it has taken it. */
  async renew(): Promise<void> {
    await this.#bring(this.#host.ticket(this.#savedCard))
  }

  async validate(): Promise<boolean> {
    const link = this.#link
    if (!this.ready || !link) return false
    const answer = link.next(this.#host.timing.frameAnswerMs, (message) =>
      message.type === 'validity' ? message.complete : undefined)
    link.post({ type: 'validate' })
    return await answer ?? false
  }

  readonly prepare: Prepare = async ({ renew }) => {
    if (!this.ready) return { fault: fault('not_ready') }
    if (renew) await this.renew()
    let answer = await this.#tokenize()
    if (answer && 'error' in answer && answer.error === 'ticket_refused') {
      await this.renew()
      answer = await this.#tokenize()
    }
    return this.#prepared(answer)
  }

  #tokenize(): Promise<Answered | undefined> {
    const attempt = ++this.#attempt
    const answer = this.#link?.next<Answered>(this.#host.timing.frameAnswerMs, (message) => {
      if (message.type === 'validity' && !message.complete) return { invalid: true }
      if (message.type === 'token' && message.attempt === attempt) return { token: message.token }
      return message.type === 'error' && message.attempt === attempt ? { error: message.code } : undefined
    })
    this.#link?.post({ type: 'tokenize', attempt })
    return answer ?? Promise.resolve(undefined)
  }

  #prepared(answer: Answered | undefined): Awaited<ReturnType<Prepare>> {
    if (!answer) return { fault: fault('network') }
    if ('invalid' in answer) return { fault: fault('card_incomplete') }
    if ('token' in answer) {
      this.#starts = 0
      return { body: { method: 'card', token: answer.token, browser: browserOf(this.#frame?.clientWidth ?? 0) } }
    }
    if (answer.error === 'session_closed') this.#host.outdated()
    return { fault: fault(tokenizeFaults[answer.error] ?? 'try_again_later') }
  }

  focus(field?: CardField): void {
    this.#frame?.focus()
    this.#link?.post(field ? { type: 'focus', field } : { type: 'focus' })
  }

  disable(disabled: boolean): void {
    if (disabled === this.#disabled) return
    this.#disabled = disabled
    this.#link?.post({ type: 'disable', disabled })
  }

  close(): void {
    clearTimeout(this.#late)
    this.#starts = Infinity
    this.#unready()
  }
}

const tokenizeFaults: Readonly<Partial<Record<FrameErrorCode, Fault['code']>>> = {
  network: 'network',
  session_closed: 'session_expired',
  origin_refused: 'origin_not_allowed',
}
