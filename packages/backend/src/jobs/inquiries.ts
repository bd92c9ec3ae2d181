import type { Deps } from '../deps.ts'
import { takeUp } from '../rail/inquire.ts'
import type { JobHandler, Subject } from './handler.ts'

/** Finds out what became of operations whose sender is gone, and sends those that wait for the worker. Real time. */
export const inquiries: JobHandler = {
  queue: 'inquiries',
  async due({ pool }, { limit, except }) {
    const { rows } = await pool.query<Subject>({
      name: 'due_inquiries',
      text: `select marketplace_id as marketplace, id from operations
             where state in ('intent_written', 'sent', 'unknown') and next_inquiry_at <= now()
               and (leased_until is null or leased_until <= now()) and id <> all($2)
             order by next_inquiry_at limit $1`,
      values: [limit, except],
    })
    return rows
  },
  async handle(deps: Deps, subject) {
    await takeUp(deps, subject)
  },
}
