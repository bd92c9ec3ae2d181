import type { TaxId, TaxIdInput } from '@holdfast/contract/types'
import type { Validator } from 'stdnum'
import type { DetailProblem } from './problem.ts'

interface Rule {
  /** What it is called there. */
  readonly kind: string
  readonly example: string
  /** The name of its check in `stdnum`; without one, its form is all that is known. */
  readonly by?: string
  /** With the separators taken out. */
  readonly form?: RegExp
  /** What it is kept with in front: the EU's numbers are told apart by it. */
  readonly prefix?: string
}

const vat = (country: string, by: string, digits: string, prefix: string = country): [string, readonly Rule[]] =>
  [country, [{ kind: 'VAT', by, example: prefix + digits, prefix }]]
const one = (country: string, kind: string, by: string, example: string): [string, readonly Rule[]] =>
  [country, [{ kind, by, example }]]
const shaped = (country: string, kind: string, form: RegExp, example: string): [string, readonly Rule[]] =>
  [country, [{ kind, form, example }]]

/** By country; the first kind that a number fits is what it is. */
const rules: ReadonlyMap<string, readonly Rule[]> = new Map<string, readonly Rule[]>([
  vat('AT', 'uid', 'U13585627'), vat('BE', 'vat', '0428759497'), vat('BG', 'vat', '175074752'), vat('CY', 'vat', '10259033P'),
  vat('CZ', 'dic', '25123891'), vat('DE', 'vat', '136695976'), vat('DK', 'cvr', '13585628'), vat('EE', 'kmkr', '100931558'),
  vat('ES', 'nif', 'B58378431'), vat('FI', 'alv', '20774740'), vat('FR', 'tva', '40303265045'), vat('GR', 'vat', '094259216', 'EL'),
  vat('HR', 'oib', '33392005961'), vat('HU', 'anum', '12892312'), vat('IE', 'vat', '6433435F'), vat('IT', 'iva', '00743110157'),
  vat('LT', 'pvm', '119511515'), vat('LU', 'tva', '15027442'), vat('LV', 'pvn', '40003521600'), vat('MT', 'vat', '11679112'),
  vat('NL', 'btw', '004495445B01'), vat('PL', 'nip', '8567346215'), vat('PT', 'nif', '501964843'), vat('RO', 'cif', '18547290'),
  vat('SE', 'vat', '123456789701'), vat('SI', 'ddv', '50223054'), vat('SK', 'dph', '2022749619'),
  vat('GB', 'vat', '980780684'),
  ['CH', [{ kind: 'MWST', by: 'vat', example: 'CHE-107.787.577 MWST' }, { kind: 'UID', by: 'uid', example: 'CHE-107.787.577' }]],
  ['NO', [{ kind: 'MVA', by: 'mva', example: 'NO 995 525 828 MVA' }, { kind: 'Orgnr', by: 'orgnr', example: '988 077 917' }]],
  one('IS', 'VSK', 'vsk', '00621'), one('RS', 'PIB', 'pib', '101134702'), one('TR', 'VKN', 'vkn', '4540536920'),
  one('UA', 'EDRPOU', 'edrpou', '32855961'), one('RU', 'INN', 'inn', '7707083893'), one('IL', 'HP', 'hp', '516179157'),
  one('US', 'EIN', 'ein', '91-1144442'), one('CA', 'BN', 'bn', '123026635RC0001'), one('MX', 'RFC', 'rfc', 'GODE561231GR8'),
  one('BR', 'CNPJ', 'cnpj', '16.727.230/0001-97'), one('AR', 'CUIT', 'cuit', '20-05536168-2'), one('CL', 'RUT', 'rut', '12531909-2'),
  one('CO', 'NIT', 'nit', '213.123.432-1'), one('PE', 'RUC', 'ruc', '20512333797'), one('UY', 'RUT', 'rut', '21-100342-001-7'),
  one('EC', 'RUC', 'ruc', '1792060346001'),
  one('CN', 'USCC', 'uscc', '91350100M000100Y43'), one('IN', 'GSTIN', 'gstin', '27AAPFU0939F1ZV'), one('JP', 'Corporate Number', 'cn', '5835678256246'),
  one('KR', 'BRN', 'brn', '116-82-00276'), one('TW', 'UBN', 'ubn', '00501503'), one('SG', 'UEN', 'uen', '00192200M'),
  one('TH', 'TIN', 'tin', '0-99-4-000-61772-1'), one('ID', 'NPWP', 'npwp', '01.312.166.0-091.000'), one('VN', 'MST', 'mst', '0100233488'),
  one('AU', 'ABN', 'abn', '83 914 571 673'), one('NZ', 'IRD', 'ird', '49-098-576'), one('ZA', 'VAT', 'vat', '4023340283'),
  shaped('AE', 'TRN', /^\d{15}$/, '100123456800003'), shaped('SA', 'VAT', /^3\d{13}3$/, '300123456700003'),
  shaped('HK', 'BRN', /^\d{8}(?:\d{3})?$/, '12345678'), shaped('PH', 'TIN', /^\d{9}(?:\d{3}|\d{5})?$/, '123-456-789-000'),
])

