import { mark } from '../art.ts'
import { currencies, type Currency } from '../catalogue.ts'
import { html, type Html } from './html.ts'

export interface Page {
  readonly title: string
  readonly body: Html
  readonly area: 'shop' | 'orders' | 'seller' | 'operator' | 'phone' | 'gallery'
  /** On pages with prices: what they are in. Another can be chosen. */
  readonly currency?: Currency
  /** Of the page itself, to come back to. */
  readonly path?: string
  /** The count in the cart. */
  readonly cart?: number
  readonly scripts?: readonly { readonly src: string; readonly integrity?: string }[]
  readonly notice?: { readonly kind: 'done' | 'refused'; readonly text: string }
  readonly narrow?: boolean
  readonly now?: string
}

const areas = [
  { area: 'shop', href: '/', label: 'Catalogue' },
  { area: 'orders', href: '/orders', label: 'Your orders' },
  { area: 'seller', href: '/seller', label: 'For sellers' },
  { area: 'operator', href: '/operator', label: 'Operator' },
  { area: 'phone', href: '/phone', label: 'Phone' },
  { area: 'gallery', href: '/gallery', label: 'Gallery' },
] as const

function currencyChoice({ currency: chosen, path = '/' }: Page): Html | false {
  if (chosen === undefined) return false
  return html`<form class="choice" method="post" action="/currency"><input type="hidden" name="to" value="${path}">
    <fieldset><legend>Prices in</legend>${currencies.map((currency) =>
      html`<button name="currency" value="${currency}" aria-pressed="${String(currency === chosen)}">${currency}</button>`)}</fieldset></form>`
}

/** The frame of every page. */
export function layout(page: Page): string {
  const scripts = page.scripts ?? []
  return '<!doctype html>' + html`<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${page.title} · Quayside Machinery</title>
  <link rel="icon" href="/assets/icon.svg">
  <link rel="stylesheet" href="/assets/style.css">
  ${scripts.map(({ src, integrity }) => integrity
    ? html`<script type="module" src="${src}" integrity="${integrity}" crossorigin></script>`
    : html`<script type="module" src="${src}"></script>`)}
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  <header class="top"><div class="wrap">
    <a class="brand" href="/">${mark()}<span>Quayside<small>Machinery and parts</small></span></a>
    <nav aria-label="Areas">${areas.map(({ area, href, label }) => html`<a href="${href}"${area === page.area ? html` aria-current="page"` : ''}>${label}</a>`)}</nav>
    ${currencyChoice(page)}<a class="cart" href="/cart">Cart${page.cart ? html` <b>${page.cart}</b>` : ''}</a>
  </div></header>
  <main id="main" class="wrap${page.narrow ? ' narrow' : ''}">
    ${page.notice && html`<p class="notice ${page.notice.kind}" role="${page.notice.kind === 'refused' ? 'alert' : 'status'}">${page.notice.text}</p>`}
    ${page.body}
  </main>
  <footer class="foot"><div class="wrap">
    <p>A demonstration shop. Nothing here is for sale; payments go to simulators of the rails: test cards, and an Alipay that is no wallet.</p>
    ${page.now && html`<p class="quiet">The shop’s clock: ${page.now}</p>`}
  </div></footer>
</body></html>`.text
}
