import { sql, type Kysely } from 'kysely'

/**
 * Ways to pay beyond cards, and what rails report by themselves: each notification with the exact bytes, kept before
 * it is acknowledged. One that is the rail's word has the rail's own id; one that is refused, its reason and the
 * digest of its body, so that the same one is kept once and stands in no other's way.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table payments drop constraint payments_method_check',
  `alter table payments add constraint payments_method_check check (method in ('card', 'alipay')) not valid`,
  `create table notifications (
    marketplace_id text not null references marketplaces,
    connector text not null,
    id text not null,
    verdict text not null check (verdict in ('received', 'accepted', 'ignored', 'refused')),
    reason text,
    operation_id text,
    body bytea not null,
    times integer not null default 1 check (times > 0),
    received_at timestamptz not null default now(),
    last_received_at timestamptz not null default now(),
    primary key (marketplace_id, connector, id),
    constraint refused_for_a_reason check (verdict <> 'refused' or reason is not null)
  )`,
  'create index notifications_by_operation on notifications (marketplace_id, operation_id) where operation_id is not null',
  `create index notifications_refused on notifications (received_at) where verdict = 'refused'`,
]
