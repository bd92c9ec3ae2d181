import { fork, type ChildProcess } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A process of Holdfast that faults happen to. */
export interface Part<Ready> {
  readonly name: string
  readonly ready: Ready
  readonly running: boolean
  /** Starts it where it does not run. */
  start(): Promise<void>
  /** `kill -9`, by its pid; returns when it is gone. */
  kill(): Promise<void>
  /** Stops it where it stands, as a machine that is suspended. */
  freeze(): void
  thaw(): void
  shiftClock(ms: number): void
}

const program = fileURLToPath(new URL('./child.ts', import.meta.url))

export interface PartOptions {
  readonly name: string
  readonly args: readonly [role: string, folder: string, ...rest: string[]]
  readonly env: Readonly<Record<string, string>>
}

/** Starts a part and waits until it says that it is ready. */
export async function startPart<Ready>({ name, args, env }: PartOptions): Promise<Part<Ready>> {
  // what it says when it dies of a fault is for whoever looks for it
  const file = join(args[1], `${name.replace(' ', '-')}.out`)
  const said = openSync(file, 'a')
  let child: ChildProcess | null = null
  let ready: Ready
  const start = async (): Promise<void> => {
    if (child) return
    const own = fork(program, [...args], {
      execArgv: ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'], stdio: ['ignore', said, said, 'ipc'],
      env: { PATH: process.env['PATH'], TZ: 'UTC', ...env },
    })
    child = own
    own.once('exit', () => {
      if (child === own) child = null
    })
    ready = await answerOf<Ready>(own, { name, file })
  }
  await start()
  return {
    name, start,
    get ready() {
      return ready
    },
    get running() {
      return child !== null
    },
    async kill() {
      const own = child
      if (!own) return
      const gone = new Promise(resolve => own.once('exit', resolve))
      own.kill('SIGKILL')
      await gone
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    shiftClock: ms => void child?.send({ shiftMs: ms }),
  }
}

const TAIL = 1_500

function answerOf<T>(child: ChildProcess, { name, file }: { name: string; file: string }): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null): void => reject(new Error(`the ${name} ended with ${signal ?? code} before it was up; it said:\n${readFileSync(file, 'utf8').slice(-TAIL)}`))
    child.once('exit', ended)
    child.once('message', message => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}
