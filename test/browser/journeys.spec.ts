import type { Page } from '@playwright/test'
import { cards, goodCard, type CheckoutPage } from './support/pages.ts'
import { expect, test } from './support/demo.ts'

/* One browser, the real shop, the real vault, the real database; only the rails are simulated. */

test('pays for goods of two sellers, and each share is held @vault @firefox', async ({ shop, checkout, order, operator }) => {
  await shop.addToCart('tl-400-toolroom-lathe')
  await shop.addToCart('carbide-insert-set-cnmg')
  await shop.goToPayment()
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 8,736.00', Released: 'USD 0.00', Refunded: 'USD 0.00' })
  await order.expectShare('lathes-and-co', { Held: 'USD 7,800.00' })
  await order.expectShare('hangzhou-precision', { Held: 'USD 936.00' })
  await operator.expectBooksBalanced()
})

test('takes another card after a decline, without a reload @vault @firefox', async ({ page, shop, checkout, order }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.frame()
  let loads = 0
  page.on('load', () => loads++)
  await checkout.pay({ ...goodCard, number: cards.declined })
  await expect(checkout.element.getByRole('alert').filter({ hasText: /\S/ })).toContainText(/another card/i)
  expect(loads, 'the page stayed').toBe(0)
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 8,736.00' })
  await expect(page.locator('.timeline')).toContainText('A card was declined; nothing was taken')
})

test('the card’s frame loads while the session is still unread, and once', async ({ page, shop, checkout, demo }) => {
  await shop.fillCart()
  const frames: string[] = []
  let asked: () => void = () => undefined
  const frameAsked = new Promise<void>((resolve) => { asked = resolve })
  page.on('request', (request) => {
    if (!request.url().startsWith(`${checkout.vault}/frame?`)) return
    frames.push(request.url())
    asked()
  })
  await page.route(`${demo.api}/v1/checkout`, async (route) => {
    await frameAsked
    await route.continue()
  })
  await shop.goToPayment()
  await checkout.payAndArrive()
  expect(frames).toHaveLength(1)
})

test('pays once when the button is pressed twice', async ({ page, shop, checkout, order, demo }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await checkout.fill(goodCard)
  const confirms: string[] = []
  page.on('request', (request) => {
    if (request.url() === `${demo.api}/v1/checkout/confirm` && request.method() === 'POST') confirms.push(request.url())
  })
  await checkout.payButton.dblclick()
  await page.waitForURL(/\/orders\/ord_/)
  expect(confirms).toHaveLength(1)
  await order.expectTotals({ Held: 'USD 8,736.00' })
})

test('releases a part by the operator, and the rest when the buyer confirms receipt', async ({ page, shop, checkout, order, seller, operator }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  await operator.releasePart('lathes-and-co', '1,800.00')
  await page.goto(orderUrl)
  await order.expectShare('lathes-and-co', { Held: 'USD 6,000.00', Released: 'USD 1,800.00' })
  await seller.open('lathes-and-co')
  await seller.ship('TRACK-1')
  await page.goto(orderUrl)
  await expect(page.locator('.timeline')).toContainText('TRACK-1')
  await expect(page.locator('.timeline li.next')).toContainText('by itself')
  await order.confirmReceipt('lathes-and-co')
  await order.expectShare('lathes-and-co', { Held: 'USD 0.00', Released: 'USD 7,800.00' })
  await order.expectShare('hangzhou-precision', { Held: 'USD 936.00' })
  await operator.expectBooksBalanced()
})

test('freezes a share at the buyer’s request, and refunds what the seller agrees to', async ({ page, shop, checkout, order, seller, operator }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  await order.askForRefund('hangzhou-precision', 'The coating flakes on 40 of 200 inserts.')
  await expect(order.share('hangzhou-precision')).toContainText('Frozen')
  await seller.open('hangzhou-precision')
  await expect(page.getByText('The coating flakes on 40 of 200 inserts')).toBeVisible()
  await seller.refund('400.00')
  await page.goto(orderUrl)
  await order.expectShare('hangzhou-precision', { Held: 'USD 536.00', Refunded: 'USD 400.00' })
  await operator.expectBooksBalanced()
})

test('releases by itself when the inspection period ends, once the clock passes it', async ({ page, shop, checkout, order, seller, operator }) => {
  await shop.fillCart({ 'carbide-insert-set-cnmg': 2 })
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  await seller.open('hangzhou-precision')
  await seller.ship('TRACK-2')
  await operator.advance('7 days')
  await page.goto(orderUrl)
  await order.expectTotals({ Held: 'USD 936.00' })
  await operator.advance('31 days')
  await expect(async () => {
    await page.goto(orderUrl)
    await order.expectTotals({ Held: 'USD 0.00', Released: 'USD 936.00' })
  }).toPass({ timeout: 15_000 })
  await expect(page.locator('.timeline')).toContainText('by itself')
})

