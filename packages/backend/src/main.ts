import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { FRAME_PATH } from '@holdfast/contract'
import { createAlipayConnector } from '@holdfast/connector-alipay'
import { createAntomConnector } from '@holdfast/connector-antom'
import { createBankConnector } from '@holdfast/connector-bank'
import { createJpmorganConnector } from '@holdfast/connector-jpmorgan'
import { createVaultClient, startVault, VaultClientError, type FrameAssets, type VaultClient } from '@holdfast/vault'
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import type { Logger } from 'pino'
import { createClock, realNow } from './clock.ts'
import { ConfigError, type Config, type InProcessVault } from './config.ts'
import { ensureMarketplace, type DevelopmentMarketplace } from './development.ts'
import type { Database } from './database.ts'
import type { Deps, Rails } from './deps.ts'
import { createHooks } from './hooks.ts'
import { loadPage, type PageFiles } from './hosted/files.ts'
import { framingOrigins } from './hosted/origin.ts'
import { gaugesOf } from './http/gauges.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { createServer } from './http/server.ts'
import { addSystemRoutes, createWatchedServer, type WatchedParts } from './http/system.ts'
import { handlersOf } from './jobs/index.ts'
import { startWorker, type Worker } from './jobs/worker.ts'
import { createLog } from './log.ts'
import { checkOrigins, createMarketplace, type MarketplaceKeys, type NewMarketplace } from './marketplaces.ts'
import { isMigrated, migrate } from './postgres/migrate.ts'
import { useMigratedServer, useOwnServer } from './postgres/own-server.ts'
import { createPool, type Connection } from './postgres/pool.ts'
import { joinPostgres, startPostgres } from './postgres/supervisor.ts'
import { inTransaction } from './postgres/transaction.ts'
import { routes } from './routes/index.ts'
import { createSealer } from './seal.ts'
import { createSigner, opensNewestKey } from './signer.ts'
import { createWalletOffers } from './wallets/offer.ts'
import { loadWalletPages, noWalletPages, type WalletPages } from './wallets/pages.ts'
import { createGuard, type ResolveHost } from './webhooks/guard.ts'
import { startCourier } from './webhooks/loop.ts'

/** Parts that a test or an embedding program brings itself. */
export interface Parts {
  /** A database that runs already, in place of the embedded or configured one. */
  readonly connections?: Connections
  /** The card frame's bundle, in place of the built one. */
  readonly frame?: FrameAssets
  /** The hosted page's files, in place of the built ones; null: there is no such page. */
  readonly page?: PageFiles | null
  /** Where the log's lines go; stderr by default. */
  readonly logTo?: Writable
  /** Finds the addresses of webhooks' hosts, in place of DNS. */
  readonly resolveHost?: ResolveHost
  /** Whether this process answers HTTP; false for one that only works. */
  readonly serve?: boolean
  /** Whether an embedded server that another process runs will do; for commands beside a running backend. */
  readonly join?: boolean
}

export interface Connections {
  /** Owns the schema; null: it is migrated already. */
  readonly owner: Connection | null
  readonly app: Connection
  readonly vault: Connection
}

/** A running backend. */
export interface Backend {
  /** Where the API listens. */
  readonly url: string
  /** The vault's origin as browsers see it. */
  readonly vaultUrl: string
  /** Where servers reach the vault. */
  readonly vaultInternalUrl: string
  /** The database as the vault's own role, for a vault in a process of its own. */
  readonly vaultDatabaseUrl: string
  readonly deps: Deps
  /** Makes a marketplace and answers its keys, which are shown this once. */
  createMarketplace(wanted: Pick<NewMarketplace, 'name' | 'origins'>): Promise<MarketplaceKeys & { readonly id: string }>
  /** The same for development: keys kept in the data folder, so that a restart finds them. Refused in live mode. */
  ensureMarketplace(wanted: Pick<NewMarketplace, 'name' | 'origins'>): Promise<DevelopmentMarketplace>
  /** Refuses new calls, lets those under way finish, then stops everything that it started. */
  close(): Promise<void>
}

