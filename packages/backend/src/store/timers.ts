import type { Tx } from '../database.ts'
import type { TimersTable } from './tables.ts'

export interface Timer {
  readonly subject: string
  /** By `app_now()`; null: none. */
  readonly dueAt: Date | null
}

/** Sends what sets timers of one kind, or takes them away. */
export function setTimers(
  tx: Tx, marketplace: string,
  { kind, timers }: { readonly kind: TimersTable['kind']; readonly timers: readonly Timer[] },
): void {
  const due = timers.filter(({ dueAt }) => dueAt !== null)
  const none = timers.filter(({ dueAt }) => dueAt === null)
  if (none.length > 0) {
    tx.send({
      name: 'clear_timers',
      over: 'timers',
      text: 'delete from timers where marketplace_id = $1 and kind = $2 and subject = any($3)',
      values: [marketplace, kind, none.map(({ subject }) => subject)],
    })
  }
  if (due.length === 0) return
  tx.send({
    name: 'set_timers',
    over: 'timers',
    text: `insert into timers (marketplace_id, kind, subject, due_at)
           select $1, $2, r.* from unnest($3::text[], $4::timestamptz[])
             as r (subject, due_at)
           on conflict (marketplace_id, kind, subject) do update set due_at = excluded.due_at`,
    values: [marketplace, kind, due.map(({ subject }) => subject), due.map(({ dueAt }) => dueAt)],
  })
}
