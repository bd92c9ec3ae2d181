import { sql, type Kysely } from 'kysely'
import type { ConcurrentIndex } from './index.ts'

/**
 * URLs that buyers open to pay. What a link sells is kept as the merchant's server said it, and each session is made
 * of that. A session of a link has one of the link's places for as long as it is open and, once it is complete, for
 * good: there are `max_uses` of them, and a place has one session, so that no link is paid more often than it may be.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table payment_links (
    marketplace_id text not null references marketplaces,
    id text not null,
    slug text not null,
    reference text not null,
    currency text not null,
    amount bigint not null check (amount > 0),
    sells jsonb not null,
    max_uses integer not null check (max_uses between 1 and 1000),
    opened integer not null default 0,
    expires_at timestamptz not null,
    deactivated_at timestamptz,
    created_at timestamptz not null,
    primary key (marketplace_id, id),
    unique (marketplace_id, reference),
    unique (marketplace_id, slug)
  )`,
  `create table payment_link_places (
    marketplace_id text not null,
    payment_link_id text not null,
    place integer not null,
    max_uses integer not null,
    session_id text not null,
    primary key (marketplace_id, payment_link_id, place),
    unique (marketplace_id, session_id),
    foreign key (marketplace_id, payment_link_id) references payment_links,
    foreign key (marketplace_id, session_id) references sessions,
    check (place between 1 and max_uses)
  )`,
  'alter table orders add column payment_link_id text',
]

export const concurrently: readonly ConcurrentIndex[] = [
  { name: 'orders_of_payment_link', on: 'orders using btree (marketplace_id, payment_link_id, id) where payment_link_id is not null' },
]
