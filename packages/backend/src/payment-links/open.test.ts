import type { CheckoutView, Order, PaymentLink } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBackend, TEST_ORIGIN, type TestBackend } from '../testing/backend.ts'
import { linksOf, openAt, slugOf, type Links, type Opened } from '../testing/links.ts'
import { openShop, startTestShop, type TestShop } from '../testing/shop.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS

let at: TestShop
let links: Links
beforeAll(async () => {
  at = await startTestShop()
  links = linksOf(at)
}, 60_000)
afterAll(() => at.backend.close())

const code = ({ body, status }: { readonly body: Record<string, unknown>; readonly status: number }) => body['code'] ?? status
const pay = async (opened: Opened) => at.shop.confirm(await links.session(opened))

async function paid(opened: Opened): Promise<void> {
  const { attempt, text } = await pay(opened)
  if (attempt.status !== 'complete') throw new Error(`it was not paid: ${text}`)
}

describe('opening a link', () => {
  it('gives a session of what the merchant’s server said, and pays it as any other', async () => {
    const link = await links.create({ metadata: { invoice: '7' }, buyer: { name: 'Mara' }, collect: { company: 'optional' } })
    const opened = await links.open(link)
    expect(opened).toMatchObject({ status: 201, opening: { object: 'payment_link_opening', marketplace: at.backend.marketplace.id } })
    const session = await links.session(opened)
    expect(session).toMatchObject({
      id: opened.opening.session, clientSecret: opened.opening.clientSecret, reference: `${link.reference}-1`, status: 'open',
      amount: 12_000, currency: 'USD', returnUrl: link.returnUrl, paymentLink: link.id, metadata: { invoice: '7' },
      buyer: { name: 'Mara' }, collect: { company: 'optional' }, lines: [{ reference: 'lathe', seller: at.seller, platformFee: 600 }],
    })
    const { view } = await at.shop.page(session)
    expect(view satisfies CheckoutView).toMatchObject({ amount: 12_000, methods: [{ type: 'card' }] })
    await paid(opened)
    expect(await at.shop.get<Order>(`/v1/orders/${session.order}`)).toMatchObject({ status: 'paid', paymentLink: link.id, totals: { held: 12_000 } })
    expect((await at.shop.get<{ data: Order[] }>(`/v1/orders?paymentLink=${link.id}`)).data).toMatchObject([{ id: session.order }])
    expect(await at.shop.books()).toMatchObject({ balanced: true, covered: true })
  })

  it('answers one session as long as that is open, to whoever opens a link for one', async () => {
    const link = await links.create()
    const first = await links.open(link)
    await at.shop.advance(23 * 60 * MINUTE_MS)
    expect((await links.open(link)).opening).toEqual(first.opening)
    expect(await links.read(link)).toMatchObject({ status: 'active', uses: { open: 1, complete: 0 } })
  })

  it('answers the same session while an attempt is under way, and after it was declined', async () => {
    const link = await links.create()
    const first = await links.open(link)
    await at.backend.deps.pool.query(`update sessions set state = 'processing' where id = $1`, [first.opening.session])
    expect((await links.open(link)).opening).toEqual(first.opening)
    await at.shop.advance(2 * DAY_MS)
    expect((await links.open(link)).opening, 'an attempt outlasts its session').toEqual(first.opening)
    await at.backend.deps.pool.query(`update sessions set state = 'open', expires_at = app_now() + interval '1 day' where id = $1`, [first.opening.session])
    expect((await at.shop.confirm(await links.session(first), { number: '4000000000000002' })).attempt.status).toBe('failed')
    expect((await links.open(link)).opening).toEqual(first.opening)
  })

  it('gives another session once the one before has ended unpaid', async () => {
    const link = await links.create()
    const seen: string[] = []
    for (const end of ['expire', 'cancel']) {
      const opened = await links.open(link)
      seen.push(opened.opening.session)
      await at.shop.post(`/v1/checkout-sessions/${opened.opening.session}/${end}`)
    }
    const third = await links.open(link)
    expect(seen).not.toContain(third.opening.session)
    expect((await links.session(third)).reference).toBe(`${link.reference}-3`)
    await paid(third)
    expect(code(await links.open(link))).toBe('payment_link_used_up')
  })

  it('ends the session whose time is over itself, where the worker has not come by yet', async () => {
    const link = await links.create()
    const first = await links.open(link)
    await at.shop.advance(DAY_MS + 1)
    const second = await links.open(link)
    expect(second.opening.session).not.toBe(first.opening.session)
    expect(await links.session(first)).toMatchObject({ status: 'expired' })
  })

  it('takes no place for good when it is left: a link for many frees it after half an hour', async () => {
    const link = await links.create({ maxUses: 2 })
    const [one, two] = [await links.open(link), await links.open(link)]
    expect(one.opening.session).not.toBe(two.opening.session)
    await paid(one)
    const busy = await links.open(link)
    expect(busy).toMatchObject({ status: 409, body: { code: 'payment_link_busy' } })
    await at.shop.advance(30 * MINUTE_MS)
    const three = await links.open(link)
    expect(three.status).toBe(201)
    expect(await links.session(two)).toMatchObject({ status: 'expired' })
    await paid(three)
    expect(code(await links.open(link))).toBe('payment_link_used_up')
    expect(await links.read(link)).toMatchObject({ status: 'used_up', uses: { open: 0, complete: 2 } })
  })

  it('names its order past a name that the merchant has given already', async () => {
    const link = await links.create()
    await at.shop.session([{ seller: at.seller, amount: 500 }], { reference: `${link.reference}-1` })
    expect((await links.session(await links.open(link))).reference).toBe(`${link.reference}-2`)
  })

  it('is over when its time is, by the clock that deadlines go by; who opened in time has half an hour', async () => {
    const link = await links.create({ expiresInMinutes: 60 })
    await at.shop.advance(59 * MINUTE_MS)
    const opened = await links.open(link)
    const { expiresAt, createdAt } = await links.session(opened)
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(30 * MINUTE_MS)
    await at.shop.advance(2 * MINUTE_MS)
    expect((await links.open(link)).opening).toEqual(opened.opening)
    expect(await links.read(link)).toMatchObject({ status: 'expired' })
    await at.shop.advance(30 * MINUTE_MS)
    expect(await links.open(link)).toMatchObject({ status: 409, body: { code: 'payment_link_expired' } })
  })

  it('is refused where what it sells has changed since', async () => {
    const link = await links.create()
    await at.backend.deps.pool.query(`update payment_links set sells = jsonb_set(sells, '{lines,0,seller}', '"sel_01kan2v9fzez8bhq0g1v6jxkmd"') where id = $1`, [link.id])
    expect(await links.open(link)).toMatchObject({ status: 409, body: { code: 'payment_link_unavailable' } })
    expect(await links.read(link)).toMatchObject({ uses: { open: 0, complete: 0 } })
  })

  it.each([
    ['an end that is another', (slug: string) => slug.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))],
    ['a part of it', (slug: string) => slug.slice(0, 40)],
    ['another marketplace’s name before it', (slug: string) => `01kan2v9fzez8bhq0g1v6jxkmd${slug.slice(26)}`],
    ['its id', () => 'plink_01kan2v9fzez8bhq0g1v6jxkmd'],
    ['nothing of ours', () => '..%2F..%2Fetc'],
  ])('is refused with %s', async (_what, change) => {
    const slug = change(slugOf(await links.create()))
    expect(await links.open({ url: `/${slug}` })).toMatchObject({ status: 404, body: { code: 'payment_link_unknown' } })
  })

  it.each([
    [{ amount: 1 }], [{ currency: 'JPY' }], [{ lines: [] }], [{ session: 'cs_01kan2v9fzez8bhq0g1v6jxkmd' }],
  ])('is refused with %j: nothing of the opener’s decides about money', async (body) => {
    const link = await links.create()
    expect(await links.open(link, { body })).toMatchObject({ status: 400, body: { code: 'validation_failed', field: Object.keys(body)[0] } })
    expect(await links.read(link)).toMatchObject({ uses: { open: 0 } })
  })

  it('lets no page of another origin read what came of it, nor ask', async () => {
    const link = await links.create()
    const opened = await links.open(link, { headers: { origin: TEST_ORIGIN } })
    expect(opened.headers.get('access-control-allow-origin')).toBeNull()
    const path = `${at.backend.url}/v1/payment-links/${slugOf(link)}/open`
    const asked = await fetch(path, { method: 'OPTIONS', headers: { origin: TEST_ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
    expect(asked.ok).toBe(false)
    expect(asked.headers.get('access-control-allow-origin')).toBeNull()
    // what a form of another page could send without asking
    const form = await fetch(path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' })
    expect(form.status).toBe(415)
  })
})

describe('however many open at once', () => {
  let second: TestBackend
  beforeAll(async () => {
    second = await startTestBackend({ database: at.backend.database, rails: at.backend.rails })
  }, 60_000)
  afterAll(() => second.close({ keep: true }))

  const rush = (link: PaymentLink, count: number) =>
    Promise.all(Array.from({ length: count }, (_, index) => insist(() => openAt(index % 2 ? second : at.backend, link))))

  /** A busy machine may ask for patience. */
  async function insist<A extends { readonly status: number }>(ask: () => Promise<A>): Promise<A> {
    for (let tried = 1; ; tried += 1) {
      const answer = await ask()
      if (answer.status !== 503 || tried === 20) return answer
    }
  }

  const sessionsOf = async ({ id }: PaymentLink): Promise<string[]> =>
    (await at.shop.get<{ data: Order[] }>(`/v1/orders?paymentLink=${id}&limit=100`)).data.map(({ session }) => session)

  it('fifty by two processes leave three sessions of a link for three', async () => {
    const link = await links.create({ maxUses: 3 })
    const answers = await rush(link, 50)
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ opening }) => opening.session)).size).toBe(3)
    expect(made).toHaveLength(3)
    expect(new Set(answers.filter(({ status }) => status !== 201).map(code))).toEqual(new Set(['payment_link_busy']))
    expect(await sessionsOf(link)).toHaveLength(3)
    expect(await links.read(link)).toMatchObject({ uses: { open: 3, complete: 0 } })
    await Promise.all(made.map(paid))
    expect(new Set((await rush(link, 10)).map(code))).toEqual(new Set(['payment_link_used_up']))
  }, 60_000)

  it('fifty of a link for one are answered one session', async () => {
    const link = await links.create()
    const answers = await rush(link, 50)
    expect(new Set(answers.map(({ opening }) => opening.clientSecret)).size).toBe(1)
    expect(await sessionsOf(link)).toHaveLength(1)
  }, 60_000)

  it('those that come while it is deactivated get no session that stays open', async () => {
    const link = await links.create({ maxUses: 50 })
    const opening = rush(link, 30)
    const ended = await insist(() => links.deactivate(link))
    await opening
    expect(ended).toMatchObject({ status: 200, body: { status: 'inactive' } })
    expect(await links.read(link)).toMatchObject({ status: 'inactive', uses: { open: 0, complete: 0 } })
  }, 60_000)

  it('one that comes in the middle of a deactivation waits, and finds it ended', async () => {
    const link = await links.create()
    const { pool } = at.backend.deps
    const ending = await pool.connect()
    await ending.query('begin')
    await ending.query('update payment_links set deactivated_at = now() where id = $1', [link.id])
    const opened = insist(() => openAt(at.backend, link))
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await ending.query(waiting)).rowCount, { timeout: 10_000, interval: 10 }).toBeGreaterThan(0)
    await ending.query('commit')
    ending.release()
    expect(code(await opened)).toBe('payment_link_inactive')
    expect(await sessionsOf(link)).toEqual([])
  })

  it('the database gives no place to a second session, and no place beyond the last', async () => {
    const link = await links.create({ maxUses: 2 })
    const [one, two] = [await links.open(link), await links.open(link)]
    const give = (place: number, session: string) => at.backend.deps.pool.query(
      `insert into payment_link_places select marketplace_id, id, $2, max_uses, $3 from payment_links where id = $1`, [link.id, place, session])
    await expect(give(1, two.opening.session)).rejects.toThrow(/payment_link_places_pkey/)
    await expect(give(3, one.opening.session)).rejects.toThrow(/check constraint/)
  })
})

