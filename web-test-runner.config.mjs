// Component tests: each file in a real browser, served from source, with msw's worker beside it.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { esbuildPlugin } from '@web/dev-server-esbuild'
import { defaultReporter } from '@web/test-runner'
import { languageChunks, listOfAll } from './scripts/locales.ts'
import { launcherOf } from './test/support/engines.ts'

const require = createRequire(import.meta.url)
const { HOLDFAST_REPORT: report, HOLDFAST_GREP: grep, HOLDFAST_ENGINE: engine } = process.env

/** Serves msw's worker at the root, the only place from which it may answer for every path. */
const mockWorker = {
  name: 'mock-worker',
  serve({ path }) {
    if (path !== '/mockServiceWorker.js') return undefined
    return { body: readFileSync(require.resolve('msw/mockServiceWorker.js'), 'utf8'), type: 'js' }
  },
}

/** Serves the languages beside their source, as the build lays them beside the script. Parts are imported from theirs. */
const languages = {
  name: 'languages',
  serverStart() {
    const chunks = languageChunks()
    const list = listOfAll(chunks)
    this.digest = list.digest
    this.files = new Map([list, ...chunks].map(({ file, text }) => [`/packages/checkout/src/chunks/${file}`, text]))
  },
  serve({ path }) {
    const body = this.files.get(path)
    return body && { body, type: 'json' }
  },
  transform({ path, body }) {
    if (path !== '/packages/checkout/src/chunks.ts') return undefined
    return { body: body.replace('__HOLDFAST_CHUNKS__', this.digest) }
  },
}

/** Leads a frame away before it has loaded. */
const elsewhere = {
  name: 'elsewhere',
  serve(context) {
    if (context.path === '/elsewhere') context.redirect(context.query.to)
  },
}

/** Each file's counts, for `npm test`; a file that broke before its tests counts as one failure. */
const counts = {
  stop({ sessions }) {
    const files = [...sessions].map(session => ({ file: session.testFile, ...countSession(session) }))
    if (report) writeFileSync(report, JSON.stringify(files))
  },
}

const none = { passed: 0, failed: 0, skipped: 0, told: [] }
const failed = name => ({ ...none, failed: 1, told: [name] })
const add = (one, other) => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  skipped: one.skipped + other.skipped,
  told: [...one.told, ...other.told],
})

function countSession({ testFile, testResults, errors, passed }) {
  const file = relative(import.meta.dirname, testFile)
  const found = testResults ? countSuite(testResults, `${file}:`) : none
  // with a pattern the runner takes every test that it left out for a failure
  const broken = grep ? errors.length > 0 || !testResults : passed === false
  return broken && found.failed === 0 ? add(found, failed(`${file}: broke outside its tests`)) : found
}

function countSuite({ name, suites, tests }, above) {
  const path = name ? `${above} ${name}` : above
  return [...tests.map(test => countTest(test, path)), ...suites.map(suite => countSuite(suite, path))].reduce(add, none)
}

function countTest({ name, passed, skipped, error }, above) {
  // what the pattern left out is reported as neither passed, skipped nor failed
  if (grep && !passed && !error) return none
  if (skipped) return { ...none, skipped: 1 }
  return passed ? { ...none, passed: 1 } : failed(`${above} ${name}`)
}

export default {
  rootDir: import.meta.dirname,
  files: ['packages/checkout/src/**/*.wtr.ts', 'packages/card-frame/src/**/*.wtr.ts'],
  nodeResolve: { browser: true, exportConditions: ['holdfast-source', 'browser', 'development'] },
  plugins: [
    mockWorker,
    languages,
    elsewhere,
    esbuildPlugin({
      ts: true,
      target: 'es2022',
      tsconfig: `${import.meta.dirname}/test/support/tsconfig.browser.json`,
    }),
  ],
  // half of a file's time is waiting: two processors carry two
  concurrency: 2,
  browsers: [launcherOf(engine || 'chromium')],
  reporters: [defaultReporter({ reportTestProgress: process.stdout.isTTY === true }), counts],
  testFramework: { config: { timeout: 20_000, ui: 'bdd', ...(grep ? { grep } : {}) } },
  testsFinishTimeout: 120_000,
}
