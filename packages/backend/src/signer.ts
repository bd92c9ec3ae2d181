import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, type KeyObject, type KeyPairKeyObjectResult } from 'node:crypto'
import { promisify } from 'node:util'
import {
  PAYMENT_TOKEN_ALGORITHM, PAYMENT_TOKEN_ISSUER, PAYMENT_TOKEN_MAX_AGE_S, PAYMENT_TOKEN_TYPE,
  type PaymentTokenClaims, type PaymentTokenKey,
} from '@holdfast/contract'
import type { Pool } from 'pg'
import type { PaymentTokenSigner } from './deps.ts'
import type { Mode } from './keys.ts'
import type { Sealer } from './seal.ts'

const signAsync = promisify(sign) as (algorithm: null, data: Buffer, key: KeyObject) => Promise<Buffer>

interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

interface KeyRow {
  kid: string
  public_key: Buffer
  private_key_sealed: Buffer
}

/** Where a private key is sealed: under another marketplace or kid it doesn't open. */
export const placeOfSigningKey = (marketplace: string, kid: string): string => `signing_keys/${marketplace}/${kid}`

/** A new key as its row has it; the kid is the public key's own thumbprint. */
export function newSigningKey({ publicKey, privateKey }: KeyPairKeyObjectResult, { marketplace, sealer }: { marketplace: string; sealer: Sealer }): {
  marketplace_id: string
  kid: string
  public_key: Buffer
  private_key_sealed: Buffer
} {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const kid = createHash('sha256').update(raw).digest('base64url').slice(0, 22)
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' })
  return { marketplace_id: marketplace, kid, public_key: raw, private_key_sealed: sealer.seal(secret, placeOfSigningKey(marketplace, kid)) }
}

/**
 * Signs payment tokens (JWS, Ed25519) with a key of the marketplace's own.
 *
 * Their times are real time: the merchant's server, which verifies them, knows no other.
 */
export function createSigner({ pool, sealer, mode, now }: { pool: Pool; sealer: Sealer; mode: Mode; now: () => Date }): PaymentTokenSigner {
  const opened = new Map<string, SigningKey>()
  const newest = async (marketplace: string): Promise<SigningKey> => {
    const row = (await readKeys(pool, marketplace))[0]
    if (!row) throw new Error(`marketplace ${marketplace} has no key to sign with`)
    const known = opened.get(row.kid) ?? openKey(row, { marketplace, sealer })
    opened.set(row.kid, known)
    return known
  }
  return {
    async sign(marketplace, claims) {
      const key = await newest(marketplace)
      const iat = Math.floor(now().getTime() / 1000)
      const all: PaymentTokenClaims = {
        iss: PAYMENT_TOKEN_ISSUER, aud: marketplace, iat, exp: iat + PAYMENT_TOKEN_MAX_AGE_S, jti: randomUUID(), mode, ...claims,
      }
      return compact(key, all)
    },
    async keys(marketplace) {
      const rows = await readKeys(pool, marketplace)
      return rows.length === 0 ? null : { keys: rows.map(publicKeyOf) }
    },
  }
}

async function readKeys(pool: Pool, marketplace: string): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyRow>({
    name: 'read_signing_keys',
    text: `select kid, public_key, private_key_sealed from signing_keys
           where marketplace_id = $1 and (retired_at is null or retired_at > now()) order by created_at desc, kid`,
    values: [marketplace],
  })
  return rows
}

/** Whether the secret key is the one that the database was last written with; so too where nothing is sealed yet. */
export async function opensNewestKey(pool: Pool, sealer: Sealer): Promise<boolean> {
  const { rows: [row] } = await pool.query<KeyRow & { marketplace: string }>(
    'select marketplace_id as marketplace, kid, public_key, private_key_sealed from signing_keys order by created_at desc, kid limit 1')
  try {
    if (row) openKey(row, { marketplace: row.marketplace, sealer })
    return true
  } catch {
    return false
  }
}

function openKey(row: KeyRow, { marketplace, sealer }: { marketplace: string; sealer: Sealer }): SigningKey {
  const der = sealer.open(row.private_key_sealed, placeOfSigningKey(marketplace, row.kid))
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const own = createPublicKey(privateKey).export({ format: 'jwk' }).x
  if (own !== row.public_key.toString('base64url')) throw new Error(`signing key ${row.kid} is not a pair`)
  return { kid: row.kid, privateKey }
}

function publicKeyOf({ kid, public_key: raw }: KeyRow): PaymentTokenKey {
  return { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: PAYMENT_TOKEN_ALGORITHM, kid, x: raw.toString('base64url') }
}

async function compact({ kid, privateKey }: SigningKey, claims: PaymentTokenClaims): Promise<string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part({ alg: PAYMENT_TOKEN_ALGORITHM, typ: PAYMENT_TOKEN_TYPE, kid })}.${part(claims)}`
  const signature = await signAsync(null, Buffer.from(input), privateKey)
  return `${input}.${signature.toString('base64url')}`
}
