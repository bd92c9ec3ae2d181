import type { ColumnType, Generated, Kysely } from 'kysely'
import type { PoolClient } from 'pg'
import type { StoredBranding } from './hosted/branding.ts'
import type { Write } from './postgres/writes.ts'
import type { MoneyTables } from './store/tables.ts'
import type { WebhookTables } from './webhooks/tables.ts'

/* The tables as TypeScript sees them. int8 is read as bigint, timestamptz as Date, jsonb as parsed. */

type Json<T> = ColumnType<T, string, string>

export interface MarketplacesTable {
  marketplace_id: string
  name: string
  mode: 'test' | 'live'
  origins: string[]
  created_at: Date
  branding: ColumnType<StoredBranding, string | undefined, string>
  /** Read by itself, where it is served. */
  logo: Generated<Buffer | null>
}

export interface ApiKeysTable {
  marketplace_id: string
  id: string
  kind: 'secret' | 'publishable'
  mode: 'test' | 'live'
  /** SHA-256 of the whole key; the key itself is shown once and stored nowhere. */
  hash: Buffer
  hint: string
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
}

export interface SigningKeysTable {
  marketplace_id: string
  kid: string
  public_key: Buffer
  /** The private key under the instance's secret key. */
  private_key_sealed: Buffer
  created_at: Date
  retired_at: Date | null
}

export interface IdempotencyKeysTable {
  marketplace_id: string
  /** The route, and for a page's call its session. */
  scope: string
  key: string
  body_hash: Buffer
  /** Of a command in two steps: what it sent to a rail. */
  operation_id: string | null
  status: number | null
  content_type: string | null
  /** The answer's bytes under the instance's secret key. */
  body_sealed: Buffer | null
  created_at: Generated<Date>
  answered_at: Date | null
}

export interface SellersTable {
  marketplace_id: string
  id: string
  reference: string
  name: string
  email: string | null
  country: string
  bank_holder: string | null
  bank_country: string | null
  bank_currency: string | null
  bank_kind: 'iban' | 'us' | null
  bank_last4: string | null
  /** The account's numbers under the instance's secret key; read by `openBankAccount` alone. */
  bank_sealed: Buffer | null
  metadata: Json<Record<string, string>>
  created_at: Date
  updated_at: Date
}

export interface EventsTable {
  marketplace_id: string
  id: string
  subject: string
  sequence: number
  type: string
  data: Json<Record<string, unknown>>
  created_at: Date
  /** Of the writing transaction: a cursor goes only as far as every older one has ended. */
  transaction_id: Generated<string>
}

export interface ClockTable {
  one: Generated<boolean>
  offset_ms: bigint
  live: boolean
}

/** A subject that a job could not handle: how often, why, and from when it is left alone. */
export interface JobFailuresTable {
  marketplace_id: string
  queue: string
  subject: string
  attempts: number
  error: string
  next_try_at: Date
  set_aside_at: Date | null
}

export interface InfraTables {
  marketplaces: MarketplacesTable
  api_keys: ApiKeysTable
  signing_keys: SigningKeysTable
  idempotency_keys: IdempotencyKeysTable
  sellers: SellersTable
  events: EventsTable
  clock: ClockTable
  job_failures: JobFailuresTable
}

export interface Database extends InfraTables, MoneyTables, WebhookTables {}

/** A transaction that is open on one connection. Whoever opened it commits it. */
export interface Tx {
  readonly db: Kysely<Database>
  /** The same connection, for named prepared statements on the hot path. */
  readonly client: PoolClient
  /**
   * Sends a write whose result nobody waits for: it goes out with its neighbours, as one statement where they don't
   * need each other's rows, and the commit fails if it does.
   */
  send(write: Write): void
  /** The ids of ledger accounts that are there, by marketplace, name and currency: committed, and never taken away. */
  readonly accounts: Map<string, string>
  /** Calls back when the transaction has ended. */
  onEnd(ended: (committed: boolean) => void): void
}
