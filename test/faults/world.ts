import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, verifyEverything, type Connection, type EmbeddedPostgres, type Verified } from '@holdfast/backend'
import { defaultBankToken, defaultDebtorAccount, defaultJpmorganClient, defaultMerchantId, startBankSimulator, startJpmorganSimulator, type BankSimulator, type JpmorganSimulator } from '@holdfast/simulators'
import pg from 'pg'
import type { SmallDisk } from './disk.ts'
import { openLink, type Link } from './link.ts'
import { startPart, type Part } from './parts.ts'
import { pause } from './moment.ts'

export interface BackendReady {
  readonly url: string
  readonly marketplace: { readonly id: string; readonly secretKey: string }
}

/** Holdfast as it runs in production: backend, worker, vault and PostgreSQL, each its own process; the rails are ours. */
export interface World {
  readonly folder: string
  readonly postgres: EmbeddedPostgres
  readonly backend: Part<BackendReady>
  readonly worker: Part<object>
  /** Another worker beside the first; started where a fault wants it. */
  startSecondWorker(): Promise<Part<object>>
  readonly vault: Part<{ readonly url: string }>
  readonly link: Link
  readonly disk: SmallDisk | undefined
  readonly rails: { readonly jpmorgan: JpmorganSimulator; readonly bank: BankSimulator }
  /** Moves the rails' clock with the marketplace's. */
  moveRails(ms: number): void
  /** As the database's superuser, around the link. Tries again while the database is coming up. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>
  verify(): Promise<Verified>
  close(): Promise<void>
}

export interface WorldOptions {
  /** Where PostgreSQL keeps its data; the machine's own disk by default. */
  readonly disk?: SmallDisk
  readonly poolSize?: number
  /** Backend, worker and vault in one process, as on a developer's machine: one start instead of three. */
  readonly together?: boolean
}

const RAIL_TIMEOUT_MS = 800

export async function openWorld({ disk, poolSize = 8, together = false }: WorldOptions = {}): Promise<World> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (let next = closers.pop(); next; next = closers.pop()) await next().catch(() => {})
  }
  try {
    return await compose({ disk, poolSize, together, closers, close })
  } catch (error) {
    await close()
    throw error
  }
}

interface Composing {
  readonly disk: SmallDisk | undefined
  readonly poolSize: number
  readonly together: boolean
  readonly closers: (() => Promise<unknown>)[]
  readonly close: () => Promise<void>
}

async function compose({ disk, poolSize, together, closers, close }: Composing): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-faults-'))
  closers.push(() => rm(folder, { recursive: true, force: true }))
  const postgres = await startPostgres({ folder: join(disk?.folder ?? folder, 'postgres') })
  closers.push(postgres.stop)
  const link = await openLink(postgres.port)
  closers.push(link.close)
  const clock = { ms: 0 }
  const now = (): Date => new Date(performance.timeOrigin + performance.now() + clock.ms)
  const [jpmorgan, bank] = await Promise.all([
    startJpmorganSimulator({ now, timeoutMs: RAIL_TIMEOUT_MS }), startBankSimulator({ now, timeoutMs: RAIL_TIMEOUT_MS }),
  ])
  closers.push(jpmorgan.close, bank.close)
  const { pool, sql } = connectTo(postgres)
  closers.push(() => pool.end())
  // as the backend's first start would: the vault is started before it
  await sql(`create schema if not exists vault authorization ${postgres.owner.user}; grant all on schema vault to ${postgres.vault.user}`)
  const parts = await startParts({ folder, postgres, link, rails: { jpmorgan, bank }, poolSize, together, closers })
  return {
    ...parts, folder, disk, postgres, link, rails: { jpmorgan, bank }, sql, close,
    moveRails: ms => void (clock.ms += ms),
    verify: () => verifyEverything(pool),
  }
}

interface Starting {
  readonly folder: string
  readonly postgres: EmbeddedPostgres
  readonly link: Link
  readonly rails: World['rails']
  readonly poolSize: number
  readonly together: boolean
  readonly closers: (() => Promise<unknown>)[]
}

