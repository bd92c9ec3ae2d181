import type { CheckoutSession, CheckoutView, Payment, SavedCard } from '@holdfast/contract/types'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TEST_ORIGIN, type TestBackend } from '../testing/backend.ts'
import { call, cardToken, type ApiAnswer } from '../testing/http.ts'
import { fresh, openShop, startTestShop, type Shop } from '../testing/shop.ts'
import { savedCards as job } from './job.ts'

const VISA = '4112344112344113'
const MASTERCARD = '5112345112345114'
const DECLINED = '4000000000000002'
const save = { consent: '2026-11', locale: 'en', shared: false }

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop())
})
afterAll(() => backend.close())

interface Who {
  readonly buyer: string
  readonly company?: string
  readonly securityCode?: 'always' | 'never'
}

const session = ({ buyer, company, securityCode = 'never' }: Who): Promise<CheckoutSession> =>
  shop.session([{ seller, amount: 10_000 }], { buyer: { reference: buyer, ...(company && { companyReference: company }) }, savedCards: { securityCode } })

const page = (one: CheckoutSession, path: string, body: object): Promise<ApiAnswer> =>
  call(backend, 'POST', `/v1/checkout/${path}`, { key: one.clientSecret, headers: { origin: TEST_ORIGIN }, body })
const confirm = (one: CheckoutSession, token: string, over: object = {}): Promise<ApiAnswer> =>
  page(one, 'confirm', { method: 'card', token, revision: one.revision, ...over })
const offered = async (one: CheckoutSession): Promise<NonNullable<CheckoutView['savedCards']>['cards']> =>
  (await shop.page(one)).view.savedCards?.cards ?? []
const listed = async (filter: string): Promise<SavedCard[]> => (await shop.get<{ data: SavedCard[] }>(`/v1/saved-cards?${filter}`)).data
const tokenWithout = async (one: CheckoutSession, savedCard: string): Promise<string> =>
  String((await page(one, 'saved-card-token', { savedCard, revision: one.revision })).body['token'])

interface Saving { number?: string; shared?: boolean; expYear?: number }

/** Types a card, ticks the box, pays. */
async function pays(who: Who, { number = VISA, shared = false, expYear = 2035 }: Saving = {}): Promise<ApiAnswer & { session: CheckoutSession }> {
  const one = await session(who)
  const token = await cardToken(backend, { ...one, origin: TEST_ORIGIN, card: { number, expYear } })
  return { session: one, ...await confirm(one, token, { save: { ...save, shared } }) }
}

/** The newest card that a buyer has saved. */
async function saves(who: Who, how: Saving = {}): Promise<SavedCard> {
  expect((await pays(who, how)).body).toMatchObject({ status: 'complete' })
  const [card] = await listed(`buyer=${who.buyer}`)
  return card as SavedCard
}

/** What the worker does by itself, done now. */
async function tellVault(): Promise<void> {
  for (const subject of await job.due(backend.deps, { limit: 100, except: [] })) await job.handle(backend.deps, subject)
}

/** As the vault's own role, which alone may. */
async function inVault(text: string, id: string): Promise<unknown[]> {
  const client = new pg.Client(backend.database.vault)
  await client.connect()
  const { rows } = await client.query(text, [id]).finally(() => client.end())
  return rows
}

const numbersKept = async (id: string): Promise<number> =>
  (await inVault('select 1 from vault.saved_cards where saved_card_id = $1 and drop_at is null', id)).length

test('a card is saved with what was agreed to, once its payment is approved', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  expect(card).toMatchObject({
    object: 'saved_card', status: 'active', buyer, company: null, brand: 'visa', last4: '4113', expMonth: 12, expYear: 2035,
    consent: { version: '2026-11', locale: 'en', shared: false }, lastUsedAt: null, removedAt: null,
  })
  const events = await shop.get<{ data: { type: string }[] }>(`/v1/events?object=${card.id}`)
  expect(events.data.map(({ type }) => type)).toEqual(['saved_card.created'])
})

