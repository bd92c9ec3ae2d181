// Ours from end to end, in the demo's shop: how soon the card's field takes the focus, whether anything moves, and
// how long a key waits for its frame.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { freePorts } from '../support/ports.ts'
import { startProcess } from '../support/processes.ts'
import { waitFor } from '../support/wait.ts'
import { frameOf, slow, waitForFocus } from './page.ts'

export interface Visit {
  /** From the script's first instruction to the focus in the card's first field, in milliseconds. */
  readonly focusableMs: number
  /** The same from the script's last byte: the browser draws the shop's own page in between. */
  readonly fromLastByteMs: number
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
const probe = `${waitForFocus}
  const probe = globalThis.probe = { shift: 0, began: 0, keys: [] }
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) probe.shift += value
  }).observe({ type: 'layout-shift', buffered: true })
  if (self === top) {
    addEventListener('ready', ({ target }) => target.focus('number'), { once: true })
    // Lit is what the script begins with, and this is what Lit looks for first
    let versions
    Object.defineProperty(globalThis, 'reactiveElementVersions', {
      get() { probe.began ||= performance.timeOrigin + performance.now(); return versions },
      set(to) { versions = to },
    })
  } else {
    addEventListener('keydown', ({ timeStamp }) => requestAnimationFrame(() => {
      // what comes after a frame's callbacks comes after its painting
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => probe.keys.push(performance.now() - timeStamp)
      port2.postMessage(null)
    }), true)
  }`

interface Probe {
  readonly shift: number
  readonly began: number
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

/** One buyer: opens the payment of a new order with nothing cached, and types a card's number. */
export async function visit(browser: Browser, { shop, slowdown }: { readonly shop: string, readonly slowdown: number }): Promise<Visit> {
  const context = await browser.createBrowserContext()
  const ordering = await context.newPage()
  const address = await orderSomething(ordering, shop)
  // its own checkout would be starting at the same time
  await ordering.close()
  const page = await context.newPage()
  await page.setCacheEnabled(false)
  await page.evaluateOnNewDocument(probe)
  const setRate = await slow(page, slowdown)
  await page.goto(address)
  const { frame, focused } = await frameOf(page)
  const lastByte = await page.evaluate(() => {
    const [entry] = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/holdfast.js'))
    return performance.timeOrigin + (entry as PerformanceResourceTiming).responseEnd
  })
  // a key is felt at the speed that the machine has
  await setRate(1)
  const number = '4111111111111111'
  for (const digit of number) await page.keyboard.press(digit as '4')
  const read = (): Promise<Probe> => frame.evaluate('probe') as Promise<Probe>
  const typed = await waitFor(async () => { const found = await read(); return found.keys.length === number.length && found }, { what: 'all keys' })
  const { shift, began } = (await page.evaluate('probe')) as Probe
  await context.close()
  return { focusableMs: focused - began, fromLastByteMs: focused - lastByte, shift: shift + typed.shift, keysMs: typed.keys }
}
