import { html, nothing, svg, type TemplateResult } from 'lit'
import { formatMoney } from '@holdfast/contract/amount'
import type { OrderMoment, OrderShare, OrderView, Totals } from '@holdfast/contract/types'
import { icon, type IconName } from '../element/icons.ts'
import type { Language, Words } from '../i18n/index.ts'
import { formatInstant } from '../instant.ts'
import type { BuyerAction } from './api.ts'
import { shared, type en } from './en.ts'

export type OrderKey = keyof typeof en

/** What is open in place, before anything that can't be taken back. */
export interface Asking {
  readonly action: BuyerAction
  readonly escrow: string
  /** It was sent without the words that it needs. */
  readonly missing: boolean
  readonly busy: boolean
  readonly error: string | undefined
}

/** What the page is drawn from. */
export interface OrderDrawn {
  readonly view: OrderView
  readonly language: Language
  readonly words: Words<OrderKey>
  readonly asking: Asking | undefined
  readonly open: (action: BuyerAction, escrow: string) => void
  readonly close: () => void
  readonly send: (event: SubmitEvent) => void
}

type Drawn = Pick<OrderDrawn, 'view' | 'language' | 'words'>

export function money({ view: { currency, exponent }, language }: Pick<Drawn, 'view' | 'language'>, amount: number): string {
  return formatMoney({ amount, currency, exponent }, language.locale)
}

export function orderView(drawn: OrderDrawn): TemplateResult {
  const { view, language, words } = drawn
  const text = shared(language)
  return html`<header part="header">
      <div class="head"><strong><bdi>${view.marketplaceName}</bdi></strong>
        ${view.mode === 'test' ? html`<span class="test" part="test-mode">${text('testMode')}<span class="sr">.
        ${text('testModeHint')}</span></span>` : nothing}</div>
      <h2 tabindex="-1">${text('order', { reference: view.reference })}</h2>
    </header>
    <section class="where" part="where">
      <h3 class="pair"><span>${words('where')}</span><span>${money(drawn, view.amount)}</span></h3>
      ${view.totals.captured ? html`${bar(drawn, view.totals)}${means(drawn)}` : html`<p class="quiet-text small">${words('unpaid')}</p>`}
    </section>
    ${view.shares.map((share) => shareSection(drawn, share))}
    <section class="happened" part="timeline"><h3>${words('history')}</h3>
      <ol class="timeline">${[...past(drawn), ...coming(drawn)]}</ol></section>`
}

/** Where an amount is: held · released · refunded, always in this order; in SVG, for the sake of a strict CSP. */
function bar(drawn: Drawn, { captured, held, released, refunded }: Totals): TemplateResult {
  const wide = 1000
  const parts = { held, released, refunded }
  let from = 0
  const rects = Object.entries(parts).filter(([, amount]) => amount > 0).map(([state, amount]) => {
    const start = from
    from += amount
    const [x, end] = [start / captured * wide, from / captured * wide].map(Math.round) as [number, number]
    return svg`<rect class=${state} x=${x} width=${Math.max(end - x - (from < captured ? 4 : 0), 4)} height="8"/>`
  })
  return html`<svg class="bar" part="bar" viewBox="0 0 ${wide} 8" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>
    <dl class="legend">${(['held', 'released', 'refunded'] as const).map((state) => legend(drawn, state, parts[state]))}</dl>`
}

const marks = { held: 'hold', released: 'check', refunded: 'return' } as const satisfies Record<string, IconName>

function legend(drawn: Drawn, state: keyof typeof marks, amount: number): TemplateResult {
  return html`<div class="${state}"><dt>${icon(marks[state])}${shared(drawn.language)(state)}</dt>
    <dd class=${amount ? '' : 'none'}>${money(drawn, amount)}</dd></div>`
}

const brands: Readonly<Record<string, string>> = {
  visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express', discover: 'Discover', diners: 'Diners Club', jcb: 'JCB',
  unionpay: 'UnionPay',
}

function means({ view: { paidWith }, language }: Drawn): TemplateResult | typeof nothing {
  const text = shared(language)
  if (!paidWith) return nothing
  const { card } = paidWith
  const said = card ? text('paidWith', { brand: brands[card.brand] ?? card.brand, last4: card.last4 })
    : paidWith.method === 'alipay' ? text('paidWithAlipay') : undefined
  return said ? html`<p class="small quiet-text">${said}</p>` : nothing
}

function shareSection(drawn: OrderDrawn, share: OrderShare): TemplateResult {
  const { totals, description, sellerName, escrow } = share
  const text = shared(drawn.language)
  const fee = share.platformFee ? text('feeAmount', { amount: money(drawn, share.platformFee) }) : text('feeNone')
  return html`<section class="seller" part="share" aria-labelledby="name-${escrow}">
    <h3 class="pair"><bdi id="name-${escrow}">${sellerName}</bdi>${badge(drawn, share)}</h3>
    ${description ? html`<p class="quiet-text small"><bdi>${description}</bdi></p>` : nothing}
    ${totals.captured ? bar(drawn, totals) : nothing}
    <dl class="terms small">
      ${totals.held > 0 && !share.dispute ? html`<dt>${text('release')}</dt><dd>${condition(drawn, share)}</dd>` : nothing}
      ${totals.held > 0 && !share.dispute && share.autoReleaseAt
        ? html`<dt>${text('automatic')}</dt><dd>${formatInstant(share.autoReleaseAt, drawn.language.locale)}</dd>` : nothing}
      <dt>${text('fee')}</dt><dd>${fee}</dd>
    </dl>
    ${share.dispute && totals.held ? frozen(drawn, totals.held, share.dispute.openedAt) : nothing}
    ${actions(drawn, share)}
  </section>`
}

