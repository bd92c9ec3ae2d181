import { css, html, nothing, type CSSResult, type TemplateResult } from 'lit'
import type { Attempt } from '@holdfast/contract/types'
import type { ApiFailure } from '../../../api.ts'
import type { Words } from '../../../i18n/index.ts'
import type { BuyerStep, StepHost } from '../../method.ts'
import { en } from './en.ts'
import { isWhole, qrCode } from './qr.ts'

type Key = keyof typeof en

type Action = Exclude<NonNullable<Attempt['action']>, { type: 'three_d_secure' }>

/** What is said to a buyer at the wallet, by what is to be done: scan, go there, or confirm what is open there. */
interface Sentences {
  readonly title: Key
  readonly text: Key
  readonly wait: Key
  readonly again: Key
}

const sentences: Readonly<Record<Action['type'] | 'confirm', Sentences>> = {
  qr_code: { title: 'scanTitle', text: 'scanText', wait: 'scanWait', again: 'scanAgain' },
  redirect: { title: 'pageTitle', text: 'pageText', wait: 'pageWait', again: 'pageAgain' },
  confirm: { title: 'confirmTitle', text: 'confirmText', wait: 'pageWait', again: 'pageAgain' },
}

/** Minutes left at which a screen reader is told. */
const marks = [5, 1]
const minuteMs = 60_000
const almostOverMs = 3000

/** What is shown while the buyer is at Alipay. */
export async function stepOf(host: StepHost, attempt: Attempt): Promise<BuyerStep> {
  host.adopt(styles())
  return new AlipayStep(host, attempt, await host.language.words('alipay-step', en))
}

/** Waits with the buyer: the code or the way to Alipay's page, the time that is left, and the ways out. */
class AlipayStep implements BuyerStep {
  readonly payment: string
  busy = false
  readonly #host: StepHost
  readonly #say: Words<Key>
  readonly #clock: ReturnType<typeof setInterval>
  #action: Action | null = null
  #expiresAt: string | undefined
  #lapsed = false
  #failure: ApiFailure | undefined

  constructor(host: StepHost, attempt: Attempt, words: Words<Key>) {
    this.#host = host
    this.#say = words
    this.payment = attempt.payment
    this.update(attempt)
    this.#clock = setInterval(() => this.#tick(), 1000)
  }

  update({ action }: Attempt): void {
    // a server whose clock is a little ahead takes the action back first: the buyer may still start it again
    if (!action && this.#leftMs < almostOverMs) return
    const drawable = action && action.type !== 'three_d_secure' && (action.type === 'qr_code' ? isWhole(action) : this.#host.isHttpUrl(action.url))
    this.#action = drawable ? action : null
    this.#expiresAt = action?.expiresAt ?? this.#expiresAt
  }

  lapse(): void {
    this.#lapsed = true
    this.close()
  }

  close(): void {
    clearInterval(this.#clock)
  }

  get #leftMs(): number {
    if (this.#lapsed) return 0
    return this.#expiresAt ? Math.max(0, this.#host.clock.msUntil(this.#expiresAt)) : Infinity
  }

  get #sentences(): Sentences {
    return sentences[this.#action?.type ?? 'confirm']
  }

  #tick(): void {
    if (!this.#leftMs) {
      this.close()
      this.#host.check()
    }
    this.#host.changed()
  }

  draw(): TemplateResult {
    const { language: { text }, view, kit } = this.#host
    const lapsed = !this.#leftMs
    const said = { amount: kit.money(view), marketplace: view.marketplaceName }
    return html`<div class="outcome step" part="action">
      ${kit.title(this.#say(lapsed ? 'lapsedTitle' : this.#sentences.title))}
      ${this.#code(lapsed)}
      <p>${this.#say(lapsed ? 'lapsedText' : this.#sentences.text, said)}</p>
      ${lapsed ? this.#again() : this.#wait()}
      <div role="alert">${this.#failure ? kit.notice('error', kit.words(this.#failure)) : nothing}</div>
      <button class="link second" part="other-method" aria-disabled=${this.busy}
        @click=${() => this.#leave(() => this.#host.another())}>${text('another')}</button>
    </div>`
  }

  #code(lapsed: boolean): TemplateResult | typeof nothing {
    if (this.#action?.type !== 'qr_code') return nothing
    const code = qrCode(this.#action, this.#say('scanCode'))
    return html`<div class="code" part="qr-code" ?data-lapsed=${lapsed} aria-hidden=${lapsed}>${code}
      ${lapsed ? this.#host.kit.icon('clock') : nothing}</div>`
  }

  #wait(): TemplateResult {
    const { type, url } = this.#action?.type === 'redirect' ? this.#action : { type: '', url: '' }
    return html`${type ? html`<a class="link" part="action-link" href=${url}>${this.#say('pageGo')}</a>` : nothing}
      <p class="status small">${this.#host.kit.icon('wait', 'spin')}<span>${this.#say(this.#sentences.wait)}</span>
        <span class="quiet-text">${this.#timeLeft()}</span></p>`
  }

  #again(): TemplateResult {
    return html`<button class="link" part="again" aria-disabled=${this.busy}
      @click=${() => this.#leave(() => this.#host.again())}>${this.#say(this.#sentences.again)}</button>`
  }

  #timeLeft(): string {
    const leftMs = this.#leftMs
    if (leftMs === Infinity) return ''
    const seconds = Math.floor(leftMs / 1000)
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    return this.#host.language.text('timeLeft', { time })
  }

  announcement(): string {
    const { text } = this.#host.language
    const leftMs = this.#leftMs
    if (!leftMs) return this.#say('lapsedTitle')
    const mark = marks.findLast((minutes) => leftMs <= minutes * minuteMs)
    return `${this.#say(this.#sentences.title)}. ${mark ? text('minutesLeft', { minutes: mark }) : this.#say(this.#sentences.wait)}`
  }

  async #leave(way: () => Promise<ApiFailure | undefined>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.#failure = undefined
    this.#host.changed()
    const failure = await way()
    this.busy = false
    this.#failure = failure
    this.#host.changed()
  }
}

const styles = (): CSSResult => css`
  .code { display: grid; place-items: center; inline-size: fit-content; max-inline-size: 100%; margin-inline: auto; border: 1px solid var(--line);
    border-radius: var(--corner); overflow: clip; background: #fff; forced-color-adjust: none; }
  .code > * { grid-area: 1 / 1; }
  .qr { max-inline-size: 100%; block-size: auto; transition: opacity 150ms; }
  .code[data-lapsed] .qr { opacity: .06; }
  .code .icon { inline-size: 40px; block-size: 40px; stroke-width: 1.25; color: #5a6b78; }
`