test('settles, pays the seller out, and the bank completes it', async ({ page, shop, checkout, order, seller, operator }) => {
  await shop.fillCart({ 'bs-320-band-saw': 1 })
  await shop.goToPayment()
  const orderUrl = await checkout.payAndArrive()
  await seller.open('lathes-and-co')
  await seller.ship('TRACK-3')
  await page.goto(orderUrl)
  await order.confirmReceipt('lathes-and-co')
  await operator.topUp('2,000.00')
  await operator.advance('1 day')
  await operator.settle()
  await seller.open('lathes-and-co')
  await seller.payOut()
  await operator.advance('7 days')
  await expect(async () => {
    await seller.open('lathes-and-co')
    await expect(page.getByRole('row', { name: /Completed/ }).first()).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 15_000 })
  await operator.expectBooksBalanced()
})

test('changes nothing when the page tampers with the amount that it was told', async ({ page, shop, checkout, order, demo }) => {
  await shop.fillCart()
  await page.route(`${demo.api}/v1/checkout`, async (route) => {
    const response = await route.fetch()
    const view = await response.json() as { amount: number; currency: string; shares: { amount: number; sellerName: string }[] }
    await route.fulfill({ response, json: { ...view, amount: 100, shares: view.shares.map((share) => ({ ...share, amount: 50, sellerName: 'Mallory' })) } })
  })
  await page.route(`${demo.api}/v1/checkout/confirm`, async (route) => {
    const sent = route.request().postDataJSON() as Record<string, unknown>
    const tampered = await route.fetch({ postData: { ...sent, amount: 100, currency: 'JPY' } })
    expect(tampered.status(), 'a field that is not the page’s to set is refused').toBe(400)
    await route.continue()
  })
  await shop.goToPayment()
  await checkout.payAndArrive()
  await order.expectTotals({ Held: 'USD 8,736.00' })
  await order.expectShare('lathes-and-co', { Held: 'USD 7,800.00' })
})

test('speaks Chinese, in the component and in the frame', async ({ page, shop, checkout }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await page.goto(`${page.url()}?lang=zh-CN`)
  const frame = await checkout.frame()
  await expect(frame.locator('body')).toContainText('卡号')
  await expect(checkout.payButton).toContainText('支付')
})

test('speaks Arabic from right to left, in the component and in the frame, and is paid @firefox', async ({ page, shop, checkout, order }) => {
  await shop.payFor('USD')
  await page.getByRole('link', { name: 'العربية' }).click()
  await page.waitForURL(/lang=ar/)
  const frame = await checkout.frame()
  await expect(frame.locator('body')).toContainText('رقم البطاقة')
  await expect(frame.locator('label').first()).toHaveCSS('direction', 'rtl')
  const pay = checkout.element.getByRole('button', { name: /^دفع/ })
  await expect(pay).toContainText('960.00')
  await expect(pay).toHaveCSS('direction', 'rtl')
  // read from the right: the date stands right of the security code
  const [date, code] = await Promise.all(['exp', 'csc'].map((field) => frame.locator(`[autocomplete="cc-${field}"]`).boundingBox()))
  expect(date!.x).toBeGreaterThan(code!.x)
  await checkout.fill(goodCard)
  await pay.click()
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await order.expectTotals({ Held: 'USD 960.00' })
})

/** What has the focus: of the page, of the component or of the card's frame. */
async function focused(page: Page, checkout: CheckoutPage): Promise<string> {
  const name = await page.evaluate(() => {
    let at = document.activeElement
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    const said = at?.getAttribute('aria-label') ?? (at as HTMLInputElement | null)?.labels?.[0]?.textContent ?? at?.textContent ?? ''
    return `${at?.localName} ${said.replaceAll(/\s+/g, ' ').trim()}`
  })
  if (!name.startsWith('iframe')) return name
  return (await checkout.frame()).evaluate(() => `card ${document.activeElement?.id}`)
}

test('is paid by the keyboard alone @firefox', async ({ page, shop, checkout, order }) => {
  await shop.payFor('USD')
  await checkout.frame()
  await page.getByRole('link', { name: 'العربية' }).focus()
  const card: Readonly<Record<string, string>> = {
    'card number': goodCard.number, 'card expiry': goodCard.expiry, 'card securityCode': goodCard.securityCode, 'card name': goodCard.name,
  }
  const stops: string[] = []
  for (let at = ''; !at.startsWith('button Pay USD 960.00') && stops.length < 12; stops.push(at)) {
    const before = await focused(page, checkout)
    await page.keyboard.press('Tab')
    // into and out of a frame of another process it takes a while
    await expect.poll(async () => (at = await focused(page, checkout)), 'the focus goes on').not.toBe(before)
    await page.keyboard.type(card[at] ?? '')
  }
  expect(stops.filter((stop) => stop in card), 'the card’s fields, in the order in which they are read').toEqual(Object.keys(card))
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  await order.expectTotals({ Held: 'USD 960.00' })
})
