import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig, type ConfigError } from './config.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

const read = (env: Record<string, string>) => readConfig({ HOLDFAST_DATA: folder, ...env })
const problems = (env: Record<string, string>): string => {
  try {
    read(env)
    return ''
  } catch (error) {
    return (error as ConfigError).problems.join('\n')
  }
}

const key = Buffer.alloc(32, 1).toString('base64')
const live = {
  HOLDFAST_MODE: 'live', HOLDFAST_SECRET_KEY: key, HOLDFAST_PUBLIC_URL: 'https://api.example',
  HOLDFAST_VAULT_INTERNAL_URL: 'https://10.0.0.2:4310', HOLDFAST_VAULT_URL: 'https://vault.example', HOLDFAST_VAULT_INTERNAL_KEY: 'k'.repeat(40),
  HOLDFAST_JPMORGAN_URL: 'https://rail.example/api/v2', HOLDFAST_JPMORGAN_TOKEN_URL: 'https://id.example/token',
  HOLDFAST_JPMORGAN_CLIENT_ID: 'id', HOLDFAST_JPMORGAN_CLIENT_SECRET: 'secret', HOLDFAST_JPMORGAN_MERCHANT_ID: '998482157630',
  HOLDFAST_BANK_URL: 'https://bank.example', HOLDFAST_BANK_TOKEN: 'token', HOLDFAST_BANK_DEBTOR_ACCOUNT: '000123456789',
}

describe('test mode', () => {
  test('needs nothing, and keeps the keys that it makes', async () => {
    const [first, again] = [read({}), read({})]
    expect(first).toMatchObject({ mode: 'test', http: { port: 4300 }, database: { url: null }, vault: { kind: 'in_process', port: 4310 } })
    expect(again.secretKey).toEqual(first.secretKey)
    expect((await stat(join(folder, 'development-keys.json'))).mode & 0o077).toBe(0)
    expect(await readFile(join(folder, 'development-keys.json'), 'utf8')).toContain(first.secretKey.toString('base64'))
  })

  test('lists every problem at once', () => {
    const found = problems({ HOLDFAST_PORT: '70000', HOLDFAST_POOL_SIZE: '64', DATABASE_URL: 'mysql://x', HOLDFAST_SECRET_KEY: 'short' })
    for (const name of ['HOLDFAST_PORT', 'HOLDFAST_POOL_SIZE', 'DATABASE_URL', 'HOLDFAST_SECRET_KEY']) expect(found).toContain(name)
  })

  test('a rail is configured whole or not at all', () => {
    expect(problems({ HOLDFAST_JPMORGAN_URL: 'http://127.0.0.1:4320/api/v2' })).toMatch(/TOKEN_URL is not set[^]*CLIENT_ID[^]*MERCHANT_ID[^]*CLIENT_SECRET/)
    expect(problems({ HOLDFAST_BANK_URL: 'http://127.0.0.1:4330' })).toMatch(/BANK_TOKEN[^]*DEBTOR_ACCOUNT/)
  })

  test('a secret may come from a file', async () => {
    await writeFile(join(folder, 'secret'), `${key}\n`)
    expect(read({ HOLDFAST_SECRET_KEY_FILE: join(folder, 'secret') }).secretKey).toEqual(Buffer.alloc(32, 1))
    expect(problems({ HOLDFAST_SECRET_KEY_FILE: join(folder, 'nowhere') })).toContain('HOLDFAST_SECRET_KEY_FILE')
  })

  test('merchant ids: one for all, or one a marketplace', () => {
    const ids = (text: string) => read({ ...live, HOLDFAST_MODE: 'test', HOLDFAST_JPMORGAN_MERCHANT_ID: text }).rails.jpmorgan?.merchantIds
    expect(ids('998482157630')).toEqual({ '*': '998482157630' })
    expect(ids('mkt_1=998482157630,mkt_2=998482157631')).toEqual({ mkt_1: '998482157630', mkt_2: '998482157631' })
  })
})

describe('live mode', () => {
  test('takes a configuration that is whole', () => expect(read(live).mode).toBe('live'))

  test('believes the proxies that it names', () => expect(read({ ...live, HOLDFAST_TRUST_PROXY: '10.0.0.0/8' }).http.trustProxy).toBe('10.0.0.0/8'))

  test.each([
    ['no secret key', { HOLDFAST_SECRET_KEY: '' }, 'HOLDFAST_SECRET_KEY is not set'],
    ['a vault across the network in the clear', { HOLDFAST_VAULT_INTERNAL_URL: 'http://10.0.0.2:4310' }, 'neither https nor on this machine'],
    ['a vault in its own process', { HOLDFAST_VAULT_INTERNAL_URL: '' }, 'live mode refuses a vault in the backend’s own process'],
    ['a short internal key', { HOLDFAST_VAULT_INTERNAL_KEY: 'k'.repeat(20) }, 'HOLDFAST_VAULT_INTERNAL_KEY has fewer than 32'],
    ['a vault without https', { HOLDFAST_VAULT_URL: 'http://vault.example' }, 'HOLDFAST_VAULT_URL is not an https origin'],
    ['an API without https', { HOLDFAST_PUBLIC_URL: 'http://api.example' }, 'HOLDFAST_PUBLIC_URL'],
    ['a card simulator', { HOLDFAST_JPMORGAN_URL: 'http://127.0.0.1:4320/api/v2' }, 'refuses simulators'],
    ['a bank simulator', { HOLDFAST_BANK_URL: 'http://127.0.0.1:4330' }, 'refuses simulators'],
    ['a simulator’s credentials', { HOLDFAST_JPMORGAN_CLIENT_ID: 'holdfast-simulator' }, 'the simulators’ default'],
    ['a caller who says his own address', { HOLDFAST_TRUST_PROXY: 'true' }, 'HOLDFAST_TRUST_PROXY is true'],
    ['no card rail', { HOLDFAST_JPMORGAN_URL: '' }, 'HOLDFAST_JPMORGAN_URL is not set'],
    ['no bank', { HOLDFAST_BANK_URL: '' }, 'HOLDFAST_BANK_URL is not set'],
  ])('refuses %s, saying what to set', (_what, over, said) => {
    expect(problems({ ...live, ...over })).toContain(said)
  })

  test('makes no keys', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'holdfast-config-'))
    expect(problems({ HOLDFAST_DATA: empty, HOLDFAST_MODE: 'live' })).not.toBe('')
    await expect(stat(join(empty, 'development-keys.json'))).rejects.toThrow()
    await rm(empty, { recursive: true })
  })
})