describe('deactivating a link', () => {
  it('lets nobody begin to pay from that instant on', async () => {
    const link = await links.create()
    const opened = await links.open(link)
    const session = await links.session(opened)
    const card = await at.shop.token(session)
    await links.deactivate(link)
    expect(code(await at.shop.confirm(session, { token: card }))).toBe('session_not_open')
  })

  it('ends it for good with the session that nobody is paying in, and may be done twice', async () => {
    const link = await links.create({ maxUses: 3 })
    const [open, busy, done] = [await links.open(link), await links.open(link), await links.open(link)]
    await paid(done)
    await at.backend.deps.pool.query(`update sessions set state = 'processing' where id = $1`, [busy.opening.session])
    const first = await links.deactivate(link)
    expect(first).toMatchObject({ status: 200, body: { status: 'inactive', uses: { open: 1, complete: 1 } } })
    const worker = await startTestBackend({ database: at.backend.database, rails: at.backend.rails, worker: true })
    const states = () => Promise.all([open, busy, done].map(async (one) => (await links.session(one)).status))
    await expect.poll(states, { timeout: 20_000 }).toEqual(['expired', 'processing', 'complete'])
    await worker.close({ keep: true })
    expect((await links.deactivate(link)).body).toEqual(first.body)
    expect(await links.open(link)).toMatchObject({ status: 409, body: { code: 'payment_link_inactive' } })
    expect(await at.shop.get(`/v1/orders/${(await links.session(open)).order}`)).toMatchObject({ status: 'canceled' })
  })
})

