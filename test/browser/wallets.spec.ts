import type { Page, Route } from '@playwright/test'
import { expect, test } from './support/demo.ts'

/*
 * Google Pay and Apple Pay from the button to the order. The browser's side is a stand-in, whose tokens are signed and
 * encrypted as the real ones are; everything behind it is real. The demo's policy has no unsafe-inline.
 */

test.use({ contextOptions: { reducedMotion: 'reduce' } })

const wallets = [
  { name: 'Google Pay', button: 'Pay with Google Pay (simulated)', chunk: 'google-pay' },
  { name: 'Apple Pay', button: 'Apple Pay', chunk: 'apple-pay' },
] as const
type Wallet = (typeof wallets)[number]

async function openSheet(page: Page, { name, button }: Wallet): Promise<void> {
  const element = page.locator('holdfast-checkout')
  await element.getByRole('radio', { name }).check()
  await element.getByRole('button', { name: button, exact: true }).click()
  await expect(sheet(page)).toBeVisible()
}

const sheet = (page: Page) => page.getByRole('dialog', { name: /simulated/ })

/** The outcome events of the page, from now on. */
async function listen(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.locator('holdfast-checkout').evaluate((element) => {
    const heard: string[] = Object.assign(globalThis, { heard: [] as string[] }).heard
    for (const type of ['complete', 'failed', 'pending']) element.addEventListener(type, () => heard.push(type))
  })
  return () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)
}

for (const wallet of wallets) {
  test(`${wallet.name} pays, and buyer and merchant read so @vault`, async ({ page, shop, order }) => {
    await shop.payFor('USD')
    await openSheet(page, wallet)
    await expect(sheet(page)).toContainText('USD 960.00')
    await sheet(page).getByRole('button', { name: 'Approve' }).click()
    await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
    await order.expectTotals({ Held: 'USD 960.00' })
    await expect(order.whole).toContainText(`${wallet.name} · Visa ending in 4113`)
    await page.goto('/operator?tab=payments')
    await expect(page.getByRole('row', { name: wallet.name }).first()).toContainText('J.P. Morgan')
  })

  test(`${wallet.name}: a closed sheet is no failure, and a declined card one`, async ({ page, shop, checkout }) => {
    await shop.payFor('USD')
    const heard = await listen(page)
    await openSheet(page, wallet)
    await sheet(page).getByRole('button', { name: 'Cancel' }).click()
    await expect(checkout.element.getByRole('button', { name: wallet.button, exact: true })).toBeVisible()
    await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0)
    expect(await heard()).toEqual([])
    await openSheet(page, wallet)
    await sheet(page).getByRole('radio', { name: /declined/ }).check()
    await sheet(page).getByRole('button', { name: 'Approve' }).click()
    await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('declined')
    expect(await heard()).toEqual(['failed'])
    if (wallet.name === 'Apple Pay') await expect(page.locator('html')).toHaveAttribute('data-apple-pay', 'failure')
    await checkout.element.getByRole('radio', { name: /^Card/ }).check()
    await checkout.payAndArrive()
  })
}

/** What becomes of the part's file on its way. */
const mishaps: Readonly<Record<string, (route: Route) => Promise<void>>> = {
  'changed by one bit': async (route) => {
    const response = await route.fetch()
    const body = await response.body()
    body[body.length - 2] = (body[body.length - 2] as number) ^ 1
    await route.fulfill({ response, body })
  },
  missing: (route) => route.fulfill({ status: 404 }),
  blocked: (route) => route.abort(),
  late: () => new Promise(() => {}),
}

for (const [what, mishap] of Object.entries(mishaps)) {
  test(`a part that is ${what} is not run: its row goes, the console says so, and the card pays`, async ({ page, shop, checkout }) => {
    const [{ name, chunk }, other] = wallets
    const warnings: string[] = []
    page.on('console', (message) => { if (message.type() === 'warning') warnings.push(message.text()) })
    await page.route(`**/chunks/${chunk}.*.js`, mishap)
    await shop.payFor('USD')
    await expect(checkout.element.getByRole('radio', { name: other.name })).toBeEnabled()
    await expect(checkout.element.getByRole('radio', { name })).toHaveCount(0)
    expect(warnings.filter((text) => text.includes('"google_pay"'))).toHaveLength(1)
    await checkout.payAndArrive()
  })
}

test('a code that could not be shown is not asked for, and the card pays', async ({ page, shop, checkout, alipay }) => {
  await page.route('**/chunks/alipay-step.*.js', mishaps['changed by one bit'] as (route: Route) => Promise<void>)
  await shop.payFor('USD')
  await alipay.choose()
  await checkout.element.getByRole('button', { name: /^Show the code/ }).click()
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('nothing was charged')
  await checkout.element.getByRole('radio', { name: /^Card/ }).check()
  await checkout.payAndArrive()
})

test('parts need nothing of a policy but a place and a name: no inline styles, and Trusted Types', async ({ page, shop }) => {
  const violations: string[] = []
  await page.exposeFunction('violated', (what: string) => violations.push(what))
  await page.addInitScript(() => addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    void (globalThis as unknown as { violated: (what: string) => void }).violated(`${violatedDirective} ${blockedURI}`)))
  await page.route(/\/checkout\/cs_\w+$/, async (route) => {
    const response = await route.fetch()
    const policy = `${response.headers()['content-security-policy']}; require-trusted-types-for 'script'; trusted-types lit-html holdfast`
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  await shop.payFor('USD')
  await openSheet(page, wallets[1])
  await sheet(page).getByRole('button', { name: 'Approve' }).click()
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  expect(violations).toEqual([])
})

test('without a wallet’s script neither shows, and the card pays @firefox', async ({ page, shop, checkout, order }) => {
  const rows = checkout.element.getByRole('radio', { name: /Google Pay|Apple Pay/ })
  await shop.payFor('USD')
  await expect(rows, 'the stand-ins offer both').toHaveCount(2)
  for (const script of [/simulated-wallets/, 'https://pay.google.com/**']) await page.route(script, (route) => route.abort())
  await page.reload()
  await checkout.frame()
  await expect(rows).toHaveCount(0)
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 960.00' })
})
