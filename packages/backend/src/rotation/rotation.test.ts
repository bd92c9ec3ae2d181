import { randomBytes } from 'node:crypto'
import { newId } from '@holdfast/contract'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bankColumns, openBankAccount, type BankColumns } from '../bank-account.ts'
import { clientSecretOf, openClientSecret } from '../client-secret.ts'
import { createMarketplace } from '../marketplaces.ts'
import { createPool } from '../postgres/pool.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { createSealer } from '../seal.ts'
import { createSigner } from '../signer.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { reseal, sealedColumns } from './reseal.ts'
import { rotateSigningKey } from './signing-keys.ts'

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)]
const before = createSealer(oldKey)
const between = createSealer(newKey, oldKey)
const after = createSealer(newKey)
const now = () => new Date('2026-11-22T09:30:00.000Z')
const account = { holder: 'Ada', country: 'DE', currency: 'EUR', iban: 'DE89370400440532013000' } as const

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.app, { size: 4, applicationName: 'test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const newMarketplace = async (): Promise<string> =>
  (await inTransaction(pool, (tx) => createMarketplace(tx, before, { name: 'M', mode: 'test', origins: [] }))).id

async function addSellers(marketplace: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId('seller'))
  await inTransaction(pool, async (tx) => {
    await tx.db.insertInto('sellers').values(ids.map((id) => ({
      marketplace_id: marketplace, id, reference: id, name: 'S', email: null, country: 'DE', metadata: '{}',
      created_at: now(), updated_at: now(), ...bankColumns(account, { sealer: before, marketplace, seller: id }),
    }))).execute()
  })
  return ids
}

async function openSeller(marketplace: string, seller: string, sealer = after) {
  const { rows } = await pool.query<BankColumns>('select * from sellers where marketplace_id = $1 and id = $2', [marketplace, seller])
  return openBankAccount(rows[0] as BankColumns, { sealer, marketplace, seller })
}

describe('the instance’s secret key', () => {
  test('names every sealed column that the schema has', async () => {
    const { rows } = await pool.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea' and column_name like '%sealed%' order by 1`)
    expect(sealedColumns.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(rows.map(({ name }) => name))
  })

  test('is changed while the backend serves: everything opens at every moment, and in the end with the new key alone', async () => {
    const marketplace = await newMarketplace()
    const sellers = await addSellers(marketplace, 450)
    const [first = ''] = sellers
    await expect(openSeller(marketplace, first)).rejects.toThrow(/neither HOLDFAST_SECRET_KEY nor/)
    expect(await openSeller(marketplace, first, between)).toMatchObject({ iban: account.iban })
    const steps: number[] = []
    const { sealed, unopened } = await reseal({ pool, sealer: between }, (done) => steps.push(done))
    expect(unopened).toEqual([])
    expect(sealed).toBeGreaterThanOrEqual(451)
    expect(steps.length).toBeGreaterThan(2)
    for (const seller of [first, sellers.at(-1) as string]) expect(await openSeller(marketplace, seller)).toMatchObject({ iban: account.iban })
    const token = await createSigner({ pool, sealer: after, mode: 'test', now }).sign(marketplace, {
      sub: newId('payment'), session: newId('session'), revision: 1, order: newId('order'), status: 'captured', amount: 1, currency: 'USD',
    })
    expect(token.split('.')).toHaveLength(3)
    expect(await reseal({ pool, sealer: between })).toEqual({ sealed: 0, unopened: [] })
  })

  test('what neither key opens is named, left as it is, and keeps nothing else from being sealed', async () => {
    const marketplace = await newMarketplace()
    const [broken = '', fine = ''] = (await addSellers(marketplace, 2)).toSorted()
    const lost = bankColumns(account, { sealer: createSealer(randomBytes(32)), marketplace, seller: broken }).bank_sealed
    await pool.query('update sellers set bank_sealed = $3 where marketplace_id = $1 and id = $2', [marketplace, broken, lost])
    expect(await reseal({ pool, sealer: between })).toMatchObject({ unopened: [`sellers ${broken} of ${marketplace}`] })
    expect(await openSeller(marketplace, fine)).toMatchObject({ iban: account.iban })
    const { rows } = await pool.query<{ sealed: Buffer }>('select bank_sealed as sealed from sellers where id = $1', [broken])
    expect(rows[0]?.sealed.equals(lost as Buffer)).toBe(true)
  })

  test('client secrets given out before open while the old key is kept, and not after', () => {
    const session = { marketplace: newId('marketplace'), id: newId('session') }
    const secret = clientSecretOf(before, session)
    expect(openClientSecret(between, secret)).toEqual({ marketplace: session.marketplace, session: session.id })
    expect(openClientSecret(after, secret)).toBeNull()
    expect(openClientSecret(between, clientSecretOf(after, session))).not.toBeNull()
  })
})

describe('a signing key', () => {
  test('is followed by another at once; its public half stays until its last token has run out', async () => {
    const marketplace = await newMarketplace()
    const signer = createSigner({ pool, sealer: before, mode: 'test', now })
    const kids = async () => ((await signer.keys(marketplace))?.keys ?? []).map(({ kid }) => kid)
    const kidOf = (token: string) => (JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()) as { kid: string }).kid
    const claims = { sub: newId('payment'), session: newId('session'), revision: 1, order: newId('order'), status: 'captured', amount: 1, currency: 'USD' } as const
    const [first = ''] = await kids()
    const second = await inTransaction(pool, (tx) => rotateSigningKey(tx, { marketplace, sealer: before }))
    expect(kidOf(await signer.sign(marketplace, claims))).toBe(second)
    expect(await kids()).toEqual([second, first])
    await pool.query("update signing_keys set retired_at = now() - interval '1 second' where marketplace_id = $1 and kid = $2", [marketplace, first])
    expect(await kids()).toEqual([second])
  })
})
