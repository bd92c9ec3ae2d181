import type { Transfer } from '@holdfast/core'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Tx } from '../database.ts'
import { accountsOf, createPool } from '../postgres/pool.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { findAccounts, readAccountsOfEscrows } from './ledger.ts'

let database: TestDatabase
let owner: Pool
beforeAll(async () => {
  database = await createTestDatabase()
  owner = createPool(database.owner, { size: 1, applicationName: 'test' })
  await owner.query(`insert into marketplaces values ('mkt_1', 'M', 'test', '{}', now())`)
})
afterAll(async () => {
  await owner.end()
  await database.drop()
})

const transfer = (debit: string, credit: string): Transfer[] =>
  [{ id: 'tr_1', reason: 'release', subject: 'rel_1', order: null, currency: 'EUR', postings: [{ debit, credit, amount: 1n }] } as unknown as Transfer]

test('a connection that is made meanwhile makes the pool forget accounts, and no transaction those that it has found', async () => {
  const pool = createPool(database.app, { size: 4, applicationName: 'test' })
  const known = await inTransaction(pool, async (tx) => (await findAccounts(tx, 'mkt_1', transfer('bank:custody', 'platform:fees')))('bank:custody', 'EUR'))
  for (let round = 0; round < 5; round += 1) {
    await inTransaction(pool, async (tx) => {
      const others = Promise.all(Array.from({ length: 3 }, () => pool.query('select pg_sleep(0.01)')))
      for (let n = 0; n < 20; n += 1) {
        const account = await findAccounts(tx, 'mkt_1', transfer('bank:custody', `milestone:ms_${round}_${n}:held`))
        expect(account('bank:custody', 'EUR')).toBe(known)
      }
      await others
    })
  }
  await pool.end()
})

test('accounts of a transaction that is rolled back are not remembered', async () => {
  const pool = createPool(database.app, { size: 1, applicationName: 'test' })
  const find = (fail: boolean) => inTransaction(pool, async (tx) => {
    const id = (await findAccounts(tx, 'mkt_1', transfer('bank:custody', 'milestone:ms_gone:held')))('milestone:ms_gone:held', 'EUR')
    if (fail) throw new Error('rolled back')
    return id
  })
  await expect(find(true)).rejects.toThrow('rolled back')
  const id = await find(false)
  expect((await owner.query(`select id from ledger_accounts where name = 'milestone:ms_gone:held'`)).rows).toEqual([{ id }])
  await pool.end()
})

test('the accounts of an escrow’s milestones are read with it, once, and an escrow that is not there has none', async () => {
  const pool = createPool(database.app, { size: 1, applicationName: 'test' })
  const rows = (statement: string) => owner.query(statement)
  await rows(`insert into sellers (marketplace_id, id, reference, name, country, metadata, created_at, updated_at) values ('mkt_1', 'sel_1', 's', 'S', 'DE', '{}', now(), now())`)
  await rows(`insert into orders (marketplace_id, id, reference, state, currency, amount, platform_fee, session_id, metadata, created_at) values ('mkt_1', 'ord_1', 'o', 'open', 'EUR', 1, 0, 'cs_1', '{}', now())`)
  await rows(`insert into escrows (marketplace_id, id, order_id, seller_id, position, reference, currency, amount, platform_fee, release_method, claim_days, created_at) values ('mkt_1', 'esc_1', 'ord_1', 'sel_1', 0, 'e', 'EUR', 1, 0, 'none', 0, now())`)
  await rows(`insert into milestones (marketplace_id, id, escrow_id, order_id, seller_id, position, currency, state, amount, fee) values ('mkt_1', 'ms_1', 'esc_1', 'ord_1', 'sel_1', 0, 'EUR', 'unfunded', 1, 0)`)
  const made = await inTransaction(pool, async (tx) => (await findAccounts(tx, 'mkt_1', transfer('milestone:ms_1:held', 'seller:sel_1:available')))('milestone:ms_1:held', 'EUR'))
  accountsOf(pool).clear()
  const asked = await inTransaction(pool, async (tx) => {
    let statements = 0
    const counting = { ...tx, client: { query: (query: never) => { statements += 1; return tx.client.query(query) } } } as unknown as Tx
    await readAccountsOfEscrows(counting, 'mkt_1', ['esc_1', 'esc_none'])
    await readAccountsOfEscrows(counting, 'mkt_1', ['esc_1', 'esc_none'])
    const account = await findAccounts(counting, 'mkt_1', transfer('milestone:ms_1:held', 'seller:sel_1:available'))
    return { statements, id: account('milestone:ms_1:held', 'EUR') }
  })
  expect(asked).toEqual({ statements: 1, id: made })
  await pool.end()
})
