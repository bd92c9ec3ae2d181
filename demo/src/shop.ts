import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { Holdfast, HoldfastError } from '@holdfast/server'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { addBuyerRoutes } from './routes/buyer.ts'
import { NotThere, Refused } from './routes/forms.ts'
import { addGalleryRoutes } from './routes/gallery.ts'
import { addOperatorRoutes } from './routes/operator.ts'
import { addPaymentLinkRoutes } from './routes/payment-links.ts'
import { addSimulatedWallets } from './routes/simulated-wallets.ts'
import { addPhoneRoutes } from './routes/phone.ts'
import { addSellerRoutes } from './routes/seller.ts'
import { layout, type Page } from './view/layout.ts'
import { html } from './view/html.ts'
import { currencyOf, type Currency } from './catalogue.ts'
import type { WalletCards } from './wallet-cards.ts'
import type { Code } from './pages/phone.ts'
import type { Cart } from './pages/shop.ts'
import { randomUUID } from 'node:crypto'

/** A script with its SRI hash. */
interface Script {
  readonly script: string
  readonly integrity: string
}

export interface ShopOptions {
  /** As its visitors know it, such as http://localhost:4242. */
  readonly origin: string
  readonly port: number
  readonly apiKey: string
  readonly apiUrl: string
  /** The vault's origin as browsers see it: the card frame's. */
  readonly vaultOrigin: string
  /** The component's script with its SRI hash, and its languages by the name of their file. */
  readonly component: Script & { readonly chunks: ReadonlyMap<string, string>; readonly order: Script }
  /** What a phone can scan right now, and the origins of the wallets that it is led to. */
  readonly walletCards: Pick<WalletCards, 'token'>
  readonly phone: { readonly codes: () => readonly Code[]; readonly wallets: readonly string[] }
}

/** What a form asks: where it goes back to, what to say once it is done (nothing: ''), and the work. */
export interface Action {
  readonly to: string
  readonly done: string
  readonly run: () => Promise<unknown>
}

/** What every route needs: the SDK, and a page with this visitor's cart and notice. */
/** Two people who buy for one company, so that one sees what the other shares. */
export type Person = 'Ann' | 'Ben'

export interface Shop {
  readonly holdfast: Holdfast
  /** The shop's own origin, as its visitors know it: never what a request says it is. */
  readonly origin: string
  readonly apiUrl: string
  readonly vaultOrigin: string
  readonly component: { readonly src: string; readonly integrity: string }
  readonly orderComponent: { readonly src: string; readonly integrity: string }
  show(request: FastifyRequest, reply: FastifyReply, page: Page): Promise<FastifyReply>
  /** Does what a form asked, then goes back to a page that says how it went. */
  act(request: FastifyRequest, reply: FastifyReply, action: Action): Promise<FastifyReply>
  cart(request: FastifyRequest): Cart
  setCart(reply: FastifyReply, cart: Cart): void
  /** What this visitor sees prices in. */
  currency(request: FastifyRequest): Currency
  setCurrency(reply: FastifyReply, currency: Currency): void
  buyer(request: FastifyRequest, reply: FastifyReply): string
  /** Which of the two people of its company sits at this browser: each is a buyer of their own. */
  person(request: FastifyRequest): Person
  setPerson(reply: FastifyReply, person: Person): void
  /** The company that both buy for. */
  company(buyer: string): string
  now(): Promise<string>
}

const assets = {
  'style.css': ['../public/style.css', 'text/css; charset=utf-8'],
  'icon.svg': ['../public/icon.svg', 'image/svg+xml'],
  'simulated-wallets.js': ['../public/build/simulated-wallets.js', 'text/javascript; charset=utf-8'],
  'checkout.js': ['../public/build/checkout.js', 'text/javascript; charset=utf-8'],
  'gallery.js': ['../public/build/gallery.js', 'text/javascript; charset=utf-8'],
  'copy.js': ['../public/build/copy.js', 'text/javascript; charset=utf-8'],
  'tables.js': ['../public/build/tables.js', 'text/javascript; charset=utf-8'],
} as const

const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax' } as const

function policy({ apiUrl, vaultOrigin, phone }: ShopOptions): string {
  return [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", `connect-src 'self' ${apiUrl}`,
    `frame-src ${[vaultOrigin, new URL(apiUrl).origin, ...phone.wallets].join(' ')}`, "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
  ].join('; ')
}

function secure(app: FastifyInstance, options: ShopOptions): void {
  const csp = policy(options)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('content-security-policy', csp).header('referrer-policy', 'same-origin').header('x-content-type-options', 'nosniff')
    if (!isOwnHost(request.hostname)) return reply.code(421).type('text/plain').send('The shop is at localhost alone.')
    if (request.method === 'POST' && isFromElsewhere(request)) return reply.code(403).type('text/plain').send('This form was sent from another site.')
  })
}

/** Under another name someone else's page could be of the same origin as this one (DNS rebinding). */
function isOwnHost(name: string): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]'
}

/** Browsers too old to say which site a form comes from still say its origin. */
function isFromElsewhere({ headers, host }: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = headers
  return site === undefined ? origin !== undefined && origin !== `http://${host}` : site !== 'same-origin'
}

function readCart(request: FastifyRequest): Cart {
  const entries = (request.cookies['cart'] ?? '').split('.').flatMap((item) => {
    const match = /^([a-z0-9-]{1,60})_(\d{1,2})$/.exec(item)
    return match ? [[match[1]!, Number(match[2])] as const] : []
  })
  return new Map(entries.slice(0, 20))
}

