import { html, nothing, svg, type TemplateResult } from 'lit'
import { formatMoney } from '@holdfast/contract/amount'
import type { CheckoutView, Share } from '@holdfast/contract/types'
import type { Language, StringKey } from '../i18n/index.ts'
import { formatInstant } from '../instant.ts'
import { icon, type IconName } from './icons.ts'

/** What every part of the checkout is drawn from. */
export interface Drawn {
  readonly view: CheckoutView
  readonly language: Language
}

export function money({ view: { currency, exponent }, language }: Drawn, amount: number): string {
  return formatMoney({ amount, currency, exponent }, language.locale)
}

interface Panel extends Drawn {
  /** Draws what is in it too: nobody reads it before it is opened, and its dates and spans take a browser long. */
  readonly whole: boolean
}

/** The line under the total, which opens the list of who gets what, when. */
export function heldPanel(drawn: Panel): TemplateResult {
  const { language: { text } } = drawn
  return html`<details class="held" part="held">
    <summary part="held-summary">${icon('hold')}<span>${text('heldLine')}</span>${icon('turn', 'turn')}</summary>
    ${drawn.whole ? shares(drawn) : nothing}
  </details>`
}

function shares(drawn: Drawn): TemplateResult {
  const { view, language: { text } } = drawn
  return html`<div class="shares" part="shares">
    <h2 class="small">${text('afterPaying')}</h2>
    ${moneyBar(drawn)}
    ${view.shares.map((share) => shareItem(drawn, share))}
    <div class="share dispute">
      <h3 class="small">${text('dispute')}</h3>
      <p>${text('disputeText')}</p>${claims(drawn)}
    </div>
  </div>`
}

function claims({ view, language: { text } }: Drawn): TemplateResult | typeof nothing {
  const days = Math.min(...view.shares.map(({ releaseTerms }) => releaseTerms.claimDays))
  return days > 0 && days < Infinity ? html`<p>${text('disputeClaim', { days })}</p>` : nothing
}

/**
 * Where the money is: held · released · refunded, always in this order. A payment that has just been made is
 * held as a whole; hairlines part it by seller. Drawn in SVG, because a width in a style would break a strict CSP.
 */
export function moneyBar(drawn: Drawn): TemplateResult {
  const { amount, shares } = drawn.view
  const wide = 1000
  let end = 0
  const lines = shares.slice(0, -1).map((share) => {
    end += share.amount
    return svg`<rect x=${Math.round(end / amount * wide) - 2} width="4" height="8" fill="var(--paper)"/>`
  })
  return html`<svg class="bar" part="bar" viewBox="0 0 ${wide} 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="held" width=${wide} height="8"/>${lines}</svg>
    <dl class="legend">
      ${legend(drawn, 'held', amount)}${legend(drawn, 'released', 0)}${legend(drawn, 'refunded', 0)}
    </dl>`
}

function legend(drawn: Drawn, state: 'held' | 'released' | 'refunded', amount: number): TemplateResult {
  const marks = { held: 'hold', released: 'check', refunded: 'return' } as const satisfies Record<string, IconName>
  return html`<div class="${state}">
    <dt>${icon(marks[state])}${drawn.language.text(state)}</dt>
    <dd class=${amount ? '' : 'none'}>${money(drawn, amount)}</dd></div>`
}

function shareItem(drawn: Drawn, share: Share): TemplateResult {
  const { text } = drawn.language
  const fee = share.platformFee ? text('feeAmount', { amount: money(drawn, share.platformFee) }) : text('feeNone')
  return html`<section class="share" part="share">
    <h3 class="pair small"><bdi>${share.sellerName}</bdi><span>${money(drawn, share.amount)}</span></h3>
    ${share.description ? html`<p class="quiet-text"><bdi>${share.description}</bdi></p>` : nothing}
    <dl class="terms">
      <dt>${text('release')}</dt><dd>${condition(drawn, share)}</dd>
      <dt>${text('automatic')}</dt><dd>${automatic(drawn, share)}</dd>
      <dt>${text('fee')}</dt><dd>${fee}</dd>
    </dl>
  </section>`
}

function condition({ language: { text } }: Drawn, { releaseTerms: { inspectionDays, method } }: Share): string {
  if (inspectionDays === null) return text('releaseNever')
  const key: StringKey = `method_${method}`
  return text('releaseDays', { days: inspectionDays, method: text(key) })
}

function automatic({ language: { text, locale } }: Drawn, { autoReleaseIfShippedNow: instant }: Share): string {
  return instant ? text('automaticDate', { date: formatInstant(instant, locale) }) : text('automaticNever')
}
