import { expect } from 'chai'
import type { HoldfastCheckout } from '../index.ts'
import type { CheckoutState, Outcome } from '../events.ts'
import { CheckoutPage, closePages, type OpenOptions, ticketsOf } from '../testing/checkout-page.ts'
import type { ConfirmAnswer } from '../testing/stub-api.ts'
import { attempt, checkoutView, declined } from '../testing/views.ts'

afterEach(closePages)

async function filled(options: OpenOptions = {}): Promise<CheckoutPage> {
  const page = await CheckoutPage.openReady(options)
  await page.fillCard()
  return page
}

const phase = (page: CheckoutPage): string | undefined => page.details<CheckoutState>('change').at(-1)?.phase

describe('an attempt fires exactly one outcome', () => {
  interface Row {
    meets: ConfirmAnswer[]
    ends: Outcome['status']
    code?: string
    confirms?: number
    keys?: number
  }
  const rows: readonly Row[] = [
    { meets: [attempt()], ends: 'complete' },
    { meets: ['cut', attempt()], ends: 'complete', confirms: 2, keys: 1 },
    { meets: ['silence', { refused: 'idempotency_in_progress', status: 409 }, attempt()], ends: 'complete', confirms: 3, keys: 1 },
    { meets: [{ refused: 'unavailable', status: 503 }, attempt()], ends: 'complete', confirms: 2, keys: 1 },
    { meets: [{ refused: 'token_refused', status: 409 }, attempt()], ends: 'complete', confirms: 2, keys: 2 },
    { meets: [declined('card_data_lost'), attempt()], ends: 'complete', confirms: 2, keys: 2 },
    { meets: [declined()], ends: 'failed', code: 'card_declined' },
    { meets: [declined('card_expired')], ends: 'failed', code: 'card_expired' },
    { meets: [declined('card_data_lost'), declined('card_data_lost')], ends: 'failed', code: 'card_data_lost', confirms: 2 },
    { meets: [{ refused: 'session_revision_stale', status: 409 }], ends: 'failed', code: 'amount_changed' },
    { meets: [{ refused: 'client_secret_invalid', status: 401 }], ends: 'failed', code: 'session_unknown' },
    { meets: [{ refused: 'validation_failed', status: 400 }], ends: 'failed', code: 'internal' },
    { meets: Array<ConfirmAnswer>(40).fill({ refused: 'rate_limited', status: 429 }), ends: 'failed', code: 'try_again_later', keys: 1 },
    { meets: [attempt({ status: 'pending', paymentToken: null })], ends: 'pending' },
    { meets: [{ refused: 'attempt_in_progress', status: 409 }], ends: 'pending' },
    { meets: [], ends: 'pending', keys: 1 },
    { meets: ['silence', ...Array<ConfirmAnswer>(9).fill({ refused: 'rate_limited', status: 429 })], ends: 'pending', keys: 1 },
  ]
  for (const { meets, ends, code, confirms, keys } of rows) {
    const named = meets.map((answer) => typeof answer === 'string' ? answer
      : 'refused' in answer ? answer.refused : answer.error?.code ?? answer.status)
    it(`${ends}${code ? ` with ${code}` : ''} after ${[...new Set(named)].join(', then ') || 'no answer at all'}`, async () => {
      // where every call is answered, none may count as lost because the machine is busy
      const answered = meets.length > 0 && !meets.includes('silence')
      const page = await filled({ arrange: (api) => { api.answers = [...meets] }, ...(answered && { timing: { confirmTimeoutMs: 1_500 } }) })
      const { type, detail } = await page.pay()
      expect(type).to.equal(ends)
      if (code) expect((detail as { error: object }).error).to.deep.include({ code })
      if (confirms) expect(page.api.confirms).to.have.length(confirms)
      if (keys) expect(new Set(page.api.confirms.map(({ key }) => key)).size).to.equal(keys)
      await page.until('rest', () => phase(page) !== 'paying')
      expect(page.outcomes).to.have.length(1)
    })
  }

  it('complete carries the token for the merchant’s server, and confirm() resolves with the same', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    const outcome = await page.element.confirm()
    const { payment, paymentToken, card } = attempt()
    expect(outcome).to.deep.equal({ status: 'complete', payment, paymentToken, card })
    expect(page.outcomes).to.deep.equal([{ type: 'complete', detail: outcome }])
    expect(page.api.confirms[0]?.body).to.deep.include({ method: 'card', revision: 1 })
    expect([...page.api.authorizations]).to.deep.equal(['Bearer cs_01_secret_mkt_abc'])
  })

  it('failed when the fields are not filled in, and nothing is sent', async () => {
    const page = await CheckoutPage.openReady()
    const { type, detail } = await page.pay()
    expect(type).to.equal('failed')
    expect((detail as { error: object }).error).to.deep.include({ type: 'validation', code: 'card_incomplete' })
    expect(page.api.confirms).to.deep.equal([])
    expect(page.payButton.getAttribute('aria-disabled')).to.equal('false')
  })

  it('failed when it is asked for before there is a form, and not by the button', async () => {
    const page = await CheckoutPage.open({ arrange: (api) => { api.readsMeet = { refused: 'client_secret_invalid', status: 401 } } })
    const outcome = await page.element.confirm()
    expect(outcome).to.deep.include({ status: 'failed' })
    expect(page.outcomes).to.have.length(1)
  })

  it('failed at once when the browser is offline, and nothing is sent', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false })
    const { detail } = await page.pay()
    Reflect.deleteProperty(navigator, 'onLine')
    expect((detail as { error: object }).error).to.deep.include({ code: 'offline', retryable: true })
    expect(page.api.confirms).to.deep.equal([])
    expect((await page.pay()).type).to.equal('complete')
  })
})

