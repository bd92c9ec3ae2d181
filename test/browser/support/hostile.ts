import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { FrameInit, FrameMessage, PageMessage } from '@holdfast/contract/frame'
import { Holdfast, type CheckoutSession } from '@holdfast/server'
import { expect, type Frame, type Page } from '@playwright/test'
import { root, startProcess } from '../../support/processes.ts'
import { test as base, type Demo } from './demo.ts'

/*
 * Pages that mean harm, on an origin that the marketplace has registered (someone got a script into the shop) and on
 * one that it has not. Database, backend, vault and frame are real.
 */

/** What an attacking page can do by hand. Its names are the page's own globals. */
const tools = `
  heard = {}; ports = {}; windowHeard = []
  addEventListener('message', ({ data }) => windowHeard.push(data))
  embed = (url, css = '') => new Promise(done => {
    const frame = document.createElement('iframe')
    frame.style.cssText = 'width: 420px; height: 420px; border: 0;' + css
    frame.onload = () => done()
    frame.src = url
    document.body.append(frame)
  })
  introduce = (window, { init, target, as }) => {
    const { port1, port2 } = new MessageChannel()
    heard[as] = []
    ports[as] = port1
    port1.onmessage = ({ data }) => heard[as].push(data)
    window.postMessage(JSON.parse(init), target, [port2])
  }
  call = async (path, { secret, body }) => {
    const response = await fetch(api + path, {
      method: body ? 'POST' : 'GET', ...(body && { body: JSON.stringify(body) }),
      headers: { authorization: 'Bearer ' + secret, ...(body && { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }) },
    })
    const answer = await response.json()
    return { status: response.status, code: answer.code, answer }
  }`

declare global {
  interface Window {
    heard: Record<string, FrameMessage[]>
    ports: Record<string, MessagePort>
    windowHeard: unknown[]
    embed(url: string, css?: string): Promise<void>
    introduce(window: Window, options: { init: string, target: string, as: string }): void
    call(path: string, options: { secret: string, body?: object }): Promise<{ status: number, code?: string, answer: Record<string, unknown> }>
  }
}

/** One small server with two names: an origin that the marketplace has registered, and a stranger's. */
export class Sites {
  /** The merchant's, with an attacker's script in it. */
  readonly shop: string
  /** Nobody's that the marketplace knows. */
  readonly stranger: string
  /** Every request that came to the stranger since the test began: path and body. */
  reached: string[] = []
  readonly #api: string
  readonly #server: Server
  readonly #pages = new Map<string, string>()
  readonly #files = new Map<string, string[]>()

