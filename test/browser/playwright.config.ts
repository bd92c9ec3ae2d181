import { defineConfig } from '@playwright/test'
import { browserPath, chromiumArgs } from '../support/chromium.ts'

const report = process.env['HOLDFAST_REPORT']

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  // one worker: the tests share one shop, and the machines of CI have two cores
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ...(report ? [['json', { outputFile: report }] as const] : [])],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: browserPath(), args: [...chromiumArgs] },
    locale: 'en-US',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
})
