import { expect } from 'chai'
import type { Attempt } from '@holdfast/contract/types'
import type { CheckoutState } from '../../events.ts'
import type { CheckoutError } from '../../errors.ts'
import { violations } from '../../testing/axe.ts'
import { CheckoutPage, closePages, type OpenOptions } from '../../testing/checkout-page.ts'
import type { StubApi } from '../../testing/stub-api.ts'
import { attempt, checkoutView, frameUrl, scan, visit, waiting, walletEnded } from '../../testing/views.ts'

const alipay = { type: 'alipay', flows: ['redirect', 'qr_code'] } as const
const card = { type: 'card', brands: ['visa'], frameUrl: frameUrl() } as const
const offered = (...methods: readonly (typeof alipay | typeof card)[]): Partial<StubApi['view']> =>
  ({ methods: methods as unknown as StubApi['view']['methods'] })

const paid = (payment: string = 'pay_w1'): Attempt =>
  attempt({ method: 'alipay', payment, card: null })

/** The page that the buyer is sent to: this one, so that the test stays to see it. */
const here = location.href.split('#')[0]!
const walletUrl = `${here}#wallet`

afterEach(() => {
  closePages()
  Reflect.deleteProperty(navigator, 'userAgentData')
  history.replaceState(null, '', here)
})

function onPhone(): void {
  Object.defineProperty(navigator, 'userAgentData', { configurable: true, value: { mobile: true } })
}

/** Opens a checkout that offers Alipay alone, unless it is arranged otherwise. */
function open({ arrange, ...options }: OpenOptions = {}): Promise<CheckoutPage> {
  return CheckoutPage.openReady({ ...options, arrange: (api) => {
    api.view = checkoutView(offered(alipay))
    api.streamsMeet = 'served'
    arrange?.(api)
  } })
}

/** Opens one in which a code waits to be scanned. */
async function openScanning(options: OpenOptions = {}, action: Attempt['action'] = scan()): Promise<CheckoutPage> {
  const page = await open({ ...options, arrange: (api) => {
    api.answers = [waiting(action)]
    options.arrange?.(api)
  } })
  await page.press()
  await page.until('the code', () => page.find('[part=action]'))
  return page
}

/** Opens one whose attempt was begun elsewhere: before a reload, or in another tab. */
function openWaiting(action: Attempt['action'], options: OpenOptions = {}): Promise<CheckoutPage> {
  return open({ ...options, arrange: (api) => {
    api.view = checkoutView({ ...offered(alipay), status: 'processing', attempt: waiting(action) })
    options.arrange?.(api)
  } })
}

const words = (page: CheckoutPage): string => page.text.replaceAll('\u00a0', ' ')
const aloud = (page: CheckoutPage): string => page.find('[role=status]')?.textContent?.trim() ?? ''
const button = (page: CheckoutPage, part: string): Promise<HTMLElement> =>
  page.until(part, () => page.find(`[part=${part}]`))
const failure = (page: CheckoutPage): string | undefined =>
  page.details<{ error: CheckoutError }>('failed')[0]?.error.code

