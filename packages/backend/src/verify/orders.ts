import { comparing, type Check, type Scope } from './check.ts'

/* What hangs on an order: milestones, payments, captures, releases and refunds, with their transfers. */

/** What was released can still be refunded when a milestone is closed: `refunding` says nothing against it. */
const CLOSED = `state = 'closed' and held + capturing <> 0`

/** What transfers post for each subject, by reason. */
const posted = ({ only }: Scope, reasons: string): string => `posted as materialized (
  select t.subject, t.reason, count(distinct t.id) as n, min(t.id) as transfer, sum(q.amount)::bigint as amount,
    coalesce(sum(q.amount) filter (where c.name like 'milestone:%'), 0)::bigint as into_held,
    coalesce(sum(q.amount) filter (where d.name like 'milestone:%'), 0)::bigint as out_of_held,
    coalesce(sum(q.amount) filter (where c.name = 'platform:fees'), 0)::bigint as into_fees,
    coalesce(sum(q.amount) filter (where c.name = 'refunds:in_transit'), 0)::bigint as into_transit,
    coalesce(sum(q.amount) filter (where d.name = 'refunds:in_transit'), 0)::bigint as out_of_transit
  from ledger_transfers t
  join ledger_postings q on q.marketplace_id = t.marketplace_id and q.transfer_id = t.id
  left join ledger_accounts c on c.marketplace_id = q.marketplace_id and c.id = q.credit_account
  left join ledger_accounts d on d.marketplace_id = q.marketplace_id and d.id = q.debit_account
  where t.marketplace_id = $1 and t.reason in (${reasons}) and ${only('t.order_id')} group by t.subject, t.reason)`

const joinPosted = (name: string, reason: string, subject: string): string =>
  `left join posted ${name} on ${name}.reason = '${reason}' and ${name}.subject = ${subject}`

function milestoneReplay({ only, replay }: Scope): string {
  const { join, where, columns } = comparing({ held: [replay.net, 'm.held'] })
  return `with ${replay.with}
    select m.id as subject, m.order_id as scope, ${columns} from milestones m
    left join ledger_accounts a on a.marketplace_id = m.marketplace_id and a.name = 'milestone:' || m.id || ':held' and a.currency = m.currency
    ${replay.join} ${join} where m.marketplace_id = $1 and ${only('m.order_id')} and ${where}`
}

function milestoneEquation({ only }: Scope): string {
  const { join, where, columns } = comparing({
    captured: ['m.held + m.released + m.refunded_held', 'm.captured'],
    captured_fee: ['m.held_fee + m.released_fee + m.cancelled_fee', 'm.captured_fee'],
  })
  return `select m.id as subject, m.order_id as scope, ${columns} from milestones m ${join}
    where m.marketplace_id = $1 and ${only('m.order_id')} and ${where}`
}

function milestoneCaptures({ only }: Scope): string {
  const { join, where, columns } = comparing({
    captured: ['coalesce(done.amount, 0)', 'm.captured'], captured_fee: ['coalesce(done.fee, 0)', 'm.captured_fee'],
    capturing: ['coalesce(open.amount, 0)', 'm.capturing'], capturing_fee: ['coalesce(open.fee, 0)', 'm.capturing_fee'],
  })
  return `with parts as materialized (
      select l.milestone_id, c.state, sum(l.amount)::bigint as amount, sum(l.fee)::bigint as fee
      from payments p join captures c on c.marketplace_id = p.marketplace_id and c.payment_id = p.id
      join capture_allotments l on l.marketplace_id = c.marketplace_id and l.capture_id = c.id
      where p.marketplace_id = $1 and ${only('p.order_id')} group by l.milestone_id, c.state)
    select m.id as subject, m.order_id as scope, ${columns} from milestones m
    left join parts done on done.milestone_id = m.id and done.state = 'succeeded'
    left join parts open on open.milestone_id = m.id and open.state = 'pending'
    ${join} where m.marketplace_id = $1 and ${only('m.order_id')} and ${where}`
}

