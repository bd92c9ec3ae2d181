import type { BuyerLink, OrderView } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buyerLinkSecret } from '../buyer-link.ts'
import { startTestBackend, TEST_ORIGIN, type TestBackend } from '../testing/backend.ts'
import { call, type ApiAnswer, type ApiCall } from '../testing/http.ts'
import { openShop, startTestShop, type Paid, type TestShop } from '../testing/shop.ts'

const DAY_MS = 86_400_000
let at: TestShop

beforeAll(async () => {
  at = await startTestShop({ worker: true })
}, 60_000)
afterAll(() => at.backend.close())

const linkOf = async (order: string, body: object = {}): Promise<BuyerLink> =>
  (await at.shop.post(`/v1/orders/${order}/buyer-links`, body)).body as unknown as BuyerLink

const buyer = (secret: string | null, does: string, options: ApiCall = {}): Promise<ApiAnswer> =>
  call(at.backend, does === 'read' ? 'GET' : 'POST', does === 'read' ? '/v1/order' : `/v1/order/${does}`,
    { key: secret, ...options, headers: { origin: TEST_ORIGIN, ...options.headers } })

const viewOf = ({ body }: ApiAnswer): OrderView => body as unknown as OrderView

async function paidOrder(): Promise<Paid & { readonly secret: string }> {
  const paid = await at.shop.paid([
    { seller: at.seller, amount: 8_000, platformFee: 400, releaseTerms: { method: 'express', inspectionDays: 5, claimDays: 10 } },
    { seller: at.seller, amount: 2_000 },
  ])
  return { ...paid, secret: (await linkOf(paid.order.id)).secret }
}

const ship = (escrow: string) => at.shop.post(`/v1/escrows/${escrow}/deliver`, { method: 'express', trackingNumber: 'HF-1' })

describe('a buyer link', () => {
  it('shows its order: where the money is, what happened, and what may be done', async () => {
    const { order, escrows: [one, two], secret } = await paidOrder()
    await ship(one!.id)
    const answer = await buyer(secret, 'read')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe(TEST_ORIGIN)
    expect(viewOf(answer)).toMatchObject({
      order: order.id, status: 'paid', amount: 10_000, totals: { held: 10_000, released: 0, refunded: 0 },
      paidWith: { method: 'card', card: { brand: 'visa' } },
      shares: [
        { escrow: one!.id, status: 'delivered', platformFee: 400, actions: ['accept', 'dispute'], dispute: null },
        { escrow: two!.id, status: 'funded', actions: ['dispute'], autoReleaseAt: null },
      ],
    })
    expect(viewOf(answer).shares[0]!.autoReleaseAt).not.toBeNull()
    expect(viewOf(answer).moments.map(({ type }) => type)).toEqual(['placed', 'paid', 'shipped'])
    expect(viewOf(answer).moments[2]).toMatchObject({ escrow: one!.id, delivery: { method: 'express', trackingNumber: 'HF-1' } })
  })

  it('confirms receipt: releases what is held of one share, once', async () => {
    const { escrows: [one, two], secret } = await paidOrder()
    expect((await buyer(secret, 'accept', { body: { escrow: one!.id } })).body['code']).toBe('milestone_transition_refused')
    await ship(one!.id)
    const again = { body: { escrow: one!.id }, idempotencyKey: 'once' }
    const [first, second] = await Promise.all([buyer(secret, 'accept', again), buyer(secret, 'accept', again)])
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.text).toBe(first.text)
    expect(viewOf(first).totals).toMatchObject({ held: 2_000, released: 8_000 })
    expect(viewOf(first).moments.at(-1)).toMatchObject({ type: 'released', amount: 8_000, reason: 'accepted', escrow: one!.id })
    expect(viewOf(first).shares.map(({ actions }) => actions)).toEqual([['dispute'], ['dispute']])
    expect((await buyer(secret, 'accept', { body: { escrow: one!.id } })).status).toBe(409)
    expect(two!.id).not.toBe(one!.id)
    expect(await at.shop.books()).toMatchObject({ balanced: true, covered: true })
  })

  it('asks for a refund: freezes one share, which then neither the buyer nor time releases', async () => {
    const { escrows: [one], secret } = await paidOrder()
    await ship(one!.id)
    const asked = await buyer(secret, 'dispute', { body: { escrow: one!.id, reason: ' The spindle is bent. ' } })
    expect(viewOf(asked).shares[0]).toMatchObject({ status: 'disputed', actions: [], dispute: { reason: 'The spindle is bent.', status: 'negotiation' } })
    expect(viewOf(asked).moments.at(-1)).toMatchObject({ type: 'dispute_opened', note: 'The spindle is bent.' })
    expect((await buyer(secret, 'accept', { body: { escrow: one!.id } })).body['code']).toBe('escrow_disputed')
    expect((await buyer(secret, 'dispute', { body: { escrow: one!.id, reason: 'again' } })).body['code']).toBe('escrow_disputed')
    await at.shop.advance(30 * DAY_MS)
    await at.backend.deps.wakeWorker()
    expect(viewOf(await buyer(secret, 'read')).shares[0]!.totals.held).toBe(8_000)
  })

  it('tells of refunds and of releases by themselves, and offers no claim once its days are over', async () => {
    const { escrows: [one], payment, secret } = await paidOrder()
    await ship(one!.id)
    await at.shop.post('/v1/refunds', { payment: payment.id, allotments: [{ escrow: one!.id, amount: 1_000 }], reason: 'internal words' })
    await at.shop.advance(6 * DAY_MS)
    await expect.poll(async () => {
      await at.backend.deps.wakeWorker()
      return viewOf(await buyer(secret, 'read')).shares[0]!.totals.released
    }, { timeout: 10_000 }).toBe(7_000)
    const answer = await buyer(secret, 'read')
    expect(viewOf(answer).moments).toEqual(expect.arrayContaining([
      expect.objectContaining({ type: 'refunded', amount: 1_000, escrow: one!.id }),
      expect.objectContaining({ type: 'released', amount: 7_000, reason: 'automatic' }),
    ]))
    expect(answer.text).not.toContain('internal words')
    expect(viewOf(answer).shares[0]!.actions).toEqual(['dispute'])
    await at.shop.advance(11 * DAY_MS)
    expect(viewOf(await buyer(secret, 'read')).shares[0]!.actions).toEqual([])
  })

  it('reaches no other order, of this marketplace or another', async () => {
    const mine = await paidOrder()
    const other = await paidOrder()
    await ship(other.escrows[0]!.id)
    for (const does of ['accept', 'dispute']) {
      const body = { escrow: other.escrows[0]!.id, ...(does === 'dispute' && { reason: 'mine' }) }
      const foreign = await buyer(mine.secret, does, { body })
      expect(foreign).toMatchObject({ status: 404, body: { code: 'not_found', field: 'escrow' } })
      const nobodys = await buyer(mine.secret, does, { body: { ...body, escrow: body.escrow.replace(/.{8}$/, '00000000') } })
      const words = ({ body: { detail } }: ApiAnswer) => String(detail).replace(/esc_\w+/, 'ID')
      expect(words(foreign)).toBe(words(nobodys))
    }
    expect(viewOf(await buyer(other.secret, 'read')).shares[0]!.status).toBe('delivered')
    const tenant = await at.backend.createMarketplace({ name: 'Other Market', origins: [TEST_ORIGIN] })
    const refused = await call({ ...at.backend, marketplace: { ...at.backend.marketplace, secretKey: tenant.secretKey } },
      'POST', `/v1/orders/${mine.order.id}/buyer-links`, { body: {} })
    expect(refused).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const swapped = buyerLinkSecret(at.backend.deps.sealer, { marketplace: tenant.id, order: mine.order.id, expiresAt: new Date(Date.now() + 60_000) })
    expect(await buyer(swapped, 'read')).toMatchObject({ status: 404 })
    expect(await buyer(swapped, 'accept', { body: { escrow: mine.escrows[0]!.id } })).toMatchObject({ status: 404 })
  })

  it('lives four hours unless told otherwise, and a week at most', async () => {
    const { order } = await paidOrder()
    const hours = (link: BuyerLink) => Math.round((Date.parse(link.expiresAt) - Date.now()) / 360_000) / 10
    expect(hours(await linkOf(order.id))).toBe(4)
    expect(hours(await linkOf(order.id, { expiresInMinutes: 60 }))).toBe(1)
    expect((await at.shop.post(`/v1/orders/${order.id}/buyer-links`, { expiresInMinutes: 10_081 })).status).toBe(400)
  })
})

