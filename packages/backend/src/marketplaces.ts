import { generateKeyPairSync } from 'node:crypto'
import { newId, type ResponseOf } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Kysely, Selectable } from 'kysely'
import type { ApiKeysTable, Database, MarketplacesTable, Tx } from './database.ts'
import type { Deps } from './deps.ts'
import { renderBranding } from './hosted/branding.ts'
import { hashKey, hintOf, newKey, type KeyKind, type Mode } from './keys.ts'
import { methodsOf } from './rails.ts'
import type { Sealer } from './seal.ts'
import { newSigningKey } from './signer.ts'

export type Marketplace = ResponseOf<'marketplace.retrieve'>
export type MarketplaceRow = Omit<Selectable<MarketplacesTable>, 'logo'>

/** A marketplace's row, without its logo's bytes. */
export async function readMarketplaceRow(db: Kysely<Database>, id: string): Promise<MarketplaceRow | undefined> {
  return db.selectFrom('marketplaces').select(['marketplace_id', 'name', 'mode', 'origins', 'branding', 'created_at']).where('marketplace_id', '=', id).executeTakeFirst()
}

/** A marketplace as the API answers it. */
export function renderMarketplace(row: MarketplaceRow, { rails, publicUrl }: Pick<Deps, 'rails' | 'publicUrl'>): Marketplace {
  return {
    id: row.marketplace_id, object: 'marketplace', name: row.name, mode: row.mode, origins: row.origins,
    methods: methodsOf(rails), branding: renderBranding({ publicUrl }, row), createdAt: row.created_at.toISOString(),
  }
}

/**
 * Refuses an origin that no browser would send as it is written: with its default port, a port that there is not,
 * or a host in another notation. The schema sees its form alone.
 *
 * @refuses validation_failed - naming the first one
 */
export function checkOrigins(origins: readonly string[]): Refusal | undefined {
  const index = origins.findIndex((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)
  if (index < 0) return undefined
  const field = `origins[${index}]`
  return {
    refused: 'validation_failed', field,
    detail: `${field}: expected an origin as browsers write it, without its default port, such as https://shop.example.`,
  }
}

export interface NewMarketplace {
  readonly name: string
  readonly mode: Mode
  readonly origins: readonly string[]
  /** Made here unless it is given: development keeps one id over a new database. */
  readonly id?: string
  /** Keys that exist already (development keeps them in its data folder); made here unless given. */
  readonly keys?: MarketplaceKeys
}

export interface MarketplaceKeys {
  readonly secretKey: string
  readonly publishableKey: string
}

/**
 * Makes a marketplace with one secret key, one publishable key and a key that signs payment tokens.
 *
 * @returns the keys, which are shown this once: the database has only their hashes
 */
export async function createMarketplace(tx: Tx, sealer: Sealer, wanted: NewMarketplace): Promise<MarketplaceKeys & { id: string }> {
  const id = wanted.id ?? newId('marketplace')
  const keys = wanted.keys ?? newKeys(id, wanted.mode)
  const { rows } = await tx.client.query<{ now: Date }>(
    `insert into marketplaces (marketplace_id, name, mode, origins, created_at)
     values ($1, $2, $3, $4, app_now()) returning created_at as now`,
    [id, wanted.name, wanted.mode, wanted.origins],
  )
  const { now } = rows[0] as { now: Date }
  await insertApiKey(tx, { marketplace: id, kind: 'secret', mode: wanted.mode, key: keys.secretKey, now })
  await insertApiKey(tx, { marketplace: id, kind: 'publishable', mode: wanted.mode, key: keys.publishableKey, now })
  const signing = newSigningKey(generateKeyPairSync('ed25519'), { marketplace: id, sealer })
  await tx.db.insertInto('signing_keys').values({ ...signing, created_at: now, retired_at: null }).execute()
  return { id, ...keys }
}

/** A pair of new keys for a marketplace. */
export function newKeys(marketplace: string, mode: Mode): MarketplaceKeys {
  return {
    secretKey: newKey({ kind: 'secret', mode, marketplace }),
    publishableKey: newKey({ kind: 'publishable', mode, marketplace }),
  }
}

export interface NewApiKey {
  readonly marketplace: string
  readonly kind: KeyKind
  readonly mode: Mode
  readonly key: string
  readonly now: Date
}

/** Stores an API key's hash. */
export async function insertApiKey(tx: Tx, { marketplace, kind, mode, key, now }: NewApiKey): Promise<Selectable<ApiKeysTable>> {
  const row = {
    marketplace_id: marketplace, id: newId('apiKey'), kind, mode, hash: hashKey(key), hint: hintOf(key),
    created_at: now, expires_at: null, revoked_at: null,
  }
  await tx.db.insertInto('api_keys').values(row).execute()
  return row
}
