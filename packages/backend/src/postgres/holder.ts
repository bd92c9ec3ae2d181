import { readFile, unlink, writeFile } from 'node:fs/promises'
import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { startOf } from './processes.ts'

/** A data folder belongs to another process that runs. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse'
}

interface Holder {
  readonly pid: number
  readonly startedAt: string | null
}

export interface Hold {
  /** Gives the folder back. */
  release(): Promise<void>
  /** The same while the process exits, when nothing asynchronous runs any more. */
  releaseNow(): void
}

/**
 * Takes a data folder for this process, by a file that names it.
 *
 * The file of a process that is gone, or whose id now belongs to another process, is replaced. Should two
 * processes replace it at the same instant, the server's advisory lock tells them apart afterwards.
 *
 * @throws FolderInUse - another live process holds the folder; the message names it
 */
export async function holdFolder(folder: string): Promise<Hold> {
  const file = join(folder, 'holder.json')
  const me: Holder = { pid: process.pid, startedAt: await startOf(process.pid) }
  while (!(await write(file, me))) {
    const holder = await read(file)
    if (holder && (await lives(holder))) throw inUse(folder, holder.pid)
    await unlink(file).catch(ignoreMissing)
  }
  return {
    release: () => unlink(file).catch(ignoreMissing),
    releaseNow: () => {
      try {
        unlinkSync(file)
      } catch (error) {
        ignoreMissing(error)
      }
    },
  }
}

/** The live process that holds a folder; null: none does. */
export async function holderOf(folder: string): Promise<number | null> {
  const holder = await read(join(folder, 'holder.json'))
  return holder && (await lives(holder)) ? holder.pid : null
}

/** What to tell whoever comes second. */
export function inUse(folder: string, pid: number | null): FolderInUse {
  const who = pid === null ? 'another process' : `process ${pid}`
  return new FolderInUse(`The data folder ${folder} is in use by ${who}. Stop it first, or give this one another folder (HOLDFAST_DATA).`)
}

async function write(file: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function read(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch {
    return null
  }
}

async function lives(holder: Holder): Promise<boolean> {
  const startedAt = await startOf(holder.pid)
  return startedAt !== null && startedAt === holder.startedAt
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
