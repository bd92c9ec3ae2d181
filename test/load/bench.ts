import { parseArgs } from 'node:util'
import { runFull } from './full.ts'
import { runMemory } from './memory.ts'
import { runQuick } from './quick.ts'
import { runScale } from './scale.ts'
import { runStatements } from './statements.ts'

/* `npm run bench`: how fast Holdfast decides, beside two baselines in the same run. See docs/benchmarks. */

const usage = `npm run bench                    all money commands and both baselines, about nine minutes
    --rounds <n>                 the medians of so many; 5 by default
npm run bench -- --quick         releases alone, within a minute; fails below the ratios that are promised
npm run bench -- --statements    what a command costs the database: statements, transactions, bytes of log
npm run bench -- --memory        what the backend has resident after a million commands; on Linux
npm run bench -- --scale         what a release costs among ten thousand, a million and ten million payments

All but --quick write their part of docs/benchmarks.
`

const flag = { type: 'boolean' } as const
const { values } = parseArgs({ options: { help: flag, quick: flag, statements: flag, memory: flag, scale: flag, rounds: { type: 'string', default: '5' } } })
const write = (line: string): void => void process.stdout.write(`${line}\n`)

async function run(): Promise<boolean> {
  if (values.quick) return runQuick(write)
  if (values.statements) return runStatements(write)
  if (values.memory) return runMemory(write)
  if (values.scale) return runScale(write)
  return runFull(write, { rounds: Number(values.rounds) })
}

if (values.help) write(usage)
else process.exitCode = (await run()) ? 0 : 1
