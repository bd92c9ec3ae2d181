import { expect } from 'chai'
import { violations } from '../testing/axe.ts'
import { CheckoutPage, closePages, type OpenOptions } from '../testing/checkout-page.ts'
import type { StubApi } from '../testing/stub-api.ts'
import { appleOffer, googleOffer, StandInApple, StandInGoogle, uninstallWallets } from '../testing/wallets.ts'
import { attempt, checkoutView, declined } from '../testing/views.ts'
import { decimal } from './wallet.ts'

const [card] = checkoutView().methods
const wallets = [googleOffer, appleOffer]

const radio = (page: CheckoutPage, name: string): HTMLInputElement | undefined =>
  [...page.element.renderRoot.querySelectorAll<HTMLInputElement>('.methods input')].find((input) => input.parentElement?.innerText.includes(name))

const walletButton = (page: CheckoutPage): HTMLButtonElement | undefined =>
  [...page.element.renderRoot.querySelectorAll('.base > div > div, .base div')].flatMap((box) => box.shadowRoot?.querySelector('button') ?? [])[0]

async function openWallet(name: string, arrange: (api: StubApi) => void = () => {}, options: OpenOptions = {}): Promise<CheckoutPage> {
  const page = await CheckoutPage.openReady({ ...options, arrange: (api) => {
    api.view = checkoutView({ methods: [card!, ...wallets] })
    api.answersTo = { 'wallet-card': [{ token: 'tok_of_the_wallet' }], 'wallet-session': [{ session: { nonce: 'n' } }] }
    arrange(api)
  } })
  await page.until(name, () => radio(page, name)?.disabled === false)
  radio(page, name)?.click()
  await page.until('its button', () => walletButton(page))
  return page
}

async function pay(page: CheckoutPage): Promise<{ type: string, detail: unknown }> {
  walletButton(page)?.click()
  return page.until('an outcome', () => page.outcomes.at(-1))
}

let google: StandInGoogle
let apple: StandInApple
beforeEach(() => {
  google = new StandInGoogle()
  apple = new StandInApple()
  google.install()
  apple.install()
})
afterEach(() => {
  closePages()
  uninstallWallets()
})

describe('Google Pay', () => {
  it('asks for the server’s total, for the vault’s recipient, with the brands that it knows', async () => {
    const page = await openWallet('Google Pay', (api) => { api.answers = [attempt()] }, { attributes: { nonce: 'n0' } })
    expect((await pay(page)).type).to.equal('complete')
    expect(google.options).to.deep.equal({ environment: 'TEST', nonce: 'n0' })
    expect(google.asked).to.deep.equal([{
      apiVersion: 2, apiVersionMinor: 0, merchantInfo: { merchantName: 'Harbour Works' },
      allowedPaymentMethods: [{
        type: 'CARD', parameters: { allowedAuthMethods: ['CRYPTOGRAM_3DS'], allowedCardNetworks: ['VISA', 'MASTERCARD'] },
        tokenizationSpecification: googleOffer.tokenization,
      }],
      transactionInfo: {
        countryCode: 'US', currencyCode: 'USD', totalPrice: '12480.00', totalPriceStatus: 'FINAL', checkoutOption: 'COMPLETE_IMMEDIATE_PURCHASE',
      },
    }])
    expect(page.api.asked).to.deep.equal([{ name: 'wallet-card', body: { wallet: 'google_pay', token: '{"google":1}', revision: 1 } }])
    expect(page.api.confirms.map(({ body }) => body)).to.deep.equal([{ method: 'card', token: 'tok_of_the_wallet', revision: 1 }])
  })

  it('keeps its place while it is asked for, and is gone when the browser can’t pay', async () => {
    google.ready = 'never'
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ methods: [card!, googleOffer] }) } })
    expect(radio(page, 'Google Pay')?.disabled).to.equal(true)
    closePages()
    google.ready = false
    const other = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ methods: [card!, googleOffer] }) } })
    await other.until('it to go', () => !radio(other, 'Google Pay'))
    expect(radio(other, 'Card')?.checked).to.equal(true)
  })

  it('is not offered in a currency of three decimals, which it can’t say', async () => {
    const view = checkoutView({ methods: [card!, googleOffer], currency: 'KWD', exponent: 3 })
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = view } })
    await page.until('it to go', () => !radio(page, 'Google Pay'))
  })

  it('that fails is told as what passes, and nothing is sent', async () => {
    google.does = 'fails'
    const page = await openWallet('Google Pay')
    expect((await pay(page)).detail).to.deep.include({ status: 'failed', payment: null })
    expect(page.notice).to.include('nothing was charged')
    expect(page.api.confirms).to.deep.equal([])
  })
})

