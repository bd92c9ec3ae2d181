import { newId } from '@holdfast/contract'
import type { SavedCardTokenRequest } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRecord } from './crypto.ts'
import { addKey, loadKeyring } from './keyring.ts'
import { BRANDS, CARD, SHOP, frameCall, openSession, sendOf, startHarness, ticketFor, tokenOf } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'

let at: Harness
/** What the rail was sent last. */
let heard: { paymentMethodType?: { card?: Record<string, unknown> } }
const CODE = '739'

beforeAll(async () => {
  at = await startHarness()
  at.rail.answer((response, { body }) => {
    heard = (typeof body === 'string' ? JSON.parse(body) : body) as typeof heard
    response.end(JSON.stringify({ transactionId: 't', responseStatus: 'SUCCESS' }))
  })
})
afterAll(() => at.close())

const keyOf = (savedCard: string): { marketplace: string; savedCard: string } => ({ marketplace: at.marketplace, savedCard })

async function sent(card: object = { ...CARD, securityCode: CODE }): Promise<string> {
  const savedCard = newId('savedCard')
  expect(await at.client.send(sendOf(await tokenOf(at, { card }), { keepAs: savedCard }))).toMatchObject({ outcome: 'answered' })
  return savedCard
}

async function kept(card?: object): Promise<string> {
  const savedCard = await sent(card)
  expect(await at.client.keepSavedCard(keyOf(savedCard))).toBe(true)
  return savedCard
}

function wanted(savedCard: string): SavedCardTokenRequest {
  const { marketplace, session, revision, origin } = ticketFor(at)
  return { marketplace, session, revision, origin, brands: BRANDS, savedCard }
}

/** Pays without a security code. */
async function tokenWithout(savedCard: string) {
  const ticket = ticketFor(at)
  const { token } = await at.client.createSavedCardToken({ ...wanted(savedCard), session: ticket.session })
  return { token, ticket }
}

const stored = (savedCard: string) => at.query<{ drop_at: Date | null }>('select drop_at from vault.saved_cards where saved_card_id = $1', [savedCard])

test('a number is kept with the send that carries consent, and with no other', async () => {
  const before = await at.query('select 1 from vault.saved_cards')
  await at.client.send(sendOf(await tokenOf(at)))
  expect(await at.query('select 1 from vault.saved_cards')).toHaveLength(before.length)
  expect(await stored(await sent())).toHaveLength(1)
})

test('a number whose payment nobody calls approved is gone after a day; one that is kept stays', async () => {
  const [provisional, saved] = [await sent(), await kept()]
  at.pass(24 * 60 * 60_000)
  expect(await at.client.keepSavedCard(keyOf(provisional))).toBe(false)
  await at.vault.sweep()
  expect(await stored(provisional)).toEqual([])
  expect(await stored(saved)).toEqual([{ drop_at: null }])
})

test('a saved card pays without a code: the rail gets number and expiry, and no cvv', async () => {
  const made = await tokenWithout(await kept())
  expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'answered' })
  expect(heard.paymentMethodType?.card).toEqual({
    accountNumberType: 'PAN', accountNumber: CARD.number, expiry: { month: CARD.expMonth, year: CARD.expYear },
  })
})

test('its token is bound to session and revision, works once, and outlives a restart', async () => {
  const made = await tokenWithout(await kept())
  await at.restart()
  expect(await at.client.send(sendOf(made, { session: newId('session') }))).toMatchObject({ outcome: 'refused', code: 'token_binding_refused' })
  expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'answered' })
  expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'refused', code: 'token_used' })
})

test('with the code: the frame shows brand and last four, takes the code alone, and the rail gets both', async () => {
  const savedCard = await kept()
  const { bearer, ticket } = await openSession(at, ticketFor(at, { savedCard }))
  const whole = await frameCall(at, '/v1/tokens', { body: { ...CARD, securityCode: CODE }, bearer })
  expect([whole.status, whole.body['code']]).toEqual([400, 'validation_failed'])
  const short = await frameCall(at, '/v1/tokens', { body: { securityCode: '7391' }, bearer })
  expect([short.status, short.body['field']]).toEqual([422, 'securityCode'])
  const { body } = await frameCall(at, '/v1/tokens', { body: { securityCode: CODE }, bearer })
  const token = String(body['token'])
  expect(await at.client.readToken({ marketplace: at.marketplace, token })).toMatchObject({ savedCard, securityCode: true, last4: '4113' })
  expect(await at.client.send(sendOf({ token, ticket }))).toMatchObject({ outcome: 'answered' })
  expect(heard.paymentMethodType?.card).toMatchObject({ accountNumber: CARD.number, cvv: CODE })
})

test('the frame session of a new card takes no lone code, and says that it is for no saved card', async () => {
  const ticket = ticketFor(at)
  const { ticket: secret } = await at.client.createTicket(ticket)
  const session = await frameCall(at, '/v1/frame-sessions', { body: { ticket: secret, origin: SHOP } })
  expect(session.body['savedCard']).toBeNull()
  const answer = await frameCall(at, '/v1/tokens', { body: { securityCode: CODE }, bearer: String(session.body['frameSession']) })
  expect(answer.status).toBe(400)
})

