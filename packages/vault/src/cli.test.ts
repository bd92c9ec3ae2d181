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
])("it doesn't start when %s, and says what to set", async (_case, env, words) => {
  const base = Object.keys(env).length === 0 ? {} : configured()
  const vault = await run({ ...base, ...env })
  expect(await vault.exited).toBe(1)
  expect(vault.logs()).toContain(words)
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
  expect(vault.logs()).toContain('ECONNREFUSED')
  expect(vault.logs()).not.toContain('topsecret')
})
