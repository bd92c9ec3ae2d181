import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProcess } from '../../../test/support/processes.ts'
import type { Started } from '../../../test/support/processes.ts'
import { createVaultClient } from './client.ts'
import { INTERNAL_KEY, SHOP, startHarness } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'

let at: Harness
beforeAll(async () => {
  at = await startHarness()
})
afterAll(() => at.close())

const script = 'packages/vault/src/cli.ts'
const run = (env: Record<string, string>, ...args: string[]): Promise<Started> =>
  startProcess({ script, args, env })
const configured = (): Record<string, string> => ({
  HOLDFAST_VAULT_DATABASE_URL: at.databaseUrl,
  HOLDFAST_VAULT_INTERNAL_KEY: INTERNAL_KEY,
  HOLDFAST_VAULT_KEYS: at.keyFile,
  HOLDFAST_VAULT_HOST_JPMORGAN: at.rail.url,
  HOLDFAST_VAULT_LISTEN: '127.0.0.1:0',
})

test('a vault in a process of its own serves, takes a new key on SIGHUP, and ends on SIGTERM', async () => {
  const vault = await startProcess({
    script,
    env: configured(),
    ready: /servers reach it at (http:\/\/127\.0\.0\.1:\d+)/,
  })
  const internalUrl = String(vault.ready[1])
  const client = createVaultClient({ internalUrl, internalKey: INTERNAL_KEY })
  await client.putMarketplace(at.marketplace, { name: 'Workshop Market', origins: [SHOP] })
  const page = await fetch(`${internalUrl}/frame?marketplace=${at.marketplace}`)
  expect(page.headers.get('content-security-policy')).toContain(`frame-ancestors ${SHOP}`)
  vault.kill('SIGHUP')
  await vault.waitForLog(/keys_read/)
  client.close()
  expect(await vault.stop()).toBe(0)
})

test.each([
  ['nothing is configured', {}, 'HOLDFAST_VAULT_DATABASE_URL is not set'],
  ['live mode has no sealed keys', { HOLDFAST_MODE: 'live' }, 'live mode reads sealed key files only'],
  ['live mode has no https', { HOLDFAST_MODE: 'live' }, 'is not https'],
  ['the mode is neither', { HOLDFAST_MODE: 'staging' }, 'neither test nor live'],
  ['the address is no address', { HOLDFAST_VAULT_LISTEN: 'everywhere' }, 'HOLDFAST_VAULT_LISTEN'],
  ['a secret’s file is not there', { HOLDFAST_VAULT_DATABASE_URL_FILE: '/nowhere' }, 'HOLDFAST_VAULT_DATABASE_URL_FILE names a file'],
  ['its origin is none', { HOLDFAST_VAULT_URL: 'vault.example' }, 'HOLDFAST_VAULT_URL is not an address'],
  ['the rail’s address is none', { HOLDFAST_VAULT_HOST_JPMORGAN: 'rail.example' }, 'HOLDFAST_VAULT_HOST_JPMORGAN is not an address'],
  ['there is no such log level', { HOLDFAST_LOG_LEVEL: 'loud' }, 'HOLDFAST_LOG_LEVEL is none of'],
])("it doesn't start when %s, and says what to set", async (_case, env, words) => {
  const base = Object.keys(env).length === 0 ? {} : configured()
  const vault = await run({ ...base, ...env })
  expect(await vault.exited).toBe(1)
  expect(vault.logs()).toContain(words)
})

test('it says so when its address is taken', async () => {
  const vault = await run({ ...configured(), HOLDFAST_VAULT_LISTEN: new URL(at.rail.url).host })
  expect(await vault.exited).toBe(1)
  expect(vault.logs()).toBe("HOLDFAST_VAULT_LISTEN: the vault can't listen there (EADDRINUSE).\n")
})

test('it says so when its tables are newer than it is', async () => {
  const database = new pg.Client(at.databaseUrl)
  await database.connect()
  await database.query('insert into vault.migrations (number) values (1000)')
  const vault = await run(configured())
  expect(await vault.exited).toBe(1)
  expect(vault.logs()).toContain("The vault's tables are of a newer version than this vault")
  await database.query('delete from vault.migrations where number = 1000')
  await database.end()
})

test('wallets that are not set up rightly keep it from starting, and the message says what to mend', async () => {
  const vault = await run({ ...configured(), HOLDFAST_VAULT_WALLETS: '/nowhere/wallets.json' })
  expect(await vault.exited).toBe(1)
  expect(vault.logs()).toBe('/nowhere/wallets.json cannot be read.\n')
})

test("it doesn't repeat the database's address when it can't be reached", async () => {
  const vault = await run({
    ...configured(),
    HOLDFAST_VAULT_DATABASE_URL: 'postgres://vault:topsecret@127.0.0.1:9/none',
  })
  expect(await vault.exited).toBe(1)
  expect(vault.logs()).toContain('HOLDFAST_VAULT_DATABASE_URL: no connection to PostgreSQL (ECONNREFUSED)')
  expect(vault.logs()).not.toContain('topsecret')
})
