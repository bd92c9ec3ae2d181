import { describe, expect, test } from 'vitest'
import { formatMoney } from './amount.ts'

describe('an amount is written', () => {
  const rows = [
    { amount: 1_248_000, currency: 'USD', exponent: 2, locale: 'en', written: 'USD 12,480.00' },
    { amount: 5, currency: 'USD', exponent: 2, locale: 'en', written: 'USD 0.05' },
    { amount: 0, currency: 'USD', exponent: 2, locale: 'en', written: 'USD 0.00' },
    { amount: 154_800, currency: 'JPY', exponent: 0, locale: 'en', written: 'JPY 154,800' },
    { amount: 1_248_005, currency: 'KWD', exponent: 3, locale: 'en', written: 'KWD 1,248.005' },
    { amount: 12_345, currency: 'CLF', exponent: 4, locale: 'en', written: 'CLF 1.2345' },
    { amount: 999_999_999_999, currency: 'USD', exponent: 2, locale: 'en', written: 'USD 9,999,999,999.99' },
    { amount: 1_248_000, currency: 'CNY', exponent: 2, locale: 'zh-CN', written: 'CNY 12,480.00' },
    { amount: 1_248_000, currency: 'USD', exponent: 2, locale: 'de', written: '12.480,00 USD' },
    { amount: 1_248_000, currency: 'USD', exponent: 2, locale: 'de-CH', written: "USD 12'480.00" },
    { amount: 124_800_000, currency: 'INR', exponent: 2, locale: 'hi', written: 'INR 12,48,000.00' },
    { amount: 1_248_000, currency: 'EUR', exponent: 2, locale: 'he', written: '\u200f12,480.00 \u200fEUR' },
    { amount: -1_248_000, currency: 'USD', exponent: 2, locale: 'en', written: '-USD 12,480.00' },
    // Intl shows no decimals for these two, and ISO 4217 has two: the server's word counts
    { amount: 100_050, currency: 'LBP', exponent: 2, locale: 'en', written: 'LBP 1,000.50' },
    { amount: 100_050, currency: 'MGA', exponent: 2, locale: 'en', written: 'MGA 1,000.50' },
  ]
  for (const { written, locale, ...shown } of rows) {
    test(`${shown.amount} of ${shown.currency} as ${written}`, () => {
      expect(formatMoney(shown, locale).replaceAll('\u00a0', ' ')).toBe(written)
    })
  }

  test.each(['en', 'en-US', 'en-GB'])('in %s, where it is done without Intl, as Intl would', (locale) => {
    for (const [currency, exponent] of [['USD', 2], ['JPY', 0], ['KWD', 3], ['CLF', 4]] as const) {
      const format = new Intl.NumberFormat(locale, {
        style: 'currency', currency, currencyDisplay: 'code', minimumFractionDigits: exponent, maximumFractionDigits: exponent,
      })
      for (const amount of [0, 7, 999, 1000, 12_345, 100_000, 1_234_567_890]) {
        expect(formatMoney({ amount, currency, exponent }, locale)).toBe(format.format(amount / 10 ** exponent))
      }
    }
  })

  test('never breaks between code and figure', () => {
    expect(formatMoney({ amount: 100, currency: 'USD', exponent: 2 }, 'en')).toBe('USD\u00a01.00')
  })

  test('exactly, however many digits', () => {
    expect(formatMoney({ amount: Number.MAX_SAFE_INTEGER, currency: 'USD', exponent: 2 }, 'en')).toBe('USD\u00a090,071,992,547,409.91')
  })
})