  private constructor(server: Server, api: string) {
    const { port } = server.address() as AddressInfo
    this.#server = server
    this.#api = api
    this.shop = `http://hostile.localhost:${port}`
    this.stranger = `http://stranger.localhost:${port}`
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response))
  }

  static async open({ api }: Demo): Promise<Sites> {
    const server = createServer()
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    return new Sites(server, api)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Puts a page into the merchant's site, without any policy. */
  onShop(name: string, html: string): string {
    return this.#put(`${this.shop}/${name}`, html)
  }

  onStranger(name: string, html: string): string {
    return this.#put(`${this.stranger}/${name}`, html)
  }

  /** Puts a file into the merchant's site; `again` is what whoever asks once more is given. */
  put(path: string, content: string, { again = content }: { again?: string } = {}): this {
    this.#files.set(path, [content, again])
    return this
  }

  /** The component as a merchant embeds it, in a page of the attacker's making. */
  checkout(session: CheckoutSession, attributes = ''): string {
    return `<script type="module" src="${this.shop}/dist/holdfast.js"></script>
      <holdfast-checkout client-secret="${session.clientSecret}" api-url="${this.#api}" ${attributes}></holdfast-checkout>`
  }

  #put(url: string, html: string): string {
    this.#pages.set(url, `<!doctype html><meta charset="utf-8"><title>Shop</title><script>api = '${this.#api}'${tools}</script>${html}`)
    return url
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '', origin = '*' } = request.headers
    const path = request.url ?? '/'
    if (host.startsWith('stranger.')) this.reached.push(`${path} ${await text(request)}`.trim())
    const content = this.#pages.get(`http://${host}${path}`) ?? await this.#fileAt(path.replace(/\?.*/, ''))
    const type = /\.js\b/.test(path) ? 'text/javascript' : path.endsWith('.json') ? 'application/json' : 'text/html'
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8`, 'access-control-allow-origin': origin, 'cache-control': 'no-store' })
    response.end(content)
  }

  /** A file that was put here, or one of the component as it was built. */
  async #fileAt(path: string): Promise<string | undefined> {
    const put = this.#files.get(path)
    if (put) return put.length > 1 ? put.shift() : put[0]
    const built = /^\/dist\/((?:chunks\/)?[\w.-]+)$/.exec(path)?.[1]
    return built === undefined ? undefined : readFile(join(root, 'packages/checkout/dist', built), 'utf8').catch(() => undefined)
  }
}

/** What the merchant's own server does: opens sessions, and knows what became of them. */
export class Merchant {
  readonly holdfast: Holdfast
  #seller: string | undefined
  static #count = 0

  constructor(holdfast: Holdfast) {
    this.holdfast = holdfast
  }

  static async of({ dataFolder, api }: Demo): Promise<Merchant> {
    const file = (await readdir(dataFolder)).find((name) => /^marketplace-.*\.json$/.test(name)) as string
    const { secretKey } = JSON.parse(await readFile(join(dataFolder, file), 'utf8')) as { secretKey: string }
    return new Merchant(new Holdfast({ apiKey: secretKey, baseUrl: api }))
  }

  /** Another marketplace of the same installation, whose pages are on the same origin. */
  static async another({ dataFolder, api }: Demo, { shop }: Sites): Promise<Merchant> {
    const made = await startProcess({
      script: 'packages/backend/src/cli.ts', args: ['create-marketplace', '--name', 'Another', '--origin', shop],
      env: { HOLDFAST_DATA: dataFolder, HOLDFAST_LOG_LEVEL: 'warn', HOLDFAST_PUBLIC_URL: api }, ready: /secret key +(sk_\S+)/,
    })
    await made.exited
    return new Merchant(new Holdfast({ apiKey: made.ready[1] as string, baseUrl: api }))
  }

  async open(amount = 12_000): Promise<CheckoutSession> {
    this.#seller ??= (await this.holdfast.sellers.create({
      reference: `hostile-${Merchant.#count++}-${process.pid}`, name: 'Lathes & Co', email: 'seller@lathes.example', country: 'US',
    })).id
    return this.holdfast.sessions.create({
      reference: `hostile-${Merchant.#count++}-${process.pid}`, currency: 'USD', captureMode: 'automatic', returnUrl: 'http://localhost/',
      lines: [{ reference: 'line', seller: this.#seller, description: 'A lathe', amount, releaseTerms: { method: 'sea' } }],
    })
  }

  async update(session: CheckoutSession, amount: number): Promise<void> {
    await this.holdfast.sessions.update(session.id, { lines: [{ reference: 'line', amount }] })
  }

  /** How the session's payments ended. */
  async payments({ order }: CheckoutSession): Promise<readonly string[]> {
    const { payments } = await this.holdfast.orders.retrieve(order)
    return Promise.all(payments.map(async (id) => (await this.holdfast.payments.retrieve(id)).status))
  }
}

/** The vault's frame in a page that talks to it by hand. */
export class Handmade {
  readonly page: Page
  readonly vault: string
  #ticket: { ticket: string, frameUrl: string } | undefined

  constructor(page: Page, vault: string) {
    this.page = page
    this.vault = vault
  }

  /** The same ticket in another window. */
  in(page: Page): Handmade {
    const other = new Handmade(page, this.vault)
    other.#ticket = this.#ticket
    return other
  }

  get frame(): Frame {
    return this.page.frames().find((frame) => frame.url().startsWith(`${this.vault}/frame`)) as Frame
  }

