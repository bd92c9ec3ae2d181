import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Hooks } from '../deps.ts'
import { createPool } from '../postgres/pool.ts'
import { DatabaseBusy } from '../postgres/transaction.ts'
import { createSealer } from '../seal.ts'
import { crashingPool } from '../testing/crashing-pool.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { claimOf, createThing } from '../testing/thing.ts'
import { execute, runBatch, type Command } from './execute.ts'
import { answerOnce, hashCanonical, render, storeAnswers, taken, takenKeys, writeKeys } from './idempotency.ts'
import { inTransaction } from '../postgres/transaction.ts'

const marketplace = 'mkt_0'
const sealer = createSealer(Buffer.alloc(32, 7))
const hooks: Hooks = { findSessionBySecret: async () => null, resumeOperation: async () => 'in_flight' }

let database: TestDatabase
let pool: Pool
let deps: { pool: Pool; hooks: Hooks }
let key = 0

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.app, { size: 4, applicationName: 'test', waitMs: 1_200 })
  deps = { pool, hooks }
  await pool.query(`insert into marketplaces values ($1, 'M', 'test', '{}', now())`, [marketplace])
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  key += 1
})

const submit = (over: { body?: unknown; reference?: string } = {}) => ({
  marketplace, requestId: `req_${key}`, input: { reference: over.reference ?? `ref-${key}` },
  claim: claimOf({ marketplace, key: `key-${key}`, sealer, ...over }),
})
const count = async (sql: string, values: unknown[] = []) => Number((await pool.query<{ n: bigint }>(sql, values)).rows[0]?.n)
const sellersNow = () => count('select count(*) as n from sellers where reference = $1', [`ref-${key}`])

describe('one key', () => {
  test('a hundred calls at once have one effect and a hundred equal answers, over four connections', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => execute(deps, createThing, submit())))
    expect(new Set(answers.map(({ body, status }) => `${status} ${body}`)).size).toBe(1)
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(await sellersNow()).toBe(1)
  })

  test('two processes with fifty calls each have one effect', async () => {
    vi.resetModules()
    const other = (await import('./execute.ts')) as typeof import('./execute.ts')
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 ? execute : other.execute)(deps, createThing, submit())))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(await sellersNow()).toBe(1)
  })

  test('a later call is answered with the stored bytes', async () => {
    const first = await execute(deps, createThing, submit())
    const again = await execute(deps, createThing, { ...submit(), requestId: 'req_other' })
    expect([again.body, again.status, again.replayed]).toEqual([first.body, 201, true])
  })

  test('another body is refused with 422, also while the first call is at work', async () => {
    const [first, other] = await Promise.all([execute(deps, createThing, submit()), execute(deps, createThing, submit({ body: { other: 1 } }))])
    const later = await execute(deps, createThing, submit({ body: { other: 1 } }))
    expect([first.status, other.status, later.status]).toEqual([201, 422, 422])
  })

  test('the order of names in a body makes no difference, its values do', () => {
    const hash = (value: unknown) => hashCanonical(value).toString('hex')
    expect(hash({ a: 1, b: { c: [1, 2], d: null } })).toBe(hash({ b: { d: null, c: [1, 2] }, a: 1 }))
    expect(hash([1, 2])).not.toBe(hash([2, 1]))
    expect(hash({ a: '1' })).not.toBe(hash({ a: 1 }))
  })

  test('the same key of another route is another key', async () => {
    await execute(deps, createThing, submit())
    const other = { ...submit({ reference: `other-${key}` }) }
    const answer = await execute(deps, createThing, { ...other, claim: { ...other.claim, scope: 'sellers.update' } })
    expect([answer.status, answer.replayed]).toEqual([201, undefined])
  })

  test('the stored answer shows nothing to who reads the table', async () => {
    await execute(deps, createThing, submit())
    const { rows } = await pool.query<{ body_sealed: Buffer }>('select body_sealed from idempotency_keys where key = $1', [`key-${key}`])
    expect(rows[0]?.body_sealed.toString('latin1')).not.toContain(`ref-${key}`)
  })
})

