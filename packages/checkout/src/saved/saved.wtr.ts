import { expect } from 'chai'
import type { CheckoutView } from '@holdfast/contract/types'
import { violations } from '../testing/axe.ts'
import { CheckoutPage, closePages, type OpenOptions } from '../testing/checkout-page.ts'
import { attempt, checkoutView, frameUrl } from '../testing/views.ts'

afterEach(closePages)

type Saved = NonNullable<CheckoutView['savedCards']>
const visa: Saved['cards'][number] = { id: 'pm_visa', brand: 'visa', last4: '4113', expMonth: 5, expYear: 2031, expired: false, own: true }
const colleagues: Saved['cards'][number] = { ...visa, id: 'pm_mc', brand: 'mastercard', last4: '5114', own: false }
const old: Saved['cards'][number] = { ...visa, id: 'pm_old', brand: 'amex', last4: '1376', expYear: 2024, expired: true }

function open(saved: Partial<Saved> = {}, more: OpenOptions = {}): Promise<CheckoutPage> {
  const savedCards: Saved = { securityCode: 'never', shareable: false, cards: [visa, colleagues, old], ...saved }
  return CheckoutPage.openReady({ ...more, arrange: (api) => {
    api.view = checkoutView({ savedCards })
    api.answers = [attempt()]
  } })
}

const radios = (page: CheckoutPage): readonly HTMLInputElement[] => [...page.element.renderRoot.querySelectorAll<HTMLInputElement>('.kept input')]
const buttons = (page: CheckoutPage, text: string): readonly HTMLButtonElement[] =>
  [...page.element.renderRoot.querySelectorAll('button')].filter((button) => button.textContent?.trim() === text)
const boxes = (page: CheckoutPage): readonly HTMLInputElement[] => [...page.element.renderRoot.querySelectorAll<HTMLInputElement>('.tick input')]
const shown = (element: Element | null): boolean => element !== null && element.checkVisibility()

describe('paying again', () => {
  it('begins with the first card that has not expired, and pays with it without a frame where no code is wanted', async () => {
    const page = await open()
    expect(radios(page).map(({ checked, disabled }) => [checked, disabled])).to.deep.equal([[true, false], [false, false], [false, true], [false, false]])
    expect(page.find('iframe')).to.equal(null)
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.confirms[0]?.body).to.deep.equal({ method: 'card', token: 'tok_of_pm_visa', revision: 1 })
  })

  it('asks for the code alone where it is wanted, by a ticket for that card', async () => {
    const page = await open({ securityCode: 'always' })
    expect(page.api.ticketsFor).to.deep.equal(['pm_visa'])
    expect(page.frame.title).to.equal('security code')
    await page.fillCard()
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.confirms[0]?.body.token).to.match(/^tok_stub_/)
    expect(page.api.savedTokens).to.deep.equal([])
  })

  it('keeps the room of a code while its frame, unseen, has yet to hear that it is for one', async () => {
    const page = await CheckoutPage.open({ arrange: (api) => {
      api.view = checkoutView({
        methods: [{ type: 'card', brands: ['visa'], frameUrl: frameUrl('&silent') }],
        savedCards: { securityCode: 'always', shareable: false, cards: [visa] },
      })
    } })
    await page.until('the init', () => page.heard.some((heard) => 'init' in heard))
    const heights: string[] = []
    new MutationObserver(() => heights.push(page.frame.height)).observe(page.frame, { attributeFilter: ['height'] })
    await page.tell({ say: { type: 'open' } })
    await page.tell({ say: { type: 'resize', heightPx: 307 } })
    await page.tell({ say: { type: 'ready', revision: 1, heightPx: 140 } })
    await page.until('its height', () => page.frame.height === '140')
    expect(heights).not.to.include('307')
  })

  it('marks what has expired and what a colleague shared, and lets only one’s own be removed', async () => {
    const page = await open()
    expect(page.text).to.match(/American Express ending in 1376 ?05\/24 · Expired/).and.match(/5114 ?05\/31 · Shared by a colleague/)
    expect(buttons(page, 'Remove').map((button) => button.getAttribute('aria-label'))).to.deep.equal([
      'Remove: Visa ending in 4113', 'Remove: American Express ending in 1376'])
  })

  it('with a card that is gone meanwhile says so, charges nothing, and shows the cards of now', async () => {
    const page = await open()
    page.api.forget('pm_visa')
    expect((await page.pay()).type).to.equal('failed')
    expect(page.api.confirms).to.deep.equal([])
    await page.until('the cards of now', () => !page.text.includes('4113'))
  })

  it('keeps what was typed as a new card while another is looked at', async () => {
    const page = await open()
    radios(page).at(-1)?.click()
    await page.until('the frame', () => page.element.matches(':defined') && page.find('iframe') && page.find('.frame[data-ready]'))
    const { frame } = page
    await page.fillCard()
    radios(page)[0]?.click()
    await page.until('the frame away', () => !shown(page.find('iframe')))
    radios(page).at(-1)?.click()
    await page.until('the frame back', () => shown(page.find('iframe')))
    expect(page.frame).to.equal(frame)
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.confirms[0]?.body.token).to.match(/^tok_stub_/)
  })
})

