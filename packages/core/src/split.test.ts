import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shareOf, split } from './split.ts'

const amount = fc.bigInt({ min: 0n, max: 999_999_999_999n })
const sum = (parts: readonly bigint[]) => parts.reduce((a, b) => a + b, 0n)

test.each([
  [100, [1, 1, 1], [34, 33, 33]],
  [1, [1, 1], [1, 0]],
  [2, [1, 2, 3], [0, 1, 1]],
  [10, [0, 7, 0], [0, 10, 0]],
  [0, [0, 0], [0, 0]],
])('splits %i over %j as %j', (total, weights, parts) => {
  expect(split(BigInt(total), weights.map(BigInt)).map(Number)).toEqual(parts)
})

test.each([[5, []], [5, [0, 0]], [-1, [1]], [1, [-1, 2]]])('refuses to split %i over %j', (total, weights) => {
  expect(() => split(BigInt(total), weights.map(BigInt))).toThrow('broken promise')
})

test('parts sum exactly, are within one unit of their quota, and never exceed their weight', () => {
  fc.assert(fc.property(fc.array(amount, { minLength: 1, maxLength: 8 }), fc.bigInt({ min: 0n, max: 10n ** 13n }), (weights, any) => {
    const whole = sum(weights)
    fc.pre(whole > 0n)
    const total = any % (whole + 1n)
    const parts = split(total, weights)
    if (sum(parts) !== total) return false
    return parts.every((part, index) => {
      const weight = weights[index]!
      const low = (total * weight) / whole
      return part >= low && part <= low + 1n && part <= weight
    })
  }), { numRuns: 100_000 })
}, 60_000)

test('a fee split over what remains takes nothing back, leaves nothing, and never exceeds what it travels with', () => {
  const steps = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 12 })
  fc.assert(fc.property(amount, fc.nat({ max: 1_000_000 }), steps, (whole, feePart, cuts) => {
    let left = whole
    let fee = (whole * BigInt(feePart)) / 1_000_000n
    for (const cut of [...cuts, 1_000_000]) {
      if (left === 0n) break
      const part = cut === 1_000_000 ? left : (left * BigInt(cut)) / 1_000_000n
      const share = shareOf(fee, { part, whole: left })
      if (share < 0n || share > part) return false
      left -= part
      fee -= share
      if (fee < 0n || fee > left) return false
    }
    return left === 0n && fee === 0n
  }), { numRuns: 100_000 })
}, 60_000)