test('a declined payment saves nothing, and the vault forgets the number', async () => {
  const buyer = fresh('buyer')
  expect((await pays({ buyer }, { number: DECLINED })).body).toMatchObject({ status: 'failed' })
  expect(await listed(`buyer=${buyer}`)).toEqual([])
  await tellVault()
  const { rows } = await backend.deps.pool.query('select 1 from saved_cards where buyer_reference = $1', [buyer])
  expect(rows).toEqual([])
})

test('paying again without a code: the rail hears of a stored credential both times', async () => {
  const buyer = fresh('buyer')
  const first = await pays({ buyer })
  const [card] = await listed(`buyer=${buyer}`) as [SavedCard]
  const again = await session({ buyer })
  const answer = await confirm(again, await tokenWithout(again, card.id))
  expect(answer.body).toMatchObject({ status: 'complete', card: { last4: '4113' } })
  expect(await toldOf(first)).toMatchObject({ initiatorType: 'CARDHOLDER', accountOnFile: 'TO_BE_STORED' })
  expect(await toldOf(answer)).toMatchObject({ initiatorType: 'CARDHOLDER', accountOnFile: 'STORED' })
  expect((await listed(`buyer=${buyer}`))[0]?.lastUsedAt).not.toBeNull()
})

/** What the rail noted of a payment. */
async function toldOf({ body }: ApiAnswer): Promise<object> {
  const payment = await shop.get<Payment>(`/v1/payments/${String(body['payment'])}`)
  const { rows } = await backend.deps.pool.query<{ request_id: string }>('select request_id from operations where id = $1', [payment.operations[0]!.id])
  return backend.rails.jpmorgan.records.payments().find(({ requestId }) => requestId === rows[0]!.request_id) ?? {}
}

test('with a session that wants the code, nothing is paid without it', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  const one = await session({ buyer, securityCode: 'always' })
  const refused = await page(one, 'saved-card-token', { savedCard: card.id, revision: one.revision })
  expect([refused.status, refused.body['code']]).toEqual([400, 'validation_failed'])
  const coded = await cardToken(backend, { ...one, origin: TEST_ORIGIN, savedCard: card.id, card: { securityCode: '123' } })
  expect((await confirm(one, coded)).body).toMatchObject({ status: 'complete' })
})

test.each<[string, Who & { owner: string; ownersCompany?: string; shared?: boolean }, boolean]>([
  ['its own buyer', { owner: 'a', buyer: 'a' }, true],
  ['another buyer', { owner: 'a', buyer: 'b' }, false],
  ['a colleague, of a card that is shared', { owner: 'a', ownersCompany: 'x', shared: true, buyer: 'b', company: 'x' }, true],
  ['a colleague, of a card that is not shared', { owner: 'a', ownersCompany: 'x', buyer: 'b', company: 'x' }, false],
  ['another company’s buyer', { owner: 'a', ownersCompany: 'x', shared: true, buyer: 'b', company: 'y' }, false],
  ['its buyer, who buys for another company', { owner: 'a', ownersCompany: 'x', shared: true, buyer: 'a', company: 'y' }, true],
  ['a buyer with no company', { owner: 'a', ownersCompany: 'x', shared: true, buyer: 'b' }, false],
])('a saved card is there for %s: %#', async (_who, { owner, ownersCompany, shared = false, buyer, company }, may) => {
  const run = fresh('run')
  const own = (name: string) => `${run}-${name}`
  const card = await saves({ buyer: own(owner), ...(ownersCompany && { company: own(ownersCompany) }) }, { shared })
  const one = await session({ buyer: own(buyer), ...(company && { company: own(company) }) })
  expect((await offered(one)).map(({ id }) => id)).toEqual(may ? [card.id] : [])
  const ticket = await page(one, 'frame-ticket', { savedCard: card.id })
  const token = await page(one, 'saved-card-token', { savedCard: card.id, revision: 1 })
  expect([ticket.status, token.status]).toEqual(may ? [201, 201] : [404, 404])
  if (may) expect((await confirm(one, String(token.body['token']))).body).toMatchObject({ status: 'complete' })
})

