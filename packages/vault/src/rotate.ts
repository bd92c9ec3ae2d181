import { UnsealError, rewrap } from './crypto.ts'
import { inTransaction, lockWrappedByOther, storeWrapped, wrappedTables } from './store.ts'
import type { WrappedRow, WrappedTable } from './store.ts'
import type { Vault } from './vault.ts'

type Rotated = Pick<Vault, 'pool' | 'log' | 'keyring'>

const BATCH = 100

/**
 * Wraps the data keys of all records under the current key, a batch a transaction, while the vault serves. It may
 * be stopped anywhere: each record opens at every moment, and the next run takes up the rest.
 *
 * @returns how many records were wrapped again, and how many don't open with the keys held
 */
export async function rotateKeys(
  vault: Rotated,
  { batch = BATCH }: { readonly batch?: number } = {},
): Promise<{ rewrapped: number; unopened: number }> {
  const sum = { rewrapped: 0, unopened: 0 }
  for (const table of Object.keys(wrappedTables) as WrappedTable[]) {
    const { rewrapped, unopened } = await rotateTable(vault, { table, batch })
    sum.rewrapped += rewrapped
    sum.unopened += unopened
  }
  return sum
}

async function rotateTable(vault: Rotated, { table, batch }: { table: WrappedTable; batch: number }): Promise<{ rewrapped: number; unopened: number }> {
  let rewrapped = 0
  for (;;) {
    const { taken, unopened } = await rotateBatch(vault, { table, limit: batch })
    rewrapped += taken - unopened
    if (taken < batch || unopened === taken) return { rewrapped, unopened }
  }
}

async function rotateBatch(vault: Rotated, { table, limit }: { table: WrappedTable; limit: number }): Promise<{ taken: number; unopened: number }> {
  const keyring = vault.keyring()
  return inTransaction(vault.pool, async tx => {
    const rows = await lockWrappedByOther(tx, { table, keyId: keyring.current, limit })
    const wrapped = rows.flatMap(row => wrapAgain(vault, row))
    if (wrapped.length > 0) await storeWrapped(tx, table, wrapped)
    return { taken: rows.length, unopened: rows.length - wrapped.length }
  })
}

function wrapAgain(vault: Rotated, row: WrappedRow): readonly WrappedRow[] {
  try {
    const { marketplace, key, recordVersion } = row
    const binding = { marketplace, recordVersion, ...(typeof key === 'string' ? { savedCard: key } : { tokenHash: key }) }
    return [{ ...row, ...rewrap(vault.keyring(), { record: row, binding }) }]
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error
    vault.log.error(
      { event: 'record_refused', marketplace: row.marketplace },
      "a record's key does not open; its row is left as it is",
    )
    return []
  }
}
