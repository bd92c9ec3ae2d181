import { checkoutViewSchema, errorCodes, newId, orderViewSchema, type CheckoutView } from '@holdfast/contract'
import { describe, expect, it } from 'vitest'
import type { Trouble } from '../client/gallery/state.ts'
import { chosenBy, groups, states } from '../client/gallery/states.ts'

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
  for (const { name, view, later, order, reads, tickets, pays, keeps } of states) {
    it(name, () => {
      const views = [view?.(real), later?.(real)].filter((answer) => answer !== undefined)
      // strict: what the schema doesn't know the API doesn't say
      for (const answer of views) expect(checkoutViewSchema.strict().parse(answer)).toEqual(answer)
      if (order) expect(orderViewSchema.strict().parse(order)).toEqual(order)
      expect(codesOf(reads, tickets, pays, keeps).filter((code) => !Object.hasOwn(errorCodes, code))).toEqual([])
    })
  }

  it('and would be caught by a status that the API doesn’t have', () => {
    expect(checkoutViewSchema.safeParse({ ...real, status: 'paid' }).success).toBe(false)
  })
})

it('no two states or groups have one name', () => {
  const names = [...states, ...groups].map(({ name }) => name)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})

it('what takes the whole window is shown where it alone is asked for', () => {
  const whole = states.filter(({ alone }) => alone).map(({ name }) => name)
  expect(whole).toEqual(['bank-asks-whole'])
  for (const choice of ['all', 'banks']) expect(chosenBy(choice).filter(({ alone }) => alone)).toEqual([])
  expect(chosenBy('bank-asks-whole').map(({ name }) => name)).toEqual(whole)
})