describe('Alipay on a desktop', () => {
  it('offers a code first, then Alipay’s page, and the button says what happens', async () => {
    const page = await open()
    const flows = [...page.element.renderRoot.querySelectorAll<HTMLInputElement>('.ways input')]
    expect(flows.map((input) => [input.closest('label')?.innerText.trim(), input.checked])).to.deep.equal([
      ['Scan a code with your phone', true], ['Pay on Alipay’s page', false],
    ])
    expect(page.payButton.innerText.replaceAll('\u00a0', ' ')).to.contain('Show the code for USD 12,480.00')
    flows[1]!.click()
    await page.element.updateComplete
    expect(page.payButton.innerText.replaceAll('\u00a0', ' ')).to.contain('Go to Alipay to pay USD 12,480.00')
    expect(page.find('[name=method]')).to.have.property('checked', true)
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('asks for a code, draws what the server reckoned, and says who is paid how much', async () => {
    const page = await openScanning()
    expect(page.api.confirms.map(({ body }) => body)).to.deep.equal(
      [{ method: 'alipay', flow: 'qr_code', device: 'desktop', revision: 1 }])
    expect(words(page)).to.contain('scan the code, and confirm USD 12,480.00 to Harbour Works')
    expect(words(page)).to.match(/Waiting for you to scan 1[34]:\d\d left/)
    expect(drawnModules(page)).to.equal((page.api.view.attempt!.action as { modules: string }).modules)
    expect(page.outcomes).to.deep.equal([])
    expect(await violations(page.element)).to.deep.equal([])
  })

  for (const appearance of ['light', 'dark']) {
    it(`draws the code dark on light, with four modules of quiet around it, where the theme is ${appearance}`, async () => {
      const page = await openScanning({ attributes: { appearance } })
      const [ground, modules] = [page.find('.qr rect')!, page.find<SVGGraphicsElement>('.qr path')!]
      expect([getComputedStyle(ground).fill, getComputedStyle(modules).fill]).to.deep.equal(['rgb(255, 255, 255)', 'rgb(0, 0, 0)'])
      expect(page.find('.qr')!.getAttribute('viewBox')).to.equal('0 0 29 29')
      const { x, y, width, height } = modules.getBBox()
      expect([x, y, width, height]).to.deep.equal([4, 4, 21, 21])
      expect(getComputedStyle(page.find('.code')!).getPropertyValue('forced-color-adjust'))
        .to.equal(CSS.supports('forced-color-adjust', 'none') ? 'none' : '')
    })
  }

  it('completes, once, when the stream tells that it was paid', async () => {
    const page = await openScanning()
    await page.until('the stream', () => page.api.streams === 1)
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the end', () => page.text.includes('Paid with Alipay.'))
    await page.until('the event', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
    expect(page.outcomes[0]!.detail).to.deep.include({ payment: 'pay_w1', paymentToken: 'signed', card: null })
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('asks the buyer to confirm in the wallet once there is nothing left to scan', async () => {
    const page = await openScanning()
    await page.until('the stream', () => page.api.streams === 1)
    page.api.tell({ attempt: waiting(null) })
    await page.until('the next step', () => page.text.includes('Confirm in Alipay'))
    expect(page.find('.code')).to.equal(null)
    expect(aloud(page)).to.contain('Waiting for Alipay')
    expect(words(page)).to.match(/\d:\d\d left/)
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the event', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
  })

  it('keeps the checkout’s truth over a code that lacks modules, and shows none', async () => {
    const broken = { ...scan(), modules: '1'.repeat(440) } as Attempt['action']
    const page = await openScanning({}, broken)
    expect(page.find('.qr')).to.equal(null)
    expect(page.text).to.contain('Confirm in Alipay')
  })
})

/** The modules as a scanner would see them: the drawn bars, back in rows of ones and zeros. */
function drawnModules(page: CheckoutPage): string {
  const cells = Array<string>(441).fill('0')
  const drawn = page.find('.qr path')!.getAttribute('d')!
  for (const [, x, y, run] of drawn.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+/g)) {
    const from = (Number(y) - 4) * 21 + Number(x) - 4
    cells.fill('1', from, from + Number(run))
  }
  return cells.join('')
}

describe('beside a card', () => {
  it('is chosen without what was wrong with the card', async () => {
    const page = await open({ arrange: (api) => { api.view = checkoutView(offered(card, alipay)) } })
    expect((await page.pay()).type).to.equal('failed')
    expect(page.notice).to.equal('Check the card fields that are marked, then pay again.')
    page.element.renderRoot.querySelectorAll<HTMLInputElement>('[name=method]')[1]!.click()
    await page.until('the choice', () => page.payButton.innerText.includes('Show the code'))
    expect(page.notice).to.equal('')
  })
})

describe('how it ends', () => {
  const ends = [
    { code: 'wallet_refused', says: 'refused in the wallet and nothing was charged' },
    { code: 'attempt_canceled', says: 'called off and nothing was charged' },
  ] as const
  for (const { code, says } of ends) {
    it(`fails once with ${code}, and the form is open again`, async () => {
      const page = await openScanning()
      await page.until('the stream', () => page.api.streams === 1)
      page.api.tell({ status: 'open', attempt: walletEnded(code) })
      await page.until('the notice', () => page.notice.includes(says))
      await page.until('the event', () => page.outcomes.length > 0)
      expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['failed'])
      expect((page.outcomes[0]!.detail as { error: object }).error).to.deep.include({ type: 'wallet', code, retryable: true })
      expect(page.payButton.checkVisibility()).to.equal(true)
      page.api.answers = [waiting(scan(), 'pay_w2')]
      await page.press()
      await page.until('a new code', () => page.find('.qr'))
    })
  }

  it('offers a new code in place when the server says that the time ran out, and pays with it', async () => {
    const page = await openScanning()
    await page.until('the stream', () => page.api.streams === 1)
    page.api.tell({ status: 'open', attempt: walletEnded('wallet_expired') })
    const again = await button(page, 'again')
    expect(again.innerText).to.contain('Show a new code')
    expect(page.find('.code')!.getAttribute('aria-hidden')).to.equal('true')
    expect(aloud(page)).to.equal('The time to pay has run out')
    expect(failure(page)).to.equal('wallet_expired')
    expect(await violations(page.element)).to.deep.equal([])
    page.api.answers = [waiting(scan(), 'pay_w2')]
    again.click()
    await page.until('a new code', () => page.api.confirms.length === 2 && page.find('.code:not([data-lapsed])'))
    expect(page.api.cancels).to.equal(0)
    await page.until('the new stream', () => page.api.streams === 2)
    page.api.tell({ status: 'complete', attempt: paid('pay_w2') })
    await page.until('both events', () => page.outcomes.length === 2)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['failed', 'complete'])
  })

  it('offers the code again, and not only a start, when the server took it back a moment early', async () => {
    const page = await openScanning({ timing: { graceMs: 10_000 } }, scan(1800))
    await page.until('the stream', () => page.api.streams === 1)
    page.api.tell({ attempt: waiting(null) })
    expect((await button(page, 'again')).innerText).to.contain('Show a new code')
  })

  it('takes a code away when its time is over here, asks once, and closes the attempt before the next', async () => {
    const page = await openScanning({ timing: { graceMs: 10_000 } }, scan(1200))
    const again = await button(page, 'again')
    await page.until('the question', () => page.api.checks === 1)
    expect(page.outcomes).to.deep.equal([])
    page.api.answers = [waiting(scan(), 'pay_w2')]
    again.click()
    await page.until('a new code', () => page.find('.code:not([data-lapsed])'))
    expect([page.api.cancels, page.api.confirms.length]).to.deep.equal([1, 2])
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['failed'])
    expect(failure(page)).to.equal('attempt_canceled')
  })

  it('is pending when the time is long over and nobody knows, and the truth still arrives', async () => {
    const page = await openScanning({ timing: { resumeMs: 100, graceMs: 200 } }, scan(100))
    await page.until('the event', () => page.outcomes.length > 0)
    expect(page.outcomes).to.deep.equal([{ type: 'pending', detail: { status: 'pending', payment: 'pay_w1' } }])
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the end', () => page.text.includes('Paid, and held for you'))
    expect(await page.element.resume()).to.deep.include({ status: 'complete', payment: 'pay_w1' })
    expect(page.outcomes).to.have.length(1)
  })

  it('reckons the time that is left by the server’s clock, not by the buyer’s', async () => {
    const page = await openScanning({ arrange: (api) => { api.aheadMs = 600_000 } }, scan(14 * 60_000))
    expect(words(page)).to.match(/ [34]:\d\d left/)
  })

  it('is told aloud at five minutes and at one, and at no second between', async () => {
    const rows = [[11, 'Waiting for you to scan'], [4.9, 'Time left to pay: 5 minutes'], [0.9, 'Time left to pay: 1 minute']] as const
    for (const [minutes, says] of rows) {
      const page = await openWaiting(scan(minutes * 60_000))
      await page.until('the step', () => page.find('[part=action]'))
      expect(aloud(page)).to.equal(`Scan with Alipay. ${says}`)
      closePages()
    }
    const page = await openWaiting(scan())
    await page.until('the step', () => page.find('[part=action]'))
    const [heard, shown] = [aloud(page), words(page)]
    await page.until('another second', () => words(page) !== shown)
    expect(aloud(page)).to.equal(heard)
  })
})

describe('paying another way', () => {
  it('closes the attempt first, fires its one event, and shows the methods without a fault', async () => {
    const page = await openScanning({ arrange: (api) => { api.view = checkoutView(offered(alipay, card)) } })
    const other = await button(page, 'other-method')
    other.focus()
    other.click()
    await page.until('the form', () => page.payButton.checkVisibility())
    expect(page.api.cancels).to.equal(1)
    await page.until('the event', () => page.outcomes.length > 0)
    expect(failure(page)).to.equal('attempt_canceled')
    expect(page.notice).to.equal('')
    await page.until('the focus', () => page.find('.methods input:checked:focus'))
  })

  it('pays by card afterwards', async () => {
    const page = await openScanning({ arrange: (api) => { api.view = checkoutView(offered(alipay, card)) } })
    ;(await button(page, 'other-method')).click()
    await page.until('the form', () => page.payButton.checkVisibility())
    const [, byCard] = page.element.renderRoot.querySelectorAll<HTMLInputElement>('[name=method]')
    byCard!.click()
    await page.until('the card form', () => page.find('.frame[data-ready]'))
    await page.fillCard()
    page.api.answers = [attempt({ payment: 'pay_c1' })]
    await page.press()
    await page.until('both events', () => page.outcomes.length === 2)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['failed', 'complete'])
  })

  it('shows that it was paid when the wallet was faster', async () => {
    const page = await openScanning({ arrange: (api) => { api.cancelsMeet = [{ status: 'complete', attempt: paid() }] } })
    ;(await button(page, 'other-method')).click()
    await page.until('the end', () => page.text.includes('Paid with Alipay.'))
    await page.until('the event', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
  })

  it('stays where it is when the attempt can’t be closed now, says so, and closes it at the next press', async () => {
    const page = await openScanning({ arrange: (api) => { api.cancelsMeet = ['cut', 'cut', 'cut'] } })
    const other = await button(page, 'other-method')
    other.click()
    await page.until('the fault', () => page.find<HTMLElement>('[part=action] [role=alert]')!.innerText.includes('no connection'))
    expect(page.find('.qr')).to.not.equal(null)
    expect(page.outcomes).to.deep.equal([])
    other.click()
    await page.until('the form', () => page.payButton.checkVisibility())
  })

  it('waits for an attempt that is just being sent, which can be closed in a moment', async () => {
    const busy = { refused: 'attempt_in_progress', status: 409 } as const
    const page = await openScanning({ arrange: (api) => { api.cancelsMeet = [busy] } })
    ;(await button(page, 'other-method')).click()
    await page.until('the form', () => page.payButton.checkVisibility())
    expect(page.api.cancels).to.equal(2)
  })

  it('is one call, however often it is pressed', async () => {
    const page = await openScanning()
    const other = await button(page, 'other-method')
    other.click()
    other.click()
    await page.until('the form', () => page.payButton.checkVisibility())
    expect(page.api.cancels).to.equal(1)
  })
})

describe('where there is no stream', () => {
  it('reads instead, and finds the end', async () => {
    const page = await openScanning({ arrange: (api) => { api.streamsMeet = 'refused' } })
    const before = page.api.reads
    await page.until('reads', () => page.api.reads > before + 4)
    expect(page.api.streams).to.be.within(1, 3)
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the event', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
  })

  it('gives one up that says nothing, and reads', async () => {
    const page = await openScanning({ timing: { readTimeoutMs: 500 }, arrange: (api) => { api.streamsMeet = 'mute' } })
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the event', () => page.outcomes.length > 0)
  })

  it('gives one up that has fallen silent, and opens another', async () => {
    const page = await openScanning({ timing: { streamQuietMs: 60 } })
    await page.until('a second stream', () => page.api.streams >= 2)
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the event', () => page.outcomes.length > 0)
  })

  it('opens another when the server closes one', async () => {
    const page = await openScanning()
    await page.until('the stream', () => page.api.streams === 1)
    page.api.hangUp()
    await page.until('a second stream', () => page.api.streams === 2)
    page.api.tell({ status: 'complete', attempt: paid() })
    await page.until('the event', () => page.outcomes.length > 0)
  })

  it('hears events that come in pieces, between comments, and passes over what is none', async () => {
    const page = await openScanning()
    await page.until('the stream', () => page.api.streams === 1)
    const view = JSON.stringify({ ...page.api.view, status: 'complete', attempt: paid() })
    page.api.say(': still here\n\nevent: checkout\ndata: {"object":"checkout"}\n\ndata: nonsense\n\nevent: check')
    page.api.say(`out\r\ndata: ${view.slice(0, 40)}`)
    page.api.say(`${view.slice(40)}\r\n\r\n`)
    // where a service worker can't hand on a stream, as in WebKit, the stub's body comes once it is whole
    page.api.hangUp()
    await page.until('the event', () => page.outcomes.length > 0)
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
    expect([...page.api.authorizations]).to.deep.equal(['Bearer cs_01_secret_mkt_abc'])
  })
})

describe('a page that is looked at again', () => {
  for (const event of ['visibilitychange', 'pageshow']) {
    it(`has the rail asked at once on ${event}, and shows the end`, async () => {
      const page = await openScanning({ arrange: (api) => { api.streamsMeet = 'mute' } })
      expect(page.api.checks).to.equal(0)
      page.api.checkFinds = () => ({ status: 'complete', attempt: paid() })
      if (event === 'pageshow') dispatchEvent(new PageTransitionEvent(event, { persisted: true }))
      else document.dispatchEvent(new Event(event))
      await page.until('the end', () => page.text.includes('Paid with Alipay.'))
      expect(page.api.checks).to.equal(1)
      await page.until('the event', () => page.outcomes.length > 0)
      expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['complete'])
    })
  }
})

