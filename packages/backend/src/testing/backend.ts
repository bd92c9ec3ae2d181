import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import {
  defaultAlipayApp, defaultAntomClient, defaultAntomKeys, defaultBankToken, defaultDebtorAccount, defaultJpmorganClient,
  defaultMerchantId, startAlipaySimulator, startAntomSimulator, startBankSimulator, startJpmorganSimulator,
  type AlipaySimulator, type AntomSimulator, type BankSimulator, type JpmorganSimulator,
} from '@holdfast/simulators'
import { realNow } from '../clock.ts'
import type { Config } from '../config.ts'
import type { PageFiles } from '../hosted/files.ts'
import { startBackend, type Backend } from '../main.ts'
import type { MarketplaceKeys } from '../marketplaces.ts'
import type { ResolveHost } from '../webhooks/guard.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

/** The page origin that the test marketplace has registered. */
export const TEST_ORIGIN = 'http://shop.test'

export interface TestBackendOptions {
  /** Whether the worker runs; false by default, for tests that look at one call at a time. */
  readonly worker?: boolean
  /** Changes to the configuration, over what tests have by default. */
  readonly config?: (defaults: Config) => Config
  /** A database that another test backend made: two backends on one database, or a restart after a crash. */
  readonly database?: TestDatabase
  /** Simulators of another test backend. */
  readonly rails?: TestRails
  /** In place of DNS, for webhooks. */
  readonly resolveHost?: ResolveHost
  /** How long the rails' time-out faults hang; 1,500 ms by default. */
  readonly railTimeoutMs?: number
  /** The hosted page's files; by default there is nothing in them. */
  readonly page?: PageFiles
  /** Whether wallets' rails run as well: Alipay for CNY, Antom for the rest. */
  readonly wallets?: boolean
}

export interface TestRails {
  readonly jpmorgan: JpmorganSimulator
  readonly bank: BankSimulator
  readonly alipay?: AlipaySimulator
  readonly antom?: AntomSimulator
}

/** A whole backend of a test's own: database, vault, simulators, one marketplace and its keys. */
export interface TestBackend extends Backend {
  readonly marketplace: MarketplaceKeys & { readonly id: string }
  readonly rails: TestRails
  readonly database: TestDatabase
  /** Every line that was logged so far. */
  readonly log: readonly string[]
  /** Stops it and what it made; with `keep` the database and the rails stay, for a backend that follows. */
  close(options?: { readonly keep?: boolean }): Promise<void>
}

/** A hosted page of nothing, so that no test waits for the built one. */
const emptyPage: PageFiles = { component: '', script: '', style: '', chunks: new Map(), words: { en: {} } }

const limit = { perMinute: 1_000_000, burst: 1_000_000 }

/** Starts a backend on ports that are free, with answers held against the contract, in test mode. */
export async function startTestBackend(options: TestBackendOptions = {}): Promise<TestBackend> {
  const clock: { now: () => Date } = { now: realNow }
  const database = options.database ?? (await createTestDatabase())
  const rails = options.rails ?? (await startRails({ now: () => clock.now(), timeoutMs: options.railTimeoutMs ?? 1_500 }, options))
  const dataFolder = await mkdtemp(join(tmpdir(), 'holdfast-test-'))
  const log: string[] = []
  const backend = await startBackend(configure(options, { dataFolder, rails }), {
    connections: { owner: null, app: database.app, vault: database.vault },
    frame: { script: '', style: '' },
    page: options.page ?? emptyPage,
    resolveHost: options.resolveHost ?? (async () => []),
    // several lines may come in one write
    logTo: new Writable({ write: (lines, _encoding, done) => { log.push(...String(lines).match(/.+\n?/g) ?? []); done() } }),
  })
  clock.now = backend.deps.clock.now
  const marketplace = await backend.createMarketplace({ name: 'Test marketplace', origins: [TEST_ORIGIN] })
  const close = async ({ keep = false } = {}) => {
    await backend.close()
    await rm(dataFolder, { recursive: true, force: true })
    if (keep) return
    await Promise.all([rails.jpmorgan.close(), rails.bank.close(), rails.alipay?.close(), rails.antom?.close(), database.drop()])
  }
  return { ...backend, marketplace, rails, database, log, close }
}

async function startRails(options: { now: () => Date; timeoutMs: number }, { wallets = false }: TestBackendOptions): Promise<TestRails> {
  const [jpmorgan, bank] = await Promise.all([startJpmorganSimulator(options), startBankSimulator(options)])
  if (!wallets) return { jpmorgan, bank }
  const [alipay, antom] = await Promise.all([startAlipaySimulator(options), startAntomSimulator(options)])
  return { jpmorgan, bank, alipay, antom }
}

/** Wallets' rails as they are configured, where they run. */
export function walletConfig({ alipay, antom }: TestRails): Pick<Config['rails'], 'alipay' | 'antom'> {
  const { clientId, privateKey, keyVersion } = defaultAntomClient
  return {
    alipay: alipay ? { ...defaultAlipayApp, gateway: `${alipay.url}/gateway.do` } : null,
    antom: antom ? {
      baseUrl: antom.url, clientId, privateKey, keyVersion, antomPublicKey: defaultAntomKeys.publicKey,
      reportsUrl: `${antom.url}/reports/settlement`,
    } : null,
  }
}

function configure(options: TestBackendOptions, { dataFolder, rails }: { dataFolder: string; rails: TestRails }): Config {
  const { clientId, clientSecret } = defaultJpmorganClient
  const defaults: Config = {
    mode: 'test', dataFolder, secretKey: testSecretKey,
    http: {
      host: '127.0.0.1', port: 0, publicUrl: null, trustProxy: false, validateResponses: true,
      rateLimits: { pageAddress: limit, pageSession: limit, linkAddress: limit, link: limit, authFailures: limit, notifications: limit },
    },
    database: { url: null, appUrl: null, poolSize: 10 },
    vault: { kind: 'in_process', port: 0, publicUrl: null, internalKey: randomBytes(24).toString('base64url'), databaseUrl: null, walletsFile: null },
    rails: {
      jpmorgan: { addenda: 'level2',
        baseUrl: `${rails.jpmorgan.url}/api/v2`, merchantIds: { '*': defaultMerchantId },
        auth: { kind: 'portal', tokenUrl: `${rails.jpmorgan.url}/am/oauth2/alpha/access_token`, clientId, clientSecret, scope: 'jpm:payments:sandbox' },
      },
      bank: { baseUrl: rails.bank.url, token: defaultBankToken, debtorAccount: defaultDebtorAccount },
      ...walletConfig(rails), walletMinutes: 15,
    },
    worker: options.worker ?? false,
    webhookPorts: [443],
    metricsToken: null,
    logLevel: 'info',
  }
  return options.config?.(defaults) ?? defaults
}

/** One for all tests: a backend that follows another on its database must open what that one sealed. */
const testSecretKey = Buffer.alloc(32, 7)
