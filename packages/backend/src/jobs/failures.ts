import type { Pool } from 'pg'
import type { Queue, Subject } from './handler.ts'

/** After so many failures a subject is set aside: it alarms, for a person to look at, and is tried but once an hour. */
export const MAX_ATTEMPTS = 8
const MAX_ERROR_LENGTH = 1_000

/** Ids of a queue's subjects that are not to be tried now. */
export async function failing(pool: Pool, queue: Queue): Promise<string[]> {
  const { rows } = await pool.query<{ subject: string }>({
    name: 'job_failing',
    text: 'select subject from job_failures where queue = $1 and next_try_at > now()',
    values: [queue],
  })
  return rows.map(({ subject }) => subject)
}

/** Records that a subject failed; answers whether it is now set aside. Real time: rails recover in real time. */
export async function recordFailure(pool: Pool, { queue, subject, error }: { queue: Queue; subject: Subject; error: unknown }): Promise<boolean> {
  const { rows } = await pool.query<{ set_aside: boolean }>({
    name: 'job_failed',
    text: `insert into job_failures as f (marketplace_id, queue, subject, attempts, error, next_try_at)
           values ($1, $2, $3, 1, $4, now() + interval '1 second')
           on conflict (marketplace_id, queue, subject) do update set
             attempts = f.attempts + 1, error = $4,
             next_try_at = now() + case when f.attempts + 1 >= $5 then interval '1 hour'
               else power(2, f.attempts) * interval '1 second' end,
             set_aside_at = case when f.attempts + 1 >= $5 then coalesce(f.set_aside_at, now()) end
           returning set_aside_at is not null as set_aside`,
    values: [subject.marketplace, queue, subject.id, describe(error), MAX_ATTEMPTS],
  })
  return rows[0]?.set_aside ?? false
}

/** Forgets a subject's failures: it has been handled. */
export async function clearFailure(pool: Pool, { queue, subject }: { queue: Queue; subject: Subject }): Promise<void> {
  await pool.query({
    name: 'job_done',
    text: 'delete from job_failures where marketplace_id = $1 and queue = $2 and subject = $3',
    values: [subject.marketplace, queue, subject.id],
  })
}

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, MAX_ERROR_LENGTH)
}
