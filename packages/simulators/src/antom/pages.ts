import type { FastifyInstance, FastifyReply } from 'fastify'
import { iso } from '../shared/clock.ts'
import type { Desk } from './desk.ts'
import { display } from '../shared/money.ts'
import type { Payment } from './records.ts'

// What the buyer sees of the wallet: a page to be sent to, and one to which a scanned code leads. No script.

interface ByToken {
  Params: { token: string }
  Body: { action?: string } | undefined
}

/** The two ways to a payment: on the page that the shop sent the buyer to, they go back there afterwards. */
const ways = ['cashier', 'scan'] as const
type Way = (typeof ways)[number]

export function registerPages(app: FastifyInstance, desk: Desk): void {
  for (const way of ways) {
    app.get<ByToken>(`/${way}/:token`, async (request, reply) => {
      const payment = desk.records.byToken(request.params.token)
      if (!payment) return page(reply.code(404), missing)
      desk.buyer(payment, 'scan')
      return page(reply, contentOf(payment, { way, desk }))
    })
    app.post<ByToken>(`/${way}/:token`, async (request, reply) => {
      const payment = desk.records.byToken(request.params.token)
      if (!payment) return page(reply.code(404), missing)
      const { action } = request.body ?? {}
      if (action === 'approve' || action === 'refuse') desk.buyer(payment, action)
      const back = way === 'cashier' && action !== undefined
      return reply.redirect(back ? payment.record.redirectUrl : `/scan/${payment.record.token}`, 303)
    })
  }
}

interface Content {
  readonly title: string
  /** HTML. */
  readonly main: string
}

const missing: Content = { title: 'No such payment', main: '<h1>No such payment</h1><p>This address leads to no payment. Go back to the shop and try again.</p>' }

const ended: Readonly<Record<string, { readonly mark: string; readonly title: string; readonly text: string }>> = {
  SUCCESS: { mark: '✓', title: 'Paid', text: 'The shop is told at once.' },
  PENDING: { mark: '…', title: 'Payment under way', text: 'You have paid; the wallet is still at it.' },
  FAIL: { mark: '✕', title: 'Not paid', text: 'Nothing was taken.' },
  CANCELLED: { mark: '✕', title: 'Canceled by the shop', text: 'Nothing was taken. What you had paid was given back.' },
}

function contentOf(payment: Payment, { way, desk }: { way: Way; desk: Desk }): Content {
  const { record, status, resultCode } = payment
  const { merchantName, amount } = record
  const sum = `<p class="sum"><span class="currency">${escape(amount.currency)}</span> ${escape(display(amount))}</p>`
  const end = ended[status]
  const expired = resultCode === 'ORDER_IS_CLOSED' ? 'Its time has run out. Nothing was taken.' : undefined
  if (!end) {
    return { title: `Pay ${merchantName}`, main: `<h1>Pay ${escape(merchantName || 'the shop')}</h1>${sum}${details(payment)}${form(payment)}` }
  }
  const home = way === 'cashier'
    ? `<a class="button" href="${escape(record.redirectUrl)}">Back to the shop</a>`
    : '<p class="hint">You can close this page and go on at your computer.</p>'
  return {
    title: end.title,
    main: `<p class="mark ${status.toLowerCase()}" aria-hidden="true">${end.mark}</p><h1>${end.title}</h1>${sum}<p>${escape(expired ?? end.text)}</p>${home}`,
  }

  function form({ record: { expiresAt } }: Payment): string {
    const until = iso(expiresAt).slice(11, 16)
    return '<form method="post"><button name="action" value="approve" class="button">Approve</button>'
      + '<button name="action" value="refuse" class="button quiet">Refuse</button></form>'
      + `<p class="hint">Payable until <time datetime="${iso(expiresAt)}">${until} UTC</time>${desk.clock.offsetMs === 0 ? '' : ' by the simulator’s clock'}.</p>`
  }
}

function details({ record }: Payment): string {
  const rows = [['For', record.orderDescription], ['Order', record.referenceOrderId], ['Pay with', 'Balance (simulated)']]
  return `<dl>${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${escape(value ?? '')}</dd></div>`).join('')}</dl>`
}

function page(reply: FastifyReply, { title, main }: Content): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors http://localhost:*")
    .send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<header><span class="logo" aria-hidden="true">a</span> Alipay <small>by Antom, simulated</small></header>
<main>${main}</main>
</body>
</html>
`)
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, character => entities[character] ?? character)
}

const style = `
:root { color-scheme: light dark; --ink: #16202e; --soft: #5b6878; --line: #dfe5ec; --ground: #eef3f9; --card: #fff; --brand: #1558c0; --on: #fff; --good: #18794e; --bad: #b42318 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eef6; --soft: #a3b1c2; --line: #2c3a4c; --ground: #0f1722; --card: #182231; --brand: #6aa5ff; --on: #0b1420; --good: #5fd39a; --bad: #ff8d80 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header { display: flex; align-items: center; gap: .6rem; padding: 1rem 1.25rem; font-weight: 600 }
header small { color: var(--soft); font-weight: 400 }
.logo { display: inline-grid; place-items: center; width: 2rem; height: 2rem; border-radius: .6rem; background: var(--brand); color: var(--on); font-size: 1.25rem }
main { max-width: 26rem; margin: 4vh auto; padding: 2rem 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 1.25rem; box-shadow: 0 12px 40px rgb(16 32 64 / .08); text-align: center }
h1 { margin: 0; font-size: 1.25rem; overflow-wrap: anywhere }
.sum { margin: .5rem 0 1.25rem; font-size: 2.5rem; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; line-height: 1.2; overflow-wrap: anywhere }
.currency { font-size: 1.1rem; font-weight: 500; letter-spacing: 0; color: var(--soft) }
dl { margin: 0 0 1.5rem; border-top: 1px solid var(--line); text-align: left }
dl div { display: flex; gap: 1rem; padding: .65rem 0; border-bottom: 1px solid var(--line) }
dt { color: var(--soft); flex: none } dd { margin: 0 0 0 auto; text-align: right; overflow-wrap: anywhere; min-width: 0 }
form { display: grid; gap: .75rem }
.button { display: block; width: 100%; padding: .8rem 1rem; border: 0; border-radius: .8rem; background: var(--brand); color: var(--on); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer }
.button.quiet { background: none; color: var(--ink); border: 1px solid var(--line) }
.button:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px }
.hint { margin: 1.25rem 0 0; color: var(--soft); font-size: .9rem }
.mark { width: 4rem; height: 4rem; margin: 0 auto 1rem; display: grid; place-items: center; border-radius: 50%; font-size: 2rem; color: var(--card); background: var(--bad) }
.mark.success { background: var(--good) } .mark.pending { background: var(--brand) }
@media (max-width: 30rem) { main { margin: 0; max-width: none; min-height: calc(100vh - 4rem); border: 0; border-radius: 1.25rem 1.25rem 0 0; box-shadow: none; padding-top: 3rem } }
`
