import type { Page } from '@playwright/test'
import { expect, test, type Demo } from './support/demo.ts'
import type { ShopPages } from './support/pages.ts'

/* A shop that isolates itself, for `SharedArrayBuffer` or as a defence: what it embeds must ask to be embedded. */

// a page that Playwright answers for has come from nowhere, and would have to ask before it calls a server on this machine
test.use({ permissions: ['local-network-access'] })

interface Place {
  readonly page: Page
  readonly shop: ShopPages
  readonly demo: Demo
}

/** Goes to the checkout, and has its page served under isolation. */
async function openIsolated({ page, shop, demo }: Place, embedder: string): Promise<void> {
  await shop.fillCart()
  await shop.goToPayment()
  await page.route(`${demo.shop}/checkout/*`, async (route) => {
    const response = await route.fetch()
    const headers = {
      ...response.headers(), 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': embedder,
    }
    await route.fulfill({ response, headers })
  })
  await page.reload()
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
}

for (const embedder of ['require-corp', 'credentialless']) {
  test(`takes a card on a page that is isolated by ${embedder}`, async ({ page, demo, shop, checkout, order }) => {
    await openIsolated({ page, demo, shop }, embedder)
    await checkout.payAndArrive()
    await order.expectTotals({ Held: 'USD 8,736.00' })
  })
}

test('an isolated page speaks another language, whose words come by fetch', async ({ page, demo, shop, checkout }) => {
  await openIsolated({ page, demo, shop }, 'require-corp')
  await page.evaluate(() => document.querySelector('holdfast-checkout')!.setAttribute('locale', 'de'))
  await expect(checkout.element.getByRole('button', { name: /zahlen$/ })).toBeVisible()
})

test('a frame that did not ask to be embedded would be refused, so that these tests can fail', async ({ page, demo, shop }) => {
  // what the reload cuts off is another failure
  const refused = page.waitForEvent('requestfailed', (request) =>
    request.url().startsWith(`${demo.vault}/frame`) && request.failure()?.errorText !== 'net::ERR_ABORTED')
  await page.route(`${demo.vault}/frame?*`, async (route) => {
    // Node doesn't know names under localhost
    const response = await route.fetch({ url: route.request().url().replace('vault.localhost', '127.0.0.1') })
    const { 'cross-origin-embedder-policy': _, ...headers } = response.headers()
    await route.fulfill({ response, headers })
  })
  await openIsolated({ page, demo, shop }, 'require-corp')
  expect((await refused).failure()?.errorText).toContain('ERR_BLOCKED_BY_RESPONSE')
})