test('a removed card is deleted, with the tokens that were made of it and not sent', async () => {
  const savedCard = await kept()
  const made = await tokenWithout(savedCard)
  const { ticket } = await at.client.createTicket(ticketFor(at, { savedCard }))
  await at.client.removeSavedCard(keyOf(savedCard))
  await at.client.removeSavedCard(keyOf(savedCard))
  expect(await stored(savedCard)).toEqual([])
  expect(await at.client.send(sendOf(made))).toMatchObject({ outcome: 'refused', code: 'token_expired' })
  expect((await frameCall(at, '/v1/frame-sessions', { body: { ticket, origin: SHOP } })).body['code']).toBe('ticket_refused')
  await expect(at.client.createSavedCardToken(wanted(savedCard))).rejects.toMatchObject({ code: 'saved_card_unknown' })
  expect(await at.client.keepSavedCard(keyOf(savedCard))).toBe(false)
})

test('of removals and tokens that race, no token survives its card', async () => {
  const savedCard = await kept()
  const tokens = Array.from({ length: 12 }, () => tokenWithout(savedCard).catch(() => null))
  await at.client.removeSavedCard(keyOf(savedCard))
  await Promise.all(tokens)
  expect(await at.query('select 1 from vault.cards where saved_card_id = $1 and sealed is not null', [savedCard])).toEqual([])
})

test('another marketplace has nothing of it', async () => {
  const savedCard = await kept()
  const other = newId('marketplace')
  await at.client.putMarketplace(other, { name: 'Other', origins: [SHOP] })
  await expect(at.client.createSavedCardToken({ ...wanted(savedCard), marketplace: other })).rejects.toMatchObject({ code: 'saved_card_unknown' })
  await expect(at.client.createTicket({ ...ticketFor(at, { savedCard }), marketplace: other })).rejects.toMatchObject({ code: 'saved_card_unknown' })
  expect(await at.client.keepSavedCard({ marketplace: other, savedCard })).toBe(false)
  await at.client.removeSavedCard({ marketplace: other, savedCard })
  expect(await stored(savedCard)).toHaveLength(1)
})

test('an expired card makes no token, and a page of an origin that is not registered gets none', async () => {
  const savedCard = await kept({ ...CARD, securityCode: CODE, expMonth: 12, expYear: 2026 })
  await expect(at.client.createSavedCardToken({ ...wanted(savedCard), origin: 'http://other.example' })).rejects.toMatchObject({ code: 'origin_refused' })
  at.pass(60 * 24 * 60 * 60_000)
  await expect(at.client.createSavedCardToken(wanted(savedCard))).rejects.toMatchObject({ code: 'card_invalid', field: 'expYear' })
})

test('a saved card is not saved again', async () => {
  const made = await tokenWithout(await kept())
  expect(await at.client.send(sendOf(made, { keepAs: newId('savedCard') }))).toMatchObject({ outcome: 'not_sent', reason: 'validation_failed' })
})

interface Sealed {
  marketplace_id: string
  saved_card_id: string
  record_version: number
  key_id: string
  wrapped_key: Buffer
  sealed: Buffer
}

test('a record opens for its own saved card alone, has no security code in it, and moves to a new key', async () => {
  const [mine, other] = [await kept(), await kept({ ...CARD, number: '5112345112345114', securityCode: CODE })]
  const rowOf = async (id: string) => (await at.query<Sealed>('select * from vault.saved_cards where saved_card_id = $1', [id]))[0] as Sealed
  const openAs = (row: Sealed, binding: object): string => openRecord(loadKeyring({ file: at.keyFile }), {
    record: { keyId: row.key_id, wrappedKey: row.wrapped_key, sealed: row.sealed },
    binding: { marketplace: row.marketplace_id, savedCard: row.saved_card_id, recordVersion: row.record_version, ...binding },
  }).toString('utf8')
  const row = await rowOf(mine)
  expect(openAs(row, {})).toBe(JSON.stringify({ number: CARD.number, name: CARD.name }))
  for (const binding of [{ savedCard: other }, { marketplace: newId('marketplace') }, { recordVersion: 2 }, { tokenHash: Buffer.from(mine) }])
    expect(() => openAs(row, binding)).toThrow(/does not open/)
  const id = addKey({ file: at.keyFile })
  await at.vault.rotateKeys()
  expect(await at.query('select 1 from vault.saved_cards where key_id <> $1', [id])).toEqual([])
  expect(await at.client.send(sendOf(await tokenWithout(mine)))).toMatchObject({ outcome: 'answered' })
  await at.query('update vault.saved_cards a set sealed = b.sealed, wrapped_key = b.wrapped_key from vault.saved_cards b where a.saved_card_id = $1 and b.saved_card_id = $2', [mine, other])
  await expect(at.client.createSavedCardToken(wanted(mine))).rejects.toMatchObject({ code: 'saved_card_unknown' })
})

test('no number and no code of a saved card is in a table or a log in the clear', async () => {
  const text = `${await at.dump()}\n${at.logs()}`
  expect(text).toContain('4113')
  for (const secret of [CARD.number, Buffer.from(CARD.number).toString('hex'), '5112345112345114']) expect(text).not.toContain(secret)
})
