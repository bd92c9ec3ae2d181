import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { goodCard, places } from './support/pages.ts'
import { expect, test, type Demo } from './support/demo.ts'

/** A valid test number and a code that nothing else in the system contains. */
const canary = { ...goodCard, number: '4012000033330026', securityCode: '907' }
const spaced = '4012 0000 3333 0026'

/** Every file under a folder that holds the text, as bytes: tables, WAL, logs, anything. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(files.map(async (file) => ((await readFile(file).catch(() => Buffer.alloc(0))).includes(text) ? file : null)))
  return found.filter((file) => file !== null)
}

/** Browser-side: everything that the page's own origin ever held or sent. */
async function watchPage(page: Page, demo: Demo): Promise<{ seen: () => Promise<string> }> {
  const heard: string[] = []
  page.on('console', (message) => heard.push(message.text()))
  page.on('request', (request) => {
    if (!request.url().startsWith(demo.vault)) heard.push(request.url(), request.postData() ?? '')
  })
  await page.addInitScript(() => {
    const said: string[] = []
    Object.assign(globalThis, { said })
    addEventListener('message', (event) => said.push(JSON.stringify(event.data)))
    const post = MessagePort.prototype.postMessage
    MessagePort.prototype.postMessage = function (this: MessagePort, ...args: [unknown]) {
      said.push(JSON.stringify(args[0]))
      return Reflect.apply(post, this, args) as void
    }
    const listen = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage')!
    Object.defineProperty(MessagePort.prototype, 'onmessage', {
      ...listen,
      set(this: MessagePort, handler: (event: MessageEvent) => void) {
        listen.set!.call(this, (event: MessageEvent) => { said.push(JSON.stringify(event.data)); handler.call(this, event) })
      },
    })
  })
  return {
    seen: async () => {
      const inPage = await page.evaluate(() => {
        const walk = (root: Document | ShadowRoot): string => [...root.querySelectorAll('*')]
          .map((node) => (node as HTMLInputElement).value + (node.shadowRoot ? walk(node.shadowRoot) : '')).join(' ') + (root instanceof Document ? root.documentElement.outerHTML : root.innerHTML)
        return [walk(document), (globalThis as unknown as { said: string[] }).said.join(' '), JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie, location.href].join(' ')
      })
      return [...heard, inPage].join('\n')
    },
  }
}

test('a card number is nowhere outside the vault, and the security code nowhere at all @vault @firefox', async ({ page, shop, checkout, demo }) => {
  const watch = await watchPage(page, demo)
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.fill(canary)
  const typed = await watch.seen()
  await checkout.payButton.click()
  await page.waitForURL(/\/orders\/ord_/)
  const all = [typed, await watch.seen(), demo.process.logs()].join('\n')
  for (const secret of [canary.number, spaced]) expect(all).not.toContain(secret)
  expect(all).not.toMatch(/(?<![\d.-])907(?![\d.-])(?=.{0,40}(?:code|cvv|csc))/i)
  expect(await filesWith(demo.dataFolder, canary.number)).toEqual([])
  expect(await filesWith(demo.dataFolder, spaced)).toEqual([])
  expect(await filesWith(demo.dataFolder, '"cvv"'), 'no file names a security code').toEqual([])
  // The search can fail: the last four digits are meant to be found.
  expect((await filesWith(demo.dataFolder, '0026')).length).toBeGreaterThan(0)
})

for (const width of [320, 390]) {
  test(`fits a phone of ${width} px, and pays on it`, async ({ page, shop, checkout, order }) => {
    await page.setViewportSize({ width, height: 780 })
    const fits = async (place: string): Promise<void> => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(overflow, `${place} scrolls sideways`).toBe(0)
    }
    await shop.fillCart()
    for (const place of places) {
      await page.goto(place)
      await fits(place)
    }
    await shop.goToPayment()
    await checkout.frame()
    await fits('checkout')
    await checkout.payAndArrive()
    await fits('order')
    await order.expectTotals({ Held: 'USD 8,736.00' })
  })
}

test('runs under the shop’s policy, which allows no inline style or script', async ({ page, shop, checkout }) => {
  const blocked: string[] = []
  page.on('console', (message) => { if (/Content Security Policy|integrity/i.test(message.text())) blocked.push(message.text()) })
  await shop.addToCart('tl-400-toolroom-lathe')
  const response = await page.goto('/cart')
  expect(response!.headers()['content-security-policy']).not.toContain('unsafe-inline')
  await shop.goToPayment()
  await checkout.payAndArrive()
  expect(blocked).toEqual([])
})

test('a script that was changed by one byte is refused by the browser', async ({ page, shop, checkout }) => {
  await page.route('**/holdfast.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${await response.text()} ` })
  })
  await shop.fillCart()
  await shop.goToPayment()
  await expect.poll(() => page.evaluate(() => customElements.get('holdfast-checkout') === undefined)).toBe(true)
  await expect(checkout.payButton).toHaveCount(0)
})

test('the frame refuses to stand on an origin that the marketplace has not registered', async ({ page, demo, shop, checkout }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const frameUrl = (await checkout.frame()).url()
  const other = demo.shop.replace('localhost', '127.0.0.1')
  await page.goto(`${other}/`)
  const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()))
  await page.evaluate((url) => {
    const frame = document.createElement('iframe')
    frame.src = url
    document.body.append(frame)
  }, frameUrl)
  expect((await refused).text()).toContain('frame-ancestors')
})

