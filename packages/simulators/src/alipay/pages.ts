import type { KeyObject } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Desk, Merchant } from './desk.ts'
import type { Trade } from './records.ts'
import { beijing, sign, signedText, yuan } from './wire.ts'

/* What the buyer sees at the wallet: plain forms, no script, one column that fits a phone. */

export interface PagesParts {
  readonly desk: Desk
  readonly railKey: KeyObject
}

interface ById {
  Params: { id: string }
  Body: { deed?: string }
}

/** `/cashier/…` is where a merchant's page sends the buyer; `/scan/…` is what a code says. */
export function registerPages(app: FastifyInstance, parts: PagesParts): void {
  const { desk } = parts
  app.get('/cashier/error', async (request, reply) => {
    const { code = '' } = request.query as { code?: string }
    return page(reply.code(400), { title: 'This payment cannot be opened', body: `<p class="note">${escaped(code)}</p>` })
  })
  for (const place of ['cashier', 'scan'] as const) {
    app.get<ById>(`/${place}/:id`, async (request, reply) => {
      const trade = tradeOf(desk, request)
      if (!trade) return notFound(reply)
      desk.begin(trade)
      return showTrade(reply, { trade, merchant: desk.merchant, place })
    })
    app.post<ById>(`/${place}/:id`, async (request, reply) => {
      const trade = tradeOf(desk, request)
      if (!trade) return notFound(reply)
      const { deed } = request.body
      if (deed !== 'approve' && deed !== 'refuse') return reply.code(400).send()
      act(desk, trade, deed)
      const back = place === 'cashier' ? returnTo(parts, trade) : undefined
      return reply.redirect(back ?? `/${place}/${trade.order.id}`, 303)
    })
  }
}

/** What a buyer does, on the page or by `/_control/buyer`. Answers whether it was let. */
export function act(desk: Desk, trade: Trade, deed: 'scan' | 'approve' | 'refuse', force = false): boolean {
  desk.sweep()
  if (trade.closedAt === undefined) desk.begin(trade)
  if (deed === 'approve') return desk.pay(trade, { force })
  const open = trade.paidAt === undefined && trade.closedAt === undefined
  if (open && deed === 'refuse') desk.close(trade, 'buyer')
  return open
}

function tradeOf(desk: Desk, request: FastifyRequest<ById>): Trade | undefined {
  desk.sweep()
  return desk.records.orders.get(request.params.id)
}

/** Where the buyer goes then. The parameters are the rail's and signed; still they prove nothing of the payment. */
function returnTo({ desk, railKey }: PagesParts, trade: Trade): string | undefined {
  const { order, tradeNo = '' } = trade
  const target = trade.paidAt === undefined ? order.quitUrl ?? order.returnUrl : order.returnUrl
  if (target === undefined) return undefined
  const url = new URL(target)
  if (trade.paidAt === undefined) return url.href
  const { appId, sellerId } = desk.merchant
  const fields = {
    charset: 'utf-8', out_trade_no: order.outTradeNo, method: `${order.api}.return`, total_amount: yuan(order.amount), trade_no: tradeNo,
    auth_app_id: appId, version: '1.0', app_id: appId, seller_id: sellerId, timestamp: beijing(desk.clock.nowMs()),
  }
  const signed = { ...fields, sign_type: 'RSA2', sign: sign(signedText(fields), railKey) }
  for (const [key, value] of Object.entries(signed)) url.searchParams.set(key, value)
  return url.href
}

function showTrade(reply: FastifyReply, { trade, merchant, place }: { trade: Trade; merchant: Merchant; place: 'cashier' | 'scan' }): FastifyReply {
  const { order, paidAt, closedAt } = trade
  const open = paidAt === undefined && closedAt === undefined
  const state = paidAt !== undefined ? 'Paid' : closedAt !== undefined ? 'Closed: nothing was taken' : ''
  const back = order.returnUrl === undefined || place === 'scan' ? '' : `<p class="note"><a href="${escaped(order.returnUrl)}">Back to the shop</a></p>`
  return page(reply, {
    title: open ? 'Confirm payment' : state,
    body: `
      <p class="payee">${escaped(merchant.name)}</p>
      <p class="amount"><small>¥</small>${yuan(order.amount).replace(/\B(?=(?:\d{3})+\.)/g, ',')}</p>
      <dl>
        <dt>For</dt><dd>${escaped(order.subject)}</dd>
        <dt>Order</dt><dd class="number">${escaped(order.outTradeNo)}</dd>
        <dt>Pay from</dt><dd>Balance · 159****5620</dd>
        ${open ? `<dt>Until</dt><dd>${beijing(order.expiresAt)} (Beijing)</dd>` : ''}
      </dl>
      ${open ? buttons : `<p class="state ${paidAt === undefined ? 'closed' : 'paid'}" role="status">${state}</p>${back}`}`,
  })
}

