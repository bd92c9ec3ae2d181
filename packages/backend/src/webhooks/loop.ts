import { setMaxListeners } from 'node:events'
import type { Pool } from 'pg'
import { realNow } from '../clock.ts'
import type { Deps } from '../deps.ts'
import type { Metrics } from '../http/metrics.ts'
import { createPool, type Connection } from '../postgres/pool.ts'
import { placeOfSecret } from './endpoints.ts'
import { fanOut, type EndpointId } from './fan-out.ts'
import { Interrupted, post } from './post.ts'
import { claim, findBusy, giveBack, settle, type Claimed } from './queue.ts'
import { ATTEMPT_TIMEOUT_MS, decide, LEASE_MS, type Outcome } from './schedule.ts'
import { signatureHeaders } from './signature.ts'
import { sweepDeliveries } from './sweep.ts'

const LOOK_EVERY_MS = 500
const SWEEP_EVERY_MS = 3_600_000
/** Attempts under way to one endpoint: one that hangs holds up no more than these, and they are its own. */
const PER_ENDPOINT = 16
/** A lane that still has more than this under way is filled again later, with several at once. */
const REFILL_AT = PER_ENDPOINT / 2
/** Attempts under way in this process: bounds its memory, and is far above what the hung ones of a few can fill. */
const PER_PROCESS = 1_024
const STOP_WITHIN_MS = 5_000
/** An endpoint that has nothing under way may begin one attempt beyond that, and so many may. */
const RESERVE = 1_024
/** Connections of its own, so that deliveries never keep a call waiting for one. */
const POOL_SIZE = 3

/** The deliveries of one process. */
export interface Courier {
  /** Looks for what is due now; returns when it is on its way. */
  wake(): Promise<void>
  /** Lets attempts finish for a moment, breaks off those that don't, and gives their deliveries back. */
  stop(): Promise<void>
}

/** What it works with. */
export type CourierDeps = Pick<Deps, 'log' | 'clock' | 'sealer' | 'webhookGuard'>

export interface CourierOptions {
  readonly connection: Connection
  readonly metrics: Pick<Metrics, 'webhookAttempted'>
  /** From 0 to below 1: for the jitter. */
  readonly random?: () => number
  readonly attemptTimeoutMs?: number
  readonly leaseMs?: number
  /** Attempts under way at once, besides each endpoint's first. */
  readonly perProcess?: number
}

/** What one endpoint has under way here. */
interface Lane extends EndpointId {
  underWay: number
  /** Whether the outbox may have more for it than was looked at. */
  more: boolean
  /** A pass is under way; `again`: another is to follow it. */
  filling: boolean
  again: boolean
}

/**
 * Delivers events to webhook endpoints until it is stopped. Each endpoint has its own lane, so that none waits for
 * another; several processes may do this at once, since a delivery is claimed under a lease.
 */
export function startCourier(deps: CourierDeps, options: CourierOptions): Courier {
  const pool = createPool(options.connection, {
    size: POOL_SIZE, applicationName: 'holdfast webhooks', lockTimeoutMs: 5_000, waitMs: 10_000,
    onError: (error) => deps.log.warn({ err: error }, 'a database connection was lost'),
  })
  // A commit that a crash of the server undoes is an attempt that is made again, as after any crash: not worth a disk's wait.
  pool.on('connect', (client) => void client.query('set synchronous_commit = off').catch(() => {}))
  return new Deliveries(deps, pool, options)
}

class Deliveries implements Courier {
  readonly #deps: CourierDeps
  readonly #pool: Pool
  readonly #options: CourierOptions
  readonly #random: () => number
  readonly #lanes = new Map<string, Lane>()
  readonly #attempts = new Set<Promise<void>>()
  readonly #passes = new Set<Promise<void>>()
  readonly #breakOff = new AbortController()
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> = Promise.resolve()
  #sweeping: Promise<void> = Promise.resolve()
  #stopped = false
  #sweptAt = -Infinity

