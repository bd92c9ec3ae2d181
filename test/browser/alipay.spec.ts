import type { Page } from '@playwright/test'
import { expect, test, type Demo } from './support/demo.ts'
import { AlipayStep, CheckoutPage, OperatorPage, OrderPage, ShopPages } from './support/pages.ts'
import { Phone } from './support/phone.ts'

/* Alipay over its two rails: the Open Platform for CNY, Antom for USD. The wallets are simulated, their wire is not. */

// nothing that turns while it waits: it costs a machine without a graphics card half of its time
test.use({ contextOptions: { reducedMotion: 'reduce' } })

const rails = [
  { currency: 'USD', total: 'USD 960.00', rail: 'Antom' },
  { currency: 'CNY', total: 'CNY 6,860.00', rail: 'Alipay Open Platform' },
] as const

/** A buyer whose browser is a page of its own. */
function buyerOn(page: Page, demo: Demo): { shop: ShopPages; alipay: AlipayStep; order: OrderPage } {
  return { shop: new ShopPages(page), alipay: new AlipayStep(new CheckoutPage(page, demo.vault)), order: new OrderPage(page) }
}

for (const { currency, total, rail } of rails) {
  test(`pays in ${currency} by a code that a phone reads off the screen`, async ({ page, shop, alipay, phone, reader, order, operator }) => {
    await shop.choose(currency)
    await shop.addToCart('precision-vise-150')
    await shop.goToPayment()
    await alipay.showCode()
    await expect(alipay.element).toContainText('Waiting for you to scan')
    await phone.scan(await reader.read(alipay.code))
    await phone.approve()
    await alipay.arrive()
    await order.expectTotals({ Held: total })
    await expect(order.whole).toContainText('Paid with Alipay')
    await page.goto('/operator?tab=payments')
    await expect(page.getByRole('row', { name: /Alipay/ }).first()).toContainText(rail)
    await operator.expectBooksBalanced()
  })

  test(`pays in ${currency} on Alipay’s page from a phone, and comes back to the order @firefox`, async ({ browser, demo }) => {
    const context = await browser.newContext({ ...Phone.device, baseURL: demo.shop, locale: 'en-US' })
    const { shop, alipay, order } = buyerOn(await context.newPage(), demo)
    await shop.payFor(currency)
    await alipay.choose()
    await expect(alipay.element).toContainText('You pay in Alipay, and come back here.')
    await alipay.goToAlipay()
    await alipay.page.getByRole('button', { name: /^Approve/ }).click()
    await alipay.arrive()
    await order.expectTotals({ Held: total })
    await expect(order.whole).toContainText('Paid with Alipay')
    await context.close()
  })
}

test('takes a refusal on Alipay’s page back to the checkout, and pays at the second try @firefox', async ({ page, shop, alipay, order }) => {
  await shop.payFor('USD')
  await alipay.goToAlipay()
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.waitForURL(/\/checkout\/cs_/)
  await alipay.goToAlipay()
  await page.getByRole('button', { name: /^Approve/ }).click()
  await alipay.arrive()
  await order.expectTotals({ Held: 'USD 960.00' })
  await expect(page.locator('.timeline')).toContainText('refused in Alipay; nothing was taken')
})

test('pays a seller out in the currency that the buyer paid in', async ({ page, shop, alipay, order, seller, operator }) => {
  await shop.payFor('CNY')
  await alipay.goToAlipay()
  await page.getByRole('button', { name: /^Approve/ }).click()
  await alipay.arrive()
  const orderUrl = page.url()
  await seller.open('lathes-and-co')
  await seller.ship('TRACK-CNY')
  await page.goto(orderUrl)
  await order.confirmReceipt('lathes-and-co')
  await operator.advance('7 days')
  await expect(async () => {
    await operator.settle()
    await seller.open('lathes-and-co')
    await expect(page.getByLabel('Amount in CNY')).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 15_000 })
  await seller.payOut('CNY')
  await operator.advance('7 days')
  await expect(async () => {
    await seller.open('lathes-and-co')
    await expect(page.getByRole('row', { name: /…6819 Completed CNY/ }).first()).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 15_000 })
  await operator.expectBooksBalanced()
})

