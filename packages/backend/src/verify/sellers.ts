import { comparing, type Check, type Scope } from './check.ts'

/* Sellers’ balances and payouts. A seller’s scope is its id: all of its currencies at once. */

const openPayouts = `('created', 'submitted', 'processing', 'on_hold')`

function sellerReplay({ only, replay }: Scope): string {
  return `with ${replay.with}
    select b.seller_id || ' ' || b.currency as subject, b.seller_id as scope, k.field,
      (k.sign * ${replay.net})::text as expected, k.stored::text as actual
    from seller_balances b
    cross join lateral (values ('available', 1, b.available), ('reserve', 1, b.reserve), ('in_payout', 1, b.in_payout), ('owed', -1, b.owed)) as k (field, sign, stored)
    left join ledger_accounts a on a.marketplace_id = b.marketplace_id and a.currency = b.currency
      and a.name = 'seller:' || b.seller_id || ':' || k.field
    ${replay.join} where b.marketplace_id = $1 and ${only('b.seller_id')} and k.sign * ${replay.net} <> k.stored`
}

function sellerBounds({ only }: Scope): string {
  return `select b.seller_id || ' ' || b.currency as subject, b.seller_id as scope, k.field, '0 or more' as expected, k.stored::text as actual
    from seller_balances b
    cross join lateral (values ('available', b.available), ('reserve', b.reserve), ('in_payout', b.in_payout), ('owed', b.owed)) as k (field, stored)
    where b.marketplace_id = $1 and ${only('b.seller_id')} and k.stored < 0`
}

function sellerOwing({ only }: Scope): string {
  return `select b.seller_id || ' ' || b.currency as subject, b.seller_id as scope, 'available' as field,
      '0 while ' || b.owed || ' is owed' as expected, b.available::text as actual
    from seller_balances b where b.marketplace_id = $1 and ${only('b.seller_id')} and b.owed > 0 and b.available > 0`
}

function sellerInPayout({ only }: Scope): string {
  const { join, where, columns } = comparing({ in_payout: ['coalesce(open.amount, 0)', 'b.in_payout'] })
  return `with open as materialized (
      select seller_id, currency, sum(amount) as amount from payouts
      where marketplace_id = $1 and ${only('seller_id')} and state in ${openPayouts} group by seller_id, currency)
    select b.seller_id || ' ' || b.currency as subject, b.seller_id as scope, ${columns}
    from seller_balances b left join open on open.seller_id = b.seller_id and open.currency = b.currency
    ${join} where b.marketplace_id = $1 and ${only('b.seller_id')} and ${where}`
}

function payoutPosted({ only }: Scope): string {
  const when = (states: string, value: string) => `case when p.state in (${states}) then ${value} else 0 end`
  const sent = `'completed', 'returned'`
  const { join, where, columns } = comparing({
    created: ['1', 'coalesce(t.created, 0)'], created_amount: ['p.amount', 'coalesce(t.created_amount, 0)'],
    completed: [when(sent, '1'), 'coalesce(t.completed, 0)'], completed_amount: [when(sent, 'p.amount'), 'coalesce(t.completed_amount, 0)'],
    failed: [when(`'failed'`, '1'), 'coalesce(t.failed, 0)'], returned: [when(`'returned'`, '1'), 'coalesce(t.returned, 0)'],
  })
  const of = (reason: string) => `count(distinct t.id) filter (where t.reason = 'payout_${reason}') as ${reason},
      sum(q.amount) filter (where t.reason = 'payout_${reason}') as ${reason}_amount`
  return `with moved as materialized (
      select t.subject, ${['created', 'completed', 'failed', 'returned'].map(of).join(', ')}
      from ledger_transfers t join ledger_postings q on q.marketplace_id = t.marketplace_id and q.transfer_id = t.id
      where t.marketplace_id = $1 and t.reason like 'payout%' and ${only('t.subject')} group by t.subject)
    select p.id as subject, p.id as scope, ${columns} from payouts p left join moved t on t.subject = p.id
    ${join} where p.marketplace_id = $1 and ${only('p.id')} and ${where}`
}

export const sellerChecks: readonly Check[] = [
  { rule: 'seller_replay', kind: 'seller', sql: sellerReplay },
  { rule: 'seller_bounds', kind: 'seller', sql: sellerBounds },
  { rule: 'seller_owing', kind: 'seller', sql: sellerOwing },
  { rule: 'seller_in_payout', kind: 'seller', sql: sellerInPayout },
  { rule: 'payout_posted', kind: 'payout', sql: payoutPosted },
]
