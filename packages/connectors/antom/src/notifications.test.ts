import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NotificationReading, RawNotification } from '@holdfast/core'
import { defaultAntomClient, defaultAntomKeys } from '@holdfast/simulators'
import { createAntomConnector, type AntomOptions } from './index.ts'
import { isSigned, sign } from './signing.ts'
import { optionsFor } from './testing.ts'

const at = Date.UTC(2026, 10, 22, 12)
const options: AntomOptions = { ...optionsFor('http://127.0.0.1:4350'), now: () => new Date(at) }
const { notifications } = createAntomConnector(options)
const keyOf = (base64: string): KeyObject => createPrivateKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'pkcs8' })
const [railKey, clientKey] = [keyOf(defaultAntomKeys.privateKey), keyOf(defaultAntomClient.privateKey)]
const { clientId } = defaultAntomClient
const path = '/v1/notifications/antom/mkt_1'

const paymentAmount = { currency: 'USD', value: '12500' }
const ok = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' }
const payment = { notifyType: 'PAYMENT_RESULT', result: ok, paymentRequestId: 'op_1', paymentId: 'P1', paymentAmount, paymentTime: '2026-11-22T12:00:00Z' }
const refund = { notifyType: 'REFUND_RESULT', result: ok, refundRequestId: 'op_2', refundId: 'R1', refundAmount: { currency: 'USD', value: '4000' }, refundStatus: 'SUCCESS' }

interface Sent {
  readonly time?: string
  readonly client?: string
  readonly signedPath?: string
  readonly key?: KeyObject
  readonly version?: string
}

/** A notification as the rail sends it, or as someone else might. */
function notification(content: unknown, { time = String(at - 5_000), client = clientId, signedPath = path, key = railKey, version = '1' }: Sent = {}): RawNotification {
  const body = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  const signature = sign({ path: signedPath, clientId: client, time, body }, { key, version })
  return { marketplace: 'mkt_1', path, headers: { 'client-id': client, 'request-time': time, signature }, body }
}

function summary(reading: NotificationReading): string {
  if (reading.verdict === 'refused') return `refused ${reading.reason}`
  if (reading.verdict === 'ignored') return 'ignored'
  const { kind, requestId, amount, currency, outcome } = reading
  const what = outcome.outcome === 'declined' ? `declined ${outcome.decline.code}` : outcome.outcome
  return `${kind} ${requestId} ${amount} ${currency} ${what}`
}

