import { globSync, readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { directionOf, locales } from '@holdfast/contract/locale'
import { describe, expect, test } from 'vitest'
import { inTree } from '../scripts/command.ts'
import { fileOf, languageChunks, listOfAll, parts, plurals, readLocale, stringsOf, translated, unitsOf, updated } from '../scripts/locales.ts'
import type { Part } from '../scripts/locales.ts'
import { parseXliff, writeXliff } from '../scripts/xliff.ts'

/** Words that are the same in English and in a language, each looked at by somebody. */
const alike: Readonly<Record<string, readonly string[]>> = {
  alipay: translated,
  total: ['es', 'es-419', 'fr', 'fr-CA', 'pt-BR', 'pt-PT', 'ro'],
  card: ['ro'],
  method_express: ['fr', 'fr-CA', 'sv'],
  region_area: ['it'],
  region_province: ['fr', 'fr-CA', 'lv'],
}

const holes = (sentence: string): readonly string[] => [...sentence.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort()
const names = Object.keys(parts) as Part[]

describe('the languages', () => {
  test('are those that have a file, and more than 35', () => {
    const files = globSync('locales/*.xlf', { cwd: inTree() }).map((file) => file.replace(/^.*[\\/]|\.xlf$/g, ''))
    expect(files.sort()).toEqual([...locales].sort())
    expect(locales.length).toBeGreaterThan(35)
  })

  test.each(locales)('%s has the units, the notes and the shape that the source has, and no other', (locale) => {
    const text = readFileSync(fileOf(locale), 'utf8')
    expect(text === writeXliff(updated(locale, parseXliff(text)))).toBe(true)
    expect(parseXliff(text).language ?? 'en').toBe(locale)
  })

  test.each(translated)('%s says everything, with the same values, in words of its own', (locale) => {
    const units = names.flatMap((part) => readLocale(locale).files.get(part) ?? [])
    const missing = units.filter(({ target }) => !target?.trim())
    expect(missing.map(({ id }) => id)).toEqual([])
    const bent = units.filter(({ source, target = '' }) => String(holes(source)) !== String(holes(target)))
    expect(bent.map(({ id }) => id)).toEqual([])
    const untranslated = units.filter(({ id, source, target }) => source === target && !alike[id]?.includes(locale))
    expect(untranslated.map(({ id }) => id)).toEqual([])
  })

  test.each(translated)('%s is polite and plain: nothing shouts, nothing is markup, nothing is an escrow', (locale) => {
    const wrong = names.flatMap((part) => Object.entries(stringsOf(part, locale)))
      .filter(([, sentence]) => /[!<>]|escrow|\s{2}|^\s|\s$/i.test(sentence) || sentence.length > 300)
    expect(wrong).toEqual([])
  })

  test.each(translated.filter((locale) => directionOf(locale) === 'rtl'))('%s is in a script that runs from right to left', (locale) => {
    const sentences = Object.entries(stringsOf('checkout', locale)).filter(([key]) => key !== 'alipay')
    expect(sentences.filter(([, text]) => !/[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text))).toEqual([])
  })

  test('have each plural that counting to 19 needs', () => {
    expect(Object.fromEntries(['ar', 'de', 'fr', 'ja', 'pl'].map((locale) => [locale, plurals(locale)]))).toEqual({
      ar: ['one', 'two', 'few', 'many'], de: ['one'], fr: ['one'], ja: [], pl: ['one', 'few', 'many'],
    })
    expect(unitsOf('card', 'pl').map(({ id }) => id).filter((id) => id.startsWith('number_short')))
      .toEqual(['number_short', 'number_short_one', 'number_short_few', 'number_short_many'])
  })
})

describe('what a browser loads', () => {
  const chunks = languageChunks().filter(({ name }) => !name.includes('.'))
  const index = listOfAll(chunks)

  test('is listed by its hash, under a name that changes with it', () => {
    const listed = Object.entries(JSON.parse(index.text) as Record<string, string>)
    expect(listed).toEqual(translated.map((locale, at) => [locale, chunks[at]?.digest]))
    expect(new Set(chunks.map(({ name }) => name)).size).toBe(translated.length)
  })

  test('is small: the list in 4 KB, a language in 6 KB, the frame’s words in 3 KB', () => {
    const sizes = chunks.map(({ name, text }) => [name, brotliCompressSync(text).length] as const)
    expect(sizes.filter(([, size]) => size > 6144)).toEqual([])
    expect(brotliCompressSync(index.text).length).toBeLessThan(4096)
    const words = translated.map((locale) => brotliCompressSync(JSON.stringify(stringsOf('card', locale))).length)
    expect(Math.max(...words)).toBeLessThan(3072)
  })
})

describe('a file of translations', () => {
  const whole = writeXliff(updated('de', undefined))

  test('that waits for a translator says so', () => {
    expect(whole).toContain('<segment state="initial">')
    expect(parseXliff(whole).files.get('card')?.[0]).toMatchObject({ id: 'title', source: 'Card', target: undefined })
  })

  test('loses a translation whose English has changed, and no other', () => {
    const de = readLocale('de')
    const text = readFileSync(fileOf('de'), 'utf8').replace('<source>Total</source>', '<source>Sum</source>')
    const [first, ...rest] = updated('de', parseXliff(text)).files.get('checkout') ?? []
    expect(first).toMatchObject({ id: 'total', source: 'Total' })
    expect(first?.target).toBeUndefined()
    expect(rest).toEqual(de.files.get('checkout')?.slice(1))
  })

  test.each([
    ['a tag left open', whole.replace('</source>', '')],
    ['tags that cross', whole.replace('</source>', '</segment>')],
    ['an end cut off', whole.slice(0, -10)],
    ['a second root', whole + whole.slice(39)],
    ['a doctype', whole.replace('<xliff', '<!DOCTYPE xliff [<!ENTITY x SYSTEM "file:///etc/passwd">]><xliff')],
    ['a comment', whole.replace('<segment', '<!-- later --><segment')],
    ['an unknown entity', whole.replace('Total', '&total;')],
    ['a bare ampersand', whole.replace('Total', 'Total & more')],
    ['another version', whole.replace('version="2.0"', 'version="1.2"')],
    ['another source language', whole.replace('srcLang="en"', 'srcLang="de"')],
    ['a unit twice', whole.replace('id="order"', 'id="total"')],
    ['markup in a sentence', whole.replace('Total', '<b>Total</b>')],
    ['two sources', whole.replace('</source>', '</source><source>Total</source>')],
    ['stray text', whole.replace('<segment', 'so <segment')],
    ['an attribute twice', whole.replace('<unit id="order"', '<unit id="order" id="order"')],
  ])('is refused with %s', (_what, text) => {
    expect(() => parseXliff(text)).toThrow('no XLIFF of ours')
  })
})

test('styles know start and end, and neither left nor right', () => {
  const physical = /(?:^|[\s{;])(?:(?:margin|padding|border|scroll-margin)-(?:left|right)|left|right|text-align:\s*(?:left|right)|float:\s*(?:left|right))\s*[:;]/m
  const files = ['packages/checkout/src/element/styles.ts', 'packages/card-frame/src/frame.css']
  expect(files.filter((file) => physical.test(readFileSync(inTree(file), 'utf8')))).toEqual([])
})
