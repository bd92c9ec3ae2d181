import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { path } from './caller.ts'
import { systemClock, type Clock } from './clock.ts'
import { configure } from './config.ts'
import { HoldfastError } from './error.ts'
import { Holdfast } from './holdfast.ts'
import type { HoldfastOptions } from './options.ts'
import {
  breakOff, flood, hang, json, problem, reset, stall, startTestBackend, testKey, text, type Behaviour, type TestBackend,
} from './testing/backend.ts'
import { selfSigned } from './testing/certificate.ts'
import { Wire } from './wire.ts'

let backend: TestBackend
let dead: string
const order = 'ord_01kan2v9fzez8bhq0g1v6jxkmd'

beforeAll(async () => {
  backend = await startTestBackend()
  const gone = await startTestBackend()
  dead = gone.url
  await gone.close()
})
afterAll(() => backend.close())
beforeEach(() => {
  backend.forget()
  backend.behave(json(200, { object: 'order' }))
})

/** A clock that no time passes on but what is slept; it keeps the waits. */
function patientClock(): Clock & { waits: number[] } {
  const waits: number[] = []
  let elapsed = 0
  return {
    waits, now: () => Date.parse('2026-11-22T09:30:00Z') + elapsed, elapsed: () => elapsed,
    sleep: async (ms) => {
      waits.push(ms)
      elapsed += ms
    },
  }
}

function wire(options: Partial<HoldfastOptions> = {}, clock: Clock = patientClock()): Wire {
  return new Wire(configure({ apiKey: testKey, baseUrl: backend.url, ...options }), { clock, random: () => 0.5 })
}

async function failure(call: Promise<unknown>): Promise<HoldfastError> {
  const outcome = await call.then((value) => ({ value }), (error: unknown) => ({ error }))
  if (!('error' in outcome)) throw new Error(`it was answered: ${JSON.stringify(outcome.value)}`)
  expect(outcome.error).toBeInstanceOf(HoldfastError)
  return outcome.error as HoldfastError
}

const keys = (): unknown[] => backend.received.map(({ headers }) => headers['idempotency-key'])

describe('a call', () => {
  it('carries key, version, agent and body, and no more than one request', async () => {
    await wire().post('/v1/refunds', { payment: 'pay_1', amount: 5, reason: 'größer' })
    const [request, ...more] = backend.received
    expect(more).toEqual([])
    expect(request).toMatchObject({
      method: 'POST', url: '/v1/refunds', body: '{"payment":"pay_1","amount":5,"reason":"größer"}',
      headers: {
        authorization: `Bearer ${testKey}`, 'content-type': 'application/json', accept: 'application/json',
        'holdfast-version': '2026-11-22', 'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        'user-agent': 'holdfast-server/0.1.0', 'content-length': '50',
      },
    })
  })

  it('takes a key, a version and a path of its own', async () => {
    await wire({ baseUrl: `${backend.url}/pay/` }).post('/v1/refunds', {}, { idempotencyKey: 'mine', version: '2027-01-01' })
    expect(backend.received[0]).toMatchObject({ url: '/pay/v1/refunds', headers: { 'idempotency-key': 'mine', 'holdfast-version': '2027-01-01' } })
  })

  it('makes another key for every call, and none for a read', async () => {
    const one = wire()
    await one.post('/v1/refunds', {})
    await one.post('/v1/refunds', {})
    await one.get('/v1/orders')
    expect(new Set(keys()).size).toBe(3)
    expect(keys()[2]).toBeUndefined()
  })

  it('keeps its connection for the next', async () => {
    const one = wire()
    const before = backend.connections()
    for (let count = 0; count < 5; count += 1) await one.get('/v1/orders')
    expect(backend.connections() - before).toBe(1)
  })

  it('takes another connection at once when the kept one was closed meanwhile', async () => {
    const clock = patientClock()
    const one = wire({}, clock)
    await one.get('/v1/orders')
    backend.behave(reset, json(200, { object: 'order' }))
    await one.post('/v1/refunds', {})
    expect(clock.waits).toEqual([0])
    expect(keys()[1]).toBe(keys()[2])
  })
})

