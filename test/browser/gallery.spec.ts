import type { Page } from '@playwright/test'
import { violationsInFrame, violationsOn } from './support/axe.ts'
import { expect, test } from './support/demo.ts'
import type { Choice, Gallery } from './support/gallery.ts'

/* Every state of the components, as the gallery shows it, held against WCAG 2.2 AA. */

/** Between them: each theme, both schemes, both directions, the widest and the narrowest, where words are longest. */
const looks: readonly (Required<Omit<Choice, 'state'>>)[] = [
  { theme: 'harbour', scheme: 'light', language: 'en', width: '480' },
  { theme: 'hearth', scheme: 'dark', language: 'ar', width: '480' },
  { theme: 'ledger', scheme: 'light', language: 'de', width: '320' },
]

const tail = 'Check your connection, then try again.'

/** By the gallery's groups, what each state says aloud when it comes to be so. */
const aloud: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  'checkouts': [
    ['ready', ''], ['held', ''], ['incomplete', ''], ['wallet', ''],
    ['paying', 'Paying USD 40,872.00'],
    ['declined', 'The card was declined and nothing was charged. Try another card, or ask your bank to allow it.'],
    ['wallet-refused', 'The payment was refused in the wallet and nothing was charged. Pay again, or choose another way to pay.'],
    ['outdated', 'The total changed before you paid and nothing was charged. Check it, then pay again.'],
    ['ending', 'Time left to pay: 5 minutes'],
    ['offline', 'You are offline and nothing was sent. Reconnect, then pay again: what you typed is still here.'],
    ['changed', 'The total changed. It is now USD 40,872.00.'],
    ['scan', 'Scan with Alipay. Waiting for you to scan'],
    ['lapsed', 'The time to pay has run out'],
    ['redirect', 'Confirm in Alipay. Waiting for Alipay'],
    ['confirm', 'Confirm in Alipay. Waiting for Alipay'],
    ['processing', 'Your payment is being confirmed'],
    ['complete', 'Paid, and held for you'],
    ['expired', 'This checkout has expired'],
    ['canceled', 'This order was canceled'],
    ['loading', 'Loading the checkout'],
    ['slow', 'Still loading: the connection is slow.'],
    ['unavailable', `The checkout did not load: There is no connection to the payment service. ${tail}`],
    ['misconfigured', 'The checkout did not load: This page may not take payments for this shop. The shop has to register the page’s address.'],
    ['unknown', 'The checkout did not load: This checkout is not valid any more. Start again from the shop.'],
    ['frameless', `The card form did not load. ${tail} Try again`],
  ],
  'details': [
    ['details-asked', ''],
    ['details-wrong', 'A character seems mistyped. Compare it with your documents.'],
  ],
  'saved-cards': [
    ['saved', ''], ['saved-code', ''], ['saved-removing', ''], ['saved-another', ''],
  ],
  'banks': [
    ['bank-refused', 'Your bank must confirm this with you first; nothing was charged. Ask your bank or try another card.'],
    ['bank-left', 'This payment was called off and nothing was charged. Pay again, or choose another way to pay.'],
    ['bank-asks', 'Your bank asks you to confirm this payment.'],
    ['bank-looks', expect.stringMatching(/^Checking with your bank$|^Your bank’s page does not show here/)],
  ],
  'orders': [
    ...['unpaid', 'held', 'shipped', 'accepting', 'releasing', 'asking', 'reasonless'].map((state) => [`order-${state}`, '']),
    ['order-moved', 'The order has changed meanwhile. Check it, then try again.'],
    ...['part', 'frozen', 'completed', 'refunded'].map((state) => [`order-${state}`, '']),
    ['order-loading', 'Loading your order'], ['order-unavailable', 'Your order did not load'], ['order-over', 'This link can no longer be used'],
  ],
}

