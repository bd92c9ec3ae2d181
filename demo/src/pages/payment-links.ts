import type { PaymentLink } from '@holdfast/server'
import { currencies, shops } from '../catalogue.ts'
import { instant, money } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'

const states = {
  active: { label: 'Can be paid', look: 'open' }, used_up: { label: 'Paid', look: 'good' },
  expired: { label: 'Expired', look: 'still' }, inactive: { label: 'Deactivated', look: 'still' },
} as const

function usesOf({ maxUses, uses, status }: PaymentLink): string {
  const paid = `Paid ${uses.complete} of ${maxUses} time${maxUses === 1 ? '' : 's'}`
  return status === 'active' && uses.open > 0 ? `${paid}; ${uses.open} open now` : paid
}

function linkPanel(link: PaymentLink, formKey: string): Html {
  const { label, look } = states[link.status]
  const id = `url-${link.id}`
  return html`<section class="panel" data-link="${link.reference}"><div class="row"><div><h3>${link.lines[0]?.description ?? link.reference}</h3><p class="small quiet">${link.reference} · until ${instant(link.expiresAt)}</p></div><div class="money"><b>${money(link.amount, link.currency)}</b></div></div>
    <div class="row"><span class="state ${look}">${label}</span><span class="small quiet">${usesOf(link)}</span></div>
    ${link.status === 'active' && html`<div class="fields"><label for="${id}">Payment link<input id="${id}" value="${link.url}" readonly></label><button type="button" class="second" data-copy="${id}">Copy</button></div>
    <div class="inline row"><a href="${link.url}" target="_blank" rel="noreferrer">Open as its buyer</a><form method="post" action="/operator/links/${link.id}/deactivate"><input type="hidden" name="formKey" value="${formKey}-${link.id}"><button class="danger">Deactivate</button></form></div>`}</section>`
}

function newLink(formKey: string): Html {
  return html`<section class="panel"><h2>Make a payment link</h2><p class="small quiet">For an order that was agreed on by mail or phone. Whoever has the link can pay it, on a page of Holdfast’s own; the money is held as ever.</p>
    <form method="post" action="/operator/links"><input type="hidden" name="formKey" value="${formKey}-link">
    <label>Seller<select name="seller">${shops.map(({ reference, name }) => html`<option value="${reference}">${name}</option>`)}</select></label>
    <label>What it is for<input name="description" maxlength="200" required></label>
    <div class="fields"><label>Amount<input name="amount" inputmode="decimal" required></label><label>Currency<select name="currency">${currencies.map((currency) => html`<option>${currency}</option>`)}</select></label></div>
    <label>How many times it can be paid<input name="maxUses" inputmode="numeric" value="1" required></label>
    <button>Make the link</button></form></section>`
}

export function linksTab(links: readonly PaymentLink[], formKey: string): Html {
  return html`<div class="split"><div class="stack">${links.length === 0
    ? html`<div class="empty"><h2>No payment links yet</h2><p>Make one, and send it to its buyer.</p></div>` : links.map((link) => linkPanel(link, formKey))}</div>${newLink(formKey)}</div>`
}

/** Where buyers land who came by a link: the shop doesn't know them otherwise. */
export function thanksPage(): Html {
  return html`<div class="hero"><h1>Thank you</h1><p>If you have paid, your money is held until the goods are accepted. The seller ships next, and tells you so by mail.</p><p><a href="/">To the catalogue</a></p></div>`
}
