import type { Dispute, Escrow, Payout, Seller, SellerBalance } from '@holdfast/server'
import { currencyOf, shops } from '../catalogue.ts'
import { moneyBar, totalsBar } from '../view/bar.ts'
import { date, instant, money, word } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'
import { stateBadge } from './order.ts'

export interface SellerDesk {
  readonly seller: Seller
  readonly balances: readonly SellerBalance[]
  readonly escrows: readonly Escrow[]
  readonly disputes: ReadonlyMap<string, Dispute>
  readonly payouts: readonly Payout[]
  readonly formKey: string
}

export function sellersPage(): Html {
  return html`<div class="hero"><h1>For sellers</h1><p>Ship, see what is held for you, and have it paid out. Choose whose desk to sit at.</p></div>
    <ul class="grid">${shops.map((shop) => html`<li class="product"><div class="words"><h2><a href="/seller/${shop.reference}">${shop.name}</a></h2><p class="small quiet">${shop.place}, since ${shop.since}</p></div></li>`)}</ul>`
}

function balance(desk: SellerDesk, row: SellerBalance): Html {
  const settling = row.available - row.payable
  return html`<section class="panel"><div class="row"><h2>Balance</h2><span class="quiet">${row.currency}</span></div>
    ${moneyBar([
      { kind: 'held', label: 'Held', amount: row.held },
      { kind: 'released', label: 'Released', amount: row.available + row.reserve + row.inPayout },
      { kind: 'refunded', label: 'Refunded', amount: row.refunded },
      { kind: 'paid', label: 'Paid out', amount: row.paidOut },
    ], row.currency)}
    <dl class="figures">
      <div><dt>Can be paid out</dt><dd>${money(row.payable, row.currency)}</dd></div>
      <div><dt>Released, not settled yet</dt><dd>${money(settling, row.currency)}</dd></div>
      <div><dt>On its way to your bank</dt><dd>${money(row.inPayout, row.currency)}</dd></div>
      ${row.owed > 0 && html`<div><dt>You owe</dt><dd>${money(row.owed, row.currency)}</dd></div>`}
    </dl>
    ${row.payable > 0
      ? html`<form class="inline" method="post" action="/seller/${desk.seller.reference}/payouts"><input type="hidden" name="formKey" value="${desk.formKey}"><input type="hidden" name="currency" value="${row.currency}">
          <label>Amount in ${row.currency}<input name="amount" inputmode="decimal" value="${money(row.payable, row.currency).slice(4)}" required></label><button>Pay out to ${accountName(desk.seller, row.currency)}</button></form>`
      : html`<p class="small quiet">${settling > 0 ? 'The card company, or Alipay, has not paid this money to the platform yet. It can be paid out after the next settlement.' : 'Nothing to pay out. Money is released when a buyer confirms receipt or the inspection period ends.'}</p>`}
  </section>`
}

function accountName({ reference }: Seller, text: string): string {
  const shop = shops.find((one) => one.reference === reference)
  const account = shop?.accounts[currencyOf(text)]
  if (!account) return 'a bank account'
  return 'iban' in account ? `IBAN ending in ${account.iban.slice(-4)}` : `account ending in ${account.accountNumber.slice(-4)}`
}

function shipForm(desk: SellerDesk, escrow: Escrow): Html {
  return html`<details class="act"${escrow.status === 'funded' ? html` open` : ''}><summary>Ship</summary><form method="post" action="/seller/${desk.seller.reference}/escrows/${escrow.id}/deliver">
    <input type="hidden" name="formKey" value="${desk.formKey}-${escrow.id}">
    <label>Carrier<input name="method" maxlength="60" value="${escrow.releaseTerms.method === 'sea' ? 'Sea freight, Maersk' : 'Courier, DHL'}" required></label>
    <label>Tracking number<input name="trackingNumber" maxlength="60" required></label>
    <p class="small quiet">Starts the buyer’s inspection period: ${escrow.releaseTerms.inspectionDays ?? 'no'} days.</p><button>Mark as shipped</button></form></details>`
}

function disputeForm(desk: SellerDesk, escrow: Escrow, dispute: Dispute): Html {
  return html`<p><b>The buyer asks for a refund</b> (${date(dispute.openedAt)}): “${dispute.reason}”</p>
    <details class="act danger"><summary>Refund the buyer</summary><form method="post" action="/seller/${desk.seller.reference}/escrows/${escrow.id}/refund">
    <input type="hidden" name="formKey" value="${desk.formKey}-${escrow.id}"><input type="hidden" name="dispute" value="${dispute.id}">
    <label>Amount in ${escrow.currency}<span class="hint">At most ${money(escrow.totals.held, escrow.currency)}, which is held</span><input name="amount" inputmode="decimal" value="${money(escrow.totals.held, escrow.currency).slice(4)}" required></label>
    <p class="small">Settles the request. The money goes back the way it was paid. This can’t be undone.</p><button class="danger">Refund</button></form></details>`
}

function row(desk: SellerDesk, escrow: Escrow): Html {
  const dispute = escrow.dispute ? desk.disputes.get(escrow.dispute) : undefined
  return html`<section class="panel" data-escrow="${escrow.reference}"><div class="row"><div><h3>${escrow.description ?? escrow.reference}</h3><p class="small quiet">${instant(escrow.createdAt)} · ${money(escrow.amount, escrow.currency)}</p></div>${stateBadge(escrow.status)}</div>
    ${totalsBar(escrow.totals, escrow.currency)}
    ${escrow.status === 'funded' && shipForm(desk, escrow)}
    ${escrow.status === 'delivered' && escrow.autoReleaseAt && html`<p class="small quiet">Released when the buyer confirms receipt, or by itself on ${instant(escrow.autoReleaseAt)}.</p>`}
    ${dispute && !dispute.closedAt && disputeForm(desk, escrow, dispute)}</section>`
}

function payouts(list: readonly Payout[]): Html {
  if (list.length === 0) return html`<p class="small quiet">None yet.</p>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Payouts"><table><thead><tr><th>When</th><th>To</th><th>State</th><th class="number">Amount</th></tr></thead><tbody>${list.map((payout) => html`<tr>
    <td>${instant(payout.createdAt)}</td><td>${payout.bankAccount.holder}, …${payout.bankAccount.last4}</td>
    <td><span class="state ${payout.status === 'completed' ? 'good' : payout.status === 'failed' || payout.status === 'returned' ? 'bad' : 'held'}">${word(payout.status)}</span>${payout.failure && html`<br><span class="quiet">${payout.failure.detail}</span>`}</td>
    <td class="number">${money(payout.amount, payout.currency)}</td></tr>`)}</tbody></table></div>`
}

export function sellerPage(desk: SellerDesk): Html {
  const paid = desk.escrows.filter(({ status }) => status !== 'unfunded')
  return html`<div class="stack"><div><p class="small quiet"><a href="/seller">All desks</a></p><h1>${desk.seller.name}</h1></div>
    ${desk.balances.length === 0 ? html`<section class="panel"><h2>Balance</h2><p class="quiet">Nothing held, released or paid out yet.</p></section>` : desk.balances.map((one) => balance(desk, one))}
    <div class="split"><div class="stack"><h2>Orders</h2>${paid.length === 0
      ? html`<div class="empty"><h3>No paid orders yet</h3><p>When a buyer has paid, the order shows here with what to ship.</p></div>` : paid.map((escrow) => row(desk, escrow))}</div>
      <section class="panel"><h2>Payouts</h2>${payouts(desk.payouts)}</section></div></div>`
}
