import { randomUUID } from 'node:crypto'
import { endpoints, errorCodes, type ErrorCode } from '@holdfast/contract'
import { Holdfast, HoldfastError } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type Api } from './support/api.ts'
import { send, type RawCall } from './support/buyer.ts'
import { addSeller, buy, fresh, openSession, usAccount, type Bought } from './support/orders.ts'

let api: Api
let seller: string
let bought: Bought

beforeAll(async () => {
  api = await startApi()
  seller = (await addSeller(api)).id
  bought = await buy(api, [{ seller, amount: 10_000, platformFee: 1_000 }])
})
afterAll(() => api.close())

/** Sends bytes, with a good key unless the call brings its own, and expects a problem document. */
async function refusal(call: Partial<RawCall>): Promise<{ status: number; code: ErrorCode; field: string | undefined; detail: string }> {
  const whole = { method: 'POST', path: '/v1/sellers', bearer: api.secretKey, idempotencyKey: randomUUID(), ...call }
  const { status, headers, body } = await send(api.url, whole)
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const { title, status: expected } = errorCodes[body.code]
  expect(body).toMatchObject({ status, title, type: expect.stringContaining(body.code) as string, requestId: headers.get('request-id') })
  expect(status).toBe(expected)
  expect(body.detail).toMatch(/^.{20,}$/s)
  return { status, code: body.code, field: body.field, detail: body.detail }
}

async function failure(call: Promise<unknown>): Promise<HoldfastError> {
  const error: unknown = await call.then((value) => ({ answered: value }), (thrown: unknown) => thrown)
  if (!HoldfastError.is(error)) throw new Error(`expected a refusal, got ${JSON.stringify(error)}`)
  expect(error.requestId).toMatch(/^req_/)
  expect(error.message).toMatch(/^.{20,}$/s)
  return error
}

const stranger = (key: string): string => key.replace(/_[0-9a-z]{26}_/, '_01kan2v9fzez8bhq0g1v6jxkmd_')

describe('a key', () => {
  const get = { method: 'GET', path: '/v1/orders' }
  const rows: readonly (readonly [string, () => Partial<RawCall>, number, ErrorCode])[] = [
    ['that is missing', () => ({ ...get, bearer: undefined }), 401, 'key_missing'],
    ['in another scheme', () => ({ ...get, bearer: undefined, headers: { authorization: `Basic ${api.secretKey}` } }), 401, 'key_missing'],
    ['of no known form', () => ({ ...get, bearer: 'sk_test_123' }), 401, 'key_invalid'],
    ['that nobody has', () => ({ ...get, bearer: `${api.secretKey.slice(0, -4)}AAAA` }), 401, 'key_invalid'],
    ['with another marketplace\'s name in it', () => ({ ...get, bearer: stranger(api.secretKey) }), 401, 'key_invalid'],
    ['that says live', () => ({ ...get, bearer: api.secretKey.replace('test', 'live') }), 401, 'key_invalid'],
    ['that is a client secret', () => ({ ...get, bearer: bought.session.clientSecret }), 401, 'key_invalid'],
    ['that is publishable, where a secret one is needed', () => ({ ...get, bearer: api.publishableKey }), 403, 'key_kind_refused'],
    ['in place of a client secret', () => ({ method: 'GET', path: '/v1/checkout' }), 401, 'client_secret_invalid'],
    ['in place of a client secret that is missing', () => ({ method: 'GET', path: '/v1/checkout', bearer: undefined }), 401, 'client_secret_invalid'],
  ]
  it.each(rows)('%s is refused', async (_, call, status, code) => {
    expect(await refusal(call())).toMatchObject({ status, code })
  })

  it('that was revoked is refused from then on', async () => {
    const { id, key } = await api.holdfast.apiKeys.create({ kind: 'secret' })
    const once = new Holdfast({ apiKey: key, baseUrl: api.url })
    await once.marketplace.retrieve()
    await once.apiKeys.revoke(id)
    expect(await failure(once.marketplace.retrieve())).toMatchObject({ status: 401, code: 'key_invalid' })
    once.close()
  })

  it('is asked for by every call but the public ones and the opening of a payment link', async () => {
    const isOpen = ({ caller }: { caller: string }): boolean => caller === 'public' || caller === 'hosted'
    const open = Object.values(endpoints).filter(isOpen)
    expect(open.map(({ path }) => path).toSorted()).toEqual(['/v1/marketplaces/:id/jwks.json', '/v1/payment-links/:slug/open'])
    for (const { method, path } of Object.values(endpoints).filter((endpoint) => !isOpen(endpoint))) {
      const { status } = await refusal({ method, path: path.replace(':id', api.holdfast.marketplaceId), bearer: undefined, ...(method !== 'GET' && { body: {} }) })
      expect([method, path, status]).toEqual([method, path, 401])
    }
  })
})