test('a colleague pays with a shared card and can’t remove it; who saved it can, and then nobody pays with it', async () => {
  const [company, ann, ben] = [fresh('company'), fresh('ann'), fresh('ben')]
  const card = await saves({ buyer: ann, company }, { shared: true })
  const bens = await session({ buyer: ben, company })
  expect(await offered(bens)).toMatchObject([{ id: card.id, own: false, expired: false }])
  expect((await page(bens, 'remove-saved-card', { savedCard: card.id })).status).toBe(404)
  const held = await tokenWithout(bens, card.id)
  const anns = await session({ buyer: ann, company })
  const removed = await page(anns, 'remove-saved-card', { savedCard: card.id })
  expect((removed.body as unknown as CheckoutView).savedCards?.cards).toEqual([])
  expect(await offered(bens)).toEqual([])
  const late = await confirm(bens, held)
  expect([late.status, late.body['code']]).toEqual([409, 'token_refused'])
})

test('what one marketplace keeps, no other sees or pays with', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  const marketplace = await backend.createMarketplace({ name: 'Other', origins: [TEST_ORIGIN] })
  const other = openShop({ ...backend, marketplace })
  const there = await other.session([{ seller: (await other.seller()).id, amount: 10_000 }], { buyer: { reference: buyer }, savedCards: { securityCode: 'never' } })
  expect((await other.page(there)).view.savedCards?.cards).toEqual([])
  for (const [path, body] of [['frame-ticket', {}], ['saved-card-token', { revision: 1 }], ['remove-saved-card', {}]] as const)
    expect((await page(there, path, { savedCard: card.id, ...body })).status, path).toBe(404)
  expect((await call({ ...backend, marketplace }, 'GET', `/v1/saved-cards/${card.id}`)).status).toBe(404)
  expect((await call({ ...backend, marketplace }, 'DELETE', `/v1/saved-cards/${card.id}`)).status).toBe(404)
  expect((await shop.get<SavedCard>(`/v1/saved-cards/${card.id}`)).status).toBe('active')
})

test('the merchant removes a card: it is told, stays to be read, and the vault’s number is gone', async () => {
  const card = await saves({ buyer: fresh('buyer') })
  await tellVault()
  expect(await numbersKept(card.id)).toBe(1)
  const removed = await call(backend, 'DELETE', `/v1/saved-cards/${card.id}`)
  expect(removed.body).toMatchObject({ id: card.id, status: 'removed', consent: card.consent })
  expect((await call(backend, 'DELETE', `/v1/saved-cards/${card.id}`)).body).toEqual(removed.body)
  await tellVault()
  expect(await numbersKept(card.id)).toBe(0)
  expect(await listed(`buyer=${card.buyer}`)).toEqual([])
  expect(await listed(`buyer=${card.buyer}&status=removed`)).toHaveLength(1)
  const events = await shop.get<{ data: { type: string }[] }>(`/v1/events?object=${card.id}&order=oldest`)
  expect(events.data.map(({ type }) => type)).toEqual(['saved_card.created', 'saved_card.removed'])
})

test('a card saved twice is one; a renewed one takes the place of the old', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  expect((await saves({ buyer })).id).toBe(card.id)
  const renewed = await saves({ buyer }, { expYear: 2036 })
  expect(await listed(`buyer=${buyer}`)).toMatchObject([{ id: renewed.id, expYear: 2036 }])
  expect((await shop.get<SavedCard>(`/v1/saved-cards/${card.id}`)).status).toBe('removed')
  await saves({ buyer }, { number: MASTERCARD })
  expect(await listed(`buyer=${buyer}`)).toHaveLength(2)
  await tellVault()
  expect(await numbersKept(card.id)).toBe(0)
})

test('a card that was its buyer’s alone becomes the company’s when the buyer says so, with that consent on record', async () => {
  const [company, buyer] = [fresh('company'), fresh('buyer')]
  const card = await saves({ buyer, company })
  expect(await saves({ buyer, company }, { shared: true })).toMatchObject({ id: card.id, company, consent: { shared: true } })
})

test('of payments with one card at once, each succeeds and one card is saved', async () => {
  const buyer = fresh('buyer')
  const answers = await Promise.all(Array.from({ length: 6 }, () => pays({ buyer })))
  expect(answers.map(({ body }) => body['status'])).toEqual(Array.from({ length: 6 }, () => 'complete'))
  const cards = await listed(`buyer=${buyer}`)
  expect(cards).toHaveLength(1)
  await tellVault()
  expect(await numbersKept(cards[0]!.id)).toBe(1)
})