function takeNotice(request: FastifyRequest, reply: FastifyReply): Page['notice'] {
  const value = request.cookies['notice']
  if (!value) return undefined
  void reply.clearCookie('notice', cookieOptions)
  return { kind: value.startsWith('done ') ? 'done' : 'refused', text: value.slice(value.indexOf(' ') + 1) }
}

async function show(request: FastifyRequest, reply: FastifyReply, page: Page): Promise<FastifyReply> {
  const notice = takeNotice(request, reply)
  const cart = [...readCart(request).values()].reduce((sum, quantity) => sum + quantity, 0)
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
    .send(layout({ cart, path: new URL(request.url, 'http://shop').pathname, ...page, ...(notice && { notice }) }))
}

/** What a refusal says to a person: the API's own words name what was wrong and what to do. */
function words(error: unknown): string | null {
  if (error instanceof Refused) return error.message
  return error instanceof HoldfastError ? error.message : null
}

async function act(request: FastifyRequest, reply: FastifyReply, action: Action): Promise<FastifyReply> {
  let notice = action.done && `done ${action.done}`
  try {
    await action.run()
  } catch (error) {
    const text = words(error)
    if (text === null) throw error
    request.log.info({ text }, 'refused')
    notice = `refused ${text}`
  }
  if (notice) void reply.setCookie('notice', notice.slice(0, 600), { ...cookieOptions, maxAge: 60 })
  return reply.redirect(action.to, 303)
}

function addErrorPages(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => show(request, reply.code(404), {
    title: 'Not found', area: 'shop', body: html`<div class="empty"><h1>There is no such page</h1><p>It may have moved, or the address has a typing error.</p><a class="button" href="/">See the catalogue</a></div>`,
  }))
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error)
    const missing = status === 404
    if (status >= 500) request.log.error({ err: error }, 'failed')
    return show(request, reply.code(status), {
      title: missing ? 'Not found' : 'Not available', area: 'shop',
      body: html`<div class="empty"><h1>${missing ? 'There is no such order' : 'This page can’t be shown right now'}</h1><p>${missing ? 'The address names nothing that we know.' : 'Nothing was changed. Try again in a moment.'}</p><a class="button" href="/">See the catalogue</a></div>`,
    })
  })
}

/** What was wrong with the request is the visitor's to mend; all else is the shop's. */
function statusOf(error: unknown): number {
  if (error instanceof NotThere) return 404
  if (error instanceof HoldfastError) {
    if (error.status === 404 || error.code === 'params_invalid') return 404
    return error.code === 'token_invalid' ? 400 : 500
  }
  const { statusCode = 500 } = error as { statusCode?: number }
  return statusCode >= 400 && statusCode < 500 ? statusCode : 500
}

function addAssets(app: FastifyInstance, options: ShopOptions): void {
  for (const [name, [file, type]] of Object.entries(assets)) {
    app.get(`/assets/${name}`, async (_request, reply) =>
      reply.type(type).send(await readFile(fileURLToPath(new URL(file, import.meta.url)))))
  }
  for (const [path, { script }] of [['/holdfast.js', options.component], ['/holdfast-order.js', options.component.order]] as const) {
    app.get(path, (_request, reply) => reply.type('text/javascript; charset=utf-8').send(script))
  }
  for (const [name, text] of options.component.chunks) {
    const type = name.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'application/json'
    app.get(`/chunks/${name}`, (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(text))
  }
}

/** Starts the shop: a merchant's server, which talks to Holdfast by the SDK alone. */
export async function startShop(options: ShopOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const app = fastify({ logger: { level: 'warn' } })
  await app.register(cookie)
  await app.register(formbody)
  const holdfast = new Holdfast({ apiKey: options.apiKey, baseUrl: options.apiUrl })
  const shop: Shop = {
    holdfast, origin: options.origin, apiUrl: options.apiUrl, vaultOrigin: options.vaultOrigin, component: { src: '/holdfast.js', integrity: options.component.integrity },
    orderComponent: { src: '/holdfast-order.js', integrity: options.component.order.integrity },
    show, act, cart: readCart,
    setCart: (reply, cart) => void reply.setCookie('cart', [...cart].map(([slug, quantity]) => `${slug}_${quantity}`).join('.'), cookieOptions),
    currency: (request) => currencyOf(request.cookies['currency']),
    setCurrency: (reply, currency) => void reply.setCookie('currency', currency, { ...cookieOptions, maxAge: 31_536_000 }),
    buyer(request, reply) {
      const suffix = shop.person(request) === 'Ben' ? '-ben' : ''
      const known = request.cookies['buyer']
      if (known && /^[0-9a-f-]{36}$/.test(known)) return `${known}${suffix}`
      const id = randomUUID()
      void reply.setCookie('buyer', id, { ...cookieOptions, maxAge: 31_536_000 })
      return `${id}${suffix}`
    },
    person: (request) => (request.cookies['person'] === 'Ben' ? 'Ben' : 'Ann'),
    setPerson: (reply, person) => void reply.setCookie('person', person, { ...cookieOptions, maxAge: 31_536_000 }),
    company: (buyer) => `company-${buyer.slice(0, 36)}`,
    now: async () => (await holdfast.clock.retrieve()).now,
  }
  secure(app, options)
  addErrorPages(app)
  addAssets(app, options)
  addBuyerRoutes(app, shop)
  addSellerRoutes(app, shop)
  addOperatorRoutes(app, shop)
  addPaymentLinkRoutes(app, shop)
  addSimulatedWallets(app, options.walletCards)
  addGalleryRoutes(app, shop)
  addPhoneRoutes(app, { shop, codes: options.phone.codes })
  const url = await app.listen({ port: options.port, host: '127.0.0.1' })
  return { url: url.replace('127.0.0.1', 'localhost'), close: () => app.close() }
}