test('says that a scanned code was refused, and shows another that pays', async ({ shop, alipay, phone, reader, order }) => {
  await shop.payFor('CNY')
  await alipay.showCode()
  await phone.scan(await reader.read(alipay.code))
  await phone.refuse()
  await expect(alipay.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('refused in the wallet and nothing was charged')
  await alipay.showCode()
  await phone.scan(await reader.read(alipay.code))
  await phone.approve()
  await alipay.arrive()
  await order.expectTotals({ Held: 'CNY 6,860.00' })
})

test('offers a new code once the time has run out, and pays with it', async ({ page, context, shop, alipay, phone, reader, order }) => {
  await shop.payFor('CNY')
  await alipay.showCode()
  const first = await reader.read(alipay.code)
  await phone.scan(first)
  await new OperatorPage(await context.newPage()).advance('1 hour')
  await alipay.element.getByRole('button', { name: 'Show a new code' }).click()
  await expect(alipay.code).toBeVisible()
  await expect(alipay.element.locator('.status')).toContainText('Waiting for you to scan')
  const second = await reader.read(alipay.code)
  expect(second).not.toBe(first)
  await phone.scan(second)
  await phone.approve()
  await alipay.arrive()
  await order.expectTotals({ Held: 'CNY 6,860.00' })
  await expect(page.locator('.timeline')).toContainText('The time to pay with Alipay ran out')
})

test('gives a code’s money back that is paid after the order was paid by card', async ({ page, shop, checkout, alipay, phone, reader, order, operator }) => {
  await shop.payFor('CNY')
  await alipay.showCode()
  const code = await reader.read(alipay.code)
  await alipay.payAnotherWay()
  await alipay.element.getByRole('radio', { name: /^Card/ }).check()
  const orderUrl = await checkout.payAndArrive()
  await phone.scan(code)
  await phone.approve()
  await expect(async () => {
    await page.goto(orderUrl)
    await expect(page.locator('.timeline')).toContainText(/Alipay paid CNY 6,860.00 .* refunded by itself/, { timeout: 300 })
  }).toPass({ timeout: 15_000 })
  await order.expectTotals({ Held: 'CNY 6,860.00' })
  await expect(order.whole).toContainText('Paid with Visa ending in 1111')
  await operator.expectBooksBalanced()
})

test('closes a code before another way to pay is offered, so that nobody can pay it any more', async ({ shop, checkout, alipay, phone, reader, order }) => {
  await shop.payFor('USD')
  await alipay.showCode()
  const code = await reader.read(alipay.code)
  await alipay.payAnotherWay()
  await phone.scan(code)
  await expect(phone.page.getByRole('button', { name: /^Approve/ })).toHaveCount(0)
  await alipay.element.getByRole('radio', { name: /^Card/ }).check()
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('shows the same code after a reload and in a second tab, and both learn that it was paid', async ({ page, context, demo, shop, alipay, phone, reader, order }) => {
  await shop.payFor('USD')
  await alipay.showCode()
  const drawn = await alipay.code.locator('path').getAttribute('d')
  await page.reload()
  await expect(alipay.code.locator('path')).toHaveAttribute('d', drawn!)
  const second = buyerOn(await context.newPage(), demo)
  await second.alipay.page.goto(page.url())
  await expect(second.alipay.code.locator('path')).toHaveAttribute('d', drawn!)
  await phone.scan(await reader.read(alipay.code))
  await phone.approve()
  await Promise.all([alipay.arrive(), second.alipay.arrive()])
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('shows what is true to a buyer who comes by a forged return link', async ({ page, shop, alipay }) => {
  await shop.payFor('CNY')
  const session = new URL(page.url()).pathname.split('/').at(-1)!
  await page.goto(`/checkout/return?holdfast_session=${session}&trade_status=TRADE_SUCCESS&total_amount=6860.00&sign=x`)
  await expect(alipay.element.getByRole('radio', { name: 'Alipay', exact: true })).toBeVisible()
  await expect(alipay.element).not.toContainText('Paid')
  await page.goto('/orders')
  await expect(page.getByText('Not paid yet').first()).toBeVisible()
})

test('is paid on the phone that the demo draws @firefox', async ({ context, shop, alipay, order }) => {
  await shop.payFor('CNY')
  await alipay.showCode()
  const phone = await context.newPage()
  await phone.goto('/phone')
  await phone.getByRole('link', { name: /^CNY 6,860.00/ }).last().click()
  await phone.frameLocator('iframe').getByRole('button', { name: /^Approve/ }).click()
  await alipay.arrive()
  await order.expectTotals({ Held: 'CNY 6,860.00' })
})
