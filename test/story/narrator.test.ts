import { describe, expect, it } from 'vitest'
import { bar, money, Narrator } from './narrator.ts'

describe('money in words', () => {
  it.each([
    [124_800, 'USD', 'USD 1,248.00'], [5, 'USD', 'USD 0.05'], [0, 'EUR', 'EUR 0.00'], [-1_234_567, 'USD', 'USD −12,345.67'],
    [1_200, 'JPY', 'JPY 1,200'], [1_500, 'KWD', 'KWD 1.500'], [999_999_999_999, 'USD', 'USD 9,999,999,999.99'],
  ])('%d of %s is %s', (amount, currency, words) => {
    expect(money(amount, currency)).toBe(words)
  })
})

describe('the bar', () => {
  const length = (text: string, sign: string): number => [...text].filter((one) => one === sign).length

  it.each([
    [{ captured: 100, held: 100, released: 0, refunded: 0 }, [44, 0, 0]],
    [{ captured: 100, held: 50, released: 25, refunded: 25 }, [22, 11, 11]],
    [{ captured: 100, held: 0, released: 0, refunded: 100 }, [0, 0, 44]],
    [{ captured: 100_000, held: 99_998, released: 1, refunded: 1 }, [42, 1, 1]],
    [{ captured: 0, held: 0, released: 0, refunded: 0 }, [0, 0, 0]],
  ])('of %j is as long as ever, and shows each part that there is', (totals, lengths) => {
    const drawn = bar({ releasedFee: 0, ...totals })
    expect([...drawn]).toHaveLength(44)
    expect(['█', '▒', '░'].map((sign) => length(drawn, sign))).toEqual(lengths)
  })
})

describe('the verdict', () => {
  it('is that the books balance only when every promise holds', () => {
    const written: string[] = []
    const narrator = new Narrator({ write: (text) => written.push(text) })
    expect(narrator.verdict([['one', true], ['two', true]])).toBe(true)
    expect(narrator.verdict([['one', true], ['two', false]])).toBe(false)
    expect(written.join('')).toMatch(/✗ two\n\nTHE BOOKS DO NOT BALANCE\.\n$/)
  })
})
