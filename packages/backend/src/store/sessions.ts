import { assert, happened, isRefusal, sessionMachine, type SessionEvent } from '@holdfast/core'
import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import type { Desk } from './book.ts'
import type { SessionsTable } from './tables.ts'
import { setTimers } from './timers.ts'

export type SessionRow = Selectable<SessionsTable>

/** Locks sessions: first of all ranks. */
export async function lockSessions(tx: Tx, desk: Desk, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const rows = await tx.db.selectFrom('sessions').selectAll().where('marketplace_id', '=', desk.marketplace)
    .where('id', 'in', [...new Set(ids)]).orderBy('id').forNoKeyUpdate().execute()
  for (const row of rows) desk.sessions.set(row.id, row)
}

const events = { complete: 'session.completed', expired: 'session.expired',
  canceled: 'session.canceled' } as const

/** Moves a locked session by an event that the caller has found to be legal; its timer ends with it. */
export async function moveSession(
  tx: Tx, desk: Desk, row: SessionRow,
  { event, payment }: { readonly event: SessionEvent; readonly payment?: string },
): Promise<void> {
  const next = sessionMachine.step(row.state, event)
  assert(!isRefusal(next), `a session that is '${row.state}' takes '${event}'`)
  const { numUpdatedRows } = await tx.db.updateTable('sessions')
    .set({ state: next.state, ...(payment !== undefined && { payment_id: payment }) })
    .where('marketplace_id', '=', desk.marketplace).where('id', '=', row.id).where('state', '=', row.state)
    .executeTakeFirst()
  assert(numUpdatedRows === 1n, 'the session is as it was read')
  row.state = next.state
  if (next.state === 'open' || next.state === 'processing') return
  happened(desk.book, events[next.state], row.id)
  setTimers(tx, desk.marketplace,
    { kind: 'session_expiry', timers: [{ subject: row.id, dueAt: null }] })
}
