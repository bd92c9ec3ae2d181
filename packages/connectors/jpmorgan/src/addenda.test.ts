import type { Details } from '@holdfast/contract/types'
import { expect, test } from 'vitest'
import { addendaOf, alpha3Of } from './addenda.ts'

const details: Details = {
  company: 'Ann’s Lathes', taxId: { country: 'US', number: '911144442', kind: 'EIN', checked: 'check_digits' }, purchaseOrder: 'PO-2026/117',
  deliveryAddress: { country: 'US', recipient: 'Ann Buyer', line1: '1 Main St <dock 4>', line2: null, district: null, city: 'Tampa', region: 'FL', postalCode: '33626' },
}
const shipTo = { shippingAddress: { line1: '1 Main St dock 4', city: 'Tampa', state: 'FL', postalCode: '33626', countryCode: 'USA' } }

test.each([
  ['none', {}],
  ['level2', { retailAddenda: { purchaseOrderNumber: 'PO-2026/117' }, shipTo }],
  ['level3', { retailAddenda: { purchaseOrderNumber: 'PO-2026/117', level3: { shipToAddressPostalCode: '33626', shipToAddressCountryCode: 'USA' } }, shipTo }],
] as const)('%s tells the rail that much, and never a tax id', (level, told) => {
  expect(addendaOf({ details }, level)).toEqual(told)
})

test('leaves out what the rail’s patterns would refuse, so that no payment is lost to the form of an address', () => {
  const deliveryAddress = { ...details.deliveryAddress!, country: 'JP', recipient: '李', city: '千代田区 1', region: '東京都', postalCode: '100 - 0001', line1: '字'.repeat(60) }
  expect(addendaOf({ details: { ...details, purchaseOrder: 'Bestellung Nr. 117 für Müller', deliveryAddress } }, 'level3')).toEqual({
    retailAddenda: { level3: { shipToAddressCountryCode: 'JPN' } },
    shipTo: { shippingAddress: { line1: '字'.repeat(40), countryCode: 'JPN' } },
  })
})

test('says nothing of an order of which nothing was said', () => {
  expect(addendaOf({}, 'level3')).toEqual({})
  expect(addendaOf({ details: { company: null, taxId: null, purchaseOrder: null, deliveryAddress: null } }, 'level3')).toEqual({})
})

test('names every country by three letters, each its own', () => {
  const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const all = Array.from({ length: 676 }, (_, at) => String.fromCharCode(65 + at / 26, 65 + at % 26)).filter((code) => alpha3Of(code))
  expect(all).toHaveLength(249)
  expect(new Set(all.map(alpha3Of)).size).toBe(249)
  expect(all.filter((code) => regions.of(code) === undefined || !/^[A-Z]{3}$/.test(alpha3Of(code)!))).toEqual([])
})
