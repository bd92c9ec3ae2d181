import { newId } from '@holdfast/contract'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Deps } from '../deps.ts'
import { createPool } from '../postgres/pool.ts'
import { DatabaseBusy, inTransaction } from '../postgres/transaction.ts'
import { insertOperation, leaseOperation, type OperationRow } from '../store/operations.ts'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'
import { openLink } from '../testing/link.ts'
import { changeRail } from '../testing/rail.ts'
import { openShop } from '../testing/shop.ts'
import { sendOperation } from './send.ts'

/* Who has an operation under a lease may send it; whoever was held up for longer than that may not. */

let backend: TestBackend
let payment: string
let restore: () => void
/** What the rail was asked, and what its asker's lease was then. */
const asked: number[] = []

beforeAll(async () => {
  backend = await startTestBackend()
  const shop = openShop(backend)
  payment = (await shop.paid([{ seller: (await shop.seller()).id, amount: 10_000 }])).payment.id
  restore = changeRail(backend, () => ({
    followUp: async () => {
      asked.push(await leaseLeft())
      return { outcome: 'unknown', reason: 'test' }
    },
  }))
})
afterAll(() => {
  restore()
  return backend.close()
})
afterEach(() => {
  vi.restoreAllMocks()
  asked.length = 0
})

let op: OperationRow
const leaseLeft = async () => (await backend.deps.pool.query<{ seconds: number }>(
  'select extract(epoch from leased_until - now())::float8 as seconds from operations where id = $1', [op.id])).rows[0]!.seconds
const lease = (seconds: number) => backend.deps.pool.query(
  'update operations set leased_until = now() + make_interval(secs => $2) where id = $1', [op.id, seconds])

/** A refund that is written as intended, leased to its sender. */
async function intend(): Promise<OperationRow> {
  op = await inTransaction(backend.deps.pool, (tx) => insertOperation(tx, { marketplace: backend.marketplace.id, now: new Date(0) }, {
    id: newId('operation'), kind: 'refund', connector: 'jpmorgan', currency: 'USD', amount: 1n, payment,
    request: { subject: payment, orderReference: 'o', railReference: 'r' }, sentBy: 'sender',
  }))
  return op
}

/** Deps whose database is as it is, but for what `query` does about a statement by its name, and what is done when it reads for a call. */
function held({ reading = async () => {}, answered = () => {} }: { reading?: () => Promise<unknown>; answered?: (name: string) => void }): Deps {
  let before: Promise<unknown> = Promise.resolve()
  const { deps } = backend
  const pool = new Proxy(deps.pool, {
    get: (target, name) => (name !== 'query' ? Reflect.get(target, name, target) as unknown : async (query: { name: string }) => {
      await before
      const result = await target.query(query)
      answered(query.name)
      return result
    }),
  }) as Pool
  const db = new Proxy(deps.db, {
    get: (target, name) => {
      if (name === 'selectFrom') before = reading()
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) as unknown : value
    },
  })
  return { ...deps, pool, db }
}

const now = performance.now.bind(performance)
const freeze = (ms: number) => void vi.spyOn(performance, 'now').mockImplementation(() => now() + ms)

test('a lease that runs out while the call is made ready sends nothing', async () => {
  const one = await intend()
  expect(await sendOperation(held({ reading: () => lease(-1) }), one)).toBeNull()
  expect(asked).toEqual([])
})

test('a lease that another has taken since sends nothing', async () => {
  const one = await intend()
  await lease(-1)
  expect(await leaseOperation(backend.deps.pool, { marketplace: one.marketplace_id, id: one.id })).not.toBeNull()
  expect(await sendOperation(backend.deps, one)).toBeNull()
  expect(asked).toEqual([])
})

test('a sender that is frozen just after it has said that it sends, sends nothing, and nobody takes that for a failure', async () => {
  const one = await intend()
  const frozen = held({ answered: (name) => { if (name === 'mark_sent') freeze(21_000) } })
  expect(await sendOperation(frozen, one)).toMatchObject({ outcome: 'unknown' })
  expect(asked).toEqual([])
})

test('a lease that has almost run out begins anew: the rail has its whole time before anybody else asks', async () => {
  const one = await intend()
  await lease(2)
  expect(await sendOperation(backend.deps, one)).toMatchObject({ outcome: 'unknown', reason: 'test' })
  expect(asked).toEqual([expect.closeTo(60, -1)])
})

test.each(['lease_operation', 'mark_sent'])('a database that never answers %s is not waited for: nothing is sent', async (statement) => {
  const one = await intend()
  const link = await openLink(backend.database.app)
  const far = createPool({ ...backend.database.app, ...link.at }, { size: 1, applicationName: 'test' })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await far.query('select 1')
    link.swallow()
    const key = { marketplace: one.marketplace_id, id: one.id }
    const lost = (statement === 'mark_sent' ? sendOperation({ ...backend.deps, pool: far }, one) : leaseOperation(far, key)).catch((error: unknown) => error)
    while (far.idleCount > 0) await new Promise((resolve) => { setImmediate(resolve) })
    await vi.advanceTimersByTimeAsync(13_000)
    expect(await lost).toBeInstanceOf(DatabaseBusy)
    expect(asked).toEqual([])
  } finally {
    vi.useRealTimers()
    await far.end()
    link.close()
  }
})
