import { statfsSync } from 'node:fs'
import type pg from 'pg'
import type { BackendReady } from './backend-child.ts'
import { describeMachine } from './machine.ts'
import { SELLERS } from './objects.ts'
import { keepResults, rowOf, today, type ScalePart } from './results.ts'
import { table } from './rounds.ts'
import { seed } from './seed.ts'
import { medians, type Summary } from './statistics.ts'
import { openWorld, type Child, type World } from './world.ts'

type Write = (line: string) => void

const PROMISED = 10_000_000
const SIZES = [10_000, 1_000_000, PROMISED] as const
const ROUNDS = 5
const CALLERS = 32
const RUN = { load: 'spread', callers: CALLERS, leadMs: 500, windowMs: 2_000 } as const
const CHUNK = 250_000
const AT_MOST = 1.2

/** What a payment and all that belongs to it takes with its indexes, about; measured, see docs/benchmarks. */
const BYTES_PER_PAYMENT = 14_000
/** Left free for whoever else uses the disk. */
const SPARE_BYTES = 25e9

const databaseOf = (payments: number): string => `payments_${payments}`

/**
 * What a release costs when the books hold ten thousand, a million and ten million payments: the same ten
 * thousand sellers, each with one order that holds money, evenly strewn over all of them. What was loaded is
 * kept under `.holdfast/`, for loading takes much longer than measuring.
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
    const [first, last] = [rows[0], rows.at(-1)] as [ScalePart['rows'][number], ScalePart['rows'][number]]
    const ratio = first.perSecond / last.perSecond
    keepResults({ scale: { ...part, databases, rows, ratio } })
    write(
      table([
        ['', 'load', 'per second', 'p50 ms', 'p99 ms'],
        ...rows.map((row) => [
          `${row.payments} payments`,
          row.load,
          row.perSecond.toFixed(0),
          row.p50.toFixed(2),
          row.p99.toFixed(2),
        ]),
      ]),
    )
    const met = ratio <= AT_MOST && last.payments >= PROMISED
    write(
      `${met ? 'met   ' : 'FAILED'} a release among ${last.payments} payments costs ${ratio.toFixed(2)} × one among ${first.payments}, at most ${AT_MOST} × at ${PROMISED}`,
    )
    return met
  } finally {
    await world.close()
  }
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
  const indexes = await dropIndexes(client)
  const step = payments / SELLERS
  for (let from = 1; from <= payments; from += CHUNK) {
    const to = Math.min(payments, from + CHUNK - 1)
    await seed(client, {
      marketplace: backend.ready.marketplace,
      orders: [
        {
          from,
          to,
          seller: `1 + (n / ${step} + n % ${step} * 7) % ${SELLERS}`,
          authorized: moneyOf(step),
          captured: moneyOf(step),
          released: `case when n % ${step} = 0 then 0 else 10000 end`,
        },
      ],
    })
    write(`${to} of ${payments} payments loaded, ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
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

/** A backend for each database, all at once, measured in turn. */
async function measureAll(world: World, sizes: readonly number[], write: Write): Promise<ScalePart['rows']> {
  const backends: { payments: number; backend: Child<BackendReady>; runs: Summary[] }[] = []
  for (const payments of sizes) {
    backends.push({
      payments,
      backend: await world.startBackend({ database: databaseOf(payments), worker: false }),
      runs: [],
    })
  }
  const run = (payments: number, { port, secretKey }: BackendReady, windowMs: number) =>
    world.measure({
      target: { kind: 'http', port, key: secretKey, command: 'release' },
      ...RUN,
      windowMs,
      step: payments / SELLERS,
    })
  for (const { payments, backend } of backends) await run(payments, backend.ready, 10_000)
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const one of round % 2 === 1 ? backends : backends.toReversed()) {
      one.runs.push(await run(one.payments, one.backend.ready, RUN.windowMs))
    }
    write(
      `round ${round} of ${ROUNDS}: ${backends.map(({ payments,
      runs }) => `${payments}: ${medians(runs).perSecond.toFixed(0)}/s`).join(', ')}`,
    )
  }
  return backends.map(({ payments, runs }) => ({ payments, ...rowOf(RUN, runs) }))
}
