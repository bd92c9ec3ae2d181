import { randomUUID } from 'node:crypto'
import type { Order, Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashCanonical, type Answer, type Claim } from '../../commands/idempotency.ts'
import type { Deps } from '../../deps.ts'
import { createHooks } from '../../hooks.ts'
import { startTestBackend, type TestBackend } from '../../testing/backend.ts'
import { crashingPool } from '../../testing/crashing-pool.ts'
import { openShop, type Shop } from '../../testing/shop.ts'
import { addWallet, begin, work, type Said, type TestWallet } from '../../testing/wallet.ts'
import { confirmCheckout } from '../calls.ts'
import { cancelAttempt } from './cancel.ts'

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
beforeEach(() => { wallet.over = {} })

const open = () => shop.session([{ seller, amount: 10_000, platformFee: 500 }])
const waiting = async () => begin({ backend, shop, session: await open() })
const payment = (id: string) => shop.get<Payment>(`/v1/payments/${id}`)
const events = async (id: string) => (await shop.get<{ data: { type: string }[] }>(`/v1/events?object=${id}`)).data.map(({ type }) => type).toReversed()

interface Kept {
  readonly id: string
  readonly verdict: string
  readonly reason: string | null
  readonly operation_id: string | null
  readonly times: number
  readonly body: Buffer
}

/** What was kept since an instant, oldest first. */
async function kept(since: Date): Promise<Kept[]> {
  return (await backend.deps.pool.query<Kept>('select * from notifications where last_received_at >= $1 order by received_at', [since])).rows
}
const instant = async () => (await backend.deps.pool.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]!.now

/** A paid attempt's notification, not yet sent. */
async function paid() {
  const one = await waiting()
  wallet.buyer(one.requestId, 'approve')
  return { ...one, said: wallet.said(one.requestId) }
}

