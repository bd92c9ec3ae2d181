import { expect } from 'chai'
import type { Attempt } from '@holdfast/contract/types'
import { violations } from '../../../testing/axe.ts'
import { CheckoutPage, closePages, type OpenOptions } from '../../../testing/checkout-page.ts'
import { attempt, declined, frameOrigin, inMs } from '../../../testing/views.ts'
import { waits } from './step.ts'

type Action = Extract<NonNullable<Attempt['action']>, { type: 'three_d_secure' }>

const here = location.href.split('#')[0]!
const brisk = { fingerprintMs: 60_000, passingMs: 20, askMs: 50 }

before(() => { Object.assign(waits, brisk) })
afterEach(() => {
  closePages()
  Object.assign(waits, brisk)
  history.replaceState(null, '', here)
})

const asked = (changes: Partial<Action> = {}): Attempt => attempt({
  status: 'pending', paymentToken: null, action: {
    type: 'three_d_secure', step: 'fingerprint', frameUrl: `${frameOrigin}/packages/checkout/src/testing/stub-bank.html`,
    pageUrl: `${here}#bank`, window: '390x400', expiresAt: inMs(600_000), ...changes,
  },
})

/** Opens a checkout, pays with a card, and waits for the bank's frame. */
async function openAsked(action: Partial<Action> = {}, options: OpenOptions = {}): Promise<CheckoutPage> {
  const page = await CheckoutPage.openReady({ ...options, arrange: (api) => {
    api.streamsMeet = 'served'
    api.answers = [asked(action)]
    options.arrange?.(api)
  } })
  await page.fillCard()
  await page.press()
  await page.until('the bank', () => bankOf(page)?.contentWindow)
  return page
}

const bankOf = (page: CheckoutPage): HTMLIFrameElement | null => page.find('[part=bank-frame]')

/** What our own frame would tell, until something comes of it; not so often that each telling begins the wait anew. */
async function tell(page: CheckoutPage, event: string, probe: () => unknown): Promise<void> {
  let told = -Infinity
  await page.until(`what ${event} does`, () => {
    if (performance.now() - told > 4 * brisk.passingMs) {
      bankOf(page)?.contentWindow?.postMessage({ bank: event }, '*')
      told = performance.now()
    }
    return probe()
  })
}

const isShown = (page: CheckoutPage): boolean => bankOf(page)?.closest('.frame')?.matches(':not([inert])') === true

/** Longer than anything waits here: a message that did something has done it. */
async function quiet(): Promise<void> {
  const until = performance.now() + 350
  while (performance.now() < until) await new Promise(requestAnimationFrame)
}

