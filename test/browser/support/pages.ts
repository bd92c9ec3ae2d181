import { expect, type Frame, type FrameLocator, type Locator, type Page } from '@playwright/test'

export const cards = {
  approved: '4111111111111111',
  declined: '4000000000000002',
  noFunds: '4000000000009995',
  /** Its bank asks the buyer for a code. */
  challenged: '4000000000002503',
  /** Its bank looks at the browser, and is content. */
  vouched: '4000000000002701',
  /** Its bank won't vouch for the buyer. */
  unvouched: '4000000000002925',
} as const

export interface Card {
  readonly number: string
  readonly expiry: string
  readonly securityCode: string
  readonly name: string
}

export const goodCard: Card = { number: cards.approved, expiry: '1230', securityCode: '123', name: 'Mara Okafor' }

/** Every page that needs no order to be there. */
export const places: readonly string[] = ['/', '/products/tl-400-toolroom-lathe', '/cart', '/orders', '/seller', '/seller/lathes-and-co', '/phone', '/operator', '/operator?tab=payments', '/operator?tab=links', '/thank-you', '/operator?tab=ledger', '/operator?tab=settlements', '/operator?tab=books']

type Currency = 'USD' | 'CNY'

/** How many of which product. */
type Goods = Readonly<Record<string, number>>

/** A lathe (USD 7,800.00) of one seller and two boxes of inserts (USD 936.00) of another: USD 8,736.00. */
const twoSellers: Goods = { 'tl-400-toolroom-lathe': 1, 'carbide-insert-set-cnmg': 2 }

/** Catalogue and cart. */
export class ShopPages {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async addToCart(slug: string): Promise<void> {
    await this.page.goto(`/products/${slug}`)
    await this.page.getByRole('button', { name: 'Add to the cart' }).click()
    await expect(this.page.getByRole('heading', { name: 'Cart', exact: true })).toBeVisible()
  }

  /** Has prices shown, and orders made, in another currency. */
  async choose(currency: Currency): Promise<void> {
    await this.page.goto('/')
    await this.page.getByRole('button', { name: currency, exact: true }).click()
    await expect(this.page.getByRole('button', { name: currency, exact: true })).toHaveAttribute('aria-pressed', 'true')
  }

  /** What the forms of `choose` and `addToCart` send, without their pages: for tests of what comes after. */
  async fillCart(goods: Goods = twoSellers): Promise<void> {
    for (const [slug, quantity] of Object.entries(goods)) await this.#send('/cart', { slug, quantity: String(quantity) })
  }

  /** Goes to the payment of a pair of vises: USD 960.00 or CNY 6,860.00. */
  async payFor(currency: Currency): Promise<void> {
    await this.#send('/currency', { currency, to: '/' })
    await this.fillCart({ 'precision-vise-150': 1 })
    await this.goToPayment()
  }

  async #send(path: string, form: Readonly<Record<string, string>>): Promise<void> {
    expect((await this.page.request.post(path, { form, maxRedirects: 0 })).status(), path).toBe(303)
  }

  /** @param details - whether the checkout asks for the order's details */
  async goToPayment(details: 'none' | 'all' = 'none'): Promise<void> {
    await this.page.goto('/cart')
    await this.page.getByLabel('Order details').selectOption(details)
    await this.page.getByRole('button', { name: 'Go to payment' }).click()
    // not for its load event, which a part of the checkout that hangs keeps away
    await this.page.waitForURL(/\/checkout\/cs_/, { waitUntil: 'domcontentloaded' })
  }
}

/** The component on the merchant's page, and the vault's frame inside it. */
export class CheckoutPage {
  readonly page: Page
  readonly vault: string

  constructor(page: Page, vault: string) {
    this.page = page
    this.vault = vault
  }

  get element(): Locator {
    return this.page.locator('holdfast-checkout')
  }

  get payButton(): Locator {
    return this.element.getByRole('button', { name: /^(Pay|支付)/ })
  }

  /** The card's frame, once it takes what is typed: another may have begun to load before the session was read. */
  async frame(): Promise<Frame> {
    await expect(this.element.locator('[data-ready]').first()).toBeVisible()
    const find = (): Frame | undefined => this.page.frames().find((frame) => frame.url().startsWith(`${this.vault}/frame`))
    await expect.poll(() => find() !== undefined, { message: 'the card frame is on the page', intervals: [50] }).toBe(true)
    const frame = find()!
    await expect(frame.getByRole('textbox').first()).toBeVisible()
    return frame
  }