const sellerText = (more: string): string => `{"reference":"r","name":"A","country":"US"${more}}`

describe('a body', () => {
  const rows: readonly (readonly [string, string, number, ErrorCode, string | undefined])[] = [
    ['that is empty', '', 400, 'json_malformed', undefined],
    ['that is no JSON', 'name=A', 400, 'json_malformed', undefined],
    ['with a comma too many', sellerText(','), 400, 'json_malformed', undefined],
    ['with single quotes', '{\'reference\':\'r\'}', 400, 'json_malformed', undefined],
    ['with text behind it', `${sellerText('')}{}`, 400, 'json_malformed', undefined],
    ['that breaks off', '{"reference":"r"', 400, 'json_malformed', undefined],
    ['with a byte order mark', `\uFEFF${sellerText('')}`, 400, 'json_malformed', undefined],
    ['with a name twice', sellerText(',"name":"B"'), 400, 'json_malformed', 'name'],
    ['with a name twice, once by escapes', sellerText(String.raw`,"n\u0061me":"B"`), 400, 'json_malformed', 'name'],
    ['with a name twice further in', sellerText(',"metadata":{"a":"1","a":"2"}'), 400, 'json_malformed', 'metadata.a'],
    ['with __proto__', sellerText(',"__proto__":{"name":"B"}'), 400, 'json_malformed', '__proto__'],
    ['with __proto__ further in', sellerText(',"metadata":{"__proto__":"x"}'), 400, 'json_malformed', 'metadata.__proto__'],
    ['with constructor', sellerText(',"metadata":{"constructor":"x"}'), 400, 'json_malformed', 'metadata.constructor'],
    ['with NaN', '{"amount":NaN}', 400, 'json_malformed', 'amount'],
    ['with 1e400', '{"amount":1e400}', 400, 'json_malformed', 'amount'],
    ['with a number that a double would round', '{"amount":9007199254740993}', 400, 'json_malformed', 'amount'],
    ['with a NUL', sellerText(String.raw`,"email":"a\u0000@b.example"`), 400, 'json_malformed', 'email'],
    ['with half a surrogate pair', sellerText(String.raw`,"email":"\ud800"`), 400, 'json_malformed', 'email'],
    ['nested a hundred deep', '['.repeat(100) + ']'.repeat(100), 400, 'json_malformed', undefined],
    ['that is a list', '[]', 400, 'validation_failed', 'body'],
    ['that is a text', '"seller"', 400, 'validation_failed', 'body'],
    ['that is null', 'null', 400, 'validation_failed', 'body'],
    ['of half a megabyte', sellerText(`,"email":"${'x'.repeat(500_000)}"`), 413, 'body_too_large', undefined],
  ]
  it.each(rows)('%s is refused', async (_, body, status, code, field) => {
    expect(await refusal({ body, headers: { 'content-type': 'application/json' } })).toMatchObject({ status, code, ...(field !== undefined && { field }) })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json5'])('of type %s is refused', async (type) => {
    expect(await refusal({ body: sellerText(''), headers: { 'content-type': type } })).toMatchObject({ status: 415, code: 'media_type_unsupported' })
  })

  it('that was refused has done nothing', async () => {
    const found = await api.holdfast.sellers.list({ reference: 'r' }).page()
    expect(found.data).toEqual([])
  })
})

