import type { Pool, PoolClient } from 'pg'
import { among, everything, fromFewPostings, fromSums, type Breach, type Check, type Net } from './check.ts'
import { found, recordFindings, type Finding } from './findings.ts'
import { checks } from './checks.ts'
import type { Kind, RuleName } from './rules.ts'
import { inSnapshot } from './snapshot.ts'
import { addFound, addSwept, addTold, addWritten, noIds, sweepEnded, type Cursors, type Ids, type Written } from './scopes.ts'

/*
 * One run of the continuous verifier over one marketplace, in one snapshot: what changed since the mark, a stretch of
 * a sweep through everything, and what was found before. Its cost goes by what changed, not by how much there is.
 *
 * Sums of accounts are kept up to the mark, which goes only as far as the snapshot's oldest open transaction: ids are
 * not in commit order. A balance is compared with that sum and what this snapshot sees of later transactions.
 */

export interface RunOptions {
  readonly marketplace: string
  /** How many events at most the mark passes; what is left waits for the next run. */
  readonly most?: number
  /** How many orders of the sweep are looked at. */
  readonly sweep?: number
  /** How long to rest after a sweep before the next begins. */
  readonly restMs?: number
}

export interface Ran {
  /** What was not open before. */
  readonly fresh: readonly Finding[]
  /** Whether the mark came as far as it may. */
  readonly caughtUp: boolean
  /** Whether a sweep ended with this run, or rests. */
  readonly swept: boolean
}

const MOST = 5_000
const SWEEP = 50
const REST_MS = 60_000
const STATEMENT_TIMEOUT = '60s'

/**
 * Runs once. Nothing is locked but the verifier's own rows.
 *
 * @returns null: another process runs it for this marketplace
 */
export async function runVerifier(pool: Pool, options: RunOptions): Promise<Ran | null> {
  return inSnapshot(pool, { settings: { statement_timeout: STATEMENT_TIMEOUT } }, (client) => run(client, options))
}

interface Mark {
  readonly transaction_id: bigint
  readonly cursors: Cursors
  readonly rested: boolean
  readonly horizon: bigint
  readonly now: Date
}

async function run(client: PoolClient, options: RunOptions): Promise<Ran | null> {
  const { marketplace, most = MOST, sweep = SWEEP, restMs = REST_MS } = options
  const began = performance.now()
  const mark = await readMark(client, { marketplace, restMs })
  if (!mark) return null
  const target = mark.transaction_id === 0n ? mark.horizon : await targetOf(client, { marketplace, mark, most })
  const caughtUp = target === mark.horizon
  const to = caughtUp ? null : target
  // the first run sums what there is as one; the sweep looks at it by and by
  const from = mark.transaction_id === 0n ? target : mark.transaction_id
  if (mark.transaction_id === 0n) await sumBelow(client, { marketplace, to: target })
  const written = await writtenSince(client, { marketplace, from, to })
  const early = await netOf(client, { marketplace, written: written.filter((one) => one.transaction_id < target) })
  await addSums(client, { marketplace, nets: early, unchecked: !caughtUp })
  const late = await netOf(client, { marketplace, written: written.filter((one) => one.transaction_id >= target) })
  const ids = noIds()
  await addWritten(client, ids, { marketplace, written })
  await addTold(client, ids, { marketplace, from, to })
  const cursors = await addSwept(client, ids, { marketplace, cursors: mark.rested ? {} : mark.cursors, size: sweep })
  await addFound(client, ids, marketplace)
  if (caughtUp) await addUnchecked(client, ids, marketplace)
  const { all, looked } = await look(client, { marketplace, ids, late, caughtUp })
  const fresh = await recordFindings(client, { marketplace, now: mark.now, found: all, looked })
  const swept = sweepEnded(cursors)
  await saveMark(client, { marketplace, target, cursors, ids, caughtUp, swept, began: mark.rested, ms: performance.now() - began, now: mark.now })
  return { fresh, caughtUp, swept }
}

const LOCK = 7_203_119

