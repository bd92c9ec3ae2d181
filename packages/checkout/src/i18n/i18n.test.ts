import { describe, expect, test } from 'vitest'
import { en } from './en.ts'
import { languageOf } from './index.ts'
import { zhCN } from './zh-CN.ts'

const holes = (sentence: string): readonly string[] => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string).sort()

describe('the languages', () => {
  test('have the same strings', () => {
    expect(Object.keys(zhCN)).toEqual(Object.keys(en))
  })

  for (const [key, sentence] of Object.entries(en)) {
    test(`say ${key} with the same values, and say it at all`, () => {
      const other = zhCN[key as keyof typeof en]
      expect(holes(other)).toEqual(holes(sentence))
      expect(other).toMatch(/\p{Script=Han}/u)
      expect(sentence).not.toMatch(/[!]|oops|invalid/i)
    })
  }
})

describe('the language', () => {
  const rows = [
    { wanted: ['en-GB'], locale: 'en-GB', total: 'Total' },
    { wanted: ['zh-CN'], locale: 'zh-CN', total: '合计' },
    { wanted: ['ZH'], locale: 'ZH', total: '合计' },
    { wanted: [null, undefined, 'zh-Hant-TW'], locale: 'zh-Hant-TW', total: '合计' },
    { wanted: ['de-DE', 'zh-CN'], locale: 'zh-CN', total: '合计' },
    { wanted: ['de-DE'], locale: 'en', total: 'Total' },
    { wanted: ['en_US'], locale: 'en', total: 'Total' },
    { wanted: ['en-' + 'x'.repeat(99)], locale: 'en', total: 'Total' },
    { wanted: [], locale: 'en', total: 'Total' },
  ]
  for (const { wanted, locale, total } of rows) {
    test(`of ${JSON.stringify(wanted)} is ${locale}`, () => {
      const language = languageOf(...wanted)
      expect([language.locale, language.text('total')]).toEqual([locale, total])
    })
  }

  test('fills in values as they are, braces and all', () => {
    expect(languageOf('en').text('pay', { amount: '{amount} $& 5' })).toBe('Pay {amount} $& 5')
  })
})
