// The steps of `npm test`, in their order: what is quick and tells most comes first.

import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
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
  /** What failed, by name, and what failed at first and passed alone: for whoever sees the last lines only. */
  readonly told?: readonly string[]
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
    title: 'the whole demo, in Chromium (playwright), and its main journeys in Firefox',
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
  if (code === 0) return { passed: 1, failed: 0, skipped: 0 }
  return { passed: 0, failed: 1, skipped: 0, told: [`${relative(root, script)}: ended with ${code}`] }
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
  if (!counts) return { passed: 0, failed: 1, skipped: 0, told: [`${name}: ended without a report`] }
  const untold = code !== 0 && counts.failed === 0
  return untold ? { ...counts, failed: 1, told: [`${name}: ended with ${code}, though no test failed`] } : counts
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
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function runVitest({ files, grep }: Selection): Promise<Counts> {
  return withAnotherChance(files, which => unitFiles(which, grep))
}

async function unitFiles(files: readonly string[], grep: string | undefined): Promise<readonly FileCounts[]> {
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
  const { code } = await runNode(tools.vitest, { args: [...args, ...narrowed], env, limit: 20 * minute })
  const found = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as VitestReport).testResults : undefined
  return toldOf('unit', code, found?.map(each => unitFile(each, grep !== undefined)))
}

function unitFile(found: VitestReport['testResults'][number], narrowed: boolean): FileCounts {
  const file = relative(root, found.name)
  const of = (...states: readonly string[]) => found.assertionResults.filter(({ status }) => states.includes(status))
  const failures = of('failed').map(({ fullName }) => `${file}: ${fullName}`)
  // a file that breaks before its first test has no failed test to count
  const broken = found.status === 'failed' && failures.length === 0 ? [`${file}: broke before its first test`] : []
  const told = [...failures, ...broken]
  const skipped = narrowed ? 0 : of('skipped', 'pending', 'todo', 'disabled').length
  return { file, passed: of('passed').length, failed: told.length, skipped, told }
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
  told: all.flatMap(({ told = [] }) => told),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

async function runComponentTestsIn(engine: EngineName, { grep, files }: Selection): Promise<Counts> {
  const lacking = engine === 'chromium' ? undefined : await bringEngine(engine)
  process.stdout.write(`   ${engine}${lacking ? `: skipped, ${lacking}` : ''}\n`)
  if (lacking) return { passed: 0, failed: 0, skipped: 1 }
  return withAnotherChance(files, which => componentFiles(engine, which, grep))
}

/** More than these are no chance. */
const mostShaky = 2
/** The file of a failure that no file's counts tell of. */
const unsaid = ''

/** Pages, databases and timers wait for processors that others use too: a file that failed runs once more, alone, and is named. */
async function withAnotherChance(
  files: readonly string[], run: (files: readonly string[]) => Promise<readonly FileCounts[]>,
): Promise<Counts> {
  const first = await run(files)
  const shaky = first.filter(({ failed }) => failed > 0).map(({ file }) => file)
  if (shaky.length === 0 || shaky.length > mostShaky || shaky.includes(unsaid)) return summed(first)
  process.stdout.write(`\n   once more, alone:\n${shaky.map(file => `   ${file}\n`).join('')}`)
  return afterAll(first, await run(shaky))
}

/** What counts after files ran once more: their second run, with what failed in the first told of. */
function afterAll(first: readonly FileCounts[], again: readonly FileCounts[]): Counts {
  const stood = first.filter(({ failed }) => failed === 0)
  const passedAlone = first
    .filter(({ file }) => again.some(other => other.file === file && other.failed === 0))
    .flatMap(({ told = [] }) => told.map(each => `${each} (failed once, passed alone)`))
  return summed([...stood, ...again, { passed: 0, failed: 0, skipped: 0, told: passedAlone }])
}

/** A runner's counts; without a report, or failing though its report doesn't, it counts as failed once. */
function toldOf(runner: string, code: number | null, counts: readonly FileCounts[] | undefined): readonly FileCounts[] {
  if (counts && (code === 0 || counts.some(({ failed }) => failed > 0))) return counts
  const how = counts ? `ended with ${code}, though no test failed` : 'ended without a report'
  return [...(counts ?? []), { file: unsaid, passed: 0, failed: 1, skipped: 0, told: [`${runner}: ${how}`] }]
}

/** Has a runner's own modules found in the packages' source, not in what they were last built to. */
const sourceOptions = (): string => `${process.env['NODE_OPTIONS'] ?? ''} --conditions=holdfast-source`.trim()

async function componentFiles(
  engine: EngineName,
  files: readonly string[],
  grep: string | undefined,
): Promise<readonly FileCounts[]> {
  const report = freshReport(`component-${engine}`)
  const env = {
    ...(engine === 'chromium' ? { HOLDFAST_BROWSER: await findBrowser() } : {}),
    HOLDFAST_ENGINE: engine,
    // by itself the step has to run in a tree whose types were never built
    NODE_OPTIONS: sourceOptions(),
    HOLDFAST_REPORT: report,
    HOLDFAST_GREP: grep ?? '',
  }
  const args = ['--config', inTree('web-test-runner.config.mjs'), ...files.flatMap(file => ['--files', file])]
  const limit = (engine === 'chromium' ? 5 : 15) * minute
  const { code } = await runNode(tools.webTestRunner, { args, env, limit })
  const counts = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as FileCounts[]) : undefined
  // with a pattern the runner fails for every test that it left out
  return toldOf(`component tests in ${engine}`, grep === undefined ? code : 0, counts)
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number
    readonly unexpected: number
    readonly flaky: number
    readonly skipped: number
  }
  readonly errors: readonly unknown[]
  readonly suites: readonly PlaywrightSuite[]
}

