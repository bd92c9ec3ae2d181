import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { exchange, sendable, type Statement } from './exchange.ts'
import { createPool } from './pool.ts'
import { inTransaction } from './transaction.ts'
import type { Pool, PoolClient } from 'pg'

/* What goes out together is answered as if each had gone by itself, and an error is everyone's. */

let database: TestDatabase
let pool: Pool
let client: PoolClient

beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.owner, { size: 1, applicationName: 'test' })
  await pool.query('create table things (id int primary key, word text)')
  client = await pool.connect()
})
afterAll(async () => {
  client.release()
  await pool.end()
  await database.drop()
})

const statement = (name: string, text: string, values: readonly unknown[] = []): Statement => ({ name, text, values: sendable(values)! })
const add = (id: number) => statement('add', 'insert into things values ($1, $2)', [id, `thing ${id}`])
const list = statement('list', 'select id, word from things order by id')

test('each statement sees what those before it did, and answers its own rows, however often it comes', async () => {
  for (let round = 0; round < 3; round += 1) {
    const answers = await exchange(client, [statement('begin', 'begin'), add(1), list, add(2), list, statement('rollback', 'rollback')])
    expect(answers.map(({ command, rowCount, rows }) => [command, rowCount, rows])).toEqual([
      ['BEGIN', null, []], ['INSERT', 1, []], ['SELECT', 1, [{ id: 1, word: 'thing 1' }]], ['INSERT', 1, []],
      ['SELECT', 2, [{ id: 1, word: 'thing 1' }, { id: 2, word: 'thing 2' }]], ['ROLLBACK', null, []],
    ])
  }
})

test('values arrive as pg would have sent and read them', async () => {
  const at = new Date('2026-01-02T03:04:05.678Z')
  const given = [true, 3, 12_345_678_901_234n, 'a "word"', at, Buffer.from([0, 255]), null, ['x', null, 'y,z'], [1n, 2n]]
  const text = 'select $1::boolean as a, $2::int as b, $3::bigint as c, $4::text as d, $5::timestamptz as e, $6::bytea as f, $7::text as g, $8::text[] as h, $9::bigint[] as i'
  const [mine] = await exchange(client, [statement('values', text, given)])
  expect(mine!.rows).toEqual((await client.query(text, given)).rows)
  expect(mine!.rows).toMatchObject([{ a: true, b: 3, c: 12_345_678_901_234n, e: at, f: Buffer.from([0, 255]), g: null }])
})

test('what only pg writes is left to it', () => {
  expect(sendable([{ a: 1 }])).toBeNull()
  expect(sendable([[['a'], ['b']]])).toBeNull()
})

describe('a statement that fails', () => {
  test('fails them all, those after it are not run, and the connection goes on', async () => {
    const failing = [add(7), statement('broken', 'select 1 / $1::int', [0]), statement('after', 'insert into things values (8)')]
    await expect(exchange(client, failing)).rejects.toThrow('division by zero')
    expect((await exchange(client, [list]))[0]!.rows).toEqual([])
    // what was on its way was not prepared
    const [, after] = await exchange(client, [statement('begin', 'begin'), statement('after', 'insert into things values (8)'), statement('rollback', 'rollback')])
    expect(after).toMatchObject({ command: 'INSERT', rowCount: 1 })
  })

  test('whose connection is gone fails too', async () => {
    const own = createPool(database.owner, { size: 1, applicationName: 'test', onError: () => {} })
    const lost = await own.connect()
    const waits = exchange(lost, [statement('wait', 'select pg_terminate_backend(pg_backend_pid())'), statement('more', 'select 1')])
    await expect(waits).rejects.toThrow()
    await expect(exchange(lost, [statement('more', 'select 1')])).rejects.toThrow()
    lost.release(true)
    await own.end()
  })
})

test('the settings of transactions end with what is asked outside of one', async () => {
  const own = createPool(database.owner, { size: 1, applicationName: 'test' })
  const inside = () => inTransaction(own, async (tx) => (await tx.client.query({ name: 'in', text: 'show enable_seqscan', values: [] })).rows)
  const outside = async () => (await own.query('show enable_seqscan')).rows
  const [off, on] = ['off', 'on'].map((word) => [{ enable_seqscan: word }])
  expect([await inside(), await inside(), await outside(), await inside(), await outside()]).toEqual([off, off, on, off, on])
  await own.end()
})
