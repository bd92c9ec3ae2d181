import { describe, expect, test } from 'vitest'
import { closestLocale, directionOf, locales } from './locale.ts'

describe('the closest language', () => {
  test.each([
    ['de', 'de'], ['de-AT', 'de'], ['DE-ch', 'de'], ['de-CH-1996', 'de'], ['en-GB-u-ca-buddhist', 'en'],
    ['es', 'es'], ['es-ES', 'es'], ['es-MX', 'es-419'], ['es-US', 'es-419'], ['es-419', 'es-419'],
    ['fr', 'fr'], ['fr-BE', 'fr'], ['fr-CA', 'fr-CA'],
    ['pt', 'pt-BR'], ['pt-BR', 'pt-BR'], ['pt-PT', 'pt-PT'], ['pt-AO', 'pt-PT'],
    ['zh', 'zh-CN'], ['zh-SG', 'zh-CN'], ['zh-Hans-HK', 'zh-CN'], ['zh-HK', 'zh-HK'], ['zh-MO', 'zh-HK'],
    ['zh-TW', 'zh-TW'], ['zh-Hant', 'zh-TW'], ['zh-Hant-HK', 'zh-HK'], ['zh-Hant-TW', 'zh-TW'],
    ['no', 'nb'], ['nn-NO', 'nb'], ['nb', 'nb'], ['bs', 'hr'], ['iw', 'he'], ['in', 'id'], ['sr-Latn-RS', 'sr'],
    ['tlh', undefined], ['xx', undefined], ['en_US', undefined], ['', undefined], ['*', undefined],
    [`en-${'x'.repeat(99)}`, undefined], ['constructor', undefined], ['__proto__', undefined],
  ])('to %s is %s', (tag, closest) => {
    expect(closestLocale(tag)).toBe(closest)
  })

  test.each(locales)('to %s is itself', (locale) => {
    expect(closestLocale(locale)).toBe(locale)
  })
})

test('Arabic, Hebrew, Persian and Urdu are written from right to left, and no other of ours', () => {
  const leftwards = locales.filter((locale) => directionOf(locale) === 'rtl')
  expect(leftwards).toEqual(['ar', 'fa', 'he', 'ur'])
  expect(['ar-EG', 'fa-AF'].map(directionOf)).toEqual(['rtl', 'rtl'])
})