for (const look of looks) {
  test(`no state has an accessibility violation: ${Object.values(look).join(', ')}`, async ({ page, gallery }) => {
    test.slow()
    if (look.width === '320') await page.setViewportSize({ width: 320, height: 800 })
    for (const state of Object.keys(aloud)) {
      await gallery.open({ ...look, state })
      if (look.language === 'en') await says(gallery, state)
      expect(await overflowing(page), `what scrolls sideways in ${state}`).toEqual([])
      // several orders on one page have sections of the same names
      expect(await violationsOn(page, { without: ['landmark-unique'] }), state).toEqual([])
      expect(await tooSmall(page), 'targets of less than 24 px').toEqual([])
      expect(await bare(page), 'stylesheets that came to nothing').toEqual([])
      if (state === 'checkouts') expect(await violationsInFrame(await gallery.frame('incomplete')), 'a card form with errors').toEqual([])
    }
  })
}

/** Each state says itself aloud, in words. */
async function says(gallery: Gallery, group: string): Promise<void> {
  expect(Object.entries(await gallery.aloud()).map(([state, said]) => [state, said.replaceAll('\u00a0', ' ')])).toEqual(aloud[group])
  if (group !== 'checkouts') return
  const frame = await gallery.frame('incomplete')
  await expect(frame.getByRole('status')).toHaveText(/^Enter the card number\. Enter the month and year of expiry\./)
}

/** What can be pressed and is smaller than WCAG 2.2, 2.5.8 allows; a radio is pressed by its label. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => [...document.querySelectorAll('.room > *')].flatMap((component) =>
    [...component.shadowRoot!.querySelectorAll<HTMLElement>('a, button, summary, label:has(input)')]
      .filter((target) => target.checkVisibility() && Math.min(target.offsetWidth, target.offsetHeight) < 24)
      .map((target) => target.outerHTML)))
}

/** Where a stylesheet of a component has no rule: what is unreadable to a browser is dropped without a word. */
function bare(page: Page): Promise<(string | undefined)[]> {
  return page.evaluate(() => [...document.querySelectorAll<HTMLElement>('#wall figure')]
    .filter((figure) => figure.querySelector('.room > *')!.shadowRoot!.adoptedStyleSheets.some(({ cssRules }) => cssRules.length === 0))
    .map((figure) => figure.dataset['state']))
}

test('on a phone the bank has the whole window, without a violation in either scheme', async ({ page, gallery }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const look of [{ theme: 'ledger', scheme: 'light', language: 'en' }, { theme: 'hearth', scheme: 'dark', language: 'ar' }] as const) {
    await gallery.open({ ...look, state: 'bank-asks-whole' })
    expect(await gallery.checkout('bank-asks-whole').locator('.bank').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
    expect(await violationsOn(page)).toEqual([])
  }
})

/** What is wider than its place: of the page, and of a component. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate(() => [
    ...(document.documentElement.scrollWidth > document.documentElement.clientWidth
      ? [...document.querySelectorAll('body *')].filter((part) => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map((part) => part.outerHTML.slice(0, 80)) : []),
    ...[...document.querySelectorAll<HTMLElement>('#wall figure')].filter((figure) => {
      const base = figure.querySelector('.room > *')!.shadowRoot!.querySelector('.base')!
      return base.scrollWidth > base.clientWidth
    }).map((figure) => figure.dataset['state']!),
  ])
}

test('nothing scrolls sideways where text is twice as large', async ({ page, gallery }) => {
  const browser = await page.context().newCDPSession(page)
  await browser.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
  await page.setViewportSize({ width: 640, height: 800 })
  await gallery.open({ theme: 'ledger', language: 'de', width: '480', state: 'checkouts' })
  expect(await overflowing(page)).toEqual([])
  const size = await gallery.checkout('ready').locator('.total').evaluate((total) => getComputedStyle(total).fontSize)
  expect(Number.parseInt(size, 10), 'the total is larger with it').toBeGreaterThanOrEqual(44)
  const label = (await gallery.frame('ready')).locator('.label').first()
  expect(await label.evaluate((text) => getComputedStyle(text).fontSize), 'and so is the card form').toBe('26.25px')
})

test('on the narrowest phone a card’s number can be read whole, and no word of the shares is broken', async ({ page, gallery }) => {
  await page.setViewportSize({ width: 320, height: 1200 })
  for (const language of ['de', 'fi', 'ar']) {
    await gallery.open({ theme: 'harbour', language, width: '320', state: 'ready' })
    const number = (await gallery.frame('ready')).locator('[autocomplete="cc-number"]')
    await number.fill('4111111111111111')
    expect.soft(await number.evaluate((input) => input.scrollWidth - input.clientWidth), language).toBeLessThanOrEqual(0)
    await gallery.checkout('ready').locator('summary').click()
    const broken = await gallery.checkout('ready').locator('.terms dt').evaluateAll((labels) => labels.flatMap((label) => {
      const text = [...label.childNodes].find((node) => node instanceof Text && node.data.trim())!
      return [...text.textContent!.matchAll(/\S+/g)].filter(({ 0: word, index }) => {
        const range = document.createRange()
        range.setStart(text, index)
        range.setEnd(text, index + word.length)
        return range.getClientRects().length > 1
      }).map(([word]) => word)
    }))
    expect.soft(broken, language).toEqual([])
  }
})

/** Where the focus is, as a buyer would say it, and whether it can be seen: a ring, within the window. */
function focus(page: Page): Promise<{ at: string; seen: boolean }> {
  return page.evaluate(() => {
    const inside = (element: Element | null): Element | null => (element?.shadowRoot?.activeElement ? inside(element.shadowRoot.activeElement) : element)
    const focused = inside(document.activeElement)!
    const { top, bottom } = focused.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(focused)
    const ring = focused.localName === 'iframe' || (outlineStyle !== 'none' && Number.parseInt(outlineWidth, 10) >= 2)
    return { at: `${focused.localName} ${focused.getAttribute('part') ?? ''}`.trim(), seen: ring && top >= 0 && bottom <= innerHeight }
  })
}