  async fill(card: Card): Promise<void> {
    const frame = await this.frame()
    await frame.locator('[autocomplete="cc-number"]').fill(card.number)
    await frame.locator('[autocomplete="cc-exp"]').fill(card.expiry)
    await frame.locator('[autocomplete="cc-csc"]').fill(card.securityCode)
    await frame.locator('[autocomplete="cc-name"]').fill(card.name)
  }

  async pay(card: Card = goodCard): Promise<void> {
    await this.fill(card)
    await expect(this.payButton).toBeEnabled()
    await this.payButton.click()
  }

  /** Pays and waits for the order's page, where the shop's server has captured. */
  async payAndArrive(card: Card = goodCard): Promise<string> {
    await this.pay(card)
    await this.page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
    return this.page.url()
  }
}

/** The bank's pages in the component. */
export class BankStep {
  readonly page: Page
  readonly dialog: Locator
  /** Around the bank's pages: ours. */
  readonly outer: FrameLocator
  readonly bank: FrameLocator

  constructor({ page, element }: CheckoutPage) {
    this.page = page
    this.dialog = element.locator('dialog')
    this.outer = element.frameLocator('iframe[part=bank-frame]')
    this.bank = this.outer.frameLocator('iframe')
  }

  async enter(code: string): Promise<void> {
    await this.bank.getByLabel('Code that we sent to your phone').fill(code)
    await this.bank.getByRole('button', { name: 'Confirm' }).click()
  }
}

/** Alipay in the component: the choice, what waits, and the ways out. */
export class AlipayStep {
  readonly page: Page
  readonly element: Locator

  constructor({ page, element }: CheckoutPage) {
    this.page = page
    this.element = element
  }

  get code(): Locator {
    return this.element.locator('.qr')
  }

  async choose(): Promise<void> {
    await this.element.getByRole('radio', { name: 'Alipay', exact: true }).check()
  }

  async showCode(): Promise<void> {
    await this.choose()
    await this.element.getByRole('button', { name: /^Show the code/ }).click()
    await expect(this.code).toBeVisible()
  }

  async goToAlipay(): Promise<void> {
    await this.choose()
    const page = this.element.getByRole('radio', { name: 'Pay on Alipay’s page' })
    if (await page.count() > 0) await page.check()
    await this.element.getByRole('button', { name: /^Go to Alipay/ }).click()
    await this.page.waitForURL(/\/cashier\//)
  }

  async payAnotherWay(): Promise<void> {
    await this.element.getByRole('button', { name: 'Pay another way' }).click()
    await expect(this.element.getByRole('radio', { name: /^Card/ })).toBeVisible()
  }

  arrive(): Promise<void> {
    return this.page.waitForURL(/\/orders\/ord_/, { timeout: 30_000 })
  }
}

/** The figure beside a word of the bar: `Held USD 7,800.00`. */
async function expectBar(scope: Locator, figures: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, figure] of Object.entries(figures)) {
    await expect(scope.locator('.bar-key').first().locator('li', { hasText: label })).toContainText(figure)
  }
}

export class OrderPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  share(reference: string): Locator {
    return this.page.locator(`section[data-escrow="${reference}"]`)
  }

  get whole(): Locator {
    return this.page.locator('section.panel', { has: this.page.getByRole('heading', { name: 'Where the money is' }) })
  }

  expectTotals(figures: Readonly<Record<string, string>>): Promise<void> {
    return expectBar(this.whole, figures)
  }

  expectShare(reference: string, figures: Readonly<Record<string, string>>): Promise<void> {
    return expectBar(this.share(reference), figures)
  }

  async confirmReceipt(reference: string): Promise<void> {
    await this.share(reference).getByText('Confirm receipt', { exact: true }).click()
    await this.share(reference).getByRole('button', { name: /^Release [A-Z]{3} / }).click()
    await expect(this.page.getByRole('status').first()).toContainText('You confirmed receipt')
  }

  async askForRefund(reference: string, reason: string): Promise<void> {
    await this.share(reference).getByText('Ask for a refund').click()
    await this.share(reference).getByLabel('What is wrong').fill(reason)
    await this.share(reference).getByRole('button', { name: 'Freeze and ask' }).click()
    await expect(this.page.getByRole('status').first()).toContainText('frozen')
  }
}