describe('is refused', () => {
  let secret: string
  let order: string
  let small: TestBackend
  beforeAll(async () => {
    small = await startTestBackend({ config: (defaults) => ({ ...defaults, http: { ...defaults.http, rateLimits: { ...defaults.http.rateLimits, pageSession: { perMinute: 60, burst: 30 }, authFailures: { perMinute: 60, burst: 30 } } } }) })
    const shop = openShop(small)
    const seller = await shop.seller()
    order = (await shop.session([{ seller: seller.id, amount: 100 }])).order
    secret = ((await shop.post(`/v1/orders/${order}/buyer-links`)).body as unknown as BuyerLink).secret
  }, 60_000)
  afterAll(() => small.close())

  const readWith = (key: string | null, headers: Record<string, string> = { origin: TEST_ORIGIN }) => call(small, 'GET', '/v1/order', { key, headers })
  const ended = () => buyerLinkSecret(small.deps.sealer, { marketplace: small.marketplace.id, order, expiresAt: new Date(Date.now() - 1_000) })
  const later = () => secret.replace(/_([0-9a-z]{6,9})_(?=[^_]*)/, (_all, end: string) => `_${(Number.parseInt(end, 36) + 60).toString(36)}_`)

  it.each([
    ['a link that has ended', () => readWith(ended()), 401, 'buyer_link_expired'],
    ['a link whose end was moved', () => readWith(later()), 401, 'buyer_link_invalid'],
    ['a changed proof', () => readWith(`${secret.slice(0, -2)}${secret.endsWith('AA') ? 'BB' : 'AA'}`), 401, 'buyer_link_invalid'],
    ['no link', () => readWith(null), 401, 'buyer_link_invalid'],
    ['a secret API key', () => readWith(small.marketplace.secretKey), 401, 'buyer_link_invalid'],
    ['a page that is not registered', () => readWith(secret, { origin: 'https://evil.example' }), 403, 'origin_not_allowed'],
  ])('%s', async (_what, ask, status, code) => {
    const answer = await ask()
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.headers.get('access-control-allow-origin'), 'the page may read why').not.toBeNull()
  })

  it.each(['/v1/orders', '/v1/checkout', '/v1/marketplace'])('by %s, as every other call is', async (path) => {
    expect((await call(small, 'GET', path, { key: secret })).status).toBe(401)
  })

  it('once it calls too often, and so is whoever guesses', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => readWith(secret)))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
    expect(answers.find(({ status }) => status === 429)!.headers.get('retry-after')).toMatch(/^\d+$/)
    const guesses = await Promise.all(Array.from({ length: 80 }, () => readWith(later())))
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]))
  })
})
