import { randomUUID } from 'node:crypto'
import type { Order } from '@holdfast/server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { currencyOf, productBySlug, shopByReference } from '../catalogue.ts'
import { checkoutPage } from '../pages/checkout.ts'
import { followPage, orderPage, ordersPage, type OrderStory } from '../pages/order.ts'
import { cartLines, cartPage, cataloguePage, productPage } from '../pages/shop.ts'
import type { Shop } from '../shop.ts'
import { instant } from '../view/format.ts'
import { fields, NotThere, part } from './forms.ts'

function addShopPages(app: FastifyInstance, shop: Shop): void {
  app.get('/', (request, reply) => shop.show(request, reply, {
    title: 'Catalogue', area: 'shop', currency: shop.currency(request), body: cataloguePage(shop.currency(request)),
  }))
  app.get('/products/:slug', (request, reply) => {
    const product = productBySlug(part(request.params, 'slug'))
    if (!product) return reply.callNotFound()
    return shop.show(request, reply, {
      title: product.name, area: 'shop', currency: shop.currency(request), body: productPage(product, shop.currency(request)),
    })
  })
  app.get('/cart', (request, reply) => shop.show(request, reply, {
    title: 'Cart', area: 'shop', currency: shop.currency(request),
    body: cartPage(shop.cart(request), { currency: shop.currency(request), person: shop.person(request), formKey: randomUUID() }),
  }))
  app.post('/cart', (request, reply) => {
    const field = fields(request)
    const product = productBySlug(field('slug'))
    const quantity = Math.trunc(Number(field('quantity')))
    const cart = new Map(shop.cart(request))
    if (product && quantity === 0) cart.delete(product.slug)
    else if (product && quantity >= product.minimum && quantity <= 99) cart.set(product.slug, quantity)
    shop.setCart(reply, cart)
    return reply.redirect('/cart', 303)
  })
  app.post('/person', (request, reply) => {
    shop.setPerson(reply, fields(request)('person') === 'Ben' ? 'Ben' : 'Ann')
    return reply.redirect('/cart', 303)
  })
  app.post('/currency', (request, reply) => {
    const field = fields(request)
    shop.setCurrency(reply, currencyOf(field('currency')))
    // back to the page that was left: a path of this shop, and nothing that leads elsewhere
    return reply.redirect(/^\/(?![/\\])[\w/-]*$/.test(field('to')) ? field('to') : '/', 303)
  })
}

/** The sellers' ids by the catalogue's references. */
export async function sellerIds(holdfast: Shop['holdfast'], references: readonly string[]): Promise<Map<string, string>> {
  const found = await Promise.all(references.map(async (reference) => {
    const { data } = await holdfast.sellers.list({ reference }).page()
    if (!data[0]) throw new Error(`the seller '${reference}' isn't registered with Holdfast`)
    return [reference, data[0].id] as const
  }))
  return new Map(found)
}

/** Prices, fees and sellers come from the catalogue and the cart, never from the page. */
async function createSession(shop: Shop, request: FastifyRequest, buyer: string) {
  const field = fields(request)
  // as the cart showed it: another tab may have switched since
  const currency = currencyOf(field('currency'))
  const groups = cartLines(shop.cart(request), currency)
  const sellers = await sellerIds(shop.holdfast, groups.map(({ shop: reference }) => reference))
  const key = field('formKey')
  return shop.holdfast.sessions.create({
    reference: `Q-${key.slice(0, 8).toUpperCase()}`,
    currency,
    // wallets take money at once or not at all
    captureMode: 'automatic',
    returnUrl: `${shop.origin}/checkout/return`,
    buyer: { reference: buyer, name: field('name'), email: field('email'), companyReference: shop.company(buyer) },
    savedCards: { securityCode: 'always' },
    ...(field('details') === 'all' && {
      collect: { company: 'required', taxId: 'required', purchaseOrder: 'optional', deliveryAddress: 'required' } as const,
      details: { company: field('name') },
    }),
    lines: groups.map((group) => ({
      reference: group.shop,
      seller: sellers.get(group.shop)!,
      description: group.items.map(({ product, quantity }) => `${quantity} × ${product.name}`).join(', ').slice(0, 200),
      amount: group.amount,
      platformFee: Math.round((group.amount * shopByReference(group.shop).feeBps) / 10_000),
      releaseTerms: { method: group.items[0]!.product.shipping },
    })),
  }, { idempotencyKey: `checkout-${key}` })
}