interface PlaywrightSuite {
  readonly file: string
  readonly suites?: readonly PlaywrightSuite[]
  readonly specs: readonly {
    readonly title: string
    readonly tests: readonly { readonly projectName: string; readonly status: string }[]
  }[]
}

async function runBrowserTests({ grep, files, engine }: Selection): Promise<Counts> {
  const env = {
    HOLDFAST_ENGINE: engine ?? '',
    HOLDFAST_BROWSER: await findBrowser(),
    HOLDFAST_REPORT: freshReport('browser'),
    NODE_OPTIONS: sourceOptions(),
  }
  const args = ['test', '--config', inTree('test/browser/playwright.config.ts'), '--pass-with-no-tests']
  const projects = engine === 'firefox' ? ['--project', 'firefox'] : []
  const narrowed = [...files, ...projects, ...(grep ? ['--grep', grep] : [])]
  const program = { script: tools.playwright, args: [...args, ...narrowed], env, limit: 20 * minute }
  return reported('browser', program, ({ stats, errors, suites }: PlaywrightReport) => {
    const shaky = stats.flaky <= mostShaky ? stats.flaky : 0
    return {
      passed: stats.expected + shaky,
      failed: stats.unexpected + stats.flaky - shaky + errors.length,
      skipped: stats.skipped,
      told: suites.flatMap(notAtOnce),
    }
  })
}

/** A suite's tests that failed, and those that passed the second time. */
function notAtOnce({ file, suites = [], specs }: PlaywrightSuite): readonly string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests.flatMap(({ projectName, status }) => {
      if (status === 'unexpected') return [`test/browser/${file} [${projectName}]: ${title}`]
      return status === 'flaky' ? [`test/browser/${file} [${projectName}]: ${title} (failed once, then passed)`] : []
    }),
  )
  return [...own, ...suites.flatMap(notAtOnce)]
}

function runPackageChecks(): Promise<Counts> {
  const env = { HOLDFAST_REPORT: freshReport('packages') }
  return reported(
    'packages',
    { script: inTree('scripts/packages.ts'), env, limit: 5 * minute },
    (found: Counts) => found,
  )
}
