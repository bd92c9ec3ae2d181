import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import {
  alipayOf, antomOf, liveWalletProblems, walletProblems, type AlipayConfig, type AntomConfig,
} from './config.wallets.ts'
import type { RateLimit } from './http/rate-limit.ts'
import type { Mode } from './keys.ts'

/** How a backend runs; read from the environment by `readConfig`. */
export interface Config {
  readonly mode: Mode
  /** Where the embedded database and, in test mode, generated keys are kept. */
  readonly dataFolder: string
  /** 32 bytes; seals what the database must not show. */
  readonly secretKey: Buffer
  /** The secret key before it, while what that one sealed is sealed anew; it opens and never seals. */
  readonly secretKeyPrevious?: Buffer
  readonly http: {
    readonly host: string
    /** 0: any free one. */
    readonly port: number
    /** Where a process that only works shows its health and figures; nowhere by default. */
    readonly workerPort?: number
    /** The API's address as its callers know it; by default where it listens. */
    readonly publicUrl: string | null
    /** The proxies whose X-Forwarded-For is believed: true, false, or addresses. */
    readonly trustProxy: boolean | string
    /** Holds each answer against the contract; for tests. */
    readonly validateResponses: boolean
    readonly rateLimits: Readonly<Record<'pageAddress' | 'pageSession' | 'linkAddress' | 'link' | 'authFailures' | 'notifications', RateLimit>>
  }
  readonly database: {
    /** A server of one's own, as its owner; null: the embedded one, or `appUrl` alone. */
    readonly url: string | null
    /** The server as the role `holdfast_app`; by default `url` with that role set. Without `url` it has to be migrated. */
    readonly appUrl: string | null
    readonly poolSize: number
  }
  readonly vault: InProcessVault | SeparateVault
  readonly rails: {
    readonly jpmorgan: JpmorganConfig | null
    readonly alipay: AlipayConfig | null
    readonly antom: AntomConfig | null
    readonly bank: BankConfig | null
    /** How long a buyer has to pay with a wallet. */
    readonly walletMinutes: number
  }
  /** Ports of other hosts that webhooks may be sent to. */
  readonly webhookPorts: readonly number[]
  /** The file that says what pages tell Google Pay and Apple Pay. */
  readonly walletsFile?: string
  /** Whether this process runs the jobs as well. */
  readonly worker: boolean
  /** The bearer that `/metrics` wants; without one, only this machine may read it. */
  readonly metricsToken: string | null
  readonly logLevel: string
}

export interface InProcessVault {
  readonly kind: 'in_process'
  readonly port: number
  readonly publicUrl: string | null
  readonly internalKey: string
  /** Its own role's way to the database; by default the embedded server's, or DATABASE_URL. */
  readonly databaseUrl: string | null
  /** The file that sets Google Pay and Apple Pay up. */
  readonly walletsFile: string | null
}

export interface SeparateVault {
  readonly kind: 'separate'
  readonly internalUrl: string
  /** Its origin as browsers see it. */
  readonly publicUrl: string
  readonly internalKey: string
}

export interface JpmorganConfig {
  /** With its version: `https://api-ms.payments.jpmorgan.com/api/v2`. */
  readonly baseUrl: string
  readonly auth:
    | { readonly kind: 'portal'; readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string; readonly scope: string }
    | {
      readonly kind: 'assertion'; readonly tokenUrl: string; readonly clientId: string; readonly resource: string
      readonly privateKeyPem: string; readonly certificateThumbprint: string
    }
  /** The rail's merchant id of each marketplace; `*` for all others. */
  readonly merchantIds: Readonly<Record<string, string>>
  readonly reportsUrl?: string
  readonly addenda: 'none' | 'level2' | 'level3'
  /** For which payments with a saved card the network's id of its first one is sent along; `merchant` by default. */
  readonly networkTransactionIds?: 'merchant' | 'all' | 'never'
}

export interface BankConfig {
  readonly baseUrl: string
  readonly token: string
  readonly debtorAccount: string
}

