import { sql, type Kysely } from 'kysely'

/** A key that was rotated works on for a while beside the one that follows it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys add column expires_at timestamptz`.execute(db)
}