async function startParts(starting: Starting): Promise<Pick<World, 'backend' | 'worker' | 'vault' | 'startSecondWorker'>> {
  const { folder, postgres, rails, closers } = starting
  const internalKey = randomBytes(24).toString('base64url')
  const [port, vaultPort] = await Promise.all([freePort(), freePort()])
  const env = environment({ ...starting, port, vaultPort, internalKey })
  const started = async <Ready>(part: Promise<Part<Ready>>): Promise<Part<Ready>> => {
    const one = await part
    closers.push(one.kill)
    return one
  }
  await mkdir(join(folder, 'data'))
  if (starting.together) {
    const backend = await started(startPart<BackendReady & { vaultUrl: string }>({ name: 'backend', env, args: ['all', folder] }))
    const vault: World['vault'] = { ...backend, get ready() { return { url: backend.ready.vaultUrl } }, get running() { return backend.running } }
    return { backend, worker: backend, vault, startSecondWorker: () => Promise.reject(new Error('a world in one process has no second worker')) }
  }
  const vault = await started(startPart<{ url: string }>({
    name: 'vault', env: {}, args: ['vault', folder, JSON.stringify({
      mode: 'test', databaseUrl: urlOf(postgres.vault), internalKey, keyFile: join(folder, 'vault-keys.json'), port: vaultPort,
      hosts: { jpmorgan: `${rails.jpmorgan.url}/api/v2` }, limits: unlimited,
    })],
  }))
  const backend = await started(startPart<BackendReady>({ name: 'backend', env, args: ['backend', folder] }))
  const worker = await started(startPart<object>({ name: 'worker', env, args: ['worker', folder] }))
  return { backend, worker, vault, startSecondWorker: () => started(startPart<object>({ name: 'second worker', env, args: ['worker', folder] })) }
}

const many = { count: 10_000_000, windowMs: 60_000 }
const unlimited = { address: many, frameSession: many, card: many, bin: many }

function environment(one: Omit<Starting, 'closers'> & { readonly port: number; readonly vaultPort: number; readonly internalKey: string }): Record<string, string> {
  const { folder, postgres, link, rails, poolSize, together, port, vaultPort, internalKey } = one
  const { clientId, clientSecret } = defaultJpmorganClient
  const linked = (connection: Connection): string => urlOf({ ...connection, port: link.port })
  return {
    HOLDFAST_MODE: 'test', HOLDFAST_DATA: join(folder, 'data'), HOLDFAST_SECRET_KEY: Buffer.alloc(32, 9).toString('base64'),
    HOLDFAST_PORT: String(port), HOLDFAST_POOL_SIZE: String(poolSize), HOLDFAST_LOG_LEVEL: 'warn',
    DATABASE_URL: linked(postgres.owner), DATABASE_APP_URL: linked(postgres.app),
    ...(together ? { HOLDFAST_VAULT_PORT: String(vaultPort), HOLDFAST_VAULT_DATABASE_URL: urlOf(postgres.vault) }
      : { HOLDFAST_VAULT_INTERNAL_URL: `http://127.0.0.1:${vaultPort}`, HOLDFAST_VAULT_URL: `http://vault.localhost:${vaultPort}` }),
    HOLDFAST_VAULT_INTERNAL_KEY: internalKey,
    HOLDFAST_JPMORGAN_URL: `${rails.jpmorgan.url}/api/v2`, HOLDFAST_JPMORGAN_TOKEN_URL: `${rails.jpmorgan.url}/am/oauth2/alpha/access_token`,
    HOLDFAST_JPMORGAN_CLIENT_ID: clientId, HOLDFAST_JPMORGAN_CLIENT_SECRET: clientSecret, HOLDFAST_JPMORGAN_SCOPE: 'jpm:payments:sandbox',
    HOLDFAST_JPMORGAN_MERCHANT_ID: defaultMerchantId,
    HOLDFAST_BANK_URL: rails.bank.url, HOLDFAST_BANK_TOKEN: defaultBankToken, HOLDFAST_BANK_DEBTOR_ACCOUNT: defaultDebtorAccount,
    HOLDFAST_RATE_PAGE_ADDRESS: '900000/900000', HOLDFAST_RATE_PAGE_SESSION: '900000/900000', HOLDFAST_RATE_AUTH_FAILURES: '900000/900000',
  }
}

function urlOf({ host, port, user, password, database }: Connection): string {
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`
}

/** A port that was free a moment ago: a part keeps it from one start to the next. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

const COMING_UP_MS = 30_000

function connectTo(postgres: EmbeddedPostgres): { pool: pg.Pool; sql: World['sql'] } {
  const types = { getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === pg.types.builtins.INT8 ? BigInt : pg.types.getTypeParser(oid, format as never)) as never }
  const pool = new pg.Pool({ ...postgres.superuser, database: postgres.app.database, max: 3, types, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  const sql: World['sql'] = async (text, values = []) => {
    const deadline = performance.now() + COMING_UP_MS
    for (;;) {
      try {
        return (await pool.query(text, values)).rows as never
      } catch (error) {
        if (performance.now() > deadline || (error as pg.DatabaseError).code?.startsWith('42')) throw error
        await pause(50)
      }
    }
  }
  return { pool, sql }
}
