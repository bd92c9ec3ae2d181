import type { Pool, PoolClient } from 'pg'
import { everything, fromEveryPosting, type Breach } from './check.ts'
import { checks } from './checks.ts'
import { found, type Finding } from './findings.ts'
import type { RuleName } from './rules.ts'
import { inSnapshot } from './snapshot.ts'

/** One rule over one marketplace, done. */
export interface Step {
  readonly marketplace: string
  readonly rule: RuleName
  readonly place: number
  readonly of: number
  readonly found: readonly Finding[]
  readonly ms: number
}

export interface Verified {
  /** When the snapshot was taken, by the database's real time. */
  readonly at: Date
  readonly findings: readonly (Finding & { readonly marketplace: string })[]
  /** How many rows there are of what was read, over all marketplaces. */
  readonly read: Readonly<Record<string, bigint>>
}

const counted = ['orders', 'milestones', 'payments', 'captures', 'releases', 'refunds', 'payouts', 'settlement_lines', 'ledger_transfers', 'ledger_postings', 'events'] as const

/**
 * Reads everything from scratch in one snapshot, beside whoever works on it: every rule, every row, no sum that was
 * kept. Writes nothing.
 *
 * @param onStep - called after each rule
 */
export async function verifyEverything(pool: Pool, onStep: (step: Step) => void = () => {}): Promise<Verified> {
  return inSnapshot(pool, { readOnly: true, settings: { statement_timeout: '0', work_mem: '64MB', jit: 'off' } }, async (client) => {
    const { rows: [start] } = await client.query<{ at: Date }>('select now() as at')
    const { rows: marketplaces } = await client.query<{ id: string }>('select marketplace_id as id from marketplaces order by 1')
    const findings: Verified['findings'][number][] = []
    for (const { id } of marketplaces) {
      for (const finding of await verifyOne(client, id, onStep)) findings.push({ ...finding, marketplace: id })
    }
    return { at: (start as { at: Date }).at, findings, read: await countRead(client) }
  })
}

async function verifyOne(client: PoolClient, marketplace: string, onStep: (step: Step) => void): Promise<Finding[]> {
  const all: Finding[] = []
  for (const [index, check] of checks.entries()) {
    const began = performance.now()
    const { rows } = await client.query<Breach>(check.sql(everything(fromEveryPosting)), [marketplace])
    const of = found(check, rows)
    all.push(...of)
    onStep({ marketplace, rule: check.rule, place: index + 1, of: checks.length, found: of, ms: performance.now() - began })
  }
  return all
}

async function countRead(client: PoolClient): Promise<Record<string, bigint>> {
  const { rows: [row] } = await client.query<Record<string, bigint>>(
    `select ${counted.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')}`)
  return row as Record<string, bigint>
}