const passing: readonly (readonly [string, Behaviour])[] = [
  ['a reset connection', reset],
  ['an answer that breaks off', breakOff],
  ['an answer that stalls', stall],
  ['no answer', hang],
  ['408 of a proxy', text(408, 'slow')],
  ['409 idempotency_in_progress', problem(409, 'idempotency_in_progress')],
  ['425 of a proxy', text(425, 'early')],
  ['429 rate_limited', problem(429, 'rate_limited')],
  ['500 internal', problem(500, 'internal')],
  ['500 with a page of HTML', text(500, '<h1>oops</h1>')],
  ['502 rail_unavailable', problem(502, 'rail_unavailable')],
  ['503 unavailable', problem(503, 'unavailable')],
  ['504 of a proxy', text(504, '')],
  ['a refusal of the future with a status that passes', problem(503, 'moon_in_the_way')],
]

const lasting: readonly (readonly [string, Behaviour, string])[] = [
  ['400', problem(400, 'validation_failed', { field: 'lines[0].amount' }), 'validation_failed'],
  ['401', problem(401, 'key_invalid'), 'key_invalid'],
  ['404', problem(404, 'not_found'), 'not_found'],
  ['409 of a decision', problem(409, 'amount_exceeds_remaining'), 'amount_exceeds_remaining'],
  ['409 of an unknown outcome', problem(409, 'outcome_unknown'), 'outcome_unknown'],
  ['422', problem(422, 'idempotency_body_differs'), 'idempotency_body_differs'],
  ['a redirect', text(302, '', { location: 'https://elsewhere.example/' }), 'response_invalid'],
  ['a page where JSON was expected', text(200, '<html>'), 'response_invalid'],
  ['an empty answer', text(204, ''), 'response_invalid'],
  ['a JSON array', json(200, []), 'response_invalid'],
  ['a JSON null', json(200, null), 'response_invalid'],
  ['bytes that are not UTF-8', text(200, Buffer.from([0x22, 0xff, 0x22])), 'response_invalid'],
  ['a refusal of the future', problem(418, 'teapot'), 'response_invalid'],
  ['an answer without an end', flood, 'response_too_large'],
  ['an answer that is too long', json(200, { text: 'x'.repeat(5000) }), 'response_too_large'],
]

describe('retries', () => {
  it.each(passing)('sends the very same call again after %s', async (_, behaviour) => {
    backend.behave(behaviour, json(200, { object: 'refund' }))
    const answer = await wire({ attemptTimeoutMs: 1_000 }).post('/v1/refunds', { amount: 5 })
    expect(answer).toEqual({ object: 'refund' })
    expect(backend.received.map(({ body }) => body)).toEqual(['{"amount":5}', '{"amount":5}'])
    expect(keys()[0]).toBe(keys()[1])
  })

  it.each(lasting)('takes %s for an answer', async (_, behaviour, code) => {
    backend.behave(behaviour)
    const error = await failure(wire({ maxResponseBytes: 4096 }).post('/v1/refunds', {}))
    expect(error).toMatchObject({ code, retryable: false, attempts: 1 })
    expect(backend.received).toHaveLength(1)
  })

  it('gives up after maxRetries, and shows the key to go on with', async () => {
    backend.behave(problem(503, 'unavailable'))
    const error = await failure(wire().post('/v1/refunds', {}, { maxRetries: 2 }))
    expect(error).toMatchObject({ code: 'unavailable', status: 503, retryable: true, attempts: 3, idempotencyKey: keys()[0] })
    expect(new Set(keys()).size).toBe(1)
    expect(backend.received).toHaveLength(3)
  })

  it('waits with full jitter under a doubling ceiling', async () => {
    backend.behave(problem(500, 'internal'))
    const clock = patientClock()
    await failure(wire({ maxRetries: 8 }, clock).get('/v1/orders'))
    expect(clock.waits).toEqual([125, 250, 500, 1000, 2000, 4000, 4000, 4000])
  })

  it.each([
    ['in seconds', '7', 7_000],
    ['as a date', 'Sun, 22 Nov 2026 09:30:07 GMT', 7_000],
    ['as a date that has passed', 'Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ])('waits as long as Retry-After says, %s', async (_, header, ms) => {
    backend.behave(problem(503, 'unavailable', {}, { 'retry-after': header }), json(200, {}))
    const clock = patientClock()
    await wire({}, clock).get('/v1/orders')
    expect(clock.waits).toEqual([ms + 125])
  })

  it('does not wait for what lies beyond the deadline', async () => {
    backend.behave(problem(429, 'rate_limited', {}, { 'retry-after': '120' }))
    const clock = patientClock()
    const error = await failure(wire({}, clock).get('/v1/orders'))
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 120_000, attempts: 1 })
    expect(clock.waits).toEqual([])
  })

  it('says that a call which was cut off may have taken effect', async () => {
    const error = await failure(wire({ baseUrl: dead, maxRetries: 1 }).post('/v1/refunds', {}))
    expect(error).toMatchObject({ code: 'connection_failed', retryable: true, attempts: 2 })
    expect(error.status).toBeUndefined()
    expect(error.message).toMatch(/ECONNREFUSED.*same idempotencyKey/)
    const read = await failure(wire({ baseUrl: dead, maxRetries: 0 }).get('/v1/orders'))
    expect(read.message).not.toMatch(/taken effect/)
  })
})

