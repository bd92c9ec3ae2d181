import { expect } from 'chai'
import type { CheckoutError } from '../errors.ts'
import type { CheckoutState } from '../events.ts'
import { violations } from '../testing/axe.ts'
import { CheckoutPage, closePages } from '../testing/checkout-page.ts'
import { attempt, checkoutView, frameUrl, inMs } from '../testing/views.ts'

afterEach(() => {
  closePages()
  Reflect.deleteProperty(navigator, 'onLine')
})

function connect(online: boolean): void {
  Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => online })
  dispatchEvent(new Event(online ? 'online' : 'offline'))
}

const aloud = (page: CheckoutPage): string => page.find('.base > [role=status]')?.textContent?.trim() ?? ''
const phase = (page: CheckoutPage): string | undefined => page.details<CheckoutState>('change').at(-1)?.phase

describe('a buyer who goes offline', () => {
  it('reads so at once, keeps what was typed, and goes on from the server’s truth when connected again', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.answers = [attempt()] } })
    await page.fillCard()
    const { frame } = page
    connect(false)
    await page.element.updateComplete
    expect(page.text).to.contain('You are offline')
    expect(aloud(page)).to.contain('You are offline')
    expect(await violations(page.element)).to.deep.equal([])
    page.api.view = checkoutView({ revision: 2, amount: 1_300_000 })
    connect(true)
    await page.until('the new total', () => page.text.includes('The total changed'))
    expect(page.text).to.not.contain('You are offline')
    expect(page.frame).to.equal(frame)
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.confirms[0]?.body.revision).to.equal(2)
  })

  it('who pressed to pay is told that nothing was sent, until connected again', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.answers = [attempt()] } })
    await page.fillCard()
    connect(false)
    expect((await page.pay()).type).to.equal('failed')
    expect(page.notice).to.contain('nothing was sent')
    connect(true)
    await page.until('a clear form', () => page.notice === '')
    expect((await page.pay()).type).to.equal('complete')
  })

  it('is told of an expired session when connected again', async () => {
    const page = await CheckoutPage.openReady()
    connect(false)
    page.api.view = checkoutView({ status: 'expired' })
    connect(true)
    await page.until('the end', () => page.text.includes('This checkout has expired'))
  })
})

describe('a session that runs out', () => {
  it('says how long there is, near its end, on the page and aloud', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ expiresAt: inMs(3.5 * 60_000) }) } })
    expect(page.text).to.contain('Time left to pay: 4 minutes')
    expect(aloud(page)).to.contain('4 minutes')
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('says nothing of it before', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ expiresAt: inMs(40 * 86_400_000) }) } })
    expect(page.text).to.not.contain('Time left')
  })

  it('goes by the server’s clock', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => {
      api.aheadMs = 3_600_000
      api.view = checkoutView({ expiresAt: inMs(3_600_000 + 2.5 * 60_000) })
    } })
    expect(page.text).to.contain('Time left to pay: 3 minutes')
  })

  it('asks the server once its time is over, and shows what to do when it has expired', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = checkoutView({ expiresAt: inMs(400) }) } })
    page.api.view = checkoutView({ status: 'expired' })
    await page.until('the end', () => phase(page) === 'expired')
    expect(page.text).to.contain('Start again from the shop')
    expect(page.find('[part=return-link]')).to.not.equal(null)
    expect((await page.element.confirm()).status).to.equal('failed')
    expect(page.api.confirms).to.deep.equal([])
  })
})

describe('what a developer reads', () => {
  const said: string[] = []
  before(() => void Reflect.set(console, 'error', (...words: unknown[]) => said.push(words.join(' '))))

  const rows = [
    { meets: { refused: 'origin_not_allowed', status: 403 }, code: 'origin_not_allowed', fix: /PATCH \/v1\/marketplace .*http:\/\/localhost/ },
    { meets: { refused: 'client_secret_invalid', status: 401 }, code: 'session_unknown', fix: /clientSecret .*api-url/ },
    { meets: 'cut', code: 'network', fix: /connect-src/ },
  ] as const
  for (const { meets, code, fix } of rows) {
    it(`of ${code} is the fix, once, and the buyer a plain sentence`, async () => {
      said.length = 0
      const open = () => CheckoutPage.open({ arrange: (api) => { api.readsMeet = meets } })
      const page = await open()
      await page.until('loaderror', () => page.details<CheckoutError>('loaderror').length > 0)
      await page.until('the words', () => said.some((words) => fix.test(words)))
      expect(page.text).to.not.match(/origin|secret|connect-src|PATCH/)
      closePages()
      const again = await open()
      await again.until('loaderror', () => again.details('loaderror').length > 0)
      await again.element.updateComplete
      expect(said.filter((words) => fix.test(words))).to.have.length(1)
    })
  }

  for (const wrong of ['not a url', 'javascript:alert(1)']) {
    it(`of an api-url that is none (${wrong}) ends in a state that says so, and in no exception`, async () => {
      const page = await CheckoutPage.open({ attributes: { 'api-url': wrong } })
      await page.until('loaderror', () => page.details('loaderror').length > 0)
      expect(page.text).to.contain('The checkout did not load')
    })
  }
})

describe('a slow card frame', () => {
  it('is said to be slow, and no longer once it is there', async () => {
    const methods = [{ type: 'card' as const, brands: ['visa' as const], frameUrl: frameUrl('&silent') }]
    const page = await CheckoutPage.open({ timing: { slowMs: 50, frameReadyMs: 600 }, arrange: (api) => { api.view = checkoutView({ methods }) } })
    await page.until('the line', () => page.text.includes('Still loading'))
    await page.until('the failure', () => page.text.includes('The card form did not load'))
    expect(page.text).to.not.contain('Still loading')
  })
})
