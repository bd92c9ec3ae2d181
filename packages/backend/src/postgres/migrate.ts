import { setTimeout as pause } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type pg from 'pg'
import { migrations, type ConcurrentIndex } from '../migrations/index.ts'

/** The role that the backend works as: it may not change what the ledger has recorded. */
export const APP_ROLE = 'holdfast_app'
/** The role that the vault works as: it sees its own schema and nothing else. */
export const VAULT_ROLE = 'holdfast_vault'
export const VAULT_SCHEMA = 'vault'
export const JOBS_SCHEMA = 'jobs'

/** Tables that only ever grow: neither updated nor deleted from, by nobody but the owner. */
const appendOnly = ['ledger_accounts', 'ledger_transfers', 'ledger_postings', 'events', 'event_source'] as const

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
  await patiently(() => migrateOnce(migrator))
  await buildIndexes(pool, Object.values(migrations).flatMap(({ concurrently = [] }) => concurrently))
  await adoptEvents(db)
  await patiently(() => grant(db))
}

async function migrateOnce(migrator: Migrator): Promise<void> {
  const { error, results = [] } = await migrator.migrateToLatest()
  const failed = results.find(({ status }) => status === 'Error')
  if (error) throw new Error(`migration ${failed?.migrationName ?? ''} failed: ${(error as Error).message ?? error}`, { cause: error })
}

/** Two minutes, with the lock timeout of the connections that migrate. */
const MOST_TRIES = 30
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Tries again what could not have its locks in time. A statement that waits for a lock makes all that come after it
 * wait too: so it waits briefly, lets them pass, and comes again.
 */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work()
    } catch (error) {
      const { cause = error } = error as Error
      if ((cause as pg.DatabaseError).code !== LOCK_NOT_AVAILABLE || tried === MOST_TRIES) throw error
      await pause(500 + Math.random() * 1_000)
    }
  }
}

/**
 * Builds indexes on tables that are in use, outside of any transaction, while others read and write; one that was
 * left half built is built anew.
 */
export async function buildIndexes(pool: pg.Pool, indexes: readonly ConcurrentIndex[]): Promise<void> {
  if (indexes.length === 0) return
  const client = await pool.connect()
  try {
    // it waits for transactions that began before it, and keeps nobody waiting meanwhile
    await client.query('set lock_timeout = 0; set statement_timeout = 0')
    while (!(await takeTurn(client))) await pause(200)
    for (const index of indexes) await buildIndex(client, index)
  } finally {
    client.release(true)
  }
}

/** One process builds. The others ask again: a session that waited for the lock would be waited for by the build. */
async function takeTurn(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock(hashtextextended('holdfast indexes', 0)) as mine")
  return rows[0]?.mine === true
}

async function buildIndex(client: pg.PoolClient, { name, on }: ConcurrentIndex): Promise<void> {
  const { rows } = await client.query<{ valid: boolean }>(
    'select indisvalid as valid from pg_index where indexrelid = to_regclass($1)', [name])
  if (rows[0]?.valid === true) return
  if (rows[0]) await client.query(`drop index concurrently if exists ${name}`)
  await client.query(`create index concurrently if not exists ${name} on ${on}`)
}

/**
 * After a restore on another server, the events' transaction ids are of the old one, and a reader of the oldest
 * first would wait for them: they become the oldest there can be, and their ids keep their order. The verifier
 * sums the ledger anew.
 */
async function adoptEvents(db: Kysely<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { numAffectedRows = 0n } = await sql`
      update event_source set system_identifier = current.system_identifier from pg_control_system() as current
      where event_source.system_identifier <> current.system_identifier`.execute(tx)
    if (numAffectedRows === 0n) return
    await sql`update events set transaction_id = '0'`.execute(tx)
    await sql`update ledger_transfers set transaction_id = null`.execute(tx)
    await sql`delete from verifier_sums`.execute(tx)
    await sql`delete from verifier_marks`.execute(tx)
    await sql`
      update webhook_endpoints e set cursor_transaction = '0', from_snapshot = null, replay_transaction = null, replay_event = null,
        cursor_event = coalesce((select v.id from events v where v.marketplace_id = e.marketplace_id and v.id <= e.cursor_event
          order by v.id desc offset 1000 limit 1), '')`.execute(tx)
  })
}

/** Whether every migration that this build knows has run. */
export async function isMigrated(pool: pg.Pool): Promise<boolean> {
  // null where there is no such table; false to a role that was given nothing yet
  const { rows: [table] } = await pool.query<{ readable: boolean | null }>("select has_table_privilege(to_regclass('kysely_migration'), 'select') as readable")
  if (!table?.readable) return false
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
  // rows name their marketplace without a foreign key that looks for it at each
  if (tables.has('marketplaces')) await sql`revoke delete, truncate on marketplaces from ${role}`.execute(tx)
}

async function grantVault(tx: Kysely<unknown>): Promise<void> {
  // where the vault's role made it or was given it, it is nobody else's to grant
  const foreign = await existing(tx, sql`
    select nspname as name from pg_namespace where nspname = ${VAULT_SCHEMA} and not pg_has_role(nspowner, 'usage')`)
  if (foreign.has(VAULT_SCHEMA)) return
  await sql`create schema if not exists ${sql.id(VAULT_SCHEMA)}`.execute(tx)
  await sql`grant all on schema ${sql.id(VAULT_SCHEMA)} to ${sql.id(VAULT_ROLE)}`.execute(tx)
}

async function existing(tx: Kysely<unknown>, query: ReturnType<typeof sql>): Promise<Set<string>> {
  const { rows } = await query.execute(tx)
  return new Set((rows as { name: string }[]).map(({ name }) => name))
}
