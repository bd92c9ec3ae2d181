// What this package's tests share: a simulated Alipay, and the options of a connector to it.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { RawNotification } from '@holdfast/core'
import type { RailFault, Tampering, WalletHarness } from '@holdfast/core/testing'
import {
  defaultAlipayApp, isAlipayAcknowledgement, startAlipaySimulator, type AlipaySimulator, type AlipaySimulatorOptions, type FaultKind,
} from '@holdfast/simulators'
import { createAlipayConnector, type AlipayOptions } from './index.ts'

export const marketplace = 'mkt_01jd0000000000000000000000'

export function optionsFor(simulator: AlipaySimulator): AlipayOptions {
  return { ...defaultAlipayApp, gateway: `${simulator.url}/gateway.do`, now: () => new Date(simulator.clock.nowMs()) }
}

export function startTestRail(simulated: AlipaySimulatorOptions = {}): Promise<AlipaySimulator> {
  return startAlipaySimulator({ timeoutMs: 1_500, ...simulated })
}

const faults: Readonly<Record<RailFault, FaultKind>> = {
  timeout_recorded: 'timeout_recorded', timeout_unrecorded: 'timeout_unrecorded', slow: 'slow', server_error: 'http_500',
  reset_recorded: 'reset_after_record', reset_unrecorded: 'reset_before_record', malformed_recorded: 'malformed_json',
}

const apis: Readonly<Record<Parameters<WalletHarness['fault']>[1], readonly string[]>> = {
  authorize: [], capture: [], void: [],
  sale: ['alipay.trade.precreate'],
  refund: ['alipay.trade.refund'],
  close: ['alipay.trade.close'],
  inquiry: ['alipay.trade.query', 'alipay.trade.fastpay.refund.query'],
}

const changes: Readonly<Record<Tampering, Readonly<Record<string, string>>>> = {
  signature: {}, app_id: { app_id: '2021000000000043' }, merchant: { seller_id: '2088000000000043' },
  amount: { total_amount: '0.01' }, currency: { trans_currency: 'USD' },
}

export async function makeHarness(): Promise<WalletHarness> {
  const simulator = await startTestRail()
  const options = optionsFor(simulator)
  const { connector, pageOf } = remembering(createAlipayConnector(options))
  return {
    method: 'alipay',
    connector,
    unreachable: createAlipayConnector({ ...options, gateway: `http://127.0.0.1:${await closedPort()}/gateway.do` }),
    marketplace,
    currency: 'CNY',
    largestAmount: 10_000_000_000n,
    now: () => new Date(simulator.clock.nowMs()),
    fault: (fault, on) => {
      for (const api of apis[on]) simulator.faults.add({ fault: faults[fault], api, ...(fault === 'slow' ? { ms: 150 } : {}) })
    },
    disarm: () => { simulator.faults.clear() },
    recordsOf: (requestId) => recordsOf(simulator, requestId),
    advance: (ms) => { simulator.clock.set(simulator.clock.offsetMs + ms) },
    buyer: async (requestId, deed) => {
      // a page's trade is made when the buyer opens it
      const page = pageOf(requestId)
      if (page !== undefined) await fetch(page)
      return simulator.buyer(requestId, deed)
    },
    notification: (requestId, tampering) => notificationOf(simulator, requestId, tampering),
    acknowledged: ({ status, body }) => isAlipayAcknowledgement(status, body),
    close: () => simulator.close(),
  }
}

/** Money that was taken, or given back, under a request id. */
function recordsOf({ records }: AlipaySimulator, requestId: string): number {
  const paid = records.trades().filter(({ outTradeNo, status, refunded }) => outTradeNo === requestId && (/SUCCESS|FINISHED/.test(status) || refunded > 0))
  return paid.length + records.refunds().filter(({ outRequestNo }) => outRequestNo === requestId).length
}

/** The notification of a trade as it stands, as the backend gets it. */
export function notificationOf(simulator: AlipaySimulator, requestId: string, tampering?: Tampering): RawNotification | null {
  const body = simulator.notifications.body(requestId, tampering && changes[tampering])
  return body === undefined ? null : rawOf(tampering === 'signature' ? body.replace('total_amount=', 'total_amount=9') : body)
}

export function rawOf(body: string): RawNotification {
  return {
    marketplace, path: `/v1/notifications/alipay/${marketplace}`, body: Buffer.from(body),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  }
}

/** A connector whose pages can be found again by their request id, as the buyer's browser has them. */
function remembering<C extends ReturnType<typeof createAlipayConnector>>(connector: C): { connector: C; pageOf: (requestId: string) => string | undefined } {
  const urls = new Map<string, string>()
  const charge = connector.charge.bind(connector)
  connector.charge = async (request, options) => {
    const outcome = await charge(request, options)
    if (outcome.outcome === 'action_required' && outcome.action.type === 'redirect') urls.set(request.requestId, outcome.action.url)
    return outcome
  }
  return { connector, pageOf: (requestId) => urls.get(requestId) }
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => { resolve(port) })
  })
  return promise
}
