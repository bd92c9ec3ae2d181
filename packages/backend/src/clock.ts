import type { Pool } from 'pg'

/**
 * The time that deadlines are read against, outside the database: real time plus the offset that this process
 * last saw. Connectors and simulators follow it. Decisions about money read `app_now()` in their own transaction.
 */
export interface Clock {
  now(): Date
  readonly offsetMs: number
  /** Reads the offset that the database has: another process may have advanced it. */
  refresh(): Promise<void>
}

/** A clock on the database's one row. */
export function createClock(pool: Pool): Clock {
  let offsetMs = 0
  return {
    now: () => new Date(Date.now() + offsetMs),
    get offsetMs() {
      return offsetMs
    },
    async refresh() {
      const { rows } = await pool.query<{ offset_ms: bigint }>('select offset_ms from clock')
      offsetMs = Number(rows[0]?.offset_ms ?? 0n)
    },
  }
}
