import { copyFile, mkdir, open, opendir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { Connection } from '../postgres/pool.ts'
import { joinPostgres, startPostgres } from '../postgres/supervisor.ts'
import { readTotals, type Totals } from './totals.ts'

/** The embedded database could not be backed up or restored; the message says why and what to do. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused'
}

export interface BackupProgress {
  /** Told every second or so: how many files and bytes were copied. */
  readonly onProgress?: (copied: { readonly files: number; readonly bytes: number }) => void
}

/** What lies beside the copied files. */
export interface Manifest {
  readonly holdfastBackup: 1
  readonly startedAt: string
  readonly totals: Totals
}

/** What a server makes anew, or what must not be in a copy of its folder. */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'pg_internal.init', 'backup_label', 'tablespace_map', 'backup_manifest'])
const emptied = new Set(['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots', 'pg_stat_tmp', 'pg_subtrans'])

/**
 * Copies the embedded database while it works: PostgreSQL's own base backup, made by its low-level calls because the
 * embedded build brings no client programs. A temporary replication slot keeps the log that the copy needs.
 *
 * The copy is whole on disk, or not there: it gets its name last.
 *
 * @param folder - the data folder's `postgres`
 * @param target - a folder that is not there yet
 * @throws BackupRefused - the target is there, or there is no database
 */
export async function backup({ folder, target, onProgress }: BackupProgress & { readonly folder: string; readonly target: string }): Promise<Manifest> {
  const draft = `${target}.unfinished`
  if (await exists(target)) throw new BackupRefused(`${target} is there already: a backup is never written over another. Name a new folder.`)
  if (!(await exists(join(folder, 'secrets.json')))) throw new BackupRefused(`There is no embedded database in ${folder}. With a PostgreSQL of your own, use pg_basebackup or pg_dump.`)
  await rm(draft, { recursive: true, force: true })
  await mkdir(join(draft, 'data'), { recursive: true, mode: 0o700 })
  const joined = await joinPostgres({ folder })
  const server = joined ?? (await startPostgres({ folder }))
  const copy = new Copy(onProgress)
  try {
    const manifest = await copyCluster(server, { draft, copy })
    await copy.file(join(folder, 'secrets.json'), join(draft, 'secrets.json'))
    await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
    await rename(draft, target)
    return manifest
  } finally {
    if (!joined && 'stop' in server) await (server as { stop(): Promise<void> }).stop()
  }
}

interface Served {
  readonly superuser: Connection
  readonly owner: Connection
}

async function copyCluster({ superuser, owner }: Served, { draft, copy }: { draft: string; copy: Copy }): Promise<Manifest> {
  return connected(superuser, async (session) => {
    const { data, startedAt, from } = await begin(session)
    await copy.tree(data, join(draft, 'data'))
    await mkdir(join(draft, 'data', 'pg_wal', 'archive_status'), { recursive: true, mode: 0o700 })
    const totals = await connected(owner, readTotals)
    const { to, label } = await end(session)
    await copyLog({ data, draft, copy }, { from, to })
    await writeFile(join(draft, 'data', 'backup_label'), label, { mode: 0o600, flush: true })
    return { holdfastBackup: 1, startedAt, totals }
  })
}

async function connected<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...connection, application_name: 'holdfast backup' })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function begin(session: pg.Client): Promise<{ data: string; startedAt: string; from: string }> {
  await session.query("select pg_create_physical_replication_slot('holdfast_backup_' || pg_backend_pid(), true, true)")
  const { rows } = await session.query<{ data: string; started: Date; from: string }>(
    "select current_setting('data_directory') as data, now() as started, pg_walfile_name(pg_backup_start('holdfast', true)) as from")
  const { data, started, from } = rows[0] as { data: string; started: Date; from: string }
  return { data, startedAt: started.toISOString(), from }
}

/** The totals' own transaction is in the log by now; the backup ends after it. */
async function end(session: pg.Client): Promise<{ to: string; label: string }> {
  const { rows } = await session.query<{ to: string; label: string }>(
    'select pg_walfile_name(lsn) as to, labelfile as label from pg_backup_stop(false)')
  return rows[0] as { to: string; label: string }
}

/** Log files have names that sort by their place. */
async function copyLog({ data, draft, copy }: { data: string; draft: string; copy: Copy }, { from, to }: { from: string; to: string }): Promise<void> {
  const names = (await readdir(join(data, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= from && name <= to)
  for (const name of names) await copy.file(join(data, 'pg_wal', name), join(draft, 'data', 'pg_wal', name))
}

/** Copies files to disk, and tells how far it has come. */
class Copy {
  readonly #tell: NonNullable<BackupProgress['onProgress']>
  #files = 0
  #bytes = 0
  #told = performance.now()

  constructor(tell: BackupProgress['onProgress']) {
    this.#tell = tell ?? (() => {})
  }

  async tree(from: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true, mode: 0o700 })
    for await (const entry of await opendir(from)) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)]
      if (leftOut.has(entry.name) || entry.name.startsWith('pgsql_tmp')) continue
      if (emptied.has(entry.name)) await mkdir(target, { mode: 0o700 })
      else if (entry.isDirectory()) await this.tree(source, target)
      else if (entry.isFile()) await this.file(source, target)
    }
  }

  /** A file that the server removes meanwhile needs no copy: the log says so too. */
  async file(from: string, to: string): Promise<void> {
    try {
      await mkdir(dirname(to), { recursive: true, mode: 0o700 })
      await copyFile(from, to)
      const handle = await open(to, 'r+')
      await handle.sync()
      this.#bytes += (await handle.stat()).size
      await handle.close()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    this.#files += 1
    if (performance.now() - this.#told < 1_000) return
    this.#told = performance.now()
    this.#tell({ files: this.#files, bytes: this.#bytes })
  }
}

/** Whether something lies at a path. */
export async function exists(path: string): Promise<boolean> {
  return open(path, 'r').then((handle) => handle.close().then(() => true), (error: NodeJS.ErrnoException) => error.code !== 'ENOENT')
}
