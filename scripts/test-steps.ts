// The steps of `npm test`, in their order: what is quick and tells most comes first.

import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { engineNames } from '../test/support/engine-names.ts'
import type { EngineName } from '../test/support/engine-names.ts'
import { findBrowser } from './browser.ts'
import { inTree, root, runNode, tools } from './command.ts'
import { bringEngine } from './engines.ts'
import type { Selection } from './test-selection.ts'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export interface Step {
  readonly name: string
  readonly title: string
  /** Why the step can't run in this tree, or nothing. */
  readonly missing: () => string | undefined
  readonly run: (selection: Selection) => Promise<Counts>
}

const minute = 60_000

export const steps: readonly Step[] = [
  {
    name: 'types',
    title: 'type check (tsc -b)',
    missing: () => undefined,
    run: () => one({ script: tools.tsc, args: ['-b', '.', ...looseProjects()], limit: 5 * minute }),
  },
  {
    name: 'lint',
    title: 'lint (oxlint)',
    missing: () => undefined,
    run: () => one({ script: tools.oxlint, args: ['--deny-warnings'], limit: 2 * minute }),
  },
  {
    name: 'unit',
    title: 'unit, API and tree tests (vitest)',
    missing: () => undefined,
    run: runVitest,
  },
  {
    name: 'component',
    title: 'the web component and the card frame, in browsers (@web/test-runner)',
    missing: () => without('packages/{checkout,card-frame}/src/**/*.wtr.ts'),
    run: runComponentTests,
  },
  {
    name: 'browser',
    title: 'the whole demo, in Chromium (playwright), and paying in Firefox',
    missing: () => without('test/browser/**/*.spec.ts'),
    run: runBrowserTests,
  },
  {
    name: 'size',
    title: "bytes that a buyer's browser loads",
    missing: () => without('packages/checkout/src/script.ts'),
    run: () => one({ script: inTree('scripts/size.ts'), limit: minute }),
  },
  {
    name: 'packages',
    title: 'what is published, installed from its tarball',
    missing: () => without('packages/server/src/index.ts'),
    run: runPackageChecks,
  },
  {
    name: 'story',
    title: "one order's whole life (npm run story)",
    missing: () => without('test/story/story.ts'),
    run: () => one({ script: inTree('test/story/story.ts'), limit: 5 * minute }),
  },
]

function without(pattern: string): string | undefined {
  return globSync(pattern, { cwd: root }).length > 0 ? undefined : `there is no ${pattern}`
}

/** Projects that nothing refers to, so that the root's own list stays that of the packages. */
function looseProjects(): readonly string[] {
  return ['scripts', 'test', 'demo', 'demo/client'].filter(folder =>
    existsSync(inTree(folder, 'tsconfig.json')),
  )
}

interface Program {
  readonly script: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly limit: number
}

