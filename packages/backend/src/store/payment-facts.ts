import type { Selectable } from 'kysely'
import type { Tx } from '../database.ts'
import { lockOrdersBy, lockPayments, type Desk } from './book.ts'
import type { OperationsTable } from './tables.ts'

/** Something that was asked of a rail and has no known outcome. */
export type OpenOperation = Pick<Selectable<OperationsTable>, 'id' | 'kind' | 'state'>

/** What a command on a payment needs to know besides the book. */
export interface PaymentFacts {
  readonly orderReference: string
  readonly railReference: string | null
  /** Operations on it that are open; whoever begins one adds it. */
  readonly open: OpenOperation[]
}

/**
 * Locks payments and their orders' milestones, in one round trip; what is open on a payment is read under its lock.
 *
 * @returns by payment; unknown ones are left out
 */
export async function lockPaymentFacts(
  tx: Tx, desk: Desk, payments: readonly string[],
): Promise<ReadonlyMap<string, PaymentFacts>> {
  const values = [desk.marketplace, [...new Set(payments)]]
  const [, , { rows }] = await Promise.all([
    lockPayments(tx, desk, payments), lockOrdersBy(tx, desk, { payments }),
    tx.client.query<FactsRow>({ name: 'read_payment_facts', text: READ_FACTS, values }),
  ])
  const facts = new Map<string, PaymentFacts>()
  for (const { payment, reference, rail_reference: railReference, id, kind, state } of rows) {
    const known = facts.get(payment) ?? { orderReference: reference, railReference, open: [] }
    facts.set(payment, known)
    if (id !== null) known.open.push({ id, kind, state })
  }
  return facts
}

interface FactsRow extends Omit<OpenOperation, 'id'> {
  readonly payment: string
  readonly reference: string
  readonly rail_reference: string | null
  readonly id: string | null
}

const READ_FACTS = `
  select p.id as payment, p.rail_reference, o.reference, open.*
  from unnest($2::text[]) as asked (id)
  cross join lateral (select id, rail_reference, order_id from payments where marketplace_id = $1 and id = asked.id limit 1) as p
  cross join lateral (select reference from orders where marketplace_id = $1 and id = p.order_id limit 1) as o
  left join lateral (
    select id, kind, state from operations where marketplace_id = $1 and payment_id = p.id
      and state in ('intent_written', 'sent', 'unknown') order by id offset 0) as open on true`
