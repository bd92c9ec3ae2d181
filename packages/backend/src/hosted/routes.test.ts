import { createHash, randomUUID } from 'node:crypto'
import { newId } from '@holdfast/contract'
import type { CheckoutSession } from '@holdfast/contract/types'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TEST_ORIGIN } from '../testing/backend.ts'
import { call, cardToken } from '../testing/http.ts'
import { fresh, startTestShop, type TestShop } from '../testing/shop.ts'
import { actionOf, begin, browser, goBack, issuers, post } from '../testing/three-d-secure.ts'
import type { PageFiles } from './files.ts'
import { addHostedPage } from './routes.ts'

const words = {
  en: { payment: 'Payment', unknown: 'No such page', unknownText: 'Check it.', noScript: 'Needs JavaScript.', terms: 'Terms', contact: 'Write to {email}', error_network: 'No connection.' },
  ar: { payment: 'الدفع', unknown: 'لا صفحة' },
}
const page: PageFiles = {
  component: 'export {}', script: 'const page = 1', style: 'main{}', words, chunks: new Map([['de.abc.json', '{"pay":"Zahlen"}']]),
}

let it: TestShop
beforeAll(async () => { it = await startTestShop({ page, wallets: true }) })
afterAll(() => it.backend.close())

const url = (path: string): string => `${it.backend.url}${path}`
const payUrl = (): string => url(`/pay/${it.backend.marketplace.id}`)
const newSession = (): Promise<CheckoutSession> => it.shop.session([{ seller: it.seller, amount: 12_345 }])
const own = (): string => new URL(it.backend.url).origin

describe('a session’s link', () => {
  test('holds its secret behind the #, wherever the session is answered', async () => {
    const session = await newSession()
    const expected = `${payUrl()}#${session.clientSecret}`
    expect(session.hostedUrl).toBe(expected)
    expect((await it.shop.get<CheckoutSession>(`/v1/checkout-sessions/${session.id}`)).hostedUrl).toBe(expected)
    const { body } = await it.shop.post(`/v1/checkout-sessions/${session.id}/cancel`)
    expect(body['hostedUrl']).toBe(expected)
  })

  test('is the same when the call is answered again by its key', async () => {
    const [idempotencyKey, reference] = [randomUUID(), fresh('order')]
    const body = { reference, currency: 'USD', returnUrl: 'http://shop.test/r', lines: [{ reference: 'a', seller: it.seller, amount: 100 }] }
    const answers = await Promise.all([1, 2].map(() => it.shop.post('/v1/checkout-sessions', body, { idempotencyKey })))
    expect(answers[0]!.body['hostedUrl']).toBe(`${payUrl()}#${String(answers[0]!.body['clientSecret'])}`)
    expect(answers[1]!.text).toBe(answers[0]!.text)
  })

  test('stands in no event and in no log', async () => {
    const session = await newSession()
    const { text } = await call(it.backend, 'GET', `/v1/events?object=${session.id}`)
    expect(text).toContain('session.created')
    expect(text).not.toMatch(/hostedUrl|_secret_/)
    await fetch(session.hostedUrl)
    expect(it.backend.log.join('')).not.toContain('_secret_')
  })
})

