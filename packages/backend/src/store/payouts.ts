import type { Payout } from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import type { PayoutsTable } from './tables.ts'

export type PayoutRow = Selectable<PayoutsTable>

/** Locks payouts: before their sellers' balances. */
export async function lockPayouts(tx: Tx, marketplace: string, ids: readonly string[]): Promise<PayoutRow[]> {
  if (ids.length === 0) return []
  return tx.db.selectFrom('payouts').selectAll().where('marketplace_id', '=', marketplace)
    .where('id', 'in', [...new Set(ids)])
    .orderBy('id').forNoKeyUpdate().execute()
}

export function payoutOf({ id, seller_id: seller, currency, amount }: PayoutRow): Payout {
  return { id, seller, currency, amount }
}
