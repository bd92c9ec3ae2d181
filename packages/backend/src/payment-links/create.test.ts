import { newId } from '@holdfast/contract'
import type { PaymentLink } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linksOf, slugOf, type Links } from '../testing/links.ts'
import { fresh, startTestShop, type TestShop } from '../testing/shop.ts'

let at: TestShop
let links: Links
beforeAll(async () => {
  at = await startTestShop()
  links = linksOf(at)
}, 60_000)
afterAll(() => at.backend.close())

const line = (more: object) => ({ lines: [{ reference: 'a', seller: at.seller, amount: 10_000, ...more }] })
const create = (over: object, options = {}) => at.shop.post('/v1/payment-links', links.body(over), options)

describe('a payment link', () => {
  it('is what a session is created with, to be paid once within 30 days unless told otherwise', async () => {
    const link = await links.create({ collect: { taxId: 'required' }, metadata: { a: 'b' }, buyer: { email: 'ann@shop.example' } })
    expect(link).toMatchObject({
      object: 'payment_link', status: 'active', mode: 'test', currency: 'USD', amount: 12_000, captureMode: 'automatic',
      threeDSecure: 'automatic', maxUses: 1, uses: { complete: 0, open: 0 }, deactivatedAt: null, metadata: { a: 'b' },
      buyer: { email: 'ann@shop.example', name: null }, collect: { taxId: 'required', company: null },
      lines: [{ reference: 'lathe', seller: at.seller, amount: 12_000, platformFee: 600, releaseTerms: null, description: null }],
    })
    expect(Date.parse(link.expiresAt) - Date.parse(link.createdAt)).toBe(30 * 86_400_000)
    expect(link.url).toBe(`${at.backend.url}/pay/link/${slugOf(link)}`)
    expect(await links.read(link)).toEqual(link)
    expect((await at.shop.get<{ data: PaymentLink[] }>(`/v1/payment-links?reference=${link.reference}`)).data).toEqual([link])
  })

  it('has an address that nobody guesses, and its marketplace can be told from', async () => {
    const slugs: string[] = []
    for (let count = 0; count < 20; count += 1) slugs.push(slugOf(await links.create()))
    expect(new Set(slugs).size).toBe(20)
    for (const slug of slugs) {
      const [marketplace, secret] = slug.split('-') as [string, string]
      expect(`mkt_${marketplace}`).toBe(at.backend.marketplace.id)
      expect(secret).toMatch(/^[0-9a-z]{26}$/)
    }
    // each place has had many digits: none is fixed, as a clock's would be
    for (let place = 27; place < 53; place += 1) expect(new Set(slugs.map((slug) => slug[place])).size).toBeGreaterThan(3)
  })

  it('is made once by one idempotency key, and so is its address', async () => {
    const body = links.body()
    const options = { idempotencyKey: fresh('key') }
    const answers = await Promise.all(Array.from({ length: 10 }, () => at.shop.post('/v1/payment-links', body, options)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]!.status).toBe(201)
  })

  it('has a reference that no other has', async () => {
    const { id, reference } = await links.create()
    const answers = await Promise.all(Array.from({ length: 4 }, () => create({ reference })))
    for (const answer of answers) expect(answer).toMatchObject({ status: 409, body: { code: 'reference_taken', field: 'reference', existing: id } })
    const together = fresh('together')
    const many = await Promise.all(Array.from({ length: 6 }, () => create({ reference: together })))
    expect(many.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
  })

  it.each([
    ['no use', () => ({ maxUses: 0 }), 'maxUses'],
    ['uses without bound', () => ({ maxUses: null }), 'maxUses'],
    ['more uses than a link can have', () => ({ maxUses: 1_001 }), 'maxUses'],
    ['an end at once', () => ({ expiresInMinutes: 4 }), 'expiresInMinutes'],
    ['an end in years', () => ({ expiresInMinutes: 527_041 }), 'expiresInMinutes'],
    ['a reference too long to number its orders', () => ({ reference: 'x'.repeat(57) }), 'reference'],
    ['saved cards, which whoever has the URL would see', () => ({ savedCards: {} }), 'savedCards'],
    ['one buyer’s name for many', () => ({ maxUses: 2, buyer: { name: 'Ann' } }), 'buyer'],
    ['one buyer’s details for many', () => ({ maxUses: 2, details: { company: 'Ann Ltd' } }), 'details'],
    ['details that are wrong', () => ({ details: { taxId: { country: 'DE', number: 'DE1' } } }), 'details.taxId.number'],
    ['an amount of nothing', () => line({ amount: 0 }), 'lines[0].amount'],
    ['a fee above the amount', () => line({ platformFee: 10_001 }), 'lines[0].platformFee'],
    ['a currency that is none', () => ({ currency: 'XYZ' }), 'currency'],
    ['a return to a script', () => ({ returnUrl: 'javascript:alert(1)' }), 'returnUrl'],
    ['a field that is misspelt', () => ({ maxUse: 2 }), 'maxUse'],
  ])('is refused with %s, by the name of the field', async (_what, over, field) => {
    expect(await create(over())).toMatchObject({ status: 400, body: { code: 'validation_failed', field } })
  })

  it('is refused for a seller that there is not', async () => {
    expect(await create(line({ seller: newId('seller') }))).toMatchObject({ status: 404, body: { code: 'not_found', field: 'lines[0].seller' } })
  })
})
