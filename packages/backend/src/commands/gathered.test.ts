import { randomUUID } from 'node:crypto'
import type { Escrow, Release } from '@holdfast/contract/types'
import fc from 'fast-check'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../postgres/pool.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { crashingPool } from '../testing/crashing-pool.ts'
import { fresh, openShop, type Shop } from '../testing/shop.ts'
import { claimOf, createThing } from '../testing/thing.ts'
import { releaseEscrow, type ReleaseInput } from './escrows.ts'
import { execute, runBatch, type Command, type Submission } from './execute.ts'
import { hashCanonical, type Answer } from './idempotency.ts'

/* Batches of calls on real PostgreSQL: that they do what the same calls do one by one, or nothing at all. */

let backend: TestBackend
let shop: Shop
let sellers: string[]

beforeAll(async () => {
  backend = await startTestBackend()
  shop = openShop(backend)
  sellers = [(await shop.seller()).id, (await shop.seller()).id]
})
afterAll(() => backend.close())

async function held(amount: number, seller = 0): Promise<string> {
  const { escrows: [escrow] } = await shop.paid([{ seller: sellers[seller]!, amount, platformFee: Math.floor(amount / 9) }])
  return escrow!.id
}

function submission(escrow: string, body: ReleaseInput['body'], key: string = randomUUID()): Submission<ReleaseInput> {
  const { id: marketplace } = backend.marketplace
  const claim = { marketplace, route: releaseEscrow.name, scope: releaseEscrow.name, key, bodyHash: hashCanonical(body), sealer: backend.deps.sealer }
  return { marketplace, input: { escrow, body }, requestId: 'req_test', claim }
}

/** An answer without what no two releases have in common. */
function outcome(answer: Answer | symbol): unknown {
  if (typeof answer === 'symbol') return 'taken'
  const { gross, fee, net, code, remaining } = JSON.parse(answer.body) as Release & { code?: string; remaining?: object }
  return { status: answer.status, gross, fee, net, code, remaining }
}

const totals = async (escrow: string) => (await shop.get<Escrow>(`/v1/escrows/${escrow}`)).totals
const releasesOf = async (escrow: string) => (await shop.get<{ data: Release[] }>(`/v1/releases?escrow=${escrow}&limit=100`)).data.length

test('a batch does what its calls do one after another', async () => {
  const [batched, single] = await Promise.all([0, 1].map(async () => Promise.all([held(9_000, 0), held(20_000, 1), held(50_000, 0)])))
  const call = fc.record({ escrow: fc.nat(2), amount: fc.integer({ min: 1, max: 3_000 }), reference: fc.option(fc.nat(3), { nil: undefined }) })
  await fc.assert(fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
    const run = fresh('run')
    const on = (escrows: readonly string[], side: string) => calls.map(({ escrow, amount, reference }) =>
      submission(escrows[escrow]!, { amount, ...(reference !== undefined && { reference: `${run}-${side}-${reference}` }) }))
    const together = await runBatch(backend.deps, releaseEscrow, on(batched!, 'b'))
    const one: (Answer | symbol)[] = []
    for (const each of on(single!, 's')) one.push(...await runBatch(backend.deps, releaseEscrow, [each]))
    expect(together.map(outcome)).toEqual(one.map(outcome))
    expect(await Promise.all(batched!.map(totals))).toEqual(await Promise.all(single!.map(totals)))
  }), { numRuns: 8 })
  expect((await shop.books()).balanced).toBe(true)
})

test('a hundred calls at once are committed in a few transactions, each answered with its own release', async () => {
  const escrow = await held(1_000_000)
  const before = await batches()
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) =>
    shop.post(`/v1/escrows/${escrow}/release`, { amount: index + 1 })))
  expect(answers.map(({ status, body }) => [status, body['gross']])).toEqual(answers.map((_, index) => [200, index + 1]))
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(100)
  const after = await batches()
  expect([after.calls - before.calls, after.transactions - before.transactions < 50]).toEqual([100, true])
  expect((await totals(escrow)).released).toBe(5_050)
})

async function batches(): Promise<{ readonly calls: number; readonly transactions: number }> {
  const text = await (await fetch(`${backend.url}/metrics`)).text()
  const read = (name: string) => Number(new RegExp(`holdfast_batch_size_${name}\\{command="escrows.release"\\} (\\d+)`).exec(text)?.[1] ?? 0)
  return { calls: read('sum'), transactions: read('count') }
}

