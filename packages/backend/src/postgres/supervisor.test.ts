import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findInstallation } from './binaries.ts'
import type { Connection } from './pool.ts'
import { hasEnded, until } from './processes.ts'
import { startPostgres, type EmbeddedPostgres } from './supervisor.ts'

const program = fileURLToPath(new URL('../testing/holder-child.ts', import.meta.url))

interface Said {
  readonly started?: string
  readonly pid?: number
  readonly port?: number
  readonly superuser?: Connection
  readonly refused?: string
  readonly message?: string
}

/** A folder with a stopped cluster, copied for each test: initdb once is enough. */
let template: string
let folder: string
let children: { child: ChildProcess; ended: Promise<unknown> }[]
let servers: EmbeddedPostgres[]
beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'holdfast-pg-template-'))
  await (await startPostgres({ folder: template, durable: false })).stop()
})
afterAll(() => rm(template, { recursive: true }))
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-pg-'))
  await promisify(execFile)('cp', ['-R', `${template}/.`, folder])
  children = []
  servers = []
})
afterEach(async () => {
  for (const { child } of children) child.kill('SIGTERM')
  await Promise.all(children.map(({ ended }) => ended))
  for (const server of servers) await server.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Starts a process that holds the folder, and reads what it got. */
async function hold(runAs?: string): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, ['--conditions=holdfast-source', program, folder, ...(runAs ? [runAs] : [])], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push({ child, ended: once(child, 'exit') })
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')) as [string]
  return { child, said: JSON.parse(line) as Said }
}

async function start(): Promise<EmbeddedPostgres> {
  const server = await startPostgres({ folder })
  servers.push(server)
  return server
}

async function ask(connection: Connection, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connection)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('the embedded PostgreSQL', () => {
  test('starts on a new folder and again on the same one, and keeps what was written', async () => {
    await rm(folder, { recursive: true })
    const first = await startPostgres({ folder })
    await ask(first.owner, 'create table kept as select 42 as n')
    await first.stop()
    const again = await start()
    expect([first.started, again.started]).toEqual(['first', 'again'])
    expect(await ask(again.owner, 'select n from kept')).toEqual([{ n: 42 }])
    expect(await ask(again.superuser, 'show fsync')).toEqual([{ fsync: 'on' }])
  })

  test('is adopted when its parent was killed, with every acknowledged write', async () => {
    const { child, said } = await hold()
    await ask({ ...(said.superuser as Connection), database: 'holdfast' }, 'create table kept as select 42 as n')
    await kill(child)
    expect(await hasEnded(said.pid as number, 0)).toBe(false)
    const server = await start()
    expect([server.started, server.pid, server.port]).toEqual(['adopted', said.pid, said.port])
    expect(await ask({ ...server.superuser, database: 'holdfast' }, 'select n from kept')).toEqual([{ n: 42 }])
    await server.stop()
    expect(await hasEnded(said.pid as number, 0)).toBe(true)
  })

  test('refuses a folder that a live process holds, and names it', async () => {
    const { child, said } = await hold()
    const second = await hold()
    expect(said.started).toBe('again')
    expect(second.said).toMatchObject({ refused: 'FolderInUse', message: expect.stringContaining(`process ${child.pid}`) })
    expect(await ask(said.superuser as Connection, 'select 1 as alive')).toEqual([{ alive: 1 }])
  })

  test('is given to one of three that start at the same instant after a kill', async () => {
    await kill((await hold()).child)
    const results = await Promise.all([hold(), hold(), hold()])
    expect(results.map(({ said }) => said.refused ?? said.started).sort()).toEqual(['FolderInUse', 'FolderInUse', 'adopted'])
  })

  test('is started again on the same port when it is killed', async () => {
    const server = await start()
    const before = server.pid
    process.kill(before, 'SIGKILL')
    const back = await until(() => ask(server.superuser, 'select 1').then(() => server.pid !== before, () => false), 20_000)
    expect(back).toBe(true)
  })

  test('takes over a folder whose holder’s id now belongs to a stranger', async () => {
    const { child } = await hold()
    await kill(child)
    await writeFile(join(folder, 'holder.json'), JSON.stringify({ pid: process.ppid, startedAt: 'another time' }))
    expect((await start()).started).toBe('adopted')
  })

  test('starts where postmaster.pid names a live process that is no PostgreSQL', async () => {
    const stale = [process.pid, join(folder, 'data'), '1700000000', '5999', '', '127.0.0.1', '', 'ready'].join('\n')
    await writeFile(join(folder, 'data', 'postmaster.pid'), `${stale}\n`)
    expect((await start()).started).toBe('again')
  })

  test('says what is wrong when the folder is of another major version', async () => {
    await rm(folder, { recursive: true })
    await mkdir(join(folder, 'data'), { recursive: true })
    await writeFile(join(folder, 'data', 'PG_VERSION'), '14\n')
    await expect(startPostgres({ folder })).rejects.toThrow(/written by PostgreSQL 14; this build runs 18/)
  })

  test('keeps its passwords from other users, listens on the loopback interface only, and logs no value', async () => {
    const server = await start()
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o077).toBe(0)
    expect(await ask(server.superuser, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    await expect(ask({ ...server.superuser, password: 'wrong' }, 'select 1')).rejects.toThrow(/password authentication failed/)
    await ask(server.owner, 'create table secrets (value text primary key)')
    await ask(server.owner, `insert into secrets values ('canary-4242')`)
    await expect(ask(server.owner, `insert into secrets values ('canary-4242')`)).rejects.toThrow(/duplicate key/)
    const log = await readFile(join(folder, 'server.log'), 'utf8')
    expect(log).toContain('duplicate key')
    expect(log).not.toContain('canary-4242')
  })
})

describe.skipIf(process.getuid?.() !== 0)('started by root', () => {
  test('runs in a user namespace, with files that stay root’s own', async () => {
    const { said } = await hold('namespace')
    expect(said.started).toBe('again')
    expect((await stat(join(folder, 'data'))).uid).toBe(0)
  })

  test.each([
    ['in place, when this user reaches the folder', 0o755],
    ['elsewhere, when this user can’t', 0o700],
  ])('runs as an unprivileged user where namespaces are forbidden, %s', async (_where, mode) => {
    await chmod(folder, mode)
    const { child, said } = await hold('user')
    expect(said).toMatchObject({ started: 'first' })
    const status = await readFile(`/proc/${said.pid}/status`, 'utf8')
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0')
    await kill(child)
    const again = await hold('user')
    expect(again.said).toMatchObject({ started: 'adopted', pid: said.pid })
    again.child.kill('SIGTERM')
    expect(await hasEnded(said.pid as number, 20_000)).toBe(true)
    const { home } = await findInstallation(folder, 'user')
    expect(home.startsWith(folder)).toBe(mode === 0o755)
    await rm(home, { recursive: true })
  })
})