  /** A ticket of the session's, as any page that has the client secret gets one. */
  async ticket({ clientSecret }: CheckoutSession): Promise<{ ticket: string, frameUrl: string }> {
    const { answer } = await this.page.evaluate((secret) => window.call('/v1/checkout/frame-ticket', { secret, body: {} }), clientSecret)
    return (this.#ticket = answer as unknown as { ticket: string, frameUrl: string })
  }

  async embed(session: CheckoutSession, css = ''): Promise<void> {
    const { frameUrl } = await this.ticket(session)
    await this.page.evaluate(([url, style]) => window.embed(url, style), [frameUrl, css] as const)
  }

  init(change: object = {}): string {
    const init: FrameInit = { holdfast: 1, type: 'init', locale: 'en', style: {} }
    return JSON.stringify({ ...init, ...change })
  }

  /** Introduces the page to the frame, and waits until it is ready. */
  async introduce(): Promise<void> {
    const options = { init: this.init(), target: this.vault, as: 'main' }
    await this.page.evaluate((given) => window.introduce(window.frames[0] as Window, given), options)
    await this.tell({ type: 'ticket', ticket: this.#ticket?.ticket ?? '' })
    await this.hear('ready')
  }

  tell(message: PageMessage | object): Promise<void> {
    // as text, so that a field named __proto__ arrives as one
    return this.page.evaluate((text) => window.ports['main']!.postMessage(JSON.parse(text)), JSON.stringify(message))
  }

  heard(as = 'main'): Promise<FrameMessage[]> {
    return this.page.evaluate((name) => window.heard[name] ?? [], as)
  }

  async hear<T extends FrameMessage['type']>(type: T, after = 0): Promise<Extract<FrameMessage, { type: T }>> {
    const found = async (): Promise<FrameMessage | undefined> => (await this.heard()).filter((message) => message.type === type)[after]
    await expect.poll(async () => await found() !== undefined, { message: `the frame says ${type}`, intervals: [50] }).toBe(true)
    return await found() as Extract<FrameMessage, { type: T }>
  }

  async fill({ number, expiry, securityCode, name }: { number: string, expiry: string, securityCode: string, name: string }): Promise<void> {
    const fields = { number, exp: expiry, csc: securityCode, name }
    for (const [field, value] of Object.entries(fields)) await this.frame.locator(`[autocomplete="cc-${field}"]`).fill(value)
  }

  /** Waits until the browser says whether the number's field can be seen. */
  async untilSeen(seen: boolean): Promise<void> {
    await this.frame.evaluate((wanted) => new Promise<void>((done) => {
      const settings: IntersectionObserverInit & { trackVisibility: true, delay: number } = { trackVisibility: true, delay: 100 }
      new IntersectionObserver((entries) => { if ((entries.at(-1) as { isVisible?: boolean }).isVisible === wanted) done() }, settings)
        .observe(document.querySelector('.field.number')!)
    }), seen)
  }

  /** Tokenizes what stands in the fields. */
  async token(attempt = 1): Promise<string> {
    await this.tell({ type: 'tokenize', attempt })
    return (await this.hear('token', attempt - 1)).token
  }
}

interface Hostile {
  readonly sites: Sites
  readonly handmade: Handmade
}

interface Shared {
  readonly merchant: Merchant
  readonly server: Sites
}

export const test = base.extend<Hostile, Shared>({
  server: [async ({ demo }, use) => {
    const sites = await Sites.open(demo)
    await use(sites)
    await sites.close()
  }, { scope: 'worker' }],
  sites: ({ server }, use) => {
    server.reached = []
    return use(server)
  },
  merchant: [async ({ demo, server }, use) => {
    const merchant = await Merchant.of(demo)
    await merchant.holdfast.marketplace.update({ origins: [demo.shop, server.shop] })
    await use(merchant)
    await merchant.holdfast.marketplace.update({ origins: [demo.shop] })
    merchant.holdfast.close()
  }, { scope: 'worker' }],
  handmade: ({ page, demo }, use) => use(new Handmade(page, demo.vault)),
})

export { expect }
