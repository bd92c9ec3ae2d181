import type { Locator, Page } from '@playwright/test'
import { violationsOn } from './support/axe.ts'
import { expect, test } from './support/demo.ts'

/* <holdfast-order> on a page of the shop, by a link that the shop's server made for this buyer. */

async function follow(page: Page): Promise<Locator> {
  await page.getByRole('link', { name: 'Follow it as your buyers would' }).click()
  const element = page.locator('holdfast-order')
  await expect(element.getByRole('heading', { name: 'Where your money is' })).toBeVisible()
  return element
}

test('confirms receipt by a buyer’s link, and the seller is paid @firefox', async ({ page, shop, checkout, order, seller, operator }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  await seller.open('lathes-and-co')
  await seller.ship('TRACK-7')
  await page.goto(orderUrl)
  const element = await follow(page)
  await expect(element.getByText('Tracking number: TRACK-7')).toBeVisible()
  const share = element.getByRole('region', { name: 'Lathes & Co.' })
  await share.getByRole('button', { name: 'Confirm receipt' }).click()
  await expect(share.getByText('Releases USD 7,800.00 to Lathes & Co.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(share.getByRole('button', { name: 'Confirm receipt' })).toBeFocused()
  await page.keyboard.press('Enter')
  await share.getByRole('button', { name: 'Release USD 7,800.00' }).click()
  await expect(element.getByRole('status')).toContainText('You confirmed receipt: USD 7,800.00 released')
  await page.goto(orderUrl)
  await order.expectShare('lathes-and-co', { Held: 'USD 0.00', Released: 'USD 7,800.00' })
  await operator.expectBooksBalanced()
})

test('the page of a buyer’s link has no accessibility violation', async ({ page, shop, checkout, seller }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  await seller.open('lathes-and-co')
  await seller.ship('TRACK-8')
  await page.goto(orderUrl)
  await expect((await follow(page)).getByText('Tracking number: TRACK-8')).toBeVisible()
  expect(await violationsOn(page)).toEqual([])
})

test('asks for a refund by a buyer’s link, which freezes the share @firefox', async ({ page, shop, checkout }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  const element = await follow(page)
  const share = element.getByRole('region', { name: 'Lathes & Co.' })
  await share.getByRole('button', { name: 'Ask for a refund' }).click()
  await share.getByLabel('What is wrong').fill('The spindle is bent.')
  await share.getByRole('button', { name: 'Ask for a refund' }).click()
  await expect(share.getByText('stays held until this is settled')).toBeVisible()
  await page.goto(orderUrl)
  await expect(page.locator('[data-escrow=lathes-and-co]')).toContainText('Frozen since')
})

test('a forged link opens nothing, and says so to buyer and developer', async ({ page, shop, checkout }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.payAndArrive()
  const element = await follow(page)
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.locator('holdfast-order').evaluate((one) => {
    const secret = one.getAttribute('buyer-secret') ?? ''
    one.setAttribute('buyer-secret', `${secret.slice(0, -2)}${secret.endsWith('AA') ? 'BB' : 'AA'}`)
  })
  await expect(element.getByRole('heading', { name: 'This link can no longer be used' })).toBeVisible()
  await expect(element.getByText('Lathes & Co.')).toHaveCount(0)
  expect(said.join('\n')).toContain('orders.createBuyerLink')
})
