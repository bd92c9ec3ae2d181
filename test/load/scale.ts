import { statfsSync } from 'node:fs'
import type pg from 'pg'
import type { BackendReady } from './backend-child.ts'
import { describeMachine } from './machine.ts'
import { SELLERS } from './objects.ts'
import { keepResults, rowOf, today, type ScalePart, type ScaleRow } from './results.ts'
import { table } from './rounds.ts'
import { seed, type Orders } from './seed.ts'
import type { Summary } from './statistics.ts'
import { openWorld, type Child, type World } from './world.ts'

type Write = (line: string) => void

const PROMISED = 10_000_000
const SIZES = [10_000, 1_000_000, PROMISED] as const
const ROUNDS = 5
const CALLERS = 32
const RUN = { load: 'spread', callers: CALLERS, leadMs: 500, windowMs: 2_000 } as const
/** Long enough that every one of the orders is touched, so that the caches hold what the load is about. */
const WARM_MS = 10_000
const CHUNK = 250_000
const AT_MOST = 1.2

/** What a payment and all that belongs to it takes with its indexes, about; measured, see docs/benchmarks. */
const BYTES_PER_PAYMENT = 14_000
/** Left free for whoever else uses the disk. */
const SPARE_BYTES = 25e9

const databaseOf = (payments: number): string => `payments_${payments}`

/**
 * What a release costs when the books hold ten thousand, a million and ten million payments: of orders that
 * came last, as orders that still hold money have, one of each of ten thousand sellers; and of as many that are
 * strewn evenly over the past, the worst that can come for caches. What was loaded is kept under `.holdfast/`,
 * for loading takes much longer than measuring.
 *
 * @param most - at most so many payments; fewer where the disk is too small, which is said
 * @returns whether the cost with the most payments is within what is promised; false where ten million don't
 * fit
 */
export async function runScale(
  write: Write,
  { most = PROMISED }: { readonly most?: number } = {},
): Promise<boolean> {
  const world = await openWorld({ name: 'bench-scale', keep: true })
  try {
    const sizes = await sizesThatFit(world, { most, write })
    const databases: ScalePart['databases'][number][] = []
    for (const payments of sizes) databases.push(await ensureLoaded(world, payments, write))
    const part = await describePart(world)
    const rows = await measureAll(world, sizes, write)
    const judged = rows.filter(({ where }) => where === 'newest')
    const [first, last] = [judged[0], judged.at(-1)] as [ScaleRow, ScaleRow]
    const ratio = first.perSecond / last.perSecond
    const cpuRatio = last.cpuUs / first.cpuUs
    keepResults({ scale: { ...part, databases, rows, ratio, cpuRatio } })
    write(renderRows(rows))
    const met = ratio <= AT_MOST && last.payments >= PROMISED
    const words = `${ratio.toFixed(2)} × the time and ${cpuRatio.toFixed(2)} × the processors of one among ${first.payments}`
    write(`${met ? 'met   ' : 'FAILED'} a release among ${last.payments} payments takes ${words}`)
    write(`       at most ${AT_MOST} × the time is wanted, at ${PROMISED}`)
    return met
  } finally {
    await world.close()
  }
}

function renderRows(rows: ScalePart['rows']): string {
  const lines = rows.map((row) => [
    `${row.payments} payments`,
    row.where,
    row.perSecond.toFixed(0),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.cpuUs.toFixed(0),
  ])
  return table([['', 'orders', 'per second', 'p50 ms', 'p99 ms', 'CPU µs'], ...lines])
}

async function describePart(world: World): Promise<Pick<ScalePart, 'on' | 'machine'>> {
  const client = await world.connect('postgres')
  const machine = await describeMachine(client, world.folder)
  await client.end()
  return { on: today(), machine }
}

/**
 * What is wanted, or as many whole millions as the disk has room for; what an earlier run has loaded has its
 * room.
 */
async function sizesThatFit(
  world: World,
  { most, write }: { readonly most: number; readonly write: Write },
): Promise<readonly number[]> {
  const wanted = [...new Set([...SIZES.filter((size) => size < most), most])]
  const { bavail, bsize } = statfsSync(world.folder)
  let free = bavail * bsize - SPARE_BYTES
  const sizes: number[] = []
  for (const payments of wanted) {
    if (await loadedAlready(world, payments)) sizes.push(payments)
    else {
      const room =
        free >= payments * BYTES_PER_PAYMENT
          ? payments
          : Math.floor(free / BYTES_PER_PAYMENT / 1_000_000) * 1_000_000
      if (room < payments)
        write(
          `${payments} payments need ${((payments * BYTES_PER_PAYMENT) / 1e9).toFixed(0)} GB of disk; ${room} fit into what is free.`,
        )
      if (room > (sizes.at(-1) ?? 0)) sizes.push(room)
      free -= room * BYTES_PER_PAYMENT
    }
  }
  return sizes
}

async function loadedAlready(world: World, payments: number): Promise<ScalePart['databases'][number] | null> {
  const client = await world.connect('postgres')
  const { rows } = await client.query<{ done: string | null }>(
    `select shobj_description(oid, 'pg_database') as done from pg_database where datname = $1`,
    [databaseOf(payments)],
  )
  await client.end()
  return rows[0]?.done ? (JSON.parse(rows[0].done) as ScalePart['databases'][number]) : null
}

