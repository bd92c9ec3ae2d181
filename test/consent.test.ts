import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { savedCardConsents } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { inTree } from '../scripts/command.ts'
import { parts, stringsOf, translated } from '../scripts/locales.ts'

/** What a buyer agrees to, in every language. */
const words = [['en', parts.saved['save'], parts.saved['share']], ...translated.map((locale) => {
  const { save, share } = stringsOf('saved', locale)
  return [locale, save, share]
})]

test('the words that buyers agree to are those of their version; with other words, make a new version', () => {
  const version = createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16)
  expect({ [savedCardConsents[0]]: version }).toEqual({ '2026-11': 'bfbc0ba9e75725c3' })
  // the part that asks says the same
  expect(readFileSync(inTree('packages/checkout/src/saved/index.ts'), 'utf8')).toContain(`= '${savedCardConsents[0]}'`)
})