describe('opening too often', () => {
  let small: TestBackend
  let link: PaymentLink
  let others: Links
  const rates = { linkAddress: { perMinute: 1, burst: 12 }, link: { perMinute: 1, burst: 8 } }
  beforeAll(async () => {
    small = await startTestBackend({ config: (defaults) => ({ ...defaults, http: { ...defaults.http, trustProxy: true, rateLimits: { ...defaults.http.rateLimits, ...rates } } }) })
    const shop = openShop(small)
    others = linksOf({ backend: small, shop, seller: (await shop.seller()).id })
    link = await others.create()
  }, 60_000)
  afterAll(() => small.close())

  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

  it('is refused by address, whatever the links, and says when to come again', async () => {
    const answers: Opened[] = []
    for (let index = 0; index < 20; index += 1) answers.push(await others.open({ url: `/${slugOf(link).slice(0, -2)}${String(index).padStart(2, '0')}` }, from('192.0.2.1')))
    expect(answers.slice(0, 12).map(({ status }) => status)).toEqual(Array(12).fill(404))
    const late = answers.find(({ status }) => status === 429)
    expect(late).toMatchObject({ body: { code: 'rate_limited' } })
    expect(late?.headers.get('retry-after')).toMatch(/^\d+$/)
  })

  it('is refused by link, whatever the addresses', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => others.open(link, from(`198.51.100.${index}`))))
    const refused = answers.filter(({ status }) => status === 429).length
    expect(refused).toBeGreaterThanOrEqual(10)
    expect(answers.length - refused).toBeGreaterThanOrEqual(8)
    expect((await others.open(await others.create(), from('203.0.113.9'))).status).toBe(201)
  })
})
