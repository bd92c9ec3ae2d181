import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stageEvents, type Event } from './events.ts'
import { inTransaction } from './postgres/transaction.ts'
import { migrate } from './postgres/migrate.ts'
import { createPool } from './postgres/pool.ts'
import { until } from './postgres/processes.ts'
import { startTestBackend, type TestBackend } from './testing/backend.ts'
import { call } from './testing/http.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await startTestBackend({ config: (defaults) => ({ ...defaults, http: { ...defaults.http, validateResponses: false } }) })
})
afterAll(() => backend.close())

const list = async (query: string) => (await call(backend, 'GET', `/v1/events?limit=100&${query}`)).body['data'] as Event[]
const stage = (subject: string, times = 1) => inTransaction(backend.deps.pool, (tx) => stageEvents(
  tx, { marketplace: backend.marketplace.id, now: new Date() }, Array.from({ length: times }, () => ({ type: 'seller.updated', subject, data: { subject } })),
))

test('are numbered from one per object, without gaps', async () => {
  const subject = `sel_${randomUUID()}`
  await stage(subject, 3)
  await stage(subject)
  await stage(`${subject}x`)
  expect((await list(`object=${subject}`)).map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1])
  expect((await list(`object=${subject}x`)).map(({ sequence }) => sequence)).toEqual([1])
})

test('are told of every change to a seller, with the seller as it then stood', async () => {
  const made = await call(backend, 'POST', '/v1/sellers', { body: { reference: randomUUID(), name: 'First', country: 'DE' } })
  await call(backend, 'PATCH', `/v1/sellers/${made.body['id']}`, { body: { name: 'Second' } })
  const events = await list(`object=${made.body['id']}`)
  expect(events.map(({ type, data }) => [type, (data as { name: string }).name])).toEqual([['seller.updated', 'Second'], ['seller.created', 'First']])
  expect((await call(backend, 'GET', `/v1/events/${events[0]?.id}`)).body).toEqual(events[0])
})

test('are staged with what they tell, or not at all', async () => {
  const subject = `sel_${randomUUID()}`
  await expect(inTransaction(backend.deps.pool, async (tx) => {
    stageEvents(tx, { marketplace: backend.marketplace.id, now: new Date() }, [{ type: 'seller.created', subject, data: {} }])
    throw new Error('undone')
  })).rejects.toThrow('undone')
  expect(await list(`object=${subject}`)).toEqual([])
})

test('a reader of the oldest first loses none, however late an earlier transaction commits', async () => {
  const { pool } = backend.deps
  const marketplace = backend.marketplace.id
  const read: string[] = []
  const readOn = async () => {
    const page = await list(`order=oldest&type=payout.created${read.length ? `&after=${read.at(-1)}` : ''}`)
    read.push(...page.map(({ id }) => id))
  }
  await readOn()
  const early = await pool.connect()
  await early.query('begin')
  stageEvents({ send: (statement) => void early.query(statement) }, { marketplace, now: new Date() }, [{ type: 'payout.created', subject: 'sel_early', data: {} }])
  await inTransaction(pool, (tx) => stageEvents(tx, { marketplace, now: new Date() }, [{ type: 'payout.created', subject: 'sel_late', data: {} }]))
  const before = read.length
  await readOn()
  expect(read).toHaveLength(before)
  await early.query('commit')
  early.release()
  // Another transaction on the same server may hold the mark back for a moment.
  await until(async () => {
    await readOn()
    return read.length >= before + 2
  }, 10_000)
  const subjects = new Map((await list('type=payout.created')).map(({ id, subject }) => [id, subject]))
  expect(read.slice(before).map((id) => subjects.get(id))).toEqual(['sel_early', 'sel_late'])
})

test('two transactions that stage for one object at once both do, one after the other', async () => {
  const subject = `sel_${randomUUID()}`
  await Promise.all(Array.from({ length: 5 }, () => stage(subject)))
  expect((await list(`object=${subject}`)).map(({ sequence }) => sequence).toSorted()).toEqual([1, 2, 3, 4, 5])
})

test('can be read on after a restore on another server, whose transactions are counted anew', async () => {
  const owner = createPool(backend.database.owner, { size: 1, applicationName: 'test' })
  await owner.query(`update events set transaction_id = '1152921504606846976'`)
  expect(await list('order=oldest')).toEqual([])
  await owner.query('update event_source set system_identifier = 1')
  await migrate(owner)
  await owner.end()
  const ids = (await list('order=oldest')).map(({ id }) => id)
  expect(ids).toEqual((await list('')).map(({ id }) => id).toReversed())
  expect(ids.length).toBeGreaterThan(0)
})
