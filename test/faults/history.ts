/*
 * What clients saw: when each asked, when it was answered, and how. `ok`: it is done. `fail`: it is not done and never
 * will be. `info`: nobody knows; it may have been done at any time since it was asked.
 */

export type Ending = 'ok' | 'fail' | 'info'

export interface Entry<Op> {
  readonly client: number
  readonly op: Op
  readonly invokedAt: number
  /** Infinity for `info`. */
  readonly endedAt: number
  readonly ending: Ending
}

/** Everything that clients did, in one order of instants. */
export class History<Op> {
  readonly entries: Entry<Op>[] = []
  #tick = 0

  /** Records one operation from when it is asked; `end` says how it ended, and with what was read. */
  begin(client: number, op: Op): (ending: Ending, read?: Op) => void {
    const invokedAt = (this.#tick += 1)
    return (ending, read = op) => {
      this.#tick += 1
      this.entries.push({ client, op: read, invokedAt, endedAt: ending === 'info' ? Infinity : this.#tick, ending })
    }
  }
}