/** The environment can't be used; the message lists every problem and what to set. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

export const defaultRateLimits: Config['http']['rateLimits'] = {
  pageAddress: { perMinute: 240, burst: 120 },
  pageSession: { perMinute: 120, burst: 60 },
  linkAddress: { perMinute: 20, burst: 20 },
  link: { perMinute: 120, burst: 60 },
  authFailures: { perMinute: 20, burst: 20 },
  notifications: { perMinute: 1_200, burst: 600 },
}

const port = z.coerce.number().int().min(0).max(65_535)
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const databaseUrl = z.url({ protocol: /^postgres(?:ql)?$/ })
const rate = z.string().regex(/^\d{1,6}\/\d{1,6}$/, 'expected calls a minute and burst, such as 240/120')
  .transform((text): RateLimit => {
    const [perMinute, burst] = text.split('/').map(Number) as [number, number]
    return { perMinute: Math.max(1, perMinute), burst: Math.max(1, burst) }
  })
const ports = z.string().regex(/^\d{1,5}(?:,\d{1,5})*$/, 'expected ports, such as 443,8443')
  .transform((text) => text.split(',').map(Number))
const merchantIds = z.string().regex(/^(?:(?:mkt_\w+=)?[0-9A-Za-z]{8,12})(?:,mkt_\w+=[0-9A-Za-z]{8,12})*$/, 'expected a merchant id, or mkt_…=id,mkt_…=id')
  .transform((text) => Object.fromEntries(text.split(',').map((pair) => (pair.includes('=') ? pair.split('=') : ['*', pair]) as [string, string])))

/** As the server reads them: addresses, ranges of them by bits or mask, and three names. */
const isProxy = (text: string): boolean => {
  const [, address = '', range] = /^([^/]*)(?:\/(.+))?$/.exec(text) ?? []
  const bits = isIP(address) === 4 ? 32 : 128
  const inRange = range === undefined || (/^\d+$/.test(range) ? Number(range) >= 1 && Number(range) <= bits : bits === 32 && isIP(range) === 4)
  return ['loopback', 'linklocal', 'uniquelocal'].includes(text) || (isIP(address) > 0 && inRange)
}
const trustProxy = z.string().min(1).refine((text) => ['true', 'false'].includes(text) || text.split(',').every((part) => isProxy(part.trim())),
  'expected addresses or ranges, such as 10.0.0.2,10.1.0.0/16')

const secretKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'expected 32 random bytes as base64: openssl rand -base64 32')

