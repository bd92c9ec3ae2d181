// What this package's tests share: a simulated rail, and the options of a connector to it.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { newId } from '@holdfast/contract'
import type { RailFault, WalletHarness } from '@holdfast/core/testing'
import {
  defaultAntomClient, defaultAntomKeys, isAntomAcknowledgement, startAntomSimulator,
  type AntomSimulator, type AntomSimulatorOptions, type AntomTampering, type FaultKind,
} from '@holdfast/simulators'
import { createAntomConnector, type AntomOptions } from './index.ts'

/** The options of a connector to a simulated rail. */
export function optionsFor(url: string): AntomOptions {
  const { clientId, privateKey, keyVersion } = defaultAntomClient
  return {
    baseUrl: url, clientId, privateKey, keyVersion, antomPublicKey: defaultAntomKeys.publicKey,
    reportsUrl: `${url}/reports/settlement`, now: () => new Date(),
  }
}

export interface TestRail {
  readonly simulator: AntomSimulator
  readonly marketplace: string
  readonly options: AntomOptions
}

export async function startTestRail(simulated: AntomSimulatorOptions = {}): Promise<TestRail> {
  const simulator = await startAntomSimulator({ timeoutMs: 1_500, ...simulated })
  return { simulator, marketplace: newId('marketplace'), options: optionsFor(simulator.url) }
}

const faults: Readonly<Record<RailFault, FaultKind>> = {
  timeout_recorded: 'timeout_recorded', timeout_unrecorded: 'timeout_unrecorded', slow: 'slow', server_error: 'http_500',
  reset_recorded: 'reset_after_record', reset_unrecorded: 'reset_before_record', malformed_recorded: 'malformed_json',
}

const calls: Readonly<Record<string, readonly string[]>> = {
  sale: ['pay'], refund: ['refund'], close: ['cancel'], inquiry: ['inquiryPayment', 'inquiryRefund'],
}

export async function makeHarness(): Promise<WalletHarness> {
  const { simulator, marketplace, options } = await startTestRail()
  const { clock } = simulator
  // the suite's addresses are nobody's: it asks for what would be sent
  simulator.rules.add({ action: 'drop', count: 1_000_000 })
  return {
    method: 'alipay',
    connector: createAntomConnector(options),
    unreachable: createAntomConnector({ ...options, baseUrl: `http://127.0.0.1:${await closedPort()}` }),
    marketplace,
    currency: 'USD',
    largestAmount: 999_999_999_999n,
    fault: (fault, on) => {
      for (const call of calls[on] ?? []) {
        const path = `/ams/api/v1/payments/${call}`
        simulator.faults.add({ fault: faults[fault], method: 'POST', path, ...(fault === 'slow' ? { ms: 150 } : {}) })
      }
    },
    disarm: () => { simulator.faults.clear() },
    recordsOf: (requestId) => recordsOf(simulator, requestId),
    advance: (ms) => { clock.set(clock.offsetMs + ms) },
    now: () => new Date(clock.nowMs()),
    buyer: (requestId, deed) => simulator.buyer(requestId, deed),
    notification: (requestId, tampering) => {
      // a payment of Antom's names no merchant: the client id is all there is
      if (tampering === 'merchant') return null
      const raw = simulator.notification(requestId, tampering satisfies AntomTampering | undefined)
      return raw ? { marketplace, ...raw } : null
    },
    acknowledged: ({ status, body }) => isAntomAcknowledgement(status, body),
    close: () => simulator.close(),
  }
}

/** Money that was taken and not given back by a cancel, and refunds. */
function recordsOf({ records }: AntomSimulator, requestId: string): number {
  return records.payments().filter((payment) => payment.paymentRequestId === requestId && payment.status === 'SUCCESS').length
    + records.refunds().filter((refund) => refund.refundRequestId === requestId).length
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    server.close(() => { resolve(port) })
  })
  return promise
}
