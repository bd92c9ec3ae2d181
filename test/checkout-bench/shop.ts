// Ours from end to end, in the demo's shop: how soon the card's field takes the focus, whether anything moves, and
// how long a key waits for its frame.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { freePorts } from '../support/ports.ts'
import { startProcess } from '../support/processes.ts'
import { waitFor } from '../support/wait.ts'

export interface Visit {
  /** From the script's last byte to the focus in the card's first field, in milliseconds. */
  readonly focusableMs: number
  /** Layout shift of the page and of the frame together. */
  readonly shift: number
  /** For each key, from its press to the frame that shows it, in milliseconds. */
  readonly keysMs: readonly number[]
}

export interface Shop {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Starts the demo as `npm start` does, on free ports. */
export async function openShop(): Promise<Shop> {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-checkout-bench-'))
  const [shop, api, vault, jpmorgan, bank, alipay, antom] = (await freePorts(7)).map(String)
  const demo = await startProcess({
    script: 'demo/src/start.ts',
    env: {
      HOLDFAST_DATA: data, HOLDFAST_SHOP_PORT: shop, HOLDFAST_API_PORT: api, HOLDFAST_VAULT_PORT: vault,
      HOLDFAST_JPMORGAN_PORT: jpmorgan, HOLDFAST_BANK_PORT: bank, HOLDFAST_ALIPAY_PORT: alipay, HOLDFAST_ANTOM_PORT: antom,
    },
    ready: /Holdfast is ready/,
    within: 120_000,
  })
  return {
    url: `http://localhost:${shop}`,
    stop: async () => {
      await demo.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** In the page and in the frame, before any script of theirs. */
const probe = `
  const now = () => performance.timeOrigin + performance.now()
  const probe = globalThis.probe = { shift: 0, focused: 0, keys: [] }
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) probe.shift += value
  }).observe({ type: 'layout-shift', buffered: true })
  if (self === top) addEventListener('ready', ({ target }) => target.focus('number'), { once: true })
  else {
    addEventListener('focusin', ({ target }) => { if (target.autocomplete === 'cc-number') probe.focused ||= now() })
    addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
      // what comes after a frame's callbacks comes after its painting
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => probe.keys.push(performance.now() - timeStamp)
      port2.postMessage(null)
    }), true)
  }`

interface Probe {
  readonly shift: number
  readonly focused: number
  readonly keys: readonly number[]
}

/** Makes an order with one product, and answers the address of its payment. */
async function orderSomething(page: Page, shop: string): Promise<string> {
  await page.goto(`${shop}/`)
  await page.evaluate(async () => {
    await fetch('/cart', { method: 'POST', body: new URLSearchParams({ slug: 'tl-400-toolroom-lathe', quantity: '1' }) })
  })
  await page.goto(`${shop}/cart`)
  await Promise.all([page.waitForNavigation(), page.click('form[action="/checkout"] button')])
  return page.url()
}

/** Slows a page and every frame of it, those of other processes before their first script; answers how to go on. */
async function slow(page: Page, rate: number): Promise<(rate: number) => Promise<unknown>> {
  const session = await page.createCDPSession()
  const sessions = [session]
  session.on('sessionattached', (frame) => {
    sessions.push(frame)
    void Promise.all([
      frame.send('Emulation.setCPUThrottlingRate', { rate }),
      frame.send('Runtime.runIfWaitingForDebugger'),
    ]).catch(() => undefined)
  })
  const setRate = (to: number): Promise<unknown> =>
    Promise.all(sessions.map(each => each.send('Emulation.setCPUThrottlingRate', { rate: to })))
  await setRate(rate)
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true })
  return setRate
}

/** One buyer: opens the payment of a new order with nothing cached, and types a card's number. */
export async function visit(browser: Browser, { shop, slowdown }: { readonly shop: string, readonly slowdown: number }): Promise<Visit> {
  const context = await browser.createBrowserContext()
  const address = await orderSomething(await context.newPage(), shop)
  const page = await context.newPage()
  await page.setCacheEnabled(false)
  await page.evaluateOnNewDocument(probe)
  const setRate = await slow(page, slowdown)
  await page.goto(address)
  const frame = await waitFor(() => page.frames().find(frame => frame.url().includes('/frame?')), { what: 'the card frame' })
  const read = (): Promise<Probe> => frame.evaluate('probe') as Promise<Probe>
  const { focused } = await waitFor(async () => { const found = await read(); return found.focused > 0 && found }, { what: 'the focus in the card’s field' })
  const began = await page.evaluate(() => {
    const [entry] = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/holdfast.js'))
    return performance.timeOrigin + (entry as PerformanceResourceTiming).responseEnd
  })
  // a key is felt at the speed that the machine has
  await setRate(1)
  const number = '4111111111111111'
  for (const digit of number) await page.keyboard.press(digit as '4')
  const typed = await waitFor(async () => { const found = await read(); return found.keys.length === number.length && found }, { what: 'all keys' })
  const { shift } = (await page.evaluate('probe')) as Probe
  await context.close()
  return { focusableMs: focused - began, shift: shift + typed.shift, keysMs: typed.keys }
}
