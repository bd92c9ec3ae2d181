import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { findInstallation, launch, type Installation, type RunAs } from './binaries.ts'
import { holderOf, holdFolder, inUse, type Hold } from './holder.ts'
import { APP_ROLE, VAULT_ROLE } from './migrate.ts'
import type { Connection } from './pool.ts'
import { commandOf, hasEnded, isAlive, signal, until } from './processes.ts'

const MAJOR = '18'
const SUPERUSER = 'postgres'
const OWNER_ROLE = 'holdfast_owner'
const DATABASE = 'holdfast'
const READY_WITHIN_MS = 120_000
const STOP_WITHIN_MS = 30_000
const REVIVE_AGAIN_MS = 1_000
const HOLDER_LOCK = 4_839_201_377
const LOG_KEPT_BYTES = 10_000_000

export interface PostgresOptions {
  /** Holds the cluster, its log and the roles' passwords; made when it isn't there. */
  readonly folder: string
  /** False only for databases that tests throw away: no fsync. */
  readonly durable?: boolean
  /** As whom to run, instead of what suits this process; tests say it. */
  readonly runAs?: RunAs['kind']
  /** What happens to the server, in words. */
  readonly onNotice?: (notice: string) => void
}

/** A PostgreSQL server of this process's own. */
export interface EmbeddedPostgres {
  readonly port: number
  readonly pid: number
  /** How it came to run: a new folder, a folder that was there, or a server left behind by a process that died. */
  readonly started: 'first' | 'again' | 'adopted'
  readonly superuser: Connection
  /** Owns the schema; for migrations. */
  readonly owner: Connection
  readonly app: Connection
  readonly vault: Connection
  /** Stops the server cleanly and gives the folder back. */
  stop(): Promise<void>
}

type Secrets = Readonly<Record<'superuser' | 'owner' | 'app' | 'vault', string>>

/**
 * Starts PostgreSQL on a data folder, or adopts the server that a killed process left behind on it.
 *
 * While this process lives, a server that dies is started again on the same port.
 *
 * @throws FolderInUse - another live process holds the folder
 * @throws Error - the server doesn't start; the message ends with the last lines of its log
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const folder = resolve(options.folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const hold = await holdFolder(folder)
  try {
    return await supervise(folder, hold, options)
  } catch (error) {
    await hold.release()
    throw error
  }
}

/**
 * Connects to the server that another live process runs on a folder; null: none runs there.
 *
 * For commands beside a running backend. The server stays the other process's own.
 */
export async function joinPostgres(options: Pick<PostgresOptions, 'folder' | 'runAs'>): Promise<Pick<EmbeddedPostgres, 'superuser' | 'owner' | 'app' | 'vault'> | null> {
  const folder = resolve(options.folder)
  if ((await holderOf(folder)) === null) return null
  const installation = await findInstallation(folder, options.runAs)
  const cluster: Cluster = { folder, installation, secrets: await readSecrets(folder), data: join(installation.home, 'data'), durable: true }
  const server = await readPostmaster(cluster)
  return server?.ready ? connectionsOf(cluster, server) : null
}

async function supervise(folder: string, hold: Hold, options: PostgresOptions): Promise<EmbeddedPostgres> {
  const installation = await findInstallation(folder, options.runAs)
  const secrets = await readSecrets(folder)
  const cluster: Cluster = { folder, installation, secrets, data: join(installation.home, 'data'), durable: options.durable ?? true }
  const isNew = await initialize(cluster)
  const left = isNew ? null : await leftBehind(cluster)
  const server = left ?? (await start(cluster))
  const session = await takeServer(cluster, server)
  if (!(await isPrepared(session))) await prepare(session, secrets)
  const keeper = keep(cluster, { server, session, hold, notice: options.onNotice ?? (() => {}) })
  return {
    ...connectionsOf(cluster, server),
    port: server.port,
    get pid() {
      return keeper.pid()
    },
    started: left ? 'adopted' : isNew ? 'first' : 'again',
    stop: keeper.stop,
  }
}

function connectionsOf({ secrets }: Cluster, { port }: Server): Pick<EmbeddedPostgres, 'superuser' | 'owner' | 'app' | 'vault'> {
  const as = (user: string, password: string, database = DATABASE): Connection => ({ host: '127.0.0.1', port, user, password, database })
  return {
    superuser: as(SUPERUSER, secrets.superuser, 'postgres'),
    owner: as(OWNER_ROLE, secrets.owner),
    app: as(APP_ROLE, secrets.app),
    vault: as(VAULT_ROLE, secrets.vault),
  }
}