const environment = z.object({
  HOLDFAST_MODE: z.enum(['test', 'live']).default('test'),
  HOLDFAST_DATA: z.string().min(1).default('.holdfast'),
  HOLDFAST_HOST: z.string().min(1).default('127.0.0.1'),
  HOLDFAST_PORT: port.default(4300),
  HOLDFAST_PUBLIC_URL: url.optional(),
  HOLDFAST_TRUST_PROXY: trustProxy.optional(),
  HOLDFAST_VALIDATE_RESPONSES: flag.default(false),
  HOLDFAST_SECRET_KEY: secretKey.optional(),
  HOLDFAST_SECRET_KEY_PREVIOUS: secretKey.optional(),
  HOLDFAST_POOL_SIZE: z.coerce.number().int().min(2).max(16).default(12),
  HOLDFAST_WORKER: flag.default(true),
  HOLDFAST_WORKER_PORT: port.optional(),
  HOLDFAST_WEBHOOK_PORTS: ports.default([443]),
  HOLDFAST_METRICS_TOKEN: z.string().min(16).optional(),
  HOLDFAST_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  HOLDFAST_RATE_PAGE_ADDRESS: rate.optional(),
  HOLDFAST_RATE_PAGE_SESSION: rate.optional(),
  HOLDFAST_RATE_LINK_ADDRESS: rate.optional(),
  HOLDFAST_RATE_LINK: rate.optional(),
  HOLDFAST_RATE_AUTH_FAILURES: rate.optional(),
  HOLDFAST_RATE_NOTIFICATIONS: rate.optional(),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_APP_URL: databaseUrl.optional(),
  HOLDFAST_VAULT_INTERNAL_URL: url.optional(),
  HOLDFAST_VAULT_INTERNAL_KEY: z.string().min(16).optional(),
  HOLDFAST_VAULT_PORT: port.default(4310),
  HOLDFAST_VAULT_URL: url.optional(),
  HOLDFAST_VAULT_DATABASE_URL: databaseUrl.optional(),
  HOLDFAST_VAULT_WALLETS: z.string().min(1).optional(),
  HOLDFAST_WALLETS: z.string().min(1).optional(),
  HOLDFAST_JPMORGAN_URL: url.optional(),
  HOLDFAST_JPMORGAN_REPORTS_URL: url.optional(),
  HOLDFAST_JPMORGAN_ADDENDA: z.enum(['none', 'level2', 'level3']).default('level2'),
  HOLDFAST_JPMORGAN_NETWORK_TRANSACTION_ID: z.enum(['merchant', 'all', 'never']).default('merchant'),
  HOLDFAST_JPMORGAN_TOKEN_URL: url.optional(),
  HOLDFAST_JPMORGAN_CLIENT_ID: z.string().min(1).optional(),
  HOLDFAST_JPMORGAN_CLIENT_SECRET: z.string().min(1).optional(),
  HOLDFAST_JPMORGAN_SCOPE: z.string().min(1).default('jpm:payments:sandbox'),
  HOLDFAST_JPMORGAN_RESOURCE: z.string().min(1).optional(),
  HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE: z.string().min(1).optional(),
  HOLDFAST_JPMORGAN_CERTIFICATE_THUMBPRINT: z.string().min(1).optional(),
  HOLDFAST_JPMORGAN_MERCHANT_ID: merchantIds.optional(),
  HOLDFAST_BANK_URL: url.optional(),
  HOLDFAST_BANK_TOKEN: z.string().min(1).optional(),
  HOLDFAST_BANK_DEBTOR_ACCOUNT: z.string().min(1).optional(),
  HOLDFAST_WALLET_MINUTES: z.coerce.number().int().min(1).max(120).default(15),
  HOLDFAST_ALIPAY_GATEWAY: url.optional(),
  HOLDFAST_ALIPAY_APP_ID: z.string().min(1).optional(),
  HOLDFAST_ALIPAY_SELLER_ID: z.string().min(1).optional(),
  HOLDFAST_ALIPAY_PRIVATE_KEY: z.string().min(1).optional(),
  HOLDFAST_ALIPAY_PUBLIC_KEY: z.string().min(1).optional(),
  HOLDFAST_ANTOM_URL: url.optional(),
  HOLDFAST_ANTOM_CLIENT_ID: z.string().min(1).optional(),
  HOLDFAST_ANTOM_PRIVATE_KEY: z.string().min(1).optional(),
  HOLDFAST_ANTOM_PUBLIC_KEY: z.string().min(1).optional(),
  HOLDFAST_ANTOM_KEY_VERSION: z.string().regex(/^[0-9A-Za-z]{1,10}$/, 'expected a key version, such as 1').default('1'),
  HOLDFAST_ANTOM_REPORTS_URL: url.optional(),
  HOLDFAST_ANTOM_SETTLEMENT_CURRENCY: z.string().regex(/^[A-Z]{3}$/, 'expected a currency, such as USD').optional(),
})

type Environment = z.output<typeof environment>

