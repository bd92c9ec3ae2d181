import { expect } from 'chai'
import type { AddressFormat, DetailsView } from '@holdfast/contract/types'
import { violations } from '../testing/axe.ts'
import { CheckoutPage, closePages, type OpenOptions } from '../testing/checkout-page.ts'
import { attempt, checkoutView } from '../testing/views.ts'

afterEach(closePages)

const format = (country: string, over: Partial<AddressFormat>): AddressFormat => ({
  object: 'address_format', country, rows: [['recipient'], ['line1'], ['line2'], ['postalCode', 'city']], required: ['recipient', 'line1', 'city', 'postalCode'],
  names: { region: 'province', city: 'city', district: 'suburb', postalCode: 'postal' },
  postalCode: { pattern: '\\d{5}', example: '26133', digits: true }, regions: [], ...over,
})
const formats = {
  DE: format('DE', {}),
  US: format('US', {
    rows: [['recipient'], ['line1'], ['line2'], ['city', 'region', 'postalCode']], required: ['recipient', 'line1', 'city', 'region', 'postalCode'],
    names: { region: 'state', city: 'city', district: 'suburb', postalCode: 'zip' }, postalCode: { pattern: '(\\d{5})(?:[ \\-](\\d{4}))?', example: '95014', digits: true },
    regions: [{ value: 'CA', name: 'California' }, { value: 'FL', name: 'Florida' }],
  }),
  JP: format('JP', {
    rows: [['postalCode'], ['region'], ['line1'], ['line2'], ['recipient']], required: ['recipient', 'line1', 'region', 'postalCode'],
    names: { region: 'prefecture', city: 'city', district: 'suburb', postalCode: 'postal' }, regions: [{ value: '東京都', name: '東京都' }],
    postalCode: { pattern: '\\d{3}-?\\d{4}', example: '154-0023', digits: false },
  }),
}

const none: DetailsView['values'] = { company: null, taxId: null, purchaseOrder: null, deliveryAddress: null }
const all: DetailsView['collect'] = { company: 'required', taxId: 'required', purchaseOrder: 'optional', deliveryAddress: 'required' }
const berth = { country: 'DE', recipient: 'Wareneingang', line1: 'Hafenstr. 4', line2: null, district: null, city: 'Kiel', region: null, postalCode: '24103' }

function openAsking(collect: Partial<DetailsView['collect']>, { values = {}, ...options }: OpenOptions & { values?: Partial<DetailsView['values']> } = {}): Promise<CheckoutPage> {
  return CheckoutPage.openReady({
    ...options,
    arrange: (api) => {
      const nothing = { company: null, taxId: null, purchaseOrder: null, deliveryAddress: null }
      api.formats = formats
      api.answers = [attempt()]
      api.view = checkoutView({ details: { collect: { ...nothing, ...collect }, values: { ...none, ...values } } })
      options.arrange?.(api)
    },
  })
}

const input = (page: CheckoutPage, id: string): HTMLInputElement => page.find<HTMLInputElement>(`[id="${id}"]`)!

async function write(page: CheckoutPage, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [id, value] of Object.entries(values)) {
    const field = await page.until(id, () => input(page, id))
    field.value = value
    for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }))
    await page.element.updateComplete
  }
}

const wrong = (page: CheckoutPage): Record<string, string> => Object.fromEntries(
  [...page.element.renderRoot.querySelectorAll('.wrong')].map(({ id, textContent }) => [id.replace('-wrong', ''), textContent?.replace(/[\u2066-\u2069]/g, '') ?? '']))

const filledIn = {
  'company': 'Lathes & Co.', 'taxId-country': 'DE', 'taxId-number': 'DE136695976', 'deliveryAddress-country': 'DE',
  'deliveryAddress-recipient': 'Wareneingang', 'deliveryAddress-line1': 'Hafenstr. 4', 'deliveryAddress-postalCode': '24103', 'deliveryAddress-city': 'Kiel',
}

