import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import type { CardChargeRequest, FollowUpRequest } from '@holdfast/core'
import { parse } from 'yaml'
import { Amounts, railCurrencies } from './amounts.ts'
import { followUp, paymentBody } from './wire.ts'

// What the connector says, against J.P. Morgan's own OpenAPI document, with its patterns anchored.

const file = new URL('../../../../../shared/reference/jpmorgan-online-payments.openapi.yaml', import.meta.url)
const missing = !existsSync(file)
if (missing) process.stderr.write(`skipped: the tests against ${file.pathname}, which is not here\n`)

type Schemas = Record<string, { properties?: Record<string, unknown>; enum?: string[] }>

function anchored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(anchored)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) =>
    [key, key === 'pattern' && typeof inner === 'string' ? `^(?:${inner})$` : anchored(inner)]))
}

const document = (missing ? { components: { schemas: {} } } : parse(readFileSync(file, 'utf8'))) as { components: { schemas: Schemas } }
const { schemas } = document.components
const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
addFormats.default(ajv)
ajv.addSchema({ components: anchored(document.components) as object }, 'spec')

/** What the document refuses; a field that it doesn't have is refused too. */
function problems(name: string, body: Readonly<Record<string, unknown>>): string[] {
  const validate = ajv.compile({ $ref: `spec#/components/schemas/${name}` })
  validate(JSON.parse(JSON.stringify(body)))
  const foreign = Object.keys(body).filter((key) => !(key in (schemas[name]?.properties ?? {})))
  return [...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`), ...foreign]
}

const speaker = {
  amounts: new Amounts(), storedCredentials: { originalNetworkTransactionId: 'all' } as const, software: { companyName: 'Holdfast', productName: 'holdfast', version: '0.1.0' },
  addenda: 'level3' as const,
}
const charge: CardChargeRequest = {
  kind: 'authorize', method: 'card', marketplace: 'mkt_1', operation: 'op_1', requestId: 'op_1', amount: 12_500n, currency: 'USD',
  subject: 'pay_01jd5e8d1qfpgvc1yrpwt4nvgq', orderReference: 'PO {42}/7', session: 'cs_1', revision: 1, cardToken: 'tok_1',
  marketplaceName: 'Handelshaus Müller <b2b> & Söhne, Import und Export',
}
const details = {
  company: 'Ann’s Lathes', taxId: { country: 'US', number: '911144442', kind: 'EIN', checked: 'check_digits' as const }, purchaseOrder: 'PO-2026/117',
  deliveryAddress: { country: 'US', recipient: 'Ann Buyer', line1: '1 Main St', line2: 'Dock {4}', district: null, city: 'Tampa', region: 'FL', postalCode: '33626' },
}
const wallet = {
  accountNumberType: 'DEVICE_TOKEN', accountNumber: '4109370251004320', expiry: { month: 5, year: 2031 }, walletProvider: 'APPLE_PAY',
  authentication: { tokenAuthenticationValue: 'Af9x/QwAA/DjmU65oyc1MAABAAA=', electronicCommerceIndicator: '7' },
}
const card = { accountNumberType: 'PAN', accountNumber: '4112344112344113', expiry: { month: 5, year: 2031 }, cvv: '111' }

describe.skipIf(missing)('requests, by J.P. Morgan’s document', () => {
  it.each(['authorize', 'sale'] as const)('%s, with the card that the vault fills in', (kind) => {
    const body = paymentBody({ ...charge, kind, details }, speaker, new Date('2026-11-22T10:00:00Z'))
    expect(body['retailAddenda']).toMatchObject({ purchaseOrderNumber: 'PO-2026/117' })
    expect(problems('payment', { ...body, paymentMethodType: { card } })).toEqual([])
    expect(problems('payment', { ...body, paymentMethodType: { card: wallet } })).toEqual([])
    expect(problems('payment', body)).toEqual([expect.stringContaining('paymentMethodType')])
  })

  it.each([
    { use: 'first', initiator: 'buyer' }, { use: 'again', initiator: 'buyer' }, { use: 'again', initiator: 'merchant' },
  ] as const)('of a card that is kept: %o', (credential) => {
    const body = paymentBody({ ...charge, credential: { savedCard: 'pm_1', networkTransactionId: '123456789012345', ...credential } }, speaker)
    const { card: told } = (body['paymentMethodType'] ?? {}) as { card?: object }
    expect(problems('payment', { ...body, paymentMethodType: { card: { ...told, ...card } } })).toEqual([])
  })

  it.each([
    ['captureRequest', { kind: 'capture', sequence: 1, final: true }],
    ['captureRequest', { kind: 'capture', sequence: 1, final: false }],
    ['captureRequest', { kind: 'capture', sequence: 7, final: true }],
    ['paymentPatch', { kind: 'void' }],
    ['refund', { kind: 'refund' }],
  ] as const)('%s: %o', (name, change) => {
    const request = { ...charge, chargeRequestId: 'op_1', railReference: 'cdf62f90-6440-496f-817c-c05dd3b7b01a', ...change } as FollowUpRequest
    expect(problems(name, followUp(request, speaker).body)).toEqual([])
  })

  it('in its currencies and no others', () => {
    expect([...railCurrencies].filter((code) => !schemas['currency']?.enum?.includes(code))).toEqual([])
    expect(schemas['currency']?.enum?.filter((code) => !railCurrencies.has(code))).toEqual(['HRK', 'SLL'])
  })
})
