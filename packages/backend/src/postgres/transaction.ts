import type { Socket } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import { DatabaseError, type Pool, type PoolClient, type QueryConfig } from 'pg'
import type { Database, Tx } from '../database.ts'
import { exchange, sendable, type Answered, type Statement } from './exchange.ts'
import { accountsOf, inUse, planningForTransactions } from './pool.ts'
import { joinWrites, type Write } from './writes.ts'

/** The database could not take the work now; the same call with the same key may come again. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy'
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const UNIQUE_VIOLATION = '23505'

const MAX_TRIES = 6
const MAX_WAITING = 2_000

/**
 * Runs work in one transaction on one connection and commits it.
 *
 * Serialization failures, deadlocks and references taken meanwhile begin again with fresh reads, up to five
 * times, after a short random pause; any other error rolls back and is thrown.
 *
 * @param work - may run several times: it must do nothing that a rollback doesn't undo
 * @throws DatabaseBusy - no connection, or a lock that was not to be had within `lock_timeout`
 */
export async function inTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>, how: Eager = {}): Promise<T> {
  // each outdated try lets one connection go, and all of them may be outdated
  let [outdated, collided] = [0, 0]
  for (;;) {
    try {
      return await once(pool, work, how)
    } catch (error) {
      if (!mayBeRunAgain(error)) throw asBusy(error)
      if (isOutdated(error) && (outdated += 1) <= pool.options.max) continue
      collided += 1
      if (collided === MAX_TRIES) throw new DatabaseBusy('the transaction kept colliding with others', { cause: error })
      await pause(Math.random() * 5 * 2 ** collided)
    }
  }
}

const INSIST_MS = 8_000

/**
 * As `inTransaction`, for what must be recorded because the world outside has moved already: a lock or a
 * connection that can't be had is asked for again, for as long as a caller would wait.
 *
 * @param work - may run again after a commit whose answer was lost: it must find that and do nothing more
 * @throws DatabaseBusy - not even then; the worker finds the operation and records it
 */
export async function inTransactionInsistently<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return insistently(() => inTransaction(pool, work))
}

/**
 * Does again what the database could not take, for as long as a caller would wait.
 *
 * @param passes - whether there is something to wait for; any refusal of the database by default
 */
export async function insistently<T>(work: () => Promise<T>, passes: (busy: DatabaseBusy) => boolean = () => true): Promise<T> {
  const deadline = performance.now() + INSIST_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DatabaseBusy) || !passes(error) || performance.now() > deadline) throw error
      await pause(20 + Math.random() * 100)
    }
  }
}

/** As `inTransaction`, but in one try: whoever gathers calls runs them singly when it fails. */
export async function inOneTry<T>(pool: Pool, work: (tx: Tx) => Promise<T>, how: Eager = {}): Promise<T> {
  return once(pool, work, how).catch((error: unknown) => { throw asBusy(error) })
}

const BEGIN: QueryConfig = { name: 'begin', text: 'begin', values: [] }
const COMMIT: QueryConfig = { name: 'commit', text: 'commit', values: [] }

/**
 * Eager work sends its first statements along with BEGIN. They may only read and lock: were BEGIN to fail, they would
 * run by themselves. What comes after their results is sent in a transaction, or not at all.
 */
export interface Eager {
  readonly eager?: boolean
}

const FIRST_PLANS_MS = 1_000
const LAST_PLANS_MS = 64_000
const plans = new WeakMap<PoolClient, { until: number; nextMs: number }>()

/**
 * What a connection planned while tables were empty reads whole tables when they have grown, foreign keys' checks
 * too: each connection plans anew after 1, 2, 4 … 64 seconds.
 */
function planAnew(client: PoolClient): boolean {
  const now = performance.now()
  const known = plans.get(client) ?? { until: now + FIRST_PLANS_MS, nextMs: FIRST_PLANS_MS }
  plans.set(client, known)
  if (now < known.until) return false
  known.nextMs = Math.min(known.nextMs * 2, LAST_PLANS_MS)
  known.until = now + known.nextMs
  return true
}

