import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configure } from './config.ts'
import type { HoldfastOptions } from './options.ts'
import { testKey, testMarketplace } from './testing/backend.ts'
import { VERSION } from './version.ts'

const liveKey = testKey.replace('test', 'live')
const baseUrl = 'https://pay.example'

const refused: readonly (readonly [string, unknown, string])[] = [
  ['nothing', undefined, 'apiKey'],
  ['no key', { baseUrl }, 'apiKey'],
  ['a key with a space', { apiKey: `${testKey} `, baseUrl }, 'apiKey'],
  ['half a key', { apiKey: testKey.slice(0, 40), baseUrl }, 'apiKey'],
  ['a client secret', { apiKey: 'cs_01kan2v9fzez8bhq0g1v6jxkmd_secret_x', baseUrl }, 'apiKey'],
  ['no URL', { apiKey: testKey }, 'baseUrl'],
  ['a URL without a scheme', { apiKey: testKey, baseUrl: 'pay.example' }, 'baseUrl'],
  ['a file', { apiKey: testKey, baseUrl: 'file:///etc/passwd' }, 'baseUrl'],
  ['a URL with a password', { apiKey: testKey, baseUrl: 'https://a:b@pay.example' }, 'baseUrl'],
  ['a URL with a query', { apiKey: testKey, baseUrl: 'https://pay.example/?a' }, 'baseUrl'],
  ['plain http to another machine', { apiKey: testKey, baseUrl: 'http://pay.example' }, 'baseUrl'],
  ['plain http to a name that only begins like this machine\'s', { apiKey: testKey, baseUrl: 'http://localhost.evil.example' }, 'baseUrl'],
  ['a live key over plain http, even where that is allowed', { apiKey: liveKey, baseUrl: 'http://pay.example', allowInsecureHttp: true }, 'baseUrl'],
  ['half a millisecond', { apiKey: testKey, baseUrl, timeoutMs: 0.5 }, 'timeoutMs'],
  ['a time in words', { apiKey: testKey, baseUrl, attemptTimeoutMs: '5s' }, 'attemptTimeoutMs'],
  ['fewer than no retries', { apiKey: testKey, baseUrl, maxRetries: -1 }, 'maxRetries'],
  ['an option that there isn\'t', { apiKey: testKey, baseUrl, timeout: 5 }, 'timeout'],
  ['a certificate that is no text', { apiKey: testKey, baseUrl, ca: 5 }, 'ca'],
  ['a version by name', { apiKey: testKey, baseUrl, version: 'latest' }, 'version'],
]

describe('options', () => {
  it.each(refused)('refuses %s', (_, options, field) => {
    expect(() => configure(options as HoldfastOptions)).toThrow(expect.objectContaining({ code: 'options_invalid', field }) as Error)
  })

  it('never quotes a key that it refuses', () => {
    expect(() => configure({ apiKey: `${testKey}!`, baseUrl })).toThrow(expect.objectContaining({
      message: expect.not.stringContaining(testKey.slice(-20)) as string,
    }) as Error)
  })

  it.each(['http://localhost:4300', 'http://127.0.0.1:4300', 'http://[::1]:4300', 'http://api.localhost', 'https://pay.example/eu'])(
    'takes %s', (url) => {
      expect(configure({ apiKey: testKey, baseUrl: url }).url.href).toContain(url)
    })

  it('takes plain http elsewhere for a test key when told to', () => {
    expect(configure({ apiKey: testKey, baseUrl: 'http://api:4300', allowInsecureHttp: true }).url.host).toBe('api:4300')
  })

  it('reads marketplace and mode off the key', () => {
    expect(configure({ apiKey: testKey, baseUrl })).toMatchObject({ marketplace: testMarketplace, mode: 'test' })
    expect(configure({ apiKey: liveKey, baseUrl })).toMatchObject({ marketplace: testMarketplace, mode: 'live' })
  })

  it('says the release that package.json says', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
    expect(VERSION).toBe(version)
  })
})
