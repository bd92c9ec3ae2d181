import { comparing, type Check, type Scope } from './check.ts'

/* The ledger itself: settlements, transfers, the platform's accounts, events, and requests that are open too long. */

/** What a line's operation is worth in the ledger: a capture, what a closed-over attempt took, or less a refund. */
const worth = `case when o.kind = 'refund' then -o.amount when c.id is not null then c.amount when p.superseded then p.captured else 0 end`
const joinWorth = `left join captures c on c.marketplace_id = o.marketplace_id and c.id = o.capture_id and c.state = 'succeeded'
      left join payments p on p.marketplace_id = o.marketplace_id and p.id = o.payment_id and o.kind in ('sale', 'authorize')`

/**
 * The first line about an operation takes its whole worth out of the receivable. A settlement that shares an
 * operation with another is left to `receivable_unreported`: which of the two came first, no row tells.
 */
function settlementPosted({ only }: Scope): string {
  const sum = (name: string) => `sum(case when c.name like '${name}' then -q.amount when d.name like '${name}' then q.amount else 0 end)`
  const { join, where, columns } = comparing({
    gross: ['coalesce(l.gross, 0)', 's.gross'], fees: ['coalesce(l.fee, 0)', 's.fees'], lines: ['coalesce(l.n, 0)', 's.line_count'],
    transfers: ['case when l.money then 1 else least(coalesce(t.n, 0), 1) end', 'coalesce(t.n, 0)'],
    custody: ['coalesce(l.gross - l.fee, 0)', 'coalesce(t.custody, 0)'], rail_fees: ['coalesce(l.fee, 0)', 'coalesce(t.fees, 0)'],
    receivable: ['case when w.shared then -coalesce(t.receivable, 0) else coalesce(w.worth, 0) end', '-coalesce(t.receivable, 0)'],
  })
  return `with lines as materialized (
      select l.settlement_id, count(*) as n, sum(l.gross) as gross, sum(l.fee) as fee, bool_or(l.gross <> 0 or l.fee <> 0) as money
      from settlement_lines l where l.marketplace_id = $1 and ${only('l.settlement_id')} group by l.settlement_id),
    worths as materialized (
      select one.settlement_id, sum(${worth}) as worth, bool_or(exists (
        select from settlement_lines other where other.marketplace_id = $1 and other.operation_id = o.id and other.settlement_id <> one.settlement_id)) as shared
      from (select distinct l.settlement_id, l.operation_id from settlement_lines l where l.marketplace_id = $1 and ${only('l.settlement_id')}) one
      join operations o on o.marketplace_id = $1 and o.id = one.operation_id and o.state = 'confirmed'
      ${joinWorth} group by one.settlement_id),
    moved as materialized (
      select t.subject, count(distinct t.id) as n, ${sum('bank:custody')} as custody, ${sum('rail:%:fees')} as fees, ${sum('rail:%:receivable')} as receivable
      from ledger_transfers t join ledger_postings q on q.marketplace_id = t.marketplace_id and q.transfer_id = t.id
      join ledger_accounts c on c.marketplace_id = q.marketplace_id and c.id = q.credit_account
      join ledger_accounts d on d.marketplace_id = q.marketplace_id and d.id = q.debit_account
      where t.marketplace_id = $1 and t.reason = 'settlement' and ${only('t.subject')} group by t.subject)
    select s.id as subject, s.id as scope, ${columns} from settlements s
    left join lines l on l.settlement_id = s.id left join worths w on w.settlement_id = s.id left join moved t on t.subject = s.id
    ${join} where s.marketplace_id = $1 and ${only('s.id')} and ${where}`
}

/** Debits equal credits by the shape of a posting: one amount, two accounts, one currency. */
function transferShape({ only }: Scope): string {
  return `select t.id as subject, t.id as scope, coalesce('posting ' || q.position, 'postings') as field,
      'an amount above 0 between two accounts in ' || t.currency as expected,
      case when q.transfer_id is null then 'none' else q.amount || ' from ' || coalesce(d.name || ' in ' || d.currency, 'nowhere') || ' to ' || coalesce(c.name || ' in ' || c.currency, 'nowhere') end as actual
    from ledger_transfers t
    left join ledger_postings q on q.marketplace_id = t.marketplace_id and q.transfer_id = t.id
    left join ledger_accounts d on d.marketplace_id = q.marketplace_id and d.id = q.debit_account
    left join ledger_accounts c on c.marketplace_id = q.marketplace_id and c.id = q.credit_account
    where t.marketplace_id = $1 and ${only('t.id')}
      and (q.transfer_id is null or q.amount <= 0 or q.debit_account = q.credit_account
        or d.currency is distinct from t.currency or c.currency is distinct from t.currency)`
}

