import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import AxeBuilder from '@axe-core/playwright'
import type { Frame, Page } from '@playwright/test'
import { places } from './support/pages.ts'
import { expect, test } from './support/demo.ts'

/* Held against every rule of axe in a shop of its own, with one of each thing: what is long takes minutes. */

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The names of what axe finds in the card frame, which its own tools can't enter: another origin, Trusted Types. */
async function violationsInFrame(frame: Frame): Promise<string[]> {
  await frame.evaluate(axeSource)
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string }[] }> } }
    // rules about whole pages: headings and landmarks are the page's around the frame
    const rules = { 'landmark-one-main': { enabled: false }, 'page-has-heading-one': { enabled: false } }
    return (await axe.run({ rules, resultTypes: ['violations'] })).violations.map(({ id }) => id)
  })
}

/** What axe finds on a page; what its frames hold is held against the rules by itself. */
async function violationsOn(page: Page): Promise<unknown[]> {
  // the legacy mode is axe's way for one document: the other opens a page of its own for every result
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] }).analyze()
  return violations
}

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
