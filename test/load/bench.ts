import { parseArgs } from 'node:util'
import { runFull } from './full.ts'
import { runMemory } from './memory.ts'
import { runQuick } from './quick.ts'
import { publish } from './report.ts'
import { runScale } from './scale.ts'
import { runStatements } from './statements.ts'

/* `npm run bench`: how fast Holdfast decides, beside two baselines in the same run. See docs/benchmarks. */

const usage = `npm run bench                    all money commands and both baselines, about nine minutes
    --rounds <n>                 the medians of so many; 5 by default
    --jobs                       with Holdfast's jobs in the same process; so may --quick
npm run bench -- --quick         releases alone, within a minute; fails below the ratios that are promised
npm run bench -- --statements    what a command costs the database: statements, transactions, bytes of log
npm run bench -- --memory        what the backend has resident after a million commands; on Linux
    --commands <n>               after so many
npm run bench -- --scale         what a release costs among ten thousand, a million and ten million payments
    --payments <n>               at most so many; the disk has to hold 14 kB of each

All but --quick write their part of docs/benchmarks.
`

const flag = { type: 'boolean' } as const
const { values } = parseArgs({
  options: {
    help: flag,
    quick: flag,
    jobs: flag,
    statements: flag,
    memory: flag,
    scale: flag,
    rounds: { type: 'string', default: '5' },
    payments: { type: 'string', default: '10000000' },
    commands: { type: 'string', default: '1000000' },
  },
})
const write = (line: string): void => void process.stdout.write(`${line}\n`)

type Mode = () => Promise<boolean>

/** Runs one mode and publishes what it has measured, also when that falls short. */
const published =
  (mode: Mode): Mode =>
  async () => {
    const met = await mode()
    publish()
    return met
  }

const modes = {
  quick: () => runQuick(write, { worker: values.jobs === true }),
  statements: published(() => runStatements(write)),
  memory: published(() => runMemory(write, { atLeast: Number(values.commands) })),
  scale: published(() => runScale(write, { most: Number(values.payments) })),
  full: published(() => runFull(write, { rounds: Number(values.rounds), worker: values.jobs === true })),
} as const satisfies Record<string, Mode>

// Leaving by `exit` takes PostgreSQL and the children along.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code))

if (values.help) write(usage)
else {
  const chosen = (['quick', 'statements', 'memory', 'scale'] as const).find((name) => values[name]) ?? 'full'
  process.exitCode = (await modes[chosen]()) ? 0 : 1
}
