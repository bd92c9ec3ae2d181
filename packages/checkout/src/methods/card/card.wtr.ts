import { expect } from 'chai'
import { FRAME_PROTOCOL } from '@holdfast/contract/frame'
import type { CheckoutError } from '../../errors.ts'
import { CheckoutPage, closePages, ticketsOf } from '../../testing/checkout-page.ts'
import { attempt, checkoutView, frameOrigin, frameUrl } from '../../testing/views.ts'

afterEach(closePages)

const inits = (page: CheckoutPage): readonly object[] => page.heard.flatMap((heard) => 'init' in heard ? [heard.init] : [])
const tokenized = (page: CheckoutPage): number =>
  page.heard.filter((heard) => 'message' in heard && heard.message.type === 'tokenize').length

describe('the first word to the frame', () => {
  it('is one init with the exact origin and a port, and never "*"; the one-time ticket crosses the port', async () => {
    const targets: unknown[] = []
    const page = await CheckoutPage.open()
    const frame = await page.until('the frame', () => page.find<HTMLIFrameElement>('iframe'))
    const spied = spyOnPosts(page, targets)
    await page.until('ready', () => page.details('ready').length > 0)
    spied()
    expect(await page.init()).to.have.keys('holdfast', 'type', 'locale', 'style').and.include({ holdfast: FRAME_PROTOCOL, type: 'init' })
    await page.until('the ticket', () => ticketsOf(page).length > 0)
    expect(ticketsOf(page)).to.deep.equal(['tick_1_1'])
    expect(inits(page)).to.have.length(1)
    expect(targets).to.deep.equal([frameOrigin])
    expect(new URL(frame.src).origin).to.equal(frameOrigin)
    expect(frame.src).to.not.contain('secret')
  })

  it('is not heard by a frame that is somewhere else than the session says', async () => {
    const elsewhere = frameUrl().replace('127.0.0.1', 'localhost')
    const leadsThere = `${frameOrigin}/elsewhere?to=${encodeURIComponent(elsewhere)}`
    const page = await CheckoutPage.open({
      timing: { frameReadyMs: 500 },
      arrange: (api) => { api.view = checkoutView({ methods: [{ type: 'card', brands: ['visa'], frameUrl: leadsThere }] }) },
    })
    await page.until('the failure', () => page.text.includes('The card form did not load'))
    expect(inits(page)).to.deep.equal([])
  })

  it('is not for a frame that began to load elsewhere than the session says, which is gone', async () => {
    const page = await CheckoutPage.openReady({ attributes: { 'vault-url': frameOrigin } })
    const iframes = [...page.element.renderRoot.querySelectorAll('iframe')]
    expect(iframes.map(({ src }) => src)).to.deep.equal([page.frame.src])
    expect(page.frame.src).to.contain('stub-frame')
    await page.init()
    expect(inits(page)).to.have.length(1)
  })

  it('goes the usual way where the page’s vault-url is no web address', async () => {
    for (const vaultUrl of ['vault.example', '/vault', 'javascript:0']) {
      const page = await CheckoutPage.openReady({ attributes: { 'vault-url': vaultUrl } })
      expect(page.frame.src, vaultUrl).to.contain('stub-frame')
      page.close()
    }
  })

  it('comes again, with another ticket, to a frame that was reloaded; a frame that keeps reloading is given up', async () => {
    const page = await CheckoutPage.openReady()
    await page.tell({ go: frameUrl('&again') })
    await page.until('a second init', () => inits(page).length === 2)
    await page.until('another ticket', () => ticketsOf(page).length === 2)
    expect(ticketsOf(page)).to.deep.equal(['tick_1_1', 'tick_1_2'])
    for (const again of [3, 4]) {
      await page.tell({ go: frameUrl(`&again=${again}`) })
      await page.until('another init', () => inits(page).length === again)
    }
    await page.tell({ go: frameUrl('&again=5') })
    await page.until('the failure', () => page.text.includes('The card form did not load'))
  })

  it('waits for no ticket of a session that is over', async () => {
    const page = await CheckoutPage.open({ arrange: (api) => { api.ticketsMeet = { refused: 'session_not_open', status: 409 } } })
    await page.until('the frame', () => page.find('iframe'))
    page.api.view = checkoutView({ status: 'expired' })
    await page.until('the end', () => page.text.includes('This checkout has expired'))
  })
})

/** Notes the target origin of every message to the frame, which is of another origin: its window can't be patched. */
function spyOnPosts(page: CheckoutPage, targets: unknown[]): () => void {
  const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentWindow')!
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
    configurable: true,
    get(this: HTMLIFrameElement) {
      const real = get!.call(this) as Window
      const heardAs = this === page.find('iframe') && !spying.paused
      return heardAs ? { postMessage: (message: unknown, target: unknown, ports: Transferable[]) => {
        targets.push(target)
        real.postMessage(message, target as string, ports)
      } } : real
    },
  })
  const spying = { paused: false }
  return () => {
    spying.paused = true
    Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', { configurable: true, get: get! })
  }
}

