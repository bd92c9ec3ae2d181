import { art } from '../art.ts'
import { productBySlug, products, shippingName, shopByReference, type Currency, type Product } from '../catalogue.ts'
import type { Person } from '../shop.ts'
import { money } from '../view/format.ts'
import { html, type Html } from '../view/html.ts'

/** How many of each product, by slug. */
export type Cart = ReadonlyMap<string, number>

const card = (product: Product, currency: Currency): Html => html`<li class="product">${art(product.art)}<div class="words">
  <h2><a href="/products/${product.slug}">${product.name}</a></h2>
  <p class="small quiet">${product.line}</p>
  <p class="small quiet">${shopByReference(product.shop).name}, ${shopByReference(product.shop).place}</p>
  <p class="price">${money(product.prices[currency], currency)} <small>/ ${product.unit}</small></p>
</div></li>`

export function cataloguePage(currency: Currency): Html {
  return html`<div class="hero">
    <h1>Workshop machines and parts, from the people who make them</h1>
    <p>You pay once, for as many sellers as you like. Each seller’s share is held until you have received what you ordered.</p>
    <ul class="promise">
      <li><span class="mark mark-held" aria-hidden="true"></span>Held when you pay</li>
      <li><span class="mark mark-released" aria-hidden="true"></span>Released when you confirm receipt</li>
      <li><span class="mark mark-refunded" aria-hidden="true"></span>Refunded when it isn’t what was agreed</li>
    </ul>
  </div>
  <ul class="grid">${products.map((product) => card(product, currency))}</ul>`
}

export function productPage(product: Product, currency: Currency): Html {
  const shop = shopByReference(product.shop)
  return html`<div class="split">
    <div class="stack">
      <div class="panel picture">${art(product.art)}</div>
      <section class="panel"><h2>Specification</h2>
        <dl class="sheet">${Object.entries(product.specifications).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
          <dt>Customs tariff</dt><dd>${product.hsCode}</dd></dl>
        <p>${product.about}</p></section>
    </div>
    <div class="panel">
      <div><h1>${product.name}</h1><p class="quiet">${product.line}</p></div>
      <div><p class="big">${money(product.prices[currency], currency)}</p>
      <p class="small quiet">for one ${product.unit}${product.minimum > 1 ? html`, from ${product.minimum} on` : ''}</p></div>
      <form method="post" action="/cart">
        <input type="hidden" name="slug" value="${product.slug}">
        <label>Quantity<input name="quantity" type="number" inputmode="numeric" min="${product.minimum}" max="99" value="${product.minimum}" required></label>
        <button>Add to the cart</button>
      </form>
      <dl class="sheet">
        <dt>Seller</dt><dd>${shop.name}, ${shop.place}, since ${shop.since}</dd>
        <dt>Lead time</dt><dd>${product.leadDays} days</dd>
        <dt>Terms</dt><dd>${product.incoterm}</dd>
        <dt>Carriage</dt><dd>${shippingName(product.shipping)}</dd>
      </dl>
      <p class="small quiet">Your payment is held and goes to ${shop.name} when you confirm receipt, or when the inspection period ends.</p>
    </div>
  </div>`
}

/** What the cart holds, seller by seller, at the currency's list prices. */
export function cartLines(cart: Cart, currency: Currency): { shop: string; items: { product: Product; quantity: number }[]; amount: number }[] {
  const items = [...cart].flatMap(([slug, quantity]) => {
    const product = productBySlug(slug)
    return product ? [{ product, quantity }] : []
  })
  return [...Map.groupBy(items, ({ product }) => product.shop)].map(([shop, ofShop]) => ({
    shop, items: ofShop, amount: ofShop.reduce((sum, { product, quantity }) => sum + product.prices[currency] * quantity, 0),
  }))
}

export function cartPage(cart: Cart, { currency, person, formKey }: { readonly currency: Currency; readonly person: Person; readonly formKey: string }): Html {
  const groups = cartLines(cart, currency)
  if (groups.length === 0) return html`<h1>Cart</h1><div class="empty"><h2>Nothing in it yet</h2><p>Goods from several sellers can be paid for at once.</p><a class="button" href="/">See the catalogue</a></div>`
  const other: Person = person === 'Ann' ? 'Ben' : 'Ann'
  const total = groups.reduce((sum, { amount }) => sum + amount, 0)
  return html`<div class="stack"><h1>Cart</h1><div class="split">
    <div class="stack">${groups.map(({ shop, items, amount }) => html`<section class="panel">
      <div class="row"><h2>${shopByReference(shop).name}</h2><span class="quiet small">${shopByReference(shop).place}</span></div>
      <ul class="lines">${items.map(({ product, quantity }) => html`<li>${art(product.art)}
        <div><a href="/products/${product.slug}">${product.name}</a><p class="small quiet">${quantity} × ${money(product.prices[currency], currency)} · ${shippingName(product.shipping)} · ${product.leadDays} days</p>
          <form method="post" action="/cart"><input type="hidden" name="slug" value="${product.slug}"><input type="hidden" name="quantity" value="0"><button class="plain" aria-label="Remove ${product.name}">Remove</button></form></div>
        <div class="money"><b>${money(product.prices[currency] * quantity, currency)}</b></div></li>`)}</ul>
      <div class="total"><span>Share of ${shopByReference(shop).name}</span><b class="money">${money(amount, currency)}</b></div>
    </section>`)}</div>
    <form class="panel" method="post" action="/checkout"><input type="hidden" name="formKey" value="${formKey}"><input type="hidden" name="currency" value="${currency}">
      <div><h2>Total</h2><p class="big">${money(total, currency)}</p></div>
      <p class="small quiet">By card or Alipay. You pay once. ${groups.length > 1 ? `The shares of ${groups.length} sellers are` : 'The seller’s share is'} held until you confirm receipt.</p>
      <label>Company<input name="name" value="Northbank Fabrication Ltd" autocomplete="organization" maxlength="80" required></label>
      <label>E-mail for the receipt<input name="email" type="email" value="purchasing@northbank.example" autocomplete="email" required></label>
      <label>Order details<span class="hint">What the checkout asks for.</span><select name="details"><option value="none">None</option><option value="all">Company, tax ID, purchase order, delivery address</option></select></label>
      <button>Go to payment</button>
      <p class="small quiet">You are ${person}, and buy for this company. <button class="plain" form="person">Be ${other}, a colleague</button></p></form>
    <form id="person" method="post" action="/person"><input type="hidden" name="person" value="${other}"></form>
  </div></div>`
}