describe('Alipay’s own page', () => {
  it('is where a phone’s buyer goes, in the flow for phones, with no code offered', async () => {
    onPhone()
    const page = await open({ arrange: (api) => { api.answers = [waiting(visit(walletUrl))] } })
    expect(page.find('.ways')).to.equal(null)
    expect(words(page)).to.contain('You pay in Alipay, and come back here.')
    expect((await page.pay()).type).to.equal('pending')
    await page.until('Alipay’s page', () => location.hash === '#wallet')
    expect(page.api.confirms[0]!.body).to.deep.include({ flow: 'redirect', device: 'phone' })
    expect(page.outcomes).to.have.length(1)
  })

  it('is where a desktop’s buyer goes who chose it', async () => {
    const page = await open({ arrange: (api) => { api.answers = [waiting(visit(walletUrl))] } })
    page.element.renderRoot.querySelectorAll<HTMLInputElement>('.ways input')[1]!.click()
    await page.element.updateComplete
    expect((await page.pay()).type).to.equal('pending')
    await page.until('Alipay’s page', () => location.hash === '#wallet')
    expect(page.api.confirms[0]!.body).to.deep.include({ flow: 'redirect', device: 'desktop' })
  })

  for (const url of ['javascript:location.hash="wallet"', 'data:text/html,hello', 'blob:https://x.example/1', 'alipays://pay', 'nothing']) {
    it(`is never ${url.split(':')[0]}: nobody is sent there, nor offered a link`, async () => {
      onPhone()
      const page = await open({ arrange: (api) => { api.answers = [waiting(visit(url))] } })
      expect((await page.pay()).type).to.equal('pending')
      await page.until('what is left to do', () => page.find('[part=action]'))
      expect(page.find('a')).to.equal(null)
      expect(location.hash).to.equal('')
      ;(await button(page, 'other-method')).click()
      await page.until('the form', () => page.payButton.checkVisibility())
    })
  }
})

