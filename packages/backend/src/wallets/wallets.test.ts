import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAppleGateway, type AppleGateway } from '@holdfast/simulators'
import type { CheckoutSession, Payment } from '@holdfast/contract/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GATEWAY_MERCHANT_ID, makeWallets, MERCHANT_ID } from '../../../vault/src/testing/wallets.ts'
import { realNow } from '../clock.ts'
import { TEST_ORIGIN, type TestBackend } from '../testing/backend.ts'
import { call } from '../testing/http.ts'
import { startTestShop, type Shop } from '../testing/shop.ts'
import { createWalletOffers } from './offer.ts'
import { loadWalletPages, noWalletPages } from './pages.ts'

/* What pages are told of Google Pay and Apple Pay, and the merchant session that Apple gives over real TLS. */

const made = makeWallets({ now: realNow })
const folder = mkdtempSync(join(tmpdir(), 'holdfast-pages-'))
const file = join(folder, 'wallets.json')
const put = (name: string, text: string, mode = 0o600) => writeFileSync(join(folder, name), text, { mode })
const host = new URL(TEST_ORIGIN).hostname

let gateway: AppleGateway
let backend: TestBackend
let shop: Shop
let seller: string

const google = { environment: 'TEST', merchants: { '*': { country: 'US' } } }
const appleMerchant = { marketplaces: ['*'], merchantId: MERCHANT_ID, country: 'US', certificateFile: 'identity.pem', privateKeyFile: 'identity-key.pem' }
const apple = (change: object = {}) => ({ gatewayUrl: gateway.url, gatewayAuthorityFile: 'authority.pem', merchants: [{ ...appleMerchant, ...change }] })

beforeAll(async () => {
  gateway = await startAppleGateway({ maker: made.apple, merchants: { [MERCHANT_ID]: [host] } })
  const identity = made.apple.identity(MERCHANT_ID)
  put('identity.pem', identity.certificatePem)
  put('identity-key.pem', identity.privateKeyPem)
  put('authority.pem', gateway.authority)
  put('wallets.json', JSON.stringify({ google, apple: apple() }))
  ;({ backend, shop, seller } = await startTestShop({
    config: (config) => ({ ...config, walletsFile: file, vault: { ...config.vault, walletsFile: made.file } as typeof config.vault }),
  }))
})
afterAll(async () => {
  await backend.close()
  await gateway.close()
  made.remove()
  rmSync(folder, { recursive: true })
})

const open = () => shop.session([{ seller, amount: 10_000, platformFee: 500 }])

function askSession({ clientSecret }: CheckoutSession, { origin = TEST_ORIGIN as string | null, body = { wallet: 'apple_pay' } as object } = {}) {
  return call(backend, 'POST', '/v1/checkout/wallet-session', { key: clientSecret, headers: origin === null ? {} : { origin }, body })
}

