import type { LedgerAccount, Order, Payment, Settlement, Transfer, TrialBalance, Verification } from '@holdfast/server'
import { totalsBar } from '../view/bar.ts'
import { currencies } from '../catalogue.ts'
import { instant, meansName, money } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'
import { stateBadge } from './order.ts'

export type OperatorTab = 'held' | 'payments' | 'links' | 'ledger' | 'settlements' | 'books'

export interface OperatorDesk {
  readonly tab: OperatorTab
  readonly now: string
  readonly formKey: string
  readonly body: Html
}

const tabs: readonly { readonly tab: OperatorTab; readonly label: string }[] = [
  { tab: 'held', label: 'Held funds' }, { tab: 'payments', label: 'Payments' }, { tab: 'links', label: 'Payment links' }, { tab: 'ledger', label: 'Ledger' },
  { tab: 'settlements', label: 'Settlements' }, { tab: 'books', label: 'Trial balance' },
]

const steps = [
  { byMs: 3_600_000, label: '1 hour' }, { byMs: 86_400_000, label: '1 day' },
  { byMs: 7 * 86_400_000, label: '7 days' }, { byMs: 31 * 86_400_000, label: '31 days' },
]

function clock({ now, formKey, tab }: OperatorDesk): Html {
  return html`<section class="panel"><div class="row"><div><h2>Clock</h2><p class="small quiet">Deadlines, the bank and the rails’ reports go by it.</p></div><b data-clock="${now}">${instant(now)}</b></div>
    <form class="inline" method="post" action="/operator/clock"><input type="hidden" name="formKey" value="${formKey}-clock"><input type="hidden" name="tab" value="${tab}">
    ${steps.map(({ byMs, label }) => html`<button class="second" name="byMs" value="${byMs}">Advance ${label}</button>`)}</form></section>`
}

export function operatorPage(desk: OperatorDesk): Html {
  return html`<div class="stack"><h1>Operator</h1>${clock(desk)}
    <div><nav class="tabs" aria-label="Operator’s views">${tabs.map(({ tab, label }) => html`<a href="/operator?tab=${tab}"${tab === desk.tab ? html` aria-current="page"` : ''}>${label}</a>`)}</nav>${desk.body}</div></div>`
}

const sortable = (label: string, number = false): Html =>
  html`<th${number ? html` class="number"` : ''} data-sort="${number ? 'number' : 'text'}"><button type="button">${label}</button></th>`

export function heldTab(orders: readonly Order[], formKey: string): Html {
  const holding = orders.filter(({ totals }) => totals.held > 0)
  if (holding.length === 0) return html`<div class="empty"><h2>Nothing is held</h2><p>Shares of paid orders show here until they are released or refunded.</p></div>`
  return html`<div class="stack">${holding.map((order) => html`<section class="panel"><div class="row"><h2>Order ${order.reference}</h2><span class="quiet small">${order.buyer.name} · ${instant(order.createdAt)}</span></div>
    ${order.escrows.filter(({ totals }) => totals.held > 0).map((escrow) => html`<div class="stack tight" data-escrow="${escrow.reference}"><div class="row"><b>${escrow.sellerName}</b>${stateBadge(escrow.status)}</div>${totalsBar(escrow.totals, escrow.currency)}
      ${escrow.status !== 'disputed' && html`<details class="act"><summary>Release a part</summary><form method="post" action="/operator/escrows/${escrow.id}/release"><input type="hidden" name="formKey" value="${formKey}-${escrow.id}">
      <label>Amount in ${escrow.currency}<span class="hint">With the platform’s fee; at most ${money(escrow.totals.held, escrow.currency)}</span><input name="amount" inputmode="decimal" required></label><p class="small">To ${escrow.sellerName}. This can’t be undone.</p><button>Release</button></form></details>`}</div>`)}</section>`)}</div>`
}

const railNames: Readonly<Record<string, string>> = {
  jpmorgan: 'J.P. Morgan', alipay: 'Alipay Open Platform', antom: 'Antom',
}