describe('a call', () => {
  const rows: readonly (readonly [string, Partial<RawCall>, number, ErrorCode, string | undefined])[] = [
    ['without an idempotency key', { body: sellerText(''), idempotencyKey: undefined }, 400, 'idempotency_key_required', 'Idempotency-Key'],
    ['with an idempotency key that is too long', { body: sellerText(''), idempotencyKey: 'x'.repeat(256) }, 400, 'validation_failed', 'Idempotency-Key'],
    ['of a version that never was', { method: 'GET', path: '/v1/orders', headers: { 'holdfast-version': '1999-01-01' } }, 400, 'version_unsupported', 'Holdfast-Version'],
    ['of another method', { method: 'DELETE', path: '/v1/sellers' }, 405, 'method_not_allowed', undefined],
    ['that there isn\'t', { method: 'POST', path: '/v1/gifts', body: {} }, 404, 'route_not_found', undefined],
    ['on an id of another kind', { method: 'GET', path: '/v1/orders/pay_01kan2v9fzez8bhq0g1v6jxkmd' }, 400, 'validation_failed', 'id'],
    ['on what is no id', { method: 'GET', path: '/v1/orders/42' }, 400, 'validation_failed', 'id'],
    ['for a page of nothing', { method: 'GET', path: '/v1/orders?limit=0' }, 400, 'validation_failed', 'limit'],
    ['for a page too long', { method: 'GET', path: '/v1/orders?limit=101' }, 400, 'validation_failed', 'limit'],
    ['for what comes after what is no id', { method: 'GET', path: '/v1/orders?after=null' }, 400, 'validation_failed', 'after'],
    ['for what comes after an id of another kind', { method: 'GET', path: '/v1/orders?after=pay_01kan2v9fzez8bhq0g1v6jxkmd' }, 400, 'validation_failed', 'after'],
    ['for events of a type that there isn\'t', { method: 'GET', path: '/v1/events?type=order.payd' }, 400, 'validation_failed', 'type'],
    ['for the events after one that there isn\'t', { method: 'GET', path: '/v1/events?order=oldest&after=evt_01kan2v9fzez8bhq0g1v6jxkmd' }, 404, 'not_found', 'after'],
    ['with a NUL in a filter', { method: 'GET', path: '/v1/orders?reference=%00' }, 400, 'validation_failed', 'reference'],
    ['with a NUL in a filter of events', { method: 'GET', path: '/v1/events?object=a%00b' }, 400, 'validation_failed', 'object'],
    ['with a filter that there isn\'t', { method: 'GET', path: '/v1/orders?colour=red' }, 400, 'validation_failed', 'colour'],
    ['with a status that there isn\'t', { method: 'GET', path: '/v1/orders?status=lost' }, 400, 'validation_failed', 'status'],
  ]
  it.each(rows)('%s is refused', async (_, call, status, code, field) => {
    expect(await refusal(call)).toMatchObject({ status, code, ...(field !== undefined && { field }) })
  })
})

const line = (more: object): object => ({ lines: [{ reference: 'a', seller, amount: 10_000, ...more }] })

