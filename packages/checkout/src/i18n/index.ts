import { closestLocale, directionOf } from '@holdfast/contract/locale'
import { warnOnce } from '../warn.ts'
import { en } from './en.ts'

export type StringKey = keyof typeof en
export type Strings = Readonly<Record<string, string>>
/** Texts go in as they are; a number is a span of time that its name tells the unit of: `days`, `minutes`. */
export type Values = Readonly<Record<string, string | number>>

/** One language, and the locale that writes its numbers and dates. */
export interface Language {
  /** BCP 47, as given where the language is spoken here: `en-GB` stays, `xx` becomes `en`. */
  readonly locale: string
  /** That of the sentences, whatever the page around them has: `60 days` must not turn into `days 60`. */
  readonly direction: 'ltr' | 'rtl'
  /** The sentence with its values filled in. */
  text(key: StringKey, values?: Values): string
  /** While its sentences are on their way and English stands in for them. Never rejects. */
  readonly pending?: Promise<void>
}

const here = import.meta.url

/** Where the languages are, all but English. */
export const shelf: { base: string, index: string, patienceMs: number } = {
  /** The folder; beside the script unless the merchant serves it from elsewhere. */
  base: new URL('locales/', here).href,
  /** SHA-384 of the list of languages, as base64: set by the build. */
  index: '__HOLDFAST_LOCALES__',
  /** How long English waits for a language, all told. */
  patienceMs: 4000,
}

/** What has been read, by language; English for one that couldn't be. */
const read = new Map<string, Strings>([['en', en]])
const coming = new Map<string, Promise<void>>()

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
  if (!strings) return { ...spoken('en', en), pending: coming.get(language) ?? fetched(language) }
  return strings === en ? spoken(language === 'en' ? tag : 'en', en) : spoken(tag, strings)
}

function spoken(locale: string, strings: Strings): Language {
  const direction = directionOf(locale)
  const text: Language['text'] = (key, values = {}) =>
    (strings[key] ?? en[key]).replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name] ?? hole
      const said = typeof value === 'number' ? span(value, name, locale) : value
      // an amount or a name that runs the other way must not turn the sentence around it
      return direction === 'rtl' ? `\u2068${said}\u2069` : said
    })
  return { locale, direction, text }
}

/** `14 days`, with the plural and the case that the language counts time in. */
function span(value: number, name: string, locale: string): string {
  const unit = name.slice(0, -1)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

function fetched(language: string): Promise<void> {
  const ready = fetchStrings(language).then(
    (strings) => void read.set(language, strings),
    (error: unknown) => {
      warnOnce(`it shows English, because ${shelf.base} did not give it "${language}" as it was built (${String(error)}).`)
      read.set(language, en)
    },
  )
  coming.set(language, ready)
  return ready
}

/** The list by the hash that the build knows, then the language by the hash that the list has. */
async function fetchStrings(language: string): Promise<Strings> {
  const signal = AbortSignal.timeout(shelf.patienceMs)
  const list = await fetchChunk('index', shelf.index, signal)
  return fetchChunk(language, list[language] as string, signal)
}

/** The browser refuses a file that differs by a bit; what it lets through is data and never run. */
async function fetchChunk(name: string, digest: string, signal: AbortSignal): Promise<Strings> {
  const file = `${name}.${digest.slice(0, 10).replace(/\W/g, '-')}.json`
  const response = await fetch(new URL(file, shelf.base), {
    integrity: `sha384-${digest}`, credentials: 'omit', redirect: 'error', signal,
  })
  return await response.json() as Strings
}
