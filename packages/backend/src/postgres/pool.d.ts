import pg from 'pg';
/** How to reach a database, with the role to act as. */
export interface Connection {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
    readonly ssl?: pg.ConnectionConfig['ssl'];
    /** A role to act as, where the user that logs in is another. */
    readonly role?: string;
}
export interface PoolOptions {
    /** 8–16: more connections than that make a small server slower, not faster. */
    readonly size: number;
    /** As the server lists it. */
    readonly applicationName: string;
    readonly lockTimeoutMs?: number;
    readonly statementTimeoutMs?: number;
    /** How long a call waits for a connection before it is refused. */
    readonly waitMs?: number;
}
/** int8 as bigint, never as a string or a rounded number; the rest as pg reads it. */
export declare const types: pg.CustomTypesConfig;
/** The settings of one connection. Timeouts go in the startup message, so that no statement runs without them. */
export declare function clientConfig(connection: Connection, { applicationName, lockTimeoutMs, statementTimeoutMs }: Omit<PoolOptions, 'size'>): pg.ClientConfig;
/** A pool whose connections have the house's settings. An idle connection that breaks is replaced, not fatal. */
export declare function createPool(connection: Connection, options: PoolOptions & {
    onError?: (error: Error) => void;
}): pg.Pool;
