import type { Pool } from 'pg'
import { renderEvent } from '../events.ts'
import type { EndpointId } from './fan-out.ts'
import { LEASE_MS, PAUSE_AFTER, pauseMs, type Outcome, type Verdict } from './schedule.ts'

/** A delivery that is this worker's until its lease ends. */
export interface Claimed extends EndpointId {
  readonly id: string
  /** The attempt's number: whoever finds another one in the row has lost the lease. */
  readonly attempt: number
  readonly tries: number
  readonly giveUpAt: Date
  readonly url: string
  /** The endpoint's failures in a row when this was claimed. */
  readonly failures: number
  readonly event: { readonly id: string; readonly body: string }
  /** Keys that sign, sealed, the newest first. */
  readonly secrets: readonly Buffer[]
}

/** An endpoint with something to do. */
export interface Busy extends EndpointId {
  /** Whether the outbox has events that it has not looked at, or a replay goes on. */
  readonly behind: boolean
}

/** Endpoints with something to do: new events, a replay, or deliveries that are due. */
export async function findBusy(pool: Pool, now: Date): Promise<Busy[]> {
  const { rows } = await pool.query<Busy>({
    name: 'webhooks_busy',
    text: `with mark as materialized (select pg_snapshot_xmin(pg_current_snapshot()) as xmin), looked as (
             select e.marketplace_id as marketplace, e.id as endpoint, e.replay_event is not null
               or exists (select from events v where v.marketplace_id = e.marketplace_id
                 and (v.transaction_id, v.id) > (e.cursor_transaction, e.cursor_event) and v.transaction_id < mark.xmin) as behind,
               (e.paused_until is null or e.paused_until <= $1) and exists (select from webhook_deliveries d
                 where d.marketplace_id = e.marketplace_id and d.endpoint_id = e.id and d.state = 'pending'
                   and d.next_attempt_at <= $1 and (d.leased_until is null or d.leased_until <= now())) as due
             from webhook_endpoints e, mark where e.state = 'enabled')
           select marketplace, endpoint, behind from looked where behind or due`,
    values: [now],
  })
  return rows
}

export interface Claim extends EndpointId {
  readonly now: Date
  readonly room: number
  readonly leaseMs?: number
}

/**
 * Takes deliveries of one endpoint that are due, each under a lease of real time.
 *
 * An endpoint that keeps failing gets one attempt alone, with its newest event, since that was not tried yet: what
 * can't be delivered must not keep the endpoint from showing that it is well. It is paused for as long as that takes.
 */
export async function claim(pool: Pool, { marketplace, endpoint, now, room, leaseMs = LEASE_MS }: Claim): Promise<Claimed[]> {
  const { rows } = await pool.query({
    name: 'webhook_claim',
    text: CLAIM,
    values: [marketplace, endpoint, now, room, PAUSE_AFTER, new Date(now.getTime() + leaseMs), `${leaseMs} milliseconds`],
  })
  return rows.map((row) => ({
    marketplace, endpoint, id: row.delivery_id, attempt: row.attempts, tries: row.tries, giveUpAt: row.give_up_at,
    url: row.url, failures: row.failures, secrets: row.secrets,
    event: { id: row.id, body: JSON.stringify(renderEvent(row)) },
  }))
}

const due = `d.marketplace_id = $1 and d.endpoint_id = $2 and d.state = 'pending' and d.next_attempt_at <= $3
  and (d.leased_until is null or d.leased_until <= now())`

/** The rows are locked, so that they stay where they are: found by place, whatever the planner thinks of the table. */
const CLAIM = `
  with endpoint as materialized (
    select url, failures, failures >= $5 as probing from webhook_endpoints
    where marketplace_id = $1 and id = $2 and state = 'enabled' and (paused_until is null or paused_until <= $3)
  ), probe as materialized (
    select d.ctid from webhook_deliveries d where ${due} order by d.id desc
    limit (select count(*) from endpoint where probing) for no key update skip locked
  ), ordinary as materialized (
    select d.ctid from webhook_deliveries d where ${due} order by d.next_attempt_at, d.id
    limit (select coalesce(max($4::integer), 0) from endpoint where not probing) for no key update skip locked
  ), alone as (
    update webhook_endpoints set paused_until = $6
    where marketplace_id = $1 and id = $2 and exists (select from probe)
  ), claimed as (
    update webhook_deliveries d set attempts = d.attempts + 1, tries = d.tries + 1, leased_until = now() + $7::interval
    where d.marketplace_id = $1 and d.ctid = any (array(select ctid from probe union all select ctid from ordinary))
    returning d.id as delivery_id, d.event_id, d.attempts, d.tries, d.give_up_at, d.next_attempt_at
  )
  select claimed.*, endpoint.url, endpoint.failures, v.id, v.type, v.subject, v.sequence, v.data, v.created_at,
    array(select s.sealed from webhook_secrets s
      where s.marketplace_id = $1 and s.endpoint_id = $2 and (s.expires_at is null or s.expires_at > $3)
      order by s.number desc) as secrets
  from claimed cross join endpoint join events v on v.marketplace_id = $1 and v.id = claimed.event_id
  order by claimed.next_attempt_at, claimed.delivery_id`

