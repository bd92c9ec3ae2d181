import type { Pool } from 'pg'
import { placeOfBankAccount } from '../bank-account.ts'
import { placeOfAnswer } from '../commands/idempotency.ts'
import type { Tx } from '../database.ts'
import { inTransaction } from '../postgres/transaction.ts'
import type { Sealer } from '../seal.ts'
import { placeOfSigningKey } from '../signer.ts'
import { placeOfSecret } from '../webhooks/endpoints.ts'

/** A column that is sealed: the rows it is in, and where each value belongs. */
interface SealedColumn {
  readonly table: string
  readonly column: string
  /** The primary key after the marketplace. */
  readonly key: readonly string[]
  readonly place: (row: Row) => string
}

/** A row's key columns, by name, and what the place needs besides. */
type Row = Readonly<Record<string, string>>

/** Every sealed column there is; a test holds the list against the schema. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'signing_keys', column: 'private_key_sealed', key: ['kid'], place: (row) => placeOfSigningKey(row['marketplace_id']!, row['kid']!) },
  { table: 'sellers', column: 'bank_sealed', key: ['id'], place: (row) => placeOfBankAccount({ marketplace: row['marketplace_id']!, seller: row['id']! }) },
  {
    table: 'payouts', column: 'bank_sealed', key: ['id', 'seller_id'],
    place: (row) => placeOfBankAccount({ marketplace: row['marketplace_id']!, seller: row['seller_id']! }),
  },
  { table: 'webhook_secrets', column: 'sealed', key: ['endpoint_id', 'number'], place: (row) => placeOfSecret(row['marketplace_id']!, row['endpoint_id']!) },
  {
    table: 'idempotency_keys', column: 'body_sealed', key: ['scope', 'key'],
    place: (row) => placeOfAnswer({ marketplace: row['marketplace_id']!, scope: row['scope']!, key: row['key']! }),
  },
]

export interface Resealed {
  readonly sealed: number
  /** Rows that neither key opens, by table and key. They are left as they are. */
  readonly unopened: readonly string[]
}

const BATCH = 200

/**
 * Seals anew, under the current key, everything that is sealed under the key before: in batches, while the backend
 * serves. It may be stopped anywhere and started again: each value opens at every moment.
 *
 * @param onProgress - told after each batch how many were sealed so far
 */
export async function reseal(
  { pool, sealer }: { readonly pool: Pool; readonly sealer: Sealer }, onProgress: (sealed: number) => void = () => {},
): Promise<Resealed> {
  const { rows } = await pool.query<{ id: string }>('select marketplace_id as id from marketplaces order by 1')
  const unopened: string[] = []
  let sealed = 0
  for (const { id: marketplace } of rows) {
    for (const column of sealedColumns) {
      for (let after: readonly string[] | null = []; after !== null;) {
        const batch = await inTransaction(pool, (tx) => resealBatch(tx, { column, marketplace, sealer, after: after as readonly string[] }))
        after = batch.last
        sealed += batch.sealed
        unopened.push(...batch.unopened)
        if (batch.sealed > 0) onProgress(sealed)
      }
    }
  }
  return { sealed, unopened }
}

interface Batch {
  readonly column: SealedColumn
  readonly marketplace: string
  readonly sealer: Sealer
  /** The key that the batch before ended with; empty at first. */
  readonly after: readonly string[]
}

async function resealBatch(
  { client }: Tx, { column: { table, column, key, place }, marketplace, sealer, after }: Batch,
): Promise<{ sealed: number; unopened: string[]; last: readonly string[] | null }> {
  const order = key.map((name) => `${name}::text collate "C"`).join(', ')
  const { rows } = await client.query<Row & { value: Buffer }>(
    `select marketplace_id, ${key.map((name) => `${name}::text as ${name}`).join(', ')}, ${column} as value from ${table}
     where marketplace_id = $1 and ${column} is not null and substring(${column} for ${sealer.head.length}) <> $2
       ${after.length > 0 ? `and (${order}) > (${after.map((_, index) => `$${index + 3}`).join(', ')})` : ''}
     order by ${order} limit ${BATCH} for no key update`, [marketplace, sealer.head, ...after])
  const unopened: string[] = []
  for (const row of rows) {
    const value = opened(sealer, { sealed: row.value, place: place(row) })
    if (!value) unopened.push(`${table} ${key.map((name) => row[name]).join(' ')} of ${marketplace}`)
    else {
      await client.query(
        `update ${table} set ${column} = $2 where marketplace_id = $1 and ${key.map((name, index) => `${name}::text = $${index + 3}`).join(' and ')}`,
        [marketplace, sealer.seal(value, place(row)), ...key.map((name) => row[name])])
    }
  }
  const last = rows.at(-1)
  return { sealed: rows.length - unopened.length, unopened, last: last && rows.length === BATCH ? key.map((name) => last[name] as string) : null }
}

function opened(sealer: Sealer, { sealed, place }: { sealed: Buffer; place: string }): Buffer | null {
  try {
    return sealer.open(sealed, place)
  } catch {
    return null
  }
}