describe('the page', () => {
  test('may be framed by nobody, runs our files alone, sends no Referer, is kept by nobody and found by no search', async () => {
    const { status, headers } = await fetch(payUrl())
    expect(status).toBe(200)
    const policy = Object.fromEntries(headers.get('content-security-policy')!.split('; ').map((rule) => {
      const [name, ...values] = rule.split(' ')
      return [name, values.join(' ')]
    }))
    expect(policy).toEqual({
      'default-src': "'none'", 'script-src': "'self'", 'style-src': expect.stringMatching(/^'self' 'sha256-[\w+/=]+'$/) as string,
      'img-src': "'self' data:", 'connect-src': `'self' ${own()}`, 'frame-src': `${it.backend.vaultUrl} ${own()}`,
      'form-action': "'none'", 'base-uri': "'none'", 'frame-ancestors': "'none'", 'object-src': "'none'",
      'require-trusted-types-for': "'script'", 'trusted-types': 'lit-html holdfast',
    })
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow', 'cross-origin-opener-policy': 'same-origin-allow-popups',
      'permissions-policy': expect.stringContaining('camera=()') as string, 'content-type': 'text/html; charset=utf-8',
    })
  })

  test('asks for files that are what their hashes say, and may be kept forever', async () => {
    const html = await (await fetch(payUrl())).text()
    const asked = [...html.matchAll(/(?:src|href)="(\/pay\/assets\/[^"]+)" integrity="(sha384-[^"]+)" crossorigin/g)]
    expect(asked).toHaveLength(3)
    for (const [, path = '', integrity = ''] of asked) {
      const answer = await fetch(url(path))
      const name = path.replace(/^.*\/|\..*(?=\.)/g, '')
      expect(await answer.text()).toBe({ 'holdfast.js': page.component, 'page.js': page.script, 'page.css': page.style }[name])
      expect(createHash('sha384').update({ 'holdfast.js': page.component, 'page.js': page.script, 'page.css': page.style }[name] ?? '').digest('base64')).toBe(integrity.slice(7))
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    }
  })

  test('has the component’s chunks beside the component, small where the browser takes that', async () => {
    const ask = (encoding: string) => fetch(url('/pay/assets/chunks/de.abc.json'), { headers: { 'accept-encoding': encoding } })
    for (const encoding of ['br', 'identity']) expect(await (await ask(encoding)).text()).toBe('{"pay":"Zahlen"}')
    expect([(await ask('gzip, br')).headers.get('content-encoding'), (await ask('gzip')).headers.get('content-encoding')]).toEqual(['br', null])
  })

  test.each(['chunks/../page.js', 'chunks/en.json', '..%2f..%2fpackage.json', '%2e%2e/holdfast.js'])('has no file %s', async (name) => {
    expect((await fetch(url(`/pay/assets/${name}`))).status).toBe(404)
  })

  test('shows the marketplace’s name and links as text, whatever they hold', async () => {
    await call(it.backend, 'PATCH', '/v1/marketplace', { body: {
      name: '</script><img src=x onerror=alert(1)>', branding: { theme: 'ledger', accentColor: '#2c3a8c', termsUrl: 'https://shop.example/?a=1&b=2', supportEmail: 'o\'hara@shop.example' },
    } })
    const html = await (await fetch(payUrl())).text()
    expect(html).not.toMatch(/<img|<script>|onerror=alert\(1\)>/)
    expect(html).toContain('<html lang="en" dir="ltr" class="ledger">')
    expect(html).toContain('href="https://shop.example/?a=1&#38;b=2"')
    expect(html).toContain('Write to o&#39;hara@shop.example')
    await call(it.backend, 'PATCH', '/v1/marketplace', { body: { name: 'Test marketplace', branding: { theme: 'harbour', accentColor: null, termsUrl: null, supportEmail: null } } })
  })

  test.each([
    ['as the browser asks', '', 'ar-EG,en;q=0.5', 'ar-EG', 'rtl', 'الدفع'],
    ['as the link asks, before the browser', '?locale=ar', 'en', 'ar', 'rtl', 'الدفع'],
    ['in a language without words of ours, in English', '?locale=xx', 'tlh', 'en', 'ltr', 'Payment'],
    ['in spite of nonsense, in English', '?locale=%22%3E%3Cscript%3E', '*,;q=,', 'en', 'ltr', 'Payment'],
    ['by weight', '', 'en;q=0.1,ar;q=0.9', 'ar', 'rtl', 'الدفع'],
  ])('speaks %s', async (_how, query, accepted, lang, direction, title) => {
    const html = await (await fetch(payUrl() + query, { headers: { 'accept-language': accepted } })).text()
    expect(html).toContain(`<html lang="${lang}" dir="${direction}"`)
    expect(html).toContain(`<title>${title} · Test marketplace</title>`)
  })

  test.each(['/pay/mkt_00000000000000000000000000', '/pay/nonsense', '/pay/%27%20or%201=1', '/pay/mkt_%00'])('at %s is not there, and says so to a person', async (path) => {
    const answer = await fetch(url(path))
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    const html = await answer.text()
    expect(html).toContain('<h1>No such page</h1>')
    expect(html).not.toContain('<script')
  })

  test('of a payment link is its marketplace’s, and makes nothing however often it is looked at', async () => {
    const slug = `${it.backend.marketplace.id.slice(4)}-${'0'.repeat(26)}`
    const count = async () => (await it.backend.deps.pool.query('select count(*) from sessions')).rows[0]
    const before = await count()
    for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(url(`/pay/link/${slug}`), { method })).status).toBe(200)
    const html = await (await fetch(url(`/pay/link/${slug}`))).text()
    expect(html).toContain('<h1>Test marketplace</h1>')
    expect(html).toContain(`"link":"${slug}"`)
    expect(await count()).toEqual(before)
  })

  test('is asked for so often by one address, and no more', async () => {
    const { config } = it.backend.deps
    const rateLimits = { ...config.http.rateLimits, pageAddress: { perMinute: 1, burst: 2 } }
    const app = fastify()
    addHostedPage(app, { page, deps: { ...it.backend.deps, config: { ...config, http: { ...config.http, rateLimits } } } })
    const statuses: number[] = []
    for (let time = 0; time < 3; time += 1) statuses.push((await app.inject(`/pay/${it.backend.marketplace.id}`)).statusCode)
    expect(statuses).toEqual([200, 200, 429])
    await app.close()
  })
})