function milestoneReleases({ only }: Scope): string {
  const { join, where, columns } = comparing({
    released: ['coalesce(parts.gross, 0)', 'm.released'], released_fee: ['coalesce(parts.fee, 0)', 'm.released_fee'],
  })
  return `with parts as materialized (
      select l.milestone_id, sum(l.gross)::bigint as gross, sum(l.fee)::bigint as fee
      from escrows e join releases r on r.marketplace_id = e.marketplace_id and r.escrow_id = e.id
      join release_allotments l on l.marketplace_id = r.marketplace_id and l.release_id = r.id
      where e.marketplace_id = $1 and ${only('e.order_id')} group by l.milestone_id)
    select m.id as subject, m.order_id as scope, ${columns} from milestones m
    left join parts on parts.milestone_id = m.id
    ${join} where m.marketplace_id = $1 and ${only('m.order_id')} and ${where}`
}

const source = (name: string): string => `sum((l.sources ->> '${name}')::bigint) filter (where r.state <> 'failed')`

function milestoneRefunds({ only }: Scope): string {
  const { join, where, columns } = comparing({
    refunded_held: ['coalesce(parts.held, 0)', 'm.refunded_held'],
    cancelled_fee: ['coalesce(parts.cancelled_fee, 0)', 'm.cancelled_fee'],
    refunded_released: ['coalesce(parts.released, 0)', 'm.refunded_released'],
    refunded_released_fee: ['coalesce(parts.released_fee, 0)', 'm.refunded_released_fee'],
    refunding: ['coalesce(parts.pending, 0)', 'm.refunding'],
  })
  return `with parts as materialized (
      select l.milestone_id, ${source('held')} as held, ${source('cancelledFee')} as cancelled_fee,
        ${source('released')} as released, ${source('releasedFee')} as released_fee,
        sum(l.amount) filter (where r.state = 'pending') as pending
      from refunds r join refund_allotments l on l.marketplace_id = r.marketplace_id and l.refund_id = r.id
      where r.marketplace_id = $1 and ${only('r.order_id')} group by l.milestone_id)
    select m.id as subject, m.order_id as scope, ${columns} from milestones m
    left join parts on parts.milestone_id = m.id
    ${join} where m.marketplace_id = $1 and ${only('m.order_id')} and ${where}`
}

function milestoneBounds({ only }: Scope): string {
  const { join, where, columns } = comparing({
    least: ['0', `least(0, m.held, m.held_fee, m.released, m.released_fee, m.refunded_held, m.cancelled_fee,
      m.refunded_released, m.refunded_released_fee, m.capturing, m.capturing_fee, m.captured, m.captured_fee, m.settled, m.refunding)`],
    held_fee: ['least(m.held_fee, m.held)', 'm.held_fee'],
    released_fee: ['least(m.released_fee, m.released)', 'm.released_fee'],
    refunded_released: ['least(m.refunded_released, m.released)', 'm.refunded_released'],
    refunded_released_fee: ['least(m.refunded_released_fee, m.released_fee)', 'm.refunded_released_fee'],
    settled: ['least(m.settled, m.captured)', 'm.settled'],
    captured: ['least(m.captured + m.capturing, m.amount)', 'm.captured + m.capturing'],
    fee: ['least(m.captured_fee + m.capturing_fee, m.fee)', 'm.captured_fee + m.capturing_fee'],
  })
  return `select m.id as subject, m.order_id as scope, ${columns} from milestones m ${join}
    where m.marketplace_id = $1 and ${only('m.order_id')} and ${where}`
}

function milestoneClosed({ only }: Scope): string {
  return `select m.id as subject, m.order_id as scope, 'state' as field, 'nothing held or being captured' as expected,
      'held ' || m.held || ', capturing ' || m.capturing as actual
    from milestones m where m.marketplace_id = $1 and ${only('m.order_id')} and ${CLOSED}`
}

