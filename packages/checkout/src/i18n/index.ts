import { closestLocale, directionOf } from '@holdfast/contract/locale'
import { readTexts, shelf } from '../chunks.ts'
import { warnOnce } from '../warn.ts'
import { en } from './en.ts'

export type StringKey = keyof typeof en
export type Strings = Readonly<Record<string, string>>
/** Texts go in as they are; a number is a span of time that its name tells the unit of: `days`, `minutes`. */
export type Values = Readonly<Record<string, string | number>>

/** A sentence with its values filled in. */
export type Words<Key extends string> = (key: Key, values?: Values) => string

/** One language, and the locale that writes its numbers and dates. */
export interface Language {
  /** BCP 47, as given where the language is spoken here: `en-GB` stays, `xx` becomes `en`. */
  readonly locale: string
  /** That of the sentences, whatever the page around them has: `60 days` must not turn into `days 60`. */
  readonly direction: 'ltr' | 'rtl'
  readonly text: Words<StringKey>
  /** While its sentences are on their way and English stands in for them. Never rejects. */
  readonly pending?: Promise<void>
  /** What a part of the component says, by its own English, which stands in for what can't be had. Never rejects. */
  words<Key extends string>(part: string, english: Readonly<Record<Key, string>>): Promise<Words<Key>>
}

/** What has been read, by language; English for one that couldn't be. */
const read = new Map<string, Strings>([['en', en]])
/** Of a language that is on its way, by its name: one promise, however often it is asked for. */
const pending = new Map<string, Promise<void>>()
const coming = new Map<string, Promise<Strings | undefined>>()

/**
 * The first of the locales whose language, or one close to it, is spoken here; English where none is. The first is
 * the merchant's: when it is passed over, the console says so.
 */
export function languageOf(...wanted: readonly (string | null | undefined)[]): Language {
  const tag = wanted.find((each) => each && closestLocale(each)) ?? 'en'
  const [asked] = wanted
  if (asked && asked !== tag) warnOnce(`it speaks no language close to "${asked}", and shows "${tag}" instead.`)
  const language = closestLocale(tag) as string
  const strings = read.get(language)
  if (!strings) return { ...spoken('en', en), pending: pending.get(language) ?? learned(language) }
  return strings === en ? spoken(language === 'en' ? tag : 'en', en) : spoken(tag, strings)
}

function learned(language: string): Promise<void> {
  const ready = fetched(language).then((found = en) => void read.set(language, found))
  pending.set(language, ready)
  return ready
}

function spoken(locale: string, strings: Strings): Language {
  const direction = directionOf(locale)
  const saying = (own: Strings, english: Strings) => (key: string, values: Values = {}): string =>
    (own[key] ?? english[key] ?? key).replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name] ?? hole
      const said = typeof value === 'number' ? span(value, name, locale) : value
      // an amount or a name that runs the other way must not turn the sentence around it
      return direction === 'rtl' ? `\u2068${said}\u2069` : said
    })
  return {
    locale, direction, text: saying(strings, en),
    words: async (part, english) => saying(strings === en ? english : await fetched(`${part}.${closestLocale(locale)}`) ?? english, english),
  }
}

/** `14 days`, with the plural and the case that the language counts time in. */
function span(value: number, name: string, locale: string): string {
  const unit = name.slice(0, -1)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

/** The sentences of a chunk; undefined where they can't be had, which the console is told. */
function fetched(name: string): Promise<Strings | undefined> {
  const ready = coming.get(name) ?? readTexts(name, AbortSignal.timeout(shelf.patienceMs)).catch((error: unknown) => {
    warnOnce(`it shows English, because ${shelf.base} did not give it "${name}" as it was built (${String(error)}).`)
    return undefined
  })
  coming.set(name, ready)
  return ready
}