function badge({ language, words }: Drawn, { status, totals, dispute }: OrderShare): TemplateResult | typeof nothing {
  if (!totals.captured) return nothing
  const [kind, said]: [string, string] = dispute ? ['frozen', words('frozen')]
    : totals.held === 0 ? totals.released >= totals.refunded ? ['released', shared(language)('released')] : ['refunded', shared(language)('refunded')]
      : status === 'funded' ? ['held', words('waiting')] : ['held', words('shipped')]
  return html`<span class="badge ${kind}" part="status">${said}</span>`
}

function condition({ language }: Drawn, { releaseTerms: { inspectionDays, method } }: OrderShare): string {
  const text = shared(language)
  if (inspectionDays === null) return text('releaseNever')
  return text('releaseDays', { days: inspectionDays, method: text(`method_${method}`) })
}

function frozen(drawn: Drawn, held: number, openedAt: string): TemplateResult {
  const { words, language: { locale } } = drawn
  const said = words('frozenText', { date: formatInstant(openedAt, locale), amount: money(drawn, held) })
  return html`<div class="notice" part="notice">${icon('hold')}<p>${said}</p></div>`
}

function actions(drawn: OrderDrawn, share: OrderShare): TemplateResult | typeof nothing {
  const { asking, words, open } = drawn
  if (share.actions.length === 0) return nothing
  if (asking?.escrow === share.escrow) return form(drawn, share, asking)
  const button = (action: BuyerAction): TemplateResult => html`<button class="${action === 'accept' ? 'pay' : 'quiet'}"
    part="${action}-button" aria-describedby="name-${share.escrow}" data-action=${action}
    @click=${() => open(action, share.escrow)}>${words(action === 'accept' ? 'accept' : 'ask')}</button>`
  return html`<div class="actions">${share.actions.map(button)}</div>`
}

/** What will happen, in words, and the button that does it: nothing irreversible is one press away. */
function form(drawn: OrderDrawn, share: OrderShare, { action, missing, busy, error }: Asking): TemplateResult {
  const { words, close, send, view: { marketplaceName: marketplace } } = drawn
  const amount = money(drawn, share.totals.held)
  const accepting = action === 'accept'
  // a name may end the sentence by itself: “Lathes & Co.”
  const consequence = accepting ? words('acceptText', { amount, seller: share.sellerName }).replace('..', '.')
    : share.totals.held ? words('askText', { amount, marketplace }) : words('askReleasedText', { marketplace })
  const title = words(accepting ? 'accept' : 'ask')
  return html`<form class="asking" part="confirmation" novalidate aria-label=${title} @submit=${send}
      @keydown=${(event: KeyboardEvent) => { if (event.key === 'Escape') close() }}>
    <h4 tabindex="-1">${title}</h4><p>${consequence}</p>
    ${accepting ? nothing : reason(drawn, missing)}
    <div role="alert">${error ? html`<p class="wrong">${icon('alert')}<span>${error}</span></p>` : nothing}</div>
    <div class="actions"><button class="pay" part="confirm-button" aria-disabled=${busy} aria-busy=${busy}>
        ${busy ? icon('wait', 'spin') : nothing}<span>${accepting ? words('acceptGo', { amount }) : title}</span></button>
      <button type="button" class="quiet" part="cancel-button" @click=${close}>${words('notNow')}</button></div>
  </form>`
}

function reason({ words }: OrderDrawn, missing: boolean): TemplateResult {
  return html`<div><label for="reason">${words('reason')}</label>
    <textarea id="reason" name="reason" rows="3" maxlength="2000" part="reason" aria-required="true"
      aria-invalid=${missing} aria-describedby=${missing ? 'missing' : nothing}></textarea>
    ${missing ? html`<p id="missing" class="wrong">${icon('alert')}<span>${words('reasonMissing')}</span></p>` : nothing}</div>`
}

const looks: Readonly<Partial<Record<OrderMoment['type'], string>>> = {
  paid: 'held', released: 'released', refunded: 'refunded', refund_pending: 'refunded', refund_failed: 'frozen', dispute_opened: 'frozen',
}

function past(drawn: Drawn): readonly TemplateResult[] {
  return drawn.view.moments.map((moment) => html`<li class=${looks[moment.type] ?? ''}>
    <span>${momentWords(drawn, moment)}</span>
    ${moment.delivery?.trackingNumber
      ? html`<span class="small">${drawn.words('tracking', { number: moment.delivery.trackingNumber })}</span>` : nothing}
    ${moment.note ? html`<q class="small"><bdi>${moment.note}</bdi></q>` : nothing}
    ${time(drawn, moment.at)}</li>`)
}

export function momentWords(drawn: Drawn, { type, escrow, amount: minor, reason: why, delivery }: OrderMoment): string {
  const { words, view: { shares, marketplaceName } } = drawn
  const seller = shares.find((share) => share.escrow === escrow)?.sellerName ?? marketplaceName
  const amount = minor === null ? '' : money(drawn, minor)
  const key = type === 'shipped' ? 'shipped_by' : type === 'released' ? `released_${why ?? 'requested'}` as const : type
  return words(key, { amount, seller, method: delivery?.method ?? '' })
}

function coming(drawn: Drawn): readonly TemplateResult[] {
  const due = drawn.view.shares.filter(({ autoReleaseAt, dispute, totals: { held } }) => autoReleaseAt && !dispute && held > 0)
  return due.map((share) => html`<li class="next">
    <span>${drawn.words('coming', { amount: money(drawn, share.totals.held), seller: share.sellerName })}</span>
    ${time(drawn, share.autoReleaseAt as string)}</li>`)
}

const time = ({ language: { locale } }: Drawn, at: string): TemplateResult =>
  html`<time datetime=${at} class="small quiet-text">${formatInstant(at, locale)}</time>`
