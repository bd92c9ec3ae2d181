import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { confirmSchema } from './checkout.ts'
import { endpoints, rawEndpoints, type Endpoint } from './endpoints.ts'
import { eventSchema } from './events.ts'
import { idFloor, idOf, idPrefixes, idSuffix, newId, type IdKind } from './ids.ts'
import { amountSchema, currencies, currencySchema, exponentOf, MAX_AMOUNT, numericCodeOf, positiveAmountSchema } from './money.ts'
import { openApiDocument } from './openapi.ts'
import { errorCodes } from './problems.ts'
import { refundCreateSchema, sellerCreateSchema, sessionCreateSchema } from './requests.ts'

describe('money', () => {
  test.each([
    ['USD', 2], ['EUR', 2], ['JPY', 0], ['KRW', 0], ['KWD', 3], ['BHD', 3], ['IQD', 3], ['CLF', 4], ['UYW', 4],
    ['HUF', 2], ['IDR', 2], ['COP', 2], ['ISK', 0], ['CLP', 0], ['VND', 0],
  ])('%s has %i digits, by ISO 4217', (currency, digits) => {
    expect(exponentOf(currency)).toBe(digits)
  })

  test.each([['USD', '840'], ['AUD', '036'], ['ALL', '008'], ['JPY', '392']])('%s is %s in digits', (currency, numeric) => {
    expect(numericCodeOf(currency)).toBe(numeric)
  })

  test('Intl would be wrong about some of them', () => {
    const digits = (currency: string) => new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
    expect([...currencies].filter((currency) => digits(currency) !== exponentOf(currency)).length).toBeGreaterThan(0)
  })

  test.each(['XAU', 'XXX', 'ABC', 'usd', 'US', ''])('%j is not a currency that a payment may name', (currency) => {
    expect(currencySchema.safeParse(currency).success).toBe(false)
    expect(() => exponentOf(currency)).toThrow(RangeError)
    expect(() => numericCodeOf(currency)).toThrow(RangeError)
  })

  test.each([
    [0, true, false], [1, true, true], [MAX_AMOUNT, true, true], [MAX_AMOUNT + 1, false, false], [-1, false, false],
    [1.5, false, false], [Number.NaN, false, false], [Number.POSITIVE_INFINITY, false, false], ['100', false, false], [100n, false, false],
  ])('%s as an amount: %s, as a positive amount: %s', (value, amount, positive) => {
    expect(amountSchema.safeParse(value).success).toBe(amount)
    expect(positiveAmountSchema.safeParse(value).success).toBe(positive)
  })
})

describe('what people write', () => {
  const seller = (name: string): boolean => sellerCreateSchema.safeParse({ reference: 'ada', name, country: 'DE' }).success
  const refund = (reason: string): boolean => refundCreateSchema.safeParse({ payment: newId('payment'), reason }).success

  test.each(['Müller & Söhne', '深圳市远航灯具有限公司', 'شركة النور للإضاءة', 'a\u200fb', 'Lamps \u{1f4a1}'])('%s is a name', (name) => {
    expect(seller(name)).toBe(true)
  })

  test.each([
    ['a line feed', 'Lamps\n9.99'], ['NUL', 'Lamps\0'], ['a line separator', 'a\u2028b'],
    ['a right-to-left override', 'Lamps \u202e00.01'], ['an isolate', 'Lamps \u2067x'],
  ])('%s is in no name', (_what, name) => {
    expect(seller(name)).toBe(false)
  })

  test('a reason may have lines, and turns nothing round', () => {
    expect(refund('wrong colour\ntwo are broken')).toBe(true)
    expect(refund('wrong \u202ecolour')).toBe(false)
  })
})

