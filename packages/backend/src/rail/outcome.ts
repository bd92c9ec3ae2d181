import { need, type OperationEvent, type Outcome } from '@holdfast/core'
import type { Tx } from '../database.ts'
import type { Deps } from '../deps.ts'
import { type Desk, openDesk, saveDesk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import { isResolved, readOperations, recordOutcomes, type Moved, type OperationRow } from '../store/operations.ts'

/** An outcome at work in one transaction. */
export interface Applying {
  readonly deps: Deps
  readonly tx: Tx
  readonly desk: Desk
  readonly op: OperationRow
  readonly outcome: Outcome
}

/** Outcomes of one kind of operation, before they are at work. */
export interface Locking {
  readonly deps: Deps
  readonly tx: Tx
  readonly desk: Desk
  readonly ops: readonly OperationRow[]
}

/** What one kind of operation does with outcomes. */
export interface Appliance<F = unknown> {
  /** Locks what the outcomes may move, by rank and then by id, and reads what else they need. */
  lock(locking: Locking): Promise<F>
  /** Does one, on what those before it left. Answers how the operation moves. */
  apply(applying: Applying, found: F): Promise<OperationEvent>
  /** Sends what all of them came to, where that wasn't sent one by one; the book and the operations left out. */
  save?(tx: Tx, desk: Desk, found: F): void
}

/** An outcome and its operation, as it was read before anything was locked. */
export interface Told {
  readonly operation: OperationRow
  readonly outcome: Outcome
}

interface Way {
  readonly deps: Deps
  readonly now: Date
  readonly appliance: Appliance
}

/** As `applyOutcomes`, of one. */
export async function applyOutcome(tx: Tx, { operation, outcome, ...way }: Told & Way): Promise<void> {
  await applyOutcomes(tx, way, [{ operation, outcome }])
}

/**
 * Applies what became of operations of one marketplace and kind, each once: whoever learns it second (its sender, the
 * worker, a notification, a report) finds it resolved and changes nothing. One thing is still heard then: that a charge
 * which was given up has taken money after all.
 *
 * @returns the objects that events were staged about, by id, as the API answers them from now on
 */
export async function applyOutcomes(tx: Tx, { deps, now, appliance }: Way, told: readonly Told[]): Promise<ReadonlyMap<string, object>> {
  const open = told.filter(({ operation, outcome }) => !isOver(operation, outcome))
  const [first] = open
  if (!first) return new Map()
  const desk = openDesk({ marketplace: first.operation.marketplace_id, now })
  const found = await appliance.lock({ deps, tx, desk, ops: open.map(({ operation }) => operation) })
  const ops = await readOperations(tx, desk.marketplace, open.map(({ operation }) => operation.id))
  const moved: Moved[] = []
  for (const { operation, outcome } of open) {
    const op = need(ops, operation.id)
    if (isOver(op, outcome)) continue
    const event = await appliance.apply({ deps, tx, desk, op, outcome }, found)
    moved.push({ op, event, outcome: remembered(op, outcome) })
  }
  if (moved.length === 0) return new Map()
  appliance.save?.(tx, desk, found)
  recordOutcomes(tx, moved, now)
  await saveDesk(tx, desk)
  return stageHappenings(tx, desk)
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
