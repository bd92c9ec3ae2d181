import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { launch } from 'puppeteer-core'
import type { Browser, Page } from 'puppeteer-core'
import { createElement, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { chromiumArgs, installedBrowser } from '../../../test/support/chromium.ts'
import { HoldfastCheckout } from './react.ts'
import { Shop } from './testing/react-shop.ts'
import { checkoutView } from './testing/views.ts'

/* A page that React draws on a server, and then takes over in a real browser, in the way of a framework. */

const browserPath = installedBrowser()
const secret = 'cs_01_secret_mkt_abc'

/** The script of the page, React's warnings included. */
async function clientScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/testing/react-client.ts`],
    bundle: true, write: false, format: 'esm', target: 'es2022', conditions: ['holdfast-source', 'browser'],
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  return outputFiles[0]?.text ?? ''
}

/** One site: the page, its script, and an API that knows one checkout. */
async function openSite(html: string, script: string): Promise<Server & { readonly asked: string[] }> {
  const asked: string[] = []
  const answers: Record<string, (response: ServerResponse) => ServerResponse> = {
    '/': response => response.setHeader('content-type', 'text/html; charset=utf-8')
      .end(`<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,"><div id="root" data-secret="${secret}">${html}</div><script type="module" src="/client.js"></script>`),
    '/client.js': response => response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script),
    '/v1/checkout': response => response.setHeader('content-type', 'application/json').end(JSON.stringify(checkoutView({ status: 'expired' }))),
  }
  const site = createServer((request, response) => {
    asked.push(request.headers.authorization ?? '')
    const answer = answers[request.url ?? '']
    if (answer) answer(response)
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => { site.listen(0, '127.0.0.1', resolve) })
  return Object.assign(site, { asked })
}

const draw = (props: Parameters<typeof createElement<Parameters<typeof HoldfastCheckout>[0]>>[1]): string =>
  renderToString(createElement(StrictMode, null, createElement(HoldfastCheckout, props)))

describe('on a server', () => {
  test('React draws the element empty: no secret, no handler, nothing to warn of', () => {
    const warned = vi.spyOn(console, 'error')
    const html = draw({ clientSecret: secret, appearance: { theme: 'dark' }, className: 'pay', title: 'Pay', onReady: () => {} })
    expect(html).toBe('<holdfast-checkout class="pay" title="Pay"></holdfast-checkout>')
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
  })
})

describe.skipIf(!browserPath)(`a page that was drawn on a server, in ${browserPath}`, () => {
  let site: Awaited<ReturnType<typeof openSite>>
  let browser: Browser
  let page: Page
  let html: string
  const said: string[] = []

  beforeAll(async () => {
    html = renderToString(createElement(Shop, { clientSecret: secret }))
    site = await openSite(html, await clientScript())
    browser = await launch({ executablePath: browserPath!, args: [...chromiumArgs] })
    page = await browser.newPage()
    page.on('console', (message) => { if (['error', 'warn'].includes(message.type())) said.push(message.text()) })
    page.on('pageerror', (error) => said.push(String(error)))
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`)
    await page.waitForFunction(() => document.querySelector('#heard')?.textContent !== 'nothing')
  })
  afterAll(async () => {
    await browser?.close()
    site?.closeAllConnections()
    site?.close()
  })

  test('holds the element and not its secret before any script has run', () => {
    expect(html).toBe('<p id="heard">nothing</p><holdfast-checkout class="checkout"></holdfast-checkout>')
  })

  test('is taken over without a warning and without being drawn anew', async () => {
    expect(await page.evaluate('recovered')).toEqual([])
    expect(said.filter(text => !text.startsWith('Lit is in dev mode'))).toEqual([])
  })

  test('gives the element its properties, and hears its events', async () => {
    expect(await page.$eval('#heard', ({ textContent }) => textContent)).toBe('ready 1248000')
    expect(site.asked.filter(Boolean)).toContain(`Bearer ${secret}`)
    expect(await page.evaluate('shop.element.current.localName + shop.element.current.hidePayButton')).toBe('holdfast-checkouttrue')
  })

  test('changes a property in place, takes one back, and calls methods by the ref', async () => {
    const asked = site.asked.length
    await page.evaluate(`shop.setTheme('dark')`)
    await page.waitForFunction(`shop.element.current.renderRoot.querySelector('.base.dark')`)
    await page.evaluate(`shop.setTheme(undefined)`)
    await page.waitForFunction(`!shop.element.current.renderRoot.querySelector('.base.dark')`)
    expect(await page.evaluate('shop.element.current.resume()')).toMatchObject({ error: { code: 'session_expired' } })
    expect(site.asked.length, 'nothing was loaded anew').toBe(asked)
    expect(said.filter(text => !text.startsWith('Lit is in dev mode'))).toEqual([])
  })
})
