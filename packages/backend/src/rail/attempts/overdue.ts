import type { Deps } from '../../deps.ts'
import { readOperation } from '../../store/operations.ts'
import { threeDSecureOf } from '../../store/three-d-secure.ts'
import { cancelAttempt } from './cancel.ts'

/**
 * Closes an attempt whose buyer was to be authenticated by now, so that the rail authorizes nothing later. The rail
 * was asked just before: what it had to say stands.
 */
export async function closeOverdue(
  deps: Deps, key: { readonly marketplace: string; readonly id: string },
): Promise<void> {
  const op = await readOperation(deps.db, key)
  const due = op?.state === 'unknown' ? threeDSecureOf(op)?.expiresAt : undefined
  if (!op || due === undefined || Date.parse(due) > deps.clock.now().getTime()) return
  const refusal = await cancelAttempt(deps, { marketplace: key.marketplace, session: op.request['session'] as string }, 'expired')
  if (refusal) deps.log.info({ operation: key.id, refused: refusal.refused }, 'an overdue attempt is closed later')
}
