import type { Pool } from 'pg'
import { verifyEverything, type Step, type Verified } from './everything.ts'
import { rules } from './rules.ts'

/** What is written to: a terminal shows what is being read, a file only what was found. */
export interface Out {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const SHOWN = 20

/**
 * Reads everything, shows how it goes, and prints what was found and what to do about it.
 *
 * @returns whether no rule is broken; an alarm breaks none
 */
export async function verifyAndReport(pool: Pool, out: Out): Promise<boolean> {
  const began = performance.now()
  const verified = await verifyEverything(pool, (step) => progress(out, step))
  if (out.isTTY) out.write('\r\u001B[K')
  const breaches = verified.findings.filter(({ rule }) => rules[rule].severity === 'breach')
  const alarms = verified.findings.filter(({ rule }) => rules[rule].severity === 'alarm')
  out.write(`${readLine(verified, performance.now() - began)}\n`)
  for (const [title, findings] of [['Broken', breaches], ['To be seen to', alarms]] as const) write(out, title, findings)
  out.write(breaches.length === 0
    ? `\nThe books are right: ${Object.keys(rules).length} rules hold${alarms.length > 0 ? `; ${alarms.length} to be seen to` : ''}.\n`
    : `\nThe books are wrong in ${breaches.length} ${breaches.length === 1 ? 'place' : 'places'}.\n`)
  return breaches.length === 0
}

function progress(out: Out, { marketplace, rule, place, of, found, ms }: Step): void {
  const line = `${String(place).padStart(2)}/${of} ${rule.padEnd(24)} ${found.length === 0 ? 'holds' : `${found.length} found`}`
  if (out.isTTY) out.write(`\r\u001B[K${marketplace}  ${line}`)
  else if (place === 1) out.write(`${marketplace}\n`)
  if (!out.isTTY) out.write(`  ${line.padEnd(46)} ${(ms / 1_000).toFixed(2)} s\n`)
}

function readLine({ at, read }: Verified, ms: number): string {
  const counts = Object.entries(read).filter(([, n]) => n > 0n).map(([table, n]) => `${n.toLocaleString('en-US')} ${table.replace('ledger_', '').replaceAll('_', ' ')}`)
  return `Read as of ${at.toISOString()} in ${(ms / 1_000).toFixed(1)} s: ${counts.join(', ') || 'nothing yet'}.`
}

function write(out: Out, title: string, findings: Verified['findings']): void {
  const byRule = Map.groupBy(findings, ({ rule }) => rule)
  for (const [rule, of] of byRule) {
    out.write(`\n${title}: ${rules[rule].says} (${rule}, ${of.length})\n`)
    for (const { marketplace, subject, field, expected, actual } of of.slice(0, SHOWN)) {
      out.write(`  ${marketplace}  ${subject}  ${field}: expected ${expected}, found ${actual}\n`)
    }
    if (of.length > SHOWN) out.write(`  … and ${of.length - SHOWN} more\n`)
    out.write(`  ${rules[rule].todo}\n`)
  }
}
