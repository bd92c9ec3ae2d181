import { expect } from 'chai'
import { http, HttpResponse } from 'msw'
import { setupWorker, type SetupWorker } from 'msw/browser'
import type { OrderView } from '@holdfast/contract/types'
import { violations } from '../testing/axe.ts'
import { until } from '../testing/until.ts'
import { palettes } from '../themes/palettes.ts'
import { patient } from '../timing.ts'
import { loadHoldfastOrder, type HoldfastOrder } from './index.ts'

const apiUrl = 'https://api.holdfast.test'

type Share = OrderView['shares'][number]

const blank = { escrow: null, amount: null, reason: null, delivery: null, note: null }

const lathes: Share = {
  escrow: 'esc_1', reference: 'lathe', sellerName: 'Lathes & Co.', description: 'Bench lathe L-250', status: 'delivered', amount: 780_000,
  platformFee: 39_000, totals: { captured: 780_000, held: 780_000, released: 0, releasedFee: 0, refunded: 0 },
  releaseTerms: { method: 'sea', inspectionDays: 60, claimDays: 30 }, autoReleaseAt: '2027-01-21T09:30:00.000Z', dispute: null,
  actions: ['accept', 'dispute'],
}
const tooling: Share = {
  ...lathes, escrow: 'esc_2', reference: 'inserts', sellerName: 'Nordvik Tooling', description: null, status: 'funded', amount: 468_000,
  platformFee: 0, totals: { captured: 468_000, held: 468_000, released: 0, releasedFee: 0, refunded: 0 },
  releaseTerms: { method: 'none', inspectionDays: null, claimDays: 30 }, autoReleaseAt: null, actions: ['dispute'],
}
export const held: OrderView = {
  object: 'order_view', order: 'ord_1', reference: 'PO-1', status: 'paid', mode: 'test', marketplaceName: 'Harbour Works', currency: 'USD',
  exponent: 2, amount: 1_248_000, totals: { captured: 1_248_000, held: 1_248_000, released: 0, releasedFee: 0, refunded: 0 },
  paidWith: { method: 'card', card: { brand: 'visa', last4: '4242' } }, shares: [lathes, tooling],
  moments: [
    { ...blank, at: '2026-11-20T09:30:00.000Z', type: 'placed', amount: 1_248_000 },
    { ...blank, at: '2026-11-20T09:31:00.000Z', type: 'paid', amount: 1_248_000 },
    { ...blank, at: '2026-11-22T09:30:00.000Z', type: 'shipped', escrow: 'esc_1', delivery: { method: 'Sea freight', trackingNumber: 'MSKU 44' } },
  ],
  linkExpiresAt: '2026-11-22T13:30:00.000Z',
}
const released: Share = {
  ...lathes, status: 'closed', actions: ['dispute'], autoReleaseAt: null,
  totals: { captured: 780_000, held: 0, released: 780_000, releasedFee: 39_000, refunded: 0 },
}
const confirmed: OrderView = {
  ...held, totals: { captured: 1_248_000, held: 468_000, released: 780_000, releasedFee: 39_000, refunded: 0 }, shares: [released, tooling],
  moments: [...held.moments, { ...blank, at: '2026-11-23T09:30:00.000Z', type: 'released', escrow: 'esc_1', amount: 780_000, reason: 'accepted' }],
}
const frozen: OrderView = {
  ...held,
  shares: [{ ...lathes, status: 'disputed', actions: [], dispute: { status: 'negotiation', reason: 'Bent', openedAt: '2026-11-23T09:30:00.000Z' } }, tooling],
  moments: [...held.moments, { ...blank, at: '2026-11-23T09:30:00.000Z', type: 'dispute_opened', escrow: 'esc_1', note: 'Bent' }],
}
const refunded: OrderView = {
  ...held, status: 'refunded', totals: { captured: 1_248_000, held: 0, released: 0, releasedFee: 0, refunded: 1_248_000 },
  shares: [lathes, tooling].map((share) => ({
    ...share, status: 'closed', actions: [], autoReleaseAt: null,
    totals: { captured: share.amount, held: 0, released: 0, releasedFee: 0, refunded: share.amount },
  })),
  moments: [...held.moments, { ...blank, at: '2026-11-24T09:30:00.000Z', type: 'refunded', amount: 1_248_000 }],
}
const unpaid: OrderView = {
  ...held, status: 'open', paidWith: null, moments: [held.moments[0]!], totals: { captured: 0, held: 0, released: 0, releasedFee: 0, refunded: 0 },
  shares: [lathes, tooling].map((share) => ({
    ...share, status: 'unfunded', actions: [], autoReleaseAt: null, totals: { captured: 0, held: 0, released: 0, releasedFee: 0, refunded: 0 },
  })),
}

type Meets = OrderView | { readonly refused: string, readonly status: number } | 'cut'

let reads: Meets = held
let deeds: Meets[] = []
let done: { readonly path: string, readonly key: string | null, readonly body: unknown }[] = []
const opened: Element[] = []