async function once<T>(pool: Pool, work: (tx: Tx) => Promise<T>, { eager = false }: Eager = {}): Promise<T> {
  const client = await connect(pool)
  const sent = new Sent(client)
  underWay.set(client, sent)
  inUse.add(client)
  const heard = cutWhenSilent(client)
  const ends: ((committed: boolean) => void)[] = []
  const tx: Tx = {
    db: kyselyOn(client), client: sent.watched, send: (write) => sent.later(write), accounts: accountsOf(pool),
    onEnd: (ended) => void ends.push(ended),
  }
  let broken: Error | undefined
  let committed = false
  try {
    planningForTransactions(client)
    if (planAnew(client)) sent.add('discard plans')
    sent.add(BEGIN)
    if (!eager) await sent.begun()
    const result = await work(tx)
    sent.flush()
    sent.add(COMMIT)
    await sent.committed()
    committed = true
    return result
  } catch (error) {
    sent.post()
    broken = await rollback(client)
    if (isOutdated(sent.error)) broken ??= sent.error
    throw sent.error ?? error
  } finally {
    heard()
    inUse.delete(client)
    client.release(broken)
    for (const ended of ends) ended(committed)
  }
}

const LISTEN_MS = 5_000
/** Together longer than any statement may take. */
const SILENT_TIMES = 3

/**
 * Cuts a connection that says nothing any more while somebody waits for it: where a host or a link is gone without a
 * word, TCP would wait for a quarter of an hour, and a lane's calls with it.
 *
 * @returns what ends the watch
 */
function cutWhenSilent(client: PoolClient): () => void {
  const stream = client.connection.stream as Socket
  let [read, silent] = [stream.bytesRead, 0]
  const timer = setInterval(() => {
    silent = stream.bytesRead === read ? silent + 1 : 0
    read = stream.bytesRead
    if (silent === SILENT_TIMES) stream.destroy(new Error('Connection terminated: the database said nothing for too long'))
  }, LISTEN_MS)
  return () => clearInterval(timer)
}

interface Waiting {
  readonly statement: Statement
  resolve(answer: Answered): void
  reject(error: unknown): void
}

/** The statements of one transaction, and the error of the first that failed. */
class Sent {
  readonly #client: PoolClient
  #last: Promise<string | undefined> = Promise.resolve(undefined)
  /** The statements after it only say that the transaction had failed already. */
  error: unknown
  /** The connection, for statements that somebody waits for: those of several may be under way at once. */
  readonly watched: PoolClient
  /** Writes that go out before the next statement that somebody waits for, or before COMMIT. */
  #later: Write[] = []
  /** Statements of this tick, which go out as one message at its end. */
  #waiting: Waiting[] = []

  constructor(client: PoolClient) {
    this.#client = client
    const query = (...args: unknown[]): Promise<unknown> => {
      this.flush()
      const result = this.error === undefined ? this.#send(args) : Promise.reject(this.error)
      result.catch((error: unknown) => { this.error ??= error })
      return result
    }
    this.watched = Object.create(client, { query: { value: query } }) as PoolClient
  }

  /** Named statements of one tick together, any other by itself. */
  #send(args: readonly unknown[]): Promise<unknown> {
    const [{ name, text, values } = {} as Partial<QueryConfig>] = args as [Partial<QueryConfig>]
    const words = name !== undefined && values && args.length === 1 ? sendable(values) : null
    if (words !== null) return this.#wait({ name: name as string, text: text as string, values: words })
    this.post()
    return (this.#client.query as (...args: unknown[]) => Promise<unknown>).apply(this.#client, args as unknown[])
  }

