import type { Verification } from '@holdfast/contract/types'
import type { Pool } from 'pg'
import { rules, type RuleName } from './rules.ts'

interface MarkRow {
  readonly now: Date
  readonly run_at: Date | null
  readonly swept_at: Date | null
  readonly caught_up_at: Date | null
  readonly checked: Readonly<Record<string, number>> | null
  readonly breaches: bigint
  readonly alarms: bigint
}

interface FindingRow {
  readonly rule: RuleName
  readonly severity: 'breach' | 'alarm'
  readonly subject: string
  readonly field: string
  readonly expected: string
  readonly actual: string
  readonly found_at: Date
  readonly seen_at: Date
}

const MOST_FINDINGS = 100

/** What the verifier has found in a marketplace, and how far it has come. Reads its own tables only. */
export async function readVerification(pool: Pool, marketplace: string): Promise<Verification> {
  const mark = await readMark(pool, marketplace)
  const { rows } = await pool.query<FindingRow>({
    name: 'verifier_open_findings',
    text: `select rule, severity, subject, field, expected, actual, found_at, seen_at from verifier_findings
           where marketplace_id = $1 and resolved_at is null order by severity desc, found_at, rule, subject, field limit $2`,
    values: [marketplace, MOST_FINDINGS],
  })
  const checked = (kind: string) => Number(mark.checked?.[kind] ?? 0)
  const instant = (date: Date | null) => date?.toISOString() ?? null
  return {
    object: 'verification', status: statusOf(mark),
    lagMs: mark.caught_up_at && Math.max(0, mark.now.getTime() - mark.caught_up_at.getTime()),
    ranAt: instant(mark.run_at), sweptAt: instant(mark.swept_at),
    checked: {
      orders: checked('order'), sellers: checked('seller'), payouts: checked('payout'), settlements: checked('settlement'),
      transfers: checked('transfer'), events: checked('event'),
    },
    findingCount: Number(mark.breaches + mark.alarms), findings: rows.map(render), at: mark.now.toISOString(),
  }
}

async function readMark(pool: Pool, marketplace: string): Promise<MarkRow> {
  const { rows: [row] } = await pool.query<MarkRow>({
    name: 'verifier_mark',
    text: `select now() as now, m.run_at, m.swept_at, m.caught_up_at, m.checked, f.breaches, f.alarms
           from (select count(*) filter (where severity = 'breach') as breaches, count(*) filter (where severity = 'alarm') as alarms
             from verifier_findings where marketplace_id = $1 and resolved_at is null) f
           left join verifier_marks m on m.marketplace_id = $1`,
    values: [marketplace],
  })
  return row as MarkRow
}

function statusOf({ run_at: ranAt, breaches, alarms }: MarkRow): Verification['status'] {
  if (breaches > 0n) return 'broken'
  if (alarms > 0n) return 'alarmed'
  return ranAt === null ? 'pending' : 'right'
}

function render({ rule, severity, subject, field, expected, actual, found_at: foundAt, seen_at: seenAt }: FindingRow): Verification['findings'][number] {
  const { says: what, todo: remedy } = rules[rule]
  return { rule, severity, what, subject, field, expected, actual, remedy, foundAt: foundAt.toISOString(), seenAt: seenAt.toISOString() }
}
