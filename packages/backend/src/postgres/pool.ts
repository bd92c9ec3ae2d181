import pg from 'pg'
import { encodeParameter } from './arrays.ts'

/** How to reach a database, with the role to act as. */
export interface Connection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly ssl?: pg.ConnectionConfig['ssl']
  /** A role to act as, where the user that logs in is another. */
  readonly role?: string
}

export interface PoolOptions {
  /** 8–16: more connections than that make a small server slower, not faster. */
  readonly size: number
  /** As the server lists it. */
  readonly applicationName: string
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
  /** How long a call waits for a connection before it is refused. */
  readonly waitMs?: number
}

/** A date has no time and no zone: as a Date it would get both. */
const parsers = new Map<number, never>([[pg.types.builtins.INT8, BigInt as never], [pg.types.builtins.DATE, String as never]])

/** int8 as bigint, never as a string or a rounded number; a date as its text; the rest as pg reads it. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (format === 'binary' ? undefined : parsers.get(oid)) ?? (pg.types.getTypeParser(oid, format) as never),
}

const STATEMENT_TIMEOUT_MS = 10_000
/** How much later than the server's own word that it stopped a statement. */
const WORD_LATE_MS = 2_000

/** The settings of one connection. Timeouts go in the startup message, so that no statement runs without them. */
export function clientConfig(connection: Connection, { applicationName, lockTimeoutMs = 500, statementTimeoutMs = STATEMENT_TIMEOUT_MS }: Omit<PoolOptions, 'size'>): pg.ClientConfig {
  const { role, ...where } = connection
  return {
    ...where,
    application_name: applicationName,
    types,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    options: [
      `-c lock_timeout=${lockTimeoutMs}`,
      `-c statement_timeout=${statementTimeoutMs}`,
      '-c idle_in_transaction_session_timeout=15000',
      '-c timezone=UTC',
      ...(role ? [`-c role=${role}`] : []),
    ].join(' '),
  }
}

/**
 * A pool whose connections have the house's settings.
 *
 * A connection that breaks is replaced, not fatal: also one that is lent out and idle within a transaction, whose
 * next statement then fails.
 */
export function createPool(connection: Connection, options: PoolOptions & { onError?: (error: Error) => void }): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(connection, options),
    max: options.size,
    connectionTimeoutMillis: options.waitMs ?? 2_000,
    // what a new one has to plan and to read of the catalogue is hundreds of statements' worth
    idleTimeoutMillis: 300_000,
  })
  const onError = options.onError ?? (() => {})
  pool.on('error', onError)
  boundQueries(pool, (options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS) + WORD_LATE_MS)
  pool.on('connect', (client) => {
    client.on('error', onError)
    writeTogether(client)
    accounts.set(pool, new Map())
  })
  return pool
}

const accounts = new WeakMap<pg.Pool, Map<string, string>>()

/**
 * Ledger accounts that a pool's database is known to have, by their names. Forgotten whenever a connection is made:
 * while a database is put back to an earlier state, none lives.
 */
export function accountsOf(pool: pg.Pool): Map<string, string> {
  const known = accounts.get(pool) ?? new Map<string, string>()
  accounts.set(pool, known)
  return known
}

/**
 * A statement by itself is given up when the database says nothing for longer than it lets any statement run: its host
 * or the link is gone without a word. The connection is cut, and what the statement did is not known.
 */
function boundQueries(pool: pg.Pool, timeoutMs: number): void {
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
  pool.query = ((text: string | pg.QueryConfig, values?: unknown[]) =>
    query({ ...(typeof text === 'string' ? { text, values } : text), query_timeout: timeoutMs })) as typeof pool.query
}

/**
 * What is sent within one tick goes out in one write, and PostgreSQL works it off without waiting in between. Lists go
 * in PostgreSQL's own form, and what is asked again and again is planned once.
 */
function writeTogether(client: pg.PoolClient): void {
  const { stream } = client.connection
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((first: unknown, ...rest: unknown[]) => {
    if (planned.has(client) && !inUse.has(client)) planAsUsual(client)
    if (stream.writableCorked === 0) {
      stream.cork()
      process.nextTick(() => stream.uncork())
    }
    const [values, ...more] = rest
    if (typeof first === 'string' && Array.isArray(values)) return query(statementOf({ text: first, values }, inUse.has(client)), ...more)
    return query(isStatement(first) ? statementOf(first, inUse.has(client)) : first, ...rest)
  }) as typeof client.query
}

const isStatement = (query: unknown): query is pg.QueryArrayConfig & { readonly values: unknown[] } =>
  typeof query === 'object' && query !== null && !('submit' in query) && Array.isArray((query as pg.QueryArrayConfig).values)

/**
 * Connections that a transaction has: on these, statements that come again are prepared. Elsewhere they aren't: nobody
 * would let a connection go whose prepared statements a migration has outdated.
 */
export const inUse: WeakSet<pg.PoolClient> = new WeakSet()

/** A statement's plan holds for all values, so that none is planned at each call; and takes an index where there is one. */
const PLANNING = {
  plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', jit: 'off',
} as const

/** Connections whose statements are planned for transactions. They stay so: to say it in each would cost as much as a read. */
const planned = new WeakSet<pg.PoolClient>()

/** Plans what a connection sends from now on as a transaction wants it, until something is asked outside of one. */
export function planningForTransactions(client: pg.PoolClient): void {
  if (planned.has(client)) return
  planned.add(client)
  client.query(Object.entries(PLANNING).map(([name, value]) => `set ${name} = ${value}`).join('; ')).catch(() => planned.delete(client))
}

function planAsUsual(client: pg.PoolClient): void {
  planned.delete(client)
  // one that can't be answered any more is let go by what is asked next
  client.query(Object.keys(PLANNING).map((name) => `reset ${name}`).join('; ')).catch(() => {})
}

function statementOf(query: pg.QueryConfig & { readonly values: unknown[] }, prepares: boolean): pg.QueryConfig {
  const name = query.name ?? (prepares && query.values.length > 0 && query.text.length <= LONGEST_NAMED ? nameOf(query.text) : undefined)
  return { ...query, ...(name !== undefined && { name }), values: query.values.map(encodeParameter) }
}

/** Each is planned and kept by each connection: lists of all lengths in a text must not fill the server's memory. */
const MAX_NAMED = 256
const LONGEST_NAMED = 4_096
const MAX_SEEN = 4_096
const names = new Map<string, string>()
const seen = new Set<string>()

/** The name of a statement that was sent before: a text that comes again is prepared from then on. */
function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= MAX_NAMED) return known
  if (seen.delete(text)) {
    names.set(text, `query_${names.size + 1}`)
    return names.get(text)
  }
  if (seen.size >= MAX_SEEN) seen.clear()
  seen.add(text)
  return undefined
}
