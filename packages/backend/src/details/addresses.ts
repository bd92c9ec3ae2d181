import type { addressFields, BodyOf } from '@holdfast/contract'
import type { Address, AddressFormat } from '@holdfast/contract/types'
import { addressData } from './address-data.ts'
import type { DetailProblem } from './problem.ts'

type AddressInput = NonNullable<BodyOf<'checkout.details'>['deliveryAddress']>
type Field = (typeof addressFields)[number]

interface Region {
  readonly code: string
  readonly name: string
  readonly latin: string | undefined
}

interface Country {
  readonly rows: string
  readonly latinRows: string
  readonly required: string
  readonly names: AddressFormat['names']
  readonly postalCode: AddressFormat['postalCode']
  /** Whose readers read what it is written in; empty: anybody. */
  readonly languages: readonly string[]
  readonly regions: readonly Region[]
}

const letters: Readonly<Record<string, readonly Field[]>> = {
  N: ['recipient'], A: ['line1', 'line2'], D: ['district'], C: ['city'], S: ['region'], Z: ['postalCode'],
}

const lines = new Map(addressData.trim().split('\n').map((line) => [line.slice(0, 2), line]))
const read = new Map<string, Country>()

/** Undefined: there is no such country, or nothing is sent there by post. */
function countryOf(code: string): Country | undefined {
  const line = lines.get(code)
  if (line === undefined) return undefined
  const known = read.get(code) ?? parse(line)
  read.set(code, known)
  return known
}

/** What a country leaves out is as in most countries: street and city, with a province where regions are written. */
function parse(line: string): Country {
  const [, rows = '', latinRows = '', required = '', names = '', pattern = '', example = '', languages = '', regions = ''] = line.split('\t')
  const [region, city, district, postalCode] = names.split(',')
  const used = rows || 'N,A,C'
  return {
    rows: used,
    latinRows: latinRows || used,
    required: [...`N${required || 'AC'}`].filter((letter) => used.includes(letter)).join(''),
    names: {
      region: regionNames[region as string] ?? (region || 'province'), city: city || 'city',
      district: district || 'suburb', postalCode: postalCode || 'postal',
    } as AddressFormat['names'],
    postalCode: pattern && used.includes('Z') ? { pattern, example, digits: /^\d+$/.test(example) } : null,
    languages: languages.split('~').map(baseOf).filter(Boolean),
    regions: used.includes('S') ? regionsOf(regions) : [],
  }
}

/** An oblast and a do or si are areas to whoever has no word for them. */
const regionNames: Readonly<Record<string, string>> = { oblast: 'area', do_si: 'area' }

const regionsOf = (text: string): Region[] => (text === '' ? [] : text.split('~').map((one) => {
  const [code = '', name = '', latin] = one.split('=')
  return { code, name: name || code, latin }
}))

const baseOf = (language: string): string => language.split('-')[0]!.toLowerCase()

/** Each row's fields. A street's two lines are rows of their own. */
function fieldsOf(rows: string): Field[][] {
  return rows.split(',').flatMap((row): Field[][] => {
    const others = [...row].filter((letter) => letter !== 'A').flatMap((letter) => letters[letter] ?? [])
    return [...(row.includes('A') ? [['line1' as const], ['line2' as const]] : []), ...(others.length > 0 ? [others] : [])]
  })
}

/** How a country writes its addresses, for who reads a language; undefined: it is no country that we know. */
export function addressFormat(code: string, language: string = 'en'): AddressFormat | undefined {
  const country = countryOf(code)
  if (!country) return undefined
  const latin = country.latinRows !== country.rows && !country.languages.includes(baseOf(language))
  return {
    object: 'address_format', country: code,
    rows: fieldsOf(latin ? country.latinRows : country.rows),
    required: [...country.required].map((letter) => letters[letter]![0]!),
    names: country.names, postalCode: country.postalCode,
    regions: country.regions.map(({ code: value, name, latin: own }) =>
      (latin && own ? { value: own, name: own } : { value, name })),
  }
}

const at = (field: string): string => `deliveryAddress.${field}`

/** An address as it is kept, or what is wrong with it for its country. */
export function checkAddress(input: AddressInput): Address | readonly DetailProblem[] {
  const country = countryOf(input.country)
  if (!country) return [{ field: at('country'), reason: 'not_listed', detail: 'expected the ISO 3166 code of a country that takes post.' }]
  const used = new Set<string>(fieldsOf(country.rows).flat())
  const address: Address = {
    country: input.country, recipient: input.recipient, line1: input.line1, line2: input.line2 ?? null, district: input.district ?? null,
    city: input.city ?? null, region: regionOf(country, input.region), postalCode: input.postalCode?.toUpperCase() ?? null,
  }
  const problems = [
    ...[...country.required].flatMap((letter) => missing(address, letters[letter]![0]!)),
    ...optional.filter((field) => address[field] !== null && !used.has(field)).map(notUsed),
    ...badPostalCode(country, address), ...badRegion(country, address),
  ]
  return problems.length > 0 ? problems : address
}

const optional = ['district', 'city', 'region', 'postalCode'] as const

function missing(address: Address, field: Field): DetailProblem[] {
  return address[field] ? [] : [{ field: at(field), reason: 'missing', detail: `is part of every address in ${address.country}.` }]
}

function notUsed(field: Field): DetailProblem {
  return { field: at(field), reason: 'not_used', detail: 'is no part of an address in this country; leave it out.' }
}

function badPostalCode({ postalCode: rule }: Country, { postalCode, country }: Address): DetailProblem[] {
  if (postalCode === null || !rule || new RegExp(`^(?:${rule.pattern})$`, 'i').test(postalCode)) return []
  return [{ field: at('postalCode'), reason: 'form', example: rule.example, detail: `is not a postal code of ${country}; expected one such as ${rule.example}.` }]
}

/** A region that is listed by its code or the name that it was given by; one that isn't, as it is. */
function regionOf({ regions }: Country, given: string | null | undefined): string | null {
  if (given === null || given === undefined) return null
  const same = (text: string | undefined): boolean => text?.toLowerCase() === given.toLowerCase()
  const found = regions.find(({ code, name, latin }) => same(code) || same(name) || same(latin))
  return found ? (same(found.latin) ? found.latin! : found.code) : given
}

function badRegion({ regions }: Country, { region, country }: Address): DetailProblem[] {
  const listed = region === null || regions.length === 0 || regions.some(({ code, latin }) => region === code || region === latin)
  return listed ? [] : [{ field: at('region'), reason: 'not_listed', detail: `expected one of ${country}: ${regions.map(({ code, latin }) => latin ?? code).join(', ').slice(0, 400)}.` }]
}
