import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { transferStatement } from './bare.ts'
import { openCaller } from './caller.ts'
import { commands, type Among, type CommandName, type Load } from './commands.ts'
import { summarize, type Call, type Pace } from './statistics.ts'

/*
 * The load generator, in a process of its own: so many callers in closed loops, each sending its next call
 * as soon as the last is answered. It is told one job at a time and answers with what it measured. Run by
 * `fork`.
 */

export type Target =
  | { readonly kind: 'http'; readonly port: number; readonly key: string; readonly command: CommandName }
  | { readonly kind: 'sql'; readonly database: pg.ClientConfig }

export interface Job {
  readonly target: Target
  readonly load: Load
  readonly callers: number
  /** Where the orders that hold money are; the first ones unless the past is long. */
  readonly among?: Among
  /** Runs before the window that is measured. */
  readonly leadMs: number
  readonly windowMs: number
}

export interface Measured {
  readonly pace: Pace
  /** Calls that were done, those before and after the window too. */
  readonly done: number
}

export type Reply = { readonly measured: Measured } | { readonly failed: string }

/** One caller of a target: does one call and rejects when it was not done. */
type Loop = (job: Pick<Job, 'load' | 'among'>) => Promise<void>

const connected = new Map<string, Loop[]>()

/** Callers of a target stay connected between its runs, as a merchant's servers do, and connect again where they aren't. */
async function loopsOf({ target, callers }: Job): Promise<readonly Loop[]> {
  const place = JSON.stringify(target)
  const loops = connected.get(place) ?? []
  connected.set(place, loops)
  while (loops.length < callers)
    loops.push(await (target.kind === 'http' ? httpLoop(target) : sqlLoop(target)))
  return loops.slice(0, callers)
}

async function httpLoop({ port, key, command }: Target & { kind: 'http' }): Promise<Loop> {
  let caller = await openCaller({ host: '127.0.0.1', port })
  const fixed = `host: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`
  return async ({ load, among }) => {
    const { path, body, status } = commands[command](load, among)
    if (!caller.open) caller = await openCaller({ host: '127.0.0.1', port })
    const answer = await caller.send(
      `POST ${path} HTTP/1.1\r\n${fixed}idempotency-key: ${randomUUID()}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    if (answer.status !== status)
      throw new Error(`${path} answered ${answer.status}: ${answer.body.toString()}`)
  }
}

async function sqlLoop({ database }: Target & { kind: 'sql' }): Promise<Loop> {
  const client = new pg.Client({ ...database, application_name: 'bare SQL' })
  client.on('error', () => {})
  await client.connect()
  return async ({ load }) => {
    const { rowCount } = await client.query(transferStatement(load))
    if (rowCount !== 1) throw new Error('a transfer was not posted')
  }
}

async function work(job: Job): Promise<Measured> {
  const loops = await loopsOf(job)
  const began = performance.now()
  const until = began + job.leadMs + job.windowMs
  const calls: Call[] = []
  await Promise.all(
    loops.map(async (once) => {
      for (let started = performance.now(); started < until;) {
        await once(job)
        const ended = performance.now()
        calls.push({ started, ended })
        started = ended
      }
    }),
  )
  return { pace: summarize(calls, { began, from: began + job.leadMs }), done: calls.length }
}

function reply(message: Reply): void {
  process.send?.(message)
}

process.once('disconnect', () => process.exit(1))
process.on('message', (job: Job) => {
  work(job).then(
    (measured) => reply({ measured }),
    (error: Error) => reply({ failed: error.message }),
  )
})
