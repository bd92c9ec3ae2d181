import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drawReleases } from './chart.ts'
import type { Machine } from './machine.ts'
import { readResults, RESULTS_FOLDER, type Part, type Results, type Row } from './results.ts'
import { systemNames } from './targets.ts'

type Cells = readonly (string | number)[]

/** A table of Markdown; `left` columns are words, the rest figures. */
function table(head: readonly string[], rows: readonly Cells[], left = 1): string {
  const rule = head.map((_, index) => (index < left ? '---' : '--:'))
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1)
const figures = (row: Row): Cells => [
  row.callers,
  whole(row.perSecond),
  ms(row.p50),
  ms(row.p95),
  ms(row.p99),
  whole(row.cpuUs),
  `${(row.runsApart * 100).toFixed(0)} %`,
]
const figureHead = ['callers', 'per second', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs', 'runs apart'] as const

function where({ on, machine }: Part): string {
  const { processors, processor, memoryGiB, node, postgres, fdatasyncMs, loadBefore } =
    machine satisfies Machine
  return `${on}: ${processors} × ${processor}, ${memoryGiB} GiB, Node ${node}, PostgreSQL ${postgres['server_version']}; a write of 8 KiB is on the disk after ${fdatasyncMs} ms; the minute before had a load of ${loadBefore}.`
}

const sections: readonly ((results: Results) => string | undefined)[] = [
  ({ releases: part }) =>
    part &&
    `## Releases

${where(part)} Medians of ${part.rounds} interleaved runs of ${part.windowMs / 1000} s.

${table(
  ['', 'load', ...figureHead],
  part.releases.map((row) => [systemNames[row.system], row.load, ...figures(row)]),
  2,
)}

${table(
  ['what is promised', 'measured', 'wanted', ''],
  part.verdicts.map(({ what, measured, wanted, unit, met }) => [
    what,
    `${measured.toFixed(2)} ${unit}`,
    `${unit === '×' ? '≥' : '≤'} ${wanted} ${unit}`,
    met ? 'met' : '**not met**',
  ]),
)}`,
  ({ commands: part }) =>
    part &&
    `## Other commands

Holdfast alone; its rails answer at once. \`releaseOfSeller\`: releases of one seller's 10,000 orders. ${where(part)}

${table(
  ['', 'load', ...figureHead],
  part.commands.map((row) => [row.command, row.load, ...figures(row)]),
  2,
)}`,
  ({ statements: part }) =>
    part &&
    `## What a command costs the database

As the server counts it, without jobs. ${where(part)}

${table(
  ['', 'load', 'callers', 'statements', 'transactions', 'bytes of log'],
  part.statements.map((row) => [
    row.command,
    row.load,
    row.callers,
    row.statements.toFixed(1),
    row.transactions.toFixed(2),
    whole(row.walBytes),
  ]),
  2,
)}`,
  ({ memory: part }) =>
    part &&
    `## Memory

${where(part)}

${whole(part.commands)} releases at 32 callers: ${part.startMiB.toFixed(0)} MiB resident at the start, ${part.endMiB.toFixed(0)} MiB at the end, ${part.peakMiB.toFixed(0)} MiB at most.`,
  ({ scale: part }) =>
    part &&
    `## Among many payments

Releases at 32 callers, spread over 10,000 orders: those that came last, or as many strewn over the past. ${where(part)}

${table(
  ['payments', 'orders', 'rows', 'GiB', 'loaded in s', 'per second', 'p50 ms', 'p99 ms', 'CPU µs'],
  part.rows.map((row) => {
    const database = part.databases.find(({ payments }) => payments === row.payments)
    return [
      whole(row.payments),
      row.where,
      whole(database?.rowsTotal ?? 0),
      (database?.gib ?? 0).toFixed(1),
      database?.loadedInS ?? '',
      whole(row.perSecond),
      ms(row.p50),
      ms(row.p99),
      whole(row.cpuUs),
    ]
  }),
  0,
)}

Of the newest orders, a release among the most payments takes ${part.ratio.toFixed(2)} × as long as one among the fewest, and
${part.cpuRatio.toFixed(2)} × as much of the processors.`,
]

/** Writes what results.json holds as tables, and its chart. */
export function publish(): void {
  const results = readResults()
  const parts = sections.flatMap((section) => section(results) ?? [])
  writeFileSync(
    join(RESULTS_FOLDER, 'results.md'),
    `<!-- Written by npm run bench: do not edit. -->\n\n# Results\n\nWhat is measured, and how: [README](README.md).\n\n${parts.join('\n\n')}\n`,
  )
  if (results.releases) writeFileSync(join(RESULTS_FOLDER, 'releases.svg'), drawReleases(results.releases))
}
