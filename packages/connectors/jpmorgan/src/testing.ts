// What this package's tests share: a simulated rail, a vault that sends cards to it, and the options of a connector to both.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { CardSender } from '@holdfast/core'
import type { CardHarness, RailFault } from '@holdfast/core/testing'
import {
  defaultJpmorganClient, defaultMerchantId, startJpmorganSimulator, type FaultKind, type JpmorganSimulator, type JpmorganSimulatorOptions,
} from '@holdfast/simulators'
import { CARD, startHarness, ticketFor, tokenOf, type Harness as Vault } from '../../../vault/src/testing/harness.ts'
import { createJpmorganConnector, type JpmorganOptions } from './index.ts'

export const testCards = { approved: '4112344112344113', declined: '4000000000000002' } as const

/** The options of a connector to a simulated rail. */
export function optionsFor({ url, marketplace, cards }: { url: string; marketplace: string; cards: CardSender }): JpmorganOptions {
  return {
    baseUrl: `${url}/api/v2`,
    auth: { kind: 'portal', tokenUrl: `${url}/am/oauth2/alpha/access_token`, ...defaultJpmorganClient, scope: 'jpm:payments:sandbox' },
    merchantId: { [marketplace]: defaultMerchantId },
    cards,
    software: { companyName: 'Holdfast', productName: 'holdfast', version: '0.1.0' },
    now: () => new Date(),
  }
}

export interface TestRail {
  readonly simulator: JpmorganSimulator
  readonly vault: Vault
  readonly marketplace: string
  readonly options: JpmorganOptions
  /** A token of a published test card, as the card frame gets it from the vault. */
  card(number: string, bound: { readonly session: string; readonly revision: number }): Promise<string>
  close(): Promise<void>
}

export async function startTestRail(simulated: JpmorganSimulatorOptions = {}): Promise<TestRail> {
  const simulator = await startJpmorganSimulator({ timeoutMs: 1_500, ...simulated })
  const vault = await startHarness({ hosts: { jpmorgan: `${simulator.url}/api/v2` } })
  const { marketplace, client } = vault
  return {
    simulator, vault, marketplace,
    options: optionsFor({ url: simulator.url, marketplace, cards: client }),
    card: async (number, bound) => {
      const { token } = await tokenOf(vault, { card: { ...CARD, number, securityCode: '739' }, ticket: ticketFor(vault, bound) })
      return token
    },
    close: async () => {
      await vault.close()
      await simulator.close()
    },
  }
}

const faults: Readonly<Record<RailFault, FaultKind>> = {
  timeout_recorded: 'timeout_recorded', timeout_unrecorded: 'timeout_unrecorded', slow: 'slow', server_error: 'http_500',
  reset_recorded: 'reset_after_record', reset_unrecorded: 'reset_before_record', malformed_recorded: 'malformed_json',
}

const inquiryPaths = ['/api/v2/payments', '/api/v2/captures', '/api/v2/refunds']

const targets: Readonly<Record<Parameters<CardHarness['fault']>[1], readonly { method: string; path: string }[]>> = {
  authorize: [{ method: 'POST', path: '/api/v2/payments' }],
  sale: [{ method: 'POST', path: '/api/v2/payments' }],
  capture: [{ method: 'POST', path: '/api/v2/payments/*/captures' }],
  void: [{ method: 'PATCH', path: '/api/v2/payments/*' }],
  refund: [{ method: 'POST', path: '/api/v2/refunds' }],
  close: [],
  inquiry: inquiryPaths.map((path) => ({ method: 'GET', path })),
}

export async function makeHarness(): Promise<CardHarness> {
  const { simulator, marketplace, options, card, close } = await startTestRail()
  return {
    method: 'card',
    connector: createJpmorganConnector(options),
    unreachable: createJpmorganConnector({ ...options, baseUrl: `http://127.0.0.1:${await closedPort()}/api/v2` }),
    marketplace,
    currency: 'USD',
    card: (fate, bound) => card(testCards[fate], bound),
    fault: (fault, on) => {
      for (const target of targets[on]) simulator.faults.add({ fault: faults[fault], ...target, ...(fault === 'slow' ? { ms: 150 } : {}) })
    },
    disarm: () => { simulator.faults.clear() },
    recordsOf: (requestId) => recordsOf(simulator, requestId),
    advance: (ms) => { simulator.clock.set(simulator.clock.offsetMs + ms) },
    close,
  }
}

const leavingRecords: ReadonlySet<string | undefined> = new Set([undefined, 'slow', 'timeout_recorded', 'reset_after_record', 'malformed_json'])

/** A sale's own capture is one effect with it. The lists show no voids: they are counted where the rail took them. */
function recordsOf({ records, requests }: JpmorganSimulator, requestId: string): number {
  const own = (list: readonly { readonly requestId: string }[]): number => list.filter((record) => record.requestId === requestId).length
  const voids = requests.log.filter(({ method, status, fault, requestId: id }) =>
    method === 'PATCH' && id === requestId && (status ?? 200) === 200 && leavingRecords.has(fault))
  return Math.max(own(records.payments()), own(records.captures())) + own(records.refunds()) + voids.length
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
