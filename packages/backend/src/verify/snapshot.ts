import type { Pool, PoolClient } from 'pg'

export interface SnapshotOptions {
  readonly readOnly?: boolean
  /** As PostgreSQL names them, for this snapshot alone: `{ statement_timeout: '60s' }`. */
  readonly settings: Readonly<Record<string, string>>
}

/** Works on one snapshot of the database, on one connection: it sees nothing that is committed after it began. */
export async function inSnapshot<T>(
  pool: Pool, { readOnly = false, settings }: SnapshotOptions, work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(`begin isolation level repeatable read${readOnly ? ' read only' : ''}`)
    for (const [name, value] of Object.entries(settings)) await client.query(`set local ${name} = '${value}'`)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => { broken = failure })
    throw error
  } finally {
    client.release(broken)
  }
}
