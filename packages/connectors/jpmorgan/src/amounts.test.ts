import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { exponentOf } from '@holdfast/contract'
import { AmountRefused, Amounts, railCurrencies } from './amounts.ts'

const amounts = new Amounts()

describe('amounts on the wire', () => {
  it('are the same integers where the rail counts as ISO 4217 does', () => {
    expect(railCurrencies.size).toBeGreaterThan(120)
    fc.assert(fc.property(fc.bigInt(0n, 999_999_999_999n), (amount) => {
      for (const currency of railCurrencies) expect(amounts.fromRail(amounts.toRail({ amount, currency }), currency)).toBe(amount)
    }))
  })

  it.each([
    ['a currency that the rail does not take', 100n, 'KWD'],
    ['a currency that is none', 100n, 'XXX'],
    ['a currency of the rail’s list that is retired', 100n, 'SLL'],
    ['13 digits', 1_000_000_000_000n, 'USD'],
    ['less than nothing', -1n, 'USD'],
  ])('refuse %s', (_, amount, currency) => {
    expect(() => amounts.toRail({ amount, currency })).toThrow(AmountRefused)
  })

  it('are rescaled where the rail counts otherwise, and never lose a part', () => {
    const other = new Amounts({ ISK: 2, HUF: 0 })
    expect(other.toRail({ amount: 1_500n, currency: 'ISK' })).toBe(150_000)
    expect(other.fromRail(150_000, 'ISK')).toBe(1_500n)
    expect(() => other.fromRail(150_001, 'ISK')).toThrow(AmountRefused)
    expect(other.toRail({ amount: 150_000n, currency: 'HUF' })).toBe(1_500)
    expect(() => other.toRail({ amount: 150_050n, currency: 'HUF' })).toThrow(AmountRefused)
  })
})

describe('decimals of a report', () => {
  it.each([
    ['100.00', 'USD', 10_000n], ['-3.20', 'USD', -320n], ['0.00', 'USD', 0n], ['-0.00', 'USD', 0n], ['0.07', 'EUR', 7n],
    ['1200', 'JPY', 1_200n], ['-1200', 'JPY', -1_200n], ['9999999999.99', 'USD', 999_999_999_999n],
  ])('%s %s is %s', (text, currency, expected) => {
    expect(amounts.fromDecimal(text, currency)).toBe(expected)
  })

  it('are read as they were written, for every amount and currency', () => {
    fc.assert(fc.property(fc.bigInt(-999_999_999_999n, 999_999_999_999n), fc.constantFrom(...railCurrencies), (amount, currency) => {
      const digits = exponentOf(currency)
      const text = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, '0')
      const written = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
      expect(amounts.fromDecimal(`${amount < 0n ? '-' : ''}${written}`, currency)).toBe(amount)
    }))
  })

  it.each([
    ['0.00E+00', 'USD'], ['1.03311E+11', 'USD'], ['3.2', 'USD'], ['3', 'USD'], ['3.200', 'USD'], ['1,200.00', 'USD'], ['(3.20)', 'USD'],
    ['$3.20', 'USD'], ['+3.20', 'USD'], ['3.20 ', 'USD'], ['', 'USD'], ['.20', 'USD'], ['1200.00', 'JPY'], ['3.20', 'XXX'], ['NaN', 'USD'],
  ])('refuse %j %s rather than guess', (text, currency) => {
    expect(() => amounts.fromDecimal(text, currency)).toThrow(AmountRefused)
  })
})
