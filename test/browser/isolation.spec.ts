import type { BrowserContext } from '@playwright/test'
import { expect, test, type Demo } from './support/demo.ts'

/* A shop that isolates itself, for `SharedArrayBuffer` or as a defence: what it embeds must ask to be embedded. */

/** Serves every document of the shop under isolation. */
async function isolate(context: BrowserContext, demo: Demo, embedder: string): Promise<void> {
  await context.route((url) => url.origin === demo.shop, async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback()
    const response = await route.fetch({ maxRedirects: 0 })
    const headers = {
      ...response.headers(), 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': embedder,
    }
    return route.fulfill({ response, headers })
  })
}

for (const embedder of ['require-corp', 'credentialless']) {
  test(`takes a card on a page that is isolated by ${embedder}`, async ({ context, page, demo, shop, checkout, order }) => {
    await isolate(context, demo, embedder)
    await shop.fillCart()
    await shop.goToPayment()
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    await checkout.payAndArrive()
    await order.expectTotals({ Held: 'USD 8,736.00' })
  })
}

test('an isolated page speaks another language, whose words come by fetch', async ({ context, page, demo, shop, checkout }) => {
  await isolate(context, demo, 'require-corp')
  await shop.fillCart()
  await shop.goToPayment()
  await page.evaluate(() => document.querySelector('holdfast-checkout')!.setAttribute('locale', 'de'))
  await expect(checkout.element.getByRole('button', { name: /zahlen$/ })).toBeVisible()
})

test('a frame that did not ask to be embedded would be refused, so that these tests can fail', async ({ context, page, demo, shop }) => {
  await isolate(context, demo, 'require-corp')
  const refused = page.waitForEvent('requestfailed', (request) => request.url().startsWith(`${demo.vault}/frame`))
  await context.route(`${demo.vault}/frame?*`, async (route) => {
    const response = await route.fetch()
    const { 'cross-origin-embedder-policy': _, ...headers } = response.headers()
    await route.fulfill({ response, headers })
  })
  await shop.fillCart()
  await shop.goToPayment()
  expect((await refused).failure()?.errorText).toContain('ERR_BLOCKED_BY_RESPONSE')
})
