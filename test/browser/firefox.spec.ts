import { existsSync } from 'node:fs'
import { launch, type Browser, type Page } from 'puppeteer-core'
import { programs } from '../support/engine-names.ts'
import { waitFor } from '../support/wait.ts'
import { expect, test, type Demo } from './support/demo.ts'
import { cards, goodCard, type Card } from './support/pages.ts'

/*
 * The paying journeys once more, in Firefox. Playwright drives only a Firefox of its own making, which is no
 * package; Debian's speaks WebDriver BiDi, by puppeteer. So these journeys are written for it.
 */

const [firefox] = programs.firefox
test.skip(!existsSync(firefox), `there is no ${firefox}: apt-get install firefox-esr`)

let browser: Browser
test.beforeAll(async () => {
  browser = await launch({ browser: 'firefox', executablePath: firefox })
})
test.afterAll(() => browser?.close())

/** A buyer of their own with a lathe in the cart, at its payment. */
async function openPayment(demo: Demo): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage()
  await page.goto(`${demo.shop}/products/tl-400-toolroom-lathe`)
  await Promise.all([page.waitForNavigation(), page.locator('form[action="/cart"] button').click()])
  await Promise.all([page.waitForNavigation(), page.locator('form[action="/checkout"] button').click()])
  return page
}

/** Types a card, key by key. */
async function typeCard(page: Page, demo: Demo, card: Card): Promise<void> {
  const frame = await waitFor(() => page.frames().find((each) => each.url().startsWith(`${demo.vault}/frame`)), { what: 'the card frame' })
  for (const [field, text] of Object.entries({ number: card.number, exp: card.expiry, csc: card.securityCode, name: card.name })) {
    const input = await frame.waitForSelector(`[autocomplete="cc-${field}"]`, { visible: true })
    await input!.type(text)
  }
}

/** Whether something is drawn, and can be used. */
const inCheckout = (page: Page, selector: string): Promise<boolean> => page.evaluate((wanted) => {
  const found = document.querySelector('holdfast-checkout')?.shadowRoot?.querySelector<HTMLElement>(wanted)
  return found ? found.getAttribute('aria-disabled') !== 'true' : false
}, selector)

async function press(page: Page): Promise<void> {
  await waitFor(() => inCheckout(page, '.pay'), { what: 'a button to press' })
  await page.evaluate(() => document.querySelector('holdfast-checkout')!.shadowRoot!.querySelector<HTMLElement>('.pay')!.click())
}

test('Firefox: a buyer pays by card, and the order says that the money is held', async ({ demo }) => {
  const page = await openPayment(demo)
  await typeCard(page, demo, goodCard)
  await press(page)
  await waitFor(() => /\/orders\/ord_/.test(page.url()), { what: 'the order’s page', within: 30_000 })
  await waitFor(async () => /USD\s7,800\.00/.test(await page.$eval('main', (main) => main.textContent)), { what: 'the sum' })
  expect(await page.$eval('main', (main) => main.textContent)).toMatch(/Held/)
})

test('Firefox: a declined card leaves the form open, and another card pays', async ({ demo }) => {
  const page = await openPayment(demo)
  await typeCard(page, demo, { ...goodCard, number: cards.declined })
  await press(page)
  await waitFor(() => inCheckout(page, '[role=alert] .notice'), { what: 'why it failed' })
  const frame = page.frames().find((each) => each.url().startsWith(`${demo.vault}/frame`))!
  const number = (await frame.$('[autocomplete="cc-number"]'))!
  await number.click({ count: 3 })
  await number.type(cards.approved)
  await press(page)
  await waitFor(() => /\/orders\/ord_/.test(page.url()), { what: 'the order’s page', within: 30_000 })
})

test('Firefox: the page never holds what is typed in the frame', async ({ demo }) => {
  const page = await openPayment(demo)
  // the shop's page tells of its test cards: this one isn't among them
  const number = '4012000033330026'
  await typeCard(page, demo, { ...goodCard, number })
  const seen = await page.evaluate(() => {
    const within = (root: Document | ShadowRoot): string => [...root.querySelectorAll('*')]
      .map((node) => `${(node as HTMLInputElement).value ?? ''} ${node.shadowRoot ? within(node.shadowRoot) : node.textContent}`).join(' ')
    return `${within(document)} ${JSON.stringify({ ...localStorage, ...sessionStorage })} ${window.frames.length}`
  })
  expect(seen.replaceAll(/\s/g, '')).toContain(cards.approved)
  expect(seen.replaceAll(/\s/g, '')).not.toContain(number)
})