describe('deadlines and signals', () => {
  it('ends the whole call at timeoutMs, attempts and waits included', async () => {
    backend.behave(hang)
    const began = performance.now()
    const error = await failure(wire({ timeoutMs: 300, attemptTimeoutMs: 60, maxRetries: 20 }, systemClock).post('/v1/refunds', {}))
    expect(error).toMatchObject({ code: 'timeout', retryable: true, idempotencyKey: keys()[0] })
    expect(performance.now() - began).toBeLessThan(2000)
    expect(backend.received.length).toBeGreaterThan(1)
  })

  it('counts an attempt from when there is a connection for it, not while it waits for one', async () => {
    backend.behave((response) => setTimeout(() => json(200, { object: 'order' })(response, backend.received[0] as never), 60))
    const one = wire({ maxSockets: 1, attemptTimeoutMs: 150, maxRetries: 0 }, systemClock)
    const answers = await Promise.all(Array.from({ length: 6 }, () => one.get('/v1/orders')))
    expect(answers).toHaveLength(6)
    expect(backend.received).toHaveLength(6)
  })

  it('gives up at the deadline while it waits for a connection', async () => {
    backend.behave(hang)
    const one = wire({ maxSockets: 1, timeoutMs: 200, maxRetries: 0 }, systemClock)
    const errors = await Promise.all([failure(one.get('/v1/orders')), failure(one.get('/v1/orders'))])
    expect(errors.map(({ code }) => code)).toEqual(['timeout', 'timeout'])
    expect(backend.received).toHaveLength(1)
  })

  it('does not send a call whose signal has aborted', async () => {
    const error = await failure(wire().post('/v1/refunds', {}, { signal: AbortSignal.abort('gone') }))
    expect(error).toMatchObject({ code: 'aborted', retryable: false, cause: 'gone' })
    expect(backend.received).toEqual([])
  })

  it.each([
    ['while it waits for an answer', hang],
    ['while an answer comes in', stall],
    ['between two attempts', problem(503, 'unavailable', {}, { 'retry-after': '30' })],
  ])('aborts a call %s', async (_, behaviour) => {
    const controller = new AbortController()
    backend.behave((response, request) => {
      behaviour(response, request)
      setTimeout(() => controller.abort(), 20)
    })
    const error = await failure(wire({}, systemClock).post('/v1/refunds', {}, { signal: controller.signal }))
    expect(error).toMatchObject({ code: 'aborted', idempotencyKey: keys()[0] })
  })

  it('leaves no listener behind on a signal that many calls share', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const counted = {
      aborted: false,
      addEventListener: (type: 'abort', listener: () => void) => {
        listeners += 1
        signal.addEventListener(type, listener)
      },
      removeEventListener: (type: 'abort', listener: () => void) => {
        listeners -= 1
        signal.removeEventListener(type, listener)
      },
    }
    await wire().get('/v1/orders', { signal: counted })
    expect(listeners).toBe(0)
  })
})

