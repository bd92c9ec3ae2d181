import type { BodyOf } from '@holdfast/contract'
import type { AddressFormat, CheckoutSession, CheckoutView, Order, Problem } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TEST_ORIGIN } from '../testing/backend.ts'
import { call, type ApiAnswer } from '../testing/http.ts'
import { startTestShop, type TestShop } from '../testing/shop.ts'

let world: TestShop
beforeAll(async () => { world = await startTestShop() })
afterAll(() => world.backend.close())

const all = { company: 'required', taxId: 'required', purchaseOrder: 'required', deliveryAddress: 'required' } as const
const address = { country: 'DE', recipient: 'Wareneingang', line1: 'Hafenstr. 4', city: 'Kiel', postalCode: '24103' }
const whole = { company: 'Lathes & Co.', taxId: { country: 'DE', number: 'de 136 695 976' }, purchaseOrder: 'PO-7', deliveryAddress: address }
const kept = {
  company: 'Lathes & Co.', taxId: { country: 'DE', number: 'DE136695976', kind: 'VAT', checked: 'check_digits' }, purchaseOrder: 'PO-7',
  deliveryAddress: { ...address, line2: null, district: null, region: null },
}

const open = (over: Partial<BodyOf<'sessions.create'>>): Promise<CheckoutSession> => world.shop.session([{ seller: world.seller, amount: 5_000 }], over)
const page = (session: CheckoutSession, method: 'GET' | 'POST', path: string, body?: unknown): Promise<ApiAnswer> =>
  call(world.backend, method, path, { key: session.clientSecret, headers: { origin: TEST_ORIGIN }, ...(body !== undefined && { body }) })
const say = (session: CheckoutSession, body: unknown): Promise<ApiAnswer> => page(session, 'POST', '/v1/checkout/details', body)
const create = (over: object): Promise<ApiAnswer> => world.shop.post('/v1/checkout-sessions', {
  reference: `d-${Math.random()}`, currency: 'USD', returnUrl: 'http://shop.test/return', lines: [{ reference: 'a', seller: world.seller, amount: 1 }], ...over,
})

describe('what a session asks for', () => {
  test('is on the session, and on the page with what is known already', async () => {
    const session = await open({ collect: { company: 'required', purchaseOrder: 'optional' }, details: { company: 'Lathes & Co.' } })
    expect(session).toMatchObject({ collect: { company: 'required', taxId: null, purchaseOrder: 'optional', deliveryAddress: null }, details: { company: 'Lathes & Co.', taxId: null } })
    const { view } = await world.shop.page(session)
    expect(view.details).toEqual({ collect: session.collect, values: session.details })
  })

  test('is nothing unless the merchant says so', async () => {
    const { view } = await world.shop.page(await open({}))
    expect(view.details).toBeNull()
  })

  test('changes while the session is open, without a new revision', async () => {
    const session = await open({ collect: { company: 'required' } })
    const { body } = await call(world.backend, 'PATCH', `/v1/checkout-sessions/${session.id}`, { body: { collect: { taxId: 'optional' }, details: { purchaseOrder: 'PO-8' } } })
    expect(body).toMatchObject({ revision: 1, collect: { company: null, taxId: 'optional' }, details: { purchaseOrder: 'PO-8' } })
  })

  test.each([
    [{ taxId: { country: 'DE', number: 'DE136695978' } }, 'details.taxId.number'],
    [{ deliveryAddress: { ...address, postalCode: '2410' } }, 'details.deliveryAddress.postalCode'],
    [{ company: 'a\nb' }, 'details.company'],
    [{ deliveryAddress: { ...address, planet: 'Mars' } }, 'details.deliveryAddress.planet'],
  ])('takes nothing wrong from the merchant either: %o', async (details, field) => {
    expect((await create({ details })).body).toMatchObject({ code: 'validation_failed', field })
  })
})