export interface Settlement {
  readonly claimed: Claimed
  readonly outcome: Outcome
  readonly verdict: Verdict
  readonly now: Date
  readonly random: () => number
}

/**
 * Records an attempt and what follows from it. Who lost the lease adds the attempt to the log and changes nothing
 * else: the delivery is another's by then, and may have gone on.
 *
 * @returns whether the lease was still held
 */
export async function settle(pool: Pool, { claimed, outcome, verdict, now, random }: Settlement): Promise<boolean> {
  const { rows } = await pool.query<{ held: boolean }>({
    name: verdict.state === 'delivered' ? 'webhook_delivered' : 'webhook_not_delivered',
    text: verdict.state === 'delivered' ? DELIVERED : NOT_DELIVERED,
    values: [
      claimed.marketplace, claimed.id, claimed.attempt, now, outcome.statusCode, outcome.durationMs,
      ...(verdict.state === 'delivered' ? [claimed.endpoint] : notDelivered({ claimed, outcome, verdict, now, random })),
    ],
  })
  return rows[0]?.held ?? false
}

function notDelivered({ claimed, outcome, verdict, now, random }: Settlement): unknown[] {
  const pending = verdict.state === 'pending' ? verdict : null
  const wait = Math.max(pauseMs({ failures: claimed.failures + 1, random }), pending?.pauseMs ?? 0)
  return [
    outcome.error, claimed.endpoint, verdict.state, pending?.nextAt ?? now,
    wait > 0 || claimed.failures >= PAUSE_AFTER ? new Date(now.getTime() + wait) : null, pending?.gone ?? false,
  ]
}

const log = (error: string): string => `
  logged as (
    insert into webhook_attempts (marketplace_id, delivery_id, number, at, status_code, duration_ms, error)
    values ($1, $2, $3, $4, $5, $6, ${error}) on conflict do nothing)`

/** The endpoint is locked before the delivery, as a replay does. */
const lockFirst = (endpoint: string): string => `
  locked as materialized (
    select id from webhook_endpoints where marketplace_id = $1 and id = ${endpoint} for no key update)`

/** An endpoint that was well is neither locked nor written to: it would be every delivery's hottest row. */
const DELIVERED = `
  with ${lockFirst('$7 and failures > 0')}, ${log('null')}, settled as (
    update webhook_deliveries set state = 'delivered', delivered_at = $4, leased_until = null
    where marketplace_id = $1 and id = $2 and attempts = $3 and state = 'pending' and (select count(*) from locked) >= 0
    returning 1
  ), well as (
    update webhook_endpoints set failures = 0, failing_since = null, paused_until = null
    where marketplace_id = $1 and id = (select id from locked))
  select exists (select from settled) as held`

const NOT_DELIVERED = `
  with ${lockFirst('$8')}, ${log('$7')}, settled as (
    update webhook_deliveries set state = $9, next_attempt_at = $10, leased_until = null
    where marketplace_id = $1 and id = $2 and attempts = $3 and state = 'pending' and (select count(*) from locked) = 1
    returning 1
  ), failing as (
    update webhook_endpoints set failures = failures + 1, failing_since = coalesce(failing_since, $4),
      paused_until = coalesce($11, paused_until),
      state = case when $12::boolean and state = 'enabled' then 'disabled' else state end,
      disabled_reason = case when $12::boolean and state = 'enabled' then 'gone' else disabled_reason end
    where marketplace_id = $1 and id = $8 and exists (select from settled))
  select exists (select from settled) as held`

/** Gives a delivery back whose attempt was broken off on this side: nothing is known against the endpoint. */
export async function giveBack(pool: Pool, { marketplace, id, attempt }: Claimed): Promise<void> {
  await pool.query({
    name: 'webhook_give_back',
    text: `update webhook_deliveries set leased_until = null, tries = tries - 1
           where marketplace_id = $1 and id = $2 and attempts = $3 and state = 'pending'`,
    values: [marketplace, id, attempt],
  })
}
