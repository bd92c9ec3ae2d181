import { instant, money } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'

/** A code that waits on some screen to be scanned. */
export interface Code {
  /** What it says: an address of the wallet's. */
  readonly url: string
  readonly payee: string
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  readonly expiresAt: string
}

/** The phone: its camera, or what it has scanned. */
export interface PhoneView {
  readonly codes: readonly Code[]
  readonly open: Code | undefined
}

const finder = html`<svg class="finder" viewBox="0 0 120 120" aria-hidden="true" focusable="false"><path d="M8 32V8h24M88 8h24v24M112 88v24H88M32 112H8V88"/><path class="beam" d="M14 60h92"/></svg>`

function camera(codes: readonly Code[]): Html {
  return html`<div class="camera">${finder}<h2>Scan</h2>
    ${codes.length === 0 ? html`<p>No code in view. Choose Alipay at the checkout, in another tab, and have its code shown.</p>` : html`<p>In view of the camera:</p>`}
    <ul>${codes.map((code) => html`<li><a href="/phone?code=${encodeURIComponent(code.url)}"><b>${money(code.amount, code.currency)}</b><span>${code.payee}</span><span class="tiny">until ${instant(code.expiresAt)}</span></a></li>`)}</ul>
    <a class="again" href="/phone">Look again</a></div>`
}

/** A drawn phone. A real one on this network reads the same code off the screen, if the shop was started for it. */
export function phonePage({ codes, open }: PhoneView): Html {
  return html`<div class="split phone-page"><div class="stack tight"><h1>A phone with Alipay</h1>
      <p>Show a code at the checkout in one tab, and scan it here in another. The checkout notices by itself.</p>
      <p class="small quiet">A code says an address of the simulated wallet. CNY is paid through Alipay’s Open Platform, USD through Antom, its acquirer abroad.</p>
      ${open && html`<p><a href="/phone">Put the phone down</a></p>`}</div>
    <div class="phone"><div class="phone-top" aria-hidden="true"><span></span></div>
      ${open ? html`<iframe class="phone-screen" title="Alipay on the phone" src="${open.url}"></iframe>` : html`<div class="phone-screen">${camera(codes)}</div>`}
    </div></div>`
}