describe('coming back', () => {
  it('asks the rail first, then resume() tells the truth and no event is fired', async () => {
    const page = await openWaiting(visit(walletUrl), {
      arrange: (api) => { api.checkFinds = () => ({ status: 'complete', attempt: paid() }) },
    })
    expect(await page.element.resume()).to.deep.include({ status: 'complete', payment: 'pay_w1', paymentToken: 'signed' })
    expect(page.api.checks).to.be.at.least(1)
    expect(page.outcomes).to.deep.equal([])
  })

  it('before the wallet has said anything shows the way back there, and sends nobody by itself', async () => {
    const page = await openWaiting(visit(walletUrl))
    await page.until('the step', () => page.find('[part=action]'))
    const link = page.find<HTMLAnchorElement>('[part=action-link]')!
    expect(link.href).to.equal(walletUrl)
    expect(words(page)).to.contain('Confirm USD 12,480.00 to Harbour Works on Alipay’s page')
    expect(location.hash).to.equal('')
    expect(await violations(page.element)).to.deep.equal([])
    page.api.tell({ status: 'open', attempt: walletEnded('wallet_refused') })
    expect(await page.element.resume()).to.deep.include({ status: 'failed' })
    expect(page.notice).to.contain('refused in the wallet')
  })

  it('by a reload or in a second tab shows the same code, and resume() waits while it can be scanned', async () => {
    const page = await openWaiting(scan(), { timing: { resumeMs: 50 } })
    await page.until('the step', () => page.find('[part=action]'))
    expect(page.find('.qr')).to.not.equal(null)
    expect(page.api.confirms).to.deep.equal([])
    const truth = page.element.resume()
    await page.until('the stream', () => page.api.streams > 0)
    page.api.tell({ status: 'complete', attempt: paid() })
    expect(await truth).to.deep.include({ status: 'complete' })
    expect(page.outcomes).to.deep.equal([])
  })

  it('by a forged return link shows what is true: nothing was paid', async () => {
    const forged = `${location.pathname}?holdfast_session=cs_01&trade_status=TRADE_SUCCESS`
    history.replaceState(null, '', forged)
    const page = await open()
    const { hasReturned } = customElements.get('holdfast-checkout') as unknown as { hasReturned(): boolean }
    expect(hasReturned()).to.equal(true)
    expect(await page.element.resume()).to.equal(null)
    expect(page.details<CheckoutState>('ready')[0]?.phase).to.equal('open')
    expect(page.text).to.not.contain('Paid')
  })
})

