import { expect } from 'chai'
import { CheckoutPage, closePages, type OpenOptions } from '../testing/checkout-page.ts'
import { attempt, checkoutView, declined } from '../testing/views.ts'

/* What is said aloud, and where the focus is: for buyers who don't see the page change. */

afterEach(closePages)

async function filled(options: OpenOptions = {}): Promise<CheckoutPage> {
  const page = await CheckoutPage.openReady(options)
  await page.fillCard()
  return page
}

/** Each thing that the live regions have come to say, in its order. */
function listen(page: CheckoutPage): readonly string[] {
  const heard: string[] = []
  const hear = (): void => {
    const said = ['status', 'alert'].map((role) => page.find(`.base > [role=${role}], [role=${role}]`)?.textContent ?? '')
    const text = said.join(' ').replace(/\s+/g, ' ').trim()
    if (text && text !== heard.at(-1)) heard.push(text)
  }
  new MutationObserver(hear).observe(page.element.renderRoot, { subtree: true, childList: true, characterData: true })
  return heard
}

const focused = (page: CheckoutPage): Element | null | undefined => page.element.shadowRoot?.activeElement

describe('what is said aloud', () => {
  it('is each change of a payment, once: that it is made, why it failed, that it is made again, that it is done', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [declined(), attempt()] } })
    const heard = listen(page)
    await page.pay()
    await page.pay()
    await page.until('the end', () => page.text.includes('Paid, and held for you'))
    expect(heard.map((text) => text.replaceAll('\u00a0', ' '))).to.deep.equal([
      'Paying USD 12,480.00',
      'The card was declined and nothing was charged. Try another card, or ask your bank to allow it.',
      'Paying USD 12,480.00',
      'Paid, and held for you',
    ])
  })

  for (const [status, said] of [['expired', 'This checkout has expired'], ['canceled', 'This order was canceled']] as const) {
    it(`is that the session is ${status}, when the page finds it so`, async () => {
      const page = await filled()
      const heard = listen(page)
      page.api.view = checkoutView({ status })
      await page.element.fetchUpdates()
      await page.until(said, () => page.text.includes(said))
      expect(heard).to.deep.equal([said])
    })
  }

  it('is that the buyer is offline, and what to do', async () => {
    const page = await filled()
    const heard = listen(page)
    Object.defineProperty(navigator, 'onLine', { configurable: true, value: false })
    await page.pay()
    Reflect.deleteProperty(navigator, 'onLine')
    expect(heard.at(-1)).to.contain('You are offline and nothing was sent. Reconnect, then pay again: what you typed is still here.')
  })
})

describe('the focus', () => {
  it('stays on the pay button while it pays and after it failed', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [declined()] } })
    page.payButton.focus()
    await page.pay()
    expect(focused(page)).to.equal(page.payButton)
  })

  it('goes to the heading of what replaces the form', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    page.payButton.focus()
    await page.pay()
    await page.until('the heading', () => focused(page)?.localName === 'h2')
    expect(focused(page)?.textContent).to.equal('Paid, and held for you')
  })

  // browsers that give a pressed button no focus leave it on the page
  it('is not taken by a form that still stands', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [declined()] } })
    ;(document.activeElement as HTMLElement | null)?.blur()
    await page.pay()
    expect(focused(page)).to.equal(null)
  })

  it('is not taken from another place on the page', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    const elsewhere = document.createElement('button')
    document.body.append(elsewhere)
    elsewhere.focus()
    await page.pay()
    await page.until('the end', () => page.text.includes('Paid, and held for you'))
    expect(document.activeElement).to.equal(elsewhere)
    elsewhere.remove()
  })
})
