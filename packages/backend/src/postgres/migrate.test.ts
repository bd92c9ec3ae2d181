import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { buildIndexes, isMigrated, migrate } from './migrate.ts'
import { DatabaseRefused, parseDatabaseUrl, useOwnServer } from './own-server.ts'
import { createPool, type Connection } from './pool.ts'
import { until } from './processes.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** What a role may not do, by the error's code; null: it may. */
async function attempt(connection: Connection, sql: string): Promise<string | null> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query('begin')
    await client.query(sql)
    return null
  } catch (error) {
    return (error as pg.DatabaseError).code ?? 'unknown'
  } finally {
    await client.query('rollback')
    await client.end()
  }
}

const FORBIDDEN = '42501'

describe('the backend’s role', () => {
  test.each(['ledger_transfers', 'ledger_postings', 'events'])('may add to %s and read it, and never change or remove', async (table) => {
    expect(await attempt(database.app, `select * from ${table}`)).toBeNull()
    expect(await attempt(database.app, `insert into ${table} select * from ${table} where false`)).toBeNull()
    expect(await attempt(database.app, `update ${table} set marketplace_id = marketplace_id`)).toBe(FORBIDDEN)
    expect(await attempt(database.app, `delete from ${table}`)).toBe(FORBIDDEN)
    expect(await attempt(database.app, `truncate ${table}`)).toBe(FORBIDDEN)
  })

  test.each([
    'create table public.mine ()', 'alter table ledger_postings drop constraint between_two_accounts', 'drop table sellers',
    'alter table ledger_postings disable trigger all', 'create role friend',
  ])('may not: %s', async (sql) => expect(await attempt(database.app, sql)).not.toBeNull())

  test('doesn’t see the vault’s tables', async () => {
    expect(await attempt(database.app, 'create table vault.mine ()')).toBe(FORBIDDEN)
  })
})

test('the vault’s role sees none of the backend’s tables', async () => {
  for (const table of ['sellers', 'api_keys', 'ledger_postings', 'idempotency_keys']) {
    expect(await attempt(database.vault, `select * from ${table}`), table).toBe(FORBIDDEN)
  }
})