export function paymentsTab(payments: readonly Payment[]): Html {
  if (payments.length === 0) return html`<div class="empty"><h2>No payments yet</h2><p>Each attempt to pay shows here, with what it was paid with and its outcome.</p></div>`
  return html`<section class="panel"><div class="scroll" tabindex="0" role="region" aria-label="Table"><table class="sortable"><thead><tr>${sortable('When')}${sortable('Paid with')}${sortable('State')}${sortable('Captured', true)}${sortable('Refunded', true)}${sortable('Amount', true)}</tr></thead><tbody>
    ${payments.map((payment) => html`<tr><td data-value="${payment.createdAt}">${instant(payment.createdAt)}<br><code>${payment.id}</code></td><td>${meansName(payment)}<br><span class="quiet">${railNames[payment.connector] ?? payment.connector}</span></td><td>${stateBadge(payment.status)}${payment.decline && html`<br><span class="quiet">${payment.decline.code}</span>`}</td>
      <td class="number" data-value="${payment.captured}">${money(payment.captured, payment.currency)}</td><td class="number" data-value="${payment.refunded}">${money(payment.refunded, payment.currency)}</td><td class="number" data-value="${payment.amount}">${money(payment.amount, payment.currency)}</td></tr>`)}</tbody></table></div></section>`
}

/** `milestone:ms_…:held` is long; the middle says which, the ends say what. */
const short = (name: string): Html => html`<code>${name.replace(/_[0-9a-z]{20}([0-9a-z]{6})/g, '_…$1')}</code>`

export function ledgerTab(transfers: readonly Transfer[], accounts: readonly LedgerAccount[]): Html {
  if (transfers.length === 0) return html`<div class="empty"><h2>The ledger is empty</h2><p>The first top-up or payment writes the first transfer.</p></div>`
  return html`<div class="ledger"><section class="panel"><h2>Transfers</h2><div>${transfers.map((transfer) => html`<details class="transfer"><summary><span><b>${transfer.reason.replaceAll('_', ' ')}</b><br><span class="quiet tiny">${instant(transfer.createdAt)}</span></span>
      <span class="money">${money(transfer.postings.reduce((sum, { amount }) => sum + amount, 0), transfer.currency)}</span></summary>
      <ul>${transfer.postings.map((posting) => html`<li><span>${short(posting.debit.name)} <span class="arrow">→</span> ${short(posting.credit.name)}</span><span class="money">${money(posting.amount, transfer.currency)}</span></li>`)}<li class="quiet">For <code>${transfer.subject}</code></li></ul></details>`)}</div></section>
    <section class="panel"><h2>Accounts</h2><div class="scroll" tabindex="0" role="region" aria-label="Table"><table class="sortable"><thead><tr>${sortable('Account')}${sortable('Balance', true)}</tr></thead><tbody>${accounts.map((account) => html`<tr><td>${short(account.name)}</td><td class="number" data-value="${account.balance}">${money(account.balance, account.currency)}</td></tr>`)}</tbody></table></div></section></div>`
}

export function settlementsTab(settlements: readonly Settlement[], formKey: string): Html {
  const settle = html`<form class="inline" method="post" action="/operator/settle"><input type="hidden" name="formKey" value="${formKey}-settle"><button>Fetch new reports</button><p class="small quiet">A report covers a day that is over: advance the clock by a day first.</p></form>`
  const transfer = (kind: 'top-up' | 'withdrawal', label: string, hint: string): Html => html`<form method="post" action="/operator/${kind}"><input type="hidden" name="formKey" value="${formKey}-${kind}"><div class="fields"><label>${label}<span class="hint">${hint}</span><input name="amount" inputmode="decimal" required></label><label>Currency<select name="currency">${currencies.map((currency) => html`<option>${currency}</option>`)}</select></label></div><button class="second">${label}</button></form>`
  return html`<div class="stack"><section class="panel"><h2>The rails’ reports</h2>${settle}
    ${settlements.length === 0 ? html`<p class="quiet">None fetched yet.</p>` : html`<div class="scroll" tabindex="0" role="region" aria-label="Table"><table class="sortable"><thead><tr>${sortable('Day')}${sortable('Report')}${sortable('Lines', true)}${sortable('Gross', true)}${sortable('Fees', true)}${sortable('Net', true)}</tr></thead><tbody>${settlements.map((settlement) => html`<tr><td>${settlement.date}</td><td><code>${settlement.reportId}</code></td>
      <td class="number" data-value="${settlement.lineCount}">${settlement.lineCount}</td><td class="number" data-value="${settlement.gross}">${money(settlement.gross, settlement.currency)}</td><td class="number" data-value="${settlement.fees}">${money(settlement.fees, settlement.currency)}</td><td class="number" data-value="${settlement.net}">${money(settlement.net, settlement.currency)}</td></tr>`)}</tbody></table></div>`}</section>
    <section class="panel"><h2>The operator’s own money</h2><div class="pair">${transfer('top-up', 'Top up', 'Covers the rails’ fees until the first release')}${transfer('withdrawal', 'Withdraw', 'Earned fees only')}</div></section></div>`
}