describe('a field', () => {
  type Row = readonly [string, () => Promise<unknown>, string]
  const session = (more: () => object): (() => Promise<unknown>) => () =>
    openSession(api, [{ seller, amount: 10_000 }], more())
  const rows: readonly Row[] = [
    ['an amount of nothing', session(() => line({ amount: 0 })), 'lines[0].amount'],
    ['a negative amount', session(() => line({ amount: -1 })), 'lines[0].amount'],
    ['an amount in dollars', session(() => line({ amount: 12.5 })), 'lines[0].amount'],
    ['an amount as a text', session(() => line({ amount: '10000' })), 'lines[0].amount'],
    ['an amount of thirteen digits', session(() => line({ amount: 1_000_000_000_000 })), 'lines[0].amount'],
    ['a fee above the amount', session(() => line({ platformFee: 10_001 })), 'lines[0].platformFee'],
    ['no lines', session(() => ({ lines: [] })), 'lines'],
    ['a line twice', session(() => ({ lines: [1, 2].map(() => ({ reference: 'a', seller, amount: 5 })) })), 'lines[1].reference'],
    ['a seller that is an order', session(() => line({ seller: bought.order.id })), 'lines[0].seller'],
    ['a currency in small letters', session(() => ({ currency: 'usd' })), 'currency'],
    ['a currency that is none', session(() => ({ currency: 'XYZ' })), 'currency'],
    ['a metal', session(() => ({ currency: 'XAU' })), 'currency'],
    ['a return to a script', session(() => ({ returnUrl: 'javascript:alert(1)' })), 'returnUrl'],
    ['a field that is misspelt', session(() => ({ captureMod: 'manual' })), 'captureMod'],
    ['a field that is misspelt further in', session(() => line({ platformfee: 5 })), 'lines[0].platformfee'],
    ['release terms that there aren\'t', session(() => line({ releaseTerms: { method: 'drone' } })), 'lines[0].releaseTerms.method'],
    ['fifty-one entries of metadata', session(() => ({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v'])) })), 'metadata'],
    ['a reference with a line break', session(() => ({ reference: 'a\nb' })), 'reference'],
    ['a bank account with a wrong digit', () => api.holdfast.sellers.create({ reference: fresh('s'), name: 'A', country: 'US', bankAccount: { ...usAccount, routingNumber: '021000022' } }), 'bankAccount.routingNumber'],
    ['an IBAN with a wrong digit', () => api.holdfast.sellers.create({ reference: fresh('s'), name: 'A', country: 'DE', bankAccount: { holder: 'A', country: 'DE', currency: 'EUR', iban: 'DE89370400440532013001' } }), 'bankAccount.iban'],
    ['a country by its name', () => api.holdfast.sellers.create({ reference: fresh('s'), name: 'A', country: 'Germany' }), 'country'],
    ['a release of nothing', () => api.holdfast.escrows.release(bought.escrows[0]?.id ?? '', { amount: 0 }), 'amount'],
    ['a refund with amount and allotments', () => api.holdfast.refunds.create({ payment: bought.payment.id, amount: 5, allotments: [{ escrow: bought.escrows[0]?.id ?? '', amount: 5 }] }), 'allotments'],
    ['an allotment with escrow and milestone', () => api.holdfast.refunds.create({ payment: bought.payment.id, allotments: [{ escrow: bought.escrows[0]?.id ?? '', milestone: bought.escrows[0]?.milestones[0]?.id ?? '', amount: 5 }] }), 'allotments[0]'],
    ['a clock that goes back', () => api.holdfast.clock.advance({ byMs: -1 }), 'byMs'],
  ]
  it.each(rows)('%s is refused by name', async (_, call, field) => {
    const error = await failure(call())
    expect(error).toMatchObject({ status: 400, code: 'validation_failed' })
    if (error.errors) expect(error.errors.map((one) => one.field)).toContain(error.field)
    expect(error.field?.startsWith(field), `${error.field} for ${field}`).toBe(true)
  })

  it('is refused together with every other that is wrong', async () => {
    const error = await failure(openSession(api, [{ seller, amount: 0, platformFee: -1 }], { currency: 'usd' }))
    expect(new Set(error.errors?.map(({ field }) => field))).toEqual(new Set(['currency', 'lines[0].amount', 'lines[0].platformFee']))
  })

  it('never comes back in the words of a refusal, for it may hold a card number', async () => {
    const number = '4112344112344113'
    const { detail } = await refusal({ body: JSON.stringify({ reference: number, name: number, country: number }) })
    expect(detail).not.toContain(number)
  })
})

describe('an idempotency key', () => {
  it('with another body is refused with 422, and the first stands', async () => {
    const idempotencyKey = fresh('key')
    const first = await api.holdfast.sellers.create({ reference: fresh('seller'), name: 'A', country: 'US' }, { idempotencyKey })
    const error = await failure(api.holdfast.sellers.create({ reference: fresh('seller'), name: 'B', country: 'US' }, { idempotencyKey }))
    expect(error).toMatchObject({ status: 422, code: 'idempotency_body_differs', idempotencyKey })
    expect(await api.holdfast.sellers.retrieve(first.id)).toEqual(first)
  })

  it('with another object in the path is refused with 422', async () => {
    const idempotencyKey = fresh('key')
    const [one, two] = [await addSeller(api), await addSeller(api)]
    await api.holdfast.sellers.update(one.id, { name: 'C' }, { idempotencyKey })
    expect(await failure(api.holdfast.sellers.update(two.id, { name: 'C' }, { idempotencyKey }))).toMatchObject({ status: 422, code: 'idempotency_body_differs' })
  })

  it('of another marketplace is another key', async () => {
    const idempotencyKey = fresh('key')
    const reference = fresh('seller')
    const one = await api.holdfast.sellers.create({ reference, name: 'A', country: 'US' }, { idempotencyKey })
    const two = await api.other.sellers.create({ reference, name: 'B', country: 'US' }, { idempotencyKey })
    expect([one.name, two.name]).toEqual(['A', 'B'])
  })

  it('answers a refusal again too', async () => {
    const options = { idempotencyKey: fresh('key') }
    const release = (): Promise<HoldfastError> => failure(api.holdfast.escrows.release(bought.escrows[0]?.id ?? '', { amount: 10_001 }, options))
    const [first, second] = [await release(), await release()]
    expect(second.toJSON()).toEqual(first.toJSON())
  })
})

describe('what exceeds what is left', () => {
  type Row = readonly [string, () => Promise<unknown>, ErrorCode, { amount: number; currency: string } | undefined]
  const escrow = (): string => bought.escrows[0]?.id ?? ''
  const usd = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'USD' })
  const rows: readonly Row[] = [
    ['a release above what is held', () => api.holdfast.escrows.release(escrow(), { amount: 10_001 }), 'amount_exceeds_remaining', usd(10_000)],
    ['a refund above what was captured', () => api.holdfast.refunds.create({ payment: bought.payment.id, amount: 10_001 }), 'amount_exceeds_remaining', usd(10_000)],
    ['a refund above what an escrow has', () => api.holdfast.refunds.create({ payment: bought.payment.id, allotments: [{ escrow: escrow(), amount: 10_001 }] }), 'amount_exceeds_remaining', usd(10_000)],
    ['a capture of what is captured', () => api.holdfast.payments.capture(bought.payment.id, { amount: 1 }), 'amount_exceeds_remaining', usd(0)],
    ['a payout of what has not settled', () => api.holdfast.payouts.create({ seller, amount: 1 }), 'funds_not_settled', usd(0)],
    ['a withdrawal above the fees', () => api.holdfast.operator.withdraw({ currency: 'USD', amount: 999_999, reference: fresh('w') }), 'custody_insufficient', undefined],
  ]
  it.each(rows)('%s is refused with 409, and says how much is left', async (_, call, code, remaining) => {
    const error = await failure(call())
    expect(error).toMatchObject({ status: 409, code })
    if (remaining) expect(error.remaining).toEqual(remaining)
  })

  it('a capture above an authorization is refused with 409, and says how much is left', async () => {
    const { payment, escrows } = await buy(api, [{ seller, amount: 9_000 }, { seller, amount: 1_000 }], { captureMode: 'manual' })
    expect(payment.status).toBe('authorized')
    const over = await failure(api.holdfast.payments.capture(payment.id, { amount: 10_001 }))
    expect(over).toMatchObject({ status: 409, code: 'amount_exceeds_remaining', field: 'amount', remaining: usd(10_000) })
    const overOne = await failure(api.holdfast.payments.capture(payment.id, { allotments: [{ escrow: escrows[1]?.id ?? '', amount: 1_001 }] }))
    expect(overOne).toMatchObject({ status: 409, code: 'amount_exceeds_remaining', field: 'allotments[0].amount', remaining: usd(1_000) })
    await api.holdfast.payments.void(payment.id)
    expect(await failure(api.holdfast.payments.capture(payment.id))).toMatchObject({ status: 409, code: 'payment_transition_refused' })
  })

  it('two releases that together exceed what is held: the first stands', async () => {
    const { escrows: [one] } = await buy(api, [{ seller, amount: 5_000 }])
    await api.holdfast.escrows.release(one?.id ?? '', { amount: 3_000 })
    expect(await failure(api.holdfast.escrows.release(one?.id ?? '', { amount: 3_000 }))).toMatchObject({
      code: 'amount_exceeds_remaining', remaining: usd(2_000),
    })
  })
})

describe('what the state forbids', () => {
  type Row = readonly [string, () => Promise<unknown>, ErrorCode]
  const escrow = (): string => bought.escrows[0]?.id ?? ''
  const rows: readonly Row[] = [
    ['voiding what is captured', () => api.holdfast.payments.void(bought.payment.id), 'payment_transition_refused'],
    ['canceling what is paid', () => api.holdfast.orders.cancel(bought.order.id), 'order_not_cancelable'],
    ['expiring a session that is complete', () => api.holdfast.sessions.expire(bought.session.id), 'session_not_open'],
    ['changing a session that is complete', () => api.holdfast.sessions.update(bought.session.id, { metadata: {} }), 'session_not_open'],
    ['accepting what was not delivered', () => api.holdfast.escrows.accept(escrow()), 'milestone_transition_refused'],
    ['paying out to a seller without a bank account', async () => {
      const { id } = await api.holdfast.sellers.create({ reference: fresh('s'), name: 'A', country: 'US' })
      return api.holdfast.payouts.create({ seller: id, currency: 'USD' })
    }, 'bank_account_missing'],
  ]
  it.each(rows)('%s is refused with 409', async (_, call, code) => {
    expect(await failure(call())).toMatchObject({ status: 409, code })
  })

  it('a reference that another object has is refused with 409, and says which', async () => {
    const reference = fresh('seller')
    const { id } = await api.holdfast.sellers.create({ reference, name: 'A', country: 'US' })
    const error = await failure(api.holdfast.sellers.create({ reference, name: 'B', country: 'US' }))
    expect(error).toMatchObject({ status: 409, code: 'reference_taken', existing: id, field: 'reference' })
  })

  it('a dispute freezes release and acceptance, and is withdrawn once', async () => {
    const { escrows: [one] } = await buy(api, [{ seller, amount: 5_000 }])
    const frozen = one?.id ?? ''
    const dispute = await api.holdfast.disputes.open({ escrow: frozen, reason: 'half of it is broken' })
    for (const call of [() => api.holdfast.escrows.release(frozen), () => api.holdfast.escrows.deliver(frozen, { method: 'air' }), () => api.holdfast.disputes.open({ escrow: frozen, reason: 'again' })]) {
      expect(await failure(call())).toMatchObject({ status: 409, code: 'escrow_disputed' })
    }
    await api.holdfast.disputes.withdraw(dispute.id)
    expect(await failure(api.holdfast.disputes.withdraw(dispute.id))).toMatchObject({ status: 409, code: 'dispute_not_open' })
    expect(await api.holdfast.escrows.release(frozen)).toMatchObject({ gross: 5_000 })
  })
})

describe('a page that tampers', () => {
  it.each([{ amount: 1 }, { currency: 'JPY' }, { seller: 'sel_01kan2v9fzez8bhq0g1v6jxkmd' }, { session: 'cs_01kan2v9fzez8bhq0g1v6jxkmd' }])(
    'with %j in its confirmation is refused, and pays nothing', async (more) => {
      const session = await openSession(api, [{ seller, amount: 7_000 }])
      const token = await api.buyer.tokenize(session.clientSecret, api.cards.approved)
      const answer = await api.buyer.confirm(session.clientSecret, { method: 'card', token, revision: 1, ...more })
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', field: Object.keys(more)[0] } })
      expect(await api.holdfast.sessions.retrieve(session.id)).toMatchObject({ status: 'open', amount: 7_000, payment: null })
    })

  it('with a revision that has passed is refused, and pays nothing', async () => {
    const session = await openSession(api, [{ seller, amount: 7_000 }])
    const token = await api.buyer.tokenize(session.clientSecret, api.cards.approved)
    const { revision } = await api.holdfast.sessions.update(session.id, { lines: [{ reference: 'line-0', amount: 9_000 }] })
    expect(revision).toBe(2)
    expect(await api.buyer.confirm(session.clientSecret, { method: 'card', token, revision: 1 })).toMatchObject({ status: 409, body: { code: 'session_revision_stale' } })
    expect(await api.buyer.confirm(session.clientSecret, { method: 'card', token, revision: 2 })).toMatchObject({ status: 409, body: { code: 'token_refused' } })
    expect(await api.holdfast.sessions.retrieve(session.id)).toMatchObject({ status: 'open', amount: 9_000 })
  })

  it('with the card token of another session is refused, and pays nothing', async () => {
    const [mine, theirs] = [await openSession(api, [{ seller, amount: 7_000 }]), await openSession(api, [{ seller, amount: 1 }])]
    const token = await api.buyer.tokenize(theirs.clientSecret, api.cards.approved)
    expect(await api.buyer.confirm(mine.clientSecret, { method: 'card', token, revision: 1 })).toMatchObject({ status: 409, body: { code: 'token_refused' } })
    expect(await api.holdfast.sessions.retrieve(mine.id)).toMatchObject({ status: 'open' })
  })

  it('on an origin that is not registered is refused', async () => {
    const session = await openSession(api, [{ seller, amount: 7_000 }])
    const answer = await send(api.url, { method: 'GET', path: '/v1/checkout', bearer: session.clientSecret, origin: 'https://evil.example' })
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } })
  })
})
