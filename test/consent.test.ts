import { createHash } from 'node:crypto'
import { savedCardConsents } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { stringsOf, translated } from '../scripts/locales.ts'
import { en } from '../packages/checkout/src/saved/en.ts'
import { consent } from '../packages/checkout/src/saved/index.ts'

/** What a buyer agrees to, in every language. */
const words = [['en', en.save, en.share], ...translated.map((locale) => {
  const { save, share } = stringsOf('saved', locale)
  return [locale, save, share]
})]

test('the words that buyers agree to are those of their version; with other words, make a new version', () => {
  const version = createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16)
  expect({ [savedCardConsents[0]]: version }).toEqual({ '2026-11': 'bfbc0ba9e75725c3' })
  expect(consent).toBe(savedCardConsents[0])
})