/**
 * Reads the configuration from environment variables. In test mode, keys that aren't given are made once and kept
 * in the data folder; in live mode nothing is made up.
 *
 * @throws ConfigError - listing everything that is wrong, and what to set
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(withFiles(env))
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
  const problems = [
    ...partProblems(parsed.data), ...walletProblems(parsed.data),
    ...(parsed.data.HOLDFAST_MODE === 'live' ? [...liveProblems(parsed.data), ...liveWalletProblems(parsed.data)] : []),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return compose(parsed.data)
}

/** Each variable may also be given as `<name>_FILE`, a file that holds it: the way of mounted secrets. */
function withFiles(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
  const files = given.filter(([name]) => name.endsWith('_FILE') && name.slice(0, -'_FILE'.length) in environment.shape)
  const read = files.map(([name, file]) => [name.slice(0, -'_FILE'.length), contentOf(name, file)] as const)
  return { ...Object.fromEntries(given), ...Object.fromEntries(read) }
}

function contentOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new ConfigError([`${name} names a file that can't be read.`])
  }
}

function compose(env: Environment): Config {
  const dataFolder = resolve(env.HOLDFAST_DATA)
  const keys = developmentKeys(env, dataFolder)
  return {
    mode: env.HOLDFAST_MODE,
    dataFolder,
    secretKey: Buffer.from(env.HOLDFAST_SECRET_KEY ?? keys().secretKey, 'base64'),
    ...(env.HOLDFAST_SECRET_KEY_PREVIOUS && { secretKeyPrevious: Buffer.from(env.HOLDFAST_SECRET_KEY_PREVIOUS, 'base64') }),
    http: {
      host: env.HOLDFAST_HOST, port: env.HOLDFAST_PORT, publicUrl: env.HOLDFAST_PUBLIC_URL ?? null,
      ...(env.HOLDFAST_WORKER_PORT !== undefined && { workerPort: env.HOLDFAST_WORKER_PORT }),
      trustProxy: proxies(env.HOLDFAST_TRUST_PROXY), validateResponses: env.HOLDFAST_VALIDATE_RESPONSES,
      rateLimits: {
        pageAddress: env.HOLDFAST_RATE_PAGE_ADDRESS ?? defaultRateLimits.pageAddress,
        pageSession: env.HOLDFAST_RATE_PAGE_SESSION ?? defaultRateLimits.pageSession,
        linkAddress: env.HOLDFAST_RATE_LINK_ADDRESS ?? defaultRateLimits.linkAddress,
        link: env.HOLDFAST_RATE_LINK ?? defaultRateLimits.link,
        authFailures: env.HOLDFAST_RATE_AUTH_FAILURES ?? defaultRateLimits.authFailures,
        notifications: env.HOLDFAST_RATE_NOTIFICATIONS ?? defaultRateLimits.notifications,
      },
    },
    database: { url: env.DATABASE_URL ?? null, appUrl: env.DATABASE_APP_URL ?? null, poolSize: env.HOLDFAST_POOL_SIZE },
    vault: vaultOf(env, keys),
    rails: {
      jpmorgan: jpmorganOf(env), alipay: alipayOf(env), antom: antomOf(env), bank: bankOf(env),
      walletMinutes: env.HOLDFAST_WALLET_MINUTES,
    },
    ...(env.HOLDFAST_WALLETS !== undefined && { walletsFile: env.HOLDFAST_WALLETS }),
    worker: env.HOLDFAST_WORKER,
    webhookPorts: env.HOLDFAST_WEBHOOK_PORTS,
    metricsToken: env.HOLDFAST_METRICS_TOKEN ?? null,
    logLevel: env.HOLDFAST_LOG_LEVEL,
  }
}

function proxies(text: string | undefined): boolean | string {
  return text === undefined || text === 'false' ? false : text === 'true' ? true : text
}

interface DevelopmentKeys {
  readonly secretKey: string
  readonly vaultInternalKey: string
}

/** Keys for development, made once and kept in the data folder, readable by its owner alone. Never in live mode. */
function developmentKeys(env: Environment, dataFolder: string): () => DevelopmentKeys {
  return () => {
    if (env.HOLDFAST_MODE === 'live') throw new Error('live mode makes no keys')
    const file = join(dataFolder, 'development-keys.json')
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DevelopmentKeys
    const random = () => randomBytes(32).toString('base64')
    const keys: DevelopmentKeys = { secretKey: random(), vaultInternalKey: random() }
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 })
    return keys
  }
}

