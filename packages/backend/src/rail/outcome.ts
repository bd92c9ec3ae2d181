import type { OperationEvent, Outcome } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { type Desk, openDesk, saveDesk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { isResolved, readOperation, recordOutcome, type OperationRow } from '../store/operations.ts'

/** An outcome at work in one transaction. */
export interface Applying {
  readonly deps: Deps
  readonly tx: Tx
  readonly desk: Desk
  readonly op: OperationRow
  readonly outcome: Outcome
}

/** What one kind of operation does with an outcome, once its rows are locked. Answers how the operation moves. */
export interface Appliance {
  /** Locks what the outcome may move, by rank. */
  lock(applying: Omit<Applying, 'outcome'>): Promise<void>
  apply(applying: Applying): Promise<OperationEvent>
}

/**
 * Applies what became of an operation, once: whoever learns it second (its sender, the worker, a notification, a
 * report) finds it resolved and changes nothing. One thing is still heard then: that a charge which was given up has
 * taken money after all.
 */
export async function applyOutcome(
  tx: Tx,
  { deps, operation, outcome, now, appliance }: {
    readonly deps: Deps
    readonly operation: Pick<OperationRow, 'marketplace_id' | 'id'>
    readonly outcome: Outcome
    readonly now: Date
    readonly appliance: Appliance
  },
): Promise<void> {
  const key = { marketplace: operation.marketplace_id, id: operation.id }
  const desk = openDesk({ marketplace: key.marketplace, now })
  const before = (await readOperation(tx.db, key)) as OperationRow
  if (isOver(before, outcome)) return
  await appliance.lock({ deps, tx, desk, op: before })
  const op = (await readOperation(tx.db, key)) as OperationRow
  if (isOver(op, outcome)) return
  const event = await appliance.apply({ deps, tx, desk, op, outcome })
  await recordOutcome(tx, op, { event, outcome: remembered(op, outcome), now })
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
}

function isOver(op: OperationRow, { outcome }: Outcome): boolean {
  const surfaces = (op.kind === 'sale' || op.kind === 'authorize') && op.state === 'rejected' && outcome === 'approved'
  return isResolved(op) && !surfaces
}

/** What a buyer has to do is told once; that the charge is merely still open takes nothing from it. */
function remembered(op: OperationRow, outcome: Outcome): Outcome {
  const told = op.outcome?.['outcome'] === 'action_required'
  const nothingNew = outcome.outcome === 'unknown' || (outcome.outcome === 'action_required' && outcome.action.type === 'wait')
  return told && nothingNew ? op.outcome as unknown as Outcome : outcome
}

/** The operation's own move, where an outcome means nothing more for it. */
export function eventOf(outcome: Outcome): OperationEvent {
  if (outcome.outcome === 'approved') return 'confirm'
  return outcome.outcome === 'declined' || outcome.outcome === 'not_sent' ? 'reject' : 'lose_sight'
}
