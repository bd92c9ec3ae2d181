import type { Pool } from 'pg'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { observeBatches } from '../postgres/lane.ts'

/** One answered call. */
export interface Observed {
  readonly route: string
  readonly method: string
  readonly status: number
  readonly durationMs: number
}

/** What an attempt to deliver came to; of `retried` another follows. */
export type WebhookOutcome = 'delivered' | 'retried' | 'failed' | 'gone' | 'lease_lost'

/** What `/metrics` shows, in Prometheus' text format. */
export interface Metrics {
  observe(call: Observed): void
  webhookAttempted(attempt: { readonly outcome: WebhookOutcome }): void
  /** A rail has reported by itself, or somebody in its name; `verdict` is `accepted`, `ignored`, or why it was refused. */
  notified(notification: { readonly connector: string; readonly verdict: string }): void
  jobRan(run: { readonly queue: string; readonly outcome: 'ok' | 'failed' | 'set_aside' }): void
  readonly contentType: string
  text(): Promise<string>
}

/** Figures that are read from the database when they are asked for. */
export interface Gauges {
  /** Operations whose outcome nobody knows yet: above 0 for long is an alarm. */
  unknownOperations(): Promise<number>
  events(): Promise<number>
  setAside(): Promise<number>
  /** How long the oldest event waits that an enabled endpoint has not accepted, in seconds. */
  webhookBacklog(): Promise<number>
  /** Endpoints that have accepted nothing for a day. */
  webhooksFailing(): Promise<number>
  /** What the verifier has found and is still so: above 0 is an alarm. */
  findings(): Promise<number>
  /** How long ago the verifier had looked at everything up to then, in seconds; of the marketplace that is furthest behind. */
  verifierLag(): Promise<number>
}

const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128]
const BUCKETS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** A registry of this backend's own: two in one process don't mix. */
export function createMetrics({ pool, gauges }: { pool: Pool; gauges: Gauges }): Metrics {
  const registers = [new Registry()]
  const durations = new Histogram({
    name: 'holdfast_http_request_duration_seconds', help: 'How long calls took, by route and status.',
    labelNames: ['route', 'method', 'status'], buckets: BUCKETS_S, registers,
  })
  const jobs = new Counter({ name: 'holdfast_job_subjects_total', help: 'Subjects that jobs have handled.', labelNames: ['queue', 'outcome'], registers })
  const batches = new Histogram({
    name: 'holdfast_batch_size', help: 'Calls that one transaction committed, by command.',
    labelNames: ['command'], buckets: BATCH_SIZES, registers,
  })
  observeBatches(pool, ({ command, size }) => batches.observe({ command }, size))
  const webhooks = new Counter({ name: 'holdfast_webhook_attempts_total', help: 'Attempts to deliver an event, by what came of them.', labelNames: ['outcome'], registers })
  const notifications = new Counter({ name: 'holdfast_notifications_total', help: 'What rails have reported by themselves, by what it was found to be.', labelNames: ['connector', 'verdict'], registers })
  gauge(registers, 'holdfast_db_connections', 'Open database connections.', () => pool.totalCount)
  gauge(registers, 'holdfast_db_connections_idle', 'Idle database connections.', () => pool.idleCount)
  gauge(registers, 'holdfast_db_waiting', 'Calls that wait for a database connection.', () => pool.waitingCount)
  gauge(registers, 'holdfast_unknown_operations', 'Operations whose outcome is unknown.', gauges.unknownOperations)
  gauge(registers, 'holdfast_events', 'Events in the outbox, about.', gauges.events)
  gauge(registers, 'holdfast_webhook_backlog_seconds', 'How long the oldest delivery waits, of endpoints that are enabled.', gauges.webhookBacklog)
  gauge(registers, 'holdfast_webhook_endpoints_failing', 'Endpoints that have accepted nothing for a day.', gauges.webhooksFailing)
  gauge(registers, 'holdfast_jobs_set_aside', 'Subjects that a job could not handle and left aside.', gauges.setAside)
  gauge(registers, 'holdfast_verifier_findings', 'What the verifier has found and is still so.', gauges.findings)
  gauge(registers, 'holdfast_verifier_lag_seconds', 'How long ago the verifier had looked at everything up to then.', gauges.verifierLag)
  const [registry] = registers as [Registry]
  return {
    observe: ({ route, method, status, durationMs }) => durations.observe({ route, method, status: String(status) }, durationMs / 1000),
    webhookAttempted: (labels) => webhooks.inc(labels),
    notified: (labels) => notifications.inc(labels),
    jobRan: (labels) => jobs.inc(labels),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}

/** One that can't be read is left out: a database that is away must not take along the figures that tell of it. */
function gauge(registers: Registry[], name: string, help: string, read: () => number | Promise<number>): void {
  new Gauge({ name, help, registers, async collect() {
    try {
      this.set(await read())
    } catch {
      this.remove()
    }
  } })
}
