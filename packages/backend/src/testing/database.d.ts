import { type Connection } from '../postgres/pool.ts';
/** A database of one test file's own, migrated and empty. */
export interface TestDatabase {
    readonly name: string;
    readonly superuser: Connection;
    readonly owner: Connection;
    readonly app: Connection;
    readonly vault: Connection;
    /** Drops it, whoever is still connected. */
    drop(): Promise<void>;
}
/**
 * Makes a database for one test file by cloning the migrated template; PostgreSQL itself is started when no
 * other test has started it, and ends by itself some seconds after the last one.
 */
export declare function createTestDatabase(): Promise<TestDatabase>;
