import type { APIRequestContext } from '@playwright/test'
import { expect, test } from './support/demo.ts'

/* The demo's shop as a server: who may see and do what, and what it makes of requests that no form of its own sends. */

async function orderOf(page: import('@playwright/test').Page): Promise<{ order: string; session: string }> {
  const session = new URL(page.url()).pathname.split('/').at(-1)!
  const orders = await (await page.request.get('/orders')).text()
  return { session, order: /\/orders\/ord_\w+/.exec(orders)![0] }
}

const post = (request: APIRequestContext, path: string, headers: Record<string, string>, form: Record<string, string> = {}) =>
  request.post(path, { headers, form, maxRedirects: 0 })

test('the way back from the checkout leads to the order', async ({ page, shop, checkout }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await page.route('**/complete', (route) => route.abort())
  await checkout.pay()
  await checkout.element.getByRole('link', { name: 'Go to your order' }).click()
  await expect(page).toHaveURL(/\/orders\/ord_/)
})

test('every area can be seen from every page, on a phone and on a desktop', async ({ page }) => {
  for (const width of [320, 390, 900, 1100, 1440]) {
    await page.setViewportSize({ width, height: 700 })
    await page.goto('/')
    const hidden = await page.locator('.top nav').evaluate((nav) => [...nav.children]
      .filter((link) => link.getBoundingClientRect().right > nav.getBoundingClientRect().right).map(({ textContent }) => textContent))
    expect(hidden, `${width} px`).toEqual([])
  }
})

test('an order and its checkout are for the buyer who made them alone', async ({ page, shop, browser, demo }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const { session, order } = await orderOf(page)
  const stranger = await browser.newContext({ baseURL: demo.shop })
  for (const path of [`/checkout/${session}`, order]) {
    expect([path, (await page.request.get(path)).status(), (await stranger.request.get(path)).status()]).toEqual([path, 200, 404])
  }
  for (const path of [`${order}/escrows/esc_01kan2v9fzez8bhq0g1v6jxkmd/accept`, `${order}/disputes/dis_01kan2v9fzez8bhq0g1v6jxkmd/withdraw`]) {
    for (const who of [page, stranger]) expect((await post(who.request, path, {}, { formKey: 'k' })).status()).toBe(404)
  }
  await stranger.close()
})

test('the shop answers to its own name alone, so that no other page is of its origin', async ({ page, demo }) => {
  const rebound = await page.request.get(`${demo.shop}/operator`, { headers: { host: 'evil.example' } })
  expect(rebound.status()).toBe(421)
})

test('a form from another site does nothing, also in a browser that doesn’t say which site', async ({ page }) => {
  const advance = (headers: Record<string, string>) => post(page.request, '/operator/clock', headers, { byMs: '1' })
  expect((await advance({ 'sec-fetch-site': 'cross-site' })).status()).toBe(403)
  expect((await advance({ origin: 'https://evil.example' })).status()).toBe(403)
  expect((await advance({ origin: 'null' })).status()).toBe(403)
})

test('what is wrong with a request is not the shop’s failure', async ({ page, shop }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const { session } = await orderOf(page)
  const statuses = {
    'a token that proves nothing': await post(page.request, `/checkout/${session}/complete`, {}, { token: 'a.b.c' }),
    'no session': await page.request.get('/checkout/return'),
    'a body that is no form': await page.request.post('/cart', { headers: { 'content-type': 'application/xml' }, data: '<a/>' }),
    'a line break in a path': await post(page.request, '/seller/a%0d%0ab/payouts', {}, { amount: '1' }),
  }
  expect(Object.fromEntries(Object.entries(statuses).map(([what, response]) => [what, response.status()]))).toEqual({
    'a token that proves nothing': 400, 'no session': 404, 'a body that is no form': 415, 'a line break in a path': 404,
  })
})
