import { DatabaseError, type Pool } from 'pg'
import { DatabaseBusy, isOutdated } from './transaction.ts'

/*
 * Gathered commits. While one transaction of a lane commits, the calls that arrive wait, and the next transaction
 * takes them all. There is no timer: a lane that is idle begins at once, with a batch of one.
 */

/** Calls that one transaction may take; more wait for the one after it. */
export const MAX_BATCH = 128
/**
 * While one transaction of a lane is with the database, a second may be prepared and sent, so that neither processor
 * waits for the other; where both want the same rows, PostgreSQL has the second wait. It is worth its statements only
 * when so many wait.
 */
const SECOND_FROM = 24
/** Calls that a lane lets wait; more are refused at once: they would not be answered in time. */
const MAX_WAITING = 5_000
/** Calls of a lane's failed batches that are run at a time: a few wait for a lock while the others pass. */
const SINGLY_AT_A_TIME = 4

/** What works a lane's batches off. */
export interface Gathering<T, R> {
  /** One marketplace and one kind of work: what may share a transaction. */
  readonly lane: string
  /** How the metric calls it. */
  readonly command: string
  /** The most that one transaction takes, where that is less than `MAX_BATCH`. */
  readonly most?: number
  /** Does them in one transaction, once; one result an item, in order. */
  together(items: readonly T[]): Promise<readonly R[]>
  /** Does one in a transaction of its own, with tries of its own. */
  singly(item: T): Promise<R>
}

interface Waiting<T, R> {
  readonly item: T
  readonly gathering: Gathering<T, R>
  resolve(result: R): void
  reject(error: unknown): void
}

/** The size of a batch that was committed. */
export interface BatchObserved {
  readonly command: string
  readonly size: number
}

interface Lane {
  waiting: Waiting<never, never>[]
  running: number
  begins: boolean
  /** Its second transactions wait for its first for too long: one at a time, then, for as long as calls keep coming. */
  crowded: boolean
}

class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #singly = new Map<string, { readonly left: Waiting<never, never>[]; workers: number }>()
  observe: (batch: BatchObserved) => void = () => {}

  submit<T, R>(gathering: Gathering<T, R>, item: T): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const name = gathering.lane
      const lane = this.#lanes.get(name) ?? { waiting: [], running: 0, begins: false, crowded: false }
      this.#lanes.set(name, lane)
      if (lane.waiting.length >= MAX_WAITING) {
        reject(new DatabaseBusy('too many calls of this kind wait for the database'))
        return
      }
      lane.waiting.push({ item, gathering, resolve, reject } as never)
      this.#begin(name, lane)
    })
  }

  /** Begins a transaction once this turn's calls are there; those that arrive at once are then together. */
  #begin(name: string, lane: Lane): void {
    if (lane.begins || !mayBegin(lane)) return
    lane.begins = true
    setImmediate(() => {
      lane.begins = false
      if (mayBegin(lane)) void this.#work(name, lane)
    })
  }

  /** One batch; the next begins when it is done. A lane that nobody waits in is forgotten. */
  async #work(name: string, lane: Lane): Promise<void> {
    lane.running += 1
    await this.#commit(lane.waiting.splice(0, lane.waiting[0]!.gathering.most ?? MAX_BATCH), lane)
    lane.running -= 1
    if (lane.waiting.length > 0) this.#begin(name, lane)
    else if (lane.running === 0) this.#lanes.delete(name)
  }

  async #commit<T, R>(batch: readonly Waiting<T, R>[], lane: Lane): Promise<void> {
    const [{ gathering }] = batch as [Waiting<T, R>]
    if (batch.length === 1) return this.#single(batch)
    const second = lane.running > 1
    try {
      const results = await gathering.together(batch.map(({ item }) => item))
      this.observe({ command: gathering.command, size: batch.length })
      for (const [index, one] of batch.entries()) one.resolve(results[index] as R)
    } catch (error) {
      if (second && (isLockTimeout(error) || isWithoutConnection(error))) {
        lane.crowded = true
        lane.waiting = [...batch as never[], ...lane.waiting]
      } else if (!isOfOneItem(error)) for (const { reject } of batch) reject(error)
      // the lane goes on meanwhile: one item that waits for a lock keeps no others
      else this.#eachSingly(batch)
    }
  }

  /** However many of a lane's batches fail, few of their calls are run at a time: others need connections too. */
  #eachSingly<T, R>(batch: readonly Waiting<T, R>[]): void {
    const { lane } = batch[0]!.gathering
    const singly = this.#singly.get(lane) ?? { left: [], workers: 0 }
    this.#singly.set(lane, singly)
    singly.left.push(...batch as never[])
    const work = async () => {
      for (let one = singly.left.shift(); one; one = singly.left.shift()) await this.#single([one])
      singly.workers -= 1
      if (singly.workers === 0) this.#singly.delete(lane)
    }
    for (; singly.workers < Math.min(SINGLY_AT_A_TIME, singly.workers + singly.left.length); singly.workers += 1) void work()
  }

  async #single<T, R>([one]: readonly Waiting<T, R>[]): Promise<void> {
    const { gathering, item, resolve, reject } = one as Waiting<T, R>
    try {
      const result = await gathering.singly(item)
      this.observe({ command: gathering.command, size: 1 })
      resolve(result)
    } catch (error) {
      reject(error)
    }
  }
}

const mayBegin = ({ waiting, running, crowded }: Lane): boolean =>
  running === 0 ? waiting.length > 0 : running === 1 && !crowded && waiting.length >= SECOND_FROM

/**
 * Whether a batch's error may be one item's own: a statement failed (a lock that wasn't to be had, a deadlock, a key
 * or reference taken meanwhile, a CHECK), or a decision broke. A database that is away is everyone's.
 */
export function isOfOneItem(error: unknown): boolean {
  return !(error instanceof DatabaseBusy) || isLockTimeout(error) || isOutdated(error.cause)
}

const isLockTimeout = (error: unknown): boolean => error instanceof DatabaseBusy
  && error.cause instanceof DatabaseError && /^(?:55P03|57014)$/.test(error.cause.code ?? '')

/** Nothing was begun: it had no connection, which the first one has. */
const isWithoutConnection = (error: unknown): boolean => error instanceof DatabaseBusy
  && error.cause instanceof Error && error.cause.message.includes('timeout exceeded when trying to connect')

/** One set of lanes a pool: a process that has two backends has two. */
const all = new WeakMap<Pool, Lanes>()

function lanesOf(pool: Pool): Lanes {
  const known = all.get(pool) ?? new Lanes()
  all.set(pool, known)
  return known
}

/** Does an item in the next transaction of its lane. Its outcome is its own, whatever becomes of the others. */
export function gather<T, R>(pool: Pool, gathering: Gathering<T, R>, item: T): Promise<R> {
  return lanesOf(pool).submit(gathering, item)
}

/** Tells of each batch that was committed. */
export function observeBatches(pool: Pool, observe: (batch: BatchObserved) => void): void {
  lanesOf(pool).observe = observe
}
