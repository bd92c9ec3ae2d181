import { isRefusal, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import type { Call } from './execute.ts'

/** How one command works a batch: what it locks, how it decides one call, and what it writes and answers. */
export interface DeskWork<I, D, O> {
  /** Locks what any of the calls may move, by rank, and reads what they need. */
  lock(tx: Tx, desk: Desk, calls: readonly Call<I>[]): Promise<void>
  /** Decides one call on what the calls before it left. Refuses before it changes anything. */
  decide(desk: Desk, call: Call<I>): D | Refusal
  /** Writes the rows that are new; what changed in the book is written for it. */
  write?(tx: Tx, desk: Desk, decided: readonly D[]): Promise<void>
  /** What was decided, as the API answers it, in the same order. */
  read(tx: Tx, desk: Desk, decided: readonly D[]): Promise<readonly O[]>
}

/** Lock → decide, one after another → write → tell → answer, for a batch of one marketplace's calls. */
export async function onDesk<I, D, O>(
  tx: Tx, calls: readonly Call<I>[], work: DeskWork<I, D, O>,
): Promise<(O | Refusal)[]> {
  const [first] = calls
  if (!first) return []
  const desk = openDesk(first)
  await work.lock(tx, desk, calls)
  const outcomes = calls.map((call) => work.decide(desk, call))
  const decided = outcomes.filter((outcome): outcome is D & Exclude<D, Refusal> => !isRefusal(outcome))
  await work.write?.(tx, desk, decided)
  await saveDesk(tx, desk)
  await stageHappenings(tx, desk)
  const answers = [...await work.read(tx, desk, decided)]
  return outcomes.map((outcome) => (isRefusal(outcome) ? outcome : (answers.shift() as O)))
}
