import { expect, test } from 'vitest'
import { planCapture } from './plan.ts'
import { autoReleaseAt, resolveTerms, type ReleaseTermsInput } from './terms.ts'

const at = new Date('2026-11-22T09:30:00.000Z')
const days = { visa: 7, mastercard: 30, default: 7 }

test.each([
  [undefined, { method: 'express', inspectionDays: 15, claimDays: 30 }],
  [{ method: 'air' }, { method: 'air', inspectionDays: 30, claimDays: 30 }],
  [{ method: 'sea' }, { method: 'sea', inspectionDays: 60, claimDays: 30 }],
  [{ method: 'warehouse' }, { method: 'warehouse', inspectionDays: 10, claimDays: 30 }],
  [{ method: 'none' }, { method: 'none', inspectionDays: null, claimDays: 30 }],
  [{ method: 'none', inspectionDays: 3, claimDays: 0 }, { method: 'none', inspectionDays: 3, claimDays: 0 }],
] as const)('release terms %j mean %j', (input, terms) => {
  expect(resolveTerms(input, at)).toEqual(terms)
})

test.each([
  [[{ method: 'sea' }], 'visa', 'now', '2027-01-21'],
  [[{ method: 'express' }], 'mastercard', 'at_delivery', '2026-12-17'],
  [[{ method: 'express' }], undefined, 'now', '2026-12-17'],
  [[{ method: 'warehouse', inspectionDays: 6 }], undefined, 'at_delivery', '2026-11-28'],
  [[{ method: 'warehouse', inspectionDays: 7 }], undefined, 'now', '2026-11-29'],
  [[{ method: 'warehouse', inspectionDays: 2 }, { method: 'none' }], 'mastercard', 'now', undefined],
] as const)('for %j and brand %s, capture is planned %s, the last release by %s', (inputs, brand, when, latest) => {
  const terms = inputs.map((input: ReleaseTermsInput) => resolveTerms(input, at))
  const plan = planCapture({ terms, days, at, ...(brand && { brand }) })
  expect([plan.when, plan.latestReleaseAt?.toISOString().slice(0, 10)]).toEqual([when, latest])
})

test('days of inspection are of 24 hours in UTC: across a leap day, and where clocks change', () => {
  const terms = resolveTerms({ method: 'warehouse' }, at)
  expect(autoReleaseAt(terms, new Date('2028-02-24T23:59:59.999Z'))?.toISOString()).toBe('2028-03-05T23:59:59.999Z')
  expect(autoReleaseAt(terms, new Date('2026-10-24T00:30:00.000Z'))?.toISOString()).toBe('2026-11-03T00:30:00.000Z')
  expect(autoReleaseAt({ ...terms, inspectionDays: null }, at)).toBeNull()
})
