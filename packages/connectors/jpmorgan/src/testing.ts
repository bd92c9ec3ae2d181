// What this package's tests share: a simulated rail, a connector to it, and a sender of test cards.

import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { SendRequest, SendResult } from '@holdfast/contract'
import type { CardRefusal, CardSender } from '@holdfast/core'
import type { PaymentHarness, RailFault } from '@holdfast/core/testing'
import {
  defaultJpmorganClient, defaultMerchantId, startJpmorganSimulator, type FaultKind, type JpmorganSimulator, type JpmorganSimulatorOptions,
} from '@holdfast/simulators'
import { deadlineIn, send } from './http.ts'
import { createJpmorganConnector, type JpmorganOptions } from './index.ts'

export const marketplace = 'mkt_01jd5e8d1qfpgvc1yrpwt4nvgq'

export const testCards = { approved: '4112344112344113', declined: '4000000000000002' } as const

/** The options of a connector to a simulated rail. */
export function optionsFor(url: string, cards: CardSender): JpmorganOptions {
  return {
    baseUrl: `${url}/api/v2`,
    auth: { kind: 'portal', tokenUrl: `${url}/am/oauth2/alpha/access_token`, ...defaultJpmorganClient, scope: 'jpm:payments:sandbox' },
    merchantId: { [marketplace]: defaultMerchantId },
    cards,
    software: { companyName: 'Holdfast', productName: 'holdfast', version: '0.1.0' },
    now: () => new Date(),
  }
}

interface TestToken {
  readonly number: string
  readonly session: string
  readonly revision: number
  operation?: string
}

/** Fills published test cards into requests as the vault does, by its rules: a token is for one operation, which sends once. */
export class TestCards implements CardSender {
  readonly #railUrl: string
  readonly #tokens = new Map<string, TestToken>()
  readonly #sent = new Set<string>()

  constructor(railUrl: string) {
    this.#railUrl = railUrl
  }

  add(number: string, bound: { readonly session: string; readonly revision: number }): string {
    const token = `tok_${this.#tokens.size}`
    this.#tokens.set(token, { number, ...bound })
    return token
  }

  async send(request: SendRequest): Promise<SendResult | CardRefusal> {
    const card = this.#tokens.get(request.token)
    if (this.#sent.has(request.operation)) return { outcome: 'unknown', reason: 'already_sent' }
    if (!card) return { outcome: 'refused', code: 'token_unknown' }
    if (card.operation !== undefined) return { outcome: 'refused', code: 'token_used' }
    if (card.session !== request.session || card.revision !== request.revision) return { outcome: 'refused', code: 'token_binding_refused' }
    card.operation = request.operation
    this.#sent.add(request.operation)
    const filled = { ...request.body, paymentMethodType: { card: { accountNumber: card.number, expiry: { month: 5, year: 2040 }, cvv: '111' } } }
    const headers = { ...request.headers, 'content-type': 'application/json' }
    const answer = await send({ method: 'POST', url: `${this.#railUrl}/payments`, headers, body: JSON.stringify(filled) }, deadlineIn(request.timeoutMs))
    if (answer.kind !== 'answered') return { outcome: answer.kind, reason: answer.reason }
    return { outcome: 'answered', httpStatus: answer.status, body: parsed(answer.body) }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const faults: Readonly<Record<RailFault, FaultKind>> = {
  timeout_recorded: 'timeout_recorded', timeout_unrecorded: 'timeout_unrecorded', slow: 'slow', server_error: 'http_500',
  reset_recorded: 'reset_after_record', reset_unrecorded: 'reset_before_record', malformed_recorded: 'malformed_json',
}

const inquiryPaths = ['/api/v2/payments', '/api/v2/captures', '/api/v2/refunds']

const targets: Readonly<Record<Parameters<PaymentHarness['fault']>[1], readonly { method: string; path: string }[]>> = {
  authorize: [{ method: 'POST', path: '/api/v2/payments' }],
  sale: [{ method: 'POST', path: '/api/v2/payments' }],
  capture: [{ method: 'POST', path: '/api/v2/payments/*/captures' }],
  void: [{ method: 'PATCH', path: '/api/v2/payments/*' }],
  refund: [{ method: 'POST', path: '/api/v2/refunds' }],
  inquiry: inquiryPaths.map((path) => ({ method: 'GET', path })),
}

export interface TestRail {
  readonly simulator: JpmorganSimulator
  readonly cards: TestCards
  readonly options: JpmorganOptions
}

export async function startTestRail(simulated: JpmorganSimulatorOptions = {}): Promise<TestRail> {
  const simulator = await startJpmorganSimulator({ timeoutMs: 1_500, ...simulated })
  const cards = new TestCards(`${simulator.url}/api/v2`)
  return { simulator, cards, options: optionsFor(simulator.url, cards) }
}

export async function makeHarness(): Promise<PaymentHarness> {
  const { simulator, cards, options } = await startTestRail()
  return {
    connector: createJpmorganConnector(options),
    unreachable: createJpmorganConnector({ ...options, baseUrl: `http://127.0.0.1:${await closedPort()}/api/v2` }),
    marketplace,
    currency: 'USD',
    card: async (card, bound) => cards.add(testCards[card], bound),
    fault: (fault, on) => {
      for (const target of targets[on]) simulator.faults.add({ fault: faults[fault], ...target, ...(fault === 'slow' ? { ms: 150 } : {}) })
    },
    disarm: () => { simulator.faults.clear() },
    recordsOf: (requestId) => recordsOf(simulator, requestId),
    advance: (ms) => { simulator.clock.set(simulator.clock.offsetMs + ms) },
    close: () => simulator.close(),
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
