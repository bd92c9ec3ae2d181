import { sql, type Kysely } from 'kysely'

/** The wallet that a payment's card came from; null: typed, or paid before there were any. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table payments add column card_wallet text`.execute(db)
}