describe('its look', () => {
  it('fits 320 px, in either direction of writing', async () => {
    const page = await openScanning()
    for (const direction of ['ltr', 'rtl']) {
      document.documentElement.dir = direction
      page.element.style.width = '288px'
      const base = page.find('.base')!
      expect(base.scrollWidth).to.be.at.most(base.clientWidth)
      const { left, right } = page.find('.qr')!.getBoundingClientRect()
      const whole = base.getBoundingClientRect()
      expect(Math.round((left + right) / 2)).to.equal(Math.round((whole.left + whole.right) / 2))
    }
    document.documentElement.removeAttribute('dir')
  })

  it('has no target smaller than 44 px, and reads from the heading to the way out', async () => {
    const page = await openWaiting(visit(walletUrl))
    await page.until('the step', () => page.find('[part=action]'))
    const targets = [...page.element.renderRoot.querySelectorAll<HTMLElement>('[part=action] :is(a, button)')]
    for (const target of targets) expect(target.getBoundingClientRect().height).to.be.at.least(44)
    expect(targets.map(({ innerText }) => innerText.trim())).to.deep.equal(['Go to Alipay', 'Pay another way'])
  })

  it('says it in Chinese', async () => {
    const page = await openScanning({ attributes: { locale: 'zh-CN' } })
    expect(page.text).to.contain('请用支付宝扫码')
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('writes no style attribute', async () => {
    const page = await openScanning()
    expect(page.element.renderRoot.querySelectorAll('[style], style')).to.have.length(0)
  })
})