describe('the rail’s word', () => {
  test('is kept with its exact bytes, and names what it is about', async () => {
    const since = await instant()
    const { payment: id, said } = await paid()
    await wallet.notify(said)
    const [row] = await kept(since)
    expect(row).toMatchObject({ verdict: 'accepted', reason: null, times: 1 })
    expect(JSON.parse(row!.body.toString())).toMatchObject({ requestId: said.requestId, status: 'paid', amount: 10_000 })
    expect((await payment(id)).operations[0]?.id).toBe(row!.operation_id)
  })

  test.each(['one after the other', 'at once'])('counts once when it comes eight times, %s', async (how) => {
    const since = await instant()
    const { payment: id, said } = await paid()
    const eight = Array.from({ length: 8 }, () => () => wallet.notify(said))
    const answers = how === 'at once' ? await Promise.all(eight.map((send) => send()))
      : await eight.reduce(async (before, send) => [...(await before), await send()], Promise.resolve([] as { text: string }[]))
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 8 }, () => 'success'))
    expect(await kept(since)).toMatchObject([{ verdict: 'accepted', times: 8 }])
    expect(await payment(id)).toMatchObject({ captured: 10_000, captures: [{ amount: 10_000 }] })
    expect(await events(id)).toEqual(['payment.captured'])
  })

  test('may come before the charge’s own answer', async () => {
    wallet.over = {
      charge: async (request) => {
        wallet.over = {}
        const answer = await wallet.charge(request as Parameters<TestWallet['charge']>[0])
        wallet.buyer(request.requestId, 'approve')
        expect((await wallet.notify(wallet.said(request.requestId))).text).toBe('success')
        return answer
      },
    }
    const session = await open()
    const { status, attempt } = await shop.wallet(session)
    expect([status, attempt.status, attempt.action]).toEqual([200, 'complete', null])
    expect(attempt.paymentToken).toEqual(expect.any(String))
    expect(await payment(attempt.payment)).toMatchObject({ status: 'captured', captures: [{ amount: 10_000 }] })
  })

  test('races the charge’s own answer, and an inquiry, and counts once', async () => {
    for (let round = 0; round < 5; round += 1) {
      let notified: Promise<unknown> = Promise.resolve()
      wallet.over = {
        charge: async (request) => {
          wallet.over = {}
          const answer = await wallet.charge(request as Parameters<TestWallet['charge']>[0])
          wallet.buyer(request.requestId, 'approve')
          notified = Promise.all([1, 2, 3].map(() => wallet.notify(wallet.said(request.requestId))))
          return answer
        },
      }
      const session = await open()
      const { attempt } = await shop.wallet(session)
      await Promise.all([notified, shop.page(session, 'check')])
      expect(await payment(attempt.payment)).toMatchObject({ status: 'captured', captured: 10_000, captures: [{ amount: 10_000 }] })
      expect(await events(attempt.payment)).toEqual(['payment.captured'])
    }
  })

  test('changes nothing when it is older than what is known: states move forward only', async () => {
    const { payment: id, said } = await paid()
    await wallet.notify(said)
    for (const status of ['pending', 'refused', 'expired'] as const) {
      expect((await wallet.notify({ ...said, status, id: `old-${status}-${said.requestId}` })).text, status).toBe('success')
    }
    expect(await payment(id)).toMatchObject({ status: 'captured', captured: 10_000 })
    expect(await events(id)).toEqual(['payment.captured'])
  })

  test('tells what became of a refund whose answer was lost', async () => {
    const { payment: id, said } = await paid()
    await wallet.notify(said)
    wallet.over = { followUp: async () => ({ outcome: 'unknown', reason: 'the answer was lost' }) }
    expect((await shop.post('/v1/refunds', { payment: id, amount: 4_000 })).body).toMatchObject({ status: 'pending' })
    const { rows: [refund] } = await backend.deps.pool.query<{ request_id: string }>(`select request_id from operations where payment_id = $1 and kind = 'refund'`, [id])
    const { amount, ...word } = { ...said, kind: 'refund' as const, requestId: refund!.request_id, id: randomUUID() }
    const url = `${backend.url}/v1/notifications/wallet/${backend.marketplace.id}`
    expect((await wallet.notify({ ...word, amount }, { url })).text, 'of the charge’s whole amount').toBe('fail')
    expect((await wallet.notify({ ...word, amount: 4_000, id: randomUUID() }, { url })).text).toBe('success')
    expect(await payment(id)).toMatchObject({ refunded: 4_000 })
    expect((await shop.books()).balanced).toBe(true)
  })

  test('about a state that means nothing to us is kept and acknowledged', async () => {
    const since = await instant()
    const one = await waiting()
    expect((await wallet.notify(wallet.said(one.requestId))).text).toBe('success')
    expect(await kept(since)).toMatchObject([{ verdict: 'ignored', reason: 'it is open', operation_id: null }])
  })
})

