import { sql, type Kysely } from 'kysely'

/** Which server the events' transaction ids are of: those of a restored copy mean nothing to its new server. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table event_source (one boolean primary key default true check (one), system_identifier bigint not null)`.execute(db)
  await sql`insert into event_source (system_identifier) select system_identifier from pg_control_system()`.execute(db)
}
