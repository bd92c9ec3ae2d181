import { type Kysely } from 'kysely';
/** Marketplaces, their keys and sellers, idempotency keys, events, and the clock that deadlines are read against. */
export declare function up(db: Kysely<unknown>): Promise<void>;
