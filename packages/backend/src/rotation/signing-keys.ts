import { generateKeyPairSync } from 'node:crypto'
import { PAYMENT_TOKEN_MAX_AGE_S } from '@holdfast/contract'
import { sql } from 'kysely'
import type { Tx } from '../database.ts'
import type { Sealer } from '../seal.ts'
import { newSigningKey } from '../signer.ts'

/** Merchants' servers keep the public keys for some minutes; tokens live as long as their `exp` says. */
const OVERLAP_S = PAYMENT_TOKEN_MAX_AGE_S + 3_600

/**
 * Gives a marketplace a new key to sign payment tokens with. Those before it sign no more; their public halves stay
 * published until every token that they signed has run out.
 *
 * @returns the new key's id
 */
export async function rotateSigningKey(tx: Tx, { marketplace, sealer }: { readonly marketplace: string; readonly sealer: Sealer }): Promise<string> {
  await tx.db.updateTable('signing_keys').set({ retired_at: sql<Date>`now() + make_interval(secs => ${OVERLAP_S})` })
    .where('marketplace_id', '=', marketplace).where('retired_at', 'is', null).execute()
  const key = newSigningKey(generateKeyPairSync('ed25519'), { marketplace, sealer })
  await tx.db.insertInto('signing_keys').values({ ...key, created_at: sql<Date>`app_now()`, retired_at: null }).execute()
  return key.kid
}
