import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { encodeParameter } from './arrays.ts'
import { createPool } from './pool.ts'
import type { Pool } from 'pg'

/* That lists come out of PostgreSQL as they went in: by the pool, which encodes them. */

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.app, { size: 1, applicationName: 'test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const returned = async (type: string, list: readonly unknown[]): Promise<unknown[]> =>
  (await pool.query<{ one: unknown }>(`select one from unnest($1::${type}[]) with ordinality as asked (one, place) order by place`, [list]))
    .rows.map(({ one }) => one)

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> => fc.array(fc.option(arbitrary), { maxLength: 30 })
const text = fc.oneof(fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed() && !one.includes('\0')),
  fc.constantFrom('', 'NULL', 'null', '{}', '{a,b}', '"', '\\', '\\"', ',', ' ', 'a,b', ' a ', '\n', 'ord_01h455vb4pex5vsknk084sn02q', '日本'))

describe('a list comes back as it was sent', () => {
  const kinds: readonly (readonly [string, fc.Arbitrary<readonly unknown[]>])[] = [
    ['text', orNull(text)],
    ['bigint', orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))],
    ['int', orNull(fc.integer())],
    ['float8', orNull(fc.double({ noNaN: true }).map((one) => one + 0))],
    ['boolean', orNull(fc.boolean())],
    ['timestamptz', orNull(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }))],
    ['bytea', orNull(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)))],
  ]
  test.each(kinds)('of %s', async (type, lists) => {
    await fc.assert(fc.asyncProperty(lists, async (list) => {
      expect(await returned(type, list)).toEqual(list)
    }), { numRuns: 60 })
  })
})

test('a statement by its name encodes its lists too, and what is no list stays as it is', async () => {
  const { rows } = await pool.query({ name: 'both', text: 'select $1::text as one, $2::text[] as many', values: ['{a}', ['{a}', null]] })
  expect(rows).toEqual([{ one: '{a}', many: ['{a}', null] }])
  expect([encodeParameter('{a}'), encodeParameter(null), encodeParameter(1n)]).toEqual(['{a}', null, 1n])
})
