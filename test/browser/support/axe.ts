import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import AxeBuilder from '@axe-core/playwright'
import type { Frame, Page } from '@playwright/test'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The names of what axe finds in the card frame, which its own tools can't enter: another origin, Trusted Types. */
export async function violationsInFrame(frame: Frame): Promise<string[]> {
  await frame.evaluate(axeSource)
  return frame.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string }[] }> } }
    // rules about whole pages: headings and landmarks are the page's around the frame
    const rules = { 'landmark-one-main': { enabled: false }, 'page-has-heading-one': { enabled: false } }
    return (await axe.run({ rules, resultTypes: ['violations'] })).violations.map(({ id }) => id)
  })
}

/** What axe finds on a page; what its frames hold is held against the rules by itself. */
export async function violationsOn(page: Page, { without = [] }: { readonly without?: string[] } = {}): Promise<unknown[]> {
  // the legacy mode is axe's way for one document: the other opens a page of its own for every result
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] }).disableRules(without).analyze()
  return violations
}
