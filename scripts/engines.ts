// The engines of component tests, beside Chromium: installed, or by apt where that is Debian and root, or not at all.

import { existsSync } from 'node:fs'
import { programs } from '../test/support/engine-names.ts'
import type { EngineName } from '../test/support/engine-names.ts'
import { installFromDebian } from './browser.ts'

const packages = { firefox: ['firefox-esr'], webkit: ['webkit2gtk-driver', 'xvfb', 'xauth'] } as const

/** Brings an engine; answers what is missing when it can't be had. */
export async function bringEngine(engine: Exclude<EngineName, 'chromium'>): Promise<string | undefined> {
  const missing = (): string | undefined => programs[engine].find(path => !existsSync(path))
  if (missing()) await installFromDebian(packages[engine])
  const lacking = missing()
  return lacking && `there is no ${lacking} (Debian: apt-get install ${packages[engine].join(' ')})`
}
