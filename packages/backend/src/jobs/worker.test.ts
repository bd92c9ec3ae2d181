import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../http/metrics.ts'
import { until } from '../postgres/processes.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { MAX_ATTEMPTS } from './failures.ts'
import type { JobHandler, Subject } from './handler.ts'
import { sweep } from './housekeeping.ts'
import { startWorker } from './worker.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await startTestBackend()
})
afterAll(() => backend.close())

const metrics = () => createMetrics({ pool: backend.deps.pool, gauges: { unknownOperations: async () => 0, events: async () => 0, setAside: async () => 0, webhookBacklog: async () => 0, webhooksFailing: async () => 0 } })

/** A job over a list of ids: those in `poison` can't be handled. */
function jobOver(ids: readonly string[], poison: ReadonlySet<string> = new Set()) {
  const open = new Set(ids)
  const handled: string[] = []
  const under = { now: 0, most: 0 }
  const handler: JobHandler = {
    queue: 'timers',
    due: async (_deps, { limit, except }) => [...open].filter((id) => !except.includes(id)).slice(0, limit)
      .map((id): Subject => ({ marketplace: backend.marketplace.id, id })),
    async handle(_deps, { id }) {
      handled.push(id)
      under.now += 1
      under.most = Math.max(under.most, [...handled].filter((other) => other === id).length)
      if (poison.has(id)) throw new Error(`can't handle ${id}`)
      open.delete(id)
    },
  }
  return { handler, handled, open }
}

const start = (handler: JobHandler) => startWorker(backend.deps, { connection: backend.database.app, handlers: [handler], metrics: metrics() })

test('handles what is due, each once, also with two workers', async () => {
  const ids = Array.from({ length: 200 }, (_, index) => `one-${index}`)
  const { handler, handled, open } = jobOver(ids)
  const workers = await Promise.all([start(handler), start(handler)])
  await Promise.all(workers.map((worker) => worker.wake()))
  expect(await until(() => open.size === 0, 20_000)).toBe(true)
  await Promise.all(workers.map((worker) => worker.stop()))
  expect(handled.toSorted()).toEqual(ids.toSorted())
})

test('sets a poison subject aside with its error, and the others go on', async () => {
  const { handler, open } = jobOver(['good-1', 'bad', 'good-2'], new Set(['bad']))
  const worker = await start(handler)
  await worker.wake()
  expect(await until(() => open.size === 1, 20_000)).toBe(true)
  const failure = async () => (await backend.deps.db.selectFrom('job_failures').selectAll().where('subject', '=', 'bad').executeTakeFirst())
  expect(await until(async () => (await failure()) !== undefined, 20_000)).toBe(true)
  // Time is made to pass in the row, not in the test.
  await until(async () => {
    await backend.deps.db.updateTable('job_failures').set({ next_try_at: new Date(0) }).where('subject', '=', 'bad').where('set_aside_at', 'is', null).execute()
    await worker.wake()
    return (await failure())?.set_aside_at instanceof Date
  }, 25_000)
  expect(await failure()).toMatchObject({ attempts: MAX_ATTEMPTS, error: "Error: can't handle bad", set_aside_at: expect.any(Date) })
  await worker.stop()
})

test('a subject that was set aside and is done since, by whatever way, is an alarm no longer', async () => {
  const { pool } = backend.deps
  const insert = (subject: string, hours: number) => pool.query(
    `insert into job_failures (marketplace_id, queue, subject, attempts, error, next_try_at, set_aside_at)
     values ($1, 'inquiries', $2, 8, 'Error: no answer', now() - make_interval(hours => $3), now())`,
    [backend.marketplace.id, subject, hours],
  )
  await insert('nobody asks for it any more', 7)
  await insert('tried again within the hour', -1)
  await insert('waits for a worker', 1)
  await sweep(pool)
  const { rows } = await pool.query<{ subject: string }>(`select subject from job_failures where queue = 'inquiries' order by 1`)
  expect(rows.map(({ subject }) => subject)).toEqual(['tried again within the hour', 'waits for a worker'])
})

test('forgets idempotency keys after 35 days, and no sooner', async () => {
  const { pool } = backend.deps
  const insert = (key: string, days: number) => pool.query(
    `insert into idempotency_keys (marketplace_id, scope, key, body_hash, created_at) values ($1, 's', $2, $3, now() - make_interval(days => $4))`,
    [backend.marketplace.id, key, Buffer.alloc(32), days],
  )
  await insert('old', 36)
  await insert('young', 34)
  await sweep(pool)
  const { rows } = await pool.query<{ key: string }>(`select key from idempotency_keys where scope = 's'`)
  expect(rows).toEqual([{ key: 'young' }])
})

test('forgets more keys than at once, one sweep after another', async () => {
  const { pool } = backend.deps
  await pool.query(
    `insert into idempotency_keys (marketplace_id, scope, key, body_hash, created_at)
     select $1, 'many', n::text, $2, now() - interval '36 days' from generate_series(1, 10001) n`,
    [backend.marketplace.id, Buffer.alloc(32)],
  )
  expect([await sweep(pool), await sweep(pool)]).toEqual([true, false])
  const { rows } = await pool.query(`select from idempotency_keys where scope = 'many'`)
  expect(rows).toHaveLength(0)
})

test('forgets notifications that were refused after ninety days, and what a rail said never', async () => {
  const { pool } = backend.deps
  const insert = (id: string, verdict: 'accepted' | 'refused', days: number) => pool.query(
    `insert into notifications (marketplace_id, connector, id, verdict, reason, body, received_at)
     values ($1, 'wallet', $2, $3, 'signature', '', now() - make_interval(days => $4))`,
    [backend.marketplace.id, id, verdict, days],
  )
  await insert('old forgery', 'refused', 91)
  await insert('young forgery', 'refused', 89)
  await insert('old word', 'accepted', 400)
  await sweep(pool)
  const { rows } = await pool.query<{ id: string }>('select id from notifications order by id')
  expect(rows.map(({ id }) => id)).toEqual(['old word', 'young forgery'])
})