describe('a notification', () => {
  it.each<[string, unknown, string]>([
    ['a payment that succeeded', payment, 'charge op_1 12500 USD approved'],
    ['a payment that failed', { ...payment, result: { resultCode: 'USER_REFUSED', resultStatus: 'F' } }, 'charge op_1 12500 USD declined refused'],
    ['a payment that expired', { ...payment, result: { resultCode: 'ORDER_IS_CLOSED', resultStatus: 'F' } }, 'charge op_1 12500 USD declined expired'],
    ['a payment with no end yet', { ...payment, result: { resultCode: 'PAYMENT_IN_PROCESS', resultStatus: 'U' } }, 'ignored'],
    ['a payment that is only pending, though it says S', { ...payment, notifyType: 'PAYMENT_PENDING' }, 'ignored'],
    ['a payment that succeeded without an id', { ...payment, paymentId: undefined }, 'charge op_1 12500 USD unknown'],
    ['a payment without an amount', { ...payment, paymentAmount: undefined }, 'refused malformed'],
    ['an amount with a point', { ...payment, paymentAmount: { currency: 'USD', value: '125.00' } }, 'refused malformed'],
    ['an amount below zero', { ...payment, paymentAmount: { currency: 'USD', value: '-1' } }, 'refused malformed'],
    ['an amount in no currency', { ...payment, paymentAmount: { currency: 'XXX', value: '1' } }, 'refused malformed'],
    ['a payment without a request id', { ...payment, paymentRequestId: undefined }, 'refused malformed'],
    ['a refund that succeeded', refund, 'refund op_2 4000 USD approved'],
    ['a refund that failed', { ...refund, refundStatus: 'FAIL' }, 'refund op_2 4000 USD declined rail_refused'],
    ['a refund in process', { ...refund, refundStatus: 'PROCESSING' }, 'ignored'],
    ['a capture', { notifyType: 'CAPTURE_RESULT', result: ok, captureId: 'C1' }, 'ignored'],
    ['a dispute', { disputeNotificationType: 'DISPUTE_CREATED', disputeId: 'D1' }, 'ignored'],
    ['no type at all', { result: ok }, 'ignored'],
    ['no JSON', 'paymentId=1', 'refused malformed'],
    ['a list', [payment], 'refused malformed'],
  ])('of %s', (_, content, expected) => {
    expect(summary(notifications.read(notification(content)))).toBe(expected)
  })

  it.each<[string, Sent, string]>([
    ['milliseconds', {}, 'charge'],
    ['ISO 8601', { time: '2026-11-22T11:59:00+00:00' }, 'charge'],
    ['the rail’s last try, a day later', { time: String(at - 24.5 * 3_600_000) }, 'charge'],
    ['two days ago', { time: String(at - 48 * 3_600_000) }, 'refused stale'],
    ['an hour ahead', { time: String(at + 3_600_000) }, 'refused stale'],
    ['no time', { time: 'noon' }, 'refused malformed'],
    ['another client’s, signed by the rail', { client: 'SOMEONE_ELSE' }, 'refused app_id'],
    ['signed for another path of ours', { signedPath: '/v1/notifications/antom/mkt_2' }, 'refused signature'],
    ['signed by ourselves', { key: clientKey }, 'refused signature'],
  ])('%s', (_, sent, expected) => {
    expect(summary(notifications.read(notification(payment, sent)))).toContain(expected)
  })

  it('has one id however often it is signed and sent, and another when it says another thing', () => {
    const idOf = (content: unknown, sent: Sent = {}): string => {
      const reading = notifications.read(notification(content, sent))
      return reading.verdict === 'refused' ? '' : reading.id
    }
    const first = idOf(payment)
    expect(idOf({ ...payment, added: 'later' }, { time: String(at) })).toBe(first)
    const others = [
      idOf({ ...payment, result: { resultCode: 'USER_REFUSED', resultStatus: 'F' } }), idOf({ ...payment, paymentId: 'P2' }), idOf(refund),
      idOf({ ...refund, refundStatus: 'FAIL' }), idOf({ ...payment, paymentAmount: { currency: 'USD', value: '12501' } }), idOf({ ...payment, notifyType: 'PAYMENT_PENDING' }),
    ]
    expect(new Set([first, ...others]).size).toBe(7)
  })

  it('is believed under the rail’s new key and its old one, while both are known', () => {
    const rolling = createAntomConnector({ ...options, antomPublicKey: { 1: defaultAntomKeys.publicKey, 2: defaultAntomClient.publicKey } }).notifications
    expect(rolling.read(notification(payment)).verdict).toBe('accepted')
    expect(rolling.read(notification(payment, { key: clientKey, version: '2' })).verdict).toBe('accepted')
    expect(rolling.read(notification(payment, { key: clientKey, version: '3' }))).toMatchObject({ reason: 'signature' })
  })

  it('is acknowledged under our signature, for the path that it came to', () => {
    const publicKey = createPublicKey(clientKey)
    for (const [taken, status, resultStatus] of [[true, 200, 'S'], [false, 500, 'U']] as const) {
      const answer = notifications.acknowledge(notification(payment), taken)
      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.body)).toMatchObject({ result: { resultStatus } })
      const signed = { path, clientId, time: answer.headers['response-time'] ?? '', body: Buffer.from(answer.body) }
      expect(isSigned(signed, answer.headers['signature'], new Map([['1', publicKey]]))).toBe(true)
    }
  })
})
