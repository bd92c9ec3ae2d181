// What the browser itself takes: a page with nothing in it, whose script makes an empty frame of another origin at
// once and moves the focus into its one field. No checkout that keeps cards in such a frame can be sooner.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'puppeteer-core'
import { frameOf, slow, waitForFocus } from './page.ts'

const empty = '<!doctype html><link rel="icon" href="data:,"><title>Page</title><body><script type="module" src="/script.js"></script>'
const frame = '<!doctype html><title>Frame</title><input autocomplete="cc-number"><script>onmessage = () => document.querySelector("input").focus()</script>'

/** Serves the page and, under another name of this machine, the frame. */
export async function serveFloor(): Promise<{ readonly url: string, readonly server: Server }> {
  const server = createServer(({ url = '' }, response) => {
    const { port } = server.address() as AddressInfo
    const other = `http://vault.localhost:${port}`
    const script = `const frame = document.createElement('iframe')
      globalThis.began = performance.timeOrigin + performance.now()
      frame.src = '${other}/frame?'
      frame.onload = () => { frame.focus(); frame.contentWindow.postMessage('', '${other}') }
      document.body.append(frame)`
    response.setHeader('content-type', url === '/script.js' ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(url === '/script.js' ? script : url.startsWith('/frame') ? frame : empty)
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, server }
}

/** Milliseconds from that script's first instruction to the focus in the field. */
export async function floorOf(browser: Browser, { url, slowdown }: { readonly url: string, readonly slowdown: number }): Promise<number> {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  await page.setCacheEnabled(false)
  await page.evaluateOnNewDocument(waitForFocus)
  await slow(page, slowdown)
  await page.goto(url)
  const { focused } = await frameOf(page)
  const began = (await page.evaluate('began')) as number
  await context.close()
  return focused - began
}