describe('migrating', () => {
  const empty: string[] = []
  const admin = async (sql: string) => {
    const client = new pg.Client(database.superuser)
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  const newDatabase = async (): Promise<string> => {
    const name = `test_empty_${randomBytes(4).toString('hex')}`
    await admin(`create database ${name} owner ${database.owner.user}`)
    empty.push(name)
    return name
  }
  afterAll(async () => {
    for (const name of empty) await admin(`drop database ${name} with (force)`)
  })

  test('is safe for several processes that start at once', async () => {
    const name = await newDatabase()
    const pools = Array.from({ length: 4 }, () => createPool({ ...database.owner, database: name }, { size: 1, applicationName: 'test', lockTimeoutMs: 60_000 }))
    await Promise.all(pools.map((pool) => migrate(pool)))
    expect(await isMigrated(pools[0] as pg.Pool)).toBe(true)
    await Promise.all(pools.map((pool) => pool.end()))
  })

  test('waits briefly for a lock, lets others pass, and comes again', async () => {
    const name = await newDatabase()
    const connection = { ...database.owner, database: name }
    const holder = new pg.Client(connection)
    await holder.connect()
    await holder.query("select pg_advisory_lock(hashtextextended('holdfast grants', 0))")
    const pool = createPool(connection, { size: 1, applicationName: 'test', lockTimeoutMs: 50 })
    const migrated = migrate(pool)
    await until(async () => (await holder.query("select 1 from pg_stat_database where datname = current_database() and xact_rollback > 0")).rowCount === 1, 10_000)
    await holder.end()
    await migrated
    expect(await isMigrated(pool)).toBe(true)
    await pool.end()
  })

  test('builds an index on a table that is being written to, and builds a half built one anew', async () => {
    const name = await newDatabase()
    const pool = createPool({ ...database.owner, database: name }, { size: 4, applicationName: 'test' })
    await pool.query('create table t (a int); insert into t values (1), (1)')
    await pool.query('create unique index concurrently t_by_a on t (a)').catch(() => {})
    const isValid = async () => (await pool.query("select indisvalid as valid from pg_index where indexrelid = to_regclass('t_by_a')")).rows[0]?.valid as boolean | undefined
    expect(await isValid()).toBe(false)
    const writer = await pool.connect()
    await writer.query('begin; insert into t values (2)')
    const built = Promise.all([1, 2].map(() => buildIndexes(pool, [{ name: 't_by_a', on: 't (a)' }])))
    await pool.query('insert into t values (3)')
    await writer.query('commit')
    writer.release()
    await built
    expect(await isValid()).toBe(true)
    await pool.end()
  })

  test('leaves the vault’s schema to the vault’s role, where that one owns it', async () => {
    const connection = { ...database.owner, database: await newDatabase() }
    const superuser = new pg.Client({ ...database.superuser, database: connection.database })
    await superuser.connect()
    await superuser.query('create schema vault authorization holdfast_vault')
    await superuser.end()
    const pool = createPool(connection, { size: 1, applicationName: 'test' })
    await migrate(pool)
    expect(await isMigrated(pool)).toBe(true)
    expect(await attempt(connection, 'create table vault.mine ()')).toBe(FORBIDDEN)
    await pool.end()
  })

  test('an own server’s user acts as the role that may not change the ledger', async () => {
    const name = await newDatabase()
    const { user, password, host, port } = database.superuser
    const { owner, app } = await useOwnServer({ url: `postgres://${user}:${password}@${host}:${port}/${name}`, appUrl: null })
    const pools = [createPool(owner, { size: 1, applicationName: 'test' }), createPool(app, { size: 1, applicationName: 'test' })] as const
    await migrate(pools[0])
    const { rows } = await pools[1].query<{ user: string }>('select current_user::text as user')
    expect(rows[0]?.user).toBe('holdfast_app')
    await expect(pools[1].query('delete from ledger_postings')).rejects.toThrow(/permission denied/)
    await Promise.all(pools.map((pool) => pool.end()))
  })
})

test.each([
  ['no server', 'postgres://u:p@127.0.0.1:1/x', /no connection to 127\.0\.0\.1:1\/x as u/],
])('says what is wrong with an own server: %s', async (_what, url, message) => {
  const refused = useOwnServer({ url, appUrl: null })
  await expect(refused).rejects.toBeInstanceOf(DatabaseRefused)
  await expect(refused).rejects.toThrow(message)
})

test('reads a database’s address, percent-encoding and TLS included', () => {
  expect(parseDatabaseUrl('postgresql://a%40b:p%2Fw@db.example/holdfast?sslmode=verify-full')).toEqual({
    host: 'db.example', port: 5432, user: 'a@b', password: 'p/w', database: 'holdfast', ssl: { rejectUnauthorized: true },
  })
})

test('int8 is read as bigint, exactly', async () => {
  const pool = createPool(database.app, { size: 1, applicationName: 'test' })
  const { rows } = await pool.query(`select 9007199254740993::int8 as large, null::int8 as none`)
  expect(rows).toEqual([{ large: 9_007_199_254_740_993n, none: null }])
  await pool.end()
})

test('a lent connection that the server ends fails its transaction, not the process', async () => {
  const broken: Error[] = []
  const pool = createPool(database.app, { size: 2, applicationName: 'test', onError: (error) => broken.push(error) })
  const lent = await pool.connect()
  const { rows } = await lent.query<{ pid: number }>('select pg_backend_pid() as pid')
  await lent.query('begin')
  await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  expect(await until(() => broken.length > 0, 5_000)).toBe(true)
  await expect(lent.query('select 1')).rejects.toThrow()
  lent.release(true)
  expect((await pool.query('select 1')).rowCount).toBe(1)
  await pool.end()
})
