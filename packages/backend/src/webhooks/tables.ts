import type { Generated } from 'kysely'

/* The tables of migration 0005, as TypeScript sees them. */

export interface WebhookEndpointsTable {
  marketplace_id: string
  id: string
  url: string
  description: string | null
  /** Null: every event. */
  event_types: string[] | null
  state: 'enabled' | 'disabled' | 'deleted'
  disabled_reason: 'requested' | 'gone' | null
  /** Failed attempts since the last that succeeded, whichever event they were for. */
  failures: Generated<number>
  failing_since: Date | null
  /** Nothing is sent before; then one attempt alone, to see whether it answers again. */
  paused_until: Date | null
  cursor_transaction: string
  cursor_event: string
  from_snapshot: string | null
  replay_transaction: string | null
  replay_event: string | null
  created_at: Date
  updated_at: Date
}

export interface WebhookSecretsTable {
  marketplace_id: string
  endpoint_id: string
  number: number
  /** The key's bytes under the instance's secret key. */
  sealed: Buffer
  created_at: Date
  /** From when it no longer signs; null: the newest. */
  expires_at: Date | null
}

export interface WebhookDeliveriesTable {
  marketplace_id: string
  id: string
  endpoint_id: string
  event_id: string
  event_type: string
  state: 'pending' | 'delivered' | 'failed'
  /** Counts every attempt that was begun, and fences: who finds another number has lost its lease. */
  attempts: Generated<number>
  /** Attempts since it was last begun anew: what the next one waits by. */
  tries: Generated<number>
  next_attempt_at: Date
  give_up_at: Date
  /** Real time, unlike the schedule, which follows the clock. */
  leased_until: Date | null
  delivered_at: Date | null
  created_at: Date
}

export interface WebhookAttemptsTable {
  marketplace_id: string
  delivery_id: string
  number: number
  at: Date
  status_code: number | null
  duration_ms: number
  error: string | null
}

export interface WebhookTables {
  webhook_endpoints: WebhookEndpointsTable
  webhook_secrets: WebhookSecretsTable
  webhook_deliveries: WebhookDeliveriesTable
  webhook_attempts: WebhookAttemptsTable
}
