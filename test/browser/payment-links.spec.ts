import { expect, test } from './support/demo.ts'
import { CheckoutPage } from './support/pages.ts'

/* The operator's payment links. */

test('the operator makes a payment link, which can be copied, opened by whoever has it, and ended', async ({ page, operator, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const link = await operator.makeLink({ description: 'Spindle rebuild', amount: '4,180.00' })
  await expect(link).toContainText('USD 4,180.00')
  const url = await link.getByLabel('Payment link').inputValue()
  await link.getByRole('button', { name: 'Copy' }).click()
  await expect(link.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url)

  const open = () => page.request.post(url.replace(/\/pay\/link\/(.*)$/, '/v1/payment-links/$1/open'), { data: {} })
  expect((await open()).status()).toBe(201)
  await page.reload()
  await expect(link).toContainText('Paid 0 of 1 time; 1 open now')
  await link.getByRole('button', { name: 'Deactivate' }).click()
  await expect(link).toContainText('Deactivated')
  expect(await (await open()).json()).toMatchObject({ code: 'payment_link_inactive' })
})

test('what is wrong with a new link is said by the shop, and nothing is made', async ({ page, operator }) => {
  await page.goto('/operator?tab=links')
  const before = await page.locator('[data-link]').count()
  await operator.fillLink({ description: 'Spindle', amount: 'much' })
  await expect(page.getByRole('alert')).toContainText('not an amount of USD')
  await operator.fillLink({ description: 'Spindle', amount: '10.00', times: '5000' })
  await expect(page.getByRole('alert')).toContainText('maxUses')
  await expect(page.locator('[data-link]')).toHaveCount(before)
})

test('whoever opens a link for one pays it on our own page, once', async ({ operator, browser, demo }) => {
  const link = await operator.makeLink({ description: 'Spindle rebuild', amount: '4,180.00' })
  const url = await link.getByLabel('Payment link').inputValue()
  const [ann, ben] = await Promise.all([1, 2].map(async () => (await browser.newContext()).newPage()))
  const [hers, his] = [new CheckoutPage(ann!, demo.vault), new CheckoutPage(ben!, demo.vault)]
  await Promise.all([ann!.goto(url), ben!.goto(url)])
  for (const { element } of [hers, his]) await expect(element.getByText('USD 4,180.00').first().or(element.getByText('$4,180.00').first()).first()).toBeVisible()
  await hers.pay()
  await expect(hers.element.getByRole('heading', { name: 'Paid, and held for you' })).toBeVisible({ timeout: 30_000 })
  await ben!.reload()
  await expect(his.element.getByRole('heading', { name: 'Paid, and held for you' }), 'the page in which it was open says what became of it').toBeVisible()
  const late = await (await browser.newContext()).newPage()
  await late.goto(url)
  await expect(late.getByRole('heading', { name: 'This payment link has already been used' })).toBeVisible()
  await operator.page.reload()
  await expect(link).toContainText('Paid 1 of 1 time')
  for (const page of [ann!, ben!, late]) await page.context().close()
})
