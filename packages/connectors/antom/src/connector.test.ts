import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '@holdfast/contract'
import type { WalletChargeRequest } from '@holdfast/core'
import { defaultAntomClient, defaultAntomKeys, type AntomSimulator } from '@holdfast/simulators'
import { createAntomConnector, type AntomOptions } from './index.ts'
import { optionsFor, startTestRail, type TestRail } from './testing.ts'

const soon = { timeoutMs: 5_000 }
const sandboxId = 'SANDBOX_5Y1Z'

let rail: TestRail
let simulator: AntomSimulator

beforeAll(async () => {
  const { publicKey } = defaultAntomClient
  const clients = [
    { clientId: defaultAntomClient.clientId, publicKeys: { 1: publicKey, 3: publicKey, 4: defaultAntomKeys.publicKey } },
    { clientId: sandboxId, publicKeys: { 1: publicKey } },
  ]
  rail = await startTestRail({ clients })
  simulator = rail.simulator
  simulator.rules.add({ action: 'drop', count: 1_000_000 })
})
afterEach(() => { simulator.faults.clear() })
afterAll(() => simulator.close())

function charge(change: Partial<WalletChargeRequest> = {}): WalletChargeRequest {
  const operation = newId('operation')
  return {
    kind: 'sale', method: 'alipay', marketplace: rail.marketplace, operation, requestId: operation, amount: 12_500n, currency: 'USD',
    subject: newId('payment'), orderReference: 'PO 42/7', session: newId('session'), revision: 1, marketplaceName: 'Example Market',
    flow: 'redirect', device: 'desktop', description: 'Tea', returnUrl: 'https://shop.example/done', notifyUrl: 'https://pay.example/n',
    expiresAt: new Date(simulator.clock.nowMs() + 900_000).toISOString(), ...change,
  }
}

const connectorWith = (change: Partial<AntomOptions> = {}): ReturnType<typeof createAntomConnector> =>
  createAntomConnector({ ...optionsFor(simulator.url), ...change })

describe('what the rail has not signed', () => {
  it.each(['unsigned', 'wrong_signature'] as const)('is unknown, whatever it says: %s', async (fault) => {
    const connector = connectorWith()
    const request = charge()
    simulator.faults.add({ fault, count: 2 })
    expect(await connector.charge(request, soon)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/isn’t signed/) })
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'unknown' })
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'action_required' })
  })

  it('is unknown when it is signed by another key, or by a version that we do not know', async () => {
    for (const antomPublicKey of [defaultAntomClient.publicKey, { 2: defaultAntomKeys.publicKey }]) {
      expect(await connectorWith({ antomPublicKey }).charge(charge(), soon)).toMatchObject({ outcome: 'unknown' })
    }
    const both = { 1: defaultAntomKeys.publicKey, 2: defaultAntomClient.publicKey }
    expect(await connectorWith({ antomPublicKey: both }).charge(charge(), soon)).toMatchObject({ outcome: 'action_required' })
  })
})

describe('what the rail refuses at the door', () => {
  it.each<[string, Partial<AntomOptions>, string]>([
    ['a version of our key that it has not', { keyVersion: '2' }, 'KEY_NOT_FOUND'],
    ['another key of ours than that version’s', { keyVersion: '4' }, 'INVALID_SIGNATURE'],
    ['a clock that is ten minutes slow', { now: () => new Date(Date.now() - 600_000) }, 'REQUEST_TIME_EXPIRED'],
    ['a clock that is ten minutes fast', { now: () => new Date(Date.now() + 600_000) }, 'REQUEST_TIME_EXPIRED'],
  ])('is not sent: %s', async (_, change, code) => {
    const connector = connectorWith(change)
    const request = charge()
    expect(await connector.charge(request, soon)).toMatchObject({ outcome: 'not_sent', reason: expect.stringContaining(code) })
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'unknown' })
    expect(await connectorWith().inquire(request, soon)).toEqual({ outcome: 'not_found' })
  })

  it('is nothing when our key has a newer version', async () => {
    expect(await connectorWith({ keyVersion: '3' }).charge(charge(), soon)).toMatchObject({ outcome: 'action_required' })
  })
})

