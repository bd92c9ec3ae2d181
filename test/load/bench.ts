import { parseArgs } from 'node:util'
import { runQuick } from './quick.ts'

/* `npm run bench`: how fast Holdfast decides, beside two baselines in the same run. See docs/benchmarks. */

const usage = `npm run bench                money commands against both baselines, about ten minutes
npm run bench -- --quick     releases alone, within a minute; fails below the ratios that are promised
`

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, help: { type: 'boolean' } } })
const write = (line: string): void => void process.stdout.write(`${line}\n`)
if (values.help || !values.quick) write(usage)
else process.exitCode = (await runQuick(write)) ? 0 : 1
