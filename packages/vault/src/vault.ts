import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import type { Writable } from 'node:stream'
import { FRAME_PATH } from '@holdfast/contract'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { steadyNow } from './clock.ts'
import { VaultConfigError } from './config-error.ts'
import { loadFrame } from './frame-page.ts'
import type { FrameAssets } from './frame-page.ts'
import { buildServer } from './server.ts'
import { createKeyFile, loadKeyring, refuseDevelopmentKeys } from './keyring.ts'
import type { Keyring } from './keyring.ts'
import { createLog } from './log.ts'
import { migrate } from './migrations.ts'
import { createLimiter, liveLimits, testLimits } from './rate-limits.ts'
import type { Limiter, RateLimits } from './rate-limits.ts'
import { rotateKeys } from './rotate.ts'
import { createSecurityCodes } from './security-codes.ts'
import type { SecurityCodes } from './security-codes.ts'
import { openPool, sweepRows } from './store.ts'
import type { Rail } from './templates.ts'
import { loadWallets, noWallets } from './wallets/config.ts'
import type { Wallets } from './wallets/config.ts'

export interface VaultOptions {
  readonly mode: 'test' | 'live'
  /** PostgreSQL; its role should own the schema `vault` and nothing else. */
  readonly databaseUrl: string
  /** The bearer of the internal calls; 32 characters or more in live mode. */
  readonly internalKey: string
  /** The file of key-encryption keys; in test mode a development one is made if it is missing. */
  readonly keyFile: string
  /** Opens a sealed key file: 32 bytes as base64. Live mode needs it. */
  readonly rootKey?: string | undefined
  /** The only places that cards are sent to: the base URL of each rail's API. */
  readonly hosts: Readonly<Partial<Record<Rail, string>>>
  /** The file that sets Google Pay and Apple Pay up; without it neither is taken. */
  readonly walletsFile?: string | undefined
  /** 127.0.0.1 by default. */
  readonly host?: string
  /** 0, any free one, by default. */
  readonly port?: number
  /** The vault's own origin as browsers see it; `http://vault.localhost:<port>` by default. */
  readonly publicUrl?: string | undefined
  /** How many proxies in front of the vault are believed in what they say of the buyer's address; none by default. */
  readonly trustedProxies?: number
  /** The card frame's bundle; read from packages/card-frame/dist by default. */
  readonly frame?: FrameAssets | undefined
  readonly limits?: Partial<RateLimits>
  readonly now?: () => Date
  readonly log?: { readonly level?: string; readonly destination?: Writable }
}

export interface RunningVault {
  /** Its origin, as browsers see it. */
  readonly url: string
  /** Where servers reach it. */
  readonly internalUrl: string
  /** Reads the key file and the wallets' keys again, and wraps all records under the current key. */
  rotateKeys(): Promise<{ readonly rewrapped: number; readonly unopened: number }>
  /** Removes what has run out now, as it also happens by itself. */
  sweep(): Promise<void>
  /** Stops listening, lets requests under way end, and forgets all security codes. */
  close(): Promise<void>
}

/** What the vault's calls work with. */
export interface Vault {
  readonly pool: Pool
  readonly log: Logger
  readonly now: () => Date
  /** As it stands: it changes when the key file is read again. */
  readonly keyring: () => Keyring
  /** As it stands: it changes when the file is read again. */
  readonly wallets: () => Wallets
  readonly codes: SecurityCodes
  /** Operations whose send is under way: one that asks meanwhile can't be told that nothing was sent. */
  readonly sending: Set<string>
  readonly limiters: Readonly<Record<keyof RateLimits, Limiter>>
  readonly hosts: VaultOptions['hosts']
  readonly internalKey: string
  readonly trustedProxies: number
  readonly frame: FrameAssets
  /** The vault's own origin. */
  readonly origin: () => string
  readonly frameUrl: (marketplace: string) => string
}

const MAX_CODES = 50_000
const MAX_LIMITED_KEYS = 100_000
const SWEEP_MS = 20_000

/**
 * Starts a vault: its tables, its two faces on one port, its sweeps.
 *
 * @throws VaultConfigError | KeyringError | WalletConfigError - what is missing or may not be so in live mode, and what to set
 */
export async function startVault(options: VaultOptions): Promise<RunningVault> {
  if (options.mode === 'live') refuseForLive(options)
  if (options.mode === 'test' && !existsSync(options.keyFile))
    createKeyFile({ file: options.keyFile, rootKey: options.rootKey })
  const place = { origin: '' }
  const keys = {
    ring: loadKeyring({ file: options.keyFile, rootKey: options.rootKey }),
    wallets: walletsOf(options),
  }
  const vault = compose(options, { place, keys })
  try {
    await migrate(vault.pool)
    return await serve(vault, { options, place, keys })
  } catch (error) {
    await vault.pool.end()
    throw error
  }
}

