import { chown, cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { findInstallation } from '../postgres/binaries.ts'
import { startPostgres } from '../postgres/supervisor.ts'
import { BackupRefused, exists, type Manifest } from './backup.ts'
import { differences, readTotals, type Totals } from './totals.ts'

export interface Restored {
  readonly expected: Totals
  readonly found: Totals
  /** Empty: every account amounts to what it did at the instant of the backup. */
  readonly differences: readonly string[]
}

/**
 * Puts a backup into an empty data folder, lets PostgreSQL recover it, and holds every ledger account against what
 * it was when the backup was made. The server is stopped again; nothing else has run.
 *
 * @param source - what `backup` made
 * @param folder - the new data folder's `postgres`
 * @throws BackupRefused - the source is no backup, or the folder has a database
 */
export async function restore({ source, folder }: { readonly source: string; readonly folder: string }): Promise<Restored> {
  const { totals: expected } = await readManifest(source)
  const place = resolve(folder)
  if (await exists(join(place, 'secrets.json'))) throw new BackupRefused(`${place} has a database already: restore into a new data folder (HOLDFAST_DATA).`)
  await mkdir(place, { recursive: true, mode: 0o700 })
  const { home, runAs } = await findInstallation(place)
  const data = join(home, 'data')
  await rm(data, { recursive: true, force: true })
  await cp(join(source, 'data'), data, { recursive: true, preserveTimestamps: true })
  if (runAs.kind === 'user') await giveTo(data, runAs)
  await cp(join(source, 'secrets.json'), join(place, 'secrets.json'))
  const server = await startPostgres({ folder: place })
  try {
    const client = new pg.Client({ ...server.owner, application_name: 'holdfast restore' })
    await client.connect()
    const found = await readTotals(client, expected.snapshot).finally(() => client.end())
    return { expected, found, differences: differences(expected, found) }
  } finally {
    await server.stop()
  }
}

async function readManifest(source: string): Promise<Manifest> {
  const text = await readFile(join(source, 'manifest.json'), 'utf8').catch(() => null)
  const manifest = text === null ? null : (JSON.parse(text) as Manifest)
  if (manifest?.holdfastBackup === 1) return manifest
  throw new BackupRefused(`${source} is no backup of holdfast-backend: it has no manifest.json of one. Backups are made by \`holdfast-backend backup <folder>\`.`)
}

async function giveTo(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): Promise<void> {
  await chown(path, uid, gid)
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) await chown(join(entry.parentPath, entry.name), uid, gid)
}