describe('what is never sent', () => {
  const unsendable: readonly (readonly [string, unknown, string])[] = [
    ['an amount that is undefined', { amount: undefined }, 'amount'],
    ['allotments that are undefined', { allotments: undefined }, 'allotments'],
    ['an amount that is NaN', { amount: Number.NaN }, 'amount'],
    ['an amount without end', { lines: [{ amount: Number.POSITIVE_INFINITY }] }, 'lines[0].amount'],
    ['an amount further in', { details: { a: [[1, Number.NaN]] } }, 'details.a[0][1]'],
    ['an amount that is yet to be asked for', { amount: () => 5 }, 'amount'],
    ['a symbol', { metadata: { a: Symbol('a') } }, 'metadata.a'],
    ['an amount as a bigint', { amount: 5n }, 'amount'],
    ['an array', [], 'params'],
    ['nothing', null, 'params'],
    ['a circle', Object.assign({}, { self: {} as object }), 'params'],
  ]
  it.each(unsendable)('%s', async (name, params, field) => {
    if (name === 'a circle') (params as { self: unknown }).self = params
    const error = await failure(wire().post('/v1/refunds', params as object))
    expect(error).toMatchObject({ code: 'params_invalid', field })
    expect(backend.received).toEqual([])
  })

  it.each([null, ['a'], {}, true])('a filter such as %j', async (reference) => {
    expect(await failure(wire().list('/v1/orders', { reference }).page())).toMatchObject({ code: 'params_invalid', field: 'reference' })
    expect(backend.received).toEqual([])
  })

  it.each([undefined, Number.NaN, 1.5, '2'])('a list of which %j are to be taken', async (count) => {
    expect(await failure(wire().list('/v1/orders').take(count as number))).toMatchObject({ code: 'params_invalid', field: 'count' })
    expect(backend.received).toEqual([])
  })

  it.each(['', 'ord', '../sellers', 'ord_', 'ord_../..', `${order}/cancel`, `${order}?x`, undefined, null, 5, {}])(
    'an id such as %j', (id) => {
      expect(() => path`/v1/orders/${id as string}`).toThrow(expect.objectContaining({ code: 'params_invalid', field: 'id' }) as Error)
    })

  it.each([
    [{ idempotencyKey: '' }, 'idempotencyKey'], [{ idempotencyKey: 'a\r\nx: y' }, 'idempotencyKey'],
    [{ idempotencyKey: 'x'.repeat(256) }, 'idempotencyKey'], [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: 1.5 }, 'timeoutMs'], [{ maxRetries: -1 }, 'maxRetries'], [{ version: 'latest' }, 'version'],
    [{ idempotencykey: 'a' }, 'idempotencykey'], [{ amount: 5 }, 'amount'], [null, 'options'], ['key', 'options'],
    [{ signal: new AbortController() }, 'signal'], [{ signal: 5 }, 'signal'],
  ])('a call with the options %j', async (options, field) => {
    const error = await failure(wire().post('/v1/refunds', {}, options as object))
    expect(error).toMatchObject({ code: 'options_invalid', field })
    expect(backend.received).toEqual([])
  })
})

