import pg from 'pg';
const INT8 = pg.types.builtins.INT8;
/** int8 as bigint, never as a string or a rounded number; the rest as pg reads it. */
export const types = {
    getTypeParser: (oid, format) => (oid === INT8 && format !== 'binary' ? BigInt : pg.types.getTypeParser(oid, format)),
};
/** The settings of one connection. Timeouts go in the startup message, so that no statement runs without them. */
export function clientConfig(connection, { applicationName, lockTimeoutMs = 500, statementTimeoutMs = 10_000 }) {
    const { role, ...where } = connection;
    return {
        ...where,
        application_name: applicationName,
        types,
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
        options: [
            `-c lock_timeout=${lockTimeoutMs}`,
            `-c statement_timeout=${statementTimeoutMs}`,
            '-c idle_in_transaction_session_timeout=15000',
            '-c timezone=UTC',
            ...(role ? [`-c role=${role}`] : []),
        ].join(' '),
    };
}
/** A pool whose connections have the house's settings. An idle connection that breaks is replaced, not fatal. */
export function createPool(connection, options) {
    const pool = new pg.Pool({
        ...clientConfig(connection, options),
        max: options.size,
        connectionTimeoutMillis: options.waitMs ?? 2_000,
        idleTimeoutMillis: 30_000,
    });
    pool.on('error', options.onError ?? (() => { }));
    return pool;
}
