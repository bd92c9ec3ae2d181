// Runs the programs that the scripts need, each in its own process group, so that a limit ends all of it.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the tree, without a trailing slash. */
export const root: string = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** A path inside the tree. */
export const inTree = (...path: readonly string[]): string => join(root, ...path)

/** A program of node_modules by the file that runs it, so that no shell and no PATH is involved. */
export const tools = {
  tsc: inTree('node_modules/typescript/bin/tsc'),
  oxlint: inTree('node_modules/oxlint/bin/oxlint'),
  vitest: inTree('node_modules/vitest/vitest.mjs'),
  playwright: inTree('node_modules/@playwright/test/cli.js'),
  webTestRunner: inTree('node_modules/@web/test-runner/dist/bin.js'),
  rollup: inTree('node_modules/rollup/dist/bin/rollup'),
  attw: inTree('node_modules/@arethetypeswrong/cli/dist/index.js'),
} as const

export interface Command {
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Milliseconds until the whole group is killed; ten minutes by default. */
  readonly limit?: number
  /** `show` passes the program's words on as they come, `keep` returns them. */
  readonly output?: 'show' | 'keep'
}

export interface Ended {
  /** The exit code; 124 when the limit ended it, 128 + n for signal n, 127 when it couldn't be started. */
  readonly code: number
  /** What it wrote to both streams; empty when shown. */
  readonly words: string
}

/** Runs one program to its end or its limit; it never rejects. */
export function run({
  command,
  args = [],
  env = {},
  cwd = root,
  limit = 600_000,
  output = 'show',
}: Command): Promise<Ended> {
  const stream = output === 'show' ? 'inherit' : 'pipe'
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', stream, stream],
    detached: true,
  })
  const end = (signal: NodeJS.Signals): void => {
    if (child.pid) killGroup(child.pid, signal)
  }
  const words: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => words.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => words.push(chunk))
  return new Promise(resolve => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      process.stdout.write(`ended after ${Math.round(limit / 60_000)} minutes: ${[command, ...args].join(' ')}\n`)
      end('SIGKILL')
    }, limit)
    const stop = stopOnSignal(end)
    const finish = (code: number, more = ''): void => {
      clearTimeout(timer)
      stop()
      resolve({ code: late ? 124 : code, words: Buffer.concat(words).toString() + more })
    }
    child.once('error', error => finish(127, error.message))
    child.once('close', (code, signal) => finish(code ?? (signal === 'SIGINT' ? 130 : 137)))
  })
}

/** Runs one of `tools`, or a script of the tree from source, under this very Node. */
export function runNode(script: string, options: Omit<Command, 'command'> = {}): Promise<Ended> {
  const conditions = script.endsWith('.ts') ? ['--conditions=holdfast-source'] : []
  return run({
    ...options,
    command: process.execPath,
    args: [...conditions, script, ...(options.args ?? [])],
  })
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // the group has already gone
  }
}

function stopOnSignal(end: (signal: NodeJS.Signals) => void): () => void {
  const interrupt = (signal: NodeJS.Signals): void => {
    end('SIGTERM')
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  return () => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}
