import type { Route } from '@playwright/test'
import { expect, test } from './support/demo.ts'
import { violationsInFrame } from './support/axe.ts'
import { cards, goodCard } from './support/pages.ts'

/* A card that its buyer lets the shop keep: saved, paid with again, shared with a colleague, removed. */

test('saves a card, pays again with its code alone, and removes it @vault @firefox', async ({ page, shop, checkout, order }) => {
  await shop.payFor('USD')
  await checkout.element.getByRole('checkbox', { name: /^Save this card with/ }).check()
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 960.00' })

  await shop.payFor('USD')
  const saved = checkout.element.getByRole('radio', { name: /Visa ending in 1111/ })
  await expect(saved).toBeChecked()
  const frame = await checkout.frame()
  await expect(frame.getByRole('textbox')).toHaveCount(1)
  await expect(frame.locator('body')).toContainText('•••• 1111')
  await checkout.payButton.click()
  await expect(frame.locator('body')).toContainText('Enter the last 3 digits')
  expect(await violationsInFrame(frame), 'the form for a security code, with its error').toEqual([])
  await frame.getByRole('textbox').fill('123')
  await checkout.payButton.click()
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await order.expectTotals({ Held: 'USD 960.00' })

  await shop.payFor('USD')
  await checkout.element.getByRole('button', { name: 'Remove: Visa ending in 1111' }).click()
  await checkout.element.getByRole('group', { name: /^Remove Visa/ }).getByRole('button', { name: 'Remove' }).click()
  await expect(saved).toHaveCount(0)
  await expect(checkout.element.locator('iframe').contentFrame().getByRole('textbox')).toHaveCount(4)
})

test('where the part with the saved cards is blocked or changed, a new card is asked for, and pays', async ({ page, shop, checkout, order }) => {
  for (const mishap of [(route: Route) => route.abort(), (route: Route) => route.fulfill({ contentType: 'text/javascript', body: 'document.title = "run"' })]) {
    await page.route('**/chunks/saved.*.js', mishap)
    await shop.payFor('USD')
    await expect((await checkout.frame()).getByRole('textbox')).toHaveCount(4)
    await expect(checkout.element.getByRole('checkbox')).toHaveCount(0)
    await expect(page).not.toHaveTitle('run')
    await page.unroute('**/chunks/saved.*.js')
  }
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('a declined card is not saved, whatever was ticked', async ({ shop, checkout }) => {
  await shop.payFor('USD')
  await checkout.element.getByRole('checkbox', { name: /^Save this card with/ }).check()
  await checkout.pay({ ...goodCard, number: cards.declined })
  await expect(checkout.element).toContainText('The card was declined')
  await shop.payFor('USD')
  await checkout.frame()
  await expect(checkout.element.getByRole('radio', { name: /ending in/ })).toHaveCount(0)
})

test('a colleague pays with a card that was shared, and can’t remove it', async ({ page, shop, checkout }) => {
  await shop.payFor('USD')
  await checkout.element.getByRole('checkbox', { name: /^Save this card with/ }).check()
  await checkout.element.getByRole('checkbox', { name: /^Colleagues/ }).check()
  await checkout.payAndArrive()
  await shop.fillCart({ 'precision-vise-150': 1 })
  await page.goto('/cart')
  await page.getByRole('button', { name: 'Be Ben, a colleague' }).click()
  await shop.goToPayment()
  await expect(checkout.element).toContainText('Shared by a colleague')
  await expect(checkout.element.getByRole('button', { name: /^Remove/ })).toHaveCount(0)
  await (await checkout.frame()).getByRole('textbox').fill('123')
  await checkout.payButton.click()
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
})
