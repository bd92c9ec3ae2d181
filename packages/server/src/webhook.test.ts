import { createHmac, randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { HoldfastError } from './error.ts'
import { verifyAt, verifyWebhook, WEBHOOK_TOLERANCE_S, type WebhookHeaders } from './webhook.ts'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const otherSecret = `whsec_${randomBytes(32).toString('base64')}`
const id = 'evt_01kan2v9fzez8bhq0g1v6jxkmd'
const body = JSON.stringify({ id, object: 'event', type: 'order.paid', subject: 'ord_01kan2v9fzez8bhq0g1v6jxkmd', sequence: 2, data: { name: 'Zoë' } })
const nowS = 1_795_000_000
const clock = { now: () => nowS * 1000 }

/** A delivery as the reference library signs it. */
function delivery({ text = body, at = nowS, by = [secret] }: { text?: string; at?: number; by?: readonly string[] } = {}): Record<string, string> {
  const signatures = by.map((one) => new Webhook(one).sign(id, new Date(at * 1000), text))
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signatures.join(' ') }
}

const verify = (text: string | Uint8Array, headers: WebhookHeaders, secrets: string | readonly string[] = secret) => verifyAt(text, headers, { secrets, clock })

describe('a delivery that the reference library signed', () => {
  it('is its event', () => {
    expect(verify(body, delivery())).toEqual(JSON.parse(body))
    expect(verify(Buffer.from(body), delivery())).toMatchObject({ id, sequence: 2 })
    expect(verify(new Uint8Array(Buffer.from(body)), delivery())).toMatchObject({ id })
  })

  it('is taken now, without a clock of one\'s own', () => {
    const at = Math.floor(Date.now() / 1000)
    expect(verifyWebhook(body, delivery({ at }), secret)).toMatchObject({ id })
  })

  it('is taken under the old secret and the new one while both sign', () => {
    const both = delivery({ by: [otherSecret, secret] })
    expect(verify(body, both, secret)).toMatchObject({ id })
    expect(verify(body, both, otherSecret)).toMatchObject({ id })
    expect(verify(body, delivery(), [otherSecret, secret])).toMatchObject({ id })
  })

  it('is taken whatever kind of headers it came with', () => {
    const headers = delivery()
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
    for (const kind of [headers, upper, lists, new Headers(headers), new Map(Object.entries(headers)) as never]) {
      expect(verify(body, kind)).toMatchObject({ id })
    }
  })

  it.each([-WEBHOOK_TOLERANCE_S, 0, WEBHOOK_TOLERANCE_S])('is taken when it was sent %i s from now', (seconds) => {
    expect(verify(body, delivery({ at: nowS + seconds }))).toMatchObject({ id })
  })

  it('is taken beside signatures of other versions', () => {
    const headers = delivery()
    const signature = `v1a,c2lnbmF0dXJl v2,${'A'.repeat(43)}= ${headers['webhook-signature']}`
    expect(verify(body, { ...headers, 'webhook-signature': signature })).toMatchObject({ id })
  })
})

const without = (name: string): Record<string, string> => Object.fromEntries(Object.entries(delivery()).filter(([key]) => key !== name))
const flipped = body.replace('order.paid', 'order.pay!')
const short = (text: string): string => `v1,${createHmac('sha256', 'x').update(text).digest('base64').slice(0, 20)}`

const refused: readonly (readonly [string, () => unknown, string, string])[] = [
  ['without an id', () => verify(body, without('webhook-id')), 'webhook_invalid', 'webhook-id'],
  ['without a timestamp', () => verify(body, without('webhook-timestamp')), 'webhook_invalid', 'webhook-timestamp'],
  ['without a signature', () => verify(body, without('webhook-signature')), 'webhook_invalid', 'webhook-signature'],
  ['without any header', () => verify(body, {}), 'webhook_invalid', 'webhook-id'],
  ['with an id twice', () => verify(body, { ...delivery(), 'Webhook-Id': id }), 'webhook_invalid', 'webhook-id'],
  ['with a list of ids', () => verify(body, { ...delivery(), 'webhook-id': [id, id] }), 'webhook_invalid', 'webhook-id'],
  ['with a time in words', () => verify(body, { ...delivery(), 'webhook-timestamp': 'now' }), 'webhook_invalid', 'webhook-timestamp'],
  ['with a time in another notation', () => verify(body, { ...delivery(), 'webhook-timestamp': `0${nowS}` }), 'webhook_invalid', 'webhook-timestamp'],
  ['sent too long ago', () => verify(body, delivery({ at: nowS - WEBHOOK_TOLERANCE_S - 1 })), 'webhook_invalid', 'webhook-timestamp'],
  ['from the future', () => verify(body, delivery({ at: nowS + WEBHOOK_TOLERANCE_S + 1 })), 'webhook_invalid', 'webhook-timestamp'],
  ['whose time was changed', () => verify(body, { ...delivery(), 'webhook-timestamp': String(nowS + 1) }), 'webhook_invalid', 'webhook-signature'],
  ['whose id was changed', () => verify(body, { ...delivery(), 'webhook-id': 'evt_x' }), 'webhook_invalid', 'webhook-signature'],
  ['whose body was changed', () => verify(flipped, delivery()), 'webhook_invalid', 'webhook-signature'],
  ['that was parsed and written again', () => verify(JSON.stringify(JSON.parse(body), null, 1), delivery()), 'webhook_invalid', 'webhook-signature'],
  ['by another endpoint\'s secret', () => verify(body, delivery(), otherSecret), 'webhook_invalid', 'webhook-signature'],
  ['with half a signature', () => verify(body, { ...delivery(), 'webhook-signature': short(body) }), 'webhook_invalid', 'webhook-signature'],
  ['with a signature of another version alone', () => verify(body, { ...delivery(), 'webhook-signature': delivery()['webhook-signature']?.replace('v1,', 'v2,') }), 'webhook_invalid', 'webhook-signature'],
  ['that is no JSON', () => verify('x', delivery({ text: 'x' })), 'webhook_invalid', 'body'],
  ['that is another event', () => verify('{"id":"evt_y","object":"event"}', delivery({ text: '{"id":"evt_y","object":"event"}' })), 'webhook_invalid', 'body'],
  ['that was parsed before', () => verify(JSON.parse(body) as never, delivery()), 'params_invalid', 'body'],
  ['under no secret', () => verify(body, delivery(), []), 'params_invalid', 'secret'],
  ['under an API key', () => verify(body, delivery(), 'sk_test_x'), 'params_invalid', 'secret'],
  ['under an empty secret', () => verify(body, delivery(), 'whsec_'), 'params_invalid', 'secret'],
  ['under a secret that is not set', () => verify(body, delivery(), [secret, undefined as never]), 'params_invalid', 'secret'],
]

describe('a request is refused', () => {
  it.each(refused)('%s', (_, call, code, field) => {
    const thrown = (() => {
      try {
        return call()
      } catch (error) {
        return error
      }
    })()
    expect(HoldfastError.is(thrown)).toBe(true)
    expect(thrown).toMatchObject({ code, field, retryable: false })
    expect((thrown as Error).message).not.toContain(secret.slice(6))
  })
})
