import { sql, type Kysely } from 'kysely'

/** What a session asks its buyer for, and what was said of the order: data about it, never about money. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sessions add column collect jsonb not null default '{}'`.execute(db)
  await sql`alter table orders add column details jsonb not null default '{}'`.execute(db)
}