const stands = (table: string, condition: string): string =>
  `exists (select from ${table} x where x.marketplace_id = t.marketplace_id and x.id = t.subject and ${condition})`

function transferSubject({ only }: Scope): string {
  return `select t.id as subject, t.id as scope, t.reason as field, 'an object that was posted so' as expected, t.subject as actual
    from ledger_transfers t where t.marketplace_id = $1 and ${only('t.id')} and not case t.reason
      when 'capture' then ${stands('captures', `x.state = 'succeeded'`)}
      when 'release' then ${stands('releases', 'x.transfer_id = t.id')}
      when 'refund_begun' then ${stands('refunds', 'true')}
      when 'refund_confirmed' then ${stands('refunds', `x.state = 'succeeded'`)}
      when 'refund_rejected' then ${stands('refunds', `x.state = 'failed'`)}
      when 'superseded_attempt' then ${stands('payments', 'x.superseded')}
      when 'settlement' then ${stands('settlements', 'true')}
      when 'payout_created' then ${stands('payouts', 'true')}
      when 'payout_completed' then ${stands('payouts', `x.state in ('completed', 'returned')`)}
      when 'payout_failed' then ${stands('payouts', `x.state = 'failed'`)}
      when 'payout_returned' then ${stands('payouts', `x.state = 'returned'`)}
      else t.subject = 'operator' end`
}

function accountNobody(): string {
  return `select a.id as subject, a.id as scope, a.name as field, 'a balance row' as expected, 'none' as actual
    from ledger_accounts a
    left join milestones m on m.marketplace_id = a.marketplace_id and a.name = 'milestone:' || m.id || ':held' and m.currency = a.currency
    left join seller_balances b on b.marketplace_id = a.marketplace_id and b.seller_id = split_part(a.name, ':', 2) and b.currency = a.currency
    where a.marketplace_id = $1 and ((a.name like 'milestone:%' and m.id is null) or (a.name like 'seller:%' and b.seller_id is null))`
}

function custodyReplay({ replay }: Scope): string {
  return `with ${replay.with}
    select a.currency as subject, 'platform' as scope, 'balance' as field, (- ${replay.net})::text as expected, coalesce(b.balance, 0)::text as actual
    from (select coalesce(a.marketplace_id, b.marketplace_id) as marketplace_id, a.id, coalesce(a.currency, b.currency) as currency
      from (select * from ledger_accounts where marketplace_id = $1 and name = 'bank:custody') a
      full join (select * from custody where marketplace_id = $1) b on b.currency = a.currency) a
    left join custody b on b.marketplace_id = a.marketplace_id and b.currency = a.currency
    ${replay.join} where - ${replay.net} <> coalesce(b.balance, 0)`
}

function custodyInPayout(): string {
  const { join, where, columns } = comparing({ in_payout: ['coalesce(sellers.in_payout, 0)', 'b.in_payout'] })
  return `select b.currency as subject, 'platform' as scope, ${columns} from custody b
    left join (select currency, sum(in_payout) as in_payout from seller_balances where marketplace_id = $1 group by currency) sellers
      on sellers.currency = b.currency
    ${join} where b.marketplace_id = $1 and ${where}`
}

function custodyOverdrawn(): string {
  return `select currency as subject, 'platform' as scope, 'balance' as field, '0 or more' as expected, balance::text as actual
    from custody where marketplace_id = $1 and balance < 0`
}

function suspenseOpen({ replay }: Scope): string {
  return `with ${replay.with}
    select a.name || ' ' || a.currency as subject, 'platform' as scope, 'balance' as field, '0' as expected,
      ${replay.net} || ', first posted to ' || coalesce((
        select to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD') from ledger_transfers t
        where t.marketplace_id = $1 and t.id = least(
          (select min(q.transfer_id) from ledger_postings q where q.marketplace_id = $1 and q.credit_account = a.id),
          (select min(q.transfer_id) from ledger_postings q where q.marketplace_id = $1 and q.debit_account = a.id))), '?') as actual
    from ledger_accounts a ${replay.join} where a.marketplace_id = $1 and a.name like 'suspense:%' and ${replay.net} <> 0`
}

