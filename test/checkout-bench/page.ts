// What both measurements of a page with a frame need: slowing all of it, and seeing the focus arrive.

import type { Frame, Page } from 'puppeteer-core'
import { waitFor } from '../support/wait.ts'

/** In a frame, before any script of its own: notes when the field for a card's number has the focus. */
export const waitForFocus = `
  globalThis.focused = 0
  addEventListener('focusin', ({ target }) => {
    if (target.autocomplete === 'cc-number') focused ||= performance.timeOrigin + performance.now()
  })`

/** Slows a page and every frame of it, those of other processes before their first script; answers how to go on. */
export async function slow(page: Page, rate: number): Promise<(rate: number) => Promise<unknown>> {
  const session = await page.createCDPSession()
  const sessions = [session]
  session.on('sessionattached', (frame) => {
    sessions.push(frame)
    void Promise.all([
      frame.send('Emulation.setCPUThrottlingRate', { rate }),
      frame.send('Runtime.runIfWaitingForDebugger'),
    ]).catch(() => undefined)
  })
  const setRate = (to: number): Promise<unknown> =>
    Promise.all(sessions.map(each => each.send('Emulation.setCPUThrottlingRate', { rate: to })))
  await setRate(rate)
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true })
  return setRate
}

/** The page's frame, once its field has the focus; and when that was. */
export async function frameOf(page: Page): Promise<{ readonly frame: Frame, readonly focused: number }> {
  const frame = await waitFor(() => page.frames().find(each => each.url().includes('/frame?')), { what: 'the card frame' })
  const focused = await waitFor(async () => ((await frame.evaluate('focused')) as number) || undefined, { what: 'the focus in the card’s field' })
  return { frame, focused }
}
