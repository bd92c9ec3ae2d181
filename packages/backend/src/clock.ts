import type { ResponseOf } from '@holdfast/contract'
import type { Pool, PoolClient } from 'pg'

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

/** Real time: what identity servers, tokens and deadlines of calls live by. */
export const realNow = (): Date => new Date()

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

const STATEMENT = 'select app_now() as now, offset_ms from clock'

/** The clock as the API answers it. */
export async function readClock(db: Pool | PoolClient): Promise<ResponseOf<'clock.retrieve'>> {
  const { rows } = await db.query<{ now: Date; offset_ms: bigint }>(STATEMENT)
  const { now, offset_ms: offsetMs } = rows[0] as { now: Date; offset_ms: bigint }
  return { object: 'clock', now: now.toISOString(), offsetMs: Number(offsetMs) }
}

/** Moves the clock forward; the database itself refuses in live mode. */
export async function advanceClock(client: PoolClient, byMs: number): Promise<ResponseOf<'clock.retrieve'>> {
  await client.query('update clock set offset_ms = offset_ms + $1', [byMs])
  return readClock(client)
}
