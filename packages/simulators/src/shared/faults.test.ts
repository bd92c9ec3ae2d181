import { appendFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import {
  newFolder,
  payment,
  portalToken,
  RailCaller,
  send,
  stoppedClock,
  BankCaller,
  transfer,
} from '../testing.ts'
import { dayMs } from './clock.ts'
import type { FaultKind } from './faults.ts'

/** Whether a payment under each fault is answered, and whether it is on record afterwards. */
const table: readonly [FaultKind, 'unanswered' | number, boolean][] = [
  ['timeout_recorded', 'unanswered', true],
  ['timeout_unrecorded', 'unanswered', false],
  ['hang', 'unanswered', false],
  ['reset_before_record', 'unanswered', false],
  ['reset_after_record', 'unanswered', true],
  ['http_500', 500, false],
  ['malformed_json', 200, true],
  ['slow', 200, true],
  ['decline', 200, true],
]

describe('faults at J.P. Morgan', () => {
  it.each(table)('%s: %s, recorded %s', async (fault, outcome, recorded) => {
    const caller = await RailCaller.start({ timeoutMs: 100, dataFolder: newFolder() })
    caller.rail.faults.add({ fault, method: 'POST', path: '/api/v2/payments' })
    const request = caller.call('POST', '/api/v2/payments', payment(), {
      requestId: 'pay-1',
      timeoutMs: fault === 'hang' ? 300 : 5000,
    })
    const status = await request.then(
      answer => answer.status,
      () => 'unanswered',
    )
    expect(status).toBe(outcome)
    const inquiry = await caller.call('GET', '/api/v2/payments?requestIdentifier=pay-1')
    expect(inquiry.status).toBe(recorded ? 200 : 404)
    expect(caller.rail.faults.pending()).toEqual([])
  })

  it('lets the same request through once a fault that left no record is used up', async () => {
    const caller = await RailCaller.start({ timeoutMs: 50 })
    caller.rail.faults.add({ fault: 'timeout_unrecorded', count: 2 })
    await expect(caller.pay({}, 'pay-1')).rejects.toThrow()
    await expect(caller.pay({}, 'pay-1')).rejects.toThrow()
    expect(await caller.pay({}, 'pay-1')).toMatchObject({ status: 200 })
  })

  it('waits for timeoutMs before it closes, or until the caller gives up', async () => {
    const caller = await RailCaller.start({ timeoutMs: 400 })
    caller.rail.faults.add({ fault: 'timeout_recorded', count: 2 })
    const started = performance.now()
    await expect(caller.pay()).rejects.toThrow()
    expect(performance.now() - started).toBeGreaterThan(380)
    await expect(caller.call('POST', '/api/v2/payments', payment(), { timeoutMs: 50 })).rejects.toThrow(
      'timeout',
    )
  })

  it('answers truly, but only after ms, when slow', async () => {
    const caller = await RailCaller.start()
    caller.rail.faults.add({ fault: 'slow', ms: 200 })
    const started = performance.now()
    expect(await caller.pay()).toMatchObject({ status: 200, body: { transactionState: 'AUTHORIZED' } })
    expect(performance.now() - started).toBeGreaterThan(190)
  })

  it('cuts a malformed answer in half', async () => {
    const caller = await RailCaller.start()
    caller.rail.faults.add({ fault: 'malformed_json' })
    const { text } = await caller.pay()
    expect(() => JSON.parse(text) as unknown).toThrow()
    expect(text).toMatch(/^\{"transactionId"/)
  })

  it('declines captures and refunds on request, moving nothing', async () => {
    const caller = await RailCaller.start()
    const sale = await caller.approved({ captureMethod: 'NOW' })
    const held = await caller.approved()
    caller.rail.faults.add({ fault: 'decline', path: '/api/v2/refunds', responseCode: 'INSUFFICIENT_FUNDS' })
    caller.rail.faults.add({ fault: 'decline', path: '/api/v2/payments/*/captures' })
    expect((await caller.refund(sale, 100, 'ref-1')).body).toMatchObject({
      responseStatus: 'DENIED',
      responseCode: 'INSUFFICIENT_FUNDS',
      transactionState: 'DECLINED',
      remainingRefundableAmount: 10_000,
    })
    expect((await caller.call('GET', '/api/v2/refunds?requestIdentifier=ref-1')).body).toMatchObject({
      transactionState: 'DECLINED',
    })
    expect((await caller.capture(held, {})).body).toMatchObject({
      responseStatus: 'DENIED',
      transactionState: 'DECLINED',
      remainingAuthAmount: 10_000,
    })
    expect((await caller.capture(held, {})).body).toMatchObject({
      transactionId: held,
      transactionState: 'CLOSED',
    })
  })

  it.each([
    [{ path: '/api/v2/payments/*/captures' }, 'capture'],
    [{ path: '/api/v2/refunds' }, 'refund'],
    [{ method: 'patch' }, 'void'],
    [{ merchantOrderNumber: 'ORD-1' }, 'capture'],
    [{ requestId: 'refund' }, 'refund'],
  ])('strikes only the request that fits %j', async (rule, struck) => {
    const caller = await RailCaller.start()
    const [one, two] = [
      await caller.approved({ merchantOrderNumber: 'ORD-1' }),
      await caller.approved({ merchantOrderNumber: 'ORD-2' }),
    ]
    const sale = await caller.approved({ captureMethod: 'NOW', merchantOrderNumber: 'ORD-3' })
    caller.rail.faults.add({ fault: 'http_500', ...rule })
    const statuses = {
      refund: (await caller.refund(sale, 1, 'refund')).status,
      void: (await caller.call('PATCH', `/api/v2/payments/${two}`, { isVoid: true })).status,
      capture: (await caller.capture(one, {})).status,
    }
    expect(statuses).toEqual({ refund: 200, void: 200, capture: 200, [struck]: 500 })
  })

  it('is not used up by a caller who is refused at the door', async () => {
    const caller = await RailCaller.start()
    caller.rail.faults.add({ fault: 'http_500' })
    expect(
      await caller.call('POST', '/api/v2/payments', payment(), { headers: { authorization: 'Bearer old' } }),
    ).toMatchObject({ status: 401 })
    expect(await caller.pay()).toMatchObject({ status: 500 })
  })

  it('strikes token requests by path', async () => {
    const { rail } = await RailCaller.start()
    rail.faults.add({ fault: 'http_500', path: '/am/oauth2/alpha/access_token' })
    expect(await portalToken(rail.url)).toBe('undefined')
    expect(await portalToken(rail.url)).not.toBe('undefined')
  })
})

describe('faults at the bank', () => {
  it.each(table.filter(([fault]) => fault !== 'decline'))(
    '%s: %s, recorded %s',
    async (fault, outcome, recorded) => {
      const caller = await BankCaller.start({ timeoutMs: 100, dataFolder: newFolder() })
      caller.bank.faults.add({ fault, transferId: 'po_1' })
      expect((await caller.call('POST', '/transfers', transfer({ transferId: 'po_2' }))).status).toBe(202)
      const expected = fault === 'slow' ? 202 : outcome
      const request = caller.call('POST', '/transfers', transfer(), fault === 'hang' ? 300 : 5000)
      expect(
        await request.then(
          answer => answer.status,
          () => 'unanswered',
        ),
      ).toBe(expected)
      expect((await caller.call('GET', '/transfers/po_1')).status).toBe(recorded ? 200 : 404)
    },
  )
})

describe('a record that cannot be kept', () => {
  it('is never confirmed: the answer is 500, for this request and all that follow', async () => {
    const dataFolder = newFolder()
    const caller = await RailCaller.start({ dataFolder })
    appendFileSync(`${dataFolder}/jpmorgan.jsonl`, '[]\n')
    const failed = { status: 500, body: { responseStatus: 'ERROR', responseCode: 'SERVER_ERROR' } }
    expect(await caller.pay({}, 'pay-1')).toMatchObject(failed)
    expect(await caller.call('GET', '/api/v2/payments?requestIdentifier=pay-1')).toMatchObject(failed)
    await caller.rail.close()
    const again = await RailCaller.start({ dataFolder })
    expect(await again.call('GET', '/api/v2/payments?requestIdentifier=pay-1')).toMatchObject({ status: 404 })
  })
})

describe('the control endpoints', () => {
  it('arm, list and disarm faults', async () => {
    const { rail } = await RailCaller.start()
    const rule = { fault: 'slow', ms: 5, method: 'POST', count: 3 }
    expect(await send(rail.url, { method: 'POST', path: '/_control/faults', body: rule })).toMatchObject({
      status: 201,
      body: { ...rule, remaining: 3 },
    })
    expect(rail.faults.pending()).toHaveLength(1)
    expect((await send(rail.url, { method: 'GET', path: '/_control/faults' })).text).toContain(
      '"remaining":3',
    )
    expect(await send(rail.url, { method: 'DELETE', path: '/_control/faults' })).toMatchObject({
      status: 204,
    })
    expect(rail.faults.pending()).toEqual([])
  })

  it.each([[{ fault: 'explode' }], [{}], [{ fault: 'slow', when: 'now' }], [{ fault: 'slow', count: 0 }]])(
    'refuse the fault %j',
    async rule => {
      const { rail } = await RailCaller.start()
      expect(await send(rail.url, { method: 'POST', path: '/_control/faults', body: rule })).toMatchObject({
        status: 400,
      })
    },
  )

  it('move the clock, which moves what payments say', async () => {
    const clock = stoppedClock()
    const caller = await RailCaller.start({ now: clock.now })
    const id = await caller.approved()
    const body = { offsetMs: 7 * dayMs }
    expect(await send(caller.rail.url, { method: 'POST', path: '/_control/clock', body })).toMatchObject({
      status: 200,
      body: { now: '2026-01-12T09:00:00.000Z', offsetMs: 7 * dayMs },
    })
    expect(await caller.capture(id, {})).toMatchObject({
      status: 412,
      body: { responseCode: 'AUTHORIZATION_EXPIRED' },
    })
    expect(
      await send(caller.rail.url, { method: 'POST', path: '/_control/clock', body: { offsetMs: 'soon' } }),
    ).toMatchObject({ status: 400 })
  })

  it('count requests by route and log them without bodies, unanswered ones with no status', async () => {
    const caller = await RailCaller.start({ timeoutMs: 20 })
    caller.rail.faults.add({ fault: 'timeout_recorded', path: '/api/v2/payments' })
    await expect(caller.pay({}, 'pay-1')).rejects.toThrow()
    const id = await caller.approved()
    await caller.capture(id, {})
    const { body, text } = await send(caller.rail.url, { method: 'GET', path: '/_control/requests' })
    expect(body['counts']).toMatchObject({
      'POST /api/v2/payments': 2,
      'POST /api/v2/payments/:id/captures': 1,
    })
    expect(body['log']).toContainEqual(
      expect.objectContaining({
        path: '/api/v2/payments',
        requestId: 'pay-1',
        status: null,
        fault: 'timeout_recorded',
      }),
    )
    expect(body['log']).toContainEqual(
      expect.objectContaining({ path: `/api/v2/payments/${id}/captures`, status: 200 }),
    )
    expect(text).not.toContain('411111')
  })

  it('are not there when switched off', async () => {
    const { rail } = await RailCaller.start({ control: false })
    expect(await send(rail.url, { method: 'GET', path: '/_control/payments' })).toMatchObject({ status: 404 })
  })
})