describe('after a decline', () => {
  it('the same form pays, without a reload and without typing again', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [declined(), attempt()] } })
    const { frame } = page
    expect((await page.pay()).type).to.equal('failed')
    expect(page.notice).to.equal('The card was declined and nothing was charged. Try another card, or ask your bank to allow it.')
    expect(page.frame).to.equal(frame)
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.tickets).to.equal(1)
    const [first, second] = page.api.confirms
    expect(first?.key).to.not.equal(second?.key)
    expect(first?.body.token).to.not.equal(second?.body.token)
  })

  it('the buyer never reads the server’s words about it, in either language', async () => {
    for (const locale of ['en', 'zh-CN']) {
      const page = await filled({ attributes: { locale }, arrange: (api) => { api.answers = [declined()] } })
      const { detail } = await page.pay()
      expect(JSON.stringify(detail) + page.text).to.not.contain('INSUFFICIENT')
      closePages()
    }
  })

  it('a field that the bank named gets the focus', async () => {
    const refused = declined('card_data_invalid')
    const error = { ...refused.error!, field: 'securityCode' as const }
    const page = await filled({ arrange: (api) => { api.answers = [{ ...refused, error }] } })
    await page.pay()
    expect(page.notice).to.contain('Check the security code')
    expect((await page.told('focus')).field).to.equal('securityCode')
  })
})

describe('a second submit', () => {
  const ways: Readonly<Record<string, (page: CheckoutPage) => unknown>> = {
    'a double click': (page) => { page.payButton.click(); page.payButton.click() },
    'Enter in the frame on top of a click': (page) => { page.payButton.click(); page.tell({ say: { type: 'submit' } }) },
    'confirm() on top of a click': (page) => { page.payButton.click(); void page.element.confirm() },
    'confirm() ten times': (page) => Array.from({ length: 10 }, () => page.element.confirm()),
  }
  for (const [way, submit] of Object.entries(ways)) {
    it(`joins the first: ${way} is one payment and one event`, async () => {
      const page = await filled({ arrange: (api) => { api.answers = [attempt(), attempt({ payment: 'pay_02' })] } })
      submit(page)
      await page.until('the outcome', () => page.outcomes.length > 0)
      await page.element.confirm()
      expect(page.outcomes).to.have.length(1)
      expect(page.api.confirms).to.have.length(1)
    })
  }

  it('waits, disabled, with the fields locked, while the first is under way', async () => {
    const page = await filled({ timing: { confirmTimeoutMs: 60_000, confirmDeadlineMs: 60_000 } })
    await page.press()
    await page.until('the call', () => page.api.confirms.length > 0)
    expect(page.payButton.getAttribute('aria-disabled')).to.equal('true')
    expect(page.payButton.innerText).to.contain('Paying')
    expect((await page.told('disable')).disabled).to.equal(true)
  })

  it('after a reload finds the payment that is under way, and pays nothing again', async () => {
    const processing = checkoutView({ status: 'processing', attempt: attempt({ status: 'pending' }) })
    const page = await CheckoutPage.openReady({ arrange: (api) => { api.view = processing } })
    expect(page.find('iframe')).to.equal(null)
    const confirming = page.element.confirm()
    page.api.view = checkoutView({ status: 'complete', attempt: attempt() })
    expect(await confirming).to.deep.include({ status: 'complete', payment: 'pay_01' })
    expect(page.api.confirms).to.deep.equal([])
    expect(page.outcomes).to.deep.equal([])
  })

  it('on Enter from the frame alone pays like the button', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    await page.tell({ say: { type: 'submit' } })
    await page.until('complete', () => page.outcomes.length > 0)
    expect(page.outcomes[0]?.type).to.equal('complete')
  })
})

