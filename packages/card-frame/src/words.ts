import { closestLocale, directionOf } from '@holdfast/contract/locale'
import type { CardField, FrameErrorCode } from '@holdfast/contract/frame'

/** All that the frame says, in one language. Each error tells what to do. */
export interface Words {
  readonly lang: string
  readonly title: string
  readonly total: (options: { amount: string; marketplace: string }) => string
  readonly labels: Readonly<Record<CardField, string>>
  readonly hints: { readonly expiry: string; readonly codeBack: string; readonly codeFront: string }
  readonly unknownBrand: string
  readonly number: {
    readonly required: string
    /** For the page, which isn't told how many digits there are. */
    readonly incomplete: string
    readonly short: (digits: number) => string
    readonly long: (digits: number) => string
    readonly checksum: string
    readonly unsupported: (options: { brand: string; taken: readonly string[] }) => string
  }
  readonly expiry: {
    readonly required: string
    readonly incomplete: string
    readonly month: string
    readonly year: string
    readonly expired: string
  }
  readonly securityCode: {
    readonly required: (options: CodePlace) => string
    readonly incomplete: (options: CodePlace) => string
  }
  readonly name: { readonly required: string; readonly invalid: string }
  readonly errors: Readonly<Record<FrameErrorCode, string>>
}

export interface CodePlace {
  readonly digits: number | undefined
}

/**
 * Every sentence of the frame, in English. The keys are the ids of the units in `locales/*.xlf`, where the other
 * languages are; `_one` and its like are the plurals that Intl.PluralRules tells apart.
 */
export const en = {
  title: 'Card',
  total: '{amount} to {marketplace}',
  label_number: 'Card number',
  label_expiry: 'Expiry date',
  label_securityCode: 'Security code',
  label_name: 'Name on card',
  hint_expiry: 'MM / YY',
  hint_codeBack: 'Back of card, 3 digits',
  hint_codeFront: 'Front of card, 4 digits',
  unknownBrand: 'This card',
  number_required: 'Enter the card number.',
  number_incomplete: 'The card number isn’t complete.',
  number_short: 'The card number is {count} digits short.',
  number_short_one: 'The card number is {count} digit short.',
  number_long: 'The card number has {count} digits too many.',
  number_long_one: 'The card number has {count} digit too many.',
  number_checksum: 'A digit of the card number is wrong. Compare it with the card.',
  number_unsupported: '{brand} isn’t taken here. Use {taken}.',
  expiry_required: 'Enter the month and year of expiry.',
  expiry_incomplete: 'Enter both month and year, as in 08 / 29.',
  expiry_month: 'The month goes from 01 to 12. Compare it with the card.',
  expiry_year: 'The year is too far ahead. Compare it with the card.',
  expiry_expired: 'This card has expired. Use another card.',
  code_back: 'Enter the last 3 digits on the back of the card.',
  code_front: 'Enter the 4 digits on the front of the card.',
  code_digits: 'The security code has {digits} digits.',
  name_required: 'Enter the name as it is on the card.',
  name_invalid: 'Enter the name as it is on the card, in letters.',
  error_ticket_refused: 'The card form was open too long. Load it again.',
  error_origin_refused: 'This page may not take cards. Nothing was sent.',
  error_version_unsupported: 'This page and the card form are of different versions. Reload the page.',
  error_network: 'The card form can’t be reached. Check the connection and try again.',
  error_rate_limited: 'Too many attempts. Wait some minutes, or use another card.',
  error_session_closed: 'The card form was open too long. Try again.',
  error_internal: 'The card could not be taken. Nothing was charged; try again.',
}

type Key = keyof typeof en
type Values = Readonly<Record<string, string>>
type Say = (key: Key, values?: Values) => string
type Either = (choices: readonly string[]) => string

/** The words of a language, from its sentences; English ones where one is missing. */
export function wordsOf({ lang, strings }: { lang: string; strings: Readonly<Record<string, string>> }): Words {
  const fill = (sentence: string, values: Values): string =>
    sentence.replace(/\{(\w+)\}/g, (hole, name: string) => {
      const value = values[name] ?? hole
      // a name or an amount that runs the other way must not turn the sentence around it
      return directionOf(lang) === 'rtl' ? `\u2068${value}\u2069` : value
    })
  const say: Say = (key, values = {}) => fill(strings[key] ?? en[key], values)
  const counted = (key: Key, count: number): string => {
    const form = strings[`${key}_${new Intl.PluralRules(lang).select(count)}`]
    return fill(form ?? strings[key] ?? en[key], { count: String(count) })
  }
  // made when it is needed: the first of Intl's formats takes a browser longer than all else that the frame does
  const either = (choices: readonly string[]): string => new Intl.ListFormat(lang, { type: 'disjunction' }).format(choices)
  return { lang, ...plainWords(say), ...numberWords({ say, counted, either }), ...codeWords(say, either) }
}

function plainWords(say: Say): Pick<Words, 'title' | 'total' | 'labels' | 'hints' | 'unknownBrand' | 'expiry' | 'name' | 'errors'> {
  return {
    title: say('title'),
    total: ({ amount, marketplace }) => say('total', { amount, marketplace }),
    labels: {
      number: say('label_number'), expiry: say('label_expiry'), securityCode: say('label_securityCode'), name: say('label_name'),
    },
    hints: { expiry: say('hint_expiry'), codeBack: say('hint_codeBack'), codeFront: say('hint_codeFront') },
    unknownBrand: say('unknownBrand'),
    expiry: {
      required: say('expiry_required'), incomplete: say('expiry_incomplete'), month: say('expiry_month'),
      year: say('expiry_year'), expired: say('expiry_expired'),
    },
    name: { required: say('name_required'), invalid: say('name_invalid') },
    errors: {
      ticket_refused: say('error_ticket_refused'), origin_refused: say('error_origin_refused'),
      version_unsupported: say('error_version_unsupported'), network: say('error_network'),
      rate_limited: say('error_rate_limited'), session_closed: say('error_session_closed'), internal: say('error_internal'),
    },
  }
}

function numberWords({ say, counted, either }: {
  say: Say
  counted: (key: Key, count: number) => string
  either: Either
}): Pick<Words, 'number'> {
  return {
    number: {
      required: say('number_required'),
      incomplete: say('number_incomplete'),
      short: count => counted('number_short', count),
      long: count => counted('number_long', count),
      checksum: say('number_checksum'),
      unsupported: ({ brand, taken }) => say('number_unsupported', { brand, taken: either(taken) }),
    },
  }
}

function codeWords(say: Say, either: Either): Pick<Words, 'securityCode'> {
  return {
    securityCode: {
      required: ({ digits }) => say(digits === 4 ? 'code_front' : 'code_back'),
      incomplete: ({ digits }) => say('code_digits', { digits: digits ? String(digits) : either(['3', '4']) }),
    },
  }
}

/** The words that the vault wrote into the frame's page. The page around the frame has no say in what is read here. */
export function wordsOfPage({ documentElement: { lang }, body }: Document): Words {
  const block = body?.querySelector('#words')?.textContent
  return wordsOf({ lang, strings: block ? (JSON.parse(block) as Record<string, string>) : en })
}

/**
 * What amounts are written by.
 *
 * @param locale - the page's: its region counts, where it is one of this language. Nothing else of it does:
 *   `en-u-nu-arab` would write the total in digits that some take for others
 */
export const localeOf = ({ lang }: Words, locale: string): string =>
  closestLocale(locale) === lang ? new Intl.Locale(locale).baseName : lang