describe('Apple Pay', () => {
  it('opens within the press, and is bound to session, revision and the server’s total', async () => {
    const page = await openWallet('Apple Pay', (api) => { api.answers = [attempt()] })
    apple.pressing = true
    walletButton(page)?.click()
    apple.pressing = false
    await page.until('an outcome', () => page.outcomes.at(-1))
    expect(apple.inPress).to.deep.equal([true])
    expect(apple.asked).to.deep.equal([{
      version: 3, countryCode: 'US', currencyCode: 'USD', merchantCapabilities: ['supports3DS'], supportedNetworks: ['visa', 'chinaUnionPay'],
      total: { label: 'Harbour Works', amount: '12480.00', type: 'final' }, applicationData: btoa('cs_01.1'),
    }])
    expect(page.api.asked).to.deep.equal([
      { name: 'wallet-session', body: { wallet: 'apple_pay' } },
      { name: 'wallet-card', body: { wallet: 'apple_pay', token: '{"apple":1}', revision: 1 } },
    ])
    expect(apple.merchantSessions).to.deep.equal([{ nonce: 'n' }])
    expect(apple.completed).to.deep.equal([0])
  })

  it('is told of a declined card, so that its sheet says so', async () => {
    const page = await openWallet('Apple Pay', (api) => { api.answers = [declined()] })
    expect((await pay(page)).type).to.equal('failed')
    expect(apple.completed).to.deep.equal([1])
  })

  it('without a merchant session is closed and told, and can be tried again', async () => {
    const page = await openWallet('Apple Pay', (api) => {
      api.answersTo['wallet-session'] = [{ refused: 'validation_failed', status: 400 }, { session: {} }]
      api.answers = [attempt()]
    })
    expect((await pay(page)).type).to.equal('failed')
    expect(apple.aborted).to.equal(1)
    walletButton(page)?.click()
    await page.until('it to be paid', () => page.outcomes.at(-1)?.type === 'complete')
  })

  for (const able of [false, 'throws'] as const) {
    it(`has no row where the device ${able ? 'may not be asked' : 'can’t pay'}`, async () => {
      apple.able = able
      const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ methods: [card!, appleOffer] }) } })
      await page.until('it to go', () => !radio(page, 'Apple Pay'))
    })
  }

  it('has not even a place where the browser knows nothing of it', async () => {
    uninstallWallets()
    const page = await CheckoutPage.open({ arrange: (api) => { api.view = checkoutView({ methods: [card!, appleOffer] }) } })
    await page.until('the form', () => radio(page, 'Card'))
    expect(radio(page, 'Apple Pay')).to.equal(undefined)
  })
})

for (const name of ['Google Pay', 'Apple Pay']) {
  describe(name, () => {
    it('closed is no failure: no event, no notice, and the same button again', async () => {
      google.does = apple.does = 'closes'
      const page = await openWallet(name)
      const outcome = await page.element.confirm()
      expect(outcome).to.deep.equal({ status: 'canceled', payment: null })
      await page.element.updateComplete
      expect([page.outcomes.length, page.notice, page.api.confirms.length]).to.deep.equal([0, '', 0])
      expect(walletButton(page)).to.not.equal(undefined)
      google.does = apple.does = 'approves'
      page.api.answersTo['wallet-session'] = [{ session: {} }]
      page.api.answers = [attempt()]
      expect((await pay(page)).type).to.equal('complete')
    })

    it('after the amount changed is refused, told, and paid anew at the new total', async () => {
      const page = await openWallet(name, (api) => {
        api.answersTo['wallet-card'] = [{ refused: 'session_revision_stale', status: 409 }, { token: 'tok_of_the_new_total' }]
        api.answersTo['wallet-session'] = [{ session: {} }, { session: {} }]
        api.answers = [attempt()]
      })
      page.api.view = { ...page.api.view, revision: 2, amount: 1_300_000 }
      const { detail } = await pay(page)
      expect(detail).to.have.nested.property('error.code', 'amount_changed')
      expect(page.api.confirms).to.deep.equal([])
      await page.until('the new total', () => page.text.includes('13,000.00'))
      walletButton(page)?.click()
      await page.until('it to be paid', () => page.outcomes.at(-1)?.type === 'complete')
      expect(JSON.stringify((name === 'Google Pay' ? google : apple).asked.at(-1))).to.include('13000.00')
      expect(page.api.confirms.map(({ body }) => [body.token, body.revision])).to.deep.equal([['tok_of_the_new_total', 2]])
    })

    it('whose card token can’t be used any more doesn’t open its sheet by itself', async () => {
      const page = await openWallet(name, (api) => { api.answers = [{ refused: 'token_refused', status: 409 }] })
      expect((await pay(page)).detail).to.have.nested.property('error.code', 'card_data_lost')
      expect(google.asked.length + apple.asked.length).to.equal(1)
    })

    it('has no violation of accessibility, and shows what it paid with', async () => {
      const paid = attempt({ card: { brand: 'visa', last4: '4113', expMonth: 8, expYear: 2029, wallet: name === 'Google Pay' ? 'google_pay' : 'apple_pay' } })
      const page = await openWallet(name, (api) => { api.answers = [paid] })
      expect(await violations(page.element)).to.deep.equal([])
      await pay(page)
      await page.until('the end', () => page.text.includes(`${name} · Visa`))
    })
  })
}

it('a total is said as wallets take it', () => {
  const said = ([amount, exponent]: [number, number]): string => decimal({ ...checkoutView(), amount, exponent })
  expect(([[1, 2], [99, 2], [1_248_000, 2], [500, 0], [1, 3]] as [number, number][]).map(said)).to.deep.equal(['0.01', '0.99', '12480.00', '500', '0.001'])
})
