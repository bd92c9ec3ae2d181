import type { CheckoutSession } from '@holdfast/server'
import { money } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'

export interface CheckoutPage {
  readonly session: CheckoutSession
  readonly sellerNames: ReadonlyMap<string, string>
  readonly apiUrl: string
  readonly vaultOrigin: string
  readonly locale: string
}

/** A few of the component's languages, each by its own name. */
const languages = {
  en: 'English', 'zh-CN': '中文', es: 'Español', fr: 'Français', de: 'Deutsch', ja: '日本語', ar: 'العربية',
}

function otherLanguages(locale: string): readonly Html[] {
  const others = Object.entries(languages).filter(([language]) => language !== locale)
  return others.map(([language, name]) => html` <a href="?lang=${language}" lang="${language}">${name}</a>`)
}

export function checkoutPage({ session, sellerNames, apiUrl, vaultOrigin, locale }: CheckoutPage): Html {
  return html`<div class="stack"><div class="row"><h1>Payment</h1><span class="small">${otherLanguages(locale)}</span></div>
  <div class="split">
    <div class="checkout-slot stack tight">
      <holdfast-checkout client-secret="${session.clientSecret}" api-url="${apiUrl}" vault-url="${vaultOrigin}" locale="${locale}" data-session="${session.id}"></holdfast-checkout>
      <p id="after-payment" class="small quiet" role="status"></p>
    </div>
    <section class="panel"><h2>Your order</h2>
      <ul class="lines">${session.lines.map((line) => html`<li class="wide"><div><b>${sellerNames.get(line.seller) ?? 'Seller'}</b><p class="small quiet">${line.description}</p></div><div class="money">${money(line.amount, session.currency)}</div></li>`)}</ul>
      <div class="total"><span>Total</span><b class="money">${money(session.amount, session.currency)}</b></div>
      <p class="small quiet">Or pay on <a href="${session.hostedUrl}">Holdfast’s own page</a>, as buyers of shops do that want no script on theirs.</p>
      <p class="small quiet">Order ${session.reference}. <a href="/cart">Change the cart</a></p>
      <details class="act"><summary>Test cards</summary><div class="panel">
        <dl class="sheet"><dt>Approved</dt><dd>4111 1111 1111 1111</dd><dt>Declined</dt><dd>4000 0000 0000 0002</dd><dt>No funds</dt><dd>4000 0000 0000 9995</dd><dt>The bank asks</dt><dd>4000 0000 0000 2503</dd><dt>The bank refuses</dt><dd>4000 0000 0000 2925</dd></dl>
        <p class="small quiet">Any future date, any three digits.</p></div></details>
      <p class="small quiet">With Alipay: scan the code with <a href="/phone" target="_blank">the demo’s phone</a>, in another tab.</p>
      <p class="small quiet">Google Pay and Apple Pay open a simulated sheet, with a card that is approved and one that is declined.</p>
    </section>
  </div></div>`
}
