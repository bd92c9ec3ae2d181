import { sql, type Kysely } from 'kysely'

/** Whose reports and whose payouts a worker asks for, each second: found without reading payments or payouts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index payments_by_connector on payments (marketplace_id, connector)`.execute(db)
  await sql`create index payouts_by_connector on payouts (marketplace_id, connector, id)`.execute(db)
}