describe('what a session offers', () => {
  test('has what the browser’s own calls need: for whom Google encrypts, and which merchant Apple knows', async () => {
    const { view } = await shop.page(await open())
    expect(view.methods.slice(1)).toEqual([
      {
        type: 'google_pay', environment: 'TEST', merchantId: null, country: 'US', brands: expect.arrayContaining(['visa']),
        authMethods: ['PAN_ONLY', 'CRYPTOGRAM_3DS'],
        tokenization: { type: 'PAYMENT_GATEWAY', parameters: { gateway: 'holdfast', gatewayMerchantId: GATEWAY_MERCHANT_ID } },
      },
      { type: 'apple_pay', merchantId: MERCHANT_ID, country: 'US', brands: expect.arrayContaining(['visa', 'amex']) },
    ])
  })

  test.each([
    ['the vault opens no token of either', { vault: { googlePay: null, applePay: null } }, []],
    ['the vault holds another merchant’s certificate', { vault: { googlePay: null, applePay: { merchantIdHashes: ['00'] } } }, []],
    ['the vault can’t be asked', { vault: null }, []],
    ['no page of it is set up', { pages: noWalletPages }, []],
  ])('has no wallet where %s', async (_where, { vault, pages }: { vault?: object | null; pages?: typeof noWalletPages }, expected) => {
    const offers = createWalletOffers({
      vault: { readWallets: async () => { if (!vault) throw new Error('unreachable'); return vault as never } },
      pages: pages ?? loadWalletPages({ file, mode: 'test' }), log: backend.deps.log, now: () => 0,
    })
    expect(await offers.of('mkt_any')).toEqual(expected)
  })

  test('follows the vault within a minute, asks one that failed again after five seconds, and keeps no page waiting', async () => {
    const clock = { ms: 0 }
    const both = await backend.deps.vault.readWallets(backend.marketplace.id)
    const answers: unknown[] = [new Error('down'), both, new Error('down'), { googlePay: null, applePay: null }]
    const offers = createWalletOffers({
      vault: { readWallets: async () => { const next = answers.shift(); if (next instanceof Error) throw next; return next as never } },
      pages: loadWalletPages({ file, mode: 'test' }), log: backend.deps.log, now: () => clock.ms,
    })
    const seen = async (ms: number) => {
      clock.ms = ms
      const [first] = [(await offers.of('mkt_any')).length, await new Promise((resolve) => { setImmediate(resolve) })]
      return [ms, first, answers.length]
    }
    const expected = [
      [0, 0, 3], [4_999, 0, 3], [5_001, 0, 2], [5_002, 2, 2], [65_000, 2, 2], [65_002, 2, 1], [70_001, 2, 1], [70_003, 2, 0], [70_004, 0, 0],
    ]
    for (const row of expected) expect(await seen(row[0] as number)).toEqual(row)
  })

  test('has no wallet while a vault hangs, after a second and a half', async () => {
    const offers = createWalletOffers({
      vault: { readWallets: () => new Promise(() => {}) }, pages: loadWalletPages({ file, mode: 'test' }), log: backend.deps.log, now: () => 0,
    })
    expect(await offers.of('mkt_any')).toEqual([])
  })
})

describe('a merchant session', () => {
  test('comes from Apple over mutual TLS, for the origin that the browser said', async () => {
    const { status, body } = await askSession(await open())
    expect([status, body['object'], body['session']]).toEqual([201, 'wallet_session', expect.objectContaining({ merchantIdentifier: MERCHANT_ID, domainName: host })])
    expect(gateway.asked.at(-1)).toEqual({
      merchantIdentifier: MERCHANT_ID, displayName: 'Test marketplace', initiative: 'web', initiativeContext: host, certificateOf: MERCHANT_ID,
    })
  })

  test.each([
    ['of another origin', { origin: 'https://evil.example' }, [403, 'origin_not_allowed']],
    ['of no page', { origin: null }, [403, 'origin_not_allowed']],
    ['that names an address to ask', { body: { wallet: 'apple_pay', validationUrl: 'https://169.254.169.254/' } }, [400, 'validation_failed']],
    ['for a wallet that has none', { body: { wallet: 'google_pay' } }, [400, 'validation_failed']],
  ])('is refused to a call %s, and nobody is asked', async (_what, asking, expected) => {
    const before = gateway.asked.length
    const { status, body } = await askSession(await open(), asking)
    expect([status, body['code'], gateway.asked.length]).toEqual([...expected, before])
  })

  test('is refused for a session that is paid', async () => {
    const session = await open()
    await shop.confirm(session)
    expect((await askSession(session)).body['code']).toBe('session_not_open')
  })

  test.each(['refusal', 'redirect', 'garbage'] as const)('is none where Apple answers by a %s: told without a word of Apple’s', async (next) => {
    gateway.meet(next)
    const { status, body } = await askSession(await open())
    gateway.meet(undefined)
    expect([status, body['code']]).toEqual([502, 'rail_unavailable'])
    expect(backend.log.join('')).toMatch(/Apple gave no merchant session/)
  })
})