test('paying and removing at once: each payment is refused or whole, and the card is removed', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  const sessions = await Promise.all(Array.from({ length: 6 }, () => session({ buyer })))
  const tokens = await Promise.all(sessions.map((one) => tokenWithout(one, card.id)))
  const paying = sessions.map((one, index) => confirm(one, tokens[index] as string))
  const removed = await call(backend, 'DELETE', `/v1/saved-cards/${card.id}`)
  expect(removed.status).toBe(200)
  const answers = await Promise.all(paying)
  for (const { body } of answers) expect(['complete', 'token_refused']).toContain(body['code'] ?? body['status'])
  expect((await shop.get<SavedCard>(`/v1/saved-cards/${card.id}`)).status).toBe('removed')
})

test('a token of a saved card is for the session’s buyer of now', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  const one = await session({ buyer })
  const token = await tokenWithout(one, card.id)
  await call(backend, 'PATCH', `/v1/checkout-sessions/${one.id}`, { body: { buyer: { reference: fresh('other') } } })
  const answer = await confirm(one, token)
  expect([answer.status, answer.body['code']]).toEqual([409, 'token_refused'])
})

test('an expired card is shown as such and pays nothing', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  await backend.deps.pool.query('update saved_cards set card_exp_year = 2020 where id = $1', [card.id])
  expect(await offered(await session({ buyer }))).toMatchObject([{ id: card.id, expired: true }])
  await inVault('update vault.saved_cards set exp_year = 2020 where saved_card_id = $1', card.id)
  const one = await session({ buyer })
  const answer = await page(one, 'saved-card-token', { savedCard: card.id, revision: 1 })
  expect([answer.status, answer.body['code']]).toEqual([409, 'token_refused'])
})

test.each<[string, Who | null, object, string]>([
  ['a session that keeps no cards', null, save, 'save'],
  ['a buyer without a company who shares', { buyer: 'lone' }, { ...save, shared: true }, 'save'],
  ['words that nobody wrote', { buyer: 'lone' }, { ...save, consent: '1999-01' }, 'save.consent'],
])('refuses to save for %s, and sends nothing', async (_what, who, wanted, field) => {
  const one = who ? await session(who) : await shop.session([{ seller, amount: 10_000 }])
  const answer = await confirm(one, await shop.token(one), { save: wanted })
  expect([answer.status, answer.body['field']]).toEqual([400, field])
  expect((await shop.page(one)).view.attempt).toBeNull()
})

test('a saved card is not saved again, and a session that offers none takes none', async () => {
  const buyer = fresh('buyer')
  const card = await saves({ buyer })
  const one = await session({ buyer })
  expect((await confirm(one, await tokenWithout(one, card.id), { save })).body['field']).toBe('save')
  const plain = await shop.session([{ seller, amount: 10_000 }], { buyer: { reference: buyer } })
  expect((await shop.page(plain)).view.savedCards).toBeNull()
  expect((await page(plain, 'frame-ticket', { savedCard: card.id })).status).toBe(404)
})

test('savedCards needs a buyer with a reference', async () => {
  const body = { reference: fresh('order'), currency: 'USD', returnUrl: 'http://shop.test/', savedCards: {}, lines: [{ reference: 'l', seller, amount: 100 }] }
  expect((await shop.post('/v1/checkout-sessions', body)).body['field']).toBe('buyer.reference')
})

test('a number that the vault gave up is told of as removed', async () => {
  const card = await saves({ buyer: fresh('buyer') })
  await inVault('delete from vault.saved_cards where saved_card_id = $1', card.id)
  await tellVault()
  await tellVault()
  expect((await shop.get<SavedCard>(`/v1/saved-cards/${card.id}`)).status).toBe('removed')
})

test('no number and no security code is in the backend’s tables or logs', async () => {
  const { rows } = await backend.deps.pool.query<{ row: string }>(`select t::text as row from saved_cards t union all select t::text from operations t union all select t::text from events t`)
  const text = rows.map(({ row }) => row).join('\n') + backend.log.join('\n')
  expect(text).toContain('4113')
  for (const number of [VISA, MASTERCARD]) expect(text).not.toContain(number)
})
