import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Holdfast } from '@holdfast/server'
import type { Page } from '@playwright/test'
import { expect, test, type Demo } from './support/demo.ts'
import { goodCard } from './support/pages.ts'

/** The shop's own server, as it calls the API. */
async function server(demo: Demo): Promise<Holdfast> {
  const { secretKey } = JSON.parse(await readFile(join(demo.dataFolder, 'marketplace-quayside.json'), 'utf8')) as { secretKey: string }
  return new Holdfast({ apiKey: secretKey, baseUrl: demo.api })
}

const sessionOf = (page: Page): string => /cs_[0-9a-z]+/.exec(page.url())![0]
const status = (page: Page) => page.locator('holdfast-checkout .base > [role=status]')

test('asks a company for its details, says what is wrong with them, and keeps them on the order @firefox', async ({ page, shop, checkout, demo }) => {
  await shop.fillCart()
  await shop.goToPayment('all')
  const field = (label: string) => checkout.element.getByLabel(label, { exact: true })
  await expect(field('Company')).toHaveValue('Northbank Fabrication Ltd')
  await field('Country of the tax ID').selectOption('DE')
  await field('Tax ID').fill('DE136695978')
  await field('Country or region').selectOption('JP')
  await expect(field('Prefecture')).toBeVisible()
  await field('Country or region').selectOption('DE')
  await expect(field('Prefecture')).toHaveCount(0)
  await expect(checkout.element).toContainText('A character seems mistyped')
  await field('Recipient').fill('Goods in, gate 4')
  await field('Street address').fill('Hafenstr. 4')
  await field('City').fill('Kiel')
  await checkout.fill(goodCard)
  await checkout.payButton.click()
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('Check the details that are marked')
  await expect(field('Tax ID')).toHaveValue('DE136695978')
  await field('Tax ID').fill('DE136695976')
  await field('Postal code').fill('24103')
  await field('Purchase order number (optional)').fill('PO-2026/117')
  await checkout.payButton.click()
  await page.waitForURL(/\/orders\/ord_/)
  await expect(page.getByText('DE136695976 (VAT, DE)')).toBeVisible()
  await expect(page.getByText('Goods in, gate 4, Hafenstr. 4, 24103, Kiel, DE')).toBeVisible()
  expect(demo.process.logs(), 'what a buyer says is in no log').not.toMatch(/136695976|136695978|Hafenstr|Goods in|PO-2026/)
})

test('a total that changes while the buyer types is said, keeps the card, and the old one is never paid', async ({ page, shop, checkout, order, demo }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.fill(goodCard)
  const holdfast = await server(demo)
  const confirms: { revision: number, status: number }[] = []
  page.on('response', (response) => {
    if (!response.url().endsWith('/v1/checkout/confirm') || response.request().method() !== 'POST') return
    confirms.push({ ...(response.request().postDataJSON() as { revision: number }), status: response.status() })
  })
  await holdfast.sessions.update(sessionOf(page), { lines: [{ reference: 'lathes-and-co', amount: 800_000 }] })
  // pressed before the page has heard of it: the server refuses the old revision
  await checkout.payButton.click()
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('The total changed before you paid')
  await expect(checkout.payButton).toContainText('8,936.00')
  await holdfast.sessions.update(sessionOf(page), { lines: [{ reference: 'lathes-and-co', amount: 810_000 }] })
  await page.evaluate(() => (document.querySelector('holdfast-checkout') as HTMLElement & { fetchUpdates(): Promise<void> }).fetchUpdates())
  await expect(status(page)).toContainText('The total changed. It is now USD')
  await expect(checkout.payButton).toContainText('9,036.00')
  holdfast.close()
  await checkout.payButton.click()
  await page.waitForURL(/\/orders\/ord_/)
  await order.expectTotals({ Held: 'USD 9,036.00' })
  expect(confirms.map(({ revision, status: answered }) => [revision, answered])).toEqual([[1, 409], [3, 200]])
})

test('offline is said at once, and the page goes on from the server’s truth when connected again', async ({ page, context, shop, checkout, demo }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.fill(goodCard)
  await context.setOffline(true)
  await expect(checkout.element).toContainText('You are offline')
  const holdfast = await server(demo)
  await holdfast.sessions.update(sessionOf(page), { lines: [{ reference: 'lathes-and-co', amount: 790_000 }] })
  holdfast.close()
  await context.setOffline(false)
  await expect(checkout.payButton).toContainText('8,836.00')
  await expect(checkout.element).not.toContainText('You are offline')
  await checkout.payButton.click()
  await page.waitForURL(/\/orders\/ord_/)
})

test('a session that expires says what to do, and takes no payment', async ({ page, shop, checkout, demo }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.fill(goodCard)
  const holdfast = await server(demo)
  await holdfast.sessions.expire(sessionOf(page))
  holdfast.close()
  await checkout.payButton.click()
  await expect(checkout.element.getByRole('heading', { name: 'This checkout has expired' })).toBeVisible()
  await expect(checkout.element).toContainText('No money was taken. Start again from the shop')
  await expect(checkout.element.getByRole('link', { name: 'Back to Quayside' })).toBeVisible()
})

test('what is blocked has a state of its own: the script, a part, the card frame', async ({ page, shop, checkout, demo }) => {
  await shop.fillCart()
  await shop.goToPayment('all')
  const address = page.url()
  await test.step('a part: nothing is half shown, and another try brings it', async () => {
    await page.route('**/chunks/details.*.js', (route) => route.abort())
    await page.goto(address)
    await expect(checkout.element.getByRole('heading', { name: 'The checkout did not load' })).toBeVisible()
    await page.unroute('**/chunks/details.*.js')
    await checkout.element.getByRole('button', { name: 'Try again' }).click()
    await expect(checkout.element.getByLabel('Company', { exact: true })).toBeVisible()
  })
  await test.step('the script: what the shop put inside the element shows', async () => {
    await page.route('**/holdfast*.js', (route) => route.abort())
    await page.goto(address)
    await page.evaluate(() => { document.querySelector('holdfast-checkout')!.textContent = 'To pay by invoice, call us.' })
    await expect(page.getByText('To pay by invoice, call us.')).toBeVisible()
    await page.unroute('**/holdfast*.js')
  })
  await test.step('the card frame: the rest is there, and another try is offered', async () => {
    await page.route(`${demo.vault}/**`, (route) => route.abort())
    await page.goto(address)
    await expect(checkout.element).toContainText('Still loading', { timeout: 15_000 })
    await expect(checkout.element).toContainText('The card form did not load', { timeout: 30_000 })
    await page.unroute(`${demo.vault}/**`)
    await checkout.element.getByRole('button', { name: 'Try again' }).click()
    await checkout.frame()
  })
})