describe('errors', () => {
  it('carry all that a refusal says', async () => {
    const said = {
      field: 'amount', errors: [{ field: 'amount', detail: 'too much' }], remaining: { amount: 7, currency: 'EUR' },
      existing: 'sel_1', requestId: 'req_77', detail: '9 exceeds what is left, 7: ask for 7 or less.',
    }
    backend.behave(problem(409, 'amount_exceeds_remaining', said))
    const error = await failure(wire().post('/v1/refunds', {}, { idempotencyKey: 'mine' }))
    const { detail, ...fields } = said
    expect(error.toJSON()).toEqual({
      name: 'HoldfastError', code: 'amount_exceeds_remaining', message: detail, status: 409, idempotencyKey: 'mine',
      retryable: false, attempts: 1, ...fields,
    })
  })

  it('carry the words of a refusal whose code only a newer release knows', async () => {
    backend.behave(json(409, { code: 'seller_on_leave', detail: 'The seller is away until Monday. Try again then.' }))
    const { code, status, message } = await failure(wire().post('/v1/payouts', {}))
    expect([code, status]).toEqual(['response_invalid', 409])
    expect(message).toMatch(/seller_on_leave.*The seller is away until Monday/)
  })

  it('never show the API key, whatever the other side says', async () => {
    backend.behave(problem(401, 'key_invalid', { detail: `no such key: ${testKey}` }))
    const holdfast = new Holdfast({ apiKey: testKey, baseUrl: backend.url })
    const error = await failure(holdfast.orders.retrieve(order))
    const secret = testKey.slice(-43)
    const shown = [error.message, String(error.stack), JSON.stringify(error), inspect(error, { depth: 9, showHidden: true })]
    const client = [inspect(holdfast, { depth: 9, showHidden: true }), JSON.stringify({ holdfast })]
    for (const words of [...shown, ...client]) expect(words).not.toContain(secret)
    expect(error.message).toBe('no such key: [the API key]')
    holdfast.close()
  })

  it('are known to be ours though another copy of this package made them', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('holdfast.error')]: true })
    expect([HoldfastError.is(foreign), HoldfastError.is(new Error('x')), HoldfastError.is(null)]).toEqual([true, false, false])
  })

  it('show in a console what they know', () => {
    const error = new HoldfastError({ code: 'not_found', message: 'there is no order', requestId: 'req_9', cause: new Error('why') })
    expect(inspect(error)).toMatch(/^HoldfastError: there is no order\n[^]*"requestId":"req_9"[^]*cause: Error: why$/)
  })
})

describe('over TLS', () => {
  it('calls a server whose certificate is trusted, and no other', async () => {
    const identity = selfSigned()
    const secure = await startTestBackend(identity)
    secure.behave(json(200, { object: 'order' }))
    const trusting = { baseUrl: secure.url, ca: identity.cert }
    expect(await wire(trusting).get('/v1/orders')).toEqual({ object: 'order' })
    for (const options of [{ baseUrl: secure.url }, { ...trusting, ca: selfSigned().cert }]) {
      const error = await failure(wire({ ...options, maxRetries: 0 }).get('/v1/orders'))
      expect(error).toMatchObject({ code: 'connection_failed', message: expect.stringMatching(/self[- ]signed/i) as string })
    }
    expect(secure.received).toHaveLength(1)
    await secure.close()
  })
})

describe('lists', () => {
  const page = (ids: readonly string[], hasMore: boolean): Behaviour => json(200, { object: 'list', data: ids.map((id) => ({ id })), hasMore })

  it('read on from the last id until there is no more', async () => {
    backend.behave(page(['a', 'b'], true), page(['c'], true), page(['d'], false))
    const ids: string[] = []
    for await (const { id } of wire().list<{ id: string }>('/v1/orders', { limit: 2, reference: 'ä b' })) ids.push(id)
    expect(ids).toEqual(['a', 'b', 'c', 'd'])
    expect(backend.received.map(({ url }) => url)).toEqual([
      '/v1/orders?limit=2&reference=%C3%A4+b', '/v1/orders?limit=2&reference=%C3%A4+b&after=b', '/v1/orders?limit=2&reference=%C3%A4+b&after=c',
    ])
  })

  it('give one page, or the first few', async () => {
    backend.behave(page(['a', 'b'], true))
    expect(await wire().list('/v1/orders').page()).toEqual({ object: 'list', data: [{ id: 'a' }, { id: 'b' }], hasMore: true })
    expect(await wire().list('/v1/orders').take(1)).toEqual([{ id: 'a' }])
    expect(await wire().list('/v1/orders').take(0)).toEqual([])
    expect(backend.received).toHaveLength(2)
  })

  it.each([
    ['no list', json(200, { object: 'order' })], ['a list without data', json(200, { object: 'list', hasMore: false })],
    ['a page that never ends', page([], true)], ['a page that repeats', page(['a'], true)],
  ])('refuse %s', async (_, behaviour) => {
    backend.behave(behaviour)
    expect(await failure(wire().list('/v1/orders').take(100))).toMatchObject({ code: 'response_invalid' })
    expect(backend.received.length).toBeLessThan(3)
  })
})