/** Fees + funding + suspense − owed − losses − rail fees, as core's `coverage`. */
function coverage({ replay }: Scope): string {
  return `with ${replay.with}, sums as (
      select a.currency, ${replay.net} as net from ledger_accounts a ${replay.join}
      where a.marketplace_id = $1 and (a.name in ('platform:fees', 'platform:funding', 'platform:losses') or a.name like 'suspense:%' or a.name like 'rail:%:fees')
      union all select currency, -owed from seller_balances where marketplace_id = $1)
    select currency as subject, 'platform' as scope, 'coverage' as field, '0 or more' as expected, sum(net)::text as actual
    from sums group by currency having sum(net) < 0`
}

function receivableUnreported({ replay }: Scope): string {
  const { join, where, columns } = comparing({ receivable: ['coalesce(sums.unreported, 0)', `- ${replay.net}`] })
  return `with ${replay.with}, sums as materialized (
      select o.connector, o.currency, sum(${worth}) as unreported from operations o ${joinWorth}
      where o.marketplace_id = $1 and o.state = 'confirmed' and o.kind <> 'payout' and o.kind <> 'void' and not exists (
        select from settlement_lines l where l.marketplace_id = o.marketplace_id and l.operation_id = o.id)
      group by o.connector, o.currency)
    select a.name || ' ' || a.currency as subject, 'platform' as scope, ${columns} from ledger_accounts a ${replay.join}
    left join sums on a.name = 'rail:' || sums.connector || ':receivable' and a.currency = sums.currency
    ${join} where a.marketplace_id = $1 and a.name like 'rail:%:receivable' and ${where}`
}

function refundsInTransit({ replay }: Scope): string {
  const { join, where, columns } = comparing({ in_transit: ['coalesce(sums.pending, 0)', replay.net] })
  return `with ${replay.with}, sums as materialized (
      select currency, sum(amount) as pending from refunds where marketplace_id = $1 and state = 'pending' group by currency)
    select a.name || ' ' || a.currency as subject, 'platform' as scope, ${columns} from ledger_accounts a ${replay.join}
    left join sums on sums.currency = a.currency
    ${join} where a.marketplace_id = $1 and a.name = 'refunds:in_transit' and ${where}`
}

/** Each event's predecessor is there: then none is missing before the last. */
function eventGap({ only }: Scope): string {
  return `select e.subject, e.subject as scope, 'sequence' as field, 'event ' || (e.sequence - 1) || ' before event ' || e.sequence as expected, 'none' as actual
    from events e where e.marketplace_id = $1 and ${only('e.subject')} and e.sequence > 1 and not exists (
      select from events p where p.marketplace_id = e.marketplace_id and p.subject = e.subject and p.sequence = e.sequence - 1)`
}

/** Nobody has asked about it for ten minutes, or it was sent a day ago. Real time, as rails keep it. */
function operationStuck(): string {
  return `select o.id as subject, 'operation' as scope, o.kind as field,
      case when o.sent_at < now() - interval '1 day' then 'an outcome within a day' else 'to be asked about within 10 minutes' end as expected,
      o.state || ' after ' || o.inquiries || ' inquiries' as actual
    from operations o where o.marketplace_id = $1 and o.state in ('intent_written', 'sent', 'unknown')
      and (o.sent_at < now() - interval '1 day' or o.next_inquiry_at is null
        or greatest(o.next_inquiry_at, o.leased_until) < now() - interval '10 minutes')`
}

export const ledgerChecks: readonly Check[] = [
  { rule: 'settlement_posted', kind: 'settlement', sql: settlementPosted },
  { rule: 'transfer_shape', kind: 'transfer', sql: transferShape },
  { rule: 'transfer_subject', kind: 'transfer', sql: transferSubject },
  { rule: 'account_nobody', kind: 'platform', wholeOnly: true, sql: accountNobody },
  { rule: 'custody_replay', kind: 'platform', sql: custodyReplay },
  { rule: 'custody_in_payout', kind: 'platform', sql: custodyInPayout },
  { rule: 'custody_overdrawn', kind: 'platform', sql: custodyOverdrawn },
  { rule: 'suspense_open', kind: 'platform', sql: suspenseOpen },
  { rule: 'coverage', kind: 'platform', sql: coverage },
  { rule: 'receivable_unreported', kind: 'platform', wholeOnly: true, sql: receivableUnreported },
  { rule: 'refunds_in_transit', kind: 'platform', wholeOnly: true, sql: refundsInTransit },
  { rule: 'event_gap', kind: 'event', sql: eventGap },
  { rule: 'operation_stuck', kind: 'operation', sql: operationStuck },
]