const met = (meets: Meets): Response => meets === 'cut' ? HttpResponse.error()
  : 'refused' in meets ? HttpResponse.json({ code: meets.refused }, { status: meets.status }) : HttpResponse.json(meets)

let worker: SetupWorker

before(async () => {
  worker = setupWorker(
    http.get(`${apiUrl}/v1/order`, () => met(reads)),
    http.post(`${apiUrl}/v1/order/:does`, async ({ request, params }) => {
      done.push({ path: String(params['does']), key: request.headers.get('Idempotency-Key'), body: await request.json() })
      return met(deeds.shift() ?? 'cut')
    }),
  )
  await worker.start({ quiet: true, onUnhandledFrame: 'bypass' })
})
afterEach(() => {
  while (opened.length > 0) opened.pop()?.remove()
  reads = held
  deeds = []
  done = []
})

async function open(shows: string, attributes: Readonly<Record<string, string>> = {}): Promise<HoldfastOrder> {
  const Order = await loadHoldfastOrder() as typeof HoldfastOrder
  Order.timing = { ...patient, retryMs: 5, readTimeoutMs: 400, confirmTimeoutMs: 300, confirmDeadlineMs: 900, refreshMs: 60 }
  const element = document.createElement('holdfast-order')
  const given = { 'buyer-secret': 'ord_1_secret', 'api-url': apiUrl, locale: 'en', appearance: 'light', ...attributes }
  Object.entries(given).forEach(([name, value]) => element.setAttribute(name, value))
  document.body.append(element)
  opened.push(element)
  await says(element, shows)
  return element
}

const textOf = (element: HoldfastOrder): string => (element.renderRoot as ShadowRoot).querySelector<HTMLElement>('.base')?.innerText.replace(/\s+/g, ' ') ?? ''
const says = (element: HoldfastOrder, words: string): Promise<unknown> => until(`“${words}” in ${textOf(element)}`, () => textOf(element).includes(words))
const find = <E extends HTMLElement>(element: HoldfastOrder, selector: string): E | null => element.renderRoot.querySelector<E>(selector)
const rgb = (colour: string): string => `#${[...colour.matchAll(/\d+/g)].map(([part]) => Number(part).toString(16).padStart(2, '0')).join('')}`
const press = (element: HoldfastOrder, selector: string): void => find(element, selector)!.click()
const status = (element: HoldfastOrder): string => find(element, '[role=status]')!.textContent.trim()

describe('an order after payment', () => {
  const states = [
    { name: 'held', view: held, shows: 'Where your money is' },
    { name: 'released in part', view: confirmed, shows: 'You confirmed receipt: USD 7,800.00 released to Lathes & Co.' },
    { name: 'frozen', view: frozen, shows: 'USD 7,800.00 stays held until this is settled.' },
    { name: 'refunded', view: refunded, shows: 'USD 12,480.00 refunded to you' },
    { name: 'not paid', view: unpaid, shows: 'Nothing has been paid yet.' },
  ]
  for (const appearance of ['light', 'dark']) {
    for (const { name, view, shows } of states) {
      it(`shows one that is ${name}, ${appearance}, without a fault for axe to find`, async () => {
        reads = view
        const element = await open(shows, { appearance })
        expect(await violations(element)).to.deep.equal([])
      })
    }
  }

  for (const [theme, schemes] of Object.entries(palettes)) {
    for (const [scheme, { background }] of Object.entries(schemes)) {
      it(`wears ${theme}, ${scheme}, as the checkout does, without a fault for axe to find`, async () => {
        const element = await open('Where your money is', { appearance: `${theme} ${scheme}` })
        expect(rgb(getComputedStyle(find(element, '.base')!).backgroundColor)).to.equal(background)
        expect(await violations(element)).to.deep.equal([])
      })
    }
  }

  it('is written as large as the buyer wants, all of it', async () => {
    const sizes = (element: HoldfastOrder): readonly number[] => ['h2', '.legend', '.badge', '.where .pair', '.timeline li', 'dt']
      .map((selector) => Number.parseInt(getComputedStyle(find(element, selector)!).fontSize, 10))
    const element = await open('Where your money is')
    const usual = sizes(element)
    document.documentElement.style.fontSize = '32px'
    try {
      expect(sizes(element)).to.deep.equal(usual.map((size) => size * 2))
    } finally {
      document.documentElement.style.fontSize = ''
    }
  })

  it('says who holds what, at which fee, what happened, and what time will do', async () => {
    const text = textOf(await open('What happened'))
    for (const said of [
      'Paid with Visa ending in 4242', 'USD 390.00, taken from the seller’s share', 'When you confirm receipt, or 60 days after shipment (sea freight)',
      'Only when you confirm receipt', 'Lathes & Co. shipped (Sea freight)', 'Tracking number: MSKU 44',
      'USD 7,800.00 is released to Lathes & Co. by itself, unless you ask for a refund before',
    ]) expect(text).to.contain(said)
    expect(text).to.match(/January 2[01], 2027 at .+/)
  })

  it('hears of a change without being asked', async () => {
    const element = await open('Where your money is')
    reads = frozen
    await says(element, 'Frozen')
  })
})

