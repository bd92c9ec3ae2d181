import { sql, type Kysely } from 'kysely'

/** Whether a session's cards are authenticated by their issuers, and how a payment's was. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  "alter table sessions add column three_d_secure text not null default 'automatic'",
  `alter table sessions add constraint sessions_three_d_secure_check
     check (three_d_secure in ('automatic', 'challenge', 'off')) not valid`,
  'alter table payments add column authentication jsonb',
]