const buttons = `
      <form method="post">
        <button class="approve" name="deed" value="approve">Approve payment</button>
        <button class="refuse" name="deed" value="refuse">Refuse</button>
      </form>`

function notFound(reply: FastifyReply): FastifyReply {
  return page(reply.code(404), { title: 'There is no such payment', body: '' })
}

const style = `
  :root { color-scheme: light dark; --ink: #16202e; --dim: #5d6b7e; --paper: #fff; --ground: #eef3fb; --line: #dfe6f0; --blue: #0f62d9; }
  @media (prefers-color-scheme: dark) { :root { --ink: #edf2fa; --dim: #9fadc0; --paper: #182130; --ground: #0e141d; --line: #2b3748; --blue: #5b9bff; } }
  * { box-sizing: border-box; margin: 0 }
  body { min-height: 100dvh; display: grid; place-items: center; padding: 24px 16px; background: var(--ground); color: var(--ink);
    font: 16px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif }
  main { width: 100%; max-width: 400px; padding: 28px; background: var(--paper); border-radius: 20px; box-shadow: 0 1px 2px #0001, 0 12px 40px #0f62d914 }
  header { display: flex; align-items: center; gap: 10px; margin-bottom: 24px; font-weight: 600 }
  header i { width: 28px; height: 28px; border-radius: 9px; background: #0f62d9; color: #fff; display: grid; place-items: center; font: 600 16px/1 system-ui }
  header span { margin-left: auto; padding: 2px 10px; border-radius: 99px; border: 1px solid var(--line); font: 500 12px/1.6 system-ui; color: var(--dim) }
  h1 { font-size: 16px; font-weight: 500; text-align: center; color: var(--dim) }
  .payee { text-align: center; font-weight: 600; margin-top: 2px }
  .amount { text-align: center; font-size: 44px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; margin: 8px 0 20px }
  .amount small { font-size: 24px; margin-right: 3px; font-weight: 500 }
  dl { display: grid; grid-template-columns: auto 1fr; gap: 10px 20px; padding: 16px 0; border-block: 1px solid var(--line); font-size: 14px }
  dt { color: var(--dim) } dd { text-align: right; overflow-wrap: anywhere } .number { font-variant-numeric: tabular-nums; font-size: 13px }
  form { display: grid; gap: 10px; margin-top: 20px }
  button { min-height: 50px; border-radius: 14px; border: 1px solid transparent; font: inherit; font-weight: 600; cursor: pointer }
  button:focus-visible, a:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px }
  .approve { background: #0f62d9; color: #fff } .refuse { background: none; border-color: var(--line); color: inherit }
  .state { margin-top: 20px; padding: 14px; border-radius: 14px; text-align: center; font-weight: 600 }
  .paid { background: #12805c1f; color: #12805c } .closed { background: #8a5a001f; color: #8a5a00 }
  @media (prefers-color-scheme: dark) { .paid { color: #5fd3a8 } .closed { color: #f0b65a } }
  .note { margin-top: 16px; text-align: center; color: var(--dim); font-size: 14px; overflow-wrap: anywhere } a { color: var(--blue) }`

function page(reply: FastifyReply, { title, body }: { title: string; body: string }): FastifyReply {
  return reply
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors http://localhost:*; base-uri 'none'")
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
  <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escaped(title)}</title>
  <style>${style}</style>
  <main>
    <header><i aria-hidden="true">A</i>Alipay<span>simulated</span></header>
    <h1>${escaped(title)}</h1>${body}
  </main>
</html>
`)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
