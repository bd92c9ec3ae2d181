import { newId } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVaultClient } from './client.ts'
import {
  CARD,
  INTERNAL_KEY,
  SHOP,
  frameCall,
  openSession,
  sendOf,
  startHarness,
  ticketFor,
  tokenOf,
} from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'
import { approve } from './testing/rail.ts'

const VISA = { ...CARD, securityCode: '739' }

describe('from ticket to rail', () => {
  let at: Harness
  beforeAll(async () => {
    at = await startHarness()
  })
  afterAll(() => at.close())

  test('a card reaches the rail once, whole, in its places, with its expiry as integers', async () => {
    const made = await tokenOf(at)
    const result = await at.client.send(sendOf(made))
    expect(result).toEqual({
      outcome: 'answered',
      httpStatus: 200,
      body: {
        transactionId: 't-1',
        transactionState: 'AUTHORIZED',
        responseStatus: 'SUCCESS',
        amount: 1248000,
      },
    })
    const heard = at.rail.heard.at(-1)
    expect(heard).toMatchObject({
      method: 'POST',
      path: '/api/v2/payments',
      headers: { authorization: 'Bearer rail-token', 'request-id': 'r-1' },
    })
    expect(heard?.body).toEqual({
      amount: 1_248_000,
      currency: 'USD',
      captureMethod: 'MANUAL',
      accountHolder: { fullName: 'Ann Buyer' },
      paymentMethodType: {
        card: {
          accountNumberType: 'PAN',
          accountNumber: VISA.number,
          expiry: { month: 5, year: 2031 },
          cvv: '739',
        },
      },
    })
  })

  test('a token shows its brand, last four and binding, and whether it was used', async () => {
    const made = await tokenOf(at)
    const read = { marketplace: at.marketplace, token: made.token }
    const before = await at.client.readToken(read)
    // as it is sent, before the client leaves out what it doesn't know: nothing more of the card is shown
    const sent = await fetch(`${at.vault.internalUrl}/internal/tokens/read`, {
      method: 'POST',
      headers: { authorization: `Bearer ${INTERNAL_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(read),
    })
    expect(await sent.json()).toEqual({
      session: made.ticket.session,
      revision: 1,
      brand: 'visa',
      last4: '4113',
      expMonth: 5,
      expYear: 2031,
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
      used: false,
      expiresAt: expect.stringMatching(/Z$/),
      savedCard: null,
      securityCode: true,
      wallet: null,
      cryptogram: false,
    })
    await at.client.send(sendOf(made))
    expect(await at.client.readToken(read)).toEqual({ ...before, used: true })
  })

  test('one card has one fingerprint in a marketplace, and another in the next', async () => {
    const other = newId('marketplace')
    await at.client.putMarketplace(other, { name: 'Other', origins: [SHOP] })
    const print = async (marketplace: string): Promise<string | undefined> => {
      const { token } = await tokenOf(at, { ticket: ticketFor(at, { marketplace }) })
      return (await at.client.readToken({ marketplace, token }))?.fingerprint
    }
    const first = await print(at.marketplace)
    expect(await print(at.marketplace)).toBe(first)
    expect(await print(other)).not.toBe(first)
  })

  const madeUp = `ft_${'0'.repeat(26)}_${'a'.repeat(43)}`
  test.each([
    [
      'the ticket is used twice',
      (ticket: string) => [
        { ticket, origin: SHOP },
        { ticket, origin: SHOP },
      ],
      'ticket_refused',
    ],
    ['the ticket is made up', () => [{ ticket: madeUp, origin: SHOP }], 'ticket_refused'],
    [
      'the page has another origin',
      (ticket: string) => [{ ticket, origin: 'http://evil.localhost' }],
      'origin_refused',
    ],
  ])('a frame session is refused when %s', async (_case, calls, code) => {
    const { ticket } = await at.client.createTicket(ticketFor(at))
    const answers = []
    for (const body of calls(ticket)) answers.push(await frameCall(at, '/v1/frame-sessions', { body }))
    const last = answers.at(-1)
    expect([last?.status, last?.body['code']]).toEqual([403, code])
  })

  test('a ticket that was shown with another origin is spent', async () => {
    const { ticket } = await at.client.createTicket(ticketFor(at))
    await frameCall(at, '/v1/frame-sessions', { body: { ticket, origin: 'http://evil.localhost' } })
    const answer = await frameCall(at, '/v1/frame-sessions', { body: { ticket, origin: SHOP } })
    expect(answer.body['code']).toBe('ticket_refused')
  })

  test('of twenty frames that redeem one ticket at once, one gets it', async () => {
    const { ticket } = await at.client.createTicket(ticketFor(at))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        frameCall(at, '/v1/frame-sessions', { body: { ticket, origin: SHOP } }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  test('a ticket runs out after a minute, a frame session after thirty, a token after fifteen', async () => {
    const { ticket } = await at.client.createTicket(ticketFor(at))
    const session = await openSession(at)
    const made = await tokenOf(at)
    at.pass(60_000)
    expect((await frameCall(at, '/v1/frame-sessions', { body: { ticket, origin: SHOP } })).body['code']).toBe(
      'ticket_refused',
    )
    at.pass(14 * 60_000)
    expect(await at.client.send(sendOf(made))).toEqual({ outcome: 'refused', code: 'token_expired' })
    at.pass(15 * 60_000)
    expect((await frameCall(at, '/v1/tokens', { body: VISA, bearer: session.bearer })).body['code']).toBe(
      'frame_session_refused',
    )
  })

  test('no ticket is made for an origin that the marketplace has not registered', async () => {
    await expect(
      at.client.createTicket(ticketFor(at, { origin: 'https://else.example' })),
    ).rejects.toMatchObject({ code: 'origin_refused' })
    await expect(
      at.client.createTicket(ticketFor(at, { marketplace: newId('marketplace') })),
    ).rejects.toMatchObject({ code: 'origin_refused' })
  })

  test.each([
    ["Origin of a merchant's page", { origin: SHOP }],
    ['Origin null', { origin: 'null' }],
    ['a fetch from another site', { 'sec-fetch-site': 'cross-site' }],
    ['a fetch from a sibling of the vault', { 'sec-fetch-site': 'same-site' }],
  ])("the frame's calls refuse %s", async (_case, headers) => {
    const answer = await frameCall(at, '/v1/tokens', { body: VISA, headers })
    expect([answer.status, answer.body['code']]).toEqual([403, 'origin_refused'])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  test.each([
    ['a wrong digit', { number: '4112344112344114' }, 422, 'card_invalid', 'number'],
    ['a digit too few', { number: '411234411234411' }, 422, 'card_invalid', 'number'],
    ['an expiry that has passed', { expMonth: 10, expYear: 2026 }, 422, 'card_invalid', 'expYear'],
    ['an expiry that is too far ahead', { expYear: 2060 }, 422, 'card_invalid', 'expYear'],
    ['a security code of the wrong length', { securityCode: '7391' }, 422, 'card_invalid', 'securityCode'],
    ['a number for a name', { name: '4112 3441 1234 4113' }, 422, 'card_invalid', 'name'],
    ['a number within the name, in other digits', { name: 'Ann ４１１２３４４１１２３４４１１３' }, 422, 'card_invalid', 'name'],
    ['a number with spaces', { number: '4112 3441 1234 4113' }, 400, 'validation_failed', 'number'],
    ['an unknown field', { pin: '1234' }, 400, 'validation_failed', undefined],
    ['a name of one letter', { name: 'A' }, 400, 'validation_failed', 'name'],
  ])(
    'a card with %s is refused, and nothing of it is repeated',
    async (_case, change, status, code, field) => {
      const { bearer } = await openSession(at)
      const answer = await frameCall(at, '/v1/tokens', { body: { ...VISA, ...change }, bearer })
      expect([answer.status, answer.body['code'], answer.body['field']]).toEqual([status, code, field])
      for (const value of Object.values({ ...VISA, ...change }).filter(value => String(value).length > 3)) {
        expect(answer.text).not.toContain(String(value))
      }
    },
  )

  test('a card of a brand that the session does not take is refused', async () => {
    const { bearer } = await openSession(at, ticketFor(at, { brands: ['mastercard'] }))
    const answer = await frameCall(at, '/v1/tokens', { body: VISA, bearer })
    expect([answer.status, answer.body['field']]).toEqual([422, 'number'])
  })

  test.each([
    ['malformed', '{"number": "4112344112344113"'],
    ['a duplicate field', '{"number":"4112344112344113","number":"4112344112344113"}'],
    ['__proto__', '{"__proto__":{"number":"4112344112344113"}}'],
    ['a number beyond range', '{"expYear":1e400}'],
    ['nested too deep', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['too large', `"${'4112344112344113'.repeat(5_000)}"`],
  ])('a body that is %s is refused as not strict JSON, without repeating it', async (_case, body) => {
    const { bearer } = await openSession(at)
    const answer = await frameCall(at, '/v1/tokens', { body, bearer })
    expect([answer.status, answer.body['code']]).toEqual([400, 'json_malformed'])
    expect(answer.text).not.toContain('4112344112344113')
  })

  test('the internal face answers nobody without its key', async () => {
    const stranger = createVaultClient({
      internalUrl: at.vault.internalUrl,
      internalKey: 'another-key-of-a-stranger-012345',
    })
    await expect(
      stranger.putMarketplace(at.marketplace, { name: 'Mine', origins: [] }),
    ).rejects.toMatchObject({ code: 'key_invalid' })
    expect(await stranger.send(sendOf(await tokenOf(at)))).toEqual({
      outcome: 'not_sent',
      reason: 'key_invalid',
    })
    stranger.close()
  })

  test.each([
    'https://shop.example/',
    'https://shop.example/pay',
    'https://*.example',
    'null',
    `https://a.example; script-src *`,
    'HTTPS://SHOP.EXAMPLE',
    'ftp://a.example',
  ])("the origin %s is refused, for it would stand in the frame's policy", async origin => {
    await expect(
      at.client.putMarketplace(at.marketplace, { name: 'M', origins: [SHOP, origin] }),
    ).rejects.toMatchObject({ code: 'validation_failed', field: 'origins[1]' })
  })
})

describe('a token is used once', () => {
  let at: Harness
  beforeAll(async () => {
    at = await startHarness()
  })
  afterAll(() => at.close())

  test('of twenty operations that send one token at once, one reaches the rail', async () => {
    const made = await tokenOf(at)
    const before = at.rail.heard.length
    const results = await Promise.all(Array.from({ length: 20 }, () => at.client.send(sendOf(made))))
    expect(results.filter(({ outcome }) => outcome === 'answered')).toHaveLength(1)
    expect(
      results.filter(result => result.outcome === 'refused' && result.code === 'token_used'),
    ).toHaveLength(19)
    expect(at.rail.heard.length - before).toBe(1)
  })

  test('of twenty sends of one operation at once, one reaches the rail, and the others are unknown, not refused', async () => {
    const request = sendOf(await tokenOf(at))
    const before = at.rail.heard.length
    const results = await Promise.all(Array.from({ length: 20 }, () => at.client.send(request)))
    expect(results.filter(({ outcome }) => outcome === 'answered')).toHaveLength(1)
    expect(
      results.filter(result => result.outcome === 'unknown' && result.reason === 'already_sent'),
    ).toHaveLength(19)
    expect(at.rail.heard.length - before).toBe(1)
  })

  test('an operation that has sent a card sends no other', async () => {
    const request = sendOf(await tokenOf(at))
    await at.client.send(request)
    const again = sendOf(await tokenOf(at), { operation: request.operation })
    expect(await at.client.send(again)).toEqual({ outcome: 'unknown', reason: 'already_sent' })
  })

  test.each([
    ['another marketplace', () => ({ marketplace: newId('marketplace') }), 'token_unknown'],
    ['another session', () => ({ session: newId('session') }), 'token_binding_refused'],
    ['another revision', () => ({ revision: 2 }), 'token_binding_refused'],
    [
      'a token that was made up',
      () => ({ token: `tok_${'0'.repeat(26)}_${'a'.repeat(43)}` }),
      'token_unknown',
    ],
  ])('a send for %s is refused, and the token stays good for its own', async (_case, change, code) => {
    const made = await tokenOf(at)
    expect(await at.client.send(sendOf(made, change()))).toEqual({ outcome: 'refused', code })
    expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'answered' })
  })

  test('after a restart a card that waited is refused as card_data_expired: its security code is gone', async () => {
    const made = await tokenOf(at)
    await at.restart()
    expect(await at.client.send(sendOf(made))).toEqual({ outcome: 'refused', code: 'card_data_expired' })
  })

  test("a row whose ciphertext was swapped with another card's doesn't open", async () => {
    const [mine, other] = [await tokenOf(at), await tokenOf(at)]
    const before = at.rail.heard.length
    await at.query(
      `update vault.cards a set sealed = b.sealed, wrapped_key = b.wrapped_key from vault.cards b
      where a.session_id = $1 and b.session_id = $2`,
      [mine.ticket.session, other.ticket.session],
    )
    expect(await at.client.send(sendOf(mine))).toEqual({ outcome: 'refused', code: 'card_data_expired' })
    await at.query(`update vault.cards set record_version = 2 where session_id = $1`, [other.ticket.session])
    expect(await at.client.send(sendOf(other))).toEqual({ outcome: 'refused', code: 'card_data_expired' })
    expect(at.rail.heard.length).toBe(before)
  })

  test("a row moved to another tenant doesn't open", async () => {
    const made = await tokenOf(at)
    const thief = newId('marketplace')
    await at.client.putMarketplace(thief, { name: 'Thief', origins: [SHOP] })
    // the thief's own token, whose row is given the victim's ciphertext
    const own = await tokenOf(at, { ticket: ticketFor(at, { marketplace: thief }) })
    await at.query(
      `update vault.cards a set sealed = b.sealed, wrapped_key = b.wrapped_key, key_id = b.key_id from vault.cards b
      where a.session_id = $1 and b.session_id = $2`,
      [own.ticket.session, made.ticket.session],
    )
    expect(await at.client.send(sendOf(own))).toEqual({ outcome: 'refused', code: 'card_data_expired' })
  })

  test('the sent-log has the send before the rail hears of it, and its end after', async () => {
    const request = sendOf(await tokenOf(at))
    const find = (): Promise<object[]> =>
      at.query('select outcome, http_status from vault.sends where operation_id = $1', [request.operation])
    let during: object[] = []
    at.rail.answer(
      response =>
        void find().then(rows => {
          during = rows
          approve(response)
        }),
    )
    await at.client.send(request)
    at.rail.answer(approve)
    expect(during).toEqual([{ outcome: null, http_status: null }])
    expect(await find()).toEqual([{ outcome: 'answered', http_status: 200 }])
  })
})
