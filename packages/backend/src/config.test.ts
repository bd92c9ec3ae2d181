import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultAlipayApp, defaultAntomClient, defaultAntomKeys } from '@holdfast/simulators'
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

  test('a proxy is an address, a range or one of three names', () => {
    for (const proxies of ['10.0.0.2', '10.0.0.2, fd00::/8', 'loopback,uniquelocal', '10.0.0.0/255.0.0.0', 'true', 'false']) expect(problems({ HOLDFAST_TRUST_PROXY: proxies })).toBe('')
    for (const proxies of ['proxy.internal', '10.0.0.0/33', '10.0.0.0/0', '10.0.0.0/8/8', '10.0.0.2,', '1']) expect(problems({ HOLDFAST_TRUST_PROXY: proxies })).toContain('HOLDFAST_TRUST_PROXY: expected addresses')
  })

  test('a rail is configured whole or not at all', () => {
    expect(problems({ HOLDFAST_JPMORGAN_URL: 'http://127.0.0.1:4320/api/v2' })).toMatch(/TOKEN_URL is not set[^]*CLIENT_ID[^]*MERCHANT_ID[^]*CLIENT_SECRET/)
    expect(problems({ HOLDFAST_BANK_URL: 'http://127.0.0.1:4330' })).toMatch(/BANK_TOKEN[^]*DEBTOR_ACCOUNT/)
    expect(problems({ HOLDFAST_ALIPAY_GATEWAY: 'http://127.0.0.1:4340/gateway.do' })).toMatch(/APP_ID[^]*SELLER_ID[^]*PRIVATE_KEY[^]*PUBLIC_KEY/)
    expect(problems({ HOLDFAST_ANTOM_URL: 'http://127.0.0.1:4350' })).toMatch(/CLIENT_ID[^]*PRIVATE_KEY[^]*PUBLIC_KEY/)
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

test('the command line’s help names each variable that is read, and no other', async () => {
  const [config, cli] = await Promise.all(['./config.ts', './cli.ts'].map((file) => readFile(new URL(file, import.meta.url), 'utf8'))) as [string, string]
  const names = (text: string, pattern: RegExp) => [...new Set(Array.from(text.matchAll(pattern), ([name]) => name.trim()))].toSorted()
  const help = /const usage = `([^`]+)`/.exec(cli)?.[1] ?? ''
  const read = names(config, /^ {2}(?:HOLDFAST|DATABASE)_\w+(?=: )/gm)
  expect(read).toContain('HOLDFAST_RATE_LINK')
  expect(names(help, /\b(?:HOLDFAST|DATABASE)_\w+/g)).toEqual(read)
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

  const wallets = {
    HOLDFAST_ALIPAY_GATEWAY: 'https://openapi.alipay.com/gateway.do', HOLDFAST_ALIPAY_APP_ID: '2021000000000001', HOLDFAST_ALIPAY_SELLER_ID: '2088000000000001',
    HOLDFAST_ALIPAY_PRIVATE_KEY: 'ours', HOLDFAST_ALIPAY_PUBLIC_KEY: 'theirs',
    HOLDFAST_ANTOM_URL: 'https://open-sea-global.alipay.com', HOLDFAST_ANTOM_CLIENT_ID: 'T_1', HOLDFAST_ANTOM_PRIVATE_KEY: 'ours', HOLDFAST_ANTOM_PUBLIC_KEY: 'theirs',
  }

  test('takes wallets’ rails that are whole', () => {
    expect(read({ ...live, ...wallets }).rails).toMatchObject({ alipay: { appId: '2021000000000001' }, antom: { clientId: 'T_1', keyVersion: '1' }, walletMinutes: 15 })
  })

  const pem = (key: string) => `-----BEGIN PUBLIC KEY-----\n${key.replaceAll(/-----[^-\n]+-----|\s/g, '').replaceAll(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`

  test.each([
    ['a simulated Alipay', { HOLDFAST_ALIPAY_GATEWAY: 'http://127.0.0.1:4340/gateway.do' }, 'refuses simulators'],
    ['a simulated Antom', { HOLDFAST_ANTOM_URL: 'http://127.0.0.1:4350' }, 'refuses simulators'],
    ['the simulators’ app', { HOLDFAST_ALIPAY_APP_ID: defaultAlipayApp.appId }, 'the id of a simulator'],
    ['the simulators’ account', { HOLDFAST_ALIPAY_SELLER_ID: defaultAlipayApp.sellerId }, 'the id of a simulator'],
    ['the simulators’ client', { HOLDFAST_ANTOM_CLIENT_ID: defaultAntomClient.clientId }, 'the id of a simulator'],
    ['a sandbox’s client', { HOLDFAST_ANTOM_CLIENT_ID: 'SANDBOX_1' }, 'a sandbox'],
    ['a private key that is in our source', { HOLDFAST_ALIPAY_PRIVATE_KEY: defaultAlipayApp.privateKey }, 'anyone can sign'],
    ['a rail’s key that is in our source', { HOLDFAST_ALIPAY_PUBLIC_KEY: pem(defaultAlipayApp.alipayPublicKey) }, 'anyone can sign'],
    ['another private key that is in our source', { HOLDFAST_ANTOM_PRIVATE_KEY: defaultAntomClient.privateKey }, 'anyone can sign'],
    ['another rail’s key that is in our source', { HOLDFAST_ANTOM_PUBLIC_KEY: pem(defaultAntomKeys.publicKey) }, 'anyone can sign'],
  ])('refuses %s, saying what to set', (_what, over, said) => {
    expect(problems({ ...live, ...wallets, ...over })).toContain(said)
  })

  test('makes no keys', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'holdfast-config-'))
    expect(problems({ HOLDFAST_DATA: empty, HOLDFAST_MODE: 'live' })).not.toBe('')
    await expect(stat(join(empty, 'development-keys.json'))).rejects.toThrow()
    await rm(empty, { recursive: true })
  })
})
