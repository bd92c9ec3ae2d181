import type { Page } from '@playwright/test'
import { violationsOn } from './support/axe.ts'
import { expect, test } from './support/demo.ts'
import { Merchant, Sites } from './support/hostile.ts'
import { cards, goodCard } from './support/pages.ts'

/* The hosted page: the component on our own origin, reached from a shop by a link. */

/** From the shop's payment page to the hosted one, by its link. */
async function goThere(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Holdfast’s own page' }).click()
  await page.waitForURL(/\/pay\/mkt_/)
}

const local = (page: Page): Promise<string> => page.evaluate(() => JSON.stringify(localStorage))
const paid = { name: 'Paid, and held for you' }

test('is paid on, and leads back to the shop by the buyer’s own hand @firefox', async ({ page, demo, shop, checkout, order }) => {
  const urls: string[] = []
  const frames: string[] = []
  page.on('request', (request) => {
    urls.push(request.url())
    if (request.url().includes('/frame?') && request.headers()['referer'] === `${demo.api}/`) frames.push(request.url())
  })
  await shop.payFor('USD')
  await goThere(page)
  await expect(checkout.payButton).toBeVisible()
  expect(page.url()).toMatch(new RegExp(`^${demo.api}/pay/mkt_\\w{26}$`))
  await expect(page.getByRole('heading', { level: 1, name: 'Quayside' })).toBeVisible()
  await expect(checkout.element).toHaveAttribute('vault-url', /^http/)
  expect(await violationsOn(page)).toEqual([])
  await checkout.pay()
  await expect(checkout.element.getByRole('heading', paid)).toBeFocused({ timeout: 30_000 })
  expect(page.url()).toMatch(/\/pay\/mkt_\w{26}$/)
  expect(await violationsOn(page)).toEqual([])
  // the frame that began to load beside the session is the one that was typed into
  expect(frames).toHaveLength(1)
  // no server, log or Referer has seen what opens the session
  expect(urls.filter((url) => url.includes('_secret_') && !url.includes('#'))).toEqual([])
  expect(await local(page)).not.toContain('_secret_')
  await page.reload()
  await expect(checkout.element.getByRole('heading', paid)).toBeVisible()
  await checkout.element.getByRole('link', { name: 'Go to your order' }).click()
  await page.waitForURL(/\/orders\/ord_/)
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('keeps a declined buyer on it, through a reload, until another card pays', async ({ page, shop, checkout }) => {
  await shop.payFor('USD')
  await goThere(page)
  await checkout.pay({ ...goodCard, number: cards.declined })
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('declined and nothing was charged', { timeout: 30_000 })
  expect(await local(page)).not.toContain('_secret_')
  await page.reload()
  await checkout.pay()
  await expect(checkout.element.getByRole('heading', paid)).toBeVisible({ timeout: 30_000 })
})

test('has the bank ask in place', async ({ page, shop, checkout, bank }) => {
  await shop.payFor('USD')
  await goThere(page)
  await checkout.pay({ ...goodCard, number: cards.challenged })
  await bank.enter('123456')
  await expect(checkout.element.getByRole('heading', paid)).toBeVisible({ timeout: 30_000 })
})

test('is come back to from Alipay, in the same tab and in another, in the buyer’s language', async ({ page, context, demo, shop, alipay }) => {
  await shop.payFor('USD')
  await page.goto(`${await page.getByRole('link', { name: 'Holdfast’s own page' }).getAttribute('href')}`.replace('#', '?locale=de#'))
  await alipay.element.getByRole('radio', { name: 'Alipay', exact: true }).check()
  await alipay.element.getByRole('radio', { name: 'Auf der Alipay-Seite zahlen' }).check()
  const there = new URL(page.url()).pathname
  await alipay.element.getByRole('button', { name: /Alipay/ }).last().click()
  await page.waitForURL(/\/cashier\//)
  const other = await context.newPage()
  const session = await (async () => {
    await other.goto(`${demo.api}${there}`)
    const keys = await other.evaluate(() => Object.keys(localStorage))
    return keys.map((key) => /cs_\w{26}/.exec(key)?.[0]).find(Boolean)
  })()
  await expect(other.getByRole('heading', { name: 'This link is incomplete' })).toBeVisible()
  await other.goto(`${demo.api}${there}?holdfast_session=${session}`)
  await expect(other.locator('holdfast-checkout')).toBeVisible()
  await page.getByRole('button', { name: /^Approve/ }).click()
  await page.waitForURL((url) => url.pathname === there)
  await expect(alipay.element.getByRole('heading', { name: 'Bezahlt und für Sie geschützt' })).toBeVisible({ timeout: 30_000 })
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect(other.locator('holdfast-checkout').getByRole('heading', paid)).toBeVisible({ timeout: 30_000 })
  // once it is paid, another tab finds nothing
  for (const tab of [page, other]) expect(await local(tab)).not.toContain('_secret_')
})

test('takes a refusal at Alipay back to the methods', async ({ page, shop, checkout, alipay }) => {
  await shop.payFor('USD')
  await goThere(page)
  await alipay.goToAlipay()
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.waitForURL(/\/pay\/mkt_/)
  await alipay.element.getByRole('radio', { name: /^Card/ }).check()
  await checkout.pay()
  await expect(checkout.element.getByRole('heading', paid)).toBeVisible({ timeout: 30_000 })
})

test('says what has become of a session that has ended, and of a link that is not whole', async ({ page, demo, checkout }) => {
  const merchant = await Merchant.of(demo)
  const [expired, canceled] = [await merchant.open(), await merchant.open()]
  await merchant.holdfast.sessions.expire(expired.id)
  await merchant.holdfast.sessions.cancel(canceled.id)
  const [there] = expired.hostedUrl.split('#') as [string]
  for (const [url, title] of [[expired.hostedUrl, 'This checkout has expired'], [canceled.hostedUrl, 'This order was canceled']] as const) {
    await page.goto('about:blank')
    await page.goto(url)
    await expect(checkout.element.getByRole('heading', { name: title })).toBeVisible()
    await expect(checkout.element.getByRole('link', { name: 'Back to Quayside' })).toHaveAttribute('href', /^http:\/\/localhost\/\?holdfast_session=/)
  }
  const other = await page.context().newPage()
  for (const hash of ['', '#', '#nonsense', '#cs_1_secret_2', `#${expired.clientSecret.slice(0, -1)}`, `?holdfast_session=${expired.id}`]) {
    await other.goto('about:blank')
    await other.goto(there + hash)
    await expect(other.getByRole('heading', { name: 'This link is incomplete' })).toBeFocused()
  }
  expect(await violationsOn(other)).toEqual([])
  await other.goto(`${demo.api}/pay/mkt_00000000000000000000000000`)
  await expect(other.getByRole('heading', { name: 'There is no such payment page' })).toBeVisible()
  expect(await violationsOn(other)).toEqual([])
})

test('shows the session of whichever link is put into its address, and none under another marketplace’s name', async ({ page, demo, checkout }) => {
  const merchant = await Merchant.of(demo)
  const [first, second] = [await merchant.open(12_300), await merchant.open(45_600)]
  for (const [{ hostedUrl }, amount] of [[first, '123.00'], [second, '456.00']] as const) {
    await page.goto(hostedUrl)
    await expect(checkout.payButton).toContainText(amount)
  }
  const anothers = first.clientSecret.replace(/_secret_\w{26}_/, '_secret_00000000000000000000000000_')
  await page.goto('about:blank')
  await page.goto(`${first.hostedUrl.split('#')[0]}#${anothers}`)
  await expect(page.getByRole('heading', { name: 'This link is incomplete' })).toBeVisible()
  await expect(checkout.element).toHaveCount(0)
})

test('is framed by nobody', async ({ page, demo }) => {
  const sites = await Sites.open(demo)
  const { hostedUrl } = await (await Merchant.of(demo)).open()
  await page.goto(sites.onStranger('frame', `<iframe src="${hostedUrl}"></iframe>`))
  await expect.poll(() => page.mainFrame().childFrames().map((frame) => frame.url())).toEqual(['chrome-error://chromewebdata/'])
  await sites.close()
})

test('says without a script that it needs one, and opens nothing', async ({ browser, demo }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-US' })
  const page = await context.newPage()
  const methods: string[] = []
  page.on('request', (request) => methods.push(request.method()))
  const { hostedUrl } = await (await Merchant.of(demo)).open()
  for (const url of [hostedUrl, `${demo.api}/pay/link/${'0'.repeat(26)}-${'0'.repeat(26)}`]) {
    await page.goto(url)
    await expect(page.locator('noscript p')).toHaveText(/^This page needs JavaScript to take your payment./)
    await expect(page.locator('.late')).toHaveCSS('display', 'none')
  }
  expect(new Set(methods)).toEqual(new Set(['GET']))
  await context.close()
})

for (const [scheme, locale, width] of [['dark', 'en-US', 1280], ['light', 'ar', 320], ['dark', 'he', 390]] as const) {
  test(`can be read by everybody: ${scheme}, ${locale}, ${width} px wide`, async ({ browser, demo }) => {
    const context = await browser.newContext({ colorScheme: scheme, locale, viewport: { width, height: 800 } })
    const page = await context.newPage()
    await page.goto((await (await Merchant.of(demo)).open()).hostedUrl)
    await expect(page.locator('holdfast-checkout').getByRole('button').last()).toBeVisible()
    expect(await violationsOn(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    await context.close()
  })
}

test.describe('a payment link', () => {
  test('that is refused says why, and whether to try again', async ({ page, demo }) => {
    const refusals = [
      ['payment_link_unknown', 'There is no such payment link', false],
      ['payment_link_inactive', 'This payment link is switched off', false],
      ['payment_link_unavailable', 'This payment link is switched off', false],
      ['payment_link_expired', 'This payment link has expired', false],
      ['payment_link_used_up', 'This payment link has already been used', false],
      ['payment_link_busy', 'Others are paying with this link right now', true],
      ['rate_limited', 'The checkout did not load', true],
    ] as const
    for (const [code, title, again] of refusals) {
      await page.route('**/v1/payment-links/*/open', (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ code }) }))
      await page.goto(`${demo.api}/pay/link/${'0'.repeat(26)}-${'1'.repeat(26)}`)
      await expect(page.getByRole('heading', { name: title })).toBeFocused()
      await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(again ? 1 : 0)
      await page.unroute('**/v1/payment-links/*/open')
    }
    expect(await violationsOn(page)).toEqual([])
  })

  test('is opened by the buyer’s script once, and a reload goes on with what it opened', async ({ page, demo, checkout }) => {
    const merchant = await Merchant.of(demo)
    const session = await merchant.open(77_700)
    const marketplace = /mkt_\w{26}/.exec(session.hostedUrl)![0]
    let opened = 0
    await page.route('**/v1/payment-links/*/open', (route) => {
      opened += 1
      return route.fulfill({ contentType: 'application/json', body: JSON.stringify({ object: 'payment_link_opening', clientSecret: session.clientSecret, session: session.id, marketplace }) })
    })
    await page.goto(`${demo.api}/pay/link/${marketplace.slice(4)}-${'1'.repeat(26)}`)
    await expect(page.getByRole('heading', { level: 1, name: 'Quayside' })).toBeVisible()
    await expect(checkout.payButton).toContainText('777.00')
    await page.reload()
    await checkout.pay()
    await expect(checkout.element.getByRole('heading', paid)).toBeVisible({ timeout: 30_000 })
    await page.reload()
    await expect(checkout.element.getByRole('heading', paid)).toBeVisible()
    expect(opened).toBe(1)
  })
})