/** What was started, stopped again in the opposite order; one that fails to stop keeps no other from it. */
class Closers {
  readonly #all: (() => Promise<unknown>)[] = []

  add(close: () => Promise<unknown>): void {
    this.#all.push(close)
  }

  async run(): Promise<void> {
    const failures: unknown[] = []
    for (let close = this.#all.pop(); close; close = this.#all.pop()) {
      await close().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped')
  }
}

/**
 * Starts a backend: database, migrations, vault, rails, HTTP and worker, each as the configuration says.
 *
 * @throws ConfigError - the database has a virtual clock and the mode is live
 * @throws FolderInUse | DatabaseRefused - the database can't be had; the message says why and what to do
 */
export async function startBackend(config: Config, parts: Parts = {}): Promise<Backend> {
  const closers = new Closers()
  try {
    return await compose(config, { parts, closers })
  } catch (error) {
    await closers.run().catch(() => {})
    throw error
  }
}

interface Composing {
  readonly parts: Parts
  readonly closers: Closers
}

async function compose(config: Config, { parts, closers }: Composing): Promise<Backend> {
  const log = createLog({ level: config.logLevel, ...(parts.logTo && { destination: parts.logTo }) })
  const connections = parts.connections ?? (await openDatabase(config, { log, closers, join: parts.join ?? false }))
  if (connections.owner) await migrateAs(connections.owner)
  const pool = createPool(connections.app, {
    size: config.database.poolSize, applicationName: 'holdfast backend',
    onError: (error) => log.warn({ err: error }, 'a database connection was lost'),
  })
  closers.add(() => pool.end())
  if (!connections.owner) await checkMigrated(pool)
  await checkMerchantIds(pool, { config, log })
  await settleClock(pool, config)
  const vault = await openVault(config, { parts, closers, connections })
  const deps = await createDeps(config, { pool, log, vault, resolveHost: parts.resolveHost })
  if (parts.serve !== false || config.worker) await checkSecretKey(deps)
  const metrics = createMetrics({ pool, gauges: gaugesOf(pool) })
  if (config.worker) await startWork(deps, { connection: connections.app, metrics, closers })
  const listening = { metrics, closers, vaultInternalUrl: vault.internalUrl }
  const url = parts.serve === false ? '' : await listen(deps, { ...listening, page: pageOf(parts, deps) })
  const figures = parts.serve === false && config.worker ? await showWork(deps, listening) : null
  await tellVault(deps, vault.kind)
  log.info({ url, ...(figures !== null && { figures }), vault: vault.internalUrl, mode: config.mode, worker: config.worker }, 'the backend is up')
  return {
    url, deps, vaultUrl: vault.url, vaultInternalUrl: vault.internalUrl, vaultDatabaseUrl: databaseUrlOf(connections.vault),
    createMarketplace: (wanted) => makeMarketplace(deps, wanted),
    ensureMarketplace: (wanted) => ensureMarketplace(deps, wanted),
    close: () => closers.run(),
  }
}

async function openDatabase(config: Config, { log, closers, join: mayJoin }: { log: Logger; closers: Closers; join: boolean }): Promise<Connections> {
  if (config.database.url !== null) {
    const { owner, app } = await useOwnServer({ url: config.database.url, appUrl: config.database.appUrl })
    return { owner, app, vault: owner }
  }
  if (config.database.appUrl !== null) {
    const app = await useMigratedServer(config.database.appUrl)
    return { owner: null, app, vault: app }
  }
  const running = mayJoin ? await joinPostgres({ folder: join(config.dataFolder, 'postgres') }) : null
  if (running) return running
  const server = await startPostgres({ folder: join(config.dataFolder, 'postgres'), onNotice: (notice) => log.warn(notice) })
  closers.add(server.stop)
  log.info({ port: server.port, started: server.started }, 'PostgreSQL is up')
  return server
}

/**
 * Opens the database beside whoever works on it, for a command that only reads, and closes it again.
 *
 * @throws ConfigError - it lacks a migration that this build knows
 */
export async function withDatabase<T>(config: Config, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const closers = new Closers()
  try {
    const { app } = await openDatabase(config, { log: createLog({ level: 'warn' }), closers, join: true })
    const pool = createPool(app, { size: 2, applicationName: 'holdfast command' })
    closers.add(() => pool.end())
    await checkMigrated(pool)
    return await work(pool)
  } finally {
    await closers.run()
  }
}

async function checkMigrated(pool: pg.Pool): Promise<void> {
  if (await isMigrated(pool)) return
  throw new ConfigError(['The database lacks a migration that this build knows. Run holdfast-backend migrate first, with the owner’s DATABASE_URL.'])
}

async function migrateAs(owner: Connection): Promise<void> {
  const pool = createPool(owner, { size: 1, applicationName: 'holdfast migrations', lockTimeoutMs: 3_000, statementTimeoutMs: 600_000 })
  await migrate(pool).finally(() => pool.end())
}

/** Live mode is marked in the database itself, which from then on refuses an offset; one that has an offset is refused. */
async function settleClock(pool: pg.Pool, { mode }: Config): Promise<void> {
  if (mode === 'test') return
  const { rowCount } = await pool.query('update clock set live = true where offset_ms = 0')
  if (rowCount === 0) throw new ConfigError(['The database has a virtual clock: it was used in test mode. Give live mode a database of its own (DATABASE_URL or HOLDFAST_DATA).'])
}

/**
 * A rail reports by merchant id: of two marketplaces behind one id, each would find the other's money in its report
 * and set it aside as nobody's.
 */
async function checkMerchantIds(pool: pg.Pool, { config, log }: { config: Config; log: Logger }): Promise<void> {
  const own = config.rails.jpmorgan?.merchantIds
  if (!own) return
  const { rows } = await pool.query<{ id: string }>('select marketplace_id as id from marketplaces order by 1')
  const sharing = rows.map(({ id }) => id).filter((id) => own[id] === undefined)
  if (sharing.length < 2) return
  const problem = `HOLDFAST_JPMORGAN_MERCHANT_ID gives ${sharing.length} marketplaces (${sharing.slice(0, 3).join(', ')}${sharing.length > 3 ? ', …' : ''}) one merchant id; their settlements can't be told apart. Give each its own: mkt_…=id,mkt_…=id.`
  if (config.mode === 'live') throw new ConfigError([problem])
  log.warn(problem)
}

/** Found out now, and not by the first buyer who has paid and can't be given a token. */
async function checkSecretKey({ pool, sealer }: Deps): Promise<void> {
  if (await opensNewestKey(pool, sealer)) return
  throw new ConfigError(['HOLDFAST_SECRET_KEY is not the key that this database was last written with (in test mode: development-keys.json of HOLDFAST_DATA). Set that one; while it is being changed, as HOLDFAST_SECRET_KEY_PREVIOUS. If it is lost, so is what it sealed: holdfast-backend reseal lists it, rotate-signing-keys makes new keys.'])
}

interface OpenVault {
  readonly kind: Config['vault']['kind']
  readonly client: VaultClient
  readonly url: string
  readonly internalUrl: string
}

async function openVault(config: Config, composing: Composing & { connections: Connections }): Promise<OpenVault> {
  const { vault } = config
  const { url, internalUrl } = vault.kind === 'separate'
    ? { url: vault.publicUrl, internalUrl: vault.internalUrl }
    : await startOwnVault(config, { ...composing, vault })
  const client = createVaultClient({ internalUrl, internalKey: vault.internalKey })
  composing.closers.add(async () => client.close())
  return { kind: vault.kind, client, url, internalUrl }
}

async function startOwnVault(config: Config, { parts, closers, connections, vault }: Composing & { connections: Connections; vault: InProcessVault }) {
  const running = await startVault({
    mode: config.mode, port: vault.port, internalKey: vault.internalKey, frame: parts.frame,
    databaseUrl: vault.databaseUrl ?? databaseUrlOf(connections.vault), keyFile: join(config.dataFolder, 'vault-keys.json'),
    publicUrl: vault.publicUrl ?? undefined, log: { level: config.logLevel, ...(parts.logTo && { destination: parts.logTo }) },
    hosts: config.rails.jpmorgan ? { jpmorgan: config.rails.jpmorgan.baseUrl } : {},
    walletsFile: vault.walletsFile ?? undefined,
  })
  closers.add(running.close)
  return running
}

function databaseUrlOf({ host, port, user, password, database }: Connection): string {
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`
}

/** Starts what this process does besides answering: the jobs, and the deliveries of webhooks. */
async function startWork(deps: Deps, { connection, metrics, closers }: { connection: Connection; metrics: Metrics; closers: Closers }): Promise<void> {
  const worker = await startWorker(deps, { connection, handlers: handlersOf(deps.rails), metrics })
  closers.add(worker.stop)
  const courier = startCourier(deps, { connection, metrics })
  closers.add(() => courier.stop())
  wakers.set(deps, { wake: async () => void (await Promise.all([worker.wake(), courier.wake()])) })
}

interface Wiring {
  readonly pool: pg.Pool
  readonly log: Logger
  readonly vault: OpenVault
  readonly resolveHost: ResolveHost | undefined
}

async function createDeps(config: Config, { pool, log, vault: { client: vault, url }, resolveHost }: Wiring): Promise<Deps> {
  const sealer = createSealer(config.secretKey, config.secretKeyPrevious)
  const clock = createClock(pool)
  await clock.refresh()
  const deps: Deps = {
    db: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }),
    pool, log, vault, sealer, clock, config,
    rails: railsOf(config, { vault, clock }),
    signer: createSigner({ pool, sealer, mode: config.mode, now: realNow }),
    wallets: createWalletOffers({ vault, pages: walletPagesOf(config), log, now: () => performance.now() }),
    webhookGuard: createGuard({ ports: config.webhookPorts, loopback: config.mode === 'test', ...(resolveHost && { resolve: resolveHost }) }),
    hooks: createHooks(() => deps),
    publicUrl: () => config.http.publicUrl ?? places.get(deps) ?? '',
    frameUrl: (marketplace) => `${url}${FRAME_PATH}?marketplace=${marketplace}`,
    wakeWorker: async () => wakers.get(deps)?.wake(),
  }
  return deps
}

const walletPagesOf = ({ walletsFile: file, mode }: Config): WalletPages => (file === undefined ? noWalletPages : loadWalletPages({ file, mode }))

/** The worker of a backend, where it runs in the same process. */
const wakers = new WeakMap<Deps, Pick<Worker, 'wake'>>()

/** Where each backend of this process listens. */
const places = new WeakMap<Deps, string>()

/**
 * Rails keep their own time, which is real: a virtual clock never reaches their identity servers. Alipay's trades and
 * their ends go by the clock that ours are read against.
 */
function railsOf({ rails: { jpmorgan, alipay, antom, bank } }: Config, { vault, clock }: Pick<Deps, 'clock' | 'vault'>): Rails {
  const cards = jpmorgan && createJpmorganConnector({
    baseUrl: jpmorgan.baseUrl, auth: jpmorgan.auth, addenda: jpmorgan.addenda, cards: vault, now: realNow,
    ...(jpmorgan.reportsUrl !== undefined && { reportsUrl: jpmorgan.reportsUrl }),
    ...(jpmorgan.networkTransactionIds && { storedCredentials: { originalNetworkTransactionId: jpmorgan.networkTransactionIds } }),
    merchantId: (marketplace) => jpmorgan.merchantIds[marketplace] ?? jpmorgan.merchantIds['*'],
    software: { companyName: 'Holdfast', productName: 'Holdfast', version: '0.1.0' },
  })
  const wallets = [alipay && createAlipayConnector({ ...alipay, now: clock.now }), antom && createAntomConnector({ ...antom, now: realNow })]
  const payments = [cards, ...wallets].filter((connector) => connector !== null)
  return {
    payments: new Map(payments.map((connector) => [connector.name, connector])),
    payouts: new Map(bank ? [['bank', createBankConnector(bank)]] : []),
  }
}

/** @throws ConfigError - in live mode, where it has not been built */
function pageOf({ page = loadPage() }: Parts, { config, log }: Deps): PageFiles | null {
  if (page) return page
  if (config.mode === 'live') throw new ConfigError(['The hosted page has not been built (packages/checkout/dist/hosted): run npm run build.'])
  log.warn('the hosted page has not been built: /pay answers 404; run npm run build')
  return null
}

interface Listening {
  readonly metrics: Metrics
  readonly closers: Closers
  readonly vaultInternalUrl: string
}

/** What this process shows to whoever watches it. */
const watchedOf = ({ config, pool }: Deps, { metrics, vaultInternalUrl }: Listening): Omit<WatchedParts, 'isDraining'> => ({
  metrics, metricsToken: config.metricsToken,
  checks: {
    database: async () => (await pool.query('select 1')).rowCount === 1,
    migrations: () => isMigrated(pool),
    vault: async () => (await fetch(`${vaultInternalUrl}/healthz`)).ok,
  },
})

/** Jobs and deliveries are counted by the process that does them. */
async function showWork(deps: Deps, listening: Listening): Promise<string | null> {
  const { host, workerPort: port } = deps.config.http
  if (port === undefined) return null
  const app = createWatchedServer({ ...watchedOf(deps, listening), isDraining: () => false })
  listening.closers.add(() => app.close())
  return app.listen({ host, port })
}

async function listen(deps: Deps, { page, ...listening }: Listening & { page: PageFiles | null }): Promise<string> {
  const { config } = deps
  const { metrics, closers } = listening
  let draining = false
  const server = createServer(deps, { routes, metrics, page })
  addSystemRoutes(server.app, { ...watchedOf(deps, listening), publicUrl: deps.publicUrl, isDraining: () => draining })
  const url = await server.app.listen({ host: config.http.host, port: config.http.port })
  places.set(deps, url)
  closers.add(() => {
    draining = true
    return server.drain()
  })
  return url
}

async function makeMarketplace(deps: Deps, { name, origins }: Pick<NewMarketplace, 'name' | 'origins'>) {
  const wrong = checkOrigins(origins)
  if (wrong) throw new ConfigError([wrong.detail])
  const made = await inTransaction(deps.pool, (tx) => createMarketplace(tx, deps.sealer, { name, origins, mode: deps.config.mode }))
  // its keys are shown this once: they must not be lost with a vault that is away
  await deps.vault.putMarketplace(made.id, { name, origins: framingOrigins(deps, origins) }).catch((error: unknown) => {
    deps.log.error({ err: error, marketplace: made.id }, 'the vault could not be told of the marketplace, whose pages show no card fields until it is: restart a backend when the vault is back')
  })
  return made
}

/**
 * Tells the vault which pages may frame it: those that the marketplace registered, and ours. One that runs by itself may
 * come up later than we do. A process that doesn't know its own address leaves it to one that does.
 */
async function tellVault(deps: Deps, kind: Config['vault']['kind']): Promise<void> {
  if (deps.publicUrl() === '') return
  const rows = await deps.db.selectFrom('marketplaces').select(['marketplace_id', 'name', 'origins']).execute()
  for (const { marketplace_id: id, name, origins } of rows) {
    try {
      await deps.vault.putMarketplace(id, { name, origins: framingOrigins(deps, origins) })
    } catch (error) {
      if (error instanceof VaultClientError && error.code === 'validation_failed') {
        // one marketplace's own mistake keeps nobody else from being served
        deps.log.error({ err: error, marketplace: id }, 'the vault refuses the origins of a marketplace')
        continue
      }
      if (kind === 'in_process') throw error
      deps.log.warn({ err: error }, 'the vault could not be told of the marketplaces; it is told at the next start')
      return
    }
  }
}
