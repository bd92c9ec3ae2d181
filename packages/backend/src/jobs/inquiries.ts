import type { PaymentConnector } from '@holdfast/core'
import type { Deps, Rails } from '../deps.ts'
import { closeOverdue } from '../rail/attempts/overdue.ts'
import { takeUp } from '../rail/inquire.ts'
import type { Ask, JobHandler, Queue, Subject } from './handler.ts'

/** Everything that is open, whichever rail it was asked of. */
export const inquiries: JobHandler = inquiriesOf({ queue: 'inquiries', only: null, others: [] })

/**
 * Finds out what became of operations whose sender is gone, and sends those that wait for the worker.
 *
 * A rail that waits for buyers has as many open as there are buyers, each asked about again and again. While it hangs
 * they would keep all others waiting: so it has a queue of its own.
 */
export function inquiriesOfRails({ payments }: Pick<Rails, 'payments'>): readonly JobHandler[] {
  const wallets = [...payments.values()].filter(waitsForBuyers).map(({ name }) => name)
  return [
    inquiriesOf({ queue: 'inquiries', only: null, others: wallets }),
    ...wallets.map((name) => inquiriesOf({ queue: `inquiries-${name}`, only: name, others: [] })),
  ]
}

const waitsForBuyers = ({ capabilities }: PaymentConnector): boolean => !capabilities.methods.has('card')

interface Part {
  readonly queue: Queue
  /** The one connector whose operations these are; null: all but the others. */
  readonly only: string | null
  readonly others: readonly string[]
}

/** Real time: rails answer in real time. */
function inquiriesOf({ queue, only, others }: Part): JobHandler {
  return {
    queue,
    async due({ pool }: Deps, { limit, except }: Ask) {
      const { rows } = await pool.query<Subject>({
        name: 'due_inquiries',
        text: `select marketplace_id as marketplace, id from operations
               where state in ('intent_written', 'sent', 'unknown') and next_inquiry_at <= now()
                 and (leased_until is null or leased_until <= now()) and id <> all($2)
                 and ($3::text is null or connector = $3) and connector <> all($4)
               order by next_inquiry_at limit $1`,
        values: [limit, except, only, others],
      })
      return rows
    },
    async handle(deps, subject) {
      await takeUp(deps, subject)
      await closeOverdue(deps, subject)
    },
  }
}
