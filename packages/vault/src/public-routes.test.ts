import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { newId } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AMEX, CARD, SHOP, frameCall, openSession, startHarness, ticketFor } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'
import type { RateLimits } from './rate-limits.ts'

const VISA = { ...CARD, securityCode: '739' }

describe("the frame's page", () => {
  let at: Harness
  beforeAll(async () => {
    at = await startHarness()
  })
  afterAll(() => at.close())

  const page = (marketplace: string): Promise<Response> =>
    fetch(`${at.vault.internalUrl}/frame?marketplace=${marketplace}`)
  const policyOf = ({ headers }: Response): string[] =>
    (headers.get('content-security-policy') ?? '').split('; ')

  test('may be embedded by the origins of its marketplace alone', async () => {
    const other = newId('marketplace')
    await at.client.putMarketplace(other, {
      name: 'Other',
      origins: ['https://a.example', 'https://b.example:8443'],
    })
    expect(policyOf(await page(at.marketplace))).toContain(`frame-ancestors ${SHOP}`)
    expect(policyOf(await page(other))).toContain('frame-ancestors https://a.example https://b.example:8443')
  })

  test.each([
    ['unknown', newId('marketplace')],
    ['no id', 'x; script-src *'],
    ['left out', ''],
    ['a number', CARD.number],
    ['given twice', `a&marketplace=b`],
  ])('may be embedded by nobody when the marketplace is %s', async (_case, marketplace) => {
    const answer = await page(marketplace)
    expect(answer.status).toBe(404)
    expect(policyOf(answer)).toContain(`frame-ancestors 'none'`)
  })

  test('may be embedded by nobody when its marketplace has registered no origin', async () => {
    const none = newId('marketplace')
    await at.client.putMarketplace(none, { name: 'None', origins: [] })
    expect(policyOf(await page(none))).toContain(`frame-ancestors 'none'`)
  })

  test('runs its own script and style and nothing else, calls its own API and nothing else', async () => {
    const answer = await page(at.marketplace)
    const html = await answer.text()
    const hashOf = (tag: string): string => {
      const [, content = ''] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html) ?? []
      return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
    }
    expect(policyOf(answer)).toEqual([
      `default-src 'none'`,
      `script-src ${hashOf('script')}`,
      `style-src ${hashOf('style')}`,
      `connect-src ${at.vault.url}/v1/`,
      `base-uri 'none'`,
      `form-action 'none'`,
      `frame-ancestors ${SHOP}`,
      `require-trusted-types-for 'script'`,
      `trusted-types 'none'`,
    ])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'origin-agent-cluster': '?1',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'cross-origin',
      'permissions-policy': expect.stringContaining('camera=()') as string,
    })
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(html.replace(/<(script|style)>.*?<\/\1>/gs, '')).not.toMatch(/style=|<script|<style|src=|href=|\bon\w+=/)
  })

  test('is sent as brotli to whoever takes it, and as it is to others', async () => {
    const { hostname, port } = new URL(at.vault.internalUrl)
    const path = `/frame?marketplace=${at.marketplace}`
    const asked = async (encodings: string): Promise<{ encoding: string | undefined; body: Buffer }> => {
      const [answer] = (await once(get({ hostname, port, path, headers: { 'accept-encoding': encodings } }), 'response')) as [IncomingMessage]
      expect(answer.headers.vary).toMatch(/accept-encoding/i)
      return { encoding: answer.headers['content-encoding'], body: await buffer(answer) }
    }
    const [packed, plain] = [await asked('gzip, deflate, br, zstd'), await asked('gzip')]
    expect([packed.encoding, plain.encoding]).toEqual(['br', undefined])
    expect(brotliDecompressSync(packed.body).equals(plain.body)).toBe(true)
    expect(packed.body.length).toBeLessThan(plain.body.length)
  })

  test.each([
    ['GET', '/', 404],
    ['GET', '/v1/tokens', 404],
    ['OPTIONS', '/v1/tokens', 404],
    ['DELETE', '/internal/send', 404],
    ['GET', '/../internal/tickets', 404],
    ['POST', '/internal/send', 401],
    ['PUT', '/internal/marketplaces/mkt_x', 401],
    ['GET', '/healthz', 200],
    ['GET', '/frame/%ZZ', 404],
    ['GET', `/internal/marketplaces/${'x'.repeat(2_000)}`, 404],
  ])('%s %s answers %i', async (method, path, status) => {
    const { status: answered, headers } = await fetch(`${at.vault.internalUrl}${path}`, { method })
    expect(answered).toBe(status)
    expect(headers.get('content-type')).toMatch(status === 200 ? /json/ : /^application\/problem\+json/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('card testing', () => {
  const wide = { count: 1_000, windowMs: 60_000 }
  const limited = (limits: Partial<RateLimits>): Promise<Harness> =>
    startHarness({ limits: { address: wide, frameSession: wide, card: wide, bin: wide, ...limits } })

  const answers = async (
    at: Harness,
    cards: readonly object[],
    bearer?: string,
  ): Promise<(string | undefined)[]> => {
    const found: (string | undefined)[] = []
    for (const body of cards) {
      const answer = await frameCall(at, '/v1/tokens', {
        body,
        bearer: bearer ?? (await openSession(at)).bearer,
      })
      found.push(
        answer.status === 201 ? 'taken' : `${answer.status} after ${answer.headers.get('retry-after')}`,
      )
    }
    return found
  }

  test('one card is tried only so often, across checkouts, and another still is', async () => {
    const at = await limited({ card: { count: 2, windowMs: 60_000 } })
    expect(await answers(at, [VISA, VISA, VISA, AMEX])).toEqual(['taken', 'taken', '429 after 30', 'taken'])
    at.pass(30_000)
    expect(await answers(at, [VISA])).toEqual(['taken'])
    await at.close()
  })

  test('numbers that share their first eight digits are tried only so often', async () => {
    const at = await limited({ bin: { count: 2, windowMs: 60_000 } })
    const range = ['4112344112344113', '4112344112344121', '4112344112344139'].map(number => ({
      ...VISA,
      number,
    }))
    expect(await answers(at, [...range, AMEX])).toEqual(['taken', 'taken', '429 after 30', 'taken'])
    await at.close()
  })

  test('a frame session takes only so many cards, refused ones too', async () => {
    const at = await limited({ frameSession: { count: 2, windowMs: 60_000 } })
    const { bearer } = await openSession(at)
    expect(await answers(at, [{ ...VISA, expYear: 2020 }, VISA, VISA], bearer)).toEqual([
      '422 after null',
      'taken',
      '429 after 30',
    ])
    await at.close()
  })

  test('an address makes only so many calls, whatever it says of proxies', async () => {
    const at = await limited({ address: { count: 3, windowMs: 60_000 } })
    const statuses: number[] = []
    for (let index = 0; index < 5; index += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${index}` }
      statuses.push(
        (
          await frameCall(at, '/v1/frame-sessions', {
            body: { ticket: 'x'.repeat(20), origin: SHOP },
            headers,
          })
        ).status,
      )
    }
    expect(statuses).toEqual([403, 403, 403, 429, 429])
    await at.close()
  })

  test('behind a trusted proxy, addresses are those that it names', async () => {
    const at = await startHarness({ trustedProxies: 1, limits: { address: { count: 1, windowMs: 60_000 } } })
    const statuses: number[] = []
    for (const address of ['203.0.113.1', '203.0.113.2', '198.51.100.7, 203.0.113.2']) {
      const headers = { 'x-forwarded-for': address }
      statuses.push(
        (
          await frameCall(at, '/v1/frame-sessions', {
            body: { ticket: 'x'.repeat(20), origin: SHOP },
            headers,
          })
        ).status,
      )
    }
    expect(statuses).toEqual([403, 403, 429])
    await at.close()
  })

  test('tickets of one marketplace are not spent by a stranger who guesses', async () => {
    const at = await limited({})
    const { ticket } = await at.client.createTicket(ticketFor(at))
    const guess = `${ticket.slice(0, -1)}${ticket.endsWith('A') ? 'B' : 'A'}`
    expect(
      (await frameCall(at, '/v1/frame-sessions', { body: { ticket: guess, origin: SHOP } })).status,
    ).toBe(403)
    expect((await frameCall(at, '/v1/frame-sessions', { body: { ticket, origin: SHOP } })).status).toBe(201)
    await at.close()
  })
})
