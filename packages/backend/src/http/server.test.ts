import { randomBytes, randomUUID } from 'node:crypto'
import { API_VERSION, endpoints, newId, type Endpoint } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientSecretOf } from '../client-secret.ts'
import { newKey } from '../keys.ts'
import { routes } from '../routes/index.ts'
import { startTestBackend, TEST_ORIGIN, type TestBackend } from '../testing/backend.ts'
import { call, type ApiCall } from '../testing/http.ts'

let backend: TestBackend
let other: { id: string; secretKey: string; publishableKey: string }
beforeAll(async () => {
  backend = await startTestBackend()
  other = await backend.createMarketplace({ name: 'Other', origins: ['https://other.example'] })
})
afterAll(() => backend.close())

const api = (method: string, path: string, options?: ApiCall) => call(backend, method, path, options)
const code = ({ status, body }: { status: number; body: Record<string, unknown> }) => `${status} ${body['code']}`
const aSeller = (over: object = {}) => ({ reference: `ref-${randomUUID()}`, name: 'Acme', country: 'DE', ...over })
const anySecret = () => clientSecretOf(backend.deps.sealer, { marketplace: backend.marketplace.id, id: newId('session') })

describe('who calls', () => {
  test.each<[string, () => ApiCall, string]>([
    ['no key', () => ({ key: null }), '401 key_missing'],
    ['another scheme', () => ({ key: null, headers: { authorization: 'Basic abc' } }), '401 key_missing'],
    ['nonsense', () => ({ key: 'nonsense' }), '401 key_invalid'],
    ['a well-formed key that is nobody’s', () => ({ key: newKey({ kind: 'secret', mode: 'test', marketplace: backend.marketplace.id }) }), '401 key_invalid'],
    ['a live key in test mode', () => ({ key: backend.marketplace.secretKey.replace('sk_test', 'sk_live') }), '401 key_invalid'],
    ['a publishable key as a secret one', () => ({ key: backend.marketplace.publishableKey.replace('pk_', 'sk_') }), '401 key_invalid'],
    ['another marketplace’s random part', () => ({ key: backend.marketplace.secretKey.slice(0, 35) + other.secretKey.slice(35) }), '401 key_invalid'],
    ['a publishable key on a secret call', () => ({ key: backend.marketplace.publishableKey }), '403 key_kind_refused'],
    ['a client secret on a secret call', () => ({ key: anySecret() }), '401 key_invalid'],
  ])('%s is refused', async (_what, options, expected) => {
    const answer = await api('GET', '/v1/sellers', options())
    expect(code(answer)).toBe(expected)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(answer.headers.get('www-authenticate')).toBe(answer.status === 401 ? 'Bearer' : null)
  })

  test('a publishable key may do what is marked for it, and so may a secret one', async () => {
    for (const key of [backend.marketplace.publishableKey, backend.marketplace.secretKey]) {
      expect((await api('GET', '/v1/marketplace', { key })).status).toBe(200)
    }
  })

  test('a revoked key is refused at once', async () => {
    const { body: made } = await api('POST', '/v1/api-keys', { body: { kind: 'secret' } })
    const key = made['key'] as string
    expect((await api('GET', '/v1/sellers', { key })).status).toBe(200)
    await api('POST', `/v1/api-keys/${made['id']}/revoke`, { body: {} })
    expect(code(await api('GET', '/v1/sellers', { key }))).toBe('401 key_invalid')
  })

  test('whoever keeps guessing is slowed down', async () => {
    const strict = await startTestBackend({
      config: (defaults) => ({ ...defaults, http: { ...defaults.http, rateLimits: { ...defaults.http.rateLimits, authFailures: { perMinute: 1, burst: 3 } } } }),
    })
    const statuses: number[] = []
    for (let guess = 0; guess < 5; guess += 1) statuses.push((await call(strict, 'GET', '/v1/sellers', { key: 'sk_test_guess' })).status)
    expect(statuses).toEqual([401, 401, 401, 429, 429])
    expect((await call(strict, 'GET', '/v1/sellers')).status).toBe(200)
    await strict.close()
  })
})

test('whoever guesses from one IPv6 network is one, whatever address of it each guess has', async () => {
  const strict = await startTestBackend({
    config: (defaults) => ({ ...defaults, http: { ...defaults.http, trustProxy: true, rateLimits: { ...defaults.http.rateLimits, authFailures: { perMinute: 1, burst: 2 } } } }),
  })
  const guess = async (address: string) => (await call(strict, 'GET', '/v1/sellers', { key: 'sk_test_guess', headers: { 'x-forwarded-for': address } })).status
  const statuses: number[] = []
  for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:2:3:4:5:6', '2001:db8:1:3::1']) statuses.push(await guess(address))
  expect(statuses).toEqual([401, 401, 429, 401])
  await strict.close()
})