/** The sums of captures and refunds by payment. */
const byPayment = ({ only }: Scope): string => `taken as materialized (
    select c.payment_id, sum(c.amount) filter (where c.state = 'succeeded') as captured, sum(c.amount) filter (where c.state = 'pending') as capturing
    from payments p join captures c on c.marketplace_id = p.marketplace_id and c.payment_id = p.id
    where p.marketplace_id = $1 and ${only('p.order_id')} group by c.payment_id),
  given as materialized (
    select r.payment_id, sum(r.amount) filter (where r.state = 'succeeded') as refunded, sum(r.amount) filter (where r.state = 'pending') as refunding
    from refunds r where r.marketplace_id = $1 and ${only('r.order_id')} group by r.payment_id)`

function paymentCounts(scope: Scope): string {
  const { join, where, columns } = comparing({
    captured: ['case when p.superseded then p.authorized else coalesce(taken.captured, 0) end', 'p.captured'],
    capturing: ['coalesce(taken.capturing, 0)', 'p.capturing'],
    refunded: ['coalesce(given.refunded, 0)', 'p.refunded'], refunding: ['coalesce(given.refunding, 0)', 'p.refunding'],
  })
  return `with ${byPayment(scope)}
    select p.id as subject, p.order_id as scope, ${columns} from payments p
    left join taken on taken.payment_id = p.id left join given on given.payment_id = p.id
    ${join} where p.marketplace_id = $1 and ${scope.only('p.order_id')} and ${where}`
}

/** Held against the rows as well as against the payment's own counts: either could be what was changed. */
function paymentBounds(scope: Scope): string {
  const refunded = 'greatest(p.refunded + p.refunding, coalesce(given.refunded, 0) + coalesce(given.refunding, 0))'
  const { join, where, columns } = comparing({
    refunded: [`least(${refunded}, p.captured)`, refunded],
    captured: ['least(p.captured + p.capturing, p.authorized)', 'p.captured + p.capturing'],
    authorized: ['case when p.superseded then p.authorized else least(p.authorized, p.amount) end', 'p.authorized'],
  })
  return `with ${byPayment(scope)}
    select p.id as subject, p.order_id as scope, ${columns} from payments p left join given on given.payment_id = p.id
    ${join} where p.marketplace_id = $1 and ${scope.only('p.order_id')} and ${where}`
}

function capturePosted(scope: Scope): string {
  const { only } = scope
  const succeeded = `case when c.state = 'succeeded' then c.amount else 0 end`
  const { join, where, columns } = comparing({
    transfers: [`case when c.state = 'succeeded' then 1 else 0 end`, 'coalesce(t.n, 0)'],
    posted: [succeeded, 'coalesce(t.into_held, 0)'],
    allotments: ['c.amount', `(select coalesce(sum(l.amount), 0) from capture_allotments l where l.marketplace_id = $1 and l.capture_id = c.id)`],
  })
  return `with ${posted(scope, `'capture'`)}
    select c.id as subject, p.order_id as scope, ${columns} from payments p
    join captures c on c.marketplace_id = p.marketplace_id and c.payment_id = p.id
    ${joinPosted('t', 'capture', 'c.id')}
    ${join} where p.marketplace_id = $1 and ${only('p.order_id')} and ${where}`
}

function releasePosted(scope: Scope): string {
  const part = (column: string) => `(select coalesce(sum(l.${column}), 0) from release_allotments l where l.marketplace_id = $1 and l.release_id = r.id)`
  const { join, where, columns } = comparing({
    transfers: ['1', 'coalesce(t.n, 0)'], transfer: ['r.transfer_id', 't.transfer'],
    posted: ['r.gross', 'coalesce(t.out_of_held, 0)'], fee: ['r.fee', 'coalesce(t.into_fees, 0)'],
    allotments: ['r.gross', part('gross')], allotted_fee: ['r.fee', part('fee')],
  })
  return `with ${posted(scope, `'release'`)}
    select r.id as subject, e.order_id as scope, ${columns} from escrows e
    join releases r on r.marketplace_id = e.marketplace_id and r.escrow_id = e.id
    ${joinPosted('t', 'release', 'r.id')}
    ${join} where e.marketplace_id = $1 and ${scope.only('e.order_id')} and ${where}`
}