describe('ids', () => {
  test.each(Object.entries(idPrefixes))('a %s has the prefix %s_', (kind, prefix) => {
    const id = newId(kind as IdKind)
    expect(id.startsWith(`${prefix}_`)).toBe(true)
    expect(idSuffix(id)).toHaveLength(26)
    expect(idOf(kind as IdKind).safeParse(id).success).toBe(true)
  })

  test('no two kinds share a prefix', () => {
    expect(new Set(Object.values(idPrefixes)).size).toBe(Object.keys(idPrefixes).length)
  })

  test('have a floor by the instant of their making', () => {
    const before = Date.now()
    const id = newId('order')
    expect(idFloor('order', before) <= id && id < idFloor('order', before + 60_000)).toBe(true)
    expect(idOf('order').safeParse(idFloor('order', before)).success).toBe(true)
    expect(idFloor('order', -1)).toBe(idFloor('order', 0))
  })

  test('sort by the time of their making, and no two are alike', () => {
    const ids = Array.from({ length: 50_000 }, () => newId('order'))
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('of one millisecond are counted, and go on in the next when the counter is full', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    try {
      const ids = Array.from({ length: 10_000 }, () => newId('order'))
      expect(ids.toSorted()).toEqual(ids)
      const ahead = ids.map((id) => timeOf(uuidOf(id)) - Date.now())
      expect([Math.min(...ahead), Math.max(...ahead)]).toEqual([0, expect.toBeOneOf([2, 3])])
    } finally {
      vi.useRealTimers()
    }
  })

  test('never go back when the clock does', () => {
    const before = newId('order')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
    const after = newId('order')
    vi.useRealTimers()
    expect(after > before).toBe(true)
  })

  /** By the other way round, with one big number: of a suffix, as TypeID 0.3 has it. */
  const uuidOf = (id: string): string => {
    const value = [...idSuffix(id)].reduce((sum, digit) => sum * 32n + BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(digit)), 0n)
    return value.toString(16).padStart(32, '0').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
  const timeOf = (uuid: string): number => parseInt(uuid.slice(0, 13).replace('-', ''), 16)

  test('are UUIDv7 in base 32: TypeID’s own example reads so, and so do ours', () => {
    expect(uuidOf('prefix_01h455vb4pex5vsknk084sn02q')).toBe('01890a5d-ac96-774b-bcce-b302099a8057')
    for (const id of Array.from({ length: 5_000 }, () => newId('event'))) {
      expect(uuidOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })

  test('have 62 random bits, each of them as often 1 as 0', () => {
    const values = Array.from({ length: 4_000 }, () => BigInt(`0x${uuidOf(newId('event')).replaceAll('-', '')}`))
    for (let bit = 0n; bit < 62n; bit += 1n) {
      const ones = values.filter((value) => (value >> bit) & 1n).length
      // nine standard deviations: by chance, once in ages
      expect(Math.abs(ones - 2_000), `bit ${bit}`).toBeLessThan(285)
    }
  })

  test.each(['ord_', 'pay_01h455vb4pex5vsknk084sn02q', 'ord_01H455VB4PEX5VSKNK084SN02Q', 'ord_01h455vb4pex5vsknk084sn02q ', 'ord_81h455vb4pex5vsknk084sn02q', "ord_' or 1=1"])(
    '%j is not the id of an order', (text) => {
      expect(idOf('order').safeParse(text).success).toBe(false)
    })
})

describe('the table of calls', () => {
  const all = Object.entries<Endpoint>(endpoints)

  test('has each method and path once', () => {
    expect(new Set(all.map(([, { method, path }]) => `${method} ${path}`)).size).toBe(all.length)
  })

  test.each(all)('%s takes an Idempotency-Key exactly when doing it twice would differ from doing it once', (name, endpoint) => {
    const harmless = ['checkout.details', 'checkout.frameTicket', 'checkout.walletSession', 'checkout.walletCard', 'checkout.check', 'checkout.cancelAttempt', 'checkout.savedCardToken', 'checkout.removeSavedCard', 'paymentLinks.open'].includes(name)
    expect(endpoint.idempotent).toBe(endpoint.method !== 'GET' && !harmless)
  })

  test.each(all.filter(([, { body }]) => body))('%s refuses a field that it does not know', (_name, { body }) => {
    const result = body!.safeParse({ unknownField: 1, ...(body === confirmSchema && { method: 'card' }) })
    expect(JSON.stringify(result.error?.issues)).toContain('unknownField')
  })

  test('a line’s amount is a whole number of minor units', () => {
    const session = { reference: 'r', currency: 'USD', returnUrl: 'https://shop.example/', lines: [{ reference: 'l', seller: newId('seller'), amount: 10.5 }] }
    const { error } = sessionCreateSchema.safeParse(session)
    expect(error?.issues[0]?.path).toEqual(['lines', 0, 'amount'])
  })
})

test('events are told apart by their type, each of which stands once', () => {
  const variants = (eventSchema as unknown as { options: z.ZodObject[] }).options
  const types = variants.flatMap((variant) => {
    const { type } = z.toJSONSchema(variant).properties as { type: { const?: string; enum?: string[] } }
    return type.const ?? type.enum ?? []
  })
  expect(new Set(types).size).toBe(types.length)
  expect(types).toContain('payment.captured')
})

test('every refusal has a status of 4xx or 5xx and a title', () => {
  for (const { status, title } of Object.values(errorCodes)) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(title).toMatch(/^[A-Z]/)
  }
})

test('the OpenAPI document has every call, and says who may make it', () => {
  const document = openApiDocument('https://api.example')
  expect(document.openapi).toBe('3.1.0')
  const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path as Record<string, { operationId: string; security: unknown[] }>))
  expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual([...Object.keys(endpoints), ...Object.keys(rawEndpoints)].toSorted())
})
