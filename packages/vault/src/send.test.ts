import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVaultClient } from './client.ts'
import { CARD, sendOf, startHarness, tokenOf } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'
import { approve } from './testing/rail.ts'

const VISA = { ...CARD, securityCode: '739' }

describe('what becomes of a send', () => {
  let at: Harness
  beforeAll(async () => {
    at = await startHarness()
  })
  afterAll(() => at.close())

  test.each([
    ['hangs', 300, () => undefined, { outcome: 'unknown', reason: 'timeout' }],
    [
      'resets the connection',
      5_000,
      response => response.destroy(),
      { outcome: 'unknown', reason: 'connection_reset' },
    ],
    [
      'breaks off in its answer',
      5_000,
      response => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"transactionId"')
        setImmediate(() => response.destroy())
      },
      { outcome: 'unknown', reason: 'connection_reset' },
    ],
    [
      'answers endlessly',
      5_000,
      response => response.end(Buffer.alloc(600_000, 32)),
      { outcome: 'unknown', reason: 'answer_too_large' },
    ],
    [
      "answers what isn't JSON",
      5_000,
      response => response.end('<html>4112344112344113</html>'),
      { outcome: 'answered', httpStatus: 200, body: null },
    ],
    [
      'declines',
      5_000,
      response => response.end('{"responseStatus":"DENIED"}'),
      { outcome: 'answered', httpStatus: 200, body: { responseStatus: 'DENIED' } },
    ],
    [
      'redirects',
      5_000,
      response => response.writeHead(307, { location: 'http://127.0.0.1:9/steal' }).end('{}'),
      { outcome: 'answered', httpStatus: 307, body: {} },
    ],
    [
      'fails',
      5_000,
      response => response.writeHead(503).end('{"responseCode":"SERVER_ERROR"}'),
      { outcome: 'answered', httpStatus: 503, body: { responseCode: 'SERVER_ERROR' } },
    ],
  ] as [string, number, Parameters<Harness['rail']['answer']>[0], object][])(
    'when the rail %s',
    async (_case, timeoutMs, act, expected) => {
      at.rail.answer(act)
      expect(await at.client.send(sendOf(await tokenOf(at), { timeoutMs }))).toEqual(expected)
    },
  )

  test('when nothing listens at the rail, nothing was sent', async () => {
    await at.restart({ hosts: { jpmorgan: 'http://127.0.0.1:9/api/v2' } })
    expect(await at.client.send(sendOf(await tokenOf(at)))).toEqual({
      outcome: 'not_sent',
      reason: 'connection_refused',
    })
    await at.restart()
  })

  test('when the rail has no host, it is refused', async () => {
    await at.restart({ hosts: {} })
    expect(await at.client.send(sendOf(await tokenOf(at)))).toEqual({
      outcome: 'refused',
      code: 'host_refused',
    })
    await at.restart()
  })

  test('when the vault is down, nothing was sent', async () => {
    const client = createVaultClient({ internalUrl: 'http://127.0.0.1:9', internalKey: 'k' })
    expect(await client.send(sendOf(await tokenOf(at)))).toEqual({
      outcome: 'not_sent',
      reason: 'connection_refused',
    })
    client.close()
  })

  test("when the vault's tables can't be written, nothing is sent", async () => {
    at.rail.answer(approve)
    const made = await tokenOf(at)
    await at.query('alter table vault.sends add constraint broken check (false) not valid')
    const before = at.rail.heard.length
    expect(await at.client.send(sendOf(made))).toEqual({
      outcome: 'not_sent',
      reason: 'vault_storage_unavailable',
    })
    expect(at.rail.heard.length).toBe(before)
    await at.query('alter table vault.sends drop constraint broken')
    expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'answered' })
  })

  test.each([
    ["a card number of the caller's", { body: { paymentMethodType: { card: { accountNumber: '4' } } } }],
    ["a security code of the caller's", { body: { paymentMethodType: { card: { cvv: '1' } } } }],
    ['an expiry anywhere', { body: { other: [{ expiry: {} }] } }],
    ['a Host header', { headers: { host: 'evil.example' } }],
    ['a header with a line break', { headers: { 'request-id': 'a\r\nx: y' } }],
  ])('%s is refused, and the token stays good', async (_case, change) => {
    at.rail.answer(approve)
    const made = await tokenOf(at)
    expect(await at.client.send(sendOf(made, change as object))).toEqual({
      outcome: 'not_sent',
      reason: 'validation_failed',
    })
    expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'answered' })
  })

  test('a rail that echoes the card is not repeated, and what it decided still is', async () => {
    at.rail.answer((response, { body }) =>
      response.end(
        JSON.stringify({
          transactionId: 't-2',
          responseStatus: 'ERROR',
          responseMessage: `bad number ${VISA.number}`,
          hostMessage: '4112-3441-1234-4113',
          request: body,
          paymentMethodType: {
            card: {
              accountNumber: VISA.number,
              cvv: '739',
              maskedAccountNumber: '411234XXXXXX4113',
              cardTypeName: 'VISA',
            },
          },
          validationErrors: [{ code: 'INVALID', entity: 'card', message: '4112 3441 1234 4113' }],
        }),
      ),
    )
    const result = await at.client.send(sendOf(await tokenOf(at)))
    expect(result).toEqual({
      outcome: 'answered',
      httpStatus: 200,
      body: {
        transactionId: 't-2',
        responseStatus: 'ERROR',
        responseMessage: '[removed]',
        hostMessage: '[removed]',
        paymentMethodType: { card: { maskedAccountNumber: '411234XXXXXX4113', cardTypeName: 'VISA' } },
        validationErrors: [{ code: 'INVALID', entity: 'card', message: '[removed]' }],
      },
    })
  })
})
