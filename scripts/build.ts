// `npm run build`: declarations of every package, then what is published. The bundles that browsers load have
// been made by the bootstrap.

import { existsSync, readFileSync } from 'node:fs'
import { inTree, runNode, tools } from './command.ts'
import { buildPackages, published, stage } from './publishable.ts'

const compiled = await runNode(tools.tsc, { args: ['-b'] })
const built = compiled.code === 0 && (await buildPackages())
if (built) for (const name of published) process.stdout.write(`${stage(name)}\n`)
const integrity = inTree('packages/checkout/dist/holdfast.js.sri')
if (existsSync(integrity))
  process.stdout.write(`holdfast.js  integrity="${readFileSync(integrity, 'utf8').trim()}"\n`)
process.exitCode = built ? 0 : 1
