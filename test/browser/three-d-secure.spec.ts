import { expect, test } from './support/demo.ts'
import { BankStep, cards, CheckoutPage, goodCard, OrderPage, ShopPages } from './support/pages.ts'
import { Phone } from './support/phone.ts'

/* 3-D Secure through J.P. Morgan's pages and a bank's, both simulated, in frames of other origins than the shop's. */

test.use({ contextOptions: { reducedMotion: 'reduce' } })

const challenged = { ...goodCard, number: cards.challenged }

test('the bank looks at the browser, is content, and shows nothing', async ({ shop, checkout, bank, order }) => {
  await shop.payFor('USD')
  await checkout.pay({ ...goodCard, number: cards.vouched })
  await expect(bank.dialog).toContainText('Checking with your bank')
  await checkout.page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('the bank asks in place: a wrong code, then the right one @firefox', async ({ page, shop, checkout, bank, order, operator }) => {
  await shop.payFor('USD')
  await checkout.pay(challenged)
  await expect(bank.dialog).toContainText('Your bank asks you to confirm this payment.')
  await expect(bank.dialog).toContainText(/1[01]:\d\d left/)
  await bank.enter('000000')
  await expect(bank.bank.getByRole('alert')).toContainText('2 tries are left')
  await bank.enter('123456')
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await order.expectTotals({ Held: 'USD 960.00' })
  await operator.expectBooksBalanced()
})

test('on a phone the bank has the whole screen, and Escape loses nothing @firefox', async ({ browser, demo }) => {
  const context = await browser.newContext({ ...Phone.device, baseURL: demo.shop, locale: 'en-US' })
  const page = await context.newPage()
  const checkout = new CheckoutPage(page, demo.vault)
  const bank = new BankStep(checkout)
  await new ShopPages(page).payFor('USD')
  await checkout.pay(challenged)
  await expect(bank.bank.getByLabel('Code that we sent to your phone')).toBeVisible()
  const { width, height } = page.viewportSize()!
  await expect.poll(() => bank.dialog.boundingBox()).toMatchObject({ x: 0, y: 0, width, height })
  await page.keyboard.press('Escape')
  await bank.enter('123456')
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await new OrderPage(page).expectTotals({ Held: 'USD 960.00' })
  await context.close()
})

test('a bank that won’t vouch leaves the form as it was, and another card pays', async ({ page, shop, checkout, order }) => {
  await shop.payFor('USD')
  await checkout.pay({ ...goodCard, number: cards.unvouched })
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('Your bank must confirm this with you first', { timeout: 30_000 })
  const frame = await checkout.frame()
  await expect(frame.locator('[autocomplete="cc-name"]')).toHaveValue(goodCard.name)
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 960.00' })
  await expect(page.locator('.timeline')).toContainText(/paid/i)
})

test('the buyer gives up at the bank, and pays with another card @firefox', async ({ shop, checkout, bank, order }) => {
  await shop.payFor('USD')
  await checkout.pay(challenged)
  await bank.bank.getByRole('button', { name: 'Cancel' }).click()
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText('called off', { timeout: 30_000 })
  await checkout.pay(challenged)
  await expect(bank.dialog).toContainText('Your bank asks you')
  await bank.dialog.getByRole('button', { name: 'Pay another way' }).click()
  await expect(checkout.payButton).toBeVisible()
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('as a whole page, where no frame shows, the bank leads back to the shop', async ({ page, shop, checkout, bank, order }) => {
  await shop.payFor('USD')
  await checkout.pay(challenged)
  await expect(bank.dialog).toContainText('Your bank asks you')
  await bank.dialog.getByRole('link', { name: 'Open your bank’s page' }).click()
  await page.getByLabel('Code that we sent to your phone').fill('123456')
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.waitForURL(/\/orders\/ord_|holdfast_session/, { timeout: 30_000 })
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await order.expectTotals({ Held: 'USD 960.00' })
})

test('a page that forges the bank’s word gets nothing by it', async ({ page, shop, checkout, bank, demo }) => {
  await shop.payFor('USD')
  await checkout.pay(challenged)
  await expect(bank.dialog).toContainText('Your bank asks you')
  await page.evaluate(() => {
    const cres = btoa(JSON.stringify({ messageType: 'CRes', transStatus: 'Y' }))
    for (const data of [{ holdfast: 'three_d_secure', event: 'returned', transStatus: 'Y' }, { messageType: 'CRes', transStatus: 'Y' }, cres, 'returned']) {
      postMessage(data, '*')
      document.querySelector('holdfast-checkout')?.shadowRoot?.querySelector('iframe[part=bank-frame]')?.dispatchEvent(new MessageEvent('message', { data }))
    }
  })
  const url = await checkout.element.evaluate((element) => element.shadowRoot?.querySelector<HTMLIFrameElement>('iframe[part=bank-frame]')?.src)
  expect(url?.startsWith(demo.api)).toBe(true)
  const forged = await page.request.post(`${url}/return`, { form: { responseStatus: 'SUCCESS', paymentRequestId: 'x' } })
  expect(forged.status()).toBe(200)
  await expect(bank.dialog).toContainText('Your bank asks you')
  expect(page.url()).toContain('/checkout/cs_')
  await bank.enter('123456')
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
})
