import type { PoolClient } from 'pg'
import type { Breach, Check } from './check.ts'
import { rules, type Kind, type RuleName } from './rules.ts'

/** What a check found, with its rule. */
export interface Finding extends Breach {
  readonly rule: RuleName
  readonly kind: Kind
}

export const found = ({ rule, kind }: Check, rows: readonly Breach[]): Finding[] => rows.map((row) => ({ rule, kind, ...row }))

/** What open findings are about, to be looked at again: the oldest look first. */
export async function openScopes(client: PoolClient, marketplace: string, limit: number): Promise<{ kind: Kind; scope: string }[]> {
  const { rows } = await client.query<{ kind: Kind; scope: string }>(
    `select kind, scope from verifier_findings where marketplace_id = $1 and resolved_at is null
     group by kind, scope order by min(seen_at) limit $2`, [marketplace, limit],
  )
  return rows
}

interface Looked {
  readonly marketplace: string
  readonly now: Date
  readonly found: readonly Finding[]
  /** The rules that were looked at, with what each was looked at for: ids of its kind; null: all there is. */
  readonly looked: ReadonlyMap<RuleName, readonly string[] | null>
}

/**
 * Records what was found, and resolves what was looked at and is found no more.
 *
 * @returns what was not open before
 */
export async function recordFindings(client: PoolClient, looked: Looked): Promise<Finding[]> {
  const fresh = await write(client, looked)
  const none = 'no such id'
  const entries = [...looked.looked].flatMap(([rule, ids]) => (ids ?? [none]).map((id) => ({ rule, id, all: ids === null })))
  await client.query(
    `update verifier_findings f set resolved_at = $2
     from unnest($3::text[], $4::text[], $5::boolean[]) as l (rule, scope, every)
     where f.marketplace_id = $1 and f.resolved_at is null and f.seen_at < $2 and f.rule = l.rule and (l.every or f.scope = l.scope)`,
    [looked.marketplace, looked.now, entries.map(({ rule }) => rule), entries.map(({ id }) => id), entries.map(({ all }) => all)],
  )
  return fresh
}

async function write(client: PoolClient, { marketplace, now, found: all }: Looked): Promise<Finding[]> {
  if (all.length === 0) return []
  const of = (column: keyof Finding) => all.map((one) => one[column])
  const { rows } = await client.query<{ rule: string; subject: string; field: string }>(
    `with found as (
       select * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
         as f (rule, subject, field, severity, kind, scope, expected, actual)),
     known as (
       select f.rule, f.subject, f.field from verifier_findings f where f.marketplace_id = $1 and f.resolved_at is null),
     written as (
       insert into verifier_findings as f (marketplace_id, rule, subject, field, severity, kind, scope, expected, actual, found_at, seen_at)
       select $1, rule, subject, field, severity, kind, scope, expected, actual, $2, $2 from found
       on conflict (marketplace_id, rule, subject, field) do update set
         expected = excluded.expected, actual = excluded.actual, scope = excluded.scope, seen_at = $2,
         found_at = case when f.resolved_at is null then f.found_at else $2 end, resolved_at = null)
     select rule, subject, field from found except select rule, subject, field from known`,
    [marketplace, now, of('rule'), of('subject'), of('field'), all.map(({ rule }) => rules[rule].severity), of('kind'), of('scope'), of('expected'), of('actual')],
  )
  const fresh = new Set(rows.map(({ rule, subject, field }) => `${rule} ${subject} ${field}`))
  return all.filter(({ rule, subject, field }) => fresh.has(`${rule} ${subject} ${field}`))
}
