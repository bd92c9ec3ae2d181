import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../../packages/backend/src/testing/database.ts'
import { createPlainServer, schema } from './plain-server.ts'

const key = 'plain-test-key'
let database: TestDatabase
let client: pg.Client
let app: ReturnType<typeof createPlainServer>

beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client(database.owner)
  await client.connect()
  await client.query(`create schema plain; set search_path to plain; ${schema}`)
  await client.query(`alter role current_user in database ${database.name} set search_path to plain`)
  await client.query('insert into sellers (id) values (1), (2)')
  await client.query('insert into escrows values (10, 1, 1000, 500), (11, 1, 1000, 500), (20, 2, 1000, 500)')
  app = createPlainServer({ database: database.owner, key, poolSize: 8 })
})
afterAll(async () => {
  await app.close()
  await client.end()
  await database.drop()
})

async function release(
  escrow: number,
  amount: number,
  { idempotencyKey = randomUUID() as string, bearer = key } = {},
) {
  const answer = await app.inject({
    method: 'POST',
    url: `/escrows/${escrow}/release`,
    payload: { amount },
    headers: { authorization: `Bearer ${bearer}`, 'idempotency-key': idempotencyKey },
  })
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
}

const one = async (text: string): Promise<unknown> =>
  Object.values((await client.query<Record<string, unknown>>(text)).rows[0] as object)[0]

test('concurrent releases of one escrow never take more than it holds, and every one is in the books',
  async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => release(10, 60)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(16)
  expect(
    answers.filter(({ status, body }) => status === 409 && body['code'] === 'amount_exceeds_remaining'),
  ).toHaveLength(24)
  expect(await one('select held from escrows where id = 10')).toBe('40')
  expect(await one('select available from sellers where id = 1')).toBe(String(16 * 57))
  expect(
    await one(`select sum(amount) from postings where debit = 'escrow:10' and credit = 'seller:1'`),
  ).toBe(String(16 * 57))
  expect(
    await one(`select sum(amount) from postings where debit = 'escrow:10' and credit = 'platform:fees'`),
  ).toBe(String(16 * 3))
  expect(await one(`select count(*) from outbox where data->>'escrow' = '10'`)).toBe('16')
})

test('the same key sent many times at once releases once and answers the same each time', async () => {
  const idempotencyKey = randomUUID()
  const answers = await Promise.all(Array.from({ length: 12 }, () => release(20, 100, { idempotencyKey })))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(await one('select held from escrows where id = 20')).toBe('900')
})

test.each([
  ['more than is held', () => release(11, 1_001), 409, '1000'],
  ['an escrow that is not there', () => release(99, 1), 404, '1000'],
  ['an amount that is not whole', () => release(11, 0.5), 400, '1000'],
  ['a wrong API key', () => release(11, 1, { bearer: 'other' }), 401, '1000'],
])('refuses %s and moves nothing', async (_what, call, status, held) => {
  expect((await call()).status).toBe(status)
  expect(await one('select held from escrows where id = 11')).toBe(held)
})

test('refuses a key that comes again with another amount', async () => {
  const idempotencyKey = randomUUID()
  expect((await release(11, 10, { idempotencyKey })).status).toBe(200)
  expect((await release(11, 20, { idempotencyKey })).status).toBe(422)
})
