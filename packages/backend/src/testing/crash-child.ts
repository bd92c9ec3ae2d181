import { readFileSync } from 'node:fs'
import type { PoolClient } from 'pg'
import { execute } from '../commands/execute.ts'
import { createPool } from '../postgres/pool.ts'
import { createSealer } from '../seal.ts'
import { claimOf, createThing } from './thing.ts'

/*
 * Runs one command and dies by SIGKILL at its nth statement, before it is sent or after it was answered.
 *
 *   node --conditions=source testing/crash-child.ts <file with { app, marketplace, dieAt, when }>
 */

const { app, marketplace, dieAt, when } = JSON.parse(readFileSync(process.argv[2] as string, 'utf8'))
const pool = createPool(app, { size: 1, applicationName: 'crash' })
const client = await pool.connect()
client.release()
countStatements(client)
const answer = await execute(
  { pool, hooks: { findSessionBySecret: async () => null, resumeOperation: async () => 'in_flight' } },
  createThing,
  { marketplace, input: { reference: `crash-${dieAt}-${when}` }, requestId: 'req_crash', claim: claimOf({ marketplace, key: `crash-${dieAt}-${when}`, sealer: createSealer(Buffer.alloc(32, 7)) }) },
)
process.stdout.write(String(answer.status))
await pool.end()

/** The pool gives this one connection to everyone: each of its statements is counted. */
function countStatements(only: PoolClient): void {
  const query = only.query.bind(only) as (...args: unknown[]) => Promise<unknown>
  let count = 0
  only.query = (async (...args: unknown[]) => {
    count += 1
    const mine = count === dieAt
    if (mine && when === 'before') die()
    const result = await query(...args)
    if (mine) die()
    return result
  }) as typeof only.query
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