interface Changing {
  readonly place: { origin: string }
  readonly keys: { ring: Keyring; wallets: Wallets }
}

const walletsOf = ({ walletsFile: file, mode }: VaultOptions): Wallets =>
  file === undefined ? noWallets : loadWallets({ file, mode })

function compose(options: VaultOptions, { place, keys }: Changing): Vault {
  const log = createLog({
    level: options.log?.level ?? 'info',
    destination: options.log?.destination ?? process.stderr,
  })
  const pool = openPool(options.databaseUrl)
  pool.on('error', error =>
    log.warn({ event: 'database_connection_lost', err: error }, 'a database connection was lost'),
  )
  return {
    pool,
    log,
    now: options.now ?? steadyNow,
    keyring: () => keys.ring,
    wallets: () => keys.wallets,
    codes: createSecurityCodes({ limit: MAX_CODES }),
    sending: new Set(),
    limiters: limitersOf({ ...(options.mode === 'live' ? liveLimits : testLimits), ...options.limits }),
    hosts: options.hosts,
    internalKey: options.internalKey,
    trustedProxies: options.trustedProxies ?? 0,
    frame: options.frame ?? loadFrame(),
    origin: () => place.origin,
    frameUrl: marketplace => `${place.origin}${FRAME_PATH}?marketplace=${marketplace}`,
  }
}

function limitersOf({ address, frameSession, card, bin }: RateLimits): Vault['limiters'] {
  const bounded = { keys: MAX_LIMITED_KEYS }
  return {
    address: createLimiter(address, bounded),
    frameSession: createLimiter(frameSession, bounded),
    card: createLimiter(card, bounded),
    bin: createLimiter(bin, bounded),
  }
}

async function serve(
  vault: Vault,
  { options, place, keys }: Changing & { options: VaultOptions },
): Promise<RunningVault> {
  const { host = '127.0.0.1', port = 0 } = options
  const app = await buildServer(vault)
  await app.listen({ host, port })
  const { port: listening } = app.server.address() as AddressInfo
  place.origin = options.publicUrl ? new URL(options.publicUrl).origin : `http://vault.localhost:${listening}`
  const sweep = async (): Promise<void> => {
    vault.codes.sweep(vault.now())
    await sweepRows(vault.pool, vault.now())
    await rotateKeys(vault)
  }
  const timer = setInterval(
    () =>
      void sweep().catch((error: unknown) => {
        vault.log.error({ event: 'sweep_failed', err: error }, 'a sweep failed; the next one follows')
      }),
    SWEEP_MS,
  )
  timer.unref()
  vault.log.info({ event: 'started', origin: place.origin, mode: options.mode }, 'the vault is up')
  return {
    url: place.origin,
    internalUrl: `http://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    sweep,
    rotateKeys() {
      keys.ring = loadKeyring({ file: options.keyFile, rootKey: options.rootKey })
      keys.wallets = walletsOf(options)
      vault.log.info({ event: 'keys_read', current: keys.ring.current }, 'the key file was read again')
      return rotateKeys(vault)
    },
    async close() {
      clearInterval(timer)
      await app.close()
      vault.codes.clear()
      await vault.pool.end()
    },
  }
}

/** Everything that test mode is lenient about, refused at once. */
function refuseForLive({ internalKey, rootKey, keyFile, publicUrl, hosts, databaseUrl }: VaultOptions): void {
  const problems = [
    internalKey.length < 32
      && 'HOLDFAST_VAULT_INTERNAL_KEY has fewer than 32 characters: set a random one (openssl rand -base64 33).',
    !rootKey && 'HOLDFAST_VAULT_ROOT_KEY (or …_FILE) is not set: live mode reads sealed key files only.',
    !publicUrl?.startsWith('https://')
      && 'HOLDFAST_VAULT_URL is not an https origin: cards are typed into pages that it serves.',
    ...Object.entries(hosts).map(
      ([rail, url]) =>
        !url.startsWith('https://')
        && `The host of ${rail} is not https: simulators and plain connections are for test mode.`,
    ),
    Object.keys(hosts).length === 0 && 'No rail has a host: set HOLDFAST_VAULT_HOST_JPMORGAN.',
    databaseUrl === '' && 'HOLDFAST_VAULT_DATABASE_URL is not set.',
  ].filter(problem => typeof problem === 'string')
  if (problems.length > 0)
    throw new VaultConfigError(`Live mode refuses this configuration:\n- ${problems.join('\n- ')}`)
  refuseDevelopmentKeys(keyFile)
}
