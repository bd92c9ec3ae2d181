import { describe, expect, test } from 'vitest'
import {
  brandRules,
  codeLengths,
  hasExpired,
  isTooFarAhead,
  judgeNumber,
  passesLuhn,
  ruleFor,
} from './cards.ts'

describe('brands', () => {
  test.each([
    ['4', 'visa'],
    ['51', 'mastercard'],
    ['55', 'mastercard'],
    ['56', undefined],
    ['2220', undefined],
    ['2221', 'mastercard'],
    ['2720', 'mastercard'],
    ['2721', undefined],
    ['34', 'amex'],
    ['35', undefined],
    ['37', 'amex'],
    ['300', 'diners'],
    ['305', 'diners'],
    ['306', undefined],
    ['3095', 'diners'],
    ['36', 'diners'],
    ['6011', 'discover'],
    ['6012', undefined],
    ['643', undefined],
    ['644', 'discover'],
    ['65', 'discover'],
    ['3527', undefined],
    ['3528', 'jcb'],
    ['3589', 'jcb'],
    ['3590', undefined],
    ['62', 'unionpay'],
    ['81', 'unionpay'],
    ['', undefined],
    ['6', undefined],
    ['9', undefined],
  ])('a number that begins with %s is of %s', (digits, brand) => {
    expect(ruleFor(digits)?.brand).toBe(brand)
  })

  test('no number is of two brands', () => {
    for (let start = 0; start < 10_000; start += 1) {
      const digits = String(start).padStart(4, '0')
      const found = brandRules.filter(({ ranges }) =>
        ranges.some(([low, high]) => {
          const head = digits.slice(0, low.length)
          return head >= low && head <= high
        }),
      )
      expect(found.length, digits).toBeLessThan(2)
    }
  })
})

describe('numbers', () => {
  test.each([
    ['4112344112344113', { verdict: 'valid', brand: 'visa' }],
    ['5112345112345114', { verdict: 'valid', brand: 'mastercard' }],
    ['371144371144376', { verdict: 'valid', brand: 'amex' }],
    ['', { verdict: 'empty' }],
    ['411234411234411', { verdict: 'short', by: 1 }],
    ['4', { verdict: 'short', by: 15 }],
    ['4112344112344114', { verdict: 'checksum' }],
    ['41123441123441130', { verdict: 'long', by: 1 }],
    ['51123451123451140', { verdict: 'long', by: 1 }],
    ['37114437114437', { verdict: 'short', by: 1 }],
    ['6200000000000003', { verdict: 'valid', brand: 'unionpay' }],
    ['9999999999999995', { verdict: 'valid', brand: 'unknown' }],
  ])('%s is judged %j', (digits, verdict) => {
    expect(judgeNumber(digits)).toEqual(verdict)
  })

  test('the check digit finds every single wrong digit and every swap of neighbours but 09', () => {
    const digits = '4112344112344113'
    for (let at = 0; at < digits.length; at += 1) {
      for (const other of '0123456789') {
        const wrong = digits.slice(0, at) + other + digits.slice(at + 1)
        expect(passesLuhn(wrong)).toBe(wrong === digits)
      }
      const [one = '', two = ''] = [digits[at], digits[at + 1]]
      const swapped = digits.slice(0, at) + two + one + digits.slice(at + 2)
      if (two !== '' && one !== two) expect(passesLuhn(swapped)).toBe(false)
    }
  })

  test.each([
    ['37', [4]],
    ['4', [3]],
    ['', [3, 4]],
  ])('the code of %s has %j digits', (digits, lengths) => {
    expect(codeLengths(digits)).toEqual(lengths)
  })
})

describe('expiry', () => {
  test.each([
    ['2026-11-30T23:59:59Z', false],
    ['2026-12-01T11:59:59Z', false],
    ['2026-12-01T12:00:00Z', true],
    ['2027-01-01T00:00:00Z', true],
  ])('a card of 11/26 at %s has expired: %s', (now, expired) => {
    expect(hasExpired({ month: 11, year: 2026 }, new Date(now))).toBe(expired)
  })

  test.each([
    [2046, false],
    [2047, true],
  ])('the year %i is too far ahead in 2026: %s', (year, tooFar) => {
    expect(isTooFarAhead({ month: 1, year }, new Date('2026-11-22'))).toBe(tooFar)
  })
})
