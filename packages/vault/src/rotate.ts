import { UnsealError, rewrap } from './crypto.ts'
import { inTransaction, lockWrappedByOther, storeWrapped } from './store.ts'
import type { WrappedRow } from './store.ts'
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
  let rewrapped = 0
  for (;;) {
    const { taken, unopened } = await rotateBatch(vault, batch)
    rewrapped += taken - unopened
    if (taken < batch || unopened === taken) return { rewrapped, unopened }
  }
}

async function rotateBatch(vault: Rotated, limit: number): Promise<{ taken: number; unopened: number }> {
  const keyring = vault.keyring()
  return inTransaction(vault.pool, async tx => {
    const rows = await lockWrappedByOther(tx, { keyId: keyring.current, limit })
    const wrapped = rows.flatMap(row => wrapAgain(vault, row))
    if (wrapped.length > 0) await storeWrapped(tx, wrapped)
    return { taken: rows.length, unopened: rows.length - wrapped.length }
  })
}

function wrapAgain(vault: Rotated, row: WrappedRow): readonly WrappedRow[] {
  try {
    const binding = { marketplace: row.marketplace, tokenHash: row.hash, recordVersion: row.recordVersion }
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