describe('what the page takes from the frame', () => {
  const hostile: readonly unknown[] = [
    null, 'token', 42, [], { type: 'token' }, { type: 'token', attempt: 1, token: 'pay_me' },
    { type: 'token', attempt: 1, token: `tok_${'x'.repeat(300)}` }, { type: 'token', attempt: -1, token: 'tok_aaaaaaaaaaaaaaaaaaaaa' },
    { type: 'resize', heightPx: 1e9 }, { type: 'resize', heightPx: '100%' }, { type: 'ready', revision: 1 },
    { type: 'brand', brand: '<img src=x onerror=alert(1)>' }, { type: 'constructor' }, { type: '__proto__' },
    { type: 'validity', complete: 'yes', errors: [] }, { type: 'endpoint', url: 'https://evil.example' },
    JSON.parse('{"type":"ready","revision":1,"__proto__":{"heightPx":9}}'),
  ]
  it('ignores every message that is not of the protocol', async () => {
    const page = await CheckoutPage.openReady()
    const before = { text: page.text, height: page.frame.height, fired: page.fired.length }
    for (const say of hostile) await page.tell({ say })
    await page.tell({ say: { type: 'brand', brand: 'amex' } })
    await page.until('the honest message behind them', () => page.text.includes('Recognized: American Express'))
    expect(page.frame.height).to.equal(before.height)
    expect(page.fired.slice(before.fired).map(({ type }) => type)).to.deep.equal(['change'])
    expect(Reflect.get({}, 'heightPx')).to.equal(undefined)
  })

  it('takes no token that it did not ask for, and none of an earlier attempt', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.answers = [attempt(), attempt()] } })
    await page.fillCard()
    await page.tell({ silent: true })
    await page.tell({ say: { type: 'token', attempt: 0, token: 'tok_forged_before_it_was_asked' } })
    await page.press()
    await page.until('the question for a token', () => tokenized(page) === 1)
    await page.tell({ say: { type: 'token', attempt: 0, token: 'tok_forged_of_another_attempt' } })
    await page.tell({ say: { type: 'token', attempt: 1, token: 'tok_asked_for_and_answered_xx' } })
    await page.until('the payment', () => page.api.confirms.length > 0)
    expect(page.api.confirms.map(({ body }) => body.token)).to.deep.equal(['tok_asked_for_and_answered_xx'])
  })

  it('hears no window message, whoever sends it', async () => {
    const page = await CheckoutPage.openReady()
    const before = page.fired.length
    const forged = { type: 'token', attempt: 1, token: 'tok_forged_by_a_sibling_frame' }
    postMessage(forged, '*')
    postMessage({ type: 'submit' }, '*')
    await page.tell({ shout: { type: 'validity', complete: true, errors: [] } })
    await page.element.fetchUpdates()
    expect(page.fired).to.have.length(before)
    expect(page.api.confirms).to.deep.equal([])
  })

  it('keeps the frame’s height within bounds', async () => {
    const page = await CheckoutPage.openReady()
    for (const [heightPx, height] of [[0, 80], [300, 300], [2000, 1000]]) {
      await page.tell({ say: { type: 'resize', heightPx } })
      await page.until(`${height} px`, () => page.frame.height === String(height))
    }
  })
})

describe('a frame that is open before its ticket is taken', () => {
  it('can be used, and what is wrong with the ticket is mended behind it', async () => {
    const page = await CheckoutPage.open({ arrange: (api) => { api.view = checkoutView({ methods: [{ type: 'card', brands: ['visa'], frameUrl: frameUrl('&silent') }] }) } })
    await page.until('the init', () => inits(page).length === 1)
    expect(page.details('ready')).to.have.length(0)
    await page.tell({ say: { type: 'open' } })
    await page.until('ready', () => page.details('ready').length === 1)
    await page.tell({ say: { type: 'error', attempt: null, code: 'ticket_refused', message: 'Too late.', retryable: true } })
    await page.until('another ticket', () => page.api.tickets === 2)
    expect(page.text).not.to.contain('did not load')
  })
})

describe('when the frame cannot go on', () => {
  it('gives it a new ticket when its own has run out, and pays in the same attempt', async () => {
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.answers = [attempt()] } })
    await page.fillCard()
    await page.tell({ refuse: 'ticket_refused' })
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.tickets).to.equal(2)
    await page.until('the second question for a token', () => tokenized(page) === 2)
  })

  const troubles = [
    { refuse: 'network', code: 'network' }, { refuse: 'rate_limited', code: 'try_again_later' },
    { refuse: 'internal', code: 'try_again_later' }, { refuse: 'origin_refused', code: 'origin_not_allowed' },
  ]
  for (const { refuse, code } of troubles) {
    it(`fails with ${code} when it answers ${refuse}, and pays at the next press`, async () => {
      const page = await CheckoutPage.openReady({ arrange: (api) => { api.answers = [attempt()] } })
      await page.fillCard()
      await page.tell({ refuse })
      const { type, detail } = await page.pay()
      expect(type).to.equal('failed')
      expect((detail as { error: CheckoutError }).error.code).to.equal(code)
      expect(page.api.confirms).to.deep.equal([])
      expect((await page.pay()).type).to.equal('complete')
    })
  }

  it('fails when it gives no answer at all', async () => {
    const page = await CheckoutPage.openReady({ timing: { frameAnswerMs: 100 } })
    await page.fillCard()
    await page.tell({ silent: true })
    expect((await page.pay()).type).to.equal('failed')
    expect(page.api.confirms).to.deep.equal([])
  })
})