  #wait(statement: Statement): Promise<Answered> {
    if (this.#waiting.length === 0) process.nextTick(() => this.post())
    return new Promise((resolve, reject) => { this.#waiting.push({ statement, resolve, reject }) })
  }

  /** Sends the statements of this tick. */
  post(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    exchange(this.#client, waiting.map(({ statement }) => statement)).then(
      (answers) => { for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as Answered) },
      (error: unknown) => { for (const { reject } of waiting) reject(error) },
    )
  }

  /**
   * Sends one whose result is looked at when the transaction ends; none after one that failed: where BEGIN did, each
   * would stand by itself.
   */
  add(statement: string | QueryConfig): void {
    if (this.error !== undefined) throw this.error
    this.#last = this.#send([statement]).then((answer) => (answer as Answered).command, (error: unknown) => {
      this.error ??= error
      return undefined
    })
  }

  /** Keeps a write until it must go out: with the others that wait, as one statement. */
  later(write: Write): void {
    if (this.error !== undefined) throw this.error
    this.#later.push(write)
  }

  /** Sends the writes that wait. */
  flush(): void {
    if (this.#later.length === 0) return
    const writes = this.#later
    this.#later = []
    if (this.error === undefined) for (const statement of joinWrites(writes)) this.add(statement)
  }

  /** @throws what BEGIN failed with */
  async begun(): Promise<void> {
    await this.#last
    if (this.error !== undefined) throw this.error
  }

  /** PostgreSQL answers COMMIT with ROLLBACK when a statement's error was swallowed: nothing stands then. */
  async committed(): Promise<void> {
    const command = await this.#last
    if (this.error !== undefined) throw this.error
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it failed')
  }
}

async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** A connection of the pool. A queue that has grown past all hope of an answer in time is refused at once. */
async function connect(pool: Pool): Promise<PoolClient> {
  if (pool.waitingCount >= MAX_WAITING) throw new DatabaseBusy('too many calls wait for a database connection')
  return pool.connect()
}

const instances = new WeakMap<PoolClient, Kysely<Database>>()
/** What is sent in the transaction that a connection is in. */
const underWay = new WeakMap<PoolClient, Sent>()

/** A kysely whose every statement runs on this one connection, in the transaction that it is in. */
function kyselyOn(client: PoolClient): Kysely<Database> {
  const known = instances.get(client)
  if (known) return known
  const borrowed = new Proxy(client, {
    get: (target, name) => (name === 'release' ? () => {}
      : Reflect.get(name === 'query' ? underWay.get(target)?.watched ?? target : target, name, target)),
  })
  const pool = { connect: async () => borrowed, end: async () => {}, options: {} }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  instances.set(client, db)
  return db
}

/**
 * A reference that another transaction took first is found by the next try, which then refuses with it; a number in
 * an object's sequence of events, by the next try, which takes the number after it; a key, by the next try, which
 * leaves it.
 */
function mayBeRunAgain(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false
  if (error.code === UNIQUE_VIOLATION) return /reference|sequence|idempotency_keys/.test(error.constraint ?? '')
  return error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK || isOutdated(error)
}

/** A migration gave a table another column: what this connection has prepared on it works no more, and it is let go. */
export const isOutdated = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && error.code === '0A000' && error.message.includes('cached plan')

/** Errors of the server that say "not now": shutting down, starting, recovering, full, out of connections or time. */
const notNow = /^(?:08...|53...|57P0[123]|57014|55P03|25006|25P03)$/
const unreachable: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])
const lost = /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error/

/**
 * Reads errors that say "not now" as what they are; others pass.
 *
 * A connection that is lost at COMMIT leaves open whether it stands: the same call with the same key finds out.
 */
export function asBusy(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code = '' } = error as Error & { code?: string }
  const busy = error instanceof DatabaseError ? notNow.test(code) || isOutdated(error) : unreachable.has(code) || lost.test(error.message)
  return busy ? new DatabaseBusy('the database could not take the call now', { cause: error }) : error
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms) })
