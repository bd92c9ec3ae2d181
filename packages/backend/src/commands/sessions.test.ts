import { newId } from '@holdfast/contract'
import type { CheckoutSession, Problem, Seller } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { openShop } from '../testing/shop.ts'

let backend: TestBackend
let seller: Seller
let count = 0

beforeAll(async () => {
  backend = await startTestBackend()
  seller = await call<Seller>('POST', '/v1/sellers', { reference: 'one', name: 'One', country: 'DE' })
})
afterAll(() => backend.close())

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${backend.url}${path}`, {
    method, ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${backend.marketplace.secretKey}`, 'content-type': 'application/json', 'idempotency-key': `key-${count++}` },
  })
  return await response.json() as T
}

const line = (reference: string, amount = 1000, platformFee = 0) => ({ reference, seller: seller.id, amount, platformFee })
const input = (lines: unknown[]) => ({ reference: `order-${count++}`, currency: 'USD', returnUrl: 'https://shop.test/return', lines })
const create = (lines: unknown[]) => call<CheckoutSession>('POST', '/v1/checkout-sessions', input(lines))

describe('creating', () => {
  test.each([
    ['a fee above its amount', () => [line('a', 100, 101)], 'validation_failed', 'lines[0].platformFee'],
    ['a reference twice', () => [line('a'), line('a')], 'validation_failed', 'lines[1].reference'],
    ['a sum beyond 12 digits', () => [line('a', 999_999_999_999), line('b', 1)], 'validation_failed', 'lines'],
    ['a seller that there is not', () => [{ ...line('a'), seller: newId('seller') }], 'not_found', 'lines[0].seller'],
  ])('refuses %s, by the name of the field', async (_name, lines, code, field) => {
    expect(await call<Problem>('POST', '/v1/checkout-sessions', input(lines()))).toMatchObject({ code, field })
  })

  test('refuses a reference that an order has, and says which session it is', async () => {
    const body = input([line('a')])
    const first = await call<CheckoutSession>('POST', '/v1/checkout-sessions', body)
    expect(await call<Problem>('POST', '/v1/checkout-sessions', body)).toMatchObject({ code: 'reference_taken', status: 409, existing: first.id })
  })
})

describe('changing', () => {
  test('makes a new revision of changed lines, and leaves the others', async () => {
    const session = await create([line('a'), line('b', 500)])
    const changed = await call<CheckoutSession>('PATCH', `/v1/checkout-sessions/${session.id}`, { lines: [{ reference: 'b', amount: 700 }] })
    expect(changed).toMatchObject({ revision: 2, amount: 1700, lines: [{ amount: 1000 }, { amount: 700 }] })
  })

  test('keeps the revision when only the buyer changes', async () => {
    const session = await create([line('a')])
    const changed = await call<CheckoutSession>('PATCH', `/v1/checkout-sessions/${session.id}`, { buyer: { name: 'Mara' } })
    expect(changed).toMatchObject({ revision: 1, buyer: { name: 'Mara' } })
  })

  test.each([
    ['a line that there is not', [{ reference: 'z', amount: 1 }], 'lines[0].reference'],
    ['a line twice', [{ reference: 'a', amount: 1 }, { reference: 'a', amount: 2 }], 'lines[1].reference'],
    ['a fee above the amount that stands', [{ reference: 'b', platformFee: 0 }, { reference: 'a', platformFee: 1001 }], 'lines[1].platformFee'],
  ])('refuses %s, by its place in the request', async (_name, lines, field) => {
    const session = await create([line('a'), line('b')])
    expect(await call<Problem>('PATCH', `/v1/checkout-sessions/${session.id}`, { lines })).toMatchObject({ code: 'validation_failed', field })
  })
})

describe('ending', () => {
  test.each([['expire', 'expired'], ['cancel', 'canceled']])('%s leaves the session %s, its order canceled, and nothing to change', async (action, status) => {
    const session = await create([line('a')])
    expect(await call('POST', `/v1/checkout-sessions/${session.id}/${action}`, {})).toMatchObject({ status })
    expect(await call('GET', `/v1/orders/${session.order}`)).toMatchObject({ status: 'canceled', escrows: [{ status: 'closed' }] })
    expect(await call('PATCH', `/v1/checkout-sessions/${session.id}`, { metadata: {} })).toMatchObject({ code: 'session_not_open', status: 409 })
    expect(await call('POST', `/v1/checkout-sessions/${session.id}/${action}`, {})).toMatchObject({ code: 'session_not_open' })
  })
})

test('an order whose payment is authorized is not canceled, but voided', async () => {
  const { order } = await openShop(backend).paid([{ seller: seller.id, amount: 1000, platformFee: 0 }], { captureMode: 'manual' })
  expect(await call('POST', `/v1/orders/${order.id}/cancel`, {})).toMatchObject({ code: 'order_not_cancelable', status: 409 })
})
