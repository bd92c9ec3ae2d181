import pg from 'pg'
import { APP_ROLE } from './migrate.ts'
import type { Connection } from './pool.ts'

const OLDEST_MAJOR = 15

/** The own server can't be used; the message says what is wrong and what to do. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused'
}

/** A `postgres://` address as a connection. */
export function parseDatabaseUrl(text: string): Connection {
  const url = new URL(text)
  const mode = url.searchParams.get('sslmode')
  return {
    host: url.hostname, port: Number(url.port || 5432), user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password), database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    ...(mode !== null && mode !== 'disable' && { ssl: { rejectUnauthorized: mode !== 'require' && mode !== 'prefer' } }),
  }
}

/**
 * Checks a PostgreSQL server of one's own, and that the role exists which the backend works as.
 *
 * @param appUrl - how to log in as that role; without it, the owner acts as the role
 * @throws DatabaseRefused - unreachable, older than 15, or without the role and the right to make it
 */
export async function useOwnServer({ url, appUrl }: { url: string; appUrl: string | null }): Promise<{ owner: Connection; app: Connection }> {
  const owner = parseDatabaseUrl(url)
  const client = await connect(owner, 'DATABASE_URL')
  try {
    await checkVersion(client, 'DATABASE_URL')
    if (appUrl) return { owner, app: parseDatabaseUrl(appUrl) }
    await ensureRole(client, owner)
    return { owner, app: { ...owner, role: APP_ROLE } }
  } finally {
    await client.end()
  }
}

/**
 * Checks a server whose schema is kept by `migrate` elsewhere: this process has no way to log in as its owner.
 *
 * @throws DatabaseRefused - unreachable, or older than 15
 */
export async function useMigratedServer(appUrl: string): Promise<Connection> {
  const app = parseDatabaseUrl(appUrl)
  const client = await connect(app, 'DATABASE_APP_URL')
  await checkVersion(client, 'DATABASE_APP_URL').finally(() => client.end())
  return app
}

async function connect(connection: Connection, variable: string): Promise<pg.Client> {
  const client = new pg.Client({ ...connection, application_name: 'holdfast', connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    return client
  } catch (error) {
    const { host, port, database, user } = connection
    throw new DatabaseRefused(`${variable}: no connection to ${host}:${port}/${database} as ${user}: ${(error as Error).message}`, { cause: error })
  }
}

async function checkVersion(client: pg.Client, variable: string): Promise<void> {
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`)
  const major = Math.floor(Number(rows[0]?.version) / 10_000)
  if (major >= OLDEST_MAJOR) return
  throw new DatabaseRefused(`${variable}: the server is PostgreSQL ${major}; expected ${OLDEST_MAJOR} or newer. Upgrade it, or leave DATABASE_URL unset for the embedded one.`)
}

/** Makes the role that may not change what the ledger has recorded, where this user may make roles. */
async function ensureRole(client: pg.Client, { user }: Connection): Promise<void> {
  const { rows } = await client.query<{ exists: boolean; member: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as exists,
       coalesce((select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = $1), false) as member`, [APP_ROLE],
  )
  if (rows[0]?.member) return
  try {
    if (!rows[0]?.exists) await client.query(`create role ${APP_ROLE} nologin`)
    await client.query(`grant ${APP_ROLE} to current_user`)
  } catch (error) {
    throw new DatabaseRefused(`DATABASE_URL: the role ${APP_ROLE} can't be used by ${user} (${(error as Error).message}). As a superuser: create role ${APP_ROLE} nologin; grant ${APP_ROLE} to ${user};`, { cause: error })
  }
}
