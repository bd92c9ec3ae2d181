import type { PoolClient } from 'pg'
import { openScopes } from './findings.ts'
import { kinds, type Kind } from './rules.ts'

/* Which ids a run looks at: what changed since the mark, a stretch of the sweep, and what is found already. */

export type Ids = Record<Kind, Set<string>>

export const noIds = (): Ids => Object.fromEntries(kinds.map((kind) => [kind, new Set()])) as unknown as Ids

/** A transfer that was written since the mark. */
export interface Written {
  readonly id: string
  readonly transaction_id: bigint
  readonly order_id: string | null
  readonly subject: string
  readonly reason: string
}

/** Adds what transfers are about, and whose balances they moved. */
export async function addWritten(client: PoolClient, ids: Ids, { marketplace, written }: { marketplace: string; written: readonly Written[] }): Promise<void> {
  for (const { id, order_id: order, subject, reason } of written) {
    ids.transfer.add(id)
    if (order !== null) ids.order.add(order)
    if (reason.startsWith('payout')) ids.payout.add(subject)
    if (reason === 'settlement') ids.settlement.add(subject)
  }
  const { rows } = await client.query<{ seller: string }>(
    `with moved as materialized (
       select distinct side.account from ledger_postings q cross join lateral (values (q.debit_account), (q.credit_account)) as side (account)
       where q.marketplace_id = $1 and q.transfer_id = any($2))
     select distinct split_part(a.name, ':', 2) as seller from moved
     join ledger_accounts a on a.marketplace_id = $1 and a.id = moved.account where a.name like 'seller:%'`, [marketplace, written.map(({ id }) => id)])
  for (const { seller } of rows) ids.seller.add(seller)
}

/** Adds what events of a range of transactions are about: also what should have been posted, and was not. */
export async function addTold(
  client: PoolClient, ids: Ids, { marketplace, from, to }: { marketplace: string; from: bigint; to: bigint | null },
): Promise<void> {
  const { rows } = await client.query<{ id: string; kind: Kind }>(
    `with told as materialized (
       select distinct subject from events where marketplace_id = $1
         and transaction_id >= $2::text::xid8 and ($3::bigint is null or transaction_id < $3::text::xid8))
     select subject as id, 'event' as kind from told
     union select subject, 'order' from told where subject like 'ord\\_%'
     union select subject, 'seller' from told where subject like 'sel\\_%'
     union select subject, 'payout' from told where subject like 'po\\_%'
     union select subject, 'settlement' from told where subject like 'stl\\_%'
     union select p.order_id, 'order' from told join payments p on p.marketplace_id = $1 and p.id = told.subject where told.subject like 'pay\\_%'
     union select e.order_id, 'order' from told join escrows e on e.marketplace_id = $1 and e.id = told.subject where told.subject like 'esc\\_%'
     union select r.order_id, 'order' from told join refunds r on r.marketplace_id = $1 and r.id = told.subject where told.subject like 're\\_%'
     union select e.order_id, 'order' from told join releases r on r.marketplace_id = $1 and r.id = told.subject
       join escrows e on e.marketplace_id = $1 and e.id = r.escrow_id where told.subject like 'rel\\_%'
     union select p.seller_id, 'seller' from told join payouts p on p.marketplace_id = $1 and p.id = told.subject where told.subject like 'po\\_%'`,
    [marketplace, from, to],
  )
  for (const { id, kind } of rows) ids[kind].add(id)
}

/** How far each kind of a sweep has come; `done` where it has ended. */
export type Cursors = Partial<Record<Kind, string>>

export const DONE = 'done'

/** The rows that a sweep goes through, and how many at once. The event’s cursor names a subject. */
const swept: Readonly<Partial<Record<Kind, { readonly from: string; readonly share: number }>>> = {
  order: { from: 'select id from orders where marketplace_id = $1 and id > $2 order by id limit $3', share: 1 },
  seller: { from: 'select distinct seller_id as id from seller_balances where marketplace_id = $1 and seller_id > $2 order by 1 limit $3', share: 1 },
  payout: { from: 'select id from payouts where marketplace_id = $1 and id > $2 order by id limit $3', share: 1 },
  settlement: { from: 'select id from settlements where marketplace_id = $1 and id > $2 order by id limit $3', share: 0.02 },
  transfer: { from: 'select id from ledger_transfers where marketplace_id = $1 and id > $2 order by id limit $3', share: 5 },
  event: {
    from: `with recursive s (id) as (
             (select subject from events where marketplace_id = $1 and subject > $2 order by subject limit 1)
             union all
             select (select subject from events e where e.marketplace_id = $1 and e.subject > s.id order by subject limit 1) from s where s.id is not null)
           select id from s where id is not null limit $3`,
    share: 3,
  },
}

/** Adds the sweep's next stretch of each kind. Answers where it stands then. */
export async function addSwept(
  client: PoolClient, ids: Ids, { marketplace, cursors, size }: { marketplace: string; cursors: Cursors; size: number },
): Promise<Cursors> {
  const next: Cursors = {}
  for (const [name, { from, share }] of Object.entries(swept)) {
    const kind = name as Kind
    const cursor = cursors[kind] ?? ''
    if (cursor === DONE) {
      next[kind] = DONE
      continue
    }
    const limit = Math.max(1, Math.round(size * share))
    const { rows } = await client.query<{ id: string }>(from, [marketplace, cursor, limit])
    for (const { id } of rows) ids[kind].add(id)
    next[kind] = rows.length < limit ? DONE : (rows.at(-1)?.id ?? DONE)
  }
  return next
}

export const sweepEnded = (cursors: Cursors): boolean => Object.keys(swept).every((kind) => cursors[kind as Kind] === DONE)

const MAX_AGAIN = 200

/** Adds what open findings are about, so that one that holds no more is seen to. */
export async function addFound(client: PoolClient, ids: Ids, marketplace: string): Promise<void> {
  for (const { kind, scope } of await openScopes(client, marketplace, MAX_AGAIN)) ids[kind].add(scope)
}
