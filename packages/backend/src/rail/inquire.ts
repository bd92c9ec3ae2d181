import type { Outcome } from '@holdfast/core'
import { readNow } from '../commands/execute.ts'
import type { Deps } from '../deps.ts'
import { inTransaction } from '../postgres/transaction.ts'
import { leaseOperation, type OperationRow } from '../store/operations.ts'
import { closeAppliance } from './attempts/close.ts'
import { chargeAppliance } from './charge.ts'
import { captureAppliance, payoutAppliance, refundAppliance, voidAppliance } from './follow-ups.ts'
import { applyOutcome, type Appliance } from './outcome.ts'
import { askRail, sendOperation } from './send.ts'

const appliances: Readonly<Record<OperationRow['kind'], Appliance>> = {
  authorize: chargeAppliance, sale: chargeAppliance, capture: captureAppliance, void: voidAppliance,
  refund: refundAppliance, payout: payoutAppliance,
}

export function applianceOf({ kind, request }: Pick<OperationRow, 'kind' | 'request'>): Appliance {
  return request['close'] === true ? closeAppliance : appliances[kind]
}

/** Applies an outcome in a transaction of its own. */
export async function settleOperation(deps: Deps, operation: OperationRow, outcome: Outcome): Promise<void> {
  await inTransaction(deps.pool, async (tx) => {
    await applyOutcome(tx,
      { deps, operation, outcome, now: await readNow(tx), appliance: applianceOf(operation) })
  })
}

/**
 * Takes up an operation whose sender is gone, and finds out what became of it: what was provably never sent is
 * rejected; what waits for the worker is sent; for the rest the rail is asked.
 *
 * @returns false: it is resolved, or somebody has it under a lease
 */
export async function takeUp(
  deps: Deps, key: { readonly marketplace: string; readonly id: string },
): Promise<boolean> {
  const op = await leaseOperation(deps.pool, key)
  if (!op) return false
  const outcome = await findOut(deps, op)
  if (outcome) await settleOperation(deps, op, outcome)
  return true
}

async function findOut(
  deps: Deps, op: OperationRow & { readonly seconds_since_sent: number },
): Promise<Outcome | null> {
  if (op.state !== 'intent_written') return askRail(deps, op)
  const waited = op.lease === 1 && op.kind !== 'authorize' && op.kind !== 'sale'
  return waited ? sendOperation(deps, op)
    : { outcome: 'not_sent', reason: 'its sender ended before it was sent' }
}