describe('what is stored', () => {
  const refusing = (refused: 'reference_taken' | 'unavailable'): Command<unknown, never> => ({
    name: 'sellers.create', run: async (_tx, calls) => calls.map(() => ({ refused, detail: 'no.' })),
  })

  test('a refusal about state is the key’s answer', async () => {
    const first = await execute(deps, refusing('reference_taken'), submit())
    const again = await execute(deps, createThing, submit())
    expect([first.status, again.status, again.body]).toEqual([409, 409, first.body])
  })

  test('a refusal of 5xx gives the key back', async () => {
    const first = await execute(deps, refusing('unavailable'), submit())
    const again = await execute(deps, createThing, submit())
    expect([first.status, again.status]).toEqual([503, 201])
  })

  test('an error gives the key back and leaves no effect', async () => {
    const failing: typeof createThing = { ...createThing, async run(tx, calls) { await createThing.run(tx, calls); throw new Error('broken') } }
    await expect(execute(deps, failing, submit())).rejects.toThrow('broken')
    expect(await sellersNow()).toBe(0)
    expect((await execute(deps, createThing, submit())).status).toBe(201)
  })
})

describe('a batch', () => {
  test('decides in order, stores each answer, and leaves out a key that was there', async () => {
    await execute(deps, createThing, submit())
    const fresh = ['b', 'a'].map((name) => ({ ...submit({ reference: `${name}-${key}` }), claim: claimOf({ marketplace, key: `${name}-${key}`, sealer }) }))
    const [known, ...made] = await runBatch(deps, createThing, [submit(), ...fresh])
    expect(known).toBe(taken)
    expect(made.map((answer) => answer !== taken && JSON.parse(answer.body).reference)).toEqual([`b-${key}`, `a-${key}`])
  })
})

describe('a database that is busy', () => {
  test('a deadlock is run again with fresh reads', async () => {
    const rows = [`x-${key}`, `y-${key}`]
    for (const reference of rows) await execute(deps, createThing, { ...submit({ reference }), claim: null })
    const locking = (order: readonly string[]): Command<unknown, { ok: true }> => ({
      name: 'sellers.create',
      async run(tx, calls) {
        for (const reference of order) {
          await tx.client.query('update sellers set name = name where marketplace_id = $1 and reference = $2', [marketplace, reference])
          await tx.client.query('select pg_sleep(0.05)')
        }
        return calls.map(() => ({ ok: true }))
      },
    })
    const answers = await Promise.all([rows, rows.toReversed()].map((order) => execute(deps, locking(order), { ...submit(), claim: null })))
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
  })

  test('a lock that isn’t to be had in time is DatabaseBusy, and the key is free again', async () => {
    await execute(deps, createThing, { ...submit(), claim: null })
    const holder = await pool.connect()
    await holder.query('begin')
    await holder.query('select 1 from sellers where reference = $1 for update', [`ref-${key}`])
    const locking: Command<unknown, { ok: true }> = {
      name: 'sellers.create',
      run: async (tx, calls) => {
        await tx.client.query('select 1 from sellers where reference = $1 for update', [`ref-${key}`])
        return calls.map(() => ({ ok: true }))
      },
    }
    await expect(execute(deps, locking, submit())).rejects.toBeInstanceOf(DatabaseBusy)
    await holder.query('rollback')
    holder.release()
    expect((await execute(deps, locking, submit())).status).toBe(201)
  })

  test('a pool without a free connection refuses fast', async () => {
    const held = await Promise.all(Array.from({ length: 4 }, () => pool.connect()))
    const begun = performance.now()
    await expect(execute(deps, createThing, submit())).rejects.toBeInstanceOf(DatabaseBusy)
    expect(performance.now() - begun).toBeLessThan(2_000)
    for (const client of held) client.release()
    expect((await execute(deps, createThing, submit())).status).toBe(201)
  })
})

