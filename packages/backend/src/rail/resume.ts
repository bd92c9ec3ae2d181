import type { EndpointName } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import type { Deps } from '../deps.ts'
import type { Reply } from '../http/route.ts'
import { isResolved, readOperation } from '../store/operations.ts'
import { takeUp } from './inquire.ts'
import { replyOf } from './reply.ts'

/**
 * A key's first call died between its two transactions, or ended before the rail's answer was known: finds out what
 * became of its operation, and answers that.
 *
 * @returns `in_flight` while a sender has the operation under a lease
 */
export async function resumeOperation(
  deps: Deps, { marketplace, operation,
    route }: { readonly marketplace: string; readonly operation: string; readonly route: EndpointName },
): Promise<'in_flight' | Reply | Refusal> {
  const key = { marketplace, id: operation }
  const before = await readOperation(deps.db, key)
  if (!before) return 'in_flight'
  if (!isResolved(before) && !(await takeUp(deps, key))) {
    const again = await readOperation(deps.db, key)
    if (!again || !isResolved(again)) return 'in_flight'
  }
  const op = await readOperation(deps.db, key)
  return op ? replyOf(deps.db, { op, route, signed: deps.signer }) : 'in_flight'
}

/**
 * Asks about everything on a payment whose outcome is not known and that no sender holds, before anything new is asked
 * for it. A rail that cannot be asked now leaves it unknown.
 */
export async function askAboutPayment(
  deps: Deps, { marketplace, payment }: { readonly marketplace: string; readonly payment: string },
): Promise<void> {
  const { rows: open } = await deps.pool.query<{ id: string }>({
    name: 'open_on_payment',
    text: `select id from operations where marketplace_id = $1 and payment_id = $2
             and state in ('intent_written', 'sent', 'unknown') and (leased_until is null or leased_until <= now())`,
    values: [marketplace, payment],
  })
  for (const { id } of open) {
    await takeUp(deps, { marketplace, id }).catch((error: unknown) =>
      deps.log.warn({ operation: id, err: error }, 'the rail could not be asked'))
  }
}
