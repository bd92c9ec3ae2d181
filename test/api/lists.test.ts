import type { Event, Holdfast } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait.ts'
import { startApi, type Api } from './support/api.ts'
import { addSeller, buy, openSession, type Bought } from './support/orders.ts'

let api: Api
let holdfast: Holdfast
let seller: string
let bought: Bought

beforeAll(async () => {
  api = await startApi();
  ({ holdfast } = api)
  seller = (await addSeller(api)).id
  bought = await buy(api, [{ seller, amount: 6_000 }])
  for (let count = 0; count < 11; count += 1) await openSession(api, [{ seller, amount: 1_000 + count }])
})
afterAll(() => api.close())

describe('a list', () => {
  it('is newest first, whole, and without repetition, whatever the size of its pages', async () => {
    const all = await holdfast.orders.list().take(100)
    expect(all).toHaveLength(12)
    expect(all.map(({ amount }) => amount).slice(0, 3)).toEqual([1_010, 1_009, 1_008])
    for (const limit of [1, 5, 12, 100]) {
      const ids: string[] = []
      for await (const { id } of holdfast.orders.list({ limit })) ids.push(id)
      expect(ids).toEqual(all.map(({ id }) => id))
    }
  })

  it('says whether there is more', async () => {
    const first = await holdfast.orders.list({ limit: 11 }).page()
    expect([first.data.length, first.hasMore]).toEqual([11, true])
    const last = await holdfast.orders.list({ limit: 11, after: first.data.at(-1)?.id ?? '' }).page()
    expect([last.data.length, last.hasMore]).toEqual([1, false])
  })

  it('stays the same for a reader while new objects come', async () => {
    const { data, hasMore } = await holdfast.sessions.list({ limit: 6 }).page()
    expect(hasMore).toBe(true)
    const latecomer = await openSession(api, [{ seller, amount: 5 }])
    const rest = await holdfast.sessions.list({ after: data.at(-1)?.id ?? '' }).take(100)
    const ids = [...data, ...rest].map(({ id }) => id)
    expect(new Set(ids).size).toBe(12)
    expect(ids).not.toContain(latecomer.id)
  })

  it('takes filters', async () => {
    expect(await holdfast.orders.list({ status: 'paid' }).take(9)).toMatchObject([{ id: bought.order.id }])
    expect(await holdfast.orders.list({ reference: bought.order.reference }).take(9)).toMatchObject([{ id: bought.order.id }])
    expect(await holdfast.payments.list({ order: bought.order.id }).take(9)).toMatchObject([{ id: bought.payment.id }])
    expect(await holdfast.escrows.list({ order: bought.order.id }).take(9)).toMatchObject([{ id: bought.escrows[0]?.id }])
    expect(await holdfast.orders.list({ status: 'refunded' }).take(9)).toEqual([])
  })
})

describe('events', () => {
  // a list of events ends before the oldest open transaction of the server, so that no cursor passes a late commit
  beforeAll(() => waitFor(async () => {
    const { data } = await holdfast.events.list({ type: 'session.created', order: 'oldest' }).page()
    return data.length >= 12
  }, { what: 'the events of all sessions' }))

  it('tell an order\'s story, numbered per object without gaps', async () => {
    const all: Event[] = []
    for await (const event of holdfast.events.list({ order: 'oldest', limit: 7 })) all.push(event)
    const ofOrder = all.filter((event) => [bought.order.id, bought.session.id, bought.payment.id, bought.escrows[0]?.id].includes(event.subject))
    expect(ofOrder.map(({ type }) => type)).toEqual(expect.arrayContaining(['order.created', 'session.created', 'payment.captured', 'escrow.funded', 'order.paid', 'session.completed']))
    const bySubject = Map.groupBy(all, ({ subject }) => subject)
    for (const events of bySubject.values()) expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1))
  })

  it('carry the object as it stood then, and never a client secret', async () => {
    const events = await holdfast.events.list({ object: bought.session.id, order: 'oldest' }).take(20)
    expect(events.map(({ type, data }) => [type, 'status' in data && data.status])).toEqual([['session.created', 'open'], ['session.completed', 'complete']])
    expect(JSON.stringify(await holdfast.events.list().take(100))).not.toContain('_secret_')
    const [first] = events
    expect(await holdfast.events.retrieve(first?.id ?? '')).toEqual(first)
  })

  it('can be read from where one stopped, oldest first', async () => {
    const some = await holdfast.events.list({ order: 'oldest' }).take(5)
    const next = await holdfast.events.list({ order: 'oldest', after: some[2]?.id ?? '' }).take(2)
    expect(next).toEqual(some.slice(3))
  })

  it('are filtered by type', async () => {
    const paid = await holdfast.events.list({ type: 'order.paid' }).take(9)
    expect(paid).toMatchObject([{ type: 'order.paid', data: { id: bought.order.id, status: 'paid' } }])
  })
})