describe('a command in two steps', () => {
  const claimWithOperation = () => {
    const { claim } = submit()
    const first = () => inTransaction(pool, async (tx) => {
      if ((await takenKeys(tx, [claim])).size > 0) return false
      writeKeys(tx, [{ claim, answer: null, operation: 'op_1' }])
      return true
    })
    return { claim, first }
  }

  test('whose process died is resumed: 202 with Retry-After', async () => {
    const { claim, first } = claimWithOperation()
    await first()
    const asked: unknown[] = []
    const resuming = { pool, hooks: { ...hooks, resumeOperation: async (subject: unknown) => { asked.push(subject); return { status: 202, body: { known: 'so far' } } } } }
    const answer = await answerOnce(resuming, { claim, requestId: 'r' }, async () => ((await first()) ? expect.unreachable() : taken))
    expect([answer.status, answer.headers?.['retry-after'], answer.body]).toEqual([202, '1', '{"known":"so far"}'])
    expect(asked).toEqual([{ marketplace, operation: 'op_1', route: 'sellers.create' }])
  })

  test('that is still at work is waited for, then refused with 409 and Retry-After', async () => {
    const { claim, first } = claimWithOperation()
    await first()
    const answer = await answerOnce(deps, { claim, requestId: 'r', waitMs: 100 }, async () => ((await first()) ? expect.unreachable() : taken))
    expect([answer.status, answer.headers?.['retry-after'], JSON.parse(answer.body).code]).toEqual([409, '1', 'idempotency_in_progress'])
  })

  test('that ends while a duplicate waits answers it', async () => {
    const { claim, first } = claimWithOperation()
    await first()
    const waiting = answerOnce(deps, { claim, requestId: 'r' }, async () => ((await first()) ? expect.unreachable() : taken))
    await inTransaction(pool, async (tx) => storeAnswers(tx, [{ claim, answer: render({ body: { done: true } }, { status: 200, requestId: 'r' }) }]))
    expect(await waiting).toMatchObject({ status: 200, body: '{"done":true}', replayed: true })
  })
})

describe('dead at any statement', () => {
  const submission = (name: string) => ({ marketplace, input: { reference: name }, requestId: 'r', claim: claimOf({ marketplace, key: name, sealer }) })
  const look = async (name: string) => ({
    effects: await count('select count(*) as n from sellers where reference = $1', [name]),
    events: await count('select count(*) as n from events where subject = $1', [`sel_${name}`]),
    answers: await count('select count(*) as n from idempotency_keys where key = $1 and status is not null', [name]),
  })
  // settings, begin, look for the key and at the clock, effect, event with answer, commit
  const STATEMENTS = 6
  const deaths = Array.from({ length: STATEMENTS }, (_, index) => [[index + 1, 'before'], [index + 1, 'after']] as [number, 'before' | 'after'][]).flat()

  test.each(deaths)('%i, %s it: effect, event and key stand or fall together, and the retry has the one effect', async (dieAt, when) => {
    const name = `crash-${dieAt}-${when}`
    const crashing = crashingPool(pool, { dieAt, when })
    await expect(execute({ pool: crashing.pool, hooks }, createThing, submission(name))).rejects.toThrow()
    const { effects, events, answers } = await look(name)
    expect([effects, events, answers]).toEqual(dieAt === STATEMENTS && when === 'after' ? [1, 1, 1] : [0, 0, 0])
    const retry = await execute(deps, createThing, submission(name))
    expect([retry.status, retry.replayed ?? false, (await look(name)).effects]).toEqual([201, effects === 1, 1])
  })

  test('past them it lives', async () => {
    const crashing = crashingPool(pool, { dieAt: STATEMENTS + 1, when: 'before' })
    expect((await execute({ pool: crashing.pool, hooks }, createThing, submission('crash-none'))).status).toBe(201)
  })
})
