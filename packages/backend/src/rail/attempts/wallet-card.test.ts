import type { CheckoutSession, Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWallets } from '../../../../vault/src/testing/wallets.ts'
import { realNow } from '../../clock.ts'
import { TEST_ORIGIN, type TestBackend } from '../../testing/backend.ts'
import { call, type ApiAnswer } from '../../testing/http.ts'
import { startTestShop, type Shop } from '../../testing/shop.ts'

/* Google Pay and Apple Pay through the API: what the wallet gave the page becomes a card token, and that pays. */

const made = makeWallets({ now: realNow })
/** A number that the simulated rail takes, as a device's. */
const number = '4112344112344113'

let backend: TestBackend
let shop: Shop
let seller: string

beforeAll(async () => {
  ({ backend, shop, seller } = await startTestShop({
    config: (config) => ({ ...config, vault: { ...config.vault, walletsFile: made.file } as typeof config.vault }),
  }))
})
afterAll(async () => {
  await backend.close()
  made.remove()
})

const open = (amount = 10_000) => shop.session([{ seller, amount, platformFee: 500 }])
const applePay = (amount: number) => made.appleToken({ number, amount })
const googlePay = () => made.googleToken({ card: { pan: number, expirationMonth: 5, expirationYear: 2031, cryptogram: 'Af9x/QwAA/DjmU65oyc1MAABAAA=' } })

function walletCard({ clientSecret, revision }: CheckoutSession, body: object, origin: string | null = TEST_ORIGIN): Promise<ApiAnswer> {
  return call(backend, 'POST', '/v1/checkout/wallet-card', { key: clientSecret, headers: origin === null ? {} : { origin }, body: { revision, ...body } })
}

test.each([
  ['apple_pay', () => applePay(10_000)],
  ['google_pay', googlePay],
])('%s pays: its card token is confirmed as any other, and spent by it', async (wallet, token) => {
  const session = await open()
  const { status, body } = await walletCard(session, { wallet, token: token() })
  expect([status, body]).toEqual([201, { object: 'wallet_card', token: expect.stringMatching(/^tok_/), authenticated: true, expiresAt: expect.any(String) }])
  const { attempt } = await shop.confirm(session, { token: String(body['token']) })
  expect(attempt).toMatchObject({ status: 'complete', method: 'card', card: { brand: 'visa', last4: '4113' } })
  expect(await shop.get<Payment>(`/v1/payments/${attempt.payment}`)).toMatchObject({ status: 'captured', captured: 10_000 })
  const again = await shop.confirm(await open(), { token: String(body['token']) })
  expect([again.status, again.body['code']]).toEqual([409, 'token_refused'])
})

test.each([
  ['agreed to less than the session wants', () => applePay(9_999), /wallet_amount_refused/],
  ['agreed to another currency', () => made.appleToken({ number, amount: 10_000, currencyCode: '978' }), /wallet_currency_refused/],
  ['gave a token that is no token', () => '{}', /wallet_token_invalid/],
  ['took another merchant’s', () => made.appleToken({ number, amount: 10_000, merchant: made.apple.merchant('merchant.other') }), /wallet_recipient_refused/],
])('a buyer who %s pays nothing, and may try again', async (_what, token, detail) => {
  const session = await open()
  const refused = await walletCard(session, { wallet: 'apple_pay', token: token() })
  expect([refused.status, refused.body['code'], refused.body['field']]).toEqual([409, 'token_refused', 'token'])
  expect(refused.body['detail']).toMatch(detail)
  expect(refused.text).not.toContain(number)
  expect((await walletCard(session, { wallet: 'apple_pay', token: applePay(10_000) })).status).toBe(201)
})

test('a wallet’s token makes one card token, whichever session asks', async () => {
  const token = applePay(10_000)
  expect((await walletCard(await open(), { wallet: 'apple_pay', token })).status).toBe(201)
  expect((await walletCard(await open(), { wallet: 'apple_pay', token })).body['detail']).toMatch(/wallet_replayed/)
})

test.each([
  ['an old revision', { revision: 7 }, 'session_revision_stale'],
  ['a wallet that there is none of', { wallet: 'samsung_pay' }, 'validation_failed'],
  ['an amount of the page’s own', { amount: 1 }, 'validation_failed'],
])('refuses %s', async (_what, change, code) => {
  const { body } = await walletCard(await open(), { wallet: 'apple_pay', token: applePay(10_000), ...change })
  expect(body['code']).toBe(code)
})

test('refuses a call that comes from no page, and a session that is paid', async () => {
  const session = await open()
  expect((await walletCard(session, { wallet: 'google_pay', token: googlePay() }, null)).body['code']).toBe('origin_not_allowed')
  await shop.confirm(session)
  expect((await walletCard(session, { wallet: 'google_pay', token: googlePay() })).body['code']).toBe('session_not_open')
})

test('neither number nor wallet token is in any log', () => {
  const log = backend.log.join('')
  expect(log).not.toContain(number)
  expect(log).not.toMatch(/encryptedMessage|onlinePaymentCryptogram|EC_v1/)
})
