import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { median } from './statistics.ts'

/** What figures depend on, and nothing that names the machine. */
export interface Machine {
  readonly processor: string
  readonly processors: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly postgres: Readonly<Record<string, string>>
  /** How long a write of 8 KiB takes until it is on the disk, in milliseconds: what a commit waits for. */
  readonly fdatasyncMs: number
  /** How busy the machine was over the last minute before; 0 is idle. */
  readonly loadBefore: number
}

const settings = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'max_wal_size',
] as const

export async function describeMachine(database: pg.Client, folder: string): Promise<Machine> {
  const { rows } = await database.query<{ name: string; value: string }>(
    'select name, current_setting(name) as value from unnest($1::text[]) as name',
    [settings],
  )
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    postgres: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
    fdatasyncMs: timeSync(folder),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

function timeSync(folder: string): number {
  const path = join(folder, 'sync')
  const file = openSync(path, 'w')
  const page = Buffer.alloc(8192)
  const times = Array.from({ length: 100 }, () => {
    const began = performance.now()
    writeSync(file, page, 0, page.length, 0)
    fdatasyncSync(file)
    return performance.now() - began
  })
  closeSync(file)
  rmSync(path)
  return Math.round(median(times) * 1000) / 1000
}
