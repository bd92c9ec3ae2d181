import { existsSync } from 'node:fs'

/**
 * Features that cost tests time and prove nothing: a renderer that is started in advance, beside every page, for the
 * next one.
 */
export const disabledFeatures: readonly string[] = ['SpareRendererForSitePerProcess']

/** What every Chromium of the tests is given: no sandbox, because CI is often root, and no traffic of its own. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  `--disable-features=${disabledFeatures.join()}`,
  '--force-color-profile=srgb',
]

/** The browser that `npm test` found; a runner that was started by hand takes Debian's, where it is. */
export function installedBrowser(): string | undefined {
  const named = process.env['HOLDFAST_BROWSER']
  return (named ? [named] : ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']).find(path => existsSync(path))
}

/** The same for who can't do without. */
export function browserPath(): string {
  const path = installedBrowser()
  if (!path) throw new Error('Start the browser tests by `npm test -- browser`, which finds a browser.')
  return path
}
