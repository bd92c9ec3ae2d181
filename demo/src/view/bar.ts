import { html, type Html } from './html.ts'
import { money } from './format.ts'

export interface Segment {
  readonly kind: 'held' | 'released' | 'refunded' | 'paid'
  readonly label: string
  readonly amount: number
}

const width = 1000

/** Where the money is: one segment a place, always in the same order, with the figures beside it. */
export function moneyBar(segments: readonly Segment[], currency: string): Html {
  const total = segments.reduce((sum, { amount }) => sum + amount, 0)
  const text = segments.map(({ label, amount }) => `${label} ${money(amount, currency)}`).join(', ')
  let x = 0
  const filled = segments.filter(({ amount }) => amount > 0)
  const rects = filled.map(({ kind, amount }, index) => {
    const share = (amount / total) * width
    const gap = index < filled.length - 1 ? 3 : 0
    const rect = html`<rect class="bar-${kind}" x="${x.toFixed(2)}" y="0" width="${Math.max(share - gap, 1).toFixed(2)}" height="12"/>`
    x += share
    return rect
  })
  return html`<div class="money-bar">
    <svg viewBox="0 0 ${width} 12" preserveAspectRatio="none" role="img" aria-label="${text}">
      <rect class="bar-empty" x="0" y="0" width="${width}" height="12"/>${rects}</svg>
    <ul class="bar-key">${segments.map(({ kind, label, amount }) => html`<li class="${amount === 0 ? 'none' : ''}">
      <span class="mark mark-${kind}" aria-hidden="true"></span>${label} <b>${money(amount, currency)}</b></li>`)}</ul>
  </div>`
}

/** An order's or an escrow's bar ends at released: payouts pool orders. */
export function totalsBar(totals: { held: number; released: number; refunded: number }, currency: string): Html {
  return moneyBar([
    { kind: 'held', label: 'Held', amount: totals.held },
    { kind: 'released', label: 'Released', amount: totals.released },
    { kind: 'refunded', label: 'Refunded', amount: totals.refunded },
  ], currency)
}