  constructor(deps: CourierDeps, pool: Pool, options: CourierOptions) {
    this.#deps = deps
    this.#pool = pool
    this.#options = options
    this.#random = options.random ?? Math.random
    setMaxListeners(0, this.#breakOff.signal)
    this.#timer = setInterval(() => void this.wake(), LOOK_EVERY_MS)
  }

  wake(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look()).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'webhooks: what is due could not be found; the next look follows'))
    return this.#looking
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#looking
    await Promise.all([...this.#passes, this.#sweeping])
    const late = setTimeout(() => this.#breakOff.abort(), STOP_WITHIN_MS)
    await Promise.all(this.#attempts)
    clearTimeout(late)
    await this.#pool.end()
  }

  async #look(): Promise<void> {
    if (this.#stopped) return
    await this.#deps.clock.refresh()
    const busy = await findBusy(this.#pool, this.#deps.clock.now())
    await Promise.all(busy.map((one) => {
      const lane = this.#laneOf(one)
      lane.more ||= one.behind
      return this.#fill(lane)
    }))
    if (performance.now() - this.#sweptAt < SWEEP_EVERY_MS) return
    this.#sweptAt = performance.now()
    this.#sweeping = this.#sweep().catch((error: unknown) => this.#deps.log.warn({ err: error }, 'webhooks: old deliveries could not be removed'))
  }

  async #sweep(): Promise<void> {
    while (!this.#stopped && (await sweepDeliveries(this.#pool)));
  }

  #laneOf({ marketplace, endpoint }: EndpointId): Lane {
    const known = this.#lanes.get(endpoint)
    if (known) return known
    const lane: Lane = { marketplace, endpoint, underWay: 0, more: false, filling: false, again: false }
    this.#lanes.set(endpoint, lane)
    return lane
  }

  /** One pass over a lane, never two at once; where there is more to do, another follows. A failure is its own. */
  #fill(lane: Lane): Promise<void> {
    lane.again = lane.filling
    if (lane.filling || this.#stopped) return Promise.resolve()
    lane.filling = true
    const pass = this.#pass(lane)
      .catch((error: unknown) => {
        lane.again = false
        this.#deps.log.warn({ err: error, endpoint: lane.endpoint }, 'webhooks: an endpoint’s deliveries could not be claimed; the next look follows')
      })
      .finally(() => {
        this.#passes.delete(pass)
        lane.filling = false
        if (lane.again) void this.#fill(lane)
        else if (lane.underWay === 0) this.#lanes.delete(lane.endpoint)
      })
    this.#passes.add(pass)
    return pass
  }

  async #pass(lane: Lane): Promise<void> {
    const { marketplace, endpoint } = lane
    if (lane.more) lane.more = await fanOut(this.#pool, { marketplace, endpoint, now: this.#deps.clock.now() })
    const room = this.#roomOf(lane)
    if (room > 0 && !this.#stopped) {
      const claimed = await claim(this.#pool, {
        marketplace, endpoint, room, now: this.#deps.clock.now(), leaseMs: this.#options.leaseMs ?? LEASE_MS,
      })
      for (const one of claimed) this.#begin(lane, one)
    }
    lane.again ||= lane.more
  }

  /** Those who fill all places with slow endpoints keep no other endpoint from its first attempt. */
  #roomOf({ underWay }: Lane): number {
    const free = (this.#options.perProcess ?? PER_PROCESS) - this.#attempts.size
    return underWay === 0 && free <= 0 && free > -RESERVE ? 1 : Math.min(PER_ENDPOINT - underWay, free)
  }

  #begin(lane: Lane, claimed: Claimed): void {
    lane.underWay += 1
    const attempt = this.#attempt(claimed)
      .catch((error: unknown) => this.#deps.log.warn({ err: error, delivery: claimed.id }, 'webhooks: an attempt could not be recorded; it is made again when its lease ends'))
      .finally(() => {
        lane.underWay -= 1
        this.#attempts.delete(attempt)
        if (lane.underWay <= REFILL_AT) void this.#fill(lane)
      })
    this.#attempts.add(attempt)
  }

  async #attempt(claimed: Claimed): Promise<void> {
    const { log, clock } = this.#deps
    const outcome = await this.#send(claimed).catch((error: unknown) => {
      if (error instanceof Interrupted) return null
      throw error
    })
    if (outcome === null) return giveBack(this.#pool, claimed)
    const now = clock.now()
    const verdict = decide({ outcome, tries: claimed.tries, giveUpAt: claimed.giveUpAt, now, random: this.#random })
    const held = await settle(this.#pool, { claimed, outcome, verdict, now, random: this.#random })
    const gone = verdict.state === 'pending' && verdict.gone
    this.#options.metrics.webhookAttempted({ outcome: !held ? 'lease_lost' : gone ? 'gone' : verdict.state === 'pending' ? 'retried' : verdict.state })
    if (!held || verdict.state === 'delivered') return
    const { endpoint, event } = claimed
    log.warn({ endpoint, event: event.id, attempt: claimed.attempt, status: outcome.statusCode, error: outcome.error, state: verdict.state },
      gone ? 'webhook endpoint is gone; it is disabled' : 'webhook not delivered')
  }

  async #send(claimed: Claimed): Promise<Outcome> {
    const { webhookGuard, sealer } = this.#deps
    const startedAt = performance.now()
    const target = await webhookGuard.aim(claimed.url)
    const spentMs = performance.now() - startedAt
    if ('wrong' in target) return { statusCode: null, error: `not sent: ${target.wrong}`.slice(0, 200), durationMs: Math.round(spentMs), retryAfter: null }
    const place = placeOfSecret(claimed.marketplace, claimed.endpoint)
    const { id, body } = claimed.event
    return post({
      target, body, signal: this.#breakOff.signal,
      timeoutMs: Math.max(1, (this.#options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS) - spentMs),
      headers: {
        'user-agent': 'Holdfast-Webhooks/1',
        ...signatureHeaders({
          id, body, timestampS: Math.floor(realNow().getTime() / 1_000),
          keys: claimed.secrets.map((sealed) => sealer.open(sealed, place)),
        }),
      },
    })
  }
}