/** A session or order of this visitor's; anyone else's is as if it weren't there. */
function own<T extends { readonly buyer: { readonly reference: string | null } }>(found: T, buyer: string): T {
  if (found.buyer.reference !== buyer) throw new NotThere('of another buyer')
  return found
}

const localeOf = (request: FastifyRequest): string => /^[a-z]{2,3}(?:-\w{2,8})*$/i.exec(part(request.query, 'lang') ?? '')?.[0] ?? 'en'

function addCheckout(app: FastifyInstance, shop: Shop): void {
  app.post('/checkout', async (request, reply) => {
    if (shop.cart(request).size === 0 || !/^[0-9a-f-]{36}$/.test(fields(request)('formKey'))) return reply.redirect('/cart', 303)
    let to = '/cart'
    return shop.act(request, reply, {
      get to() { return to }, done: '',
      run: async () => { to = `/checkout/${(await createSession(shop, request, shop.buyer(request, reply))).id}` },
    })
  })
  app.get('/checkout/return', async (request, reply) => {
    // the return link says which session the buyer comes from, and proves nothing: what is still to be paid, or not
    // known yet, is looked after by the component, and the rest by the order's page
    const session = await shop.holdfast.sessions.retrieve(part(request.query, 'holdfast_session'))
    const over = session.status !== 'open' && session.status !== 'processing'
    return reply.redirect(over ? `/orders/${session.order}` : `/checkout/${session.id}`, 303)
  })
  app.get('/checkout/:session', async (request, reply) => {
    const session = own(await shop.holdfast.sessions.retrieve(part(request.params, 'session')), shop.buyer(request, reply))
    if (session.status !== 'open' && session.status !== 'processing') return reply.redirect(`/orders/${session.order}`, 303)
    const locale = localeOf(request)
    const sellerNames = new Map((await Promise.all(session.lines.map(({ seller }) => shop.holdfast.sellers.retrieve(seller)))).map(({ id, name }) => [id, name]))
    return shop.show(request, reply, {
      title: 'Payment', area: 'shop', // in this order: a wallet is there before the component looks for it
      scripts: [{ src: '/assets/simulated-wallets.js' }, shop.component, { src: '/assets/checkout.js' }],
      body: checkoutPage({ session, sellerNames, apiUrl: shop.apiUrl, vaultOrigin: shop.vaultOrigin, locale }),
    })
  })
  // The page hands over the token of a completed attempt; the token proves it, and what is captured is the session's amount.
  app.post('/checkout/:session/complete', async (request, reply) => {
    const session = await shop.holdfast.sessions.retrieve(part(request.params, 'session'))
    const claims = await shop.holdfast.tokens.verify(fields(request)('token'), {
      mode: session.mode, session: session.id, amount: session.amount, currency: session.currency,
    })
    if (claims.status === 'authorized') {
      await shop.holdfast.payments.capture(claims.sub, { final: true }, { idempotencyKey: `capture-${session.id}` })
    }
    shop.setCart(reply, new Map())
    return reply.send({ location: `/orders/${session.order}` })
  })
}

async function ownOrder(shop: Shop, request: FastifyRequest, reply: FastifyReply): Promise<Order> {
  return own(await shop.holdfast.orders.retrieve(part(request.params, 'order')), shop.buyer(request, reply))
}