describe('the page’s own origin', () => {
  const retrieve = (session: CheckoutSession, origin: string) =>
    call(it.backend, 'POST', '/v1/checkout/frame-ticket', { key: session.clientSecret, headers: { origin }, body: {} })

  test('speaks for every marketplace’s sessions, and no other origin does so unregistered', async () => {
    const session = await newSession()
    const port = Number(new URL(own()).port)
    const origins = [own(), TEST_ORIGIN, `http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`, `${own()}.evil.example`, 'null']
    const statuses: number[] = []
    for (const origin of origins) statuses.push((await retrieve(session, origin)).status)
    expect(statuses).toEqual([201, 201, 403, 403, 403, 403])
  })

  test('follows an order by its buyer’s link', async () => {
    const { order } = await newSession()
    const { body } = await it.shop.post(`/v1/orders/${order}/buyer-links`, {})
    const ask = (origin: string) => call(it.backend, 'GET', '/v1/order', { key: body['secret'] as string, headers: { origin } })
    expect([(await ask(own())).status, (await ask('https://evil.example')).status]).toEqual([200, 403])
  })

  test('may frame the card form, beside the registered ones, and still may after those have changed', async () => {
    const ancestors = async () => /frame-ancestors ([^;]+)/.exec((await fetch(`${it.backend.vaultInternalUrl}/frame?marketplace=${it.backend.marketplace.id}`)).headers.get('content-security-policy')!)?.[1]
    expect(await ancestors()).toBe(`${TEST_ORIGIN} ${own()}`)
    await call(it.backend, 'PATCH', '/v1/marketplace', { body: { origins: [TEST_ORIGIN, 'https://shop.example'] } })
    expect(await ancestors()).toBe(`${TEST_ORIGIN} https://shop.example ${own()}`)
    expect((await call(it.backend, 'GET', '/v1/marketplace')).body['origins']).toEqual([TEST_ORIGIN, 'https://shop.example'])
  })

  test('types a card and pays', async () => {
    const session = await newSession()
    const token = await cardToken(it.backend, { clientSecret: session.clientSecret, origin: own(), card: { number: '4112344112344113' } })
    const { body } = await call(it.backend, 'POST', '/v1/checkout/confirm', { key: session.clientSecret, headers: { origin: own() }, body: { method: 'card', token, revision: 1 } })
    expect(body['status']).toBe('complete')
  })
})

describe('a buyer who was sent away comes back', () => {
  const returnUrlOf = async (session: CheckoutSession, origin: string): Promise<string> => {
    const { body } = await call(it.backend, 'POST', '/v1/checkout/confirm', { key: session.clientSecret, headers: { origin }, body: { method: 'alipay', flow: 'redirect', revision: 1 } })
    const { rows: [op] } = await it.backend.deps.pool.query<{ request: Record<string, string> }>('select request from operations where payment_id = $1', [body['payment']])
    return op?.request['returnUrl'] ?? ''
  }

  test('to the hosted page where the attempt began there, else to the session’s return URL', async () => {
    const [hosted, elsewhere] = [await newSession(), await newSession()]
    expect(await returnUrlOf(hosted, own())).toBe(`${payUrl()}?holdfast_session=${hosted.id}`)
    expect(await returnUrlOf(elsewhere, TEST_ORIGIN)).toBe(`http://shop.test/return?holdfast_session=${elsewhere.id}`)
  })

  test('from the bank as a whole page as well', async () => {
    for (const [origin, to] of [[own(), payUrl()], [TEST_ORIGIN, 'http://shop.test/return']] as const) {
      const session = await newSession()
      const token = await cardToken(it.backend, { clientSecret: session.clientSecret, origin, card: { number: issuers.frictionless } })
      const { body } = await call(it.backend, 'POST', '/v1/checkout/confirm', { key: session.clientSecret, headers: { origin }, body: { method: 'card', token, revision: 1, browser } })
      const form = await goBack(await begin(actionOf(body as never)))
      const answer = await post(form, { 'sec-fetch-dest': 'document' })
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `${to}?holdfast_session=${session.id}`])
    }
  })
})

test('a session of another marketplace is none of this page’s: its secret names its own', async () => {
  const session = await newSession()
  expect(session.hostedUrl).toContain(`/pay/${it.backend.marketplace.id}#${session.id}_secret_${it.backend.marketplace.id.slice(4)}_`)
  expect((await fetch(url(`/pay/${newId('marketplace')}`))).status).toBe(404)
})