describe('what changes nothing, is kept as what it is, and told to the log', () => {
  interface Forgery {
    readonly said?: Partial<Said>
    readonly secret?: string
  }
  test.each<[what: string, reason: string, forgery: Forgery]>([
    ['a wrong signature', 'signature', { secret: 'somebody else’s' }],
    ['another app id', 'app_id', { said: { app: 'app-2' } }],
    ['another merchant', 'merchant', { said: { merchant: 'them' } }],
    ['a smaller amount', 'amount', { said: { amount: 1 } }],
    ['a larger amount', 'amount', { said: { amount: 10_001 } }],
    ['a refusal of another amount', 'amount', { said: { status: 'refused', amount: 1 } }],
    ['another currency', 'currency', { said: { currency: 'JPY' } }],
    ['a request that we never made', 'operation', { said: { requestId: randomUUID() } }],
    ['a charge that is called a refund', 'operation', { said: { kind: 'refund' } }],
  ])('%s', async (_, reason, { said: over, secret }) => {
    const since = await instant()
    const { payment: id, said, session } = await paid()
    const url = `${backend.url}/v1/notifications/wallet/${backend.marketplace.id}`
    const lines = backend.log.length
    const answer = await wallet.notify({ ...said, ...over, id: randomUUID() }, { url, ...(secret && { secret }) })
    expect(answer.text).toBe('fail')
    expect(await payment(id)).toMatchObject({ status: 'action_required', captured: 0 })
    expect((await shop.page(session)).view.attempt?.status).toBe('pending')
    expect(await kept(since)).toMatchObject([{ verdict: 'refused', reason }])
    const told = backend.log.slice(lines).map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => String(msg).includes('notification was refused'))
    expect(told).toMatchObject([{ connector: 'wallet', reason, marketplace: backend.marketplace.id }])
    await wallet.notify(said)
    expect(await payment(id), 'the rail’s own word counts all the same').toMatchObject({ status: 'captured' })
  })

  test('a forgery that is sent a hundred times is kept once', async () => {
    const since = await instant()
    const { said } = await paid()
    for (let sent = 0; sent < 10; sent += 1) await wallet.notify({ ...said, id: 'the same' }, { secret: 'wrong' })
    expect(await kept(since)).toMatchObject([{ verdict: 'refused', times: 10 }])
  })

  test('each is counted as what it is, for whoever watches the figures', async () => {
    const { said } = await paid()
    await wallet.notify(said)
    await wallet.notify({ ...said, id: 'one more' }, { secret: 'wrong' })
    const figures = await (await fetch(`${backend.url}/metrics`)).text()
    for (const verdict of ['accepted', 'signature']) expect(figures).toMatch(new RegExp(`holdfast_notifications_total\\{connector="wallet",verdict="${verdict}"\\} [1-9]`))
  })

  test('the rail’s word about one marketplace, sent to another', async () => {
    const other = await backend.createMarketplace({ name: 'Another', origins: [] })
    const { payment: id, said } = await paid()
    const answer = await wallet.notify(said, { url: `${backend.url}/v1/notifications/wallet/${other.id}` })
    expect(answer.text).toBe('fail')
    expect(await payment(id)).toMatchObject({ status: 'action_required' })
    const { rows } = await backend.deps.pool.query<Kept>('select * from notifications where marketplace_id = $1', [other.id])
    expect(rows).toMatchObject([{ verdict: 'refused', reason: 'operation', operation_id: null }])
  })
})

describe('what is no notification', () => {
  const send = (path: string, body: string | Uint8Array<ArrayBuffer> = '{}', headers: Record<string, string> = {}) =>
    fetch(`${backend.url}${path}`, { method: 'POST', body, headers })
  const here = () => `/v1/notifications/wallet/${backend.marketplace.id}`

  test.each([
    ['a rail that there is not', () => `/v1/notifications/nobody/${backend.marketplace.id}`, 404],
    ['a rail that reports nothing by itself', () => `/v1/notifications/jpmorgan/${backend.marketplace.id}`, 404],
    ['a marketplace that there is not', () => '/v1/notifications/wallet/mkt_01kan2v9fzez8bhq0g1v6jxkmd', 404],
    ['a path that there is not', () => '/v1/notifications/wallet', 404],
  ])('%s', async (_, path, status) => {
    expect((await send(path())).status).toBe(status)
  })

  test.each(['', 'not json', '\u0000'.repeat(500), '{"__proto__":{"verdict":"accepted"}}'])('%j is refused, and nothing fails', async (body) => {
    const answer = await send(here(), body)
    expect([answer.status, await answer.text()]).toEqual([200, 'fail'])
  })

  test('a body of more than 64 KiB is refused before it is read', async () => {
    expect((await send(here(), 'x'.repeat(65_537))).status).toBe(413)
  })

  test('a stranger who floods us is told to wait, and fills no table', async () => {
    const since = await instant()
    const statuses: number[] = []
    for (let sent = 0; sent < 80; sent += 1) statuses.push((await send(here(), `flood ${sent}`)).status)
    expect(statuses.at(-1)).toBe(429)
    expect((await kept(since)).length).toBeLessThanOrEqual(60)
  })
})

