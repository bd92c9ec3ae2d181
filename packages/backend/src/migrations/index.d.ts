import type { Migration } from 'kysely/migration';
/** Every migration by name, in order. A migration that has been released is never changed. */
export declare const migrations: Readonly<Record<string, Migration>>;
