// What a checkout's script costs a page that loads it: bytes, the processor's time, and what stays in the heap.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, constants } from 'node:zlib'
import type { Browser, CDPSession, Page } from 'puppeteer-core'
import type { Contender } from './others.ts'

export interface ScriptCost {
  /** Milliseconds of compiling and running, at the slowdown of the run. */
  readonly evaluationMs: number
  /** Bytes of heap that are still used after a collection, more than before the script. */
  readonly heapBytes: number
}

export interface Shown {
  readonly outcome: string
  /** Requests that left for elsewhere than this machine, all refused. */
  readonly refused: number
}

/** Bytes that a server sends for a page's script and styles: brotli at its best. */
export function bytesOf({ script, style }: Contender): number {
  const size = (bytes: Buffer): number => bytes.length === 0 ? 0
    : brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length
  return size(script) + size(style)
}

/** Serves an empty page, and each script and style by its place in the list. */
export async function serve(contenders: readonly Contender[]): Promise<{ origin: string, server: Server }> {
  const server = createServer((request, response) => {
    const [, place = '', kind] = /^\/(\d+)\.(js|css)$/.exec(request.url ?? '') ?? []
    const contender = contenders[Number(place)]
    if (kind && contender) {
      response.setHeader('content-type', kind === 'js' ? 'text/javascript' : 'text/css')
      return void response.end(kind === 'js' ? contender.script : contender.style)
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<!doctype html><link rel="icon" href="data:,"><title>Page</title><div id="here"></div>')
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, server }
}

async function spent(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  const value = (name: string): number => metrics.find(metric => metric.name === name)?.value ?? 0
  return (value('ScriptDuration') + value('V8CompileDuration')) * 1000
}

async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  return (await session.send('Runtime.getHeapUsage')).usedSize
}

async function emptyPage(browser: Browser, origin: string): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage()
  await page.goto(origin)
  return page
}

/** Loads a script into an empty page of a profile of its own. */
export async function costOf(
  browser: Browser,
  { origin, place, slowdown }: { readonly origin: string, readonly place: number, readonly slowdown: number },
): Promise<ScriptCost> {
  const page = await emptyPage(browser, origin)
  const session = await page.createCDPSession()
  await session.send('Performance.enable')
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  const before = { spent: await spent(session), heap: await heap(session) }
  await page.evaluate(`import('/${place}.js').then(() => undefined)`)
  const evaluationMs = (await spent(session)) - before.spent
  const heapBytes = (await heap(session)) - before.heap
  await page.browserContext().close()
  return { evaluationMs, heapBytes }
}

/** Has a checkout show its card form, and says how far it came without its makers' servers. */
export async function show(
  browser: Browser,
  { origin, place, script }: { readonly origin: string, readonly place: number, readonly script: string },
): Promise<Shown> {
  const page = await emptyPage(browser, origin)
  let refused = 0
  page.on('request', request => { if (!isHere(request.url())) refused += 1 })
  await page.evaluate(`import('/${place}.js').then(() => undefined)`)
  const outcome = String(await page.evaluate(script).catch((error: unknown) => `nothing: ${String(error)}`))
  await page.browserContext().close()
  return { outcome, refused }
}

/** Whether an address needs no network. */
export function isHere(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return !/^(?:https?|wss?):$/.test(protocol) || hostname === '127.0.0.1' || /(?:^|\.)localhost$/.test(hostname)
}
