// What the tests of this package share: callers that speak the wire, and a clock that is moved by hand.

import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  defaultBankToken,
  defaultJpmorganClient,
  defaultMerchantId,
  startBankSimulator,
  startJpmorganSimulator,
  type BankSimulator,
  type BankSimulatorOptions,
  type JpmorganSimulator,
  type JpmorganSimulatorOptions,
} from './index.ts'

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
}

export interface Sent {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** 2026-01-05 is a Monday. */
export const monday: number = Date.UTC(2026, 0, 5, 9)

/** A clock for a simulator: `clock.ms` is the present. */
export function stoppedClock(ms: number = monday): { ms: number; now: () => Date } {
  const clock = { ms, now: () => new Date(clock.ms) }
  return clock
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'holdfast-simulators-'))
}

export async function send(
  url: string,
  { method, path, body, headers = {}, timeoutMs = 10_000 }: Sent,
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: text }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const answer = await response.text()
  return { status: response.status, text: answer, body: readJson(answer) }
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** A J.P. Morgan simulator with someone who may call it; it is closed with the test. */
export class RailCaller {
  readonly rail: JpmorganSimulator
  readonly #token: string

  private constructor(rail: JpmorganSimulator, token: string) {
    this.rail = rail
    this.#token = token
  }

  static async start(options: JpmorganSimulatorOptions = {}): Promise<RailCaller> {
    const rail = await startJpmorganSimulator(options)
    onTestFinished(() => rail.close())
    return new RailCaller(rail, await portalToken(rail.url))
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    {
      requestId = randomUUID(),
      headers = {},
      timeoutMs = 10_000,
    }: {
      requestId?: string
      headers?: Record<string, string>
      timeoutMs?: number
    } = {},
  ): Promise<Answer> {
    const identity = {
      authorization: `Bearer ${this.#token}`,
      'merchant-id': defaultMerchantId,
      'request-id': requestId,
    }
    return send(this.rail.url, { method, path, body, timeoutMs, headers: { ...identity, ...headers } })
  }

  async pay(
    overrides: Parameters<typeof payment>[0] = {},
    requestId: string = randomUUID(),
  ): Promise<Answer> {
    return this.call('POST', '/api/v2/payments', payment(overrides), { requestId })
  }

  /** The id of a new approved payment. */
  async approved(overrides: Parameters<typeof payment>[0] = {}): Promise<string> {
    const { body, text } = await this.pay(overrides)
    if (body['responseStatus'] !== 'SUCCESS') throw new Error(`not approved: ${text}`)
    return String(body['transactionId'])
  }

  async capture(id: string, body: object, requestId: string = randomUUID()): Promise<Answer> {
    return this.call('POST', `/api/v2/payments/${id}/captures`, body, { requestId })
  }

  async refund(reference: string, amount?: number, requestId: string = randomUUID()): Promise<Answer> {
    return this.call('POST', '/api/v2/refunds', refundOf(reference, amount), { requestId })
  }
}

export async function portalToken(url: string): Promise<string> {
  const { clientId, clientSecret } = defaultJpmorganClient
  const answer = await send(url, {
    method: 'POST',
    path: '/am/oauth2/alpha/access_token',
    body: 'grant_type=client_credentials&scope=jpm%3Apayments%3Asandbox',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
  return String(answer.body['access_token'])
}

export const merchant = {
  merchantSoftware: { companyName: 'Example Market', productName: 'Holdfast', version: '0.1' },
}

export function payment({
  number = '4111111111111111',
  cvv = '111',
  ...rest
}: {
  number?: string
  cvv?: string | number
  amount?: number
  [field: string]: unknown
} = {}): Record<string, unknown> {
  return {
    captureMethod: 'MANUAL',
    amount: 10_000,
    currency: 'USD',
    merchantOrderNumber: 'ORD-42-M1',
    merchant,
    paymentMethodType: {
      card: { accountNumberType: 'PAN', accountNumber: number, expiry: { month: 5, year: 2040 }, cvv },
    },
    ...rest,
  }
}

export function refundOf(reference: string, amount?: number): Record<string, unknown> {
  return {
    merchant,
    ...(amount === undefined ? {} : { amount }),
    paymentMethodType: { transactionReference: { transactionReferenceId: reference } },
  }
}

/** A bank simulator with someone who may call it; it is closed with the test. */
export class BankCaller {
  readonly bank: BankSimulator

  private constructor(bank: BankSimulator) {
    this.bank = bank
  }

  static async start(options: BankSimulatorOptions = {}): Promise<BankCaller> {
    const bank = await startBankSimulator(options)
    onTestFinished(() => bank.close())
    return new BankCaller(bank)
  }

  async call(method: string, path: string, body?: unknown, timeoutMs: number = 10_000): Promise<Answer> {
    return send(this.bank.url, {
      method,
      path,
      body,
      timeoutMs,
      headers: { authorization: `Bearer ${defaultBankToken}` },
    })
  }
}

export const usCreditor = {
  name: 'Seller LLC',
  accountNumber: '9988776655',
  routingNumber: '021000021',
  country: 'US',
}

export function transfer(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    transferId: 'po_1',
    amount: 12_345,
    currency: 'USD',
    debtorAccount: '000123456789',
    creditor: usCreditor,
    remittanceText: 'ORD-42',
    ...overrides,
  }
}
