import { verifyEverything } from '@holdfast/backend'
import pg from 'pg'
import { startTestBackend, type TestBackend } from '../../packages/backend/src/testing/backend.ts'
import { call } from '../../packages/backend/src/testing/http.ts'
import { openShop, type Paid, type Shop } from '../../packages/backend/src/testing/shop.ts'
import type { Random } from './random.ts'

/*
 * Real races: two backends on one database are asked at once for what cannot both be had. Whoever wins, no money is
 * given twice: what was captured is held, released or refunded, each unit once.
 */

/** What races: two or three calls that want the same money at the same instant. */
export const conflicts = ['release', 'refund', 'dispute', 'lapse', 'capture', 'void'] as const
export type Conflict = (typeof conflicts)[number]

export interface Raced {
  readonly races: number
  /** How often each took part, and how often it won. */
  readonly took: Readonly<Record<Conflict, { readonly part: number; readonly won: number }>>
  readonly problems: readonly string[]
}

interface Arena {
  readonly backends: readonly [TestBackend, TestBackend]
  readonly shop: Shop
  readonly sql: pg.Client
  readonly sellers: readonly string[]
  readonly random: Random
  readonly orders: number
  readonly took: Record<Conflict, { part: number; won: number }>
  readonly problems: string[]
}

/** An order's shares are locked together: few of them, of many orders, keep callers from waiting for each other. */
const LINES = 4
const ORDERS = 12
const SELLERS = 12
const HELD = 100_000
/** Calls under way at once. */
const AT_ONCE = 10
const MOST_CAPTURES = 6
const EXPRESS_MS = 26 * 86_400_000

async function openArena(random: Random, orders: number): Promise<Arena & { close(): Promise<void> }> {
  const one = await startTestBackend({ railTimeoutMs: 300 })
  const other = await startTestBackend({ worker: true, database: one.database, rails: one.rails })
  const sql = new pg.Client(one.database.superuser)
  await sql.connect()
  const shop = openShop(one)
  await shop.post('/v1/operator/top-ups', { currency: 'USD', amount: 900_000_000, reference: 'first' })
  const sellers = await Promise.all(Array.from({ length: SELLERS }, async () => (await shop.seller()).id))
  const took = Object.fromEntries(conflicts.map(name => [name, { part: 0, won: 0 }])) as Arena['took']
  const close = async (): Promise<void> => {
    await sql.end()
    await other.close({ keep: true })
    await one.close()
  }
  return { backends: [one, other], shop, sql, sellers, random, orders, took, problems: [], close }
}

/** Asks one of the two backends, as the marketplace of the first. Answers whether it was done. */
async function ask({ backends, random, took }: Arena, what: Conflict, path: string, body: object): Promise<boolean> {
  const { url } = random.pick(backends)
  took[what].part += 1
  for (let tried = 0; ; tried += 1) {
    const { status } = await call({ url, marketplace: backends[0].marketplace }, 'POST', path, { body })
    if (status >= 500 && tried < 20) continue
    const won = status < 300
    if (won) took[what].won += 1
    return won
  }
}

async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item)
  }))
}

interface Share {
  readonly escrow: string
  readonly payment: string
}

const shares = ({ escrows, payment }: Paid): Share[] => escrows.map(({ id }) => ({ escrow: id, payment: payment.id }))

/** Buys, and tries again where the machine was too busy to answer: the races are what is looked at. */
async function paid(shop: Shop, ...given: Parameters<Shop['paid']>): Promise<Paid> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await shop.paid(...given)
    } catch (error) {
      if (tried === 10) throw error
    }
  }
}

/** The first share of each order, then the second of each, and so on. */
async function buy({ shop, sellers, random, orders }: Arena): Promise<Share[]> {
  const line = () => ({ seller: random.pick(sellers), amount: HELD, platformFee: 3_000, releaseTerms: { method: 'express' as const } })
  const bought = await Promise.all(Array.from({ length: orders }, async () => shares(await paid(shop, Array.from({ length: LINES }, line)))))
  return Array.from({ length: LINES }, (_, index) => bought.map(of => of[index] as Share)).flat()
}

const wants: Readonly<Record<'release' | 'refund' | 'dispute', (arena: Arena, share: Share, amount: number) => Promise<boolean>>> = {
  release: (arena, { escrow }, amount) => ask(arena, 'release', `/v1/escrows/${escrow}/release`, { amount }),
  refund: (arena, { escrow, payment }, amount) => ask(arena, 'refund', '/v1/refunds', { payment, allotments: [{ escrow, amount }] }),
  dispute: (arena, { escrow }) => ask(arena, 'dispute', '/v1/disputes', { escrow, reason: 'not as described' }),
}

/** Two or three want more than half of what is held, each. Answers how many races that were. */
async function raceHeld(arena: Arena): Promise<number> {
  const { random, shop } = arena
  const bought = await buy(arena)
  let races = 0
  for (const part of [0.6, 0.2, 0.08]) {
    await atOnce(bought, async share => {
      const amount = Math.floor(HELD * part)
      const rivals = [random.pick(['release', 'release', 'refund'] as const), random.pick(['release', 'refund', 'dispute'] as const), ...(random.whole(3) === 0 ? ['refund' as const] : [])]
      races += 1
      await Promise.all(rivals.map(rival => wants[rival](arena, share, amount)))
      if (rivals.includes('dispute')) await withdraw(shop, share)
    })
  }
  return races
}

