import { fork, type ChildProcess } from 'node:child_process'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres, type Connection, type EmbeddedPostgres } from '@holdfast/backend'
import { build } from 'esbuild'
import pg from 'pg'
import { run, tools } from '../../scripts/command.ts'
import { isAlive, root } from '../support/processes.ts'
import type { BackendOptions, BackendReady } from './backend-child.ts'
import { bareSchema } from './bare.ts'
import type { Job, Reply } from './generator.ts'
import { SELLERS } from './objects.ts'
import type { PlainChildOptions, PlainReady } from './plain-child.ts'
import { schema as plainSchema } from './plain-server.ts'
import { childrenOf, startMeter } from './processor.ts'
import type { Summary } from './statistics.ts'

/** As many as Holdfast has by default; 8 and 16 measure the same here, 32 less. */
const PLAIN_POOL = 12

/** A child process that has said that it is ready. */
export interface Child<Ready> {
  readonly pid: number
  readonly ready: Ready
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** One PostgreSQL, durable as in production, and what runs on it. */
export interface World {
  readonly folder: string
  readonly postgres: EmbeddedPostgres
  /** A connection for questions beside the load, as the superuser. */
  connect(database: string): Promise<pg.Client>
  createDatabase(name: string): Promise<void>
  startBackend(options: StartOptions): Promise<Child<BackendReady>>
  startPlain(): Promise<Child<PlainReady>>
  /** @param server - the process that answers, whose processor time counts with the database's */
  measure(job: Job, server?: number): Promise<Measurement>
  close(): Promise<void>
}

export interface Measurement {
  readonly summary: Summary
  /** Calls that were done, those before and after the window too. */
  readonly done: number
}

export interface StartOptions {
  readonly database: string
  /** Whether jobs run in the same process; true by default, as in production. */
  readonly worker?: boolean
  /** Runs what is published, with these options of Node, in place of the source, whose compiler stays in memory. */
  readonly built?: readonly string[]
}

const inLoad = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const fromSource = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning']

function launch(file: string, options: object, node: readonly string[] = fromSource): ChildProcess {
  return fork(file, [JSON.stringify(options)], {
    execArgv: [...node],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`a child process ended with ${code} before it answered`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  child.kill('SIGTERM')
  const insist = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await ended
  clearTimeout(insist)
}

async function start<Ready>(file: string, options: object, node?: readonly string[]): Promise<Child<Ready>> {
  const child = launch(file, options, node)
  const ready = await answerOf<Ready>(child)
  return { pid: child.pid as number, ready, process: child, stop: () => stop(child) }
}

export interface WorldOptions {
  /** Of the folder under `.holdfast/`: one that is kept for later runs, or one of this process's own. */
  readonly name: string
  readonly keep?: boolean
  /** Whether the server counts statements, which costs it a little. */
  readonly statistics?: boolean
}

/** Starts PostgreSQL in a folder of the tree – on the disk, not in memory – and a load generator. */
export async function openWorld({ name, keep = false, statistics = false }: WorldOptions): Promise<World> {
  const folder = keep ? join(root, '.holdfast', name) : await freshFolder(name)
  await mkdir(folder, { recursive: true })
  const postgres = await startServer(join(folder, 'postgres'), { statistics })
  const generator = launch(inLoad('generator.ts'), {})
  const children: Child<unknown>[] = []
  const on = (connection: Connection, database: string): Connection => ({ ...connection, database })
  const connect = async (database: string): Promise<pg.Client> => {
    const client = new pg.Client({ ...on(postgres.superuser, database), application_name: 'load' })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const started = async <Ready>(child: Promise<Child<Ready>>): Promise<Child<Ready>> => {
    children.push(await child)
    return child
  }
  const { owner, app, vault } = postgres
  return {
    folder,
    postgres,
    connect,
    createDatabase: async (database) => {
      const client = await connect('postgres')
      await client.query(`create database ${database} owner ${owner.user}`)
      await client.end()
    },
    startBackend: async ({ database, worker = true, built }) => {
      const connections = { owner: on(owner, database), app: on(app, database), vault: on(vault, database) }
      const options: BackendOptions = { folder, worker, connections }
      const file = built ? await buildChild(folder) : inLoad('backend-child.ts')
      return started(start<BackendReady>(file, options, built))
    },
    startPlain: () =>
      started(
        start<PlainReady>(inLoad('plain-child.ts'), {
          database: on(owner, 'plain'),
          poolSize: PLAIN_POOL,
        } satisfies PlainChildOptions),
      ),
    async measure(job, server) {
      const reply = answerOf<Reply>(generator)
      const meter = startMeter(() => [...childrenOf(postgres.pid), ...(server === undefined ? [] : [server])])
      generator.send(job)
      const answered = await reply
      if ('failed' in answered) throw new Error(answered.failed)
      const { pace, done } = answered.measured
      return { summary: { ...pace, cpuUs: meter() / done }, done }
    },
    async close() {
      await Promise.all([stop(generator), ...children.map((child) => child.stop())])
      await postgres.stop()
      if (!keep) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A folder of this process's own; those of processes that are gone are removed. */
async function freshFolder(name: string): Promise<string> {
  const parent = join(root, '.holdfast')
  const folders = await readdir(parent).catch(() => [])
  for (const folder of folders) {
    const owner = new RegExp(`^${name}-(\\d+)$`).exec(folder)?.[1]
    if (owner && !isAlive(Number(owner))) await rm(join(parent, folder), { recursive: true, force: true })
  }
  return join(parent, `${name}-${process.pid}`)
}

/** Builds the packages and the backend's child in JavaScript. */
async function buildChild(folder: string): Promise<string> {
  const { code, words } = await run({
    command: process.execPath,
    args: [tools.tsc, '-b', 'packages/backend'],
    output: 'keep',
  })
  if (code !== 0) throw new Error(`the backend does not build:\n${words}`)
  const outfile = join(folder, 'backend-child.mjs')
  await build({
    entryPoints: [inLoad('backend-child.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  })
  return outfile
}

async function startServer(
  folder: string,
  { statistics }: { readonly statistics: boolean },
): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ folder })
  if (!statistics) return postgres
  const client = new pg.Client(postgres.superuser)
  await client.connect()
  await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`)
  await client.end()
  await postgres.stop()
  return startPostgres({ folder })
}

/**
 * Makes the baselines' tables, each with as many accounts as Holdfast has sellers and one that all callers
 * share.
 */
export async function createBaselines(world: World): Promise<void> {
  for (const [database, statements] of [
    ['bare', bareSchema],
    [
      'plain',
      `${plainSchema}
      insert into sellers (id) select n from generate_series(0, ${SELLERS}) n;
      insert into escrows select n, n, 100000000, 500 from generate_series(1, ${SELLERS}) n;
      insert into escrows values (500000000, 0, 400000000000, 500);`,
    ],
  ] as const) {
    await world.createDatabase(database)
    const client = await world.connect(database)
    await client.query(`set role ${world.postgres.owner.user}`)
    await client.query(statements)
    await client.query('vacuum analyze')
    await client.end()
  }
}
