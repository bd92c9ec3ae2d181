import { expect } from 'chai'
import { CheckoutPage, closePages } from '../testing/checkout-page.ts'
import { violations } from '../testing/axe.ts'
import { attempt, checkoutView, frameUrl } from '../testing/views.ts'
import type { CheckoutError } from '../errors.ts'
import type { CheckoutState } from '../events.ts'

afterEach(closePages)

const phase = (page: CheckoutPage): string | undefined => page.details<CheckoutState>('ready').at(-1)?.phase

describe('what a checkout shows', () => {
  const states = [
    { status: 'open', shows: 'Pay USD 12,480.00' },
    { status: 'processing', shows: 'Your payment is being confirmed' },
    { status: 'complete', shows: 'Paid, and held for you' },
    { status: 'expired', shows: 'This checkout has expired' },
    { status: 'canceled', shows: 'This order was canceled' },
  ] as const
  for (const { status, shows } of states) {
    it(`has a state of its own for a session that is ${status}, without a fault for axe to find`, async () => {
      const settled = status === 'complete' ? attempt() : status === 'processing' ? attempt({ status: 'pending' }) : null
      const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ status, attempt: settled }) } })
      expect(phase(page)).to.equal(status)
      expect(page.text.replaceAll('\u00a0', ' ')).to.contain(shows)
      expect(page.outcomes).to.deep.equal([])
      expect(await violations(page.element)).to.deep.equal([])
    })
  }

  it('says what each seller gets, under which condition, by itself when, and at what fee', async () => {
    const page = await CheckoutPage.openReady()
    page.find<HTMLDetailsElement>('details')!.open = true
    const [lathes, tooling] = [...page.element.renderRoot.querySelectorAll<HTMLElement>('[part=share]')]
      .map((share) => share.innerText.replace(/\s+/g, ' '))
    expect(lathes).to.contain('Lathes & Co. USD 7,800.00')
    expect(lathes).to.contain('When you confirm receipt, or 60 days after shipment (sea freight)')
    expect(lathes).to.match(/January 2[01], 2027 at .+, if it ships now/)
    expect(lathes).to.contain('USD 390.00, taken from the seller’s share')
    expect(tooling).to.contain('Only when you confirm receipt')
    expect(tooling).to.contain('None: it stays held until you confirm')
    expect(page.text).to.contain('Open a dispute from your order before the release')
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('keeps its size from skeleton to form', async () => {
    const page = await CheckoutPage.open()
    await page.element.updateComplete
    expect(page.find('[part=skeleton]')).to.not.equal(null)
    const before = page.find('.pay')!.getBoundingClientRect()
    await page.until('ready', () => phase(page))
    const after = page.find('.pay')!.getBoundingClientRect()
    expect([after.top, after.height]).to.deep.equal([before.top, before.height])
  })

  it('says that a slow connection is slow, and is ready once the answer comes', async () => {
    const page = await CheckoutPage.open({
      timing: { slowMs: 10, readTimeoutMs: 200 }, arrange: (api) => { api.readsMeet = 'silence' },
    })
    await page.until('the slow notice', () => page.text.includes('Still loading'))
    page.api.readsMeet = undefined
    await page.until('ready', () => phase(page))
  })

  it('says once that it did not load, and loads when the buyer tries again', async () => {
    const page = await CheckoutPage.open({ arrange: (api) => { api.readsMeet = 'cut' } })
    const retry = await page.until('the retry button', () => page.find<HTMLButtonElement>('[part=retry]'))
    expect(page.text).to.contain('There is no connection to the payment service')
    const aloud = [...page.element.renderRoot.querySelectorAll('[role=status]')].map(({ textContent }) => textContent)
    expect(aloud).to.deep.equal(['The checkout did not load: There is no connection to the payment service. Check your connection, then try again.'])
    expect(page.details<CheckoutError>('loaderror').map(({ code }) => code)).to.deep.equal(['network'])
    expect(await violations(page.element)).to.deep.equal([])
    page.api.readsMeet = undefined
    retry.click()
    await page.until('ready', () => phase(page))
    expect(page.details('loaderror')).to.have.length(1)
  })

  const refusals = [
    { refused: 'client_secret_invalid', status: 401, code: 'session_unknown', retryable: false },
    { refused: 'origin_not_allowed', status: 403, code: 'origin_not_allowed', retryable: false },
    { refused: 'internal', status: 500, code: 'internal', retryable: true },
  ] as const
  for (const { code, retryable, ...readsMeet } of refusals) {
    it(`reports ${code} when the API refuses with ${readsMeet.refused}`, async () => {
      const page = await CheckoutPage.open({ arrange: (api) => { api.readsMeet = readsMeet } })
      const [error] = await page.until('loaderror', () => page.details<CheckoutError>('loaderror').length > 0
        && page.details<CheckoutError>('loaderror'))
      expect(error).to.deep.include({ code, retryable })
      expect(page.find('[part=retry]') !== null).to.equal(retryable)
    })
  }

  it('refuses an answer that is no checkout', async () => {
    const page = await CheckoutPage.open({ arrange: (api) => { api.view = { ...api.view, amount: 12.5 } } })
    await page.until('loaderror', () => page.details('loaderror').length > 0)
    expect(page.find('.pay')).to.equal(null)
  })

  it('shows the card form’s own failure with another try, without losing the rest', async () => {
    const methods = [{ type: 'card' as const, brands: ['visa' as const], frameUrl: frameUrl('&silent') }]
    const page = await CheckoutPage.open({ timing: { frameReadyMs: 300 }, arrange: (api) => { api.view = checkoutView({ methods }) } })
    await page.until('the failure', () => page.text.includes('The card form did not load'))
    expect(page.details<CheckoutError>('loaderror').map(({ code }) => code)).to.deep.equal(['card_form_failed'])
    expect(page.text).to.contain('Harbour Works')
    page.find<HTMLButtonElement>('.broken button')!.click()
    await page.until('a new frame', () => page.find('iframe'))
  })

  it('never makes a return URL a link unless it is a web address', async () => {
    const returnUrl = 'javascript:alert(1)'
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ status: 'expired', returnUrl }) } })
    expect(page.find('a')).to.equal(null)
  })
})