/** Loads a database unless an earlier run has: a comment on it says that it is whole. */
async function ensureLoaded(
  world: World,
  payments: number,
  write: Write,
): Promise<ScalePart['databases'][number]> {
  const known = await loadedAlready(world, payments)
  if (known) return known
  const name = databaseOf(payments)
  const client = await world.connect('postgres')
  await client.query(`drop database if exists ${name} with (force)`)
  const loaded = await load(world, payments, write)
  await client.query(`comment on database ${name} is ${client.escapeLiteral(JSON.stringify(loaded))}`)
  await client.end()
  return loaded
}

async function load(world: World, payments: number, write: Write): Promise<ScalePart['databases'][number]> {
  const began = performance.now()
  await world.createDatabase(databaseOf(payments))
  const backend = await world.startBackend({ database: databaseOf(payments), worker: false })
  await backend.stop()
  const client = await world.connect(databaseOf(payments))
  await client.query(`set synchronous_commit = off`)
  await client.query('alter system set autovacuum = off')
  await client.query('select pg_reload_conf()')
  const { marketplace } = backend.ready
  const indexes = await dropIndexes(client)
  const step = payments / SELLERS
  for (let from = 1; from <= payments; from += CHUNK) {
    const to = Math.min(payments, from + CHUNK - 1)
    const released = `case when n % ${step} = 0 then 0 else 10000 end`
    const seller = `1 + (n / ${step} + n % ${step} * 7) % ${SELLERS}`
    const money = moneyOf(step)
    await seed(client, {
      marketplace,
      orders: [{ from, to, seller, authorized: money, captured: money, released }],
    })
    write(`${to} of ${payments} payments loaded, ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
  await seed(client, { marketplace, orders: [newest(payments)] })
  await client.query(`set maintenance_work_mem = '512MB'`)
  for (const definition of indexes) await client.query(definition)
  write(`indexes built, ${((performance.now() - began) / 1000).toFixed(0)} s`)
  await client.query('alter system reset autovacuum')
  await client.query('select pg_reload_conf()')
  await client.query('vacuum analyze')
  await client.query('checkpoint')
  const size = await sizeOf(client)
  await client.end()
  return { payments, ...size, loadedInS: Math.round((performance.now() - began) / 1000) }
}

/**
 * Drops the indexes that nothing refers to, which are built faster when the rows are there; answers what
 * makes them.
 */
async function dropIndexes(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
     join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace
     and not i.indisunique`,
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ definition }) => definition)
}

/** The orders that came last: one of each seller, all of them still held. */
const newest = (payments: number): Orders => ({
  from: payments + 1,
  to: payments + SELLERS,
  seller: `n - ${payments}`,
  authorized: 100_000_000,
  captured: 100_000_000,
})

/** An order of the past has had 100.00 released; one that the load is about holds a million. */
const moneyOf = (step: number): string => `case when n % ${step} = 0 then 100000000 else 10000 end`

async function sizeOf(client: pg.Client): Promise<{ rowsTotal: number; gib: number }> {
  const { rows } = await client.query<{ rows: string; bytes: string }>(
    `select sum(greatest(reltuples, 0))::bigint as rows, pg_database_size(current_database()) as bytes
     from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  const { rows: rowsTotal, bytes } = rows[0] as { rows: string; bytes: string }
  return { rowsTotal: Number(rowsTotal), gib: Number(bytes) / 2 ** 30 }
}

interface Runner {
  readonly payments: number
  readonly where: 'newest' | 'strewn'
  readonly backend: Child<BackendReady>
  readonly runs: Summary[]
}

/** A backend for each database, all at once, measured in turn. */
async function measureAll(world: World, sizes: readonly number[], write: Write): Promise<ScalePart['rows']> {
  const runners: Runner[] = []
  for (const payments of sizes) {
    const backend = await world.startBackend({ database: databaseOf(payments), worker: false })
    for (const where of ['newest', 'strewn'] as const) runners.push({ payments, where, backend, runs: [] })
  }
  for (const runner of runners) await runOne(world, runner, WARM_MS)
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const runner of round % 2 === 1 ? runners : runners.toReversed()) {
      runner.runs.push(await runOne(world, runner, RUN.windowMs))
    }
    const last = runners.map(
      ({ payments, where, runs }) => `${payments}, ${where}: ${runs.at(-1)?.perSecond.toFixed(0)}/s`,
    )
    write(`round ${round} of ${ROUNDS}: ${last.join('; ')}`)
  }
  return runners.map(({ payments, where, runs }) => ({ payments, where, ...rowOf(RUN, runs) }))
}

async function runOne(world: World, runner: Runner, windowMs: number): Promise<Summary> {
  const { payments, where, backend } = runner
  const { port, secretKey } = backend.ready
  const target = { kind: 'http', port, key: secretKey, command: 'release' } as const
  const among = where === 'newest' ? { base: payments, step: 1 } : { base: 0, step: payments / SELLERS }
  return (await world.measure({ target, ...RUN, windowMs, among }, backend.pid)).summary
}
