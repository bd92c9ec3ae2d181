import { expect } from 'chai'
import { violations } from '../testing/axe.ts'
import { CheckoutPage, closePages } from '../testing/checkout-page.ts'

/* The languages are the built ones, fetched by their hashes. */

describe('a language', () => {
  afterEach(closePages)

  const base = (page: CheckoutPage): HTMLElement => page.element.renderRoot.querySelector('.base') as HTMLElement

  it('that runs from right to left turns the whole component, and the frame is asked for in it', async () => {
    const page = await CheckoutPage.openReady({ attributes: { locale: 'ar' } })
    expect([base(page).lang, base(page).dir]).to.deep.equal(['ar', 'rtl'])
    expect(page.payButton.innerText).to.match(/\p{Script=Arabic}/u)
    expect(new URL(page.frame.src).searchParams.get('locale')).to.equal('ar')
    const { left: name } = (page.element.renderRoot.querySelector('.head strong') as Element).getBoundingClientRect()
    expect(name).to.be.greaterThan(page.element.getBoundingClientRect().left + 40)
    expect(page.element.scrollWidth).to.be.at.most(page.element.clientWidth)
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('may change while the buyer types: the words turn, and the frame with what was typed stays', async () => {
    const page = await CheckoutPage.openReady()
    const { frame } = page
    const address = frame.src
    page.element.locale = 'he-IL'
    await page.until('Hebrew', () => base(page).dir === 'rtl')
    expect(base(page).lang).to.equal('he-IL')
    expect(page.payButton.innerText).to.match(/\p{Script=Hebrew}/u)
    expect(page.frame).to.equal(frame)
    expect(frame.src).to.equal(address)
  })

  it('that nobody speaks leaves English, and never a blank', async () => {
    const page = await CheckoutPage.openReady({ attributes: { locale: 'tlh' } })
    expect([base(page).dir, page.payButton.innerText.trim().slice(0, 3)]).to.deep.equal(['ltr', 'Pay'])
  })
})