function vaultOf(env: Environment, keys: () => DevelopmentKeys): Config['vault'] {
  const internalKey = env.HOLDFAST_VAULT_INTERNAL_KEY ?? keys().vaultInternalKey
  if (env.HOLDFAST_VAULT_INTERNAL_URL) {
    return { kind: 'separate', internalUrl: env.HOLDFAST_VAULT_INTERNAL_URL, publicUrl: env.HOLDFAST_VAULT_URL as string, internalKey }
  }
  return {
    kind: 'in_process', port: env.HOLDFAST_VAULT_PORT, publicUrl: env.HOLDFAST_VAULT_URL ?? null, internalKey,
    databaseUrl: env.HOLDFAST_VAULT_DATABASE_URL ?? null, walletsFile: env.HOLDFAST_VAULT_WALLETS ?? null,
  }
}

function jpmorganOf(env: Environment): JpmorganConfig | null {
  if (!env.HOLDFAST_JPMORGAN_URL) return null
  const tokenUrl = env.HOLDFAST_JPMORGAN_TOKEN_URL as string
  const clientId = env.HOLDFAST_JPMORGAN_CLIENT_ID as string
  const auth: JpmorganConfig['auth'] = env.HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE === undefined
    ? { kind: 'portal', tokenUrl, clientId, clientSecret: env.HOLDFAST_JPMORGAN_CLIENT_SECRET as string, scope: env.HOLDFAST_JPMORGAN_SCOPE }
    : {
      kind: 'assertion', tokenUrl, clientId, resource: env.HOLDFAST_JPMORGAN_RESOURCE as string,
      privateKeyPem: readFileSync(env.HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE, 'utf8'),
      certificateThumbprint: env.HOLDFAST_JPMORGAN_CERTIFICATE_THUMBPRINT as string,
    }
  return {
    baseUrl: env.HOLDFAST_JPMORGAN_URL, auth, merchantIds: env.HOLDFAST_JPMORGAN_MERCHANT_ID as Record<string, string>,
    addenda: env.HOLDFAST_JPMORGAN_ADDENDA,
    networkTransactionIds: env.HOLDFAST_JPMORGAN_NETWORK_TRANSACTION_ID,
    ...(env.HOLDFAST_JPMORGAN_REPORTS_URL && { reportsUrl: env.HOLDFAST_JPMORGAN_REPORTS_URL }),
  }
}

function bankOf(env: Environment): BankConfig | null {
  if (!env.HOLDFAST_BANK_URL) return null
  return { baseUrl: env.HOLDFAST_BANK_URL, token: env.HOLDFAST_BANK_TOKEN as string, debtorAccount: env.HOLDFAST_BANK_DEBTOR_ACCOUNT as string }
}

/** A rail is configured whole or not at all; so is a vault that runs by itself. */
function partProblems(env: Environment): string[] {
  const needs = (rail: string, names: (keyof Environment)[]) =>
    names.filter((name) => env[name] === undefined).map((name) => `${name} is not set; ${rail} needs it.`)
  const assertion = env.HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE !== undefined
  const proof: (keyof Environment)[] = assertion
    ? ['HOLDFAST_JPMORGAN_RESOURCE', 'HOLDFAST_JPMORGAN_CERTIFICATE_THUMBPRINT']
    : ['HOLDFAST_JPMORGAN_CLIENT_SECRET']
  return [
    ...(env.HOLDFAST_JPMORGAN_URL ? needs('J.P. Morgan', ['HOLDFAST_JPMORGAN_TOKEN_URL', 'HOLDFAST_JPMORGAN_CLIENT_ID', 'HOLDFAST_JPMORGAN_MERCHANT_ID', ...proof]) : []),
    ...(env.HOLDFAST_BANK_URL ? needs('the bank', ['HOLDFAST_BANK_TOKEN', 'HOLDFAST_BANK_DEBTOR_ACCOUNT']) : []),
    ...(env.HOLDFAST_VAULT_INTERNAL_URL && !env.HOLDFAST_VAULT_URL ? ['HOLDFAST_VAULT_URL is not set; pages need the origin of the vault that runs by itself.'] : []),
    ...(assertion && !existsSync(env.HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE as string) ? ['HOLDFAST_JPMORGAN_PRIVATE_KEY_FILE names a file that is not there.'] : []),
  ]
}

