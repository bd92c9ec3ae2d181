// `npm test`: every check in turn, and one line at the end that says how many passed and how many failed.

import { rmSync } from 'node:fs'
import { inTree } from './command.ts'
import { parseSelection, usage } from './test-selection.ts'
import { steps } from './test-steps.ts'
import type { Counts } from './test-steps.ts'

/** Node's own: what it has stripped and compiled once, the many processes of the tests don't again. */
const compileCache = inTree('.holdfast', 'compile-cache')

const write = (text: string): void => void process.stdout.write(`${text}\n`)
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

async function main(): Promise<number> {
  const selection = parseSelection(
    process.argv.slice(2),
    steps.map(({ name }) => name),
  )
  if ('refused' in selection) {
    write(`${selection.refused}\n\n${usage(steps)}`)
    return 2
  }
  const began = performance.now()
  rmSync(compileCache, { recursive: true, force: true })
  process.env['NODE_COMPILE_CACHE'] = compileCache
  const total = { passed: 0, failed: 0, skipped: 0 }
  const summary: string[] = []
  const told: string[] = []
  for (const step of steps.filter(({ name }) => selection.steps.has(name))) {
    const started = performance.now()
    const missing = step.missing()
    write(`\n── ${step.name}: ${missing ? `skipped, ${missing}` : step.title}`)
    if (missing) continue
    const counts = await step.run(selection).catch(crashed)
    summary.push(`${step.name.padEnd(10)} ${line(counts)}  (${seconds(started)})`)
    write(`── ${step.name}: ${line(counts)} in ${seconds(started)}`)
    told.push(...(counts.told ?? []))
    for (const kind of ['passed', 'failed', 'skipped'] as const) total[kind] += counts[kind]
  }
  write(`\n${summary.join('\n')}\n${'in all'.padEnd(10)} ${seconds(began)}\n`)
  if (told.length > 0) write(`${told.map(each => `- ${each}`).join('\n')}\n`)
  write(line(total))
  return total.failed > 0 ? 1 : 0
}

function crashed(error: unknown): Counts {
  write(error instanceof Error ? error.message : String(error))
  return { passed: 0, failed: 1, skipped: 0 }
}

function line({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

process.exitCode = await main()
