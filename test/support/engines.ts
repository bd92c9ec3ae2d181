// The browsers that component tests run in, as @web/test-runner starts them.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { BrowserLauncher } from '@web/test-runner-core'
import { chromeLauncher } from '@web/test-runner-chrome'
import puppeteer from 'puppeteer-core'
import { browserPath, chromiumArgs } from './chromium.ts'
import { programs } from './engine-names.ts'
import type { EngineName } from './engine-names.ts'
import { freePort } from './ports.ts'
import { waitFor } from './wait.ts'

/** The launcher of one engine. */
export function launcherOf(engine: EngineName): BrowserLauncher {
  switch (engine) {
    case 'chromium': return chromeLauncher({
      launchOptions: { executablePath: browserPath(), args: [...chromiumArgs] },
      // a profile for each of the two pages: of one window only what is in front is drawn, and msw's worker, which
      // pages of one profile share, goes when either page does
      createPage: async ({ browser }) => {
        const page = await (await browser.createBrowserContext()).newPage()
        // of two windows only one could have the focus
        await (await page.createCDPSession()).send('Emulation.setFocusEmulationEnabled', { enabled: true })
        return page
      },
    })
    case 'firefox': return firefoxLauncher()
    case 'webkit': return new WebKitLauncher()
  }
}

/** Firefox by WebDriver BiDi, which puppeteer speaks itself. */
function firefoxLauncher(): BrowserLauncher {
  const [executablePath] = programs.firefox
  const launcher = chromeLauncher({
    // its types are of another puppeteer than ours
    puppeteer: puppeteer as never,
    concurrency: 1,
    launchOptions: { browser: 'firefox', executablePath },
  })
  launcher.name = 'Firefox'
  return launcher
}

interface Session {
  readonly id: string
  readonly url: string
}

/** WebKitGTK by its own WebDriver, on a screen of its own: one page at a time. */
class WebKitLauncher implements BrowserLauncher {
  readonly name = 'WebKitGTK'
  readonly type = 'webkit'
  readonly concurrency = 1
  readonly #sessions = new Map<string, Session>()
  #processes: ChildProcess[] = []
  #driver = ''

  async initialize(): Promise<void> {
    const [driver, screen] = programs.webkit
    const missing = programs.webkit.find(path => !existsSync(path))
    if (missing) throw new Error(`${missing} is missing: apt-get install webkit2gtk-driver xvfb`)
    const xvfb = spawn(screen, ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#processes.push(xvfb)
    const display = await new Promise<string>((resolve, reject) => {
      xvfb.once('error', reject)
      xvfb.once('exit', code => reject(new Error(`Xvfb ended with ${code}`)))
      xvfb.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()))
    })
    const port = await freePort()
    this.#driver = `http://127.0.0.1:${port}`
    this.#processes.push(spawn(driver, [`--port=${port}`], { env: { ...process.env, DISPLAY: `:${display}` }, stdio: 'ignore' }))
    await waitFor(() => fetch(`${this.#driver}/status`).then(({ ok }) => ok, () => false), { what: 'WebKitWebDriver' })
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map(id => this.stopSession(id)))
    for (const child of this.#processes.splice(0).toReversed()) child.kill()
  }

  async startSession(sessionId: string, url: string): Promise<void> {
    const { sessionId: id } = await this.#call<{ sessionId: string }>('POST', '/session', {
      capabilities: {
        alwaysMatch: {
          browserName: 'MiniBrowser',
          'webkitgtk:browserOptions': { binary: programs.webkit[2], args: ['--automation'] },
        },
      },
    })
    this.#sessions.set(sessionId, { id, url })
    await this.#call('POST', `/session/${id}/url`, { url })
  }

  startDebugSession(): Promise<void> {
    throw new Error('A page in WebKitGTK can’t be looked at: it is on a screen that nobody sees.')
  }

  isActive(sessionId: string): boolean {
    return this.#sessions.has(sessionId)
  }

  getBrowserUrl(sessionId: string): string | undefined {
    return this.#sessions.get(sessionId)?.url
  }

  async stopSession(sessionId: string): Promise<object> {
    const session = this.#sessions.get(sessionId)
    this.#sessions.delete(sessionId)
    if (session) await this.#call('DELETE', `/session/${session.id}`).catch(() => undefined)
    return {}
  }

  async #call<Value>(method: string, path: string, body?: object): Promise<Value> {
    const response = await fetch(this.#driver + path, { method, ...(body && { body: JSON.stringify(body) }) })
    const { value } = (await response.json()) as { value: Value & { message?: string } }
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.message ?? response.status}`)
    return value
  }
}
