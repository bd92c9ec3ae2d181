import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { newId, PAYMENT_TOKEN_MAX_AGE_S, PAYMENT_TOKEN_TYPE, type PaymentTokenKeySet } from '@holdfast/contract'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMarketplace } from './marketplaces.ts'
import { createPool } from './postgres/pool.ts'
import { inTransaction } from './postgres/transaction.ts'
import { createSealer } from './seal.ts'
import { createSigner } from './signer.ts'
import { createTestDatabase, type TestDatabase } from './testing/database.ts'

const sealer = createSealer(randomBytes(32))
const now = () => new Date('2026-11-22T09:30:00.999Z')
let database: TestDatabase
let pool: Pool
let ids: string[]
beforeAll(async () => {
  database = await createTestDatabase()
  pool = createPool(database.app, { size: 2, applicationName: 'test' })
  const make = () => inTransaction(pool, (tx) => createMarketplace(tx, sealer, { name: 'M', mode: 'test', origins: [] }))
  ids = [(await make()).id, (await make()).id]
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const claims = () => ({
  sub: newId('payment'), session: newId('session'), revision: 1, order: newId('order'), status: 'authorized', amount: 124_800, currency: 'USD',
} as const)

function check(token: string, { keys }: PaymentTokenKeySet): { header: unknown; claims: Record<string, unknown>; valid: boolean } {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const key = keys.find(({ kid }) => kid === parse(header)['kid'])
  const valid = key !== undefined && verify(null, Buffer.from(`${header}.${payload}`), createPublicKey({ key: { ...key }, format: 'jwk' }), Buffer.from(signature, 'base64url'))
  return { header: parse(header), claims: parse(payload), valid }
}

test('a token verifies against the marketplace’s published keys, and says what was signed', async () => {
  const signer = createSigner({ pool, sealer, mode: 'test', now })
  const said = claims()
  const keys = (await signer.keys(ids[0] as string)) as PaymentTokenKeySet
  const { header, claims: read, valid } = check(await signer.sign(ids[0] as string, said), keys)
  expect(valid).toBe(true)
  expect(header).toEqual({ alg: 'EdDSA', typ: PAYMENT_TOKEN_TYPE, kid: keys.keys[0]?.kid })
  const iat = Math.floor(now().getTime() / 1000)
  expect(read).toEqual({ iss: 'holdfast', aud: ids[0], mode: 'test', iat, exp: iat + PAYMENT_TOKEN_MAX_AGE_S, jti: expect.any(String), ...said })
})

test('another marketplace’s keys don’t verify it', async () => {
  const signer = createSigner({ pool, sealer, mode: 'test', now })
  const token = await signer.sign(ids[0] as string, claims())
  expect(check(token, (await signer.keys(ids[1] as string)) as PaymentTokenKeySet).valid).toBe(false)
})

test('the published key set has no private part', async () => {
  const { keys } = (await createSigner({ pool, sealer, mode: 'test', now }).keys(ids[0] as string)) as PaymentTokenKeySet
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x']])
})

test('there are no keys of a marketplace that isn’t there', async () => {
  expect(await createSigner({ pool, sealer, mode: 'test', now }).keys(newId('marketplace'))).toBeNull()
})

test('a private key at rest opens only with the instance’s secret key, and only in its own place', async () => {
  const other = createSigner({ pool, sealer: createSealer(randomBytes(32)), mode: 'test', now })
  await expect(other.sign(ids[0] as string, claims())).rejects.toThrow()
  await pool.query(
    `update signing_keys mine set private_key_sealed = theirs.private_key_sealed, kid = mine.kid || 'x'
     from signing_keys theirs where mine.marketplace_id = $1 and theirs.marketplace_id = $2`, ids,
  )
  await expect(createSigner({ pool, sealer, mode: 'test', now }).sign(ids[0] as string, claims())).rejects.toThrow()
})
