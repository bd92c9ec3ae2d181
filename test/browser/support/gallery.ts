import { expect, type Frame, type Locator, type Page } from '@playwright/test'

/** What the gallery's controls choose; what isn't named stays as the page has it. */
export interface Choice {
  readonly state?: string
  readonly theme?: 'harbour' | 'ledger' | 'hearth'
  readonly scheme?: 'light' | 'dark'
  readonly language?: string
  readonly width?: '320' | '360' | '480'
}

/** The component in each of its states. */
export class Gallery {
  readonly page: Page
  readonly vault: string

  constructor(page: Page, vault: string) {
    this.page = page
    this.vault = vault
  }

  /** Opens it, and waits until everything on its wall looks as its state has it. */
  async open(choice: Choice = {}): Promise<void> {
    await this.page.goto(`/gallery?${new URLSearchParams({ ...choice })}`)
    await this.settled()
  }

  async settled(): Promise<void> {
    await expect(this.page.locator('#wall[data-hung]'), 'every state is shown').toBeAttached({ timeout: 90_000 })
  }

  figure(state: string): Locator {
    return this.page.locator(`figure[data-state="${state}"]`)
  }

  checkout(state: string): Locator {
    return this.figure(state).locator('.room > *')
  }

  /** The card form inside a checkout: the vault's own. */
  async frame(state: string): Promise<Frame> {
    const handle = await this.checkout(state).locator('iframe').elementHandle()
    const frame = await handle!.contentFrame()
    expect(frame!.url().startsWith(`${this.vault}/frame`), 'the card form is the vault’s').toBe(true)
    return frame!
  }

  /** By state, what its live regions say: what is said aloud when it comes to be so. */
  aloud(): Promise<Record<string, string>> {
    return this.page.evaluate(() => Object.fromEntries([...document.querySelectorAll<HTMLElement>('#wall figure')].map((figure) => {
      const regions = figure.querySelector('.room > *')!.shadowRoot!.querySelectorAll('[role=status], [role=alert]')
      const said = [...regions].filter((region) => !region.closest('[hidden]')).map((region) => (region.textContent ?? '').replaceAll(/\s+/g, ' ').trim())
      return [figure.dataset['state']!, said.filter(Boolean).join(' | ')]
    })))
  }
}
