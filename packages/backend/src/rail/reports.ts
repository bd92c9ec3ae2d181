import type { Reports } from '../commands/import-settlements.ts'
import type { Deps } from '../deps.ts'
import { paymentConnectorOf } from '../rails.ts'
import { RAIL_TIMEOUT_MS } from '../store/operations.ts'

/** Reports of one day may come at different hours or late: so many days are asked for again. */
const OVERLAP_MS = 7 * 86_400_000

/** Fetches what a rail has reported since the last report that was recorded. No transaction is open meanwhile. */
export async function fetchReports(
  deps: Deps, { marketplace, connector }: { readonly marketplace: string; readonly connector: string },
): Promise<Reports> {
  const row = await deps.db.selectFrom('rail_cursors').select('cursor')
    .where('marketplace_id', '=', marketplace)
    .where('connector', '=', connector).where('feed', '=', 'settlements').executeTakeFirst()
  const after = row?.cursor ? new Date(Date.parse(row.cursor) - OVERLAP_MS).toISOString().slice(0, 10) : null
  const rail = paymentConnectorOf(deps.rails, connector)
  return { connector, reports: await rail.settlementReports({ marketplace, after },
    { timeoutMs: RAIL_TIMEOUT_MS }) }
}