async function readMark(client: PoolClient, { marketplace, restMs }: { marketplace: string; restMs: number }): Promise<Mark | null> {
  const { rows: [locked] } = await client.query<{ ok: boolean }>('select pg_try_advisory_xact_lock($1, hashtext($2)) as ok', [LOCK, marketplace])
  if (!locked?.ok) return null
  await client.query(
    `insert into verifier_marks (marketplace_id, transaction_id, sweep_started_at, run_at, run_ms) values ($1, 0, now(), now(), 0)
     on conflict do nothing`, [marketplace])
  const { rows } = await client.query<Mark>(
    `select transaction_id, cursors, coalesce(swept_at >= sweep_started_at and now() - swept_at >= make_interval(secs => $2), false) as rested,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, now() as now
     from verifier_marks where marketplace_id = $1`, [marketplace, restMs / 1_000])
  return rows[0] as Mark
}

/** How far the mark may go: to the oldest open transaction, but past no more than so many events. */
async function targetOf(client: PoolClient, { marketplace, mark, most }: { marketplace: string; mark: Mark; most: number }): Promise<bigint> {
  const { rows } = await client.query<{ id: bigint }>(
    `select transaction_id::text::bigint as id from events
     where marketplace_id = $1 and transaction_id >= $2::text::xid8 and transaction_id < $3::text::xid8
     order by transaction_id offset $4 limit 1`, [marketplace, mark.transaction_id, mark.horizon, most])
  const next = rows[0]?.id
  if (next === undefined) return mark.horizon
  return next > mark.transaction_id ? next : next + 1n
}

/** Accounts whose sums are kept. Milestones have few postings each: theirs are added up when they are needed. */
const KEPT = `a.name not like 'milestone:%'`

/** What was written since the mark: the one look at the ledger's tail that a run takes. */
async function writtenSince(client: PoolClient, { marketplace, from, to }: { marketplace: string; from: bigint; to: bigint | null }): Promise<Written[]> {
  const { rows } = await client.query<Written>(
    `select id, transaction_id, order_id, subject, reason from ledger_transfers
     where marketplace_id = $1 and transaction_id >= $2 and ($3::bigint is null or transaction_id < $3)`, [marketplace, from, to])
  return rows
}

/** What transfers moved, by account. */
async function netOf(client: PoolClient, { marketplace, written }: { marketplace: string; written: readonly Written[] }): Promise<Net[]> {
  if (written.length === 0) return []
  const { rows } = await client.query<Net>(
    `select side.account, sum(side.net)::bigint as net from ledger_postings q
     cross join lateral (values (q.credit_account, q.amount), (q.debit_account, -q.amount)) as side (account, net)
     join ledger_accounts a on a.marketplace_id = q.marketplace_id and a.id = side.account and ${KEPT}
     where q.marketplace_id = $1 and q.transfer_id = any($2) group by side.account order by side.account`,
    [marketplace, written.map(({ id }) => id)])
  return rows
}

async function addSums(client: PoolClient, { marketplace, nets, unchecked }: { marketplace: string; nets: readonly Net[]; unchecked: boolean }): Promise<void> {
  if (nets.length === 0) return
  await client.query(
    `insert into verifier_sums as s (marketplace_id, account, balance, unchecked)
     select $1, n.*, $4 from unnest($2::text[], $3::bigint[]) as n (account, net)
     on conflict (marketplace_id, account) do update set balance = s.balance + excluded.balance, unchecked = s.unchecked or excluded.unchecked`,
    [marketplace, nets.map(({ account }) => account), nets.map(({ net }) => net), unchecked])
}

/** Sums all that was written before, once: also by transactions whose numbers nobody wrote down. */
async function sumBelow(client: PoolClient, { marketplace, to }: { marketplace: string; to: bigint }): Promise<void> {
  await client.query('set local statement_timeout = 0')
  await client.query(
    `insert into verifier_sums (marketplace_id, account, balance)
     select $1, side.account, sum(side.net)::bigint
     from ledger_transfers t
     join ledger_postings q on q.marketplace_id = t.marketplace_id and q.transfer_id = t.id
     cross join lateral (values (q.credit_account, q.amount), (q.debit_account, -q.amount)) as side (account, net)
     join ledger_accounts a on a.marketplace_id = t.marketplace_id and a.id = side.account and ${KEPT}
     where t.marketplace_id = $1 and (t.transaction_id < $2 or t.transaction_id is null)
     group by side.account`, [marketplace, to])
}

