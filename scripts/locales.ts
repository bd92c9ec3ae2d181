// The languages: `locales/*.xlf` hold every sentence of the component and of the card frame. From them the build
// makes what browsers load. Run by itself, this brings the files up to date with the English in the source:
//   node --conditions=holdfast-source scripts/locales.ts
// A translation stays while its English does; what is new or changed waits, and the tests fail until it is done.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { en as card } from '../packages/card-frame/src/words.ts'
import { en as checkout } from '../packages/checkout/src/i18n/en.ts'
import { en as details } from '../packages/checkout/src/details/en.ts'
import { en as next } from '../packages/checkout/src/next/en.ts'
import { en as alipayStep } from '../packages/checkout/src/methods/alipay/alipay-step/en.ts'
import { en as threeDSecure } from '../packages/checkout/src/methods/card/three-d-secure/en.ts'
import { en as saved } from '../packages/checkout/src/saved/en.ts'
import { en as hosted, sharedKeys as hostedKeys } from '../packages/checkout/src/hosted/en.ts'
import { en as order, sharedKeys } from '../packages/checkout/src/order/en.ts'
import { locales } from '../packages/contract/src/locale.ts'
import { inTree } from './command.ts'
import { notes } from './locale-notes.ts'
import { parseXliff, writeXliff } from './xliff.ts'
import type { Unit, Xliff } from './xliff.ts'

export type Strings = Readonly<Record<string, string>>

/** Who speaks: the components on the merchant's page, their parts, and the frame on the vault's origin. */
export const parts: Readonly<Record<'checkout' | 'order' | 'details' | 'saved' | 'three-d-secure' | 'alipay-step' | 'next' | 'hosted' | 'card', Strings>> =
  { checkout, order, details, saved, 'three-d-secure': threeDSecure, 'alipay-step': alipayStep, next, hosted, card }
export type Part = keyof typeof parts

/** Of the checkout's sentences, those that an order after payment says as well. */
export const orderEnglish: Strings = Object.fromEntries(sharedKeys.map(key => [key, checkout[key]]))

/** All that the hosted page says, by language: its document has the words of one. */
export function hostedWords(): Readonly<Record<string, Strings>> {
  const shared = (strings: Strings): Strings => Object.fromEntries(hostedKeys.flatMap(key => (strings[key] ? [[key, strings[key]]] : [])))
  const others = translated.map(locale => [locale, { ...stringsOf('hosted', locale), ...shared(stringsOf('checkout', locale)) }] as const)
  return { en: { ...hosted, ...shared(checkout) }, ...Object.fromEntries(others) }
}

/** What a browser fetches by itself: the frame's words come in its page, and so do the hosted page's. */
const catalogues = (Object.keys(parts) as Part[]).filter(part => part !== 'card' && part !== 'hosted')

/** Languages that have files of translations: all but English. */
export const translated: readonly string[] = locales.filter(locale => locale !== 'en')

/** The most digits that a sentence counts: a card number has 19. */
const mostCounted = 19

export const fileOf = (locale: string): string => inTree('locales', `${locale}.xlf`)

/** The plurals beside the general one that a language tells apart among what is counted. */
export function plurals(locale: string): readonly string[] {
  const rules = new Intl.PluralRules(locale)
  const found = new Set(Array.from({ length: mostCounted }, (_, at) => rules.select(at + 1)))
  return ['one', 'two', 'few', 'many'].filter(form => found.has(form as Intl.LDMLPluralRule))
}

/** The units that a language has to have, in the order of the source; a plural's English is the general one. */
export function unitsOf(part: Part, locale: string): readonly Unit[] {
  const strings = parts[part]
  const forms = plurals(locale)
  return Object.entries(strings).flatMap(([id, source]) => {
    if (id.endsWith('_one')) return []
    const note = notes[id] ?? notes[id.split('_')[0] as string]
    const unit = { id, source, note }
    if (!(`${id}_one` in strings)) return [unit]
    return [unit, ...forms.map(form => ({ id: `${id}_${form}`, source: strings[`${id}_${form}`] ?? source, note: `${note} Plural: ${form}.` }))]
  })
}

export function readLocale(locale: string): Xliff {
  return parseXliff(readFileSync(fileOf(locale), 'utf8'))
}

/** The sentences of one part, as browsers load them; what waits for a translator is left out, and shows in English. */
export function stringsOf(part: Part, locale: string): Strings {
  const units = new Map(readLocale(locale).files.get(part)?.map(unit => [unit.id, unit]))
  const strings = unitsOf(part, locale).flatMap(({ id, source }) => {
    const unit = units.get(id)
    return unit?.target !== undefined && unit.source === source ? [[id, unit.target] as const] : []
  })
  return Object.fromEntries(strings)
}

/** A file that a browser loads, under a name that changes with it. */
export interface Chunk {
  readonly name: string
  readonly file: string
  readonly text: string
  /** SHA-384 as base64: what `integrity` compares. */
  readonly digest: string
}

export function chunkOf(name: string, { text, type }: { readonly text: string; readonly type: 'js' | 'json' }): Chunk {
  const digest = createHash('sha384').update(text).digest('base64')
  return { name, file: `${name}.${digest.slice(0, 10).replace(/\W/g, '-')}.${type}`, text, digest }
}

const textsOf = (name: string, content: Strings): Chunk => chunkOf(name, { text: JSON.stringify(content), type: 'json' })

/** The languages of the component, and of its parts, each part's with a list of them. */
export function languageChunks(): readonly Chunk[] {
  return catalogues.flatMap(part => {
    if (part === 'checkout') return translated.map(locale => textsOf(locale, stringsOf(part, locale)))
    const own = translated.map(locale => textsOf(`${part}.${locale}`, stringsOf(part, locale)))
    return [listOf(`${part}.index`, own), ...own]
  })
}

/** What the script asks for first: the hashes of all that is in no other list. The script knows its own. */
export function listOfAll(chunks: readonly Chunk[]): Chunk {
  return listOf('index', chunks.filter(({ name }) => !name.includes('.') || name.endsWith('.index')))
}

function listOf(name: string, chunks: readonly Chunk[]): Chunk {
  return textsOf(name, Object.fromEntries(chunks.map(one => [one.name, one.digest])))
}

/** A language's file with the source's units: a translation stays while its English does. */
export function updated(locale: string, old: Xliff | undefined): Xliff {
  const files = (Object.keys(parts) as Part[]).map(part => {
    const known = new Map(old?.files.get(part)?.map(unit => [unit.id, unit]))
    const units = unitsOf(part, locale).map(unit => {
      const before = known.get(unit.id)
      return before?.source === unit.source ? { ...unit, target: before.target } : unit
    })
    return [part, units] as const
  })
  return { language: locale === 'en' ? undefined : locale, files: new Map(files) }
}

function main(): void {
  for (const locale of locales) {
    const file = fileOf(locale)
    const text = writeXliff(updated(locale, existsSync(file) ? readLocale(locale) : undefined))
    const waiting = text.split('state="initial"').length - 1
    writeFileSync(file, text)
    if (locale !== 'en' && waiting) process.stdout.write(`${locale}: ${waiting} to translate\n`)
  }
}

if (import.meta.main) main()