/**
 * A refund of an attempt that was closed over has no parts. The money of the first one, which is made with it, came by
 * the attempt's own transfer; one that follows, after the rail refused, is begun as any other.
 */
function refundPosted(scope: Scope): string {
  const first = `(select f.id from refunds f where f.marketplace_id = $1 and f.payment_id = r.payment_id order by f.created_at, f.id limit 1)`
  const begun = (value: string) => `case when p.superseded and r.id = ${first} then 0 else ${value} end`
  const when = (state: string, value: string) => `case when r.state = '${state}' then ${value} else 0 end`
  const { join, where, columns } = comparing({
    begun: [begun('1'), 'coalesce(b.n, 0)'], begun_amount: [begun('r.amount'), 'coalesce(b.into_transit, 0)'],
    confirmed: [when('succeeded', '1'), 'coalesce(c.n, 0)'], confirmed_amount: [when('succeeded', 'r.amount'), 'coalesce(c.out_of_transit, 0)'],
    rejected: [when('failed', '1'), 'coalesce(j.n, 0)'], rejected_amount: [when('failed', 'r.amount'), 'coalesce(j.out_of_transit, 0)'],
    allotments: ['case when p.superseded then 0 else r.amount end', `(select coalesce(sum(l.amount), 0) from refund_allotments l where l.marketplace_id = $1 and l.refund_id = r.id)`],
  })
  return `with ${posted(scope, `'refund_begun', 'refund_confirmed', 'refund_rejected'`)}
    select r.id as subject, r.order_id as scope, ${columns} from refunds r
    join payments p on p.marketplace_id = r.marketplace_id and p.id = r.payment_id
    ${joinPosted('b', 'refund_begun', 'r.id')} ${joinPosted('c', 'refund_confirmed', 'r.id')} ${joinPosted('j', 'refund_rejected', 'r.id')}
    ${join} where r.marketplace_id = $1 and ${scope.only('r.order_id')} and ${where}`
}

function supersededPosted(scope: Scope): string {
  const { join, where, columns } = comparing({
    transfers: ['case when p.superseded then 1 else 0 end', 'coalesce(t.n, 0)'],
    posted: ['case when p.superseded then p.captured else 0 end', 'coalesce(t.into_transit, 0)'],
  })
  return `with ${posted(scope, `'superseded_attempt'`)}
    select p.id as subject, p.order_id as scope, ${columns} from payments p ${joinPosted('t', 'superseded_attempt', 'p.id')}
    ${join} where p.marketplace_id = $1 and ${scope.only('p.order_id')} and ${where}`
}

export const orderChecks: readonly Check[] = [
  { rule: 'milestone_replay', kind: 'order', sql: milestoneReplay },
  { rule: 'milestone_equation', kind: 'order', sql: milestoneEquation },
  { rule: 'milestone_captures', kind: 'order', sql: milestoneCaptures },
  { rule: 'milestone_releases', kind: 'order', sql: milestoneReleases },
  { rule: 'milestone_refunds', kind: 'order', sql: milestoneRefunds },
  { rule: 'milestone_bounds', kind: 'order', sql: milestoneBounds },
  { rule: 'milestone_closed', kind: 'order', sql: milestoneClosed },
  { rule: 'payment_counts', kind: 'order', sql: paymentCounts },
  { rule: 'payment_bounds', kind: 'order', sql: paymentBounds },
  { rule: 'capture_posted', kind: 'order', sql: capturePosted },
  { rule: 'release_posted', kind: 'order', sql: releasePosted },
  { rule: 'refund_posted', kind: 'order', sql: refundPosted },
  { rule: 'superseded_posted', kind: 'order', sql: supersededPosted },
]