test('one key twice among many is decided once and answered twice', async () => {
  const escrow = await held(100_000)
  const keys = Array.from({ length: 20 }, () => randomUUID())
  const answers = await Promise.all([...keys, ...keys].map((idempotencyKey) =>
    shop.post(`/v1/escrows/${escrow}/release`, { amount: 10 }, { idempotencyKey })))
  expect(answers.slice(0, 20).map(({ text }) => text)).toEqual(answers.slice(20).map(({ text }) => text))
  expect([(await totals(escrow)).released, await releasesOf(escrow)]).toEqual([200, 20])
})

describe('an item that fails', () => {
  const things: Command<{ readonly reference: string }, { id: string; reference: string }> = {
    name: 'sellers.create', gathered: true,
    async run(tx, calls) {
      for (const { input } of calls) if (input.reference.startsWith('breaks')) throw new Error('a decision broke')
      return createThing.run(tx, calls)
    },
  }
  const make = (reference: string) => execute(backend.deps, things, {
    marketplace: backend.marketplace.id, requestId: 'r', input: { reference },
    claim: claimOf({ marketplace: backend.marketplace.id, key: reference, sealer: backend.deps.sealer }),
  })

  // a NUL breaks the statement that it is in
  test.each(['breaks', 'statement \0'])('%j is its own affair: the others of its batch are done', async (poison) => {
    const names = ['a', 'b', poison, 'c', 'd'].map((name) => fresh(name))
    const outcomes = await Promise.allSettled(names.map(make))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  })

  test('for a lock that another holds keeps no other waiting for longer than that lock is tried for', async () => {
    const [locked, ...free] = [await held(1_000), await held(1_000), await held(1_000, 1)]
    const holder = await backend.deps.pool.connect()
    await holder.query('begin')
    await holder.query('select 1 from milestones where escrow_id = $1 for update', [locked])
    const answers = await Promise.all([free[0]!, locked!, free[1]!, free[0]!].map((escrow) =>
      shop.post(`/v1/escrows/${escrow}/release`, { amount: 1 })))
    await holder.query('rollback')
    holder.release()
    expect(answers.map(({ status }) => status)).toEqual([200, 503, 200, 200])
  })
})

test('two processes that lock the same rows in opposite orders never wait for each other in a circle', async () => {
  const escrows = [await held(100_000, 0), await held(100_000, 1), await held(100_000, 0)]
  const deadlocks = async () => Number((await backend.deps.pool.query<{ n: bigint }>(
    'select deadlocks as n from pg_stat_database where datname = current_database()')).rows[0]!.n)
  const before = await deadlocks()
  const work = async (order: readonly string[]) => {
    for (let round = 0; round < 10; round += 1) {
      await runBatch(backend.deps, releaseEscrow, order.map((escrow) => submission(escrow, { amount: 1 })))
    }
  }
  await Promise.all([work(escrows), work(escrows.toReversed()), work([escrows[1]!, escrows[2]!, escrows[0]!])])
  expect(await deadlocks()).toBe(before)
  expect(await Promise.all(escrows.map(async (escrow) => (await totals(escrow)).released))).toEqual([30, 30, 30])
})

describe('dead at any statement of a batch', () => {
  let pool: Pool
  let escrow: string
  let released = 0
  beforeAll(async () => {
    pool = createPool(backend.database.app, { size: 2, applicationName: 'test' })
    escrow = await held(1_000_000)
    // balance and accounts are there from now on: they are made once
    await runBatch(backend.deps, releaseEscrow, [submission(escrow, { amount: 1 })])
    released = 1
  })
  afterAll(() => pool.end())

  // settings · begin, key and clock, references, locks (2), balances, accounts · all that is written, commit
  const COMMITTED = 10
  const deaths = Array.from({ length: 11 }, (_, index) => [index + 1, 'before'] as const).concat(
    Array.from({ length: 11 }, (_, index) => [index + 1, 'after'] as const) as never)

  test.each(deaths as [number, 'before' | 'after'][])('%i, %s it: all of its releases stand or none, and the retry has each once', async (dieAt, when) => {
    const batch = Array.from({ length: 3 }, () => submission(escrow, { amount: 1, reference: fresh('crash') }))
    const crashing = crashingPool(pool, { dieAt, when })
    await runBatch({ pool: crashing.pool }, releaseEscrow, batch).catch(() => {})
    const stands = (await totals(escrow)).released - released
    expect([0, 3]).toContain(stands)
    if (crashing.died()) expect(stands).toBe(when === 'after' && dieAt >= COMMITTED ? 3 : 0)
    const retry = await Promise.all(batch.map((one) => execute(backend.deps, releaseEscrow, one)))
    expect(retry.map(({ status, replayed = false }) => [status, replayed])).toEqual(batch.map(() => [200, stands === 3]))
    released += 3
    expect((await totals(escrow)).released).toBe(released)
  })
})
