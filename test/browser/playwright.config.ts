import { defineConfig } from '@playwright/test'
import { browserPath, chromiumArgs, disabledFeatures } from '../support/chromium.ts'
import type { VaultOption } from './support/demo.ts'
import { firefox } from './support/firefox.ts'

const report = process.env['HOLDFAST_REPORT']

/** What Playwright switches off itself: of two such switches a browser heeds the last, which is ours. */
const playwrightDisables = [
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
]
const features = `--disable-features=${[...playwrightDisables, ...disabledFeatures].join()}`

export default defineConfig<object, VaultOption>({
  testDir: '.',
  outputDir: '../../test-results',
  // a shop and a browser for each: the files share them out, and a file's tests keep to their order
  workers: 2,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  // a test that failed runs once more, with a trace (tracing every test costs as much as running it). One that
  // passes then is named; `npm test` suffers two of them, for a page waits for processors that others use too
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ...(report ? [['json', { outputFile: report }] as const] : [])],
  projects: [
    { name: 'embedded', use: { vaultRuns: 'embedded' } },
    // once more, with the vault as a process of its own
    { name: 'separate', use: { vaultRuns: 'separate' }, grep: /@vault/ },
    // the main journeys in another engine: a few, or all where it is asked for
    { name: 'firefox', use: firefox, grep: process.env['HOLDFAST_ENGINE'] ? /@firefox/ : /@vault.*@firefox/ },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: browserPath(), args: [...chromiumArgs, features] },
    locale: 'en-US',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'on-first-retry',
  },
})