it('a sandbox’s client calls the sandbox, and signs its paths', async () => {
  const request = charge()
  expect(await connectorWith({ clientId: sandboxId }).charge(request, soon)).toMatchObject({ outcome: 'action_required' })
  expect(simulator.requests.log.at(-1)?.path).toBe('/ams/sandbox/api/v1/payments/pay')
})

describe('a charge', () => {
  it.each([['JPY', 1_200n], ['KWD', 1_234n], ['EUR', 99n], ['CNY', 8_888n]])('is taken in %s', async (currency, amount) => {
    const connector = connectorWith()
    const request = charge({ currency, amount })
    expect(await connector.charge(request, soon)).toMatchObject({ outcome: 'action_required' })
    simulator.buyer(request.requestId, 'approve')
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'approved', amount })
  })

  it('that the rail calls unknown stays so, and goes on under the same request id', async () => {
    const connector = connectorWith()
    const request = charge()
    simulator.faults.add({ fault: 'decline', responseCode: 'UNKNOWN_EXCEPTION' })
    expect(await connector.charge(request, soon)).toMatchObject({ outcome: 'unknown' })
    expect(await connector.inquire(request, soon)).toEqual({ outcome: 'not_found' })
    expect(await connector.charge(request, soon)).toMatchObject({ outcome: 'action_required' })
  })

  it('that the buyer has paid is no success before the rail has seen to it', async () => {
    const connector = connectorWith()
    const request = charge()
    await connector.charge(request, soon)
    simulator.buyer(request.requestId, 'pend')
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'action_required', action: { type: 'wait' } })
    simulator.buyer(request.requestId, 'refuse')
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'declined', decline: { code: 'refused' } })
  })

  it('that is paid between the question and the close is given back, and closed', async () => {
    const connector = connectorWith()
    const request = charge()
    await connector.charge(request, soon)
    simulator.faults.add({ fault: 'slow', path: '/ams/api/v1/payments/cancel', ms: 200 })
    const closing = connector.close({ ...request, kind: 'void', requestId: newId('operation'), chargeRequestId: request.requestId, railReference: null }, soon)
    await expect.poll(() => simulator.requests.log.at(-1)?.path).toBe('/ams/api/v1/payments/cancel')
    expect(simulator.buyer(request.requestId, 'approve')).toBe(true)
    expect(await closing).toMatchObject({ outcome: 'approved', amount: request.amount })
    expect(await connector.inquire(request, soon)).toMatchObject({ outcome: 'declined', decline: { code: 'canceled' } })
    // its notification of success may be under way all the same, and whoever believes it asks for a refund
    const { paymentId: railReference = '' } = simulator.records.payments().find(({ paymentRequestId }) => paymentRequestId === request.requestId) ?? {}
    const refund = { ...request, kind: 'refund', requestId: newId('operation'), railReference, chargeRequestId: request.requestId } as const
    expect(await connector.followUp(refund, soon)).toMatchObject({ outcome: 'approved', amount: request.amount })
    expect(await connector.followUp({ ...refund, amount: 1n }, soon)).toMatchObject({ outcome: 'declined', decline: { class: 'hard' } })
    expect(simulator.records.refunds()).toEqual([])
  })
})

describe('a refund', () => {
  it('that the rail has in process is unknown until it has ended', async () => {
    const connector = connectorWith()
    const request = charge()
    await connector.charge(request, soon)
    simulator.buyer(request.requestId, 'approve')
    const paid = await connector.inquire(request, soon)
    const railReference = paid.outcome === 'approved' ? paid.railReference : ''
    const operation = newId('operation')
    const refund = { ...request, kind: 'refund', operation, requestId: operation, railReference, chargeRequestId: request.requestId } as const
    simulator.faults.add({ fault: 'decline', responseCode: 'REFUND_IN_PROCESS' })
    expect(await connector.followUp(refund, soon)).toMatchObject({ outcome: 'unknown' })
    expect(await connector.inquire(refund, soon)).toMatchObject({ outcome: 'unknown' })
    simulator.endRefund(operation, 'FAIL')
    expect(await connector.inquire(refund, soon)).toMatchObject({ outcome: 'declined', decline: { class: 'hard' } })
  })
})
