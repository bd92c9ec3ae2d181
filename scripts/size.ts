// `npm run size`: what a buyer's browser loads, compressed as servers send it, against a limit and against what
// was last recorded. A bundle that shrinks unnoticed hides the next growth, so the record fails both ways.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { framePage, loadFrame } from '../packages/vault/src/frame-page.ts'
import { inTree } from './command.ts'

/** One thing that is downloaded. */
interface Budget {
  /** A star stands for the hash in a chunk's name. */
  readonly files: readonly string[]
  /** Bytes of brotli, quality 11, each file by itself: no more than this. 1 KB is 1,024 bytes. */
  readonly limit: number
  /** Bytes when somebody last looked. */
  readonly recorded: number
}

type Budgets = Readonly<Record<string, Budget>>

const path = inTree('scripts/size.json')
const tolerance = 0.02

/** A file that is served as it stands, or the page that the vault writes of the frame's. */
function served(file: string): Buffer {
  if (!existsSync(inTree(file))) throw new Error(`${file} isn't built: run \`npm run build\`.`)
  if (file !== 'packages/vault/src/frame-page.ts') return readFileSync(inTree(file))
  const request = { origin: 'https://vault.example', marketplace: undefined }
  return Buffer.from(framePage(loadFrame())(request).html)
}

function compressed(pattern: string): number {
  const [file = pattern, ...others] = pattern.includes('*') ? globSync(pattern, { cwd: inTree() }) : []
  if (others.length > 0) throw new Error(`${pattern} is more than one file: build anew.`)
  const bytes = served(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return brotliCompressSync(bytes, { params }).length
}

/** What is wrong with a size, or nothing. Pure. */
export function judge(
  size: number,
  { limit, recorded }: Pick<Budget, 'limit' | 'recorded'>,
): string | undefined {
  if (size > limit) return `${size - limit} bytes over its limit of ${limit}: make it smaller`
  const drift = (size - recorded) / recorded
  if (Math.abs(drift) <= tolerance) return undefined
  const change = `${drift > 0 ? 'grew' : 'shrank'} by ${Math.abs(drift * 100).toFixed(1)} % from the recorded ${recorded}`
  return `${change}: if that is meant, \`npm run size -- --update\` and commit scripts/size.json`
}

interface Measured {
  readonly name: string
  readonly budget: Budget
  /** Bytes now. */
  readonly size: number
}

/** Everything that has a budget, as it is built now. */
export function measureBundles(): readonly Measured[] {
  const budgets = JSON.parse(readFileSync(path, 'utf8')) as Budgets
  return Object.entries(budgets).map(([name, budget]) => ({
    name,
    budget,
    size: budget.files.reduce((sum, file) => sum + compressed(file), 0),
  }))
}

function main(update: boolean): number {
  const sizes = measureBundles()
  if (update) {
    const recorded = Object.fromEntries(
      sizes.map(({ name, budget, size }) => [name, { ...budget, recorded: size }]),
    )
    writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`)
  }
  const verdicts = sizes.map(({ name, budget, size }) => {
    const wrong = judge(size, update ? { ...budget, recorded: size } : budget)
    process.stdout.write(
      `${wrong ? '✗' : '✓'} ${name}: ${size} of ${budget.limit} bytes${wrong ? `, ${wrong}` : ''}\n`,
    )
    return wrong
  })
  return verdicts.some(Boolean) ? 1 : 0
}

if (import.meta.main) process.exitCode = main(process.argv.includes('--update'))
