import { css, html, nothing, type CSSResult, type TemplateResult } from 'lit'
import type { CheckoutView, SaveCard } from '@holdfast/contract/types'
import type { CardBrand, CardField } from '@holdfast/contract/frame'
import type { ApiFailure } from '../api.ts'
import type { Fault } from '../errors.ts'
import type { Words } from '../i18n/index.ts'
import type { Drawing, MethodHost, PaymentMethod } from '../methods/method.ts'
import type { Prepare, Prepared } from '../session.ts'
import { en } from './en.ts'

type Saved = NonNullable<CheckoutView['savedCards']>
type Card = Saved['cards'][number]

/** The version of the words in `en.ts` that a buyer agrees to. */
export const consent: SaveCard['consent'] = '2026-11'

/** What the part is given of the script's own modules. */
export interface SavedKit {
  readonly host: MethodHost
  /** The method for a card that is typed. */
  readonly card: PaymentMethod & {
    /** One that asks for a saved card's security code. */
    codeOf(savedCard: string): PaymentMethod
  }
  brandMark(brand: string): unknown
  brandName(brand: string): string
}

/** Cards, with those that the buyer saved before above a new one, and the question whether to save that. */
export async function withSavedCards(kit: SavedKit): Promise<PaymentMethod> {
  kit.host.adopt(styles())
  const method = new SavedMethod(kit)
  await method.learnWords()
  return method
}

const isToken = (value: unknown): value is { token: string } =>
  typeof value === 'object' && value !== null && typeof (value as { token?: unknown }).token === 'string'

class SavedMethod implements PaymentMethod {
  readonly type = 'card'
  readonly name = 'card'
  readonly payWords = 'pay'
  readonly #kit: SavedKit
  #say!: Words<keyof typeof en>
  #locale = ''
  /** The saved card that is chosen; null: a new one. */
  #choice: string | null
  /** The one that the buyer is asked about. */
  #leaving: string | undefined
  #removing = false
  #fault: Fault | undefined
  #save = false
  #share = false
  /** Frames that were opened stay, so that what was typed does. */
  readonly #codes = new Map<string, PaymentMethod>()
  #cardOpened = false

  constructor(kit: SavedKit) {
    this.#kit = kit
    this.#choice = this.#cards.find(({ expired }) => !expired)?.id ?? null
  }

  async learnWords(): Promise<void> {
    const { language, changed } = this.#kit.host
    this.#locale = language.locale
    this.#say = await language.words('saved', en)
    changed()
  }

