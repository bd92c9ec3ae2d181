import { html, nothing, type TemplateResult } from 'lit'
import { isHttpUrl } from '../api.ts'
import { messageOf, type Fault } from '../errors.ts'
import type { Language } from '../i18n/index.ts'
import { paidWith } from '../methods/index.ts'
import { icon } from './icons.ts'
import { title } from './parts.ts'
import { money, moneyBar, type Drawn } from './shares.ts'

/** Which session the buyer comes back from; a hint and no proof: resume() asks the API. */
export const returnParameter = 'holdfast_session'

/** The session's return URL, marked so that hasReturned() knows it; undefined unless it is a web address. */
export function returnLink({ returnUrl, session }: Drawn['view']): string | undefined {
  if (!isHttpUrl(returnUrl)) return undefined
  const url = new URL(returnUrl)
  url.searchParams.set(returnParameter, session)
  return url.href
}

/** @param next - what happens from here on, once that is here */
export function completeView(drawn: Drawn, next: TemplateResult | undefined): TemplateResult {
  const { view, language } = drawn
  const { text } = language
  const { marketplaceName: marketplace, reference, attempt } = view
  const means = attempt && paidWith(attempt, language)
  return html`<div class="outcome" part="outcome">
    <span class="seal good">${icon('check')}</span>
    ${title(text('completeTitle'))}
    <p>${text('completeText', { marketplace, reference, amount: money(drawn, view.amount) })}</p>
    ${means ? html`<p class="small quiet-text">${means}</p>` : nothing}
    <div>${moneyBar(drawn)}</div>
    ${next}
    ${link(drawn, { words: text('viewOrder') })}
  </div>`
}

export function processingView(drawn: Drawn): TemplateResult {
  const { text } = drawn.language
  return html`<div class="outcome" part="outcome">
    <span class="seal wait">${icon('wait', 'spin')}</span>
    ${title(text('processingTitle'))}<p>${text('processingText')}</p>
    ${link(drawn, { words: text('viewOrder'), second: true })}</div>`
}

export function closedView(drawn: Drawn, status: 'expired' | 'canceled'): TemplateResult {
  const { view, language: { text } } = drawn
  return html`<div class="outcome" part="outcome">
    <span class="seal">${icon(status === 'expired' ? 'clock' : 'cross')}</span>
    ${title(text(`${status}Title`))}<p>${text(`${status}Text`)}</p>
    ${link(drawn, { words: text('back', { marketplace: view.marketplaceName }) })}</div>`
}

export function unavailableView(language: Language, found: Fault, retry: () => void): TemplateResult {
  const { text } = language
  return html`<div class="outcome" part="outcome">
    <span class="seal bad">${icon('alert')}</span>
    ${title(text('loadErrorTitle'))}<p>${messageOf(found, language)}</p>
    ${found.retryable ? html`<button class="quiet" part="retry" @click=${retry}>${text('retry')}</button>` : nothing}</div>`
}

function link({ view }: Drawn, { words, second }: { words: string, second?: true }): TemplateResult | typeof nothing {
  const href = returnLink(view)
  if (!href) return nothing
  return html`<a class="link ${second ? 'second' : ''}" part="return-link" href=${href}>${words}</a>`
}
