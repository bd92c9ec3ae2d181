import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type pg from 'pg'
import { migrations } from '../migrations/index.ts'

/** The role that the backend works as: it may not change what the ledger has recorded. */
export const APP_ROLE = 'holdfast_app'
/** The role that the vault works as: it sees its own schema and nothing else. */
export const VAULT_ROLE = 'holdfast_vault'
export const VAULT_SCHEMA = 'vault'
export const JOBS_SCHEMA = 'jobs'

/** Tables that only ever grow: neither updated nor deleted from, by nobody but the owner. */
const appendOnly = ['ledger_transfers', 'ledger_postings', 'events', 'event_source'] as const

/**
 * Brings a database to the newest schema and gives the roles what they may do.
 *
 * Several processes may start at once: the migrator holds an advisory lock for as long as it works.
 *
 * @param pool - as the owner of the database's schema
 * @throws Error - a migration failed; the transaction that held all of them was rolled back
 */
export async function migrate(pool: pg.Pool): Promise<void> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error, results = [] } = await migrator.migrateToLatest()
  const failed = results.find(({ status }) => status === 'Error')
  if (error) throw new Error(`migration ${failed?.migrationName ?? ''} failed: ${(error as Error).message ?? error}`, { cause: error })
  await adoptEvents(db)
  await grant(db)
}

/**
 * After a restore on another server, the events' transaction ids are of the old one, and a reader of the oldest
 * first would wait for them: they become the oldest there can be, and their ids keep their order.
 */
async function adoptEvents(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numAffectedRows = 0n } = await sql`
      update event_source set system_identifier = current.system_identifier from pg_control_system() as current
      where event_source.system_identifier <> current.system_identifier`.execute(tx)
    if (numAffectedRows > 0n) await sql`update events set transaction_id = '0'`.execute(tx)
  })
}

/** Whether every migration that this build knows has run. */
export async function isMigrated(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ name: string }>('select name from kysely_migration')
  const done = new Set(rows.map(({ name }) => name))
  return Object.keys(migrations).every((name) => done.has(name))
}

async function grant(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('holdfast grants', 0))`.execute(tx)
    const roles = await existing(tx, sql`select rolname as name from pg_roles where rolname in (${APP_ROLE}, ${VAULT_ROLE})`)
    if (roles.has(APP_ROLE)) await grantApp(tx)
    if (roles.has(VAULT_ROLE)) await grantVault(tx)
  })
}

async function grantApp(tx: Kysely<unknown>): Promise<void> {
  const role = sql.id(APP_ROLE)
  await sql`create schema if not exists ${sql.id(JOBS_SCHEMA)}`.execute(tx)
  await sql`grant usage on schema public to ${role}`.execute(tx)
  await sql`grant all on schema ${sql.id(JOBS_SCHEMA)} to ${role}`.execute(tx)
  await sql`grant select, insert, update, delete on all tables in schema public to ${role}`.execute(tx)
  await sql`grant usage on all sequences in schema public to ${role}`.execute(tx)
  const tables = await existing(tx, sql`select tablename as name from pg_tables where schemaname = 'public'`)
  for (const table of appendOnly.filter((name) => tables.has(name))) {
    await sql`revoke update, delete, truncate on ${sql.id(table)} from ${role}`.execute(tx)
  }
}

async function grantVault(tx: Kysely<unknown>): Promise<void> {
  await sql`create schema if not exists ${sql.id(VAULT_SCHEMA)}`.execute(tx)
  await sql`grant all on schema ${sql.id(VAULT_SCHEMA)} to ${sql.id(VAULT_ROLE)}`.execute(tx)
}

async function existing(tx: Kysely<unknown>, query: ReturnType<typeof sql>): Promise<Set<string>> {
  const { rows } = await query.execute(tx)
  return new Set((rows as { name: string }[]).map(({ name }) => name))
}