const verdicts = {
  good: { title: 'The books balance', mark: 'Proved from every posting', look: 'good' },
  short: { title: 'The books balance', mark: 'Not covered', look: 'bad' },
  wrong: { title: 'The books do not balance', mark: 'Alarm', look: 'bad' },
} as const

function verdict(books: TrialBalance): Html {
  const { title, mark, look } = verdicts[!books.balanced ? 'wrong' : books.covered ? 'good' : 'short']
  const short = books.currencies.filter(({ coverage }) => coverage < 0)
  return html`<section class="panel"><div class="row"><h2>${title}</h2><span class="state ${look}">${mark}</span></div>
    <p class="small quiet">Summed from every posting at ${instant(books.at)}, then compared with each stored balance.</p>
    ${short.map(({ coverage, currency }) => html`<p>Custody is ${money(-coverage, currency)} short of what is held for buyers and sellers: the rails’ fees came before the platform’s own were earned. <a href="/operator?tab=settlements">Top up</a></p>`)}</section>`
}

const verifications = {
  pending: { title: 'The verifier has not run yet', mark: 'Waiting', look: 'still' },
  right: { title: 'Every rule holds', mark: 'Verified', look: 'good' },
  alarmed: { title: 'The books are right, and somebody must act', mark: 'Alarm', look: 'held' },
  broken: { title: 'A rule is broken', mark: 'Alarm', look: 'bad' },
} as const

/** What the verifier found, which holds every rule against all that is stored, by and by. */
function verified({ status, checked, ranAt, findingCount, findings }: Verification): Html {
  const { title, mark, look } = verifications[status]
  return html`<section class="panel"><div class="row"><h2>${title}</h2><span class="state ${look}">${mark}</span></div>
    <p class="small quiet">${ranAt === null ? 'It looks at every order, seller, payout, report and transfer.' : html`Looked at ${checked.orders} orders, ${checked.payouts} payouts, ${checked.settlements} reports and ${checked.transfers} transfers; last on ${instant(ranAt)}.`}</p>
    ${findingCount > 0 && html`<ul class="lines">${findings.map(({ rule, what, remedy, subject }) => html`<li class="wide"><div><b>${rule.replaceAll('_', ' ')}</b><p class="small">${what} ${remedy}</p></div><code>${subject}</code></li>`)}</ul>`}</section>`
}

export function booksTab(books: TrialBalance, verification: Verification): Html {
  return html`<div class="stack">${verdict(books)}${verified(verification)}
    ${books.currencies.map((one) => html`<section class="panel"><div class="row"><h2>${one.currency}</h2><dl class="sheet"><dt>Debits</dt><dd class="money">${money(one.debits, one.currency)}</dd><dt>Credits</dt><dd class="money">${money(one.credits, one.currency)}</dd><dt>Coverage</dt><dd class="money">${money(one.coverage, one.currency)}</dd></dl></div>
    <div class="scroll" tabindex="0" role="region" aria-label="Accounts in ${one.currency}"><table class="sortable"><thead><tr>${sortable('Account')}${sortable('Debits', true)}${sortable('Credits', true)}${sortable('Balance', true)}<th>Stored balance</th></tr></thead><tbody>${one.accounts.map((account) => html`<tr><td>${short(account.name)}</td><td class="number" data-value="${account.debits}">${money(account.debits, one.currency)}</td><td class="number" data-value="${account.credits}">${money(account.credits, one.currency)}</td><td class="number" data-value="${account.balance}">${money(account.balance, one.currency)}</td><td>${account.balanceRow === null ? html`<span class="quiet">Summed only</span>` : account.agrees ? html`<span class="state good">Agrees</span>` : html`<span class="state bad">${money(account.balanceRow, one.currency)}</span>`}</td></tr>`)}</tbody></table></div></section>`)}</div>`
}