test('the keyboard alone goes through it in the order in which it is read, and the focus is always seen', async ({ page, gallery }) => {
  await page.setViewportSize({ width: 1280, height: 1400 })
  await gallery.open({ state: 'ready', theme: 'hearth' })
  await page.getByLabel('Room for it').focus()
  const seen = []
  for (const field of [null, null, 'number', 'expiry', 'securityCode', 'name', null] as const) {
    await page.keyboard.press('Tab')
    // into and out of a frame of another process it takes a while
    await expect.poll(async () => (await focus(page)).seen, 'the focus is seen').toBe(true)
    const { at } = await focus(page)
    if (field) {
      const ring = (await gallery.frame('ready')).locator(':focus')
      await expect(ring).toHaveAttribute('id', field)
      expect(await ring.evaluate((input) => getComputedStyle(input).outlineWidth)).toBe('2px')
    }
    seen.push(field ? `${at} ${field}` : at)
  }
  expect(seen).toEqual([
    'summary held-summary', 'input', 'iframe card-frame number', 'iframe card-frame expiry', 'iframe card-frame securityCode',
    'iframe card-frame name', 'button pay-button',
  ])
  await page.keyboard.press('Shift+Tab')
  await expect((await gallery.frame('ready')).locator(':focus')).toHaveAttribute('id', 'name')
})

test('nothing moves for a buyer who wants it still', async ({ page, gallery }) => {
  const moving = (state: string): Promise<number> => gallery.checkout(state).evaluate((checkout) => checkout.shadowRoot!.getAnimations().length)
  await gallery.open({ state: 'processing' })
  expect(await moving('processing')).toBeGreaterThan(0)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await moving('processing')).toBe(0)
})

test('in forced colours what is drawn by colour alone is drawn otherwise', async ({ page, gallery }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await gallery.open({ state: 'loading' })
  const blank = gallery.checkout('loading').locator('.total .blank')
  await expect(blank, 'the shape of a total reads as none').toHaveText(/^\s*$/)
  await gallery.open({ state: 'ready', theme: 'hearth' })
  const checkout = gallery.checkout('ready')
  const edge = (selector: string): Promise<boolean> => checkout.locator(selector).first().evaluate((part) => {
    const { borderTopWidth, borderTopColor } = getComputedStyle(part)
    const ground = getComputedStyle(part.closest('.base')!).backgroundColor
    return Number.parseInt(borderTopWidth, 10) > 0 && borderTopColor !== ground
  })
  expect([await edge('.pay'), await edge('.methods input:checked'), await edge('.base'), await edge('.method')]).toEqual([true, true, true, true])
  const [on, off] = await checkout.locator('input[name=method]').evaluateAll((radios) => radios.map((radio) => getComputedStyle(radio).borderTopWidth))
  expect(on).not.toBe(off)
})
