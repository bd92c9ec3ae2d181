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

const SIZES = [10_000, 100_000] as const
const ROUNDS = 5
const CALLERS = 32
const RUN = { load: 'spread', callers: CALLERS, leadMs: 500, windowMs: 2_000 } as const
const CHUNK = 250_000
const AT_MOST = 1.2

/** What a payment and all that belongs to it takes with its indexes, about; measured, see docs/benchmarks. */
const BYTES_PER_PAYMENT = 9_000
const SPARE_BYTES = 8e9

const databaseOf = (payments: number): string => `payments_${payments}`

/**
 * What a release costs when the books hold ten thousand, a million and ten million payments: the same ten thousand
 * sellers, each with one order that holds money, evenly strewn over all of them. What was loaded is kept under
 * `.holdfast/`, for loading takes much longer than measuring.
 *
 * @returns whether the cost with the most payments is within what is promised; false where they don't fit on the disk
 */
export async function runScale(write: Write): Promise<boolean> {
  const world = await openWorld({ name: 'bench-scale', keep: true })
  try {
    const sizes = SIZES.filter((payments) => fits(world, payments, write))
    const databases: ScalePart['databases'][number][] = []
    for (const payments of sizes) databases.push(await ensureLoaded(world, payments, write))
    const part = await describePart(world)
    const rows = await measureAll(world, sizes, write)
    const [first, last] = [rows[0], rows.at(-1)] as [ScalePart['rows'][number], ScalePart['rows'][number]]
    const ratio = first.perSecond / last.perSecond
    keepResults({ scale: { ...part, databases, rows, ratio } })
    write(table([['', 'load', 'per second', 'p50 ms', 'p99 ms'], ...rows.map((row) =>
      [`${row.payments} payments`, row.load, row.perSecond.toFixed(0), row.p50.toFixed(2), row.p99.toFixed(2)])]))
    const met = ratio <= AT_MOST && last.payments === SIZES.at(-1)
    write(`${met ? 'met   ' : 'FAILED'} a release among ${last.payments} payments costs ${ratio.toFixed(2)} × one among ${first.payments}, at most ${AT_MOST} × at ${SIZES.at(-1)}`)
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

function fits({ folder }: World, payments: number, write: Write): boolean {
  const { bavail, bsize } = statfsSync(folder)
  const [free, needed] = [bavail * bsize, payments * BYTES_PER_PAYMENT + SPARE_BYTES]
  if (free > needed || payments <= 1_000_000) return true
  write(`${payments} payments don't fit: they need ${(needed / 1e9).toFixed(0)} GB of disk, and ${(free / 1e9).toFixed(0)} GB are free.`)
  return false
}

/** Loads a database unless an earlier run has: a comment on it says that it is whole. */
async function ensureLoaded(world: World, payments: number, write: Write): Promise<ScalePart['databases'][number]> {
  const name = databaseOf(payments)
  const postgres = await world.connect('postgres')
  const { rows } = await postgres.query<{ done: string | null }>(
    `select shobj_description(oid, 'pg_database') as done from pg_database where datname = $1`, [name])
  const known = rows[0]?.done
  if (!known) {
    await postgres.query(`drop database if exists ${name} with (force)`)
    const loaded = await load(world, payments, write)
    await postgres.query(`comment on database ${name} is ${postgres.escapeLiteral(JSON.stringify(loaded))}`)
    await postgres.end()
    return loaded
  }
  await postgres.end()
  return JSON.parse(known) as ScalePart['databases'][number]
}

async function load(world: World, payments: number, write: Write): Promise<ScalePart['databases'][number]> {
  const began = performance.now()
  await world.createDatabase(databaseOf(payments))
  const backend = await world.startBackend({ database: databaseOf(payments), worker: false })
  await backend.stop()
  const client = await world.connect(databaseOf(payments))
  await client.query(`set synchronous_commit = off`)
  const step = payments / SELLERS
  for (let from = 1; from <= payments; from += CHUNK) {
    const to = Math.min(payments, from + CHUNK - 1)
    await seed(client, { marketplace: backend.ready.marketplace, orders: [{
      from, to, seller: `1 + (n / ${step} + n % ${step} * 7) % ${SELLERS}`,
      authorized: moneyOf(step), captured: moneyOf(step), released: `case when n % ${step} = 0 then 0 else 10000 end`,
    }] })
    write(`${to} of ${payments} payments loaded, ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
  await client.query('vacuum analyze')
  await client.query('checkpoint')
  const size = await sizeOf(client)
  await client.end()
  return { payments, ...size, loadedInS: Math.round((performance.now() - began) / 1000) }
}

/** An order of the past has had 100.00 released; one that the load is about holds a million. */
const moneyOf = (step: number): string => `case when n % ${step} = 0 then 100000000 else 10000 end`

async function sizeOf(client: pg.Client): Promise<{ rowsTotal: number; gib: number }> {
  const { rows } = await client.query<{ rows: string; bytes: string }>(
    `select sum(greatest(reltuples, 0))::bigint as rows, pg_database_size(current_database()) as bytes
     from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`)
  const { rows: rowsTotal, bytes } = rows[0] as { rows: string; bytes: string }
  return { rowsTotal: Number(rowsTotal), gib: Number(bytes) / 2 ** 30 }
}

/** A backend for each database, all at once, measured in turn. */
async function measureAll(world: World, sizes: readonly number[], write: Write): Promise<ScalePart['rows']> {
  const backends: { payments: number; backend: Child<BackendReady>; runs: Summary[] }[] = []
  for (const payments of sizes) {
    backends.push({ payments, backend: await world.startBackend({ database: databaseOf(payments), worker: false }), runs: [] })
  }
  const run = (payments: number, { port, secretKey }: BackendReady, windowMs: number) => world.measure({
    target: { kind: 'http', port, key: secretKey, command: 'release' }, ...RUN, windowMs, step: payments / SELLERS,
  })
  for (const { payments, backend } of backends) await run(payments, backend.ready, 10_000)
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const one of round % 2 === 1 ? backends : backends.toReversed()) {
      one.runs.push(await run(one.payments, one.backend.ready, RUN.windowMs))
    }
    write(`round ${round} of ${ROUNDS}: ${backends.map(({ payments, runs }) => `${payments}: ${medians(runs).perSecond.toFixed(0)}/s`).join(', ')}`)
  }
  return backends.map(({ payments, runs }) => ({ payments, ...rowOf(RUN, runs) }))
}
