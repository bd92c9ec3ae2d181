import { goodCard } from '../support/pages.ts'
import { expect, Merchant, test } from '../support/hostile.ts'

/* What a page can try with the vault's frame, by hand. Each test sees first that its weapon is loaded. */

const canary = { ...goodCard, number: '4012000033330026' }

test('an opener’s introduction is not heard, in a page’s frame nor in a window of the frame’s own', async ({ page, context, sites, handmade, merchant }) => {
  const session = await merchant.open()
  await page.goto(sites.onShop('victim', ''))
  await handmade.embed(session)
  await page.evaluate((url) => window.embed(url), sites.onShop('echo', `<script>onmessage = ({ ports: [port] }) => port.postMessage({ type: 'submit' })</script>`))
  const opener = await context.newPage()
  await opener.goto(sites.onStranger('opener', ''))
  const opened = context.waitForEvent('page')
  await opener.evaluate((url) => { Object.assign(window, { victim: open(url) }) }, page.url())
  const popup = await opened
  const victim = handmade.in(popup)
  await popup.waitForFunction(() => 'embed' in window)
  await popup.evaluate(([card, echo]) => Promise.all([window.embed(card), window.embed(echo)]), [handmade.frame.url(), `${sites.shop}/echo`] as const)
  const alone = context.waitForEvent('page')
  await opener.evaluate((url) => { Object.assign(window, { alone: open(url) }) }, handmade.frame.url())
  await (await alone).waitForLoadState()
  await opener.evaluate((init) => {
    const { victim, alone } = window as unknown as { victim: Window, alone: Window }
    const forge = (target: Window, as: string): void => window.introduce(target, { init, target: '*', as })
    forge(victim.frames[0] as Window, 'frame')
    forge(alone, 'alone')
    forge(victim.frames[1] as Window, 'echo')
  }, handmade.init())
  const heard = (as: string): Promise<unknown> => opener.evaluate((name) => window.heard[name], as)
  await expect.poll(() => heard('echo'), 'an opener’s message does arrive, with its port').toEqual([{ type: 'submit' }])
  // the one-time ticket still is the page's own: nobody has used it
  await victim.introduce()
  expect([await heard('frame'), await heard('alone')]).toEqual([[], []])
})

test('a stranger above a registered page, and a page without an origin, get an error in the frame’s place', async ({ page, sites, handmade, merchant }) => {
  const session = await merchant.open()
  const shopPage = sites.onShop('framable', '')
  await page.goto(shopPage)
  await handmade.embed(session)
  await handmade.introduce()
  const { frameUrl } = await handmade.ticket(session)
  const refusals: string[] = []
  page.on('console', (message) => { if (message.text().includes('frame-ancestors')) refusals.push(message.text()) })
  await page.goto(sites.onStranger('above', `<iframe src="${shopPage}"></iframe>`))
  const nested = page.frames().find((frame) => frame.url() === shopPage)!
  await nested.waitForFunction(() => 'embed' in window)
  await nested.evaluate((url) => window.embed(url), frameUrl)
  await expect.poll(() => refusals.length).toBe(1)
  await page.goto(shopPage)
  await page.evaluate((url) => {
    const frame = document.createElement('iframe')
    frame.sandbox.add('allow-scripts')
    frame.srcdoc = `<iframe src="${url}"></iframe>`
    document.body.append(frame)
  }, frameUrl)
  await expect.poll(() => refusals.length).toBe(2)
  expect(page.frames().filter((frame) => frame.url().startsWith(handmade.vault))).toEqual([])
})

test('a port’s messages set nothing: no endpoint, amount, prototype or version, of whatever size', async ({ page, sites, handmade, merchant }) => {
  const session = await merchant.open()
  await page.goto(sites.onShop('messages', ''))
  await handmade.embed(session)
  await handmade.introduce()
  await handmade.fill(canary)
  const posts: string[] = []
  page.on('request', (request) => { if (request.method() === 'POST') posts.push(request.url()) })
  const tokenize = { type: 'tokenize', attempt: 1 }
  const deep = JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)) as object
  const hostile = [
    { ...tokenize, endpoint: sites.stranger }, { ...tokenize, amount: 1, currency: 'JPY' }, { ...tokenize, seller: 'mallory' },
    { ...tokenize, attempt: -1 }, { ...tokenize, attempt: '1' }, { ...tokenize, holdfast: 2 }, { ...tokenize, name: 'x'.repeat(4_000_000) },
    { type: 'ticket', ticket: 'x'.repeat(4_000_000) }, { type: 'ticket', ticket: 'ft_x', origin: sites.stranger }, { type: 'focus', field: '__proto__' },
    { type: '__proto__' }, { type: 'constructor' }, { type: 'toString' }, { type: ['tokenize'] }, { type: 'disable', disabled: 'no' }, { deep }, [tokenize],
    JSON.parse('{"type":"validate","__proto__":{"type":"tokenize","attempt":1}}') as object,
    JSON.parse('{"type":"tokenize","attempt":1,"__proto__":{"polluted":1}}') as object,
  ]
  const before = (await handmade.heard()).length
  for (const message of hostile) await handmade.tell(message)
  await handmade.tell({ type: 'validate' })
  await expect.poll(async () => (await handmade.heard()).length, 'the port lives, and the message behind them is answered').toBe(before + 1)
  expect(posts).toEqual([])
  expect(await handmade.frame.evaluate(() => 'polluted' in {})).toBe(false)
  await expect(handmade.frame.locator('.total')).toHaveText('USD 120.00 to Quayside')
  expect(await handmade.token()).toMatch(/^tok_/)
  expect(posts).toEqual([`${handmade.vault}/v1/tokens`])
})