describe('after pending', () => {
  it('resume() tells the truth once there is one, and no second event is fired', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt({ status: 'pending', paymentToken: null })] } })
    await page.pay()
    const truth = page.element.resume()
    page.api.view = { ...page.api.view, status: 'complete', attempt: attempt() }
    expect(await truth).to.deep.include({ status: 'complete', paymentToken: 'signed' })
    await page.until('the end on the page', () => page.text.includes('Paid, and held for you'))
    expect(page.outcomes.map(({ type }) => type)).to.deep.equal(['pending'])
  })

  it('a decline opens the form again with what was typed', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt({ status: 'pending', paymentToken: null })] } })
    const { frame } = page
    await page.pay()
    await page.until('the pending state', () => page.text.includes('Your payment is being confirmed'))
    expect(page.payButton.checkVisibility()).to.equal(false)
    page.api.view = { ...page.api.view, status: 'open', attempt: declined('card_declined', 'pay_01') }
    await page.until('the form', () => page.notice.includes('declined'))
    expect(page.frame).to.equal(frame)
    page.api.answers = [attempt({ payment: 'pay_02' })]
    expect((await page.pay()).type).to.equal('complete')
  })

  it('a payment of which the API has no trace counts as never received, and can be made again', async () => {
    const page = await filled({ arrange: (api) => { api.answers = Array<ConfirmAnswer>(20).fill('cut') } })
    expect((await page.pay()).type).to.equal('pending')
    await page.until('the form', () => page.notice.includes('didn’t reach us'))
    expect(await page.element.resume()).to.deep.include({ status: 'failed' })
    page.api.answers = [attempt()]
    expect((await page.pay()).type).to.equal('complete')
  })

  it('a payment whose answer was lost is found by asking', async () => {
    const page = await filled({ arrange: (api) => { api.answers = Array<ConfirmAnswer>(20).fill('cut') } })
    await page.pay()
    page.api.view = { ...page.api.view, status: 'complete', attempt: attempt() }
    expect(await page.element.resume()).to.deep.include({ status: 'complete', payment: 'pay_01' })
  })
})

describe('a session that moves on without the page', () => {
  it('announces a changed total, keeps what was typed, and pays the new one', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    const { frame } = page
    page.api.view = checkoutView({ revision: 2, amount: 1_300_000 })
    await page.element.fetchUpdates()
    expect(page.find('[role=status]')?.textContent?.trim()).to.contain('The total changed. It is now USD')
    expect(page.frame).to.equal(frame)
    await page.until('a ticket of the new revision', () => ticketsOf(page).includes('tick_2_2'))
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.confirms[0]?.body.revision).to.equal(2)
  })

  it('never pays an amount that the buyer has not seen: the new total is shown first', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [{ refused: 'session_revision_stale', status: 409 }, attempt()] } })
    page.api.view = checkoutView({ revision: 2, amount: 1_300_000 })
    const { detail } = await page.pay()
    expect((detail as { error: object }).error).to.deep.include({ code: 'amount_changed', retryable: true })
    expect(page.payButton.innerText).to.contain('13,000.00')
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.confirms.map(({ body }) => body.revision)).to.deep.equal([1, 2])
  })

  const ends = [
    { status: 'expired', code: 'session_expired', outcome: 'failed' },
    { status: 'canceled', code: 'session_canceled', outcome: 'failed' },
    { status: 'complete', code: undefined, outcome: 'complete' },
  ] as const
  for (const { status, code, outcome } of ends) {
    it(`${outcome} when it turns out to be ${status}, and shows so`, async () => {
      const page = await filled({ arrange: (api) => { api.answers = [{ refused: 'session_not_open', status: 409 }] } })
      page.api.view = checkoutView({ status, attempt: status === 'complete' ? attempt() : null })
      const { type, detail } = await page.pay()
      expect(type).to.equal(outcome)
      if (code) expect((detail as { error: object }).error).to.deep.include({ code, retryable: false })
      expect(page.find('.outcome')).to.not.equal(null)
    })
  }
})

describe('for the merchant’s script', () => {
  it('hides its button when the page has one, and pays by confirm()', async () => {
    const page = await filled({ attributes: { 'hide-pay-button': '' }, arrange: (api) => { api.answers = [attempt()] } })
    expect(page.find('.pay')).to.equal(null)
    expect((await page.element.confirm()).status).to.equal('complete')
  })

  it('validate() says whether the card could be sent, and lets the frame mark what is missing', async () => {
    const page = await CheckoutPage.openReady()
    expect(await page.element.validate()).to.equal(false)
    await page.fillCard()
    expect(await page.element.validate()).to.equal(true)
  })

  it('starts over with a new client secret', async () => {
    const page = await filled()
    const before = page.details('ready').length
    page.element.clientSecret = 'cs_02_secret_mkt_def'
    await page.until('ready again', () => page.details('ready').length > before)
    expect([...page.api.authorizations]).to.contain('Bearer cs_02_secret_mkt_def')
  })

  it('works again after it was taken out of the page and put back', async () => {
    const page = await filled({ arrange: (api) => { api.answers = [attempt()] } })
    page.element.remove()
    document.body.append(page.element)
    await page.until('ready again', () => page.details('ready').length === 2)
    await page.fillCard()
    expect((await page.pay()).type).to.equal('complete')
  })

  it('hasReturned() knows the return link’s mark, and nothing else', () => {
    const { hasReturned } = customElements.get('holdfast-checkout') as typeof HoldfastCheckout
    expect(hasReturned('https://shop.example/orders/1?holdfast_session=cs_01')).to.equal(true)
    expect(hasReturned('https://shop.example/orders/1?session=cs_01')).to.equal(false)
  })

  it('resume() is null where nobody has tried to pay', async () => {
    const page = await CheckoutPage.openReady()
    expect(await page.element.resume()).to.equal(null)
  })
})
