import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { waitFor } from './wait.ts'

/** The root of the tree, without a trailing slash. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export interface StartOptions {
  /** A TypeScript or JavaScript file, relative to the root of the tree. */
  readonly script: string
  readonly args?: readonly string[]
  /** Set on top of this process's own environment; `undefined` unsets. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Found in what it writes (both streams): the program is ready. Its groups come back as `ready`. */
  readonly ready?: RegExp
  /** Milliseconds until it must be ready; 60,000 by default. */
  readonly within?: number
}

export interface Started {
  readonly pid: number
  /** The match of `ready`: `ready[1]` is its first group. Empty where none was asked for. */
  readonly ready: readonly string[]
  /** All that it has written so far, both streams as they came. */
  readonly logs: () => string
  /** Waits until what it has written matches, and returns the match. */
  readonly waitForLog: (pattern: RegExp, within?: number) => Promise<readonly string[]>
  /** The exit code, 128 + n for signal n, or undefined while it runs. */
  readonly exitCode: () => number | undefined
  readonly exited: Promise<number>
  /** Sends one signal to the program itself, as `kill -9 pid` would. */
  readonly kill: (signal: NodeJS.Signals) => void
  /** Ends it and all it has started: asks first, insists after five seconds. */
  readonly stop: () => Promise<number>
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/**
 * Starts a program of this tree from source, in its own process group, and waits until it is ready. Programs
 * that are still running when the tests end are killed with them.
 *
 * @throws Error - when it ends or is late before it is ready; the message carries what it wrote
 */
export async function startProcess({
  script,
  args = [],
  env = {},
  ready,
  within = 60_000,
}: StartOptions): Promise<Started> {
  const child = spawn(process.execPath, ['--conditions=holdfast-source', script, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const started = watch(child, script)
  if (!ready) return started
  try {
    return { ...started, ready: await started.waitForLog(ready, within) }
  } catch (error) {
    await started.stop()
    throw error
  }
}

function watch(child: ChildProcess, script: string): Started {
  let written = ''
  let code: number | undefined
  const keep = (chunk: Buffer): void => void (written += chunk.toString())
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const killAll = (): void => signalGroup(child.pid, 'SIGKILL')
  process.once('exit', killAll)
  const exited = new Promise<number>(resolve => {
    const end = (status: number): void => {
      code = status
      process.off('exit', killAll)
      resolve(status)
    }
    child.once('error', error => {
      written += error.message
      end(127)
    })
    child.once('close', (status, signal) => end(status ?? 128 + (signalNumbers[signal ?? ''] ?? 0)))
  })
  const waitForLog: Started['waitForLog'] = async (pattern, within = 60_000) => {
    const look = (): readonly string[] | 'ended' | undefined =>
      pattern.exec(written) ?? (code === undefined ? undefined : 'ended')
    const found = await waitFor(look, { what: `${script} to write ${pattern}`, within }).catch(
      (cause: unknown) => {
        throw new Error(`${script} didn't write ${pattern}; it wrote:\n${written}`, { cause })
      },
    )
    if (found === 'ended')
      throw new Error(`${script} ended with ${code} before it wrote ${pattern}:\n${written}`)
    return found as readonly string[]
  }
  const stop = async (): Promise<number> => {
    signalGroup(child.pid, 'SIGTERM')
    const insist = setTimeout(killAll, 5000)
    const status = await exited
    clearTimeout(insist)
    killAll()
    return status
  }
  return {
    pid: child.pid ?? -1,
    ready: [],
    logs: () => written,
    waitForLog,
    exitCode: () => code,
    exited,
    stop,
    kill: signal => void child.kill(signal),
  }
}

/** Whether a process still runs. One that has ended and that nobody has waited for counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const status = `/proc/${pid}/stat`
  return !existsSync(status) || !/\) Z /.test(readFileSync(status, 'utf8'))
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, signal)
  } catch {
    // the group has already gone
  }
}
