import { checkoutViewSchema } from '@holdfast/contract'
import type { CheckoutSession, CheckoutView } from '@holdfast/contract/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, TEST_ORIGIN, type TestBackend } from '../testing/backend.ts'
import { openShop, type Shop } from '../testing/shop.ts'
import { addWallet, begin, type TestWallet } from '../testing/wallet.ts'

let backend: TestBackend
let wallet: TestWallet
let shop: Shop
let seller: string

beforeAll(async () => {
  backend = await startTestBackend()
  wallet = addWallet(backend)
  shop = openShop(backend)
  seller = (await shop.seller()).id
})
afterAll(() => backend.close())

const open = () => shop.session([{ seller, amount: 10_000 }])
const waiting = async () => begin({ backend, shop, session: await open() }, { flow: 'qr_code' })

/** A page that listens, event by event. */
async function listen({ clientSecret }: Pick<CheckoutSession, 'clientSecret'>, { url = backend.url, origin = TEST_ORIGIN } = {}) {
  const stop = new AbortController()
  const answer = await fetch(`${url}/v1/checkout/events`, { headers: { authorization: `Bearer ${clientSecret}`, origin }, signal: stop.signal })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    answer,
    stop: () => stop.abort(),
    /** The next event's view; null: the stream has ended. */
    async next(): Promise<CheckoutView | null> {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const [name, data] = text.slice(0, end).split('\n')
          text = text.slice(end + 2)
          expect(name).toBe('event: checkout')
          return checkoutViewSchema.parse(JSON.parse(data!.replace('data: ', ''))) as CheckoutView
        }
        const { value, done } = await reader.read()
        if (done) return null
        text += value
      }
    },
  }
}

test('tells at once how things stand, within a second what became of it, and ends with the attempt', async () => {
  const one = await waiting()
  const page = await listen(one.session)
  expect([page.answer.status, page.answer.headers.get('content-type'), page.answer.headers.get('access-control-allow-origin')])
    .toEqual([200, 'text/event-stream; charset=utf-8', TEST_ORIGIN])
  expect(await page.next()).toMatchObject({ status: 'processing', attempt: { status: 'pending', action: { type: 'qr_code' } } })
  wallet.buyer(one.requestId, 'approve')
  await wallet.notify(wallet.said(one.requestId))
  const since = performance.now()
  expect(await page.next()).toMatchObject({ status: 'complete', attempt: { status: 'complete', paymentToken: expect.any(String) as string } })
  expect(performance.now() - since).toBeLessThan(1_000)
  expect(await page.next(), 'there is no more to tell').toBeNull()
})

test('tells what another process was told', async () => {
  const other = await startTestBackend({ database: backend.database, rails: backend.rails })
  const one = await waiting()
  const page = await listen(one.session, { url: other.url })
  expect(await page.next()).toMatchObject({ status: 'processing' })
  wallet.buyer(one.requestId, 'approve')
  await wallet.notify(wallet.said(one.requestId))
  expect(await page.next()).toMatchObject({ status: 'complete' })
  await other.close({ keep: true })
})

test('tells the same as GET /v1/checkout', async () => {
  const one = await waiting()
  const page = await listen(one.session)
  const told = await page.next()
  const { view } = await shop.page(one.session)
  expect({ ...told, shares: [] }, 'but for what would happen if it were shipped now').toEqual({ ...view, shares: [] })
  page.stop()
})

test('has one thing to tell where no attempt is under way', async () => {
  const page = await listen(await open())
  expect(await page.next()).toMatchObject({ status: 'open', attempt: null })
  expect(await page.next()).toBeNull()
})

test('lets no session have more than four, and takes them back when a page leaves', async () => {
  const { session } = await waiting()
  const pages = await Promise.all(Array.from({ length: 6 }, () => listen(session)))
  expect(pages.map(({ answer: { status } }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429])
  for (const page of pages) page.stop()
  await expect.poll(async () => {
    const again = await listen(session)
    again.stop()
    return again.answer.status
  }, { timeout: 5_000 }).toBe(200)
})

test.each([
  ['a wrong client secret', { clientSecret: 'cs_x' }, TEST_ORIGIN, 401],
  ['a page that the marketplace has not registered', null, 'https://evil.test', 403],
])('refuses %s', async (_, session, origin, status) => {
  const { answer } = await listen(session ?? (await open()), { origin })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('problem+json')
})

test('lets a page of any origin ask beforehand', async () => {
  const answer = await fetch(`${backend.url}/v1/checkout/events`, { method: 'OPTIONS', headers: { origin: TEST_ORIGIN, 'access-control-request-method': 'GET' } })
  expect([answer.status, answer.headers.get('access-control-allow-methods')]).toEqual([204, 'GET'])
})

test('ends its streams when the server stops, and holds it up for no page', async () => {
  const other = await startTestBackend()
  const [theirs, theirWallet] = [openShop(other), addWallet(other)]
  const session = await theirs.session([{ seller: (await theirs.seller()).id, amount: 10_000 }])
  await begin({ backend: other, shop: theirs, session })
  expect(theirWallet.calls.charge).toBe(1)
  const page = await listen(session, { url: other.url })
  expect(await page.next()).toMatchObject({ status: 'processing' })
  const since = performance.now()
  await other.close()
  expect(performance.now() - since).toBeLessThan(5_000)
  expect(await page.next()).toBeNull()
})
