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
  /** Its report is the whole truth, whatever it exits with. */
  readonly exitsAnyhow?: boolean
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
  const { script, exitsAnyhow = false, ...options } = program
  const { code } = await runNode(script, options)
  const path = reportPath(name)
  const counts = existsSync(path) ? read(JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined
  if (!counts) return { passed: 0, failed: 1, skipped: 0 }
  return code !== 0 && counts.failed === 0 && !exitsAnyhow ? { ...counts, failed: 1 } : counts
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
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const engine of enginesOf(selection)) {
    const counts = await runComponentTestsIn(engine, selection)
    for (const kind of ['passed', 'failed', 'skipped'] as const) total[kind] += counts[kind]
  }
  return total
}

async function runComponentTestsIn(engine: EngineName, { grep, files }: Selection): Promise<Counts> {
  const lacking = engine === 'chromium' ? undefined : await bringEngine(engine)
  process.stdout.write(`   ${engine}${lacking ? `: skipped, ${lacking}` : ''}\n`)
  if (lacking) return { passed: 0, failed: 0, skipped: 1 }
  const name = `component-${engine}`
  const env = {
    ...(engine === 'chromium' ? { HOLDFAST_BROWSER: await findBrowser() } : {}),
    HOLDFAST_ENGINE: engine,
    HOLDFAST_REPORT: freshReport(name),
    HOLDFAST_GREP: grep ?? '',
  }
  const program = {
    script: tools.webTestRunner,
    args: ['--config', inTree('web-test-runner.config.mjs'), ...files.flatMap(file => ['--files', file])],
    env,
    limit: (engine === 'chromium' ? 5 : 15) * minute,
    exitsAnyhow: grep !== undefined,
  }
  return reported(name, program, (found: Counts) => found)
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
  return reported('browser', program, ({ stats, errors }: PlaywrightReport) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  }))
}

function runPackageChecks(): Promise<Counts> {
  const env = { HOLDFAST_REPORT: freshReport('packages') }
  return reported(
    'packages',
    { script: inTree('scripts/packages.ts'), env, limit: 5 * minute },
    (found: Counts) => found,
  )
}
