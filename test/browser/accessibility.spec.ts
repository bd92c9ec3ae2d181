import { violationsInFrame, violationsOn } from './support/axe.ts'
import { places } from './support/pages.ts'
import { expect, test } from './support/demo.ts'

/* Held against every rule of axe in a shop of its own, with one of each thing: what is long takes minutes. */

test('no page has an accessibility violation, nor has the card frame', async ({ page, shop, checkout, alipay, order, seller, operator }) => {
  // each page is held against every rule: long lists take a busy machine seconds
  test.slow()
  await shop.fillCart()
  await shop.goToPayment()
  expect(await violationsInFrame(await checkout.frame()), 'card frame').toEqual([])
  expect(await violationsOn(page), 'checkout').toEqual([])
  await alipay.showCode()
  expect(await violationsOn(page), 'a code that waits').toEqual([])
  await alipay.payAnotherWay()
  await alipay.element.getByRole('radio', { name: /^Card/ }).check()
  await checkout.payAndArrive()
  expect(await violationsOn(page), 'order').toEqual([])
  await order.askForRefund('hangzhou-precision', 'Two boxes arrived open.')
  expect(await violationsOn(page), 'an order with a frozen share').toEqual([])
  await operator.releasePart('lathes-and-co', '1,800.00')
  await operator.topUp('2,000.00')
  await operator.advance('1 day')
  await operator.settle()
  await seller.open('lathes-and-co')
  await seller.payOut()
  await shop.fillCart()
  for (const place of places) {
    await page.goto(place)
    expect(await violationsOn(page), place).toEqual([])
  }
})

test('a violation planted in the card frame is found, and one on the page', async ({ page, shop, checkout }) => {
  await shop.fillCart()
  await shop.goToPayment()
  await page.evaluate(() => document.body.append(document.createElement('input')))
  expect(await violationsOn(page)).toContainEqual(expect.objectContaining({ id: 'label' }))
  const frame = await checkout.frame()
  await frame.evaluate(() => document.body.append(document.createElement('input')))
  expect(await violationsInFrame(frame)).toContain('label')
})