/** Where we know of no form: letters and digits, as a number that a state gives its companies has. */
const anywhere: Rule = { kind: 'Tax ID', form: /^[\p{L}\d]{4,20}$/u, example: '123456789' }

const separators = /[\s./,-]/g

/** The countries whose numbers have check digits that are held against them. */
export const checkedCountries: readonly string[] = [...rules].flatMap(([country, [rule]]) => (rule?.by ? [country] : []))

/** What a country's tax id looks like. */
export function taxIdExample(country: string): string {
  return (rules.get(country) ?? [anywhere])[0]!.example
}

type Verdict = 'form' | 'check_digits' | { readonly number: string }

/** A tax id as it is kept, or what is wrong with it for its country. Never: whether it is registered, or whose it is. */
export async function checkTaxId({ country, number }: TaxIdInput): Promise<TaxId | readonly DetailProblem[]> {
  const given = number.normalize('NFKC').toUpperCase()
  const [first, ...others] = rules.get(country) ?? [anywhere]
  const verdicts: Verdict[] = []
  for (const rule of [first!, ...others]) {
    const verdict = await judge(country, rule, given)
    if (typeof verdict === 'object') return { country, number: verdict.number, kind: rule.kind, checked: rule.by ? 'check_digits' : 'form' }
    verdicts.push(verdict)
  }
  return [verdicts.includes('check_digits') ? mistyped(first!) : misshapen(country, first!)]
}

const field = 'taxId.number'

function mistyped({ example, kind }: Rule): DetailProblem {
  return { field, reason: 'check_digits', example, detail: `the check digit of this ${kind} does not match: a character is mistyped. A right one looks like ${example}.` }
}

function misshapen(country: string, { example, kind }: Rule): DetailProblem {
  return { field, reason: 'form', example, detail: `is not a tax id of ${country} (${kind}); a right one looks like ${example}.` }
}

async function judge(country: string, { by, form, prefix = '' }: Rule, given: string): Promise<Verdict> {
  if (by === undefined) {
    const plain = given.replace(separators, '')
    return form!.test(plain) ? { number: plain } : 'form'
  }
  // read when it is first needed: it knows every country, and most processes never ask it
  const { stdnum } = await import('stdnum')
  const check = stdnum[country]![by]!
  // some take no separator but their country's own
  const result = [given, given.replace(separators, '')].map((text) => check.validate(text)).sort(better)[0]!
  if (result.isValid) return { number: result.compact.startsWith(prefix) ? result.compact : prefix + result.compact }
  return result.error.name === 'InvalidChecksum' ? 'check_digits' : 'form'
}

type Result = ReturnType<Validator['validate']>

/** What stands first, then what is only mistyped. */
const better = (one: Result, other: Result): number => rank(one) - rank(other)
const rank = (result: Result): number => (result.isValid ? 0 : result.error.name === 'InvalidChecksum' ? 1 : 2)