describe('confirming receipt', () => {
  it('says what it comes to before it is done, and is done once', async () => {
    const element = await open('Confirm receipt')
    press(element, '[data-action=accept]')
    await says(element, 'Releases USD 7,800.00 to Lathes & Co.')
    expect(textOf(element)).to.contain('This can’t be undone.')
    expect(done).to.deep.equal([])
    expect(element.shadowRoot!.activeElement?.textContent).to.equal('Confirm receipt')
    expect(await violations(element)).to.deep.equal([])
    deeds = ['cut', confirmed]
    reads = confirmed
    press(element, '[part=confirm-button]')
    press(element, '[part=confirm-button]')
    await says(element, 'You confirmed receipt')
    expect(done.map(({ path, body }) => ({ path, body }))).to.deep.equal(Array(2).fill({ path: 'accept', body: { escrow: 'esc_1' } }))
    expect(new Set(done.map(({ key }) => key)).size, 'every try has the same key').to.equal(1)
    expect(status(element)).to.contain('You confirmed receipt')
    expect(element.shadowRoot!.activeElement?.localName).to.equal('h2')
  })

  it('can be left by Escape, which gives the focus back', async () => {
    const element = await open('Confirm receipt')
    press(element, '[data-action=accept]')
    await says(element, 'This can’t be undone.')
    find(element, '.asking')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))
    await until('the button', () => element.shadowRoot!.activeElement?.getAttribute('data-action') === 'accept')
    expect(done).to.deep.equal([])
  })

  it('says so when the order has moved on, or nobody answers', async () => {
    const element = await open('Confirm receipt')
    press(element, '[data-action=accept]')
    await element.updateComplete
    deeds = [{ refused: 'milestone_transition_refused', status: 409 }]
    press(element, '[part=confirm-button]')
    await says(element, 'The order has changed meanwhile.')
    press(element, '[part=confirm-button]')
    await says(element, 'There is no connection')
    expect(await violations(element)).to.deep.equal([])
  })
})

describe('asking for a refund', () => {
  it('wants to know what is wrong, says that it freezes, and keeps what was typed', async () => {
    const element = await open('Ask for a refund')
    press(element, '[data-action=dispute]')
    await says(element, 'Freezes USD 7,800.00 at once, and tells Harbour Works what you write.')
    press(element, '[part=confirm-button]')
    await says(element, 'Write what is wrong.')
    expect(element.shadowRoot!.activeElement?.id).to.equal('reason')
    expect(await violations(element)).to.deep.equal([])
    expect(done).to.deep.equal([])
    find<HTMLTextAreaElement>(element, '#reason')!.value = ' The spindle is bent. '
    deeds = [{ refused: 'unavailable', status: 503 }, frozen]
    reads = frozen
    press(element, '[part=confirm-button]')
    await says(element, 'Frozen')
    expect(done.at(-1)).to.deep.include({ path: 'dispute', body: { escrow: 'esc_1', reason: 'The spindle is bent.' } })
    expect(status(element)).to.equal('A refund was asked for from Lathes & Co.')
  })

  it('promises no freeze where the money was released', async () => {
    reads = confirmed
    const element = await open('released to Lathes')
    press(element, '[data-action=dispute]')
    await says(element, 'The money was released already, so nothing is frozen.')
    expect(textOf(element)).not.to.contain('Freezes')
  })
})

describe('a link that opens nothing', () => {
  for (const { refused, code, shows } of [
    { refused: 'buyer_link_expired', code: 401, shows: 'This link can no longer be used' },
    { refused: 'buyer_link_invalid', code: 401, shows: 'This link can no longer be used' },
    { refused: 'origin_not_allowed', code: 403, shows: 'Your order did not load' },
  ]) {
    it(`says ${refused} plainly to the buyer`, async () => {
      reads = { refused, status: code }
      const element = await open(shows)
      expect(textOf(element)).to.contain('Open your order in the shop again.')
      expect(find(element, '[part=retry]')).to.equal(null)
      expect(await violations(element)).to.deep.equal([])
    })
  }

  it('offers another try where the connection is at fault', async () => {
    reads = 'cut'
    const element = await open('Your order did not load')
    reads = held
    press(element, '[part=retry]')
    await says(element, 'Where your money is')
  })
})

describe('the page that an order stands on', () => {
  for (const width of [320, 480]) {
    it(`fits ${width} px from right to left, with its bars turned`, async () => {
      const element = await open('USD', { locale: 'ar' })
      element.style.inlineSize = `${width}px`
      await element.updateComplete
      const base = find(element, '.base')!
      expect(base.dir).to.equal('rtl')
      expect(base.scrollWidth).to.be.at.most(base.clientWidth)
      expect(await violations(element)).to.deep.equal([])
    })
  }
})
