import { expect } from 'chai'
import { shelf } from '../chunks.ts'
import { CheckoutPage, closePages, type OpenOptions } from '../testing/checkout-page.ts'
import { attempt } from '../testing/views.ts'

const hosts: Element[] = []
afterEach(() => {
  closePages()
  hosts.splice(0).forEach((host) => host.remove())
})

/** A merchant's component with a shadow root, within another one: what is put there, no selector of the page finds. */
function merchantsRoot(style: string = ''): ShadowRoot {
  const outer = document.createElement('div')
  const inner = document.createElement('section')
  const root = inner.attachShadow({ mode: 'closed' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(style)
  root.adoptedStyleSheets = [sheet]
  outer.attachShadow({ mode: 'open' }).append(inner)
  document.body.append(outer)
  hosts.push(outer)
  return root
}

const outermost = (): HTMLElement => hosts.at(-1) as HTMLElement
const openWithin = (within: ShadowRoot, options: OpenOptions = {}): Promise<CheckoutPage> =>
  CheckoutPage.openReady({ ...options, within })

// before any test that speaks another language, and so reads the list
describe('the list of parts and languages', () => {
  const asked = (): boolean => performance.getEntriesByType('resource').some(({ name }) => /\/index\.[^/]*\.json$/.test(name))

  it('is asked for by a checkout that starts, where the script has it so, and by nothing before', async () => {
    shelf.ahead = true
    const page = await CheckoutPage.openReady({ arrange: () => expect(asked()).to.equal(false) })
    await page.until('the list', asked)
    shelf.ahead = false
  })
})

describe('in a merchant’s own shadow root', () => {
  it('speaks the language of the page around it', async () => {
    const root = merchantsRoot()
    outermost().lang = 'de'
    const page = await openWithin(root, { attributes: { locale: '' } })
    expect(page.payButton.innerText.replaceAll('\u00a0', ' ')).to.contain('12.480,00 USD zahlen')
  })

  it('takes the nearest language, not the outermost', async () => {
    const root = merchantsRoot()
    outermost().lang = 'de'
    const near = document.createElement('div')
    near.lang = 'fr'
    root.append(near)
    const page = await CheckoutPage.openReady({ attributes: { locale: '' }, within: near })
    expect(page.find('.base')?.getAttribute('lang')).to.equal('fr')
  })

  it('pays, and tells listeners outside of every root, who see the outermost host', async () => {
    const heard: { type: string, from: unknown }[] = []
    const hear = ({ type, target }: Event): void => void heard.push({ type, from: target })
    for (const type of ['ready', 'complete']) document.addEventListener(type, hear)
    const page = await openWithin(merchantsRoot())
    page.api.answers.push(attempt())
    await page.fillCard()
    await page.pay()
    for (const type of ['ready', 'complete']) document.removeEventListener(type, hear)
    expect(heard).to.deep.equal([{ type: 'ready', from: outermost() }, { type: 'complete', from: outermost() }])
  })

  it('moves the focus into its form, and along to what replaces it', async () => {
    const root = merchantsRoot()
    const page = await openWithin(root)
    page.element.focus()
    expect(root.activeElement).to.equal(page.element)
    expect(page.element.shadowRoot?.activeElement).to.equal(page.frame)
    page.api.answers.push(attempt())
    await page.fillCard()
    await page.pay()
    const title = await page.until('the outcome', () => page.find('.outcome h2'))
    expect(page.element.shadowRoot?.activeElement).to.equal(title)
  })

  it('leaves the focus of the page’s own field where it is', async () => {
    const root = merchantsRoot()
    const field = document.createElement('input')
    root.append(field)
    const page = await openWithin(root)
    page.api.answers.push(attempt())
    await page.fillCard()
    field.focus()
    const done = page.until('an outcome', () => page.outcomes[0])
    await page.element.confirm()
    await done
    expect(root.activeElement).to.equal(field)
  })

  it('wears the custom properties and the parts’ styles of the root that it stands in', async () => {
    const root = merchantsRoot(`
      holdfast-checkout { --holdfast-color-accent: rgb(120, 0, 90) }
      holdfast-checkout::part(pay-button) { text-transform: uppercase }
      .pay { display: none }`)
    const page = await openWithin(root)
    const { backgroundColor, textTransform, display } = getComputedStyle(page.payButton)
    expect({ backgroundColor, textTransform }).to.deep.equal({ backgroundColor: 'rgb(120, 0, 90)', textTransform: 'uppercase' })
    expect(display).not.to.equal('none')
  })

  it('is moved to another root and starts again there', async () => {
    const page = await openWithin(merchantsRoot())
    const before = page.details('ready').length
    merchantsRoot().append(page.element)
    await page.until('ready again', () => page.details('ready').length > before)
    expect(page.payButton.disabled).to.equal(false)
  })
})

it('takes undefined for what a framework unsets', async () => {
  const page = await CheckoutPage.openReady()
  Object.assign(page.element, { appearance: undefined, paymentMethodOrder: undefined, locale: undefined })
  await page.element.updateComplete
  page.element.clientSecret = 'cs_02_secret_mkt_abc'
  await page.until('ready again', () => page.details('ready').length > 1)
})