describe('a page', () => {
  const page = (secret: string | null, headers: Record<string, string> = {}) => api('POST', '/v1/checkout/frame-ticket', { key: secret, body: {}, headers })

  test.each<[string, () => string | null, string, string]>([
    ['without a client secret', () => null, TEST_ORIGIN, '401 client_secret_invalid'],
    ['with an API key', () => backend.marketplace.secretKey, TEST_ORIGIN, '401 client_secret_invalid'],
    ['with a changed secret', () => `${anySecret().slice(0, -1)}!`, TEST_ORIGIN, '401 client_secret_invalid'],
    ['from another origin', anySecret, 'https://evil.example', '403 origin_not_allowed'],
    ['from a lookalike', anySecret, `${TEST_ORIGIN}.evil.example`, '403 origin_not_allowed'],
    ['from null', anySecret, 'null', '403 origin_not_allowed'],
  ])('%s is refused', async (_what, secret, origin, expected) => {
    expect(code(await page(secret(), { origin }))).toBe(expected)
  })

  test('reads its answers by CORS from a registered origin, and nobody reads calls with API keys', async () => {
    const answer = await page(anySecret(), { origin: TEST_ORIGIN })
    expect(answer.headers.get('access-control-allow-origin')).toBe(TEST_ORIGIN)
    expect(answer.headers.get('vary')).toContain('Origin')
    const secret = await api('GET', '/v1/sellers', { headers: { origin: TEST_ORIGIN } })
    expect(secret.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('is told by the preflight what it may send; other calls have no preflight', async () => {
    const preflight = (path: string) => fetch(`${backend.url}${path}`, {
      method: 'OPTIONS', headers: { origin: TEST_ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    })
    const allowed = await preflight('/v1/checkout/confirm')
    expect(allowed.status).toBe(204)
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': TEST_ORIGIN, 'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringContaining('idempotency-key'), vary: expect.stringContaining('Origin'),
    })
    expect((await preflight('/v1/sellers')).headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each(['pageAddress', 'pageSession'] as const)('is held to its rate: %s', async (which) => {
    const strict = await startTestBackend({
      config: (defaults) => ({ ...defaults, http: { ...defaults.http, rateLimits: { ...defaults.http.rateLimits, [which]: { perMinute: 1, burst: 2 } } } }),
    })
    const secret = clientSecretOf(strict.deps.sealer, { marketplace: strict.marketplace.id, id: newId('session') })
    const answers = []
    for (let at = 0; at < 3; at += 1) answers.push(await call(strict, 'GET', '/v1/checkout', { key: secret }))
    expect(answers.map(({ status }) => status === 429)).toEqual([false, false, true])
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0)
    await strict.close()
  })
})

describe('a body', () => {
  const send = (body: string | Uint8Array, headers: Record<string, string> = {}) => api('POST', '/v1/sellers', { body, headers })

  test.each<[string, string, Record<string, string>, string, string | undefined]>([
    ['malformed', '{"reference":', {}, '400 json_malformed', 'reference'],
    ['with a name twice', '{"reference":"a","reference":"b"}', {}, '400 json_malformed', 'reference'],
    ['with __proto__', '{"metadata":{"__proto__":{}}}', {}, '400 json_malformed', 'metadata.__proto__'],
    ['with 1e400', '{"amount":1e400}', {}, '400 json_malformed', 'amount'],
    ['too deep', '['.repeat(40), {}, '400 json_malformed', undefined],
    ['empty', '', {}, '400 json_malformed', undefined],
    ['with an unknown field', JSON.stringify({ ...aSeller(), amout: 1 }), {}, '400 validation_failed', 'amout'],
    ['with a wrong field', JSON.stringify(aSeller({ country: 'de' })), {}, '400 validation_failed', 'country'],
    ['of another type', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, '415 media_type_unsupported', undefined],
    ['with a wrong checksum', JSON.stringify(aSeller({ bankAccount: { holder: 'A', country: 'DE', currency: 'EUR', iban: 'DE88370400440532013000' } })), {}, '400 validation_failed', 'bankAccount.iban'],
  ])('%s is refused', async (_what, body, headers, expected, field) => {
    const answer = await send(body, headers)
    expect([code(answer), answer.body['field']]).toEqual([expected, field])
    expect(answer.body['requestId']).toBe(answer.headers.get('request-id'))
  })

  test('larger than 256 KiB is refused', async () => {
    expect(code(await send(JSON.stringify(aSeller({ name: 'x'.repeat(256 * 1024) }))))).toBe('413 body_too_large')
  })

  test('with a charset in its type is taken', async () => {
    expect((await send(JSON.stringify(aSeller()), { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(201)
  })

  test('of a stranger isn’t looked at', async () => {
    expect(code(await api('POST', '/v1/sellers', { key: 'nonsense', body: '{{{{' }))).toBe('401 key_invalid')
  })
})

describe('a key', () => {
  const create = (idempotencyKey: string | null, body: unknown) => api('POST', '/v1/sellers', { idempotencyKey, body })

  test('is required, and has at most 255 characters', async () => {
    expect(code(await create(null, aSeller()))).toBe('400 idempotency_key_required')
    expect(code(await create('k'.repeat(256), aSeller()))).toBe('400 validation_failed')
    expect((await create('k'.repeat(255), aSeller())).status).toBe(201)
  })

  test('answers again with the same bytes, and says so', async () => {
    const [key, body] = [randomUUID(), aSeller()]
    const [first, again] = [await create(key, body), await create(key, body)]
    expect(again.text).toBe(first.text)
    expect([first, again].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true'])
    expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'))
  })

  test('takes the same body in another order, and refuses another body with 422', async () => {
    const [key, { reference, name, country }] = [randomUUID(), aSeller()]
    const first = await create(key, { reference, name, country })
    expect((await create(key, { country, name, reference })).text).toBe(first.text)
    expect(code(await create(key, { reference, name: 'Other', country }))).toBe('422 idempotency_body_differs')
  })

  test('is one marketplace’s own', async () => {
    const [key, body] = [randomUUID(), aSeller()]
    const mine = await create(key, body)
    const theirs = await api('POST', '/v1/sellers', { idempotencyKey: key, body, key: other.secretKey })
    expect([mine.status, theirs.status, theirs.body['id'] === mine.body['id']]).toEqual([201, 201, false])
  })

  test('is bound to the path’s parameters', async () => {
    const key = randomUUID()
    const sellers = await Promise.all([1, 2].map(() => create(randomUUID(), aSeller())))
    const update = (id: unknown) => api('PATCH', `/v1/sellers/${id}`, { idempotencyKey: key, body: { name: 'New' } })
    expect((await update(sellers[0]?.body['id'])).status).toBe(200)
    expect(code(await update(sellers[1]?.body['id']))).toBe('422 idempotency_body_differs')
  })

  test('a hundred times at once has one effect and a hundred equal answers', async () => {
    const [key, body] = [randomUUID(), aSeller()]
    const answers = await Promise.all(Array.from({ length: 100 }, () => create(key, body)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  })

  test('keeps no API key in the open', async () => {
    const { body } = await api('POST', '/v1/api-keys', { body: { kind: 'secret' } })
    const { rows } = await backend.deps.pool.query<{ row: string }>('select k::text as row from idempotency_keys k union all select a::text from api_keys a')
    expect(rows.map(({ row }) => row).join('\n')).not.toContain((body['key'] as string).slice(36))
  })
})

describe('an address', () => {
  test.each([
    ['GET', '/v1/nothing', '404 route_not_found', null],
    ['DELETE', '/v1/sellers', '405 method_not_allowed', 'POST, GET'],
    ['PUT', '/v1/sellers/sel_01kam3k9r3e8f9w3y0v3v8x4zq', '405 method_not_allowed', 'GET, PATCH'],
    ['GET', '/v1/sellers/nonsense', '400 validation_failed', null],
    ['GET', '/v1/sellers/sel_01kam3k9r3e8f9w3y0v3v8x4zq', '404 not_found', null],
    ['GET', '/v1/sellers?limit=0', '400 validation_failed', null],
    ['GET', '/v1/sellers?limit=1&limit=2', '400 validation_failed', null],
    ['GET', '/v1/sellers/%zz', '404 route_not_found', null],
    ['GET', `/v1/sellers/${'x'.repeat(200)}`, '404 route_not_found', null],
    ['GET', '/v1/sellers?colour=red', '400 validation_failed', null],
  ])('%s %s answers %s', async (method, path, expected, allow) => {
    const answer = await api(method, path)
    expect([code(answer), answer.headers.get('allow')]).toEqual([expected, allow])
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect([answer.headers.get('request-id'), answer.headers.get('cache-control')]).toEqual([answer.body['requestId'], 'no-store'])
  })

  test.each([[API_VERSION, 200], ['2020-01-01', 400], ['latest', 400]])('Holdfast-Version %s answers %i', async (version, status) => {
    const answer = await api('GET', '/v1/marketplace', { headers: { 'holdfast-version': version } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('holdfast-version')).toBe(API_VERSION)
  })
})

describe('every call', () => {
  test('of the contract is answered by one route', () => {
    expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(endpoints).sort())
  })

  const guarded = Object.entries<Endpoint>(endpoints).filter(([, { caller }]) => caller === 'secret')
  test.each(guarded)('%s wants a secret key, and then a key for what it changes', async (_name, { method, path, idempotent }) => {
    const url = path.replaceAll(/:id/g, 'x_01kam3k9r3e8f9w3y0v3v8x4zq')
    expect(code(await api(method, url, { key: null }))).toBe('401 key_missing')
    expect(code(await api(method, url, { key: backend.marketplace.publishableKey }))).toBe('403 key_kind_refused')
    if (idempotent) expect((await api(method, url, { idempotencyKey: null, body: {} })).status).toBe(400)
  })

  test('has the headers that keep an answer private', async () => {
    const { headers } = await api('GET', '/v1/sellers')
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'request-id': expect.stringMatching(/^req_/),
    })
  })
})

describe('another marketplace', () => {
  test('finds none of our objects', async () => {
    const { body: seller } = await api('POST', '/v1/sellers', { body: aSeller() })
    const { body: list } = await api('GET', '/v1/events?limit=1')
    const [event] = list['data'] as { id: string }[]
    const { body: key } = await api('POST', '/v1/api-keys', { body: { kind: 'publishable' } })
    const theirs: [string, string, object?][] = [
      ['GET', `/v1/sellers/${seller['id']}`], ['PATCH', `/v1/sellers/${seller['id']}`, { name: 'Mine' }],
      ['GET', `/v1/events/${event?.id}`], ['POST', `/v1/api-keys/${key['id']}/revoke`, {}],
    ]
    for (const [method, path, body] of theirs) {
      expect(code(await api(method, path, { key: other.secretKey, body })), path).toBe('404 not_found')
    }
    const { body: sellers } = await api('GET', '/v1/sellers?limit=100', { key: other.secretKey })
    expect((sellers['data'] as { reference: string }[]).every(({ reference }) => reference !== seller['reference'])).toBe(true)
  })
})

test('a list goes newest first, page by page, and misses nothing', async () => {
  const fresh = await backend.createMarketplace({ name: 'Paging', origins: [] })
  const made: unknown[] = []
  for (let at = 0; at < 5; at += 1) made.push((await api('POST', '/v1/sellers', { body: aSeller(), key: fresh.secretKey })).body['id'])
  const read: unknown[] = []
  for (let after = '', more = true; more;) {
    const { body } = await api('GET', `/v1/sellers?limit=2${after}`, { key: fresh.secretKey })
    const ids = (body['data'] as { id: string }[]).map(({ id }) => id)
    read.push(...ids)
    after = `&after=${ids.at(-1)}`
    more = body['hasMore'] as boolean
  }
  expect(read).toEqual(made.toReversed())
})

test('what a caller sends is in no log: keys, secrets, numbers', async () => {
  const canary = randomBytes(8).toString('hex')
  await api('POST', '/v1/sellers', { key: backend.marketplace.secretKey, body: aSeller({ name: `n-${canary}`, metadata: { card: '4111111111111111' } }) })
  await api('GET', `/v1/sellers?reference=${canary}`, { key: `sk_test_${canary}` })
  const lines = backend.log.join('')
  expect(lines).toContain('"route":"sellers.create"')
  for (const secret of [canary, '4111111111111111', backend.marketplace.secretKey]) expect(lines).not.toContain(secret)
})

test('a server that shuts down refuses with 503, finishes what it began, and then is gone', async () => {
  const leaving = await startTestBackend()
  const slow = leaving.deps.pool.query('select pg_sleep(0.2)')
  const under = call(leaving, 'POST', '/v1/sellers', { body: aSeller() })
  const answers = await Promise.all([under, slow])
  expect(answers[0].status).toBe(201)
  await leaving.close()
  await expect(call(leaving, 'GET', '/v1/sellers')).rejects.toThrow()
})

test('a database that can’t be had is 503 with Retry-After, not 500', async () => {
  const starved = await startTestBackend({ config: (defaults) => ({ ...defaults, database: { ...defaults.database, poolSize: 2 } }) })
  const held = await Promise.all([starved.deps.pool.connect(), starved.deps.pool.connect()])
  const answer = await call(starved, 'GET', '/v1/sellers')
  expect([code(answer), answer.headers.get('retry-after')]).toEqual(['503 unavailable', '1'])
  for (const client of held) client.release()
  expect((await call(starved, 'GET', '/v1/sellers')).status).toBe(200)
  await starved.close()
})
