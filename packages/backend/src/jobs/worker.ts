import { PgBoss, type Job } from 'pg-boss'
import type { Deps } from '../deps.ts'
import type { Metrics } from '../http/metrics.ts'
import { JOBS_SCHEMA } from '../postgres/migrate.ts'
import { clientConfig, type Connection } from '../postgres/pool.ts'
import { asBusy, DatabaseBusy } from '../postgres/transaction.ts'
import { clearFailure, failing, recordFailure } from './failures.ts'
import type { JobHandler, Subject } from './handler.ts'
import { sweep } from './housekeeping.ts'

const TICK_MS = 1_000
/** Handled side by side: one hung rail then holds up few. */
const BATCH = 8
const MAX_DUE = 500
const CONCURRENCY = 2
const SWEEP_MS = 3_600_000

export interface Worker {
  /** Looks for what is due now; returns when it is queued and the workers have been told. */
  wake(): Promise<void>
  /** Lets what is under way finish, then stops. */
  stop(): Promise<void>
}

export interface WorkerOptions {
  readonly connection: Connection
  readonly handlers: readonly JobHandler[]
  readonly metrics: Metrics
}

/**
 * Runs the jobs: every second it asks each handler what is due, and puts each subject into pg-boss's queue once.
 * Several workers may run, in one process or many: a subject is queued or under way once in all of them.
 */
export async function startWorker(deps: Deps, { connection, handlers, metrics }: WorkerOptions): Promise<Worker> {
  const boss = await startBoss(deps, connection)
  const workers = new Map<string, string>()
  for (const handler of handlers) workers.set(handler.queue, await work(boss, { deps, handler, metrics }))
  const round = async () => {
    await deps.clock.refresh()
    for (const handler of handlers) {
      await enqueue(boss, { deps, handler, worker: workers.get(handler.queue) as string })
        .catch((error: unknown) => {
          const level = asBusy(error) instanceof DatabaseBusy ? 'warn' : 'error'
          deps.log[level]({ err: error, queue: handler.queue }, 'what is due could not be found; the next look follows')
        })
    }
  }
  const ticking = tick(deps, round)
  return {
    wake: ticking.now,
    async stop() {
      await ticking.stop()
      await boss.stop({ graceful: true, timeout: 15_000, close: true })
    },
  }
}

async function startBoss({ log }: Deps, connection: Connection): Promise<PgBoss> {
  const { host, port, user, password, database, ssl, options } = clientConfig(connection, {
    applicationName: 'holdfast worker', lockTimeoutMs: 5_000, statementTimeoutMs: 30_000,
  })
  const boss = new PgBoss({
    host, port, user, password, database, ssl, options, max: 4, application_name: 'holdfast worker',
    schema: JOBS_SCHEMA, createSchema: false, schedule: false, registerInstance: false,
    openTelemetry: { enabled: false },
    // A subject whose worker was killed is free again after a missed heartbeat (10 s) and the next look.
    superviseIntervalSeconds: 5, monitorIntervalSeconds: 5,
  } as ConstructorParameters<typeof PgBoss>[0] & object)
  boss.on('error', (error) => log.warn({ err: error }, 'job queue'))
  return boss.start()
}

interface Working {
  readonly deps: Deps
  readonly handler: JobHandler
  readonly metrics: Metrics
}

/** Registers a queue. Exclusive: one job a subject, queued or under way; what is done is soon forgotten. */
async function work(boss: PgBoss, { deps, handler, metrics }: Working): Promise<string> {
  const { queue } = handler
  await boss.createQueue(queue, {
    policy: 'exclusive', retryLimit: 0, expireInSeconds: 300, heartbeatSeconds: 10, retentionSeconds: 600, deleteAfterSeconds: 60,
  })
  return boss.work<Subject>(queue, {
    batchSize: BATCH, burstWhenBatchFull: true, pollingIntervalSeconds: 1, localConcurrency: CONCURRENCY,
  }, async (jobs: Job<Subject>[]) => {
    await Promise.all(jobs.map(({ data }) => handleOne({ deps, handler, metrics }, data)))
  })
}

/** Handles one subject. Its failure is its own: the others of the batch go on. */
async function handleOne({ deps, handler: { queue, handle }, metrics }: Working, subject: Subject): Promise<void> {
  try {
    await handle(deps, subject)
    await clearFailure(deps.pool, { queue, subject })
    metrics.jobRan({ queue, outcome: 'ok' })
  } catch (error) {
    const setAside = await recordFailure(deps.pool, { queue, subject, error })
    metrics.jobRan({ queue, outcome: setAside ? 'set_aside' : 'failed' })
    deps.log[setAside ? 'error' : 'warn']({ queue, subject, err: error }, setAside ? 'job set aside' : 'job failed; it is tried again')
  }
}

async function enqueue(boss: PgBoss, { deps, handler, worker }: { deps: Deps; handler: JobHandler; worker: string }): Promise<void> {
  const except = await failing(deps.pool, handler.queue)
  const due = await handler.due(deps, { limit: MAX_DUE, except })
  if (due.length === 0) return
  await boss.insert(handler.queue, due.map((subject) => ({ data: { ...subject }, singletonKey: `${subject.marketplace}/${subject.id}` })))
  boss.notifyWorker(worker)
}

/** Calls a round every second of real time and when it is asked to, never two at once, and never gives up. */
function tick(deps: Deps, round: () => Promise<void>) {
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  let sweptAt = -Infinity
  const run = async () => {
    if (stopped) return
    await round()
    if (performance.now() - sweptAt < SWEEP_MS) return
    // as long as there is more, with each round: what comes in an hour may be far more than what goes at once
    if (!(await sweep(deps.pool))) sweptAt = performance.now()
  }
  const now = (): Promise<void> => {
    running = running.then(run).catch((error: unknown) => deps.log.warn({ err: error }, 'the worker could not look for what is due'))
    return running
  }
  const timer = setInterval(() => void now(), TICK_MS)
  return {
    now,
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}