async function storyOf(shop: Shop, order: Order): Promise<OrderStory> {
  const { holdfast } = shop
  const { id } = order
  const [payments, releases, refunds, disputes, now] = await Promise.all([
    Promise.all(order.payments.map((payment) => holdfast.payments.retrieve(payment))),
    Promise.all(order.escrows.map(async (escrow) => (await holdfast.releases.list({ escrow: escrow.id, limit: 100 }).page()).data)),
    holdfast.refunds.list({ order: id, limit: 100 }).page(),
    holdfast.disputes.list({ order: id, limit: 100 }).page(),
    shop.now(),
  ])
  return { order, payments, releases: releases.flat(), refunds: refunds.data, disputes: disputes.data, now, formKey: randomUUID() }
}

function addOrders(app: FastifyInstance, shop: Shop): void {
  app.get('/orders', async (request, reply) => {
    const { data } = await shop.holdfast.orders.list({ buyer: shop.buyer(request, reply), limit: 50 }).page()
    return shop.show(request, reply, { title: 'Your orders', area: 'orders', body: ordersPage(data) })
  })
  app.get('/orders/:order', async (request, reply) => {
    const story = await storyOf(shop, await ownOrder(shop, request, reply))
    return shop.show(request, reply, { title: `Order ${story.order.reference}`, area: 'orders', body: orderPage(story), now: instant(story.now) })
  })
  app.get('/orders/:order/follow', async (request, reply) => {
    const order = await ownOrder(shop, request, reply)
    // a link for this visit: the page is the buyer's own, and the link ends by itself
    const { secret } = await shop.holdfast.orders.createBuyerLink(order.id, { expiresInMinutes: 60 })
    return shop.show(request, reply, {
      title: `Order ${order.reference}`, area: 'orders', scripts: [shop.orderComponent], body: followPage({ order, secret, apiUrl: shop.apiUrl, locale: localeOf(request) }),
    })
  })
  addOrderActions(app, shop)
}

function addOrderActions(app: FastifyInstance, shop: Shop): void {
  const { escrows, disputes } = shop.holdfast
  app.post('/orders/:order/escrows/:escrow/accept', async (request, reply) => {
    const { order, escrow } = await ownShare(shop, request, reply)
    return shop.act(request, reply, {
      to: `/orders/${order.id}`, done: 'You confirmed receipt. What was held has been released to the seller.',
      run: () => escrows.accept(escrow, { idempotencyKey: `accept-${fields(request)('formKey')}` }),
    })
  })
  app.post('/orders/:order/escrows/:escrow/dispute', async (request, reply) => {
    const { order, escrow } = await ownShare(shop, request, reply)
    return shop.act(request, reply, {
      to: `/orders/${order.id}`, done: 'The share is frozen. The seller sees your request.',
      run: () => disputes.open({ escrow, reason: fields(request)('reason') }, { idempotencyKey: `dispute-${fields(request)('formKey')}` }),
    })
  })
  app.post('/orders/:order/disputes/:dispute/withdraw', async (request, reply) => {
    const order = await ownOrder(shop, request, reply)
    const dispute = part(request.params, 'dispute')
    if (!order.escrows.some((escrow) => escrow.dispute === dispute)) throw new NotThere('no dispute of this order')
    return shop.act(request, reply, {
      to: `/orders/${order.id}`, done: 'The request is withdrawn. The order goes on where it stood.',
      run: () => disputes.withdraw(dispute, { idempotencyKey: `withdraw-${fields(request)('formKey')}` }),
    })
  })
}

/** A share of the visitor's own order: the address names both, and they belong together. */
async function ownShare(shop: Shop, request: FastifyRequest, reply: FastifyReply): Promise<{ order: Order; escrow: string }> {
  const order = await ownOrder(shop, request, reply)
  const escrow = part(request.params, 'escrow')
  if (!order.escrows.some(({ id }) => id === escrow)) throw new NotThere('no share of this order')
  return { order, escrow }
}

/** What a buyer sees: the shop, the checkout and the orders. */
export function addBuyerRoutes(app: FastifyInstance, shop: Shop): void {
  addShopPages(app, shop)
  addCheckout(app, shop)
  addOrders(app, shop)
}