describe('3-D Secure', () => {
  it('tells of the browser what the issuer may know, with a window that there is room for', async () => {
    const page = await openAsked()
    const { body } = page.api.confirms[0] as unknown as { body: { browser: Record<string, unknown> } }
    expect(body.browser).to.include({ language: navigator.language, colorDepth: screen.colorDepth, screenWidth: screen.width, javaEnabled: false })
    expect(body.browser['challengeWindow']).to.be.oneOf(['250x400', '390x400', '500x600', '600x400', 'full_screen'])
  })

  it('keeps the bank out of sight while it looks at the browser, and says so', async () => {
    const page = await openAsked()
    expect(isShown(page)).to.equal(false)
    expect(page.text).to.contain('Checking with your bank')
    expect(page.find('[role=status]')?.textContent).to.contain('Checking with your bank')
  })

  it('shows the bank once it asks, moves the focus there, and says how long there is', async () => {
    const page = await openAsked()
    await tell(page, 'page', () => isShown(page))
    await page.until('the focus', () => page.element.shadowRoot?.activeElement === bankOf(page))
    expect(page.text).to.match(/Your bank asks you to confirm this payment\. ?\d+:\d\d left/)
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('stands clear of the total, as whatever takes the place of the form', async () => {
    const page = await openAsked()
    await tell(page, 'page', () => isShown(page))
    const above = page.find('header')!.getBoundingClientRect().bottom
    expect(page.find('dialog')!.getBoundingClientRect().top - above).to.equal(20)
  })

  it('shows the bank when the server says that it asks, whatever the frame tells', async () => {
    const page = await openAsked()
    page.api.tell({ attempt: asked({ step: 'challenge' }) })
    await page.until('the bank', () => isShown(page))
  })

  it('passes through a page that leads back at once', async () => {
    Object.assign(waits, { passingMs: 300 })
    const page = await openAsked()
    await tell(page, 'ready', () => true)
    bankOf(page)?.contentWindow?.postMessage({ bank: 'page' }, '*')
    await tell(page, 'returned', () => page.api.checks > 0)
    await quiet()
    expect(isShown(page)).to.equal(false)
  })

  it('fires one event, when the rail has said how it ended', async () => {
    const page = await openAsked()
    await tell(page, 'page', () => isShown(page))
    expect(page.outcomes).to.deep.equal([])
    page.api.checkFinds = () => ({ status: 'complete', attempt: attempt() })
    await tell(page, 'returned', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
  })

  it('goes on asking while the rail doesn’t know yet', async () => {
    const page = await openAsked()
    await tell(page, 'returned', () => page.api.checks > 0)
    const before = page.api.checks
    await page.until('another question', () => page.api.checks > before)
    expect(page.outcomes).to.deep.equal([])
  })

  it('that fails gives the form back as it was, to pay with again', async () => {
    const page = await openAsked()
    page.api.checkFinds = () => ({ status: 'open', attempt: declined('authentication_required', 'pay_01') })
    await tell(page, 'returned', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['failed'])
    expect(page.notice).to.contain('Your bank')
    page.api.answers = [attempt()]
    expect((await page.pay()).type).to.equal('complete')
  })

  it('is given up by the button, which closes it at the rail', async () => {
    const page = await openAsked({}, { arrange: (api) => {
      api.cancelsMeet = [{ status: 'open', attempt: declined('attempt_canceled', 'pay_01') }]
    } })
    page.find('[part=other-method]')?.click()
    await page.until('the form', () => !bankOf(page) && page.payButton.checkVisibility())
    expect(page.api.cancels).to.equal(1)
    expect(page.notice).to.equal('')
  })

  it('on a phone has the whole screen, which Escape doesn’t close', async () => {
    const page = await openAsked({ window: 'full_screen' })
    await tell(page, 'page', () => page.find('dialog')?.matches(':modal'))
    const canceled = page.find('dialog')?.dispatchEvent(new Event('cancel', { cancelable: true }))
    expect(canceled).to.equal(false)
    const { width, height } = page.find('dialog')!.getBoundingClientRect()
    expect([Math.round(width), Math.round(height)]).to.deep.equal([innerWidth, innerHeight])
    expect(await violations(page.element)).to.deep.equal([])
    page.api.tell({ status: 'complete', attempt: attempt() })
    await page.until('the end', () => page.text.includes('Paid, and held for you'))
  })

  it('offers the bank’s page by itself where its frame never shows', async () => {
    Object.assign(waits, { fingerprintMs: 100 })
    const page = await openAsked({ frameUrl: `${frameOrigin}/packages/checkout/src/testing/none.html` })
    const link = await page.until('the way out', () => page.find<HTMLAnchorElement>('a[part=action-link]'))
    expect(link.href).to.equal(`${here}#bank`)
    expect(page.text).to.contain('does not show here')
  })

  it('is found again after a reload', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = { ...api.view, status: 'processing', attempt: asked({ step: 'challenge' }) } } })
    await page.until('the bank', () => isShown(page))
    expect(page.outcomes).to.deep.equal([])
  })
})

describe('a forged message', () => {
  const forgeries: readonly [string, (page: CheckoutPage) => void][] = [
    ['from the merchant’s page', () => postMessage({ holdfast: 'three_d_secure', event: 'returned', responseStatus: 'SUCCESS' }, '*')],
    ['of another kind from the frame', (page) => bankOf(page)?.contentWindow?.postMessage({ bank: 'returned', as: 'complete' }, '*')],
    ['as text', () => postMessage('returned', '*')],
    ['as nothing', () => postMessage(null, '*')],
  ]
  forgeries.forEach(([what, forge]) => it(`${what} has nobody asked and shows nothing`, async () => {
    const page = await openAsked()
    await tell(page, 'ready', () => true)
    const { checks } = page.api
    forge(page)
    await quiet()
    expect(page.api.checks).to.equal(checks)
    expect(isShown(page)).to.equal(false)
    expect(page.outcomes).to.deep.equal([])
  }))

  it('from the frame itself has the rail asked, and its answer counts', async () => {
    const page = await openAsked()
    await tell(page, 'returned', () => page.api.checks > 0)
    await quiet()
    expect(page.outcomes).to.deep.equal([])
    expect(page.element.isConnected && page.text).to.contain('Checking with your bank')
  })
})
