import type { TaxId } from '@holdfast/contract/types'
import { describe, expect, test } from 'vitest'
import { areProblems } from './problem.ts'
import { checkedCountries, checkTaxId, taxIdExample } from './tax-ids.ts'

const eu = ['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU', 'LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK']
const others = ['GB', 'CH', 'NO', 'US', 'CA', 'MX', 'BR', 'CN', 'IN', 'JP', 'KR', 'TW', 'SG', 'AU', 'NZ', 'TR', 'ZA', 'IL']

test('every member state of the EU and every large trading country is checked by its digits', () => {
  expect([...eu, ...others].filter((country) => !checkedCountries.includes(country))).toEqual([])
})

describe.each([...checkedCountries, 'AE', 'SA', 'HK', 'PH', 'FJ'])('%s', (country) => {
  test('takes its own example', async () => {
    expect(await checkTaxId({ country, number: taxIdExample(country) })).toMatchObject({ country })
  })

  test('takes nothing of another form, and shows its own', async () => {
    expect(await checkTaxId({ country, number: '!' })).toMatchObject([{ field: 'taxId.number', reason: 'form', example: taxIdExample(country) }])
  })
})

test.each([
  ['DE', 'DE136695976', 'DE136695978'], ['FR', 'FR40303265045', 'FR41303265045'], ['IT', 'IT00743110157', 'IT00743110158'],
  ['PL', '8567346215', '8567346216'], ['NL', 'NL004495445B01', 'NL004495446B01'], ['GB', 'GB980780684', 'GB980780685'],
  ['CH', 'CHE-107.787.577 MWST', 'CHE-107.787.578 MWST'], ['NO', 'NO 995 525 828 MVA', 'NO 995 525 829 MVA'],
  ['CN', '91110000600037341L', '91110000600037342L'], ['IN', '27AAPFU0939F1ZV', '27AAPFU0939F1ZA'],
  ['BR', '16.727.230/0001-97', '16.727.230/0001-98'], ['AU', '83 914 571 673', '83 914 571 674'],
  ['JP', '5835678256246', '5835678256247'], ['KR', '116-82-00276', '116-82-00277'], ['MX', 'GODE561231GR8', 'GODE561231GR9'],
  ['GR', 'EL094259216', 'EL094259217'], ['IE', 'IE6433435F', 'IE6433435E'],
])('%s: %s stands, and %s is mistyped', async (country, right, wrong) => {
  expect(areProblems(await checkTaxId({ country, number: right }))).toBe(false)
  expect(await checkTaxId({ country, number: wrong })).toMatchObject([{ reason: 'check_digits' }])
})

test.each([
  ['DE', ' 136 695 976', { number: 'DE136695976', kind: 'VAT', checked: 'check_digits' }],
  ['GR', '094259216', { number: 'EL094259216', kind: 'VAT', checked: 'check_digits' }],
  ['US', '91-1144442', { number: '911144442', kind: 'EIN', checked: 'check_digits' }],
  ['CH', 'CHE-107.787.577', { number: 'CHE107787577', kind: 'UID', checked: 'check_digits' }],
  ['AE', '100-1234-5670-0003', { number: '100123456700003', kind: 'TRN', checked: 'form' }],
  ['FJ', '50-12345-0-9', { number: '501234509', kind: 'Tax ID', checked: 'form' }],
  ['CN', '９１１１００００６０００３７３４１Ｌ', { number: '91110000600037341L', kind: 'USCC', checked: 'check_digits' }],
] satisfies [string, string, Omit<TaxId, 'country'>][])('%s keeps "%s" without its separators, by its name there', async (country, number, kept) => {
  expect(await checkTaxId({ country, number })).toEqual({ country, ...kept })
})

test('never quotes what was given: it is personal, and words may end in a log', async () => {
  const problems = await checkTaxId({ country: 'DE', number: 'SECRET-4711' })
  expect(JSON.stringify(problems)).not.toContain('4711')
})
