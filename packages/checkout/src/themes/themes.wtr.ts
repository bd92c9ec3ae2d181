import { expect } from 'chai'
import { violations } from '../testing/axe.ts'
import { CheckoutPage, closePages } from '../testing/checkout-page.ts'
import { palettes } from './palettes.ts'

describe('a theme', () => {
  afterEach(() => {
    closePages()
    document.documentElement.removeAttribute('style')
  })

  const base = (page: CheckoutPage): CSSStyleDeclaration => getComputedStyle(page.find('.base') as Element)
  const rgb = (colour: string): string => `rgb(${[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).join(', ')})`

  for (const [theme, schemes] of Object.entries(palettes)) {
    for (const [scheme, palette] of Object.entries(schemes)) {
      it(`${theme}, ${scheme}, dresses the component and its frame, without a fault for axe to find`, async () => {
        const page = await CheckoutPage.openReady({ attributes: { appearance: `${theme} ${scheme}` } })
        expect(base(page).backgroundColor).to.equal(rgb(palette.background))
        expect((await page.init()).style).to.deep.include({
          colorBackground: palette.background, colorText: palette.text, colorBorder: palette.border, colorFocus: palette.accent, scheme,
        })
        expect(await violations(page.element)).to.deep.equal([])
        expect(page.element.renderRoot.querySelectorAll('[style], style')).to.have.length(0)
      })
    }
  }

  it('shows nothing before it has come, in the room that it will have', async () => {
    const page = await CheckoutPage.open({ attributes: { appearance: 'hearth' } })
    await page.element.updateComplete
    expect(base(page).visibility).to.equal('hidden')
    expect(page.element.offsetHeight).to.be.greaterThan(400)
    await page.until('ready', () => page.fired.some(({ type }) => type === 'ready'))
    expect(base(page).visibility).to.equal('visible')
  })

  it('gives way to variables, and they to the page’s own custom properties', async () => {
    const variables = { colorAccent: '#004d40', colorText: '#101010' }
    const page = await CheckoutPage.openReady({ attributes: { appearance: JSON.stringify({ theme: 'hearth light', variables }) } })
    expect(getComputedStyle(page.payButton).backgroundColor).to.equal('rgb(0, 77, 64)')
    page.element.style.setProperty('--holdfast-color-text', '#202020')
    expect(base(page).color).to.equal('rgb(32, 32, 32)')
  })

  it('that there is none of leaves harbour, and a checkout that can be paid', async () => {
    const page = await CheckoutPage.openReady({ attributes: { appearance: 'midnight light' } })
    expect(base(page).backgroundColor).to.equal('rgb(255, 255, 255)')
    expect(page.payButton.checkVisibility()).to.equal(true)
  })
})

describe('the size of text', () => {
  afterEach(() => {
    closePages()
    document.documentElement.style.fontSize = ''
  })

  const sizes = (page: CheckoutPage): readonly number[] => ['.head', '.total', 'summary', '.footnote', '.test']
    .map((selector) => Number.parseInt(getComputedStyle(page.find(selector) as Element).fontSize, 10))

  it('is the buyer’s own where that is larger, all of it, and the frame’s too', async () => {
    const usual = sizes(await CheckoutPage.openReady())
    closePages()
    document.documentElement.style.fontSize = '32px'
    const page = await CheckoutPage.openReady()
    expect(sizes(page)).to.deep.equal(usual.map((size) => size * 2))
    expect((await page.init()).style.fontSizePx).to.equal(32)
    expect(page.find('.base')!.scrollWidth).to.be.at.most(page.find('.base')!.clientWidth)
  })

  it('is not made smaller by a page that counts in tenths', async () => {
    document.documentElement.style.fontSize = '62.5%'
    const page = await CheckoutPage.openReady()
    expect(base(page)).to.equal('16px')
  })

  const base = (page: CheckoutPage): string => getComputedStyle(page.find('.base') as Element).fontSize
})
