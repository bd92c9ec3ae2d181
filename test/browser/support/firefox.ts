import { existsSync } from 'node:fs'
import type { Browser } from '@playwright/test'
import { programs } from '../../support/engine-names.ts'

/*
 * Debian's Firefox, which Playwright drives by WebDriver BiDi: a channel that it has without documenting it.
 */

const [executablePath] = programs.firefox

/** Why journeys can't run in Firefox here, or nothing. */
export const firefoxMissing: string | false = !existsSync(executablePath) && `there is no ${executablePath}: apt-get install firefox-esr`

/** How a project of Playwright's starts it. */
export const firefox = {
  browserName: 'firefox',
  channel: 'moz-firefox',
  launchOptions: {
    executablePath,
    firefoxUserPrefs: {
      // BiDi's pointer doesn't reach a frame within a frame that has a process of its own: the bank's page
      'fission.webContentIsolationStrategy': 0,
      'dom.ipc.processCount': 1,
      // nothing that turns while it waits, and scroll bars that take no room, as on a phone
      'ui.prefersReducedMotion': 1,
      'ui.useOverlayScrollbars': 1,
    },
  },
} as const

interface Session {
  send: (method: string, parameters: unknown) => Promise<unknown>
}

/** As much of Playwright's inside as is used here. */
interface Inside {
  readonly _connection: { readonly toImpl: (browser: Browser) => { readonly _browserSession: Session } }
}

/**
 * Answers in Firefox's stead the one command that Playwright sends for every context and that Firefox ESR 153 doesn't
 * know: which colours the page prefers. Goes when Firefox knows it.
 */
export function answerForMediaFeatures(browser: Browser): void {
  const { _connection: connection } = browser as unknown as Inside
  const { _browserSession: session } = connection.toImpl(browser)
  const send = session.send.bind(session)
  session.send = (method, parameters) => (method === 'emulation.setMediaFeaturesOverride' ? Promise.resolve({}) : send(method, parameters))
}
