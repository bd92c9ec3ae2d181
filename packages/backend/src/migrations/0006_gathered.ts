import { sql, type Kysely } from 'kysely'

/**
 * What a batch's statements promise, they keep themselves: they are sent together with the commit, so that nobody
 * is there to count their rows in between.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function assert_rows(actual bigint, expected bigint, rows_of text) returns void language plpgsql immutable as $$
    begin
      if actual <> expected then
        raise exception 'broken promise: % rows of % are as they were read; % were', expected, rows_of, actual
          using errcode = 'assert_failure';
      end if;
    end $$`.execute(db)
}