describe('its languages', () => {
  const languages = [
    { locale: 'en', pay: 'Pay USD 12,480.00' }, { locale: 'zh-CN', pay: '支付 USD 12,480.00' },
    { locale: 'de-DE', pay: '12.480,00 USD zahlen' }, { locale: 'zh-Hant-TW', pay: '支付 USD 12,480.00' },
  ]
  for (const { locale, pay } of languages) {
    it(`says "${pay}" in ${locale}, and tells the frame a language that it speaks`, async () => {
      const page = await CheckoutPage.openReady({ attributes: { locale } })
      expect(page.payButton.innerText.trim().replaceAll('\u00a0', ' ')).to.equal(pay)
      expect((await page.init()).locale).to.equal(locale)
      expect(await violations(page.element)).to.deep.equal([])
    })
  }

  it('takes the digits after the point from the server, not from the language', async () => {
    const page = await CheckoutPage.openReady({
      arrange: (api) => { api.view = checkoutView({ currency: 'KWD', exponent: 3, amount: 1_248_000 }) },
    })
    expect(page.payButton.innerText.replaceAll('\u00a0', ' ')).to.contain('KWD 1,248.000')
  })
})

describe('its look', () => {
  it('writes no style attribute anywhere, in any state', async () => {
    const page = await CheckoutPage.openReady()
    await page.fillCard()
    page.api.answers.push(attempt())
    const styled = (): number => page.element.renderRoot.querySelectorAll('[style], style').length
    expect(styled()).to.equal(0)
    await page.pay()
    expect(styled()).to.equal(0)
  })

  it('is drawn and works on a page whose policy allows no inline style and no unlisted script', async () => {
    const frame = document.createElement('iframe')
    frame.src = '/packages/checkout/src/testing/strict.html'
    const report = new Promise<{ violations: string[], background: string }>((resolve) => {
      addEventListener('message', ({ data, source }) => { if (source === frame.contentWindow) resolve(data) })
    })
    document.body.append(frame)
    expect(await report).to.deep.equal({ violations: [], background: 'rgb(11, 92, 120)' })
    frame.remove()
  })

  it('gives the frame what the appearance, the theme and the page’s own properties come to', async () => {
    const appearance = JSON.stringify({ theme: 'dark', variables: { colorText: '#ffeedd', radiusPx: 2, colorAccent: 'url(x)' } })
    const page = await CheckoutPage.openReady({ attributes: { appearance } })
    expect((await page.init()).style).to.deep.include({
      colorText: '#ffeedd', radiusPx: 2, scheme: 'dark', colorBackground: '#0e161d', colorFocus: '#4fb3d1', fontSizePx: 16,
    })
  })

  it('has no target smaller than 44 px', async () => {
    const page = await CheckoutPage.openReady()
    const targets = [...page.element.renderRoot.querySelectorAll('button, summary, label, a')]
    expect(targets.length).to.be.greaterThan(2)
    for (const target of targets) expect(target.getBoundingClientRect().height).to.be.at.least(44)
  })
})
