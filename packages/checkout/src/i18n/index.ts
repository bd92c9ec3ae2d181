import { en } from './en.ts'
import { zhCN } from './zh-CN.ts'

export type StringKey = keyof typeof en
export type Strings = Readonly<Record<StringKey, string>>

/** The languages that the component speaks, by the first subtag of a locale. */
const languages: ReadonlyMap<string, Strings> = new Map([['en', en], ['zh', zhCN]])

/** One language, and the locale that writes its numbers and dates. */
export interface Language {
  /** BCP 47, as given where the language is spoken here: `en-GB` stays, `de` becomes `en`. */
  readonly locale: string
  /** That of the sentences, whatever the page around them has: `60 days` must not turn into `days 60`. */
  readonly direction: 'ltr' | 'rtl'
  /** The sentence with its values filled in. */
  text(key: StringKey, values?: Readonly<Record<string, string | number>>): string
}

/** The language of the first locale that is spoken here; English where none is. */
export function languageOf(...wanted: readonly (string | null | undefined)[]): Language {
  const locale = wanted.find((tag) => tag && strings(tag) && isLocale(tag)) ?? 'en'
  const spoken = strings(locale) ?? en
  return { locale, direction: 'ltr', text: (key, values) => fill(spoken[key], values) }
}

const strings = (tag: string): Strings | undefined => languages.get(tag.split('-')[0]?.toLowerCase() ?? '')

function isLocale(tag: string): boolean {
  try {
    return tag.length <= 35 && Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function fill(sentence: string, values: Readonly<Record<string, string | number>> = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole))
}