async function withdraw(shop: Shop, { escrow }: Share): Promise<void> {
  const { dispute } = await shop.get<{ dispute: string | null }>(`/v1/escrows/${escrow}`)
  if (dispute) await shop.post(`/v1/disputes/${dispute}/withdraw`)
}

/** The worker lets escrows lapse while others release, refund and dispute them. */
async function raceLapse(arena: Arena): Promise<number> {
  const { backends: [, worker], random, shop, took, sql } = arena
  const bought = await buy(arena)
  await atOnce(bought, async ({ escrow }) => void (await shop.post(`/v1/escrows/${escrow}/deliver`, { method: 'express' })))
  await shop.advance(EXPRESS_MS)
  const lapsing = worker.deps.wakeWorker()
  await atOnce(bought, async share => {
    await wants[random.pick(['release', 'refund', 'dispute'] as const)](arena, share, HELD)
  })
  await lapsing
  const { rows: [row] } = await sql.query<{ n: number }>(`select count(*)::int as n from releases where reason = 'automatic' and escrow_id = any($1)`, [bought.map(({ escrow }) => escrow)])
  took.lapse.part += bought.length
  took.lapse.won += row?.n ?? 0
  return bought.length
}

/** Captures that together exceed what is authorized, and a void of it. */
async function raceCapture(arena: Arena): Promise<number> {
  const { shop, sellers, random } = arena
  const { payment: { id } } = await paid(shop, [{ seller: random.pick(sellers), amount: HELD, platformFee: 999 }], { captureMode: 'manual' })
  let left = HELD
  let races = 0
  for (; races < MOST_CAPTURES && left > 10; races += 1) {
    const amount = Math.floor(left * 0.6)
    const rival = races === MOST_CAPTURES - 1 || random.whole(4) === 0
    await Promise.all([
      ask(arena, 'capture', `/v1/payments/${id}/capture`, { amount }),
      rival ? ask(arena, 'void', `/v1/payments/${id}/void`, {}) : ask(arena, 'capture', `/v1/payments/${id}/capture`, { amount }),
    ])
    const now = await shop.get<{ captured: number; capturable: number }>(`/v1/payments/${id}`)
    left = now.capturable
  }
  return races
}

/** What was given for each escrow, by the rows of what was done, not by its balances. */
const GIVEN = `
  select m.id, m.amount, m.captured, coalesce(r.gross, 0)::bigint as released, coalesce(f.held, 0)::bigint as refunded_held, coalesce(f.released, 0)::bigint as refunded_released
  from milestones m
  left join (select milestone_id, sum(gross) as gross from release_allotments group by 1) r on r.milestone_id = m.id
  left join (select a.milestone_id, sum((a.sources->>'held')::bigint) as held, sum((a.sources->>'released')::bigint) as released
    from refund_allotments a join refunds x on x.id = a.refund_id where x.state <> 'failed' group by 1) f on f.milestone_id = m.id
  where coalesce(r.gross, 0) + coalesce(f.held, 0) > m.captured or coalesce(f.released, 0) > coalesce(r.gross, 0) or m.captured > m.amount`

async function audit({ backends: [backend], sql, problems }: Arena): Promise<void> {
  const { rows } = await sql.query<Record<string, unknown>>(GIVEN)
  problems.push(...rows.map(row => `paid twice: ${JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}`))
  const { findings } = await verifyEverything(backend.deps.pool)
  problems.push(...findings.map(({ rule, subject, field, expected, actual }) => `${rule} ${subject} ${field}: expected ${expected}, found ${actual}`))
  const atRail = backend.rails.jpmorgan.records
  const sum = (records: readonly { amount: number; decline?: unknown }[]): number => records.filter(({ decline }) => decline === undefined).reduce((total, { amount }) => total + amount, 0)
  const { rows: [books] } = await sql.query<{ captured: string; refunded: string }>('select sum(captured)::text as captured, sum(refunded)::text as refunded from payments')
  const rail = { captured: String(sum(atRail.captures())), refunded: String(sum(atRail.refunds())) }
  if (rail.captured !== books?.captured || rail.refunded !== books.refunded) problems.push(`the rail has ${JSON.stringify(rail)}, the books ${JSON.stringify(books)}`)
}

/** Races until there were so many, or time is up; then looks at what was given to whom. */
export async function race(random: Random, { races: wanted, orders = ORDERS, until = Infinity, onRace = () => {} }: { races: number; orders?: number; until?: number; onRace?: (done: number) => void }): Promise<Raced> {
  const arena = await openArena(random, orders)
  try {
    let done = 0
    for (let turn = 0; done < wanted && performance.now() < until; turn += 1) {
      done += turn % 4 === 1 ? await raceLapse(arena) : await raceHeld(arena)
      const pairs = await Promise.all(Array.from({ length: Math.ceil(orders / 3) }, () => raceCapture(arena)))
      done += pairs.reduce((sum, races) => sum + races, 0)
      onRace(done)
    }
    await audit(arena)
    return { races: done, took: arena.took, problems: arena.problems }
  } finally {
    await arena.close()
  }
}
