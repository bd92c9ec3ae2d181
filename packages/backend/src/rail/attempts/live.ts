import { sql } from 'kysely'
import type { PageSession } from '../../deps.ts'
import type { OperationRow } from '../../store/operations.ts'
import type { Reader } from '../../store/render/values.ts'

/** The charge of the attempt that a session waits for; none when none is under way. */
export async function readLiveCharge(
  db: Reader, { marketplace, session }: PageSession,
): Promise<OperationRow | undefined> {
  return db.selectFrom('operations').selectAll('operations')
    .innerJoin('sessions', (join) => join.onRef('sessions.marketplace_id', '=', 'operations.marketplace_id')
      .onRef('sessions.payment_id', '=', 'operations.payment_id'))
    .where('operations.marketplace_id', '=', marketplace).where('sessions.id', '=', session)
    .where('sessions.state', '=', 'processing').where('operations.kind', 'in', ['authorize', 'sale'])
    .where(sql<boolean>`operations.state in ('intent_written', 'sent', 'unknown')`).executeTakeFirst()
}

/** Whether a charge waits for its buyer, so that it can be given up: a wallet's, or one that the issuer may authenticate. */
export function canBeClosed({ request }: Pick<OperationRow, 'request'>): boolean {
  return request['flow'] !== undefined || request['threeDSecure'] !== undefined
}