test.each([
  ['google_pay', 'Google’s', () => made.googleToken({ card: { pan: '4112344112344113', expirationMonth: 5, expirationYear: 2031, cryptogram: 'Af9x/QwAA/DjmU65oyc1MAABAAA=' } })],
  ['apple_pay', 'Apple’s', () => made.appleToken({ number: '4112344112344113', amount: 10_000 })],
] as const)('a payment by %s says so to buyer and merchant', async (wallet, _whose, token) => {
  const session = await open()
  const { body } = await call(backend, 'POST', '/v1/checkout/wallet-card', {
    key: session.clientSecret, headers: { origin: TEST_ORIGIN }, body: { wallet, token: token(), revision: session.revision },
  })
  const { attempt } = await shop.confirm(session, { token: String(body['token']) })
  const card = { brand: 'visa', last4: '4113', expMonth: 5, expYear: 2031, wallet }
  expect(attempt).toMatchObject({ status: 'complete', method: 'card', card })
  expect(await shop.get<Payment>(`/v1/payments/${attempt.payment}`)).toMatchObject({ method: 'card', card })
  expect((await shop.page(session)).view.attempt?.card).toEqual(card)
})

describe('the file is refused when', () => {
  const load = (content: object, mode: 'test' | 'live' = 'test') => {
    writeFileSync(join(folder, 'tried.json'), JSON.stringify(content))
    return () => loadWalletPages({ file: join(folder, 'tried.json'), mode })
  }
  const production = { environment: 'PRODUCTION', merchants: { '*': { merchantId: 'BCR2DN4T', country: 'US' } } }
  const real = (gatewayUrl?: string) => ({ google: production, apple: { ...(gatewayUrl && { gatewayUrl }), merchants: [appleMerchant] } })

  test.each([
    ['it has a field that there is none of', () => load({ samsung: {} }), /samsung/],
    ['a country is none', () => load({ google: { environment: 'TEST', merchants: { '*': { country: 'us' } } } }), /expected a country/],
    ['Google’s production lacks a merchant id', () => load({ google: { environment: 'PRODUCTION', merchants: { '*': { country: 'US' } } } }), /merchantId/],
    ['Apple’s gateway is without TLS', () => load({ apple: { ...apple(), gatewayUrl: 'http://localhost/' } }), /gatewayUrl/],
    ['a certificate is missing', () => load({ apple: apple({ certificateFile: 'gone.pem' }) }), /gone\.pem/],
    ['a key is another certificate’s', () => { put('other.pem', made.apple.identity('merchant.other').privateKeyPem); return load({ apple: apple({ privateKeyFile: 'other.pem' }) }) }, /is not the key of/],
    ['a key can be read by others', () => { put('open.pem', 'x', 0o644); return load({ apple: apple({ privateKeyFile: 'open.pem' }) }) }, /chmod 600/],
    ['live mode is to use Google’s test environment', () => load({ google }, 'live'), /PRODUCTION/],
    ['live mode is to ask another host', () => load(real('https://apple-pay-gateway.apple.com.evil.example/'), 'live'), /not a host of Apple’s/],
    ['live mode is to ask another host of Apple’s', () => load(real('https://www.apple.com/'), 'live'), /not a host of Apple’s/],
    ['live mode is to ask by another port', () => load(real('https://apple-pay-gateway.apple.com:8443/'), 'live'), /not a host of Apple’s/],
    ['live mode is to trust an authority of its own', () => load({ apple: { ...real().apple, gatewayAuthorityFile: 'authority.pem' } }, 'live'), /simulated/],
  ])('%s', (_when, loading, message) => {
    expect(loading()).toThrow(message)
  })

  test.each([
    [undefined], ['https://cn-apple-pay-gateway.apple.com/paymentservices/paymentSession'], ['https://apple-pay-gateway-nc-pod4.apple.com/paymentservices/paymentSession'],
  ])('and taken in live mode with Apple’s own: %s', (gatewayUrl) => {
    expect(load(real(gatewayUrl), 'live')().apple('mkt_any')).toMatchObject({ merchantId: MERCHANT_ID })
  })
})
