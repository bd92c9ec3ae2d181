import { checkoutViewSchema, errorCodes, newId, type CheckoutView } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import { states, type Trouble } from '../client/gallery/states.ts'

const releaseTerms = { method: 'sea', inspectionDays: 60, claimDays: 30 } as const

/** What the API says of the session behind the gallery. */
const real: CheckoutView = {
  object: 'checkout', session: newId('session'), order: newId('order'), reference: 'G-1', status: 'open', mode: 'test', revision: 2,
  marketplaceName: 'Quayside', currency: 'USD', exponent: 2, amount: 4_087_200, attempt: null, details: null, savedCards: null,
  shares: [{
    reference: 'lathes', sellerName: 'Lathes & Co.', description: null, amount: 4_087_200, platformFee: 1000, releaseTerms,
    autoReleaseIfShippedNow: '2027-01-21T09:30:00.000Z',
  }],
  methods: [
    { type: 'card', brands: ['visa'], frameUrl: 'http://vault.localhost:4310/frame?marketplace=mkt_1' },
    { type: 'alipay', flows: ['redirect', 'qr_code'] },
  ],
  returnUrl: 'http://localhost:4242/gallery', expiresAt: '2026-11-23T09:30:00.000Z',
}

const codesOf = (...troubles: readonly (Trouble | undefined)[]): readonly string[] =>
  troubles.flatMap((trouble) => (typeof trouble === 'object' ? [trouble.refused] : []))

describe('the gallery’s stand-in of the API answers in the shapes of the API', () => {
  for (const { name, view, later, reads, tickets, pays } of states) {
    it(name, () => {
      const views = [view?.(real), later?.(real)].filter((answer) => answer !== undefined)
      // strict: what the schema doesn't know the API doesn't say
      for (const answer of views) expect(checkoutViewSchema.strict().parse(answer)).toEqual(answer)
      expect(codesOf(reads, tickets, pays).filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([])
    })
  }

  it('and would be caught by a status that the API doesn’t have', () => {
    expect(checkoutViewSchema.safeParse({ ...real, status: 'paid' }).success).toBe(false)
  })
})

it('no two states have one name', () => {
  expect(new Set(states.map(({ name }) => name)).size).toBe(states.length)
})