test('a frame of one pixel gives no token; one that is out of sight is told of in the vault’s log', async ({ page, sites, handmade, merchant, demo }) => {
  const [hidden, covered, seen] = [await merchant.open(), await merchant.open(), await merchant.open()]
  const url = sites.onShop('sight', '')
  const start = async (session: typeof seen, css = ''): Promise<void> => {
    await page.goto(url)
    await handmade.embed(session, css)
    await handmade.introduce()
  }
  const style = (css: string): Promise<void> => page.evaluate((text) => { document.querySelector('iframe')!.style.cssText += text }, css)

  await start(hidden, 'width: 1px; height: 1px')
  await handmade.fill(canary)
  await handmade.tell({ type: 'tokenize', attempt: 1 })
  expect(await handmade.hear('error')).toMatchObject({ attempt: 1, code: 'internal' })
  // nothing else was wrong with it
  await style('width: 420px; height: 420px')
  await handmade.fill({ ...canary, name: 'Mara Okafor-Lee' })
  await handmade.tell({ type: 'tokenize', attempt: 2 })
  await handmade.hear('token')

  await start(covered, 'opacity: 0')
  await handmade.untilSeen(false)
  await handmade.fill(canary)
  await handmade.token()
  await demo.process.waitForLog(new RegExp(`card_unseen.*${covered.id}`))

  await start(seen)
  await handmade.untilSeen(true)
  await handmade.fill(canary)
  await handmade.token()
  expect(demo.process.logs()).not.toMatch(new RegExp(`card_unseen.*(?:${seen.id})`))
})

test('a stolen token pays nothing but its own session, at its own amount, once', async ({ page, sites, handmade, merchant, demo }) => {
  const stranger = await Merchant.another(demo, sites)
  const [own, dearer, another, foreign] = [await merchant.open(), await merchant.open(), await merchant.open(), await stranger.open()]
  await page.goto(sites.onShop('thief', ''))
  const steal = async (session: typeof own): Promise<string> => {
    await page.reload()
    await handmade.embed(session)
    await handmade.introduce()
    await handmade.fill(canary)
    return handmade.token()
  }
  const confirm = (session: typeof own, token: string, change: object = {}): Promise<{ status: number, code?: string }> =>
    page.evaluate(([secret, body]) => window.call('/v1/checkout/confirm', { secret, body }), [session.clientSecret, { method: 'card', token, revision: 1, ...change }] as const)

  const late = await steal(dearer)
  await merchant.update(dearer, 99_000)
  expect(await confirm(dearer, late)).toMatchObject({ status: 409, code: 'session_revision_stale' })
  expect(await confirm(dearer, late, { revision: 2 })).toMatchObject({ status: 409, code: 'token_refused' })

  const token = await steal(own)
  for (const session of [another, foreign]) expect(await confirm(session, token)).toMatchObject({ status: 409, code: 'token_refused' })
  for (const change of [{ amount: 1 }, { currency: 'JPY' }, { seller: 'sel_x' }, { session: another.id }]) {
    expect(await confirm(own, token, change)).toMatchObject({ status: 400 })
  }
  // it was good all the time: of five that use it at once, one pays
  const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(own, token)))
  expect(answers.filter(({ status }) => status === 200).length).toBe(1)
  expect((await confirm(own, token)).status).toBe(409)
  await expect.poll(() => merchant.payments(own)).toEqual(['captured'])
  for (const session of [another, dearer]) expect(await merchant.payments(session)).toEqual([])
  expect(await stranger.payments(foreign)).toEqual([])
  stranger.holdfast.close()
})
