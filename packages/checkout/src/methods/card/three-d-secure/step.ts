import { html, nothing, type TemplateResult } from 'lit'
import type { Attempt } from '@holdfast/contract/types'
import type { Words } from '../../../i18n/index.ts'
import type { BuyerStep, StepHost } from '../../method.ts'
import type { en } from './en.ts'
import { sheet } from './style.ts'

type Action = Extract<NonNullable<Attempt['action']>, { type: 'three_d_secure' }>

/** What our own frame tells of the issuer's pages. It moves nothing: it has the server asked, or the frame shown. */
interface Told {
  readonly holdfast?: unknown
  readonly event?: unknown
}

/** How long is waited for what, in milliseconds. */
export const waits = {
  /** The issuer's own look at the browser, by EMV 3-D Secure. */
  fingerprintMs: 10_000,
  /** A page that is passed through at once is no challenge. */
  passingMs: 600,
  /** Between two questions to the server, once the issuer's pages have ended. */
  askMs: 2_500,
}
const minuteMs = 60_000
/** Minutes left at which a screen reader is told. */
const marks = [5, 1]

/** Where a page shares its process with nobody, no bank's page can be framed. */
const isolated = (): boolean => globalThis.crossOriginIsolated === true

/** The issuer's pages in a frame of ours: unseen while they look at the browser, in place or as a whole screen once they ask. */
export class ThreeDSecureStep implements BuyerStep {
  readonly payment: string
  busy = false
  readonly #host: StepHost
  readonly #words: Words<keyof typeof en>
  readonly #clock: ReturnType<typeof setInterval>
  readonly #stop = new AbortController()
  readonly #began = performance.now()
  #action: Action | undefined
  #frame: HTMLIFrameElement | undefined
  #ready = false
  #shown = false
  #returnedAt: number | undefined
  #showing: ReturnType<typeof setTimeout> | undefined

  constructor(host: StepHost, attempt: Attempt, words: Words<keyof typeof en>) {
    this.#host = host
    this.#words = words
    this.payment = attempt.payment
    host.adopt(sheet())
    this.update(attempt)
    this.#clock = setInterval(() => this.#tick(), 1000)
    addEventListener('message', (event) => this.#heard(event), this.#stop)
    // what the buyer typed must be found again: the way to the bank and back keeps only the session
    if (isolated() && this.#action) location.assign(this.#action.pageUrl)
  }

  update({ action }: Attempt): void {
    if (action?.type !== 'three_d_secure') return
    // the frame keeps its page: another address would begin anew
    this.#action = { ...action, frameUrl: this.#action?.frameUrl ?? action.frameUrl }
    if (action.step === 'challenge') this.#show()
  }

  lapse(): void {
    this.close()
  }

  close(): void {
    clearInterval(this.#clock)
    clearTimeout(this.#showing)
    this.#stop.abort()
  }

  #heard({ source, origin, data }: MessageEvent<Told | null>): void {
    const url = this.#action?.frameUrl
    if (!url || source !== this.#frame?.contentWindow || origin !== new URL(url).origin || data?.holdfast !== 'three_d_secure') return
    this.#ready = true
    clearTimeout(this.#showing)
    if (data.event === 'page') this.#showing = setTimeout(() => this.#show(), waits.passingMs)
    if (data.event === 'returned') {
      this.#returnedAt = performance.now()
      this.#unmodal()
      this.#host.check()
    }
    this.#host.changed()
  }

  #show(): void {
    if (this.#shown || this.#returnedAt !== undefined) return
    this.#shown = true
    this.#host.changed()
    // after it is drawn: the buyer goes on in the bank's page
    requestAnimationFrame(() => this.#enter())
  }

  #enter(): void {
    const dialog = this.#frame?.closest('dialog')
    if (!dialog?.isConnected || this.#returnedAt !== undefined) return
    if (this.#action?.window === 'full_screen' && !dialog.matches(':modal')) {
      dialog.removeAttribute('open')
      dialog.showModal()
    }
    this.#frame?.focus()
  }

  #unmodal(): void {
    const dialog = this.#frame?.closest('dialog')
    if (!dialog?.matches(':modal')) return
    dialog.close()
    dialog.setAttribute('open', '')
  }

  get #leftMs(): number {
    return this.#action ? Math.max(0, this.#host.clock.msUntil(this.#action.expiresAt)) : Infinity
  }

  get #isLate(): boolean {
    return !this.#ready && performance.now() - this.#began > waits.fingerprintMs
  }

  #tick(): void {
    const waited = performance.now() - this.#began
    if (this.#ready && waited > waits.fingerprintMs + waits.passingMs) this.#show()
    const since = this.#returnedAt === undefined ? 0 : performance.now() - this.#returnedAt
    if (since > waits.askMs || !this.#leftMs) {
      if (this.#returnedAt !== undefined) this.#returnedAt = performance.now()
      this.#host.check()
    }
    this.#host.changed()
  }

  draw(): TemplateResult {
    const { language: { text } } = this.#host
    const visible = this.#shown && this.#returnedAt === undefined
    const words = visible ? 'bankAsk' : this.#isLate ? 'bankLate' : 'bankChecking'
    return html`<dialog class="outcome step bank" part="action" open aria-labelledby="bank" @cancel=${stay}>
      <h2 id="bank" tabindex="-1">${this.#words('bankTitle')}</h2>
      <p class="status small">${visible || this.#isLate ? nothing : html`<i class="turning"></i>`}<span>${this.#words(words)}</span><span class="quiet-text">${visible ? this.#timeLeft() : nothing}</span></p>
      ${this.#framed(visible)}
      ${visible || this.#isLate ? this.#whole() : nothing}
      <button class="link second" part="other-method" aria-disabled=${this.busy} @click=${() => this.#leave()}>${text('another')}</button>
    </dialog>`
  }

  #framed(visible: boolean): TemplateResult {
    const height = this.#action?.window.split('x')[1] ?? '400'
    return html`<div class="frame ${visible ? '' : 'sr'}" data-ready ?inert=${!visible} aria-busy=${!visible}>
      <iframe part="bank-frame" title=${this.#words('bankFrame')} src=${this.#action?.frameUrl ?? nothing} height=${height}
        allow="publickey-credentials-get *; payment *" referrerpolicy="no-referrer" @load=${this.#loaded}></iframe></div>`
  }

  readonly #loaded = ({ target }: Event): void => {
    this.#frame = target as HTMLIFrameElement
    // a page that was opened anew amid the bank's question shows it before it has loaded
    if (this.#shown) this.#enter()
  }

  #whole(): TemplateResult {
    return html`<a class=${this.#isLate ? 'link' : 'whole small'} part="action-link" href=${this.#action?.pageUrl ?? nothing}>${this.#words('bankOpen')}</a>`
  }

  #timeLeft(): string {
    const seconds = Math.floor(this.#leftMs / 1000)
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    return this.#host.language.text('timeLeft', { time })
  }

  announcement(): string {
    const said = this.#shown && this.#returnedAt === undefined ? 'bankAsk' : this.#isLate ? 'bankLate' : 'bankChecking'
    const mark = marks.findLast((minutes) => this.#leftMs <= minutes * minuteMs)
    return mark ? this.#host.language.text('minutesLeft', { minutes: mark }) : this.#words(said)
  }

  async #leave(): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.#host.changed()
    await this.#host.another()
    this.busy = false
    this.#host.changed()
  }
}

/** Escape must not lose a payment that is half confirmed: the button gives it up. */
const stay = (event: Event): void => event.preventDefault()
