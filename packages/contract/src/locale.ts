/* The languages that the checkout and the card frame speak. No library: browsers load this. */

/** Every language, as BCP 47; each has a file in `locales/`. */
export const locales: readonly string[] = 'ar bg bn cs da de el en es es-419 et fa fi fr fr-CA he hi hr hu id it ja ko lt lv ms nb nl pl pt-BR pt-PT ro ru sk sl sr sv sw ta te th tr uk ur vi zh-CN zh-HK zh-TW'
  .split(' ')

/**
 * The language of ours that is closest to a tag: the same one, that of its region or script, or its next of kin;
 * undefined for a tag that is none, or whose language is not spoken.
 */
export function closestLocale(tag: string): string | undefined {
  let found: Intl.Locale
  try {
    found = new Intl.Locale(tag.slice(0, 36))
  } catch {
    return undefined
  }
  // a language that is spoken in one way is found without its likely region, which takes a browser longer at first
  if (locales.includes(found.language) && !/^(?:es|fr)$/.test(found.language)) return found.language
  found = found.maximize()
  const { language, script, region = '' } = found
  const regional: Readonly<Record<string, string>> = {
    bs: 'hr',
    es: region === 'ES' ? 'es' : 'es-419',
    fr: region === 'CA' ? 'fr-CA' : 'fr',
    nn: 'nb',
    no: 'nb',
    pt: region === 'BR' ? 'pt-BR' : 'pt-PT',
    zh: script === 'Hans' ? 'zh-CN' : /HK|MO/.test(region) ? 'zh-HK' : 'zh-TW',
  }
  const closest = regional[language] ?? language
  return locales.includes(closest) ? closest : undefined
}

/** Which way a language is written. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return /^(?:ar|fa|he|ur)\b/.test(locale) ? 'rtl' : 'ltr'
}
