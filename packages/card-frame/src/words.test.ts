import { expect, test } from 'vitest'
import { formatMoney } from '@holdfast/contract/amount'
import { localeOf, wordsOfPage } from './words.ts'

const page = (lang: string): Document => ({ documentElement: { lang }, body: null }) as unknown as Document

test.each([
  // by its region
  ['en', 'en-IN', 'USD 1,55,05,000.00'],
  ['en', 'en-GB', 'USD 15,505,000.00'],
  // digits of five and nought that are read as nought and a full stop
  ['en', 'en-u-nu-arab', 'USD 15,505,000.00'],
  ['en', 'en-IN-u-nu-beng-cf-account', 'USD 1,55,05,000.00'],
  ['en', 'en-x-private', 'USD 15,505,000.00'],
  // not the language of the page, or none at all
  ['en', 'ar-EG', 'USD 15,505,000.00'],
  ['en', 'constructor', 'USD 15,505,000.00'],
])('a page in %s whose locale is %s has the total as %s', (lang, locale, written) => {
  expect(formatMoney({ amount: 1_550_500_000, currency: 'USD', exponent: 2 }, localeOf(wordsOfPage(page(lang)), locale)).replace('\u00a0', ' ')).toBe(written)
})