const MAX_UNCHECKED = 2_000

/** Sellers whose sums grew while the mark lagged too far behind for their balances to be compared. */
async function addUnchecked(client: PoolClient, ids: Ids, marketplace: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `with taken as (
       update verifier_sums s set unchecked = false from (
         select marketplace_id, account from verifier_sums where marketplace_id = $1 and unchecked limit $2) u
       where s.marketplace_id = u.marketplace_id and s.account = u.account returning s.account)
     select a.name from taken join ledger_accounts a on a.marketplace_id = $1 and a.id = taken.account`, [marketplace, MAX_UNCHECKED])
  for (const { name } of rows) {
    const [owner, id] = name.split(':') as [string, string]
    if (owner === 'seller') ids.seller.add(id)
  }
}

interface Looking {
  readonly marketplace: string
  readonly ids: Ids
  readonly late: readonly Net[]
  readonly caughtUp: boolean
}

/** Kinds whose sums are compared: only once the mark has caught up. */
const bySums: ReadonlySet<Kind> = new Set(['seller', 'platform'])
const whole: ReadonlySet<Kind> = new Set(['platform', 'operation'])

async function look(client: PoolClient, { marketplace, ids, late, caughtUp }: Looking): Promise<{ all: Finding[]; looked: Map<RuleName, readonly string[] | null> }> {
  const all: Finding[] = []
  const looked = new Map<RuleName, readonly string[] | null>()
  for (const check of checks) {
    if (check.wholeOnly || (bySums.has(check.kind) && !caughtUp)) continue
    const wanted = whole.has(check.kind) ? null : [...ids[check.kind]]
    if (wanted?.length === 0) continue
    all.push(...found(check, await rowsOf(client, check, { marketplace, wanted, late })))
    looked.set(check.rule, wanted)
  }
  return { all, looked }
}

async function rowsOf(
  client: PoolClient, check: Check, { marketplace, wanted, late }: { marketplace: string; wanted: string[] | null; late: readonly Net[] },
): Promise<Breach[]> {
  const replay = bySums.has(check.kind) ? fromSums(late) : fromFewPostings
  const { rows } = wanted === null
    ? await client.query<Breach>(check.sql(everything(replay)), [marketplace])
    : await client.query<Breach>(check.sql(among(replay)), [marketplace, wanted])
  return rows
}

interface Saving {
  readonly marketplace: string
  readonly target: bigint
  readonly cursors: Cursors
  readonly ids: Ids
  readonly caughtUp: boolean
  readonly swept: boolean
  /** Whether a new sweep began with this run. */
  readonly began: boolean
  readonly ms: number
  readonly now: Date
}

async function saveMark(client: PoolClient, one: Saving): Promise<void> {
  const counts = Object.fromEntries(Object.entries(one.ids).filter(([, set]) => set.size > 0).map(([kind, set]) => [kind, set.size]))
  await client.query(
    `update verifier_marks m set transaction_id = $2, cursors = $3, run_at = $4, run_ms = $5,
       sweep_started_at = case when $6 then $4 else sweep_started_at end,
       swept_at = case when $7 and (swept_at is null or $6 or swept_at < sweep_started_at) then $4 else swept_at end,
       caught_up_at = case when $8 then $4 else caught_up_at end,
       checked = (select coalesce(jsonb_object_agg(key, total), '{}') from (
         select key, sum(value::bigint) as total from (
           select * from jsonb_each_text(m.checked) union all select * from jsonb_each_text($9::jsonb)) both_ group by key) summed)
     where marketplace_id = $1`,
    [one.marketplace, one.target, JSON.stringify(one.cursors), one.now, Math.round(one.ms), one.began, one.swept, one.caughtUp, JSON.stringify(counts)])
}