describe('an order’s details', () => {
  it('are not asked for by a session that wants none', async () => {
    const page = await CheckoutPage.openReady()
    expect(page.find('.details')).to.equal(null)
  })

  it('are there when the checkout is ready, filled in with what is known, without a fault for axe to find', async () => {
    const taxId = { country: 'DE', number: 'DE136695976', kind: 'VAT', checked: 'check_digits' as const }
    const page = await openAsking(all, { values: { company: 'Lathes & Co.', taxId, deliveryAddress: berth } })
    expect(input(page, 'company').value).to.equal('Lathes & Co.')
    expect(input(page, 'taxId-number').value).to.equal('DE136695976')
    expect(input(page, 'deliveryAddress-city').value).to.equal('Kiel')
    expect(page.text).to.contain('Purchase order number (optional)')
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('are sent as they were written, before the payment', async () => {
    const page = await openAsking(all)
    await write(page, filledIn)
    await page.fillCard()
    const { type, detail } = await page.pay()
    expect(type, JSON.stringify([detail, wrong(page)])).to.equal('complete')
    expect(page.api.details.at(-1)).to.deep.equal({
      company: 'Lathes & Co.', purchaseOrder: null, taxId: { country: 'DE', number: 'DE136695976' },
      deliveryAddress: { country: 'DE', recipient: 'Wareneingang', line1: 'Hafenstr. 4', line2: null, postalCode: '24103', city: 'Kiel' },
    })
    expect(page.api.confirms).to.have.length(1)
  })

  it('that are missing are marked, the first takes the focus, nothing is sent and nothing cleared', async () => {
    const page = await openAsking(all, { values: { deliveryAddress: { ...berth, city: null, postalCode: '2410' } } })
    await page.fillCard()
    await write(page, { 'taxId-number': 'DE1' })
    const { type, detail } = await page.pay()
    expect(type).to.equal('failed')
    expect((detail as { error: object }).error).to.deep.include({ type: 'validation', code: 'details_incomplete', retryable: true })
    expect(page.notice).to.equal('Check the details that are marked, then pay again.')
    expect(wrong(page)).to.deep.equal({
      'company': 'Fill this in.', 'deliveryAddress-city': 'Fill this in.', 'deliveryAddress-postalCode': 'Postal codes there look like 26133.',
    })
    expect(page.element.shadowRoot?.activeElement?.id).to.equal('company')
    expect(input(page, 'deliveryAddress-postalCode').value).to.equal('2410')
    expect(page.api.confirms).to.deep.equal([])
    expect(await violations(page.element)).to.deep.equal([])
  })

  it('that the API finds wrong say so beside the field and aloud, as soon as the field is left, and stay as they were typed', async () => {
    const page = await openAsking({ taxId: 'required' }, { arrange: (api) => { api.detailsMeet = [{ field: 'taxId.number', reason: 'check_digits', example: 'DE136695976' }] } })
    await write(page, { 'taxId-country': 'DE', 'taxId-number': 'DE136695978' })
    await page.until('the mark', () => wrong(page)['taxId-number'])
    expect(wrong(page)).to.deep.equal({ 'taxId-number': 'A character seems mistyped. Compare it with your documents.' })
    expect(page.find('.details [role=status]')?.textContent).to.contain('mistyped')
    expect(input(page, 'taxId-number').value).to.equal('DE136695978')
    await page.fillCard()
    expect((await page.pay()).type).to.equal('failed')
    page.api.detailsMeet = undefined
    await write(page, { 'taxId-number': 'DE136695976' })
    expect(wrong(page)).to.deep.equal({})
    expect((await page.pay()).type).to.equal('complete')
  })

  it('that are optional hold nothing up', async () => {
    const page = await openAsking({ company: 'optional', taxId: 'optional', deliveryAddress: 'optional' })
    await page.fillCard()
    expect((await page.pay()).type).to.equal('complete')
  })

  it('that could not be sent fail the attempt, and are sent at the next press', async () => {
    const page = await openAsking({ company: 'required' }, { timing: { readTimeoutMs: 100 }, arrange: (api) => { api.detailsMeet = 'cut' } })
    await page.fillCard()
    await write(page, { company: 'Lathes & Co.' })
    const { detail } = await page.pay()
    expect((detail as { error: object }).error).to.deep.include({ code: 'network', retryable: true })
    page.api.detailsMeet = undefined
    expect((await page.pay()).type).to.equal('complete')
  })

  it('that the merchant asks for meanwhile are asked for when the API refuses the payment for them', async () => {
    const page = await openAsking({ company: 'optional' }, { arrange: (api) => { api.answers = [{ refused: 'details_missing', status: 409 }, attempt()] } })
    await page.fillCard()
    page.api.view = { ...page.api.view, details: { collect: { ...all, taxId: null, deliveryAddress: null, company: null, purchaseOrder: 'required' }, values: none } }
    expect((await page.pay()).type).to.equal('failed')
    await write(page, { purchaseOrder: 'PO-7' })
    expect((await page.pay()).type).to.equal('complete')
    expect(page.api.details.at(-1)).to.deep.equal({ purchaseOrder: 'PO-7' })
  })
})

describe('a delivery address', () => {
  const labels = (page: CheckoutPage): (string | undefined)[] =>
    [...page.element.renderRoot.querySelectorAll<HTMLLabelElement>('.details fieldset label')].map((label) => label.innerText)

  it('has the lines, names and order of its country, and keeps what was typed when it changes', async () => {
    const page = await openAsking({ deliveryAddress: 'required' }, { values: { deliveryAddress: berth } })
    expect(labels(page)).to.deep.equal(['Country or region', 'Recipient', 'Street address', 'Building, floor, apartment (optional)', 'Postal code', 'City'])
    await write(page, { 'deliveryAddress-country': 'US' })
    await page.until('the state', () => labels(page).includes('State'))
    expect(labels(page).slice(4)).to.deep.equal(['City', 'State', 'Postal code (ZIP)'])
    await write(page, { 'deliveryAddress-country': 'JP' })
    await page.until('the prefecture', () => labels(page).includes('Prefecture'))
    expect(labels(page).slice(1)).to.deep.equal(['Postal code', 'Prefecture', 'Street address', 'Building, floor, apartment (optional)', 'Recipient'])
    expect(input(page, 'deliveryAddress-recipient').value).to.equal('Wareneingang')
  })

  it('tells browsers what to fill in, and phones which keys to show', async () => {
    const page = await openAsking({ deliveryAddress: 'required', company: 'optional' }, { values: { deliveryAddress: berth } })
    const tokens = [...page.element.renderRoot.querySelectorAll<HTMLInputElement>('.details :is(input, select)')].map(({ autocomplete }) => autocomplete)
    expect(tokens).to.deep.equal(['organization', 'shipping country', 'shipping name', 'shipping address-line1', 'shipping address-line2', 'shipping postal-code', 'shipping address-level2'])
    expect(input(page, 'deliveryAddress-postalCode').inputMode).to.equal('numeric')
  })

  it('has a sensible shape where its country’s own can’t be had', async () => {
    const page = await openAsking({ deliveryAddress: 'required' }, { values: { deliveryAddress: { ...berth, country: 'FJ' } } })
    expect(labels(page)).to.include.members(['Recipient', 'Street address', 'City (optional)'])
  })

  const homes = [
    { languages: ['zh-hant-tw'], country: 'TW' }, { languages: ['C', 'en-US@posix', 'de-CH'], country: 'US' },
    { languages: ['C', 'de-u-co-phonebk', 'es-419'], country: 'DE' }, { languages: [], country: 'DE' },
  ]
  for (const { languages, country } of homes) {
    it(`begins in ${country} for a reader of German whose browser says [${languages.join()}], whether those are language tags or not`, async () => {
      Object.defineProperty(navigator, 'languages', { value: languages, configurable: true })
      try {
        const page = await openAsking({ deliveryAddress: 'required' }, { attributes: { locale: 'de' } })
        expect(input(page, 'deliveryAddress-country').value).to.equal(country)
      } finally {
        // the own property goes, and the browser's is there again
        Reflect.deleteProperty(navigator, 'languages')
      }
    })
  }

  it('is chosen among countries in the buyer’s language and its order', async () => {
    const page = await openAsking({ deliveryAddress: 'required' }, { values: { deliveryAddress: berth }, attributes: { locale: 'de' } })
    const names = [...input(page, 'deliveryAddress-country').querySelectorAll('option')].map(({ text }) => text)
    expect(names).to.include.members(['Deutschland', 'Österreich', 'Vereinigte Staaten'])
    expect(names.indexOf('Österreich')).to.be.below(names.indexOf('Polen'))
    expect(names.length).to.be.above(240)
  })
})
