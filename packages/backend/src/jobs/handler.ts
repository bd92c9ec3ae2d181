import type { Deps } from '../deps.ts'

/** The worker's queues. Each rail on which buyers are waited for has one of its own for its inquiries. */
export type Queue = 'timers' | 'inquiries' | `inquiries-${string}` | 'payouts' | 'settlements' | 'saved-cards' | 'verifier'

/** One thing to handle: an object, or a rail of one marketplace. */
export interface Subject {
  readonly marketplace: string
  readonly id: string
}

/** What is due, at most so much, leaving out what failed a moment ago or is set aside. */
export interface Ask {
  readonly limit: number
  /** Ids of subjects to leave out; a poison subject must not fill the limit that others wait behind. */
  readonly except: readonly string[]
}

/**
 * A job as the worker runs it: it asks each second what is due and handles each subject by itself.
 *
 * A subject that was handled must no longer be due. The same subject is never handled twice at once, but may be
 * handled twice in a row: after a crash, nobody knows how far the first one came.
 */
export interface JobHandler {
  readonly queue: Queue
  due(deps: Deps, ask: Ask): Promise<readonly Subject[]>
  /** Throws when it can't be done now: it is then tried again later, and set aside after eight times. */
  handle(deps: Deps, subject: Subject): Promise<void>
}
