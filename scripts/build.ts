// `npm run build`: declarations of every package, then the files that are published. The bundles that browsers
// load have been made by the bootstrap.

import { existsSync, readFileSync } from 'node:fs'
import { inTree, runNode, tools } from './command.ts'

const tsc = await runNode(tools.tsc, { args: ['-b'] })
const bundled = tsc.code === 0
  ? await runNode(tools.rollup, { args: ['--config', inTree('rollup.config.mjs'), '--silent', '--configOnly', 'packages'] })
  : tsc
const integrity = inTree('packages/checkout/dist/holdfast.js.sri')
if (existsSync(integrity)) process.stdout.write(`holdfast.js  integrity="${readFileSync(integrity, 'utf8').trim()}"\n`)
process.exitCode = bundled.code