describe('saving', () => {
  it('is asked with a new card only, unticked, and says nothing of it unless the buyer ticks', async () => {
    const page = await open({ cards: [], shareable: true })
    expect(boxes(page).map(({ checked }) => checked)).to.deep.equal([false])
    await page.fillCard()
    await page.pay()
    expect(page.api.confirms[0]?.body).to.not.have.property('save')
  })

  it('sends the version of the words, their language and whether colleagues may', async () => {
    const page = await open({ cards: [], shareable: true })
    await page.fillCard()
    boxes(page)[0]?.click()
    const share = await page.until('the second question', () => boxes(page)[1])
    expect(share.checked).to.equal(false)
    share.click()
    await page.pay()
    expect(page.api.confirms[0]?.body.save).to.deep.equal({ consent: '2026-11', locale: 'en', shared: true })
  })

  it('does not ask of colleagues where there are none', async () => {
    const page = await open({ cards: [] })
    boxes(page)[0]?.click()
    await page.element.updateComplete
    expect(boxes(page)).to.have.length(1)
  })

  it('is not asked where the session offers none of it', async () => {
    const page = await CheckoutPage.openReady()
    expect(boxes(page)).to.have.length(0)
  })
})

describe('removing', () => {
  it('asks in place, with the focus on the answer that changes nothing, and then removes', async () => {
    const page = await open()
    buttons(page, 'Remove')[0]?.click()
    await page.until('the focus', () => page.element.shadowRoot?.activeElement?.textContent?.trim() === 'Keep')
    expect(page.find('.ask')?.getAttribute('aria-label')).to.equal('Remove Visa ending in 4113?')
    buttons(page, 'Remove')[1]?.click()
    await page.until('it gone', () => !page.text.includes('4113'))
    expect(page.api.removed).to.deep.equal(['pm_visa'])
    await page.until('the focus', () => page.element.shadowRoot?.activeElement?.matches('input[type=radio]'))
  })

  it('leaves the card when the buyer keeps it, and gives the focus back', async () => {
    const page = await open()
    buttons(page, 'Remove')[0]?.click()
    await page.until('the question', () => page.find('.ask'))
    buttons(page, 'Keep')[0]?.click()
    await page.until('the focus', () => page.element.shadowRoot?.activeElement === buttons(page, 'Remove')[0])
    expect(page.find('.ask')).to.equal(null)
    expect(page.api.removed).to.deep.equal([])
  })

  it('that fails says so and leaves the card', async () => {
    const page = await open()
    page.api.removalsMeet = [{ refused: 'not_found', status: 404 }, { refused: 'origin_not_allowed', status: 403 }].slice(1) as typeof page.api.removalsMeet
    buttons(page, 'Remove')[0]?.click()
    await page.until('the question', () => page.find('.ask'))
    buttons(page, 'Remove')[1]?.click()
    await page.until('the reason', () => page.find('.body [role=alert]')?.textContent?.includes('This page may not take payments'))
    expect(page.text).to.include('4113')
  })
})

describe('for everyone', () => {
  for (const appearance of ['light', 'dark'] as const) {
    for (const locale of ['en', 'ar'] as const) {
      it(`has nothing that axe finds wrong: ${appearance}, ${locale}`, async () => {
        const page = await open({ shareable: true }, { attributes: { appearance, locale } })
        page.element.renderRoot.querySelector<HTMLButtonElement>('.kept button')?.click()
        await page.until('the question', () => page.find('.ask'))
        expect(await violations(page.element)).to.deep.equal([])
        radios(page).at(-1)?.click()
        await page.until('the boxes', () => shown(page.find('.tick')))
        expect(await violations(page.element)).to.deep.equal([])
      })
    }
  }

  it('is driven by the keyboard: one stop for the cards, arrows between them', async () => {
    const page = await open()
    const names = new Set(radios(page).map(({ name, type }) => `${type} ${name}`))
    expect([...names]).to.deep.equal(['radio kept'])
    expect(radios(page).every((radio) => radio.labels?.length === 1)).to.equal(true)
  })
})