describe('what a buyer says', () => {
  test('is kept on the order in its country’s form, told of, and given to the rail', async () => {
    const session = await open({ collect: all })
    const answer = await say(session, whole)
    expect(answer.status).toBe(200)
    expect((answer.body as unknown as CheckoutView).details?.values).toEqual(kept)
    const { attempt, text } = await world.shop.confirm(session)
    expect(text).toContain('complete')
    expect((await world.shop.get<Order>(`/v1/orders/${session.order}`)).details).toEqual(kept)
    const { data } = await world.shop.get<{ data: { type: string; data: { details: unknown } }[] }>(`/v1/events?object=${session.order}`)
    expect(data.find(({ type }) => type === 'order.paid')?.data.details).toEqual(kept)
    const { rows } = await world.backend.deps.pool.query(`select request->'details' as told from operations where payment_id = $1 and kind = 'sale'`, [attempt.payment])
    expect(rows).toEqual([{ told: kept }])
  })

  test('stays where it is left out, and is taken back by null', async () => {
    const session = await open({ collect: { company: 'optional', purchaseOrder: 'optional' } })
    await say(session, { company: 'A', purchaseOrder: 'B' })
    await say(session, { purchaseOrder: null })
    expect((await world.shop.page(session)).view.details?.values).toMatchObject({ company: 'A', purchaseOrder: null })
  })

  test('tells of a change once, and of what changes nothing not at all', async () => {
    const session = await open({ collect: { company: 'optional', purchaseOrder: 'optional' } })
    for (const body of [{ company: 'A' }, { company: 'A' }, { company: 'A', purchaseOrder: null }]) expect((await say(session, body)).status).toBe(200)
    const { data } = await world.shop.get<{ data: { type: string }[] }>(`/v1/events?object=${session.id}`)
    expect(data.filter(({ type }) => type === 'session.updated')).toHaveLength(1)
  })

  test('is in no log, right or wrong', async () => {
    const session = await open({ collect: all })
    await say(session, { ...whole, company: 'Canary & Sons 4711' })
    await say(session, { ...whole, taxId: { country: 'DE', number: 'DE999947111' } })
    await world.shop.confirm(session)
    expect(world.backend.log.length).toBeGreaterThan(0)
    expect(world.backend.log.join('')).not.toMatch(/4711|Hafenstr|Wareneingang|136695976|PO-7/)
  })

  test('is refused whole, with everything that is wrong and in which way, and nothing of it is kept', async () => {
    const session = await open({ collect: all })
    const { body, status, text } = await say(session, { ...whole, taxId: { country: 'DE', number: 'DE136695978' }, deliveryAddress: { ...address, city: null, postalCode: '2410' } })
    expect(status).toBe(400)
    expect((body as unknown as Problem).errors).toMatchObject([
      { field: 'taxId.number', reason: 'check_digits', example: 'DE136695976' },
      { field: 'deliveryAddress.city', reason: 'missing' },
      { field: 'deliveryAddress.postalCode', reason: 'form', example: expect.stringMatching(/^\d{5}$/) },
    ])
    expect(text).not.toContain('136695978')
    expect((await world.shop.page(session)).view.details?.values.company).toBeNull()
  })

  test('is refused where it was not asked for', async () => {
    const session = await open({ collect: { company: 'optional' } })
    expect((await say(session, { purchaseOrder: 'PO-9' })).body).toMatchObject({ code: 'validation_failed', field: 'purchaseOrder' })
  })

  test('cannot be changed once the session is over', async () => {
    const session = await open({ collect: { company: 'optional' } })
    await world.shop.confirm(session)
    expect((await say(session, { company: 'Late Ltd.' })).body).toMatchObject({ status: 409 })
  })

  test('decides nothing about money: the amount and the revision are as they were', async () => {
    const session = await open({ collect: { company: 'optional' } })
    await say(session, { company: '0.01 USD' })
    expect((await world.shop.page(session)).view).toMatchObject({ revision: 1, amount: 5_000 })
    expect((await say(session, { company: 'A', amount: 1 })).status).toBe(400)
  })
})

describe('an attempt to pay', () => {
  test.each([
    ['company', 'details.company'], ['taxId', 'details.taxId'], ['purchaseOrder', 'details.purchaseOrder'], ['deliveryAddress', 'details.deliveryAddress'],
  ] as const)('without the %s that is required is refused by its name, and nothing is sent', async (left, field) => {
    const session = await open({ collect: all })
    const { [left]: _left, ...others } = whole
    await say(session, others)
    const { status, body } = await world.shop.confirm(session)
    expect({ status, ...body }).toMatchObject({ status: 409, code: 'details_missing', field })
    const { rows } = await world.backend.deps.pool.query('select id from payments where session_id = $1', [session.id])
    expect(rows).toEqual([])
    expect((await world.shop.page(session)).view.status).toBe('open')
  })

  test('by a wallet is held to it as well', async () => {
    const session = await open({ collect: { purchaseOrder: 'required' }, currency: 'CNY' })
    expect((await world.shop.wallet(session)).body).toMatchObject({ code: 'details_missing' })
  })

  test('goes ahead without what is optional', async () => {
    const { attempt } = await world.shop.confirm(await open({ collect: { company: 'optional', taxId: 'optional' } }))
    expect(attempt.status).toBe('complete')
  })
})

test('a page reads how a country writes its addresses', async () => {
  const session = await open({ collect: { deliveryAddress: 'required' } })
  const { body } = await page(session, 'GET', '/v1/checkout/address-format?country=JP&language=en')
  expect(body as unknown as AddressFormat).toMatchObject({ country: 'JP', names: { region: 'prefecture' } })
  expect((await page(session, 'GET', '/v1/checkout/address-format?country=ZZ')).status).toBe(404)
})