/** A program that is one check. */
async function one({ script, ...options }: Program): Promise<Counts> {
  const { code } = await runNode(script, options)
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/** A program that leaves a report; without one, or failing though its report doesn't, it counts as failed once. */
async function reported<Report>(
  name: string,
  program: Program,
  read: (report: Report) => Counts,
): Promise<Counts> {
  const { script, ...options } = program
  const { code } = await runNode(script, options)
  const path = reportPath(name)
  const counts = existsSync(path) ? read(JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined
  if (!counts) return { passed: 0, failed: 1, skipped: 0 }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

/** Where a runner leaves its report; an earlier run's is removed. */
function freshReport(name: string): string {
  mkdirSync(inTree('.holdfast/reports'), { recursive: true })
  rmSync(reportPath(name), { force: true })
  return reportPath(name)
}

const reportPath = (name: string): string => inTree('.holdfast/reports', `${name}.json`)

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

async function runVitest({ grep, files }: Selection): Promise<Counts> {
  const report = freshReport('unit')
  const narrowed = [...files, ...(grep ? ['-t', grep] : [])]
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--passWithNoTests',
  ]
  // a few drive a page; without a browser they skip, and the steps that are all browser say what to install
  const browser = await findBrowser().catch(() => undefined)
  const env = browser ? { HOLDFAST_BROWSER: browser } : {}
  const program = { script: tools.vitest, args: [...args, ...narrowed], env, limit: 20 * minute }
  return reported('unit', program, (found: VitestReport) => {
    // a file that breaks before its first test has no failed test to count
    const broken = found.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some(result => result.status === 'failed'),
    )
    const skipped = grep ? 0 : found.numPendingTests + found.numTodoTests
    return { passed: found.numPassedTests, failed: found.numFailedTests + broken.length, skipped }
  })
}

/** Chromium is what everybody waits for; the other engines take minutes, and run when they are asked for. */
function enginesOf({ engine: wanted = 'chromium' }: Selection): readonly EngineName[] {
  return engineNames.filter(name => wanted === 'all' || wanted === name)
}

async function runComponentTests(selection: Selection): Promise<Counts> {
  const counts: Counts[] = []
  for (const engine of enginesOf(selection)) counts.push(await runComponentTestsIn(engine, selection))
  return summed(counts)
}

interface FileCounts extends Counts {
  readonly file: string
}

const summed = (all: readonly Counts[]): Counts => ({
  passed: sum(all.map(({ passed }) => passed)),
  failed: sum(all.map(({ failed }) => failed)),
  skipped: sum(all.map(({ skipped }) => skipped)),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** A page waits for processors that others use too: a file that failed runs once more, alone, and is named. */
async function runComponentTestsIn(engine: EngineName, { grep, files }: Selection): Promise<Counts> {
  const lacking = engine === 'chromium' ? undefined : await bringEngine(engine)
  process.stdout.write(`   ${engine}${lacking ? `: skipped, ${lacking}` : ''}\n`)
  if (lacking) return { passed: 0, failed: 0, skipped: 1 }
  const first = await componentFiles(engine, files, grep)
  const shaky = first.filter(({ failed }) => failed > 0).map(({ file }) => file)
  if (shaky.length === 0 || shaky.length > mostShaky || shaky.includes(unsaid)) return summed(first)
  process.stdout.write(`\n   once more, alone:\n${shaky.map(file => `   ${file}\n`).join('')}`)
  const again = await componentFiles(engine, shaky, grep)
  return summed([...first.filter(({ failed }) => failed === 0), ...again])
}

/** More than these are no chance. */
const mostShaky = 2
/** The file of a failure that no file's counts tell of. */
const unsaid = ''

async function componentFiles(
  engine: EngineName,
  files: readonly string[],
  grep: string | undefined,
): Promise<readonly FileCounts[]> {
  const report = freshReport(`component-${engine}`)
  const env = {
    ...(engine === 'chromium' ? { HOLDFAST_BROWSER: await findBrowser() } : {}),
    HOLDFAST_ENGINE: engine,
    HOLDFAST_REPORT: report,
    HOLDFAST_GREP: grep ?? '',
  }
  const args = ['--config', inTree('web-test-runner.config.mjs'), ...files.flatMap(file => ['--files', file])]
  const limit = (engine === 'chromium' ? 5 : 15) * minute
  const { code } = await runNode(tools.webTestRunner, { args, env, limit })
  const counts = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as FileCounts[]) : []
  // without a report, or failing though its report doesn't, it counts as failed once
  const untold = grep === undefined && code !== 0 && counts.every(({ failed }) => failed === 0)
  return counts.length === 0 || untold ? [...counts, { file: unsaid, passed: 0, failed: 1, skipped: 0 }] : counts
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number
    readonly unexpected: number
    readonly flaky: number
    readonly skipped: number
  }
  readonly errors: readonly unknown[]
}

async function runBrowserTests({ grep, files }: Selection): Promise<Counts> {
  const env = {
    HOLDFAST_BROWSER: await findBrowser(),
    HOLDFAST_REPORT: freshReport('browser'),
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --conditions=holdfast-source`.trim(),
  }
  const args = ['test', '--config', inTree('test/browser/playwright.config.ts'), '--pass-with-no-tests']
  const narrowed = [...files, ...(grep ? ['--grep', grep] : [])]
  const program = { script: tools.playwright, args: [...args, ...narrowed], env, limit: 20 * minute }
  return reported('browser', program, ({ stats, errors }: PlaywrightReport) => {
    const shaky = stats.flaky <= mostShaky ? stats.flaky : 0
    return {
      passed: stats.expected + shaky,
      failed: stats.unexpected + stats.flaky - shaky + errors.length,
      skipped: stats.skipped,
    }
  })
}

function runPackageChecks(): Promise<Counts> {
  const env = { HOLDFAST_REPORT: freshReport('packages') }
  return reported(
    'packages',
    { script: inTree('scripts/packages.ts'), env, limit: 5 * minute },
    (found: Counts) => found,
  )
}