describe('a process that dies while an attempt begins', () => {
  /** Kills one confirmation. @returns whether there was such a statement */
  async function killConfirm(dieAt: number, when: 'before' | 'after'): Promise<boolean> {
    const session = await open()
    const { id, name } = { id: backend.marketplace.id, name: 'Test marketplace' }
    const claim: Claim = { marketplace: id, route: 'checkout.confirm', scope: `checkout.confirm ${session.id}`, key: 'k', bodyHash: hashCanonical(null), sealer: backend.deps.sealer }
    const confirm = async (deps: Deps): Promise<Answer> => confirmCheckout(deps, { marketplace: { id, name }, requestId: 'req_test', idempotency: claim }, {
      session: session.id, body: { method: 'alipay', flow: 'redirect', device: 'desktop', revision: 1 },
      visitor: { ip: '127.0.0.1', userAgent: '', accept: '' }, origin: null,
    })
    const crash = crashingPool(backend.deps.pool, { dieAt, when })
    const deps: Deps = { ...backend.deps, pool: crash.pool, hooks: createHooks(() => deps) }
    await confirm(deps).catch(() => null)
    if (!crash.died()) return false
    const where = `killed ${when} statement ${dieAt}`
    await work(backend)
    const again = await confirm(backend.deps)
    const { status, payment: attempt } = JSON.parse(again.body) as { status: string; payment: string }
    const live = status === 'failed' ? (await shop.wallet(session)).attempt : { status, payment: attempt }
    expect(live.status, `${where}: ${again.body}`).toBe('pending')
    const { view } = await shop.page(session)
    expect(view.attempt, where).toMatchObject({ status: 'pending', action: { type: 'redirect' } })
    const requestId = view.attempt?.action?.type === 'redirect' ? view.attempt.action.url.split('/').at(-1) as string : ''
    wallet.buyer(requestId, 'approve')
    await wallet.notify(wallet.said(requestId))
    expect(await shop.get<Order>(`/v1/orders/${session.order}`), where).toMatchObject({ status: 'paid', totals: { captured: 10_000, held: 10_000 } })
    return true
  }

  test('leaves one that can be paid, once, whichever statement was its last', async () => {
    let dieAt = 1
    while (await killConfirm(dieAt, 'before')) dieAt += 3
    expect(dieAt, 'statements were killed').toBeGreaterThan(15)
    expect(await killConfirm(dieAt - 3, 'after'), 'it was done, and nobody heard').toBe(true)
    expect((await shop.books()).balanced).toBe(true)
  }, 120_000)
})

test('a process that dies while an attempt is given up leaves one that is given up, or can be', async () => {
  const kill = async (dieAt: number): Promise<boolean> => {
    const one = await waiting()
    const crash = crashingPool(backend.deps.pool, { dieAt, when: 'before' })
    await cancelAttempt({ ...backend.deps, pool: crash.pool }, { marketplace: backend.marketplace.id, session: one.session.id }).catch(() => null)
    if (!crash.died()) return false
    const where = `killed before statement ${dieAt}`
    await work(backend)
    expect((await shop.page(one.session, 'cancel-attempt')).view.status, where).toBe('open')
    // whoever tells first: our own close, or the rail, which knows it as closed
    const { status, decline, captured } = await payment(one.payment)
    expect([status === 'voided' || status === 'declined', decline?.code, captured], `${where}: ${status}`).toEqual([true, 'canceled', 0])
    expect(wallet.records.get(one.requestId)?.state, where).toBe('closed')
    return true
  }
  let dieAt = 1
  while (await kill(dieAt)) dieAt += 3
  expect(dieAt, 'statements were killed').toBeGreaterThan(8)
}, 60_000)
