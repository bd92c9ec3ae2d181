import { sql, type Kysely } from 'kysely'

/** How a marketplace's hosted page looks. The logo's bytes stand apart: what reads a marketplace has no use for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table marketplaces
    add column branding jsonb not null default '{}',
    add column logo bytea check (octet_length(logo) <= 65536)`.execute(db)
}