/** What test mode is lenient about. Money that is real takes none of it. */
function liveProblems(env: Environment): string[] {
  const isHttps = (text: string | undefined) => text?.startsWith('https://') ?? false
  const clear = (text: string | undefined) => text !== undefined && !isHttps(text) && !['127.0.0.1', 'localhost', '[::1]'].includes(new URL(text).hostname)
  const rails = [env.HOLDFAST_JPMORGAN_URL, env.HOLDFAST_JPMORGAN_TOKEN_URL, env.HOLDFAST_BANK_URL]
  const simulated = ['holdfast-simulator', 'holdfast-simulator-secret', 'holdfast-simulator-bank-token']
  const credentials = [env.HOLDFAST_JPMORGAN_CLIENT_ID, env.HOLDFAST_JPMORGAN_CLIENT_SECRET, env.HOLDFAST_BANK_TOKEN]
  const checks: [boolean, string][] = [
    [!env.HOLDFAST_SECRET_KEY, 'HOLDFAST_SECRET_KEY is not set: live mode makes no key of its own. Set 32 random bytes: openssl rand -base64 32.'],
    [!env.HOLDFAST_VAULT_INTERNAL_URL, 'HOLDFAST_VAULT_INTERNAL_URL is not set: live mode refuses a vault in the backend’s own process. Run holdfast-vault by itself, which also refuses unencrypted keys, and set its address.'],
    [clear(env.HOLDFAST_VAULT_INTERNAL_URL), 'HOLDFAST_VAULT_INTERNAL_URL is neither https nor on this machine: the vault’s key and the rail’s bearer would cross the network in the clear. Put TLS in front of the vault.'],
    [!isHttps(env.HOLDFAST_VAULT_URL), 'HOLDFAST_VAULT_URL is not an https origin: cards are typed into pages that it serves.'],
    [(env.HOLDFAST_VAULT_INTERNAL_KEY?.length ?? 0) < 32, 'HOLDFAST_VAULT_INTERNAL_KEY has fewer than 32 characters. Set a random one: openssl rand -base64 33.'],
    [!isHttps(env.HOLDFAST_PUBLIC_URL), 'HOLDFAST_PUBLIC_URL is not an https address: keys and client secrets travel to it.'],
    [env.HOLDFAST_TRUST_PROXY === 'true', 'HOLDFAST_TRUST_PROXY is true: whoever calls could say an address of his own, and no rate limit would hold. Set the proxies’ addresses.'],
    [!env.HOLDFAST_JPMORGAN_URL, 'HOLDFAST_JPMORGAN_URL is not set: live mode needs a rail that takes money.'],
    [!env.HOLDFAST_BANK_URL, 'HOLDFAST_BANK_URL is not set: live mode needs a rail that pays sellers.'],
    [rails.some((rail) => rail !== undefined && !isHttps(rail)), 'A rail has an address without https: live mode refuses simulators. Set HOLDFAST_JPMORGAN_URL, HOLDFAST_JPMORGAN_TOKEN_URL and HOLDFAST_BANK_URL to the rails’ own.'],
    [credentials.some((credential) => simulated.includes(credential ?? '')), 'A rail’s credential is the simulators’ default. Set the rail’s own: HOLDFAST_JPMORGAN_CLIENT_ID, HOLDFAST_JPMORGAN_CLIENT_SECRET, HOLDFAST_BANK_TOKEN.'],
  ]
  return checks.filter(([wrong]) => wrong).map(([, problem]) => problem)
}