  get #saved(): Saved | null {
    return this.#kit.host.view.savedCards
  }

  get #cards(): readonly Card[] {
    return this.#saved?.cards ?? []
  }

  /** The chosen card, while it is there; else a new one. */
  get #chosen(): Card | undefined {
    return this.#cards.find(({ id, expired }) => id === this.#choice && !expired)
  }

  get #asksCode(): boolean {
    return this.#saved?.securityCode !== 'never'
  }

  /** The method that the choice stands for; undefined: a saved card that is paid with as it is. */
  get #current(): PaymentMethod | undefined {
    const chosen = this.#chosen
    if (!chosen) return this.#kit.card
    return this.#asksCode ? this.#codeOf(chosen.id) : undefined
  }

  #codeOf(id: string): PaymentMethod {
    const known = this.#codes.get(id) ?? this.#kit.card.codeOf(id)
    this.#codes.set(id, known)
    return known
  }

  get ready(): boolean {
    return this.#current?.ready ?? true
  }

  get complete(): boolean {
    return this.#current?.complete ?? true
  }

  get brand(): CardBrand | null {
    return this.#chosen ? this.#chosen.brand as CardBrand : this.#kit.card.brand ?? null
  }

  marks(): Drawing | undefined {
    return this.#kit.card.marks?.()
  }

  form(): TemplateResult {
    if (this.#kit.host.language.locale !== this.#locale) void this.learnWords()
    const cards = this.#cards
    const isNew = !this.#chosen
    this.#cardOpened ||= isNew
    return html`${cards.length ? html`<fieldset class="kept">
        <legend class="sr">${this.#say('savedCards')}</legend>
        ${cards.map((card) => this.#row(card))}
        <div><label>${this.#radio(null, isNew)}<span>${this.#say('another')}</span></label></div>
      </fieldset>` : nothing}
      <div ?hidden=${!isNew}>${this.#cardOpened ? this.#kit.card.form?.() : nothing}${this.#question()}</div>
      <div role="alert">${this.#fault ? html`<p class="wrong">${this.#kit.host.language.text(`error_${this.#fault.code}`)}</p>` : nothing}</div>`
  }

  #radio(id: string | null, checked: boolean, disabled = false): TemplateResult {
    return html`<input type="radio" name="kept" .checked=${checked} ?disabled=${disabled} @change=${() => this.#choose(id)}>`
  }

  #nameOf({ brand, last4 }: Card): string {
    return this.#say('cardEnding', { brand: this.#kit.brandName(brand), last4 })
  }

  #row(card: Card): TemplateResult {
    const { id, brand, expired, own } = card
    const chosen = this.#chosen?.id === id
    const month = `${String(card.expMonth).padStart(2, '0')}/${String(card.expYear).slice(2)}`
    const note = expired ? this.#say('expired') : own ? '' : this.#say('colleague')
    const label = (key: 'remove' | 'keep'): string => `${this.#say(key)}: ${this.#nameOf(card)}`
    return html`<div data-expired=${expired}>
      <label>${this.#radio(id, chosen, expired)}${this.#kit.brandMark(brand)}
        <span>${this.#nameOf(card)}<small><bdi>${month}</bdi>${note ? ` · ${note}` : nothing}</small></span></label>
      ${own ? html`<button class="quiet" aria-label=${label('remove')} aria-expanded=${this.#leaving === id}
        @click=${(event: Event) => this.#ask(id, event)}>${this.#say('remove')}</button>` : nothing}
      ${this.#leaving === id ? html`<div class="ask" role="group" aria-label=${this.#say('removeAsk', { card: this.#nameOf(card) })}>
        <p>${this.#say('removeAsk', { card: this.#nameOf(card) })}</p>
        <button class="quiet" aria-disabled=${this.#removing} @click=${(event: Event) => void this.#remove(card, event)}>${this.#say('remove')}</button>
        <button class="quiet" @click=${(event: Event) => this.#ask(undefined, event)}>${this.#say('keep')}</button>
      </div>` : nothing}
      ${this.#asksCode && this.#codes.has(id) || (chosen && this.#asksCode)
        ? html`<div class="coded" ?hidden=${!chosen}>${this.#codeOf(id).form?.()}</div>` : nothing}
    </div>`
  }

  /** Unticked, and ticked by nobody but the buyer. */
  #question(): TemplateResult {
    const { host: { view: { marketplaceName: marketplace }, changed } } = this.#kit
    const box = (checked: boolean, text: string, set: (to: boolean) => void): TemplateResult =>
      html`<label class="tick"><input type="checkbox" .checked=${checked} @change=${({ target }: Event) => {
        set((target as HTMLInputElement).checked)
        changed()
      }}><span>${text}</span></label>`
    return html`${box(this.#save, this.#say('save', { marketplace }), (to) => { this.#save = to })}
      ${this.#save && this.#saved?.shareable ? box(this.#share, this.#say('share'), (to) => { this.#share = to }) : nothing}`
  }

  #choose(id: string | null): void {
    this.#choice = id
    this.#leaving = this.#fault = undefined
    this.#kit.host.changed()
  }

  /** Asks in place whether to remove a card, or lets it be; the focus goes along. */
  #ask(id: string | undefined, { currentTarget }: Event): void {
    const row = (currentTarget as HTMLElement).closest('.kept > div')
    this.#leaving = id === this.#leaving ? undefined : id
    this.#kit.host.changed()
    requestAnimationFrame(() => row?.querySelector<HTMLElement>(this.#leaving ? '.ask button:last-child' : 'button')?.focus())
  }

  async #remove({ id }: Card, { currentTarget }: Event): Promise<void> {
    if (this.#removing) return
    const list = (currentTarget as HTMLElement).closest('.methods')
    this.#removing = true
    this.#fault = undefined
    const { host } = this.#kit
    const answer = await host.post('remove-saved-card', { savedCard: id })
    this.#removing = false
    // one that is gone already is what was wanted
    if ('failed' in answer && answer.failed !== 'not_found') this.#fault = host.fault(answer as ApiFailure)
    else {
      this.#leaving = undefined
      this.#codes.get(id)?.close?.()
      this.#codes.delete(id)
      if (this.#choice === id) this.#choice = null
      await host.outdated()
    }
    host.changed()
    requestAnimationFrame(() => list?.querySelector<HTMLElement>('.body input:checked, input:checked')?.focus())
  }

  async validate(): Promise<boolean> {
    return await this.#current?.validate() ?? true
  }

  readonly prepare: Prepare = async (options) => {
    const chosen = this.#chosen
    const current = this.#current
    if (!current) return this.#token((chosen as Card).id)
    const prepared = await current.prepare(options)
    return chosen || !this.#save || !('body' in prepared) ? prepared : this.#withConsent(prepared)
  }

  #withConsent({ body }: Extract<Prepared, { body: unknown }>): Prepared {
    if (body.method !== 'card') return { body }
    const locale = this.#say('another') === en.another ? 'en' : this.#locale
    return { body: { ...body, save: { consent, locale, shared: this.#share && this.#saved?.shareable === true } } }
  }

  async #token(savedCard: string): Promise<Prepared> {
    const { host } = this.#kit
    const { revision } = host.view
    const answer = await host.post('saved-card-token', { savedCard, revision })
    if (isToken(answer)) return { body: { method: 'card', token: answer.token } }
    const gone = answer.failed === 'not_found' || answer.failed === 'token_refused'
    if (gone) await host.outdated()
    return { fault: host.fault(gone || !('failed' in answer) ? 'try_again_later' : answer as ApiFailure) }
  }

  async renew(): Promise<void> {
    await Promise.all([this.#kit.card, ...this.#codes.values()].map((method) => method.renew?.()))
  }

  focus(field?: CardField): void {
    this.#current?.focus?.(field)
  }

  disable(disabled: boolean): void {
    for (const method of [this.#kit.card, ...this.#codes.values()]) method.disable?.(disabled)
  }

  close(): void {
    for (const method of [this.#kit.card, ...this.#codes.values()]) method.close?.()
  }
}

const styles = (): CSSResult => css`
  .kept > div { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: 4px 8px; padding: 4px; }
  .kept > div + div, .kept + div:not([hidden]) { border-block-start: 1px solid var(--line); }
  .kept label, .tick { display: flex; align-items: center; gap: 12px; min-block-size: 44px; cursor: pointer; }
  .kept label > span { flex: 1; } .kept small { display: block; color: var(--quiet); }
  .kept [data-expired=true] label { cursor: default; color: var(--quiet); }
  .kept .quiet { border-color: transparent; padding-inline: 8px; font-size: 14px; }
  .kept .ask .quiet { border-color: var(--border); }
  .ask { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding-block-end: 8px; }
  .ask p { flex: 1 1 100%; }
  .ask, .coded { grid-column: 1 / -1; }
  .kept + div:not([hidden]) { padding-block-start: 12px; }
  .tick { align-items: start; padding: 8px 4px 0; font-size: 14px; }
  .tick input { flex: none; inline-size: 20px; block-size: 20px; margin: 0; accent-color: var(--accent); }
  .wrong { padding: 8px 4px 0; color: var(--error); font-size: 14px; }
  @container (max-width: 339px) { .kept > div { grid-template-columns: 1fr; } .kept > div > .quiet { justify-self: end; } }
`
