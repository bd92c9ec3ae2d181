import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FrameInit, FrameMessage, PageMessage } from '@holdfast/contract/frame'
import { launch } from 'puppeteer-core'
import type { Browser, Frame, Page } from 'puppeteer-core'
import { browserPath, chromiumArgs } from '../../../../test/support/chromium.ts'
import { waitFor } from '../../../../test/support/wait.ts'

/* A merchant's page, in a real browser, on an origin of its own. It does what the component does, by hand. */

declare global {
  interface Window {
    heard: Record<string, FrameMessage[]>
    ports: Record<string, MessagePort>
    embed(url: string): Promise<void>
    introduce(name: string, init: string, target: string): void
  }
}

const html = `<!doctype html><meta charset="utf-8"><title>Shop</title><style>iframe { width: 100%; height: 420px; border: 0 }</style>
<script>
  heard = {}
  ports = {}
  embed = url => new Promise(done => {
    const frame = document.createElement('iframe')
    frame.addEventListener('load', () => done())
    frame.src = url
    document.body.append(frame)
  })
  introduce = (name, init, target) => {
    const { port1, port2 } = new MessageChannel()
    heard[name] = []
    ports[name] = port1
    port1.onmessage = ({ data }) => heard[name].push(data)
    document.querySelector('iframe').contentWindow.postMessage(JSON.parse(init), target, [port2])
  }
</script><body>`

/** An `init`, or what is to be wrong in it. */
export type Introduction = Partial<FrameInit> & { readonly ticket?: string } & object

export interface Shop {
  readonly browser: Browser
  /** `http://<name>.localhost:<port>`: each name is a site of its own, all served alike. */
  origin(name: string): string
  close(): Promise<void>
}

export async function openShop(): Promise<Shop> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(html)
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const browser = await launch({ executablePath: browserPath(), args: [...chromiumArgs] })
  return {
    browser,
    origin: name => `http://${name}.localhost:${port}`,
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise(resolve => {
        server.close(resolve)
      })
    },
  }
}

/** The checkout on one page: its iframe, and what it says on the page's port. */
export class Checkout {
  readonly page: Page
  readonly frameUrl: string
  readonly violations: string[] = []

  constructor(page: Page, frameUrl: string) {
    this.page = page
    this.frameUrl = frameUrl
    page.on('console', message => {
      if (/Content Security|Trusted/i.test(message.text())) this.violations.push(message.text())
    })
  }

  /** Opens a page and embeds the frame, which then waits to be introduced. */
  static async open(
    shop: Shop,
    { origin, frameUrl, width = 400 }: { origin: string; frameUrl: string; width?: number },
  ): Promise<Checkout> {
    const page = await shop.browser.newPage()
    await page.setViewport({ width, height: 720, deviceScaleFactor: 2 })
    const checkout = new Checkout(page, frameUrl)
    await page.goto(origin)
    await page.evaluate(url => window.embed(url), frameUrl)
    return checkout
  }

  get frame(): Frame {
    const frame = this.page
      .frames()
      .find(
        candidate => candidate !== this.page.mainFrame() && candidate.parentFrame() === this.page.mainFrame(),
      )
    if (!frame) throw new Error('the page has no frame')
    return frame
  }

  /** The page's one window message, and behind it on the port the ticket, where one is given. */
  async introduce({ ticket, ...init }: Introduction, name = 'main'): Promise<void> {
    const whole = { holdfast: 1, type: 'init', locale: 'en', style: {}, ...init }
    // as text, so that a field named __proto__ arrives as one
    const text = JSON.stringify(whole)
    await this.page.evaluate(
      (as, message, target) => window.introduce(as, message, target),
      name,
      text,
      new URL(this.frameUrl).origin,
    )
    if (ticket !== undefined) await this.tell({ type: 'ticket', ticket }, name)
  }

  async tell(message: PageMessage, name = 'main'): Promise<void> {
    await this.page.evaluate((said, as) => window.ports[as]?.postMessage(said), message, name)
  }

  heard(name = 'main'): Promise<FrameMessage[]> {
    return this.page.evaluate(as => window.heard[as] ?? [], name)
  }

  /** The newest message of a kind that comes after the first `after` of its kind. */
  async hear<Type extends FrameMessage['type']>(
    type: Type,
    { after = 0 } = {},
  ): Promise<Extract<FrameMessage, { type: Type }>> {
    const found = await waitFor(
      async () => (await this.heard()).filter(message => message.type === type)[after],
      { what: `'${type}' from the frame` },
    )
    return found as Extract<FrameMessage, { type: Type }>
  }

  async type(field: string, text: string): Promise<void> {
    await this.frame.focus(`#${field}`)
    await this.page.keyboard.type(text)
  }

  value(field: string): Promise<string> {
    return this.frame.$eval(`#${field}`, input => (input as HTMLInputElement).value)
  }

  caret(field: string): Promise<number | null> {
    return this.frame.$eval(`#${field}`, input => (input as HTMLInputElement).selectionStart)
  }

  error(field: string): Promise<string> {
    return this.frame.$eval(`#${field}-error`, error => error.textContent ?? '')
  }

  async fill(card: { number: string; expiry: string; code: string; name: string }): Promise<void> {
    await this.type('number', card.number)
    await this.type('expiry', card.expiry)
    await this.type('securityCode', card.code)
    await this.type('name', card.name)
  }

  /** Leaves a picture where HOLDFAST_SHOTS says, for looking at. */
  async shoot(name: string): Promise<void> {
    const folder = process.env['HOLDFAST_SHOTS']
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png` })
  }
}
