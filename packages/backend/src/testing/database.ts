import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { migrations } from '../migrations/index.ts'
import { migrate } from '../postgres/migrate.ts'
import { createPool, type Connection } from '../postgres/pool.ts'

interface TestServer {
  readonly superuser: Connection
  readonly owner: Connection
  readonly app: Connection
  readonly vault: Connection
}

/** A database of one test file's own, migrated and empty. */
export interface TestDatabase {
  readonly name: string
  readonly superuser: Connection
  readonly owner: Connection
  readonly app: Connection
  readonly vault: Connection
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>
}

const START_WITHIN_MS = 60_000
const TEMPLATE_LOCK = 7_203_115

/**
 * Makes a database for one test file by cloning the migrated template; PostgreSQL itself is started when no
 * other test has started it, and ends by itself some seconds after the last one.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await testServer()
  const admin = await connect(server.superuser)
  try {
    const template = await ensureTemplate(admin, server)
    const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`
    await clone(admin, { template, name, owner: server.owner.user })
    const on = (connection: Connection): Connection => ({ ...connection, database: name })
    return {
      name, superuser: on(server.superuser), owner: on(server.owner), app: on(server.app), vault: on(server.vault),
      drop: async () => {
        const client = await connect(server.superuser)
        await client.query(`drop database if exists ${name} with (force)`)
        await client.end()
      },
    }
  } finally {
    await admin.end()
  }
}

async function connect(connection: Connection): Promise<pg.Client> {
  const client = new pg.Client({ ...connection, application_name: 'holdfast tests' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The running server, or a new one; another process may start it at the same instant, and one of the two wins. */
async function testServer(): Promise<TestServer> {
  const folder = join(tmpdir(), `holdfast-tests-${userInfo().uid}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const deadline = performance.now() + START_WITHIN_MS
  let startAt = 0
  while (performance.now() < deadline) {
    const server = await readServer(folder)
    if (server && (await answers(server))) return server
    if (performance.now() > startAt) {
      startServer(folder)
      startAt = performance.now() + 15_000
    }
    await pause(50)
  }
  throw new Error(`The test server did not start within ${START_WITHIN_MS / 1000} s; see ${folder}/postgres/server.log`)
}

function startServer(folder: string): void {
  const program = fileURLToPath(new URL('./server.ts', import.meta.url))
  spawn(process.execPath, ['--conditions=holdfast-source', program, join(folder, 'postgres')], { detached: true, stdio: 'ignore' }).unref()
}

async function readServer(folder: string): Promise<TestServer | null> {
  const text = await readFile(join(folder, 'postgres', 'server.json'), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as TestServer)
}

async function answers(server: TestServer): Promise<boolean> {
  return connect(server.superuser).then((client) => client.end().then(() => true), () => false)
}

/** The migrated template for these migrations; made by whoever comes first. */
async function ensureTemplate(admin: pg.Client, server: TestServer): Promise<string> {
  const template = `template_${await migrationsHash()}`
  if (await exists(admin, template)) return template
  await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
  try {
    if (await exists(admin, template)) return template
    const unfinished = `${template}_unfinished`
    await admin.query(`drop database if exists ${unfinished} with (force)`)
    await admin.query(`create database ${unfinished} owner ${server.owner.user}`)
    const pool = createPool({ ...server.owner, database: unfinished }, { size: 1, applicationName: 'holdfast tests' })
    await migrate(pool).finally(() => pool.end())
    await admin.query(`alter database ${unfinished} rename to ${template}`)
    return template
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK])
  }
}

async function exists(admin: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await admin.query('select 1 from pg_database where datname = $1', [name])
  return rowCount === 1
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256').update(Object.keys(migrations).join())
  for (const folder of [new URL('../migrations/', import.meta.url), new URL('../postgres/migrate.ts', import.meta.url)]) {
    const names = folder.pathname.endsWith('/') ? (await readdir(folder)).sort() : ['']
    for (const name of names) hash.update(name).update(await readFile(new URL(name, folder)))
  }
  return hash.digest('hex').slice(0, 16)
}

async function clone(admin: pg.Client, { template, name, owner }: { template: string; name: string; owner: string }): Promise<void> {
  await admin.query(`create database ${name} template ${template} owner ${owner} strategy file_copy`)
}