export class SellerPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(reference: string): Promise<void> {
    await this.page.goto(`/seller/${reference}`)
  }

  /** Ships the newest order. */
  async ship(tracking: string): Promise<void> {
    const escrow = this.page.locator('section[data-escrow]').first()
    await escrow.getByLabel('Tracking number').fill(tracking)
    await escrow.getByRole('button', { name: 'Mark as shipped' }).click()
    await expect(this.page.getByRole('status').first()).toContainText('Marked as shipped')
  }

  async refund(amount: string): Promise<void> {
    const escrow = this.page.locator('section[data-escrow]').first()
    await escrow.getByText('Refund the buyer').click()
    await escrow.getByLabel(/^Amount/).fill(amount)
    await escrow.getByRole('button', { name: 'Refund', exact: true }).click()
    await expect(this.page.getByRole('status').first()).toContainText('refund is on its way')
  }

  expectBalance(figures: Readonly<Record<string, string>>): Promise<void> {
    return expectBar(this.page.locator('section.panel', { has: this.page.getByRole('heading', { name: 'Balance' }) }).first(), figures)
  }

  async payOut(currency: Currency = 'USD'): Promise<void> {
    await this.page.locator('form', { has: this.page.getByLabel(`Amount in ${currency}`) }).getByRole('button', { name: /^Pay out to/ }).click()
    await expect(this.page.getByRole('status').first()).toContainText('payout is on its way')
  }
}

export type ClockStep = '1 hour' | '1 day' | '7 days' | '31 days'

interface NewLink {
  readonly description: string
  readonly amount: string
  readonly times?: string
}

export class OperatorPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async advance(step: ClockStep): Promise<void> {
    await this.page.goto('/operator')
    const before = await this.page.locator('[data-clock]').getAttribute('data-clock')
    await this.page.getByRole('button', { name: `Advance ${step}` }).click()
    await expect(this.page.locator('[data-clock]')).not.toHaveAttribute('data-clock', before!)
  }

  async fillLink({ description, amount, times = '1' }: NewLink): Promise<void> {
    await this.page.goto('/operator?tab=links')
    await this.page.getByLabel('What it is for').fill(description)
    await this.page.getByLabel('Amount', { exact: true }).fill(amount)
    await this.page.getByLabel('How many times').fill(times)
    await this.page.getByRole('button', { name: 'Make the link' }).click()
  }

  /** The panel of a new payment link; the newest comes first. */
  async makeLink(wanted: NewLink): Promise<Locator> {
    await this.fillLink(wanted)
    await expect(this.page.getByRole('status').first()).toContainText('The link is made')
    const reference = await this.page.locator('[data-link]').first().getAttribute('data-link')
    return this.page.locator(`[data-link="${reference}"]`)
  }

  async settle(): Promise<void> {
    await this.page.goto('/operator?tab=settlements')
    await this.page.getByRole('button', { name: 'Fetch new reports' }).click()
    await expect(this.page.getByRole('status').first()).toContainText('fetched and posted')
  }

  async topUp(amount: string): Promise<void> {
    await this.page.goto('/operator?tab=settlements')
    await this.page.getByLabel(/^Top up/).fill(amount)
    await this.page.getByRole('button', { name: 'Top up' }).click()
    await expect(this.page.getByRole('status').first()).toContainText('in the ledger')
  }

  async releasePart(reference: string, amount: string): Promise<void> {
    await this.page.goto('/operator?tab=held')
    const escrow = this.page.locator(`[data-escrow="${reference}"]`).first()
    await escrow.getByText('Release a part').click()
    await escrow.getByLabel(/^Amount/).fill(amount)
    await escrow.getByRole('button', { name: 'Release', exact: true }).click()
    await expect(this.page.getByRole('status').first()).toContainText('Released')
  }

  async expectBooksBalanced(): Promise<void> {
    await this.page.goto('/operator?tab=books')
    await expect(this.page.getByRole('heading', { name: 'The books balance' })).toBeVisible()
    await expect(this.page.getByText('Proved from every posting')).toBeVisible()
  }
}
