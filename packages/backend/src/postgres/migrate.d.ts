import type pg from 'pg';
/** The role that the backend works as: it may not change what the ledger has recorded. */
export declare const APP_ROLE = "holdfast_app";
/** The role that the vault works as: it sees its own schema and nothing else. */
export declare const VAULT_ROLE = "holdfast_vault";
export declare const VAULT_SCHEMA = "vault";
export declare const JOBS_SCHEMA = "jobs";
/**
 * Brings a database to the newest schema and gives the roles what they may do.
 *
 * Several processes may start at once: the migrator holds an advisory lock for as long as it works.
 *
 * @param pool - as the owner of the database's schema
 * @throws Error - a migration failed; the transaction that held all of them was rolled back
 */
export declare function migrate(pool: pg.Pool): Promise<void>;
/** Whether every migration that this build knows has run. */
export declare function isMigrated(pool: pg.Pool): Promise<boolean>;
