import type { Address } from '@holdfast/contract/types'
import { describe, expect, test } from 'vitest'
import { addressData } from './address-data.ts'
import { addressFormat, checkAddress } from './addresses.ts'

const codes = addressData.trim().split('\n').map((line) => line.slice(0, 2))
const written = { recipient: 'Ann Buyer', line1: '1 Main Street' }

describe('the format', () => {
  test.each([
    ['US', 'en', ['recipient', 'line1', 'line2', 'city,region,postalCode'], ['region', 'state'], ['postalCode', 'zip']],
    ['DE', 'de', ['recipient', 'line1', 'line2', 'postalCode,city'], ['city', 'city'], ['postalCode', 'postal']],
    ['GB', 'en', ['recipient', 'line1', 'line2', 'city', 'postalCode'], ['city', 'post_town'], ['postalCode', 'postal']],
    ['JP', 'ja', ['postalCode', 'region', 'line1', 'line2', 'recipient'], ['region', 'prefecture'], ['postalCode', 'postal']],
    ['JP', 'en', ['recipient', 'line1', 'line2', 'region', 'postalCode'], ['region', 'prefecture'], ['postalCode', 'postal']],
    ['CN', 'zh-CN', ['postalCode', 'region,city,district', 'line1', 'line2', 'recipient'], ['region', 'province'], ['district', 'district']],
    ['AE', 'en', ['recipient', 'line1', 'line2', 'region'], ['region', 'emirate'], ['city', 'city']],
    ['IE', 'en', ['recipient', 'line1', 'line2', 'district', 'city', 'region', 'postalCode'], ['region', 'county'], ['postalCode', 'eircode']],
    ['FJ', 'en', ['recipient', 'line1', 'line2', 'city'], ['region', 'province'], ['city', 'city']],
  ] as const)('of %s for a reader of %s has its own rows and names', (country, language, rows, ...names) => {
    const format = addressFormat(country, language)!
    expect(format.rows.map((row) => row.join())).toEqual(rows)
    expect(format.names).toMatchObject(Object.fromEntries(names))
  })

  test('writes Japan’s prefectures as its reader does', () => {
    expect(addressFormat('JP', 'ja-JP')!.regions[12]).toEqual({ value: '東京都', name: '東京都' })
    expect(addressFormat('JP', 'fr')!.regions[12]).toEqual({ value: 'Tokyo', name: 'Tokyo' })
  })

  test.each(codes)('of %s asks for nothing that it does not show, and takes its own example', (country) => {
    const { rows, required, postalCode } = addressFormat(country)!
    expect(required.filter((field) => !rows.flat().includes(field))).toEqual([])
    expect(rows.flat()).toEqual([...new Set(rows.flat())])
    expect(rows.flat()).toEqual(expect.arrayContaining(['recipient', 'line1', 'line2']))
    if (postalCode) expect(postalCode.example).toMatch(new RegExp(`^(?:${postalCode.pattern})$`, 'i'))
  })

  test('covers every country that the world’s trade is with', () => {
    expect(codes.length).toBeGreaterThan(245)
    expect(addressFormat('ZZ')).toBeUndefined()
  })
})

describe('an address', () => {
  test.each([
    [{ country: 'US', city: 'Tampa', region: 'fl', postalCode: '33626' }, { region: 'FL', postalCode: '33626' }],
    [{ country: 'US', city: 'Tampa', region: 'Florida', postalCode: '33626' }, { region: 'FL' }],
    [{ country: 'GB', city: 'London', postalCode: 'ec1a 1hq' }, { postalCode: 'EC1A 1HQ', region: null }],
    [{ country: 'JP', region: 'Tokyo', postalCode: '100-0001' }, { region: 'Tokyo' }],
    [{ country: 'JP', region: '東京都', postalCode: '100-0001' }, { region: '東京都' }],
    [{ country: 'AE', region: 'Dubai' }, { city: null, region: 'Dubai' }],
    [{ country: 'FJ', city: 'Suva' }, { postalCode: null }],
  ])('%o is kept in its country’s form', (input, kept) => {
    expect(checkAddress({ ...written, ...input } as Address)).toMatchObject(kept)
  })

  test.each([
    [{ country: 'ZZ' }, ['deliveryAddress.country not_listed']],
    [{ country: 'US', region: 'FL' }, ['deliveryAddress.city missing', 'deliveryAddress.postalCode missing']],
    [{ country: 'US', city: 'Tampa', region: 'Bavaria', postalCode: '33626' }, ['deliveryAddress.region not_listed']],
    [{ country: 'DE', city: 'Kiel', postalCode: '2410' }, ['deliveryAddress.postalCode form']],
    [{ country: 'DE', city: 'Kiel', region: 'SH', postalCode: '24103' }, ['deliveryAddress.region not_used']],
    [{ country: 'HK', region: 'Kowloon', postalCode: '999077' }, ['deliveryAddress.postalCode not_used']],
  ])('%o is refused, with every field that is wrong', (input, problems) => {
    const found = checkAddress({ ...written, ...input } as Address)
    expect((found as { field: string; reason: string }[]).map(({ field, reason }) => `${field} ${reason}`)).toEqual(problems)
  })
})
