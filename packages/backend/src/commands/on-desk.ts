import { isRefusal, type Refusal } from '@holdfast/core'
import type { Tx } from '../database.ts'
import { openDesk, saveDesk, type Desk } from '../store/book.ts'
import { stageHappenings } from '../store/happenings.ts'
import type { Asked, Call, Command } from './execute.ts'

/** How one command works a batch: what it locks, how it decides one call, and what it writes and answers. */
export interface DeskWork<I, F, D, O> {
  /** Locks what any of the calls may move, by rank, and reads what they need besides. */
  lock(tx: Tx, desk: Desk, asked: readonly Asked<I>[]): Promise<F>
  /** Decides one call on what the calls before it left. Refuses before it changes anything. */
  decide(desk: Desk, call: Call<I>, found: F): D | Refusal
  /** Writes the rows that are new; what changed in the book is written for it. */
  write?(tx: Tx, desk: Desk, decided: readonly D[]): Promise<void> | void
  /** What was decided, as the API answers it, in the same order. */
  read(tx: Tx, desk: Desk, decided: readonly D[]): Promise<readonly O[]> | readonly O[]
}

interface Locked<F> {
  readonly desk: Desk
  readonly found: F
}

/** A command on the book: lock → decide, one after another → write → tell → answer, for a batch of calls. */
export function onDesk<I, F, D, O>(
  name: Command<I, O>['name'], work: DeskWork<I, F, D, O>,
): Command<I, O, Locked<F>> {
  return {
    name, gathered: true,
    async lock(tx, asked) {
      const desk = openDesk({ marketplace: asked[0]!.marketplace })
      return { desk, found: await work.lock(tx, desk, asked) }
    },
    async run(tx, calls, { desk, found }) {
      desk.now = calls[0]!.now
      const outcomes = calls.map((call) => work.decide(desk, call, found))
      const decided = outcomes.filter((outcome): outcome is D & Exclude<D, Refusal> => !isRefusal(outcome))
      await saveDesk(tx, desk)
      await work.write?.(tx, desk, decided)
      await stageHappenings(tx, desk)
      const answers = [...await work.read(tx, desk, decided)]
      return outcomes.map((outcome) => (isRefusal(outcome) ? outcome : (answers.shift() as O)))
    },
  }
}