interface Cluster {
  readonly folder: string
  readonly installation: Installation
  readonly secrets: Secrets
  readonly data: string
  readonly durable: boolean
}

interface Server {
  readonly pid: number
  readonly port: number
}

async function readSecrets(folder: string): Promise<Secrets> {
  const file = join(folder, 'secrets.json')
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known !== null) return JSON.parse(known) as Secrets
  const secret = () => randomBytes(24).toString('base64url')
  const secrets: Secrets = { superuser: secret(), owner: secret(), app: secret(), vault: secret() }
  await writeFile(`${file}.new`, JSON.stringify(secrets), { mode: 0o600 })
  await rename(`${file}.new`, file)
  return secrets
}

/** Makes the cluster where there is none: beside its place first, so that one cut short is never taken for whole. */
async function initialize(cluster: Cluster): Promise<boolean> {
  const version = await readFile(join(cluster.data, 'PG_VERSION'), 'utf8').catch(() => null)
  if (version?.trim() === MAJOR) return false
  if (version !== null) throw new Error(`${cluster.data} was written by PostgreSQL ${version.trim()}; this build runs ${MAJOR}. Move its data by pg_dump, or give another folder (HOLDFAST_DATA).`)
  const unfinished = `${cluster.data}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await runInitdb(cluster, unfinished)
  await rename(unfinished, cluster.data)
  return true
}

async function runInitdb(cluster: Cluster, target: string): Promise<void> {
  const { installation, secrets, durable } = cluster
  const passwordFile = join(installation.home, 'initdb.password')
  await writeFile(passwordFile, secrets.superuser, { mode: 0o600 })
  if (installation.runAs.kind === 'user') await chown(passwordFile, installation.runAs.uid, installation.runAs.gid)
  try {
    const initdb = launch(installation, 'initdb', [
      `--pgdata=${target}`, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
      '--no-instructions', ...(durable ? [] : ['--no-sync']),
    ], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output: string[] = []
    initdb.stdout?.on('data', (chunk) => output.push(String(chunk)))
    initdb.stderr?.on('data', (chunk) => output.push(String(chunk)))
    const [code] = (await once(initdb, 'close')) as [number | null]
    if (code !== 0) throw new Error(`initdb failed (${code ?? 'killed'}): ${output.join('').trim()}`)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** What `postmaster.pid` says: process, port, and whether it takes connections. */
async function readPostmaster(cluster: Cluster): Promise<(Server & { ready: boolean }) | null> {
  const text = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  return { pid, port: Number(lines[3]), ready: lines[7] === 'ready' }
}

/** The server that a killed process left behind, when it still answers; one that doesn't is stopped. */
async function leftBehind(cluster: Cluster): Promise<Server | null> {
  const found = await readPostmaster(cluster)
  if (!found || !isAlive(found.pid)) return null
  if (!(await commandOf(found.pid)).includes(cluster.data)) {
    // The id belongs to a stranger since: PostgreSQL would take it for a live server and refuse to start.
    await rm(join(cluster.data, 'postmaster.pid'), { force: true })
    return null
  }
  const ready = await until(async () => (await readPostmaster(cluster))?.ready === true, 10_000)
  const answers = ready && (await connectAs(cluster, found.port).then((client) => client.end().then(() => true), () => false))
  if (answers) return { pid: found.pid, port: found.port }
  await stopServer(found.pid)
  return null
}

async function start(cluster: Cluster, wantedPort?: number): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wantedPort ?? (await freePort())
    const outcome = await startOnce(cluster, port)
    if ('pid' in outcome) return outcome
    if (attempt === 5) throw new Error(`PostgreSQL does not start in ${cluster.data}: ${outcome.failure}`)
    await pause(100 * attempt)
  }
}

async function startOnce(cluster: Cluster, port: number): Promise<Server | { failure: string }> {
  const log = await openLog(cluster)
  try {
    // Detached: an interrupt at the terminal must reach it only after its clients have finished.
    const child = launch(cluster.installation, 'postgres', settings(cluster, port), { stdio: ['ignore', log.fd, log.fd], detached: true })
    const failed = new Promise<Error>((settle) => { child.once('error', settle) })
    const pid = child.pid
    if (pid === undefined) return { failure: (await failed).message }
    child.unref()
    const started = await until(async () => {
      const found = await readPostmaster(cluster)
      return child.exitCode !== null || child.signalCode !== null || (found?.pid === pid && found.ready)
    }, READY_WITHIN_MS)
    if (started && child.exitCode === null && child.signalCode === null) return { pid, port }
    signal(pid, 'SIGQUIT')
    return { failure: await lastLines(cluster) }
  } finally {
    await log.close()
  }
}

/*
 * A deadlock is found before lock_timeout ends the wait, so that it is run again and not refused.
 * No statement's text, parameter or failing row goes into the server's log: they may hold names and secrets.
 */
function settings(cluster: Cluster, port: number): string[] {
  const values = {
    port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 200, deadlock_timeout: '200ms', shared_buffers: '128MB',
    timezone: 'UTC', log_timezone: 'UTC', log_min_error_statement: 'panic', log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: 0, password_encryption: 'scram-sha-256',
    ...(!cluster.durable && { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  }
  return ['-D', cluster.data, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

async function openLog(cluster: Cluster) {
  const file = join(cluster.folder, 'server.log')
  const size = await stat(file).then((found) => found.size, () => 0)
  if (size > LOG_KEPT_BYTES) await rename(file, `${file}.1`)
  return open(file, 'a', 0o600)
}

async function lastLines(cluster: Cluster): Promise<string> {
  const text = await readFile(join(cluster.folder, 'server.log'), 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-6).join('\n')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function connectAs(cluster: Cluster, port: number): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1', port, user: SUPERUSER, password: cluster.secrets.superuser, database: 'postgres',
    application_name: 'holdfast supervisor', connectionTimeoutMillis: 10_000, keepAlive: true,
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Opens the session that holds the server for this process: of two that adopt it, one gets the lock. */
async function takeServer(cluster: Cluster, server: Server): Promise<pg.Client> {
  const session = await connectAs(cluster, server.port)
  const { rows } = await session.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [HOLDER_LOCK])
  if (rows[0]?.mine) return session
  await session.end()
  throw inUse(cluster.folder, null)
}

async function isPrepared(session: pg.Client): Promise<boolean> {
  const { rowCount } = await session.query('select 1 from pg_database where datname = $1', [DATABASE])
  return rowCount === 1
}

/** Makes the roles and, last, the database; cut short, it is done again as a whole. */
async function prepare(session: pg.Client, secrets: Secrets): Promise<void> {
  const roles: [string, string][] = [[OWNER_ROLE, secrets.owner], [APP_ROLE, secrets.app], [VAULT_ROLE, secrets.vault]]
  for (const [role, password] of roles) {
    const { rowCount } = await session.query('select 1 from pg_roles where rolname = $1', [role])
    await session.query(`${rowCount ? 'alter' : 'create'} role ${role} login password ${session.escapeLiteral(password)}`)
  }
  await session.query(`create database ${DATABASE} owner ${OWNER_ROLE}`)
}

interface Keeping {
  readonly server: Server
  readonly session: pg.Client
  readonly hold: Hold
  readonly notice: (notice: string) => void
}

/** Watches the server by its session: whatever kills the server ends that first. */
function keep(cluster: Cluster, { server, session, hold, notice }: Keeping) {
  let pid = server.pid
  let current = session
  let stopping = false
  let reviving: Promise<void> = Promise.resolve()
  const onExit = () => {
    signal(pid, 'SIGINT')
    hold.releaseNow()
  }
  const watch = (client: pg.Client) => {
    client.once('end', () => {
      if (!stopping) reviving = revive()
    })
  }
  const revive = async () => {
    notice('PostgreSQL ended; starting it again')
    await hasEnded(pid, STOP_WITHIN_MS)
    while (!stopping) {
      try {
        pid = (await start(cluster, server.port)).pid
        current = await takeServer(cluster, { pid, port: server.port })
        watch(current)
        return notice('PostgreSQL runs again')
      } catch (error) {
        // a full disk, say: whoever makes room finds it running
        notice(`PostgreSQL does not start; it is tried again. ${(error as Error).message}`)
        await pause(REVIVE_AGAIN_MS)
      }
    }
  }
  const stop = async () => {
    if (stopping) return
    stopping = true
    process.off('exit', onExit)
    await reviving.catch(() => {})
    await current.end().catch(() => {})
    await stopServer(pid)
    await hold.release()
  }
  watch(session)
  process.once('exit', onExit)
  return { pid: () => pid, stop }
}

/** Stops a server: cleanly at once (its clients are disconnected), and by force only when it doesn't end. */
async function stopServer(pid: number): Promise<void> {
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signal(pid, name)
    if (await hasEnded(pid, STOP_WITHIN_MS)) return
  }
}
