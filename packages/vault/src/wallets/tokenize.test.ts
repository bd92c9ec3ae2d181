import { newId } from '@holdfast/contract'
import type { WalletTokenCreate } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BRANDS, SHOP, sendOf, startHarness, ticketFor } from '../testing/harness.ts'
import type { Harness } from '../testing/harness.ts'
import { approve } from '../testing/rail.ts'
import { DEVICE, makeWallets } from '../testing/wallets.ts'

/* Tokens of wallets through the vault's own calls, to a rail that says what it heard. */

const clock = { ms: Date.parse('2026-11-22T12:00:00.000Z') }
const made = makeWallets({ now: () => new Date(clock.ms) })
let at: Harness

beforeAll(async () => {
  at = await startHarness({ walletsFile: made.file })
})
afterAll(async () => {
  await at.close()
  made.remove()
})

const DAY = 24 * 60 * 60_000

/** Moves the vault's clock and the wallets' alike. */
function pass(ms: number): void {
  clock.ms += ms
  at.pass(ms)
}

function requestOf(wallet: 'google_pay' | 'apple_pay', change: Partial<WalletTokenCreate> = {}): WalletTokenCreate {
  return {
    marketplace: at.marketplace,
    session: newId('session'),
    revision: 1,
    origin: SHOP,
    amount: 1_248_000,
    currency: 'USD',
    brands: BRANDS,
    wallet,
    token: wallet === 'google_pay' ? made.googleToken() : made.appleToken(),
    ...change,
  }
}

const google = (change?: Partial<WalletTokenCreate>): WalletTokenCreate => requestOf('google_pay', change)
const apple = (change?: Partial<WalletTokenCreate>): WalletTokenCreate => requestOf('apple_pay', change)

/** What it came to: `taken`, or the code and field of the refusal. */
async function outcomeOf(request: WalletTokenCreate): Promise<unknown> {
  return at.client.createWalletToken(request).then(
    () => 'taken',
    ({ code, field }: { code: string; field: string }) => [code, field],
  )
}

async function pay(request: WalletTokenCreate, body: Record<string, unknown> = { amount: request.amount }): Promise<unknown> {
  const { token } = await at.client.createWalletToken(request)
  const { session, revision } = request
  return at.client.send(sendOf({ token, ticket: ticketFor(at, { session, revision }) }, { body }))
}

describe('what the rail hears', () => {
  test('of Google Pay: the device’s number, its cryptogram and indicator, and no security code', async () => {
    expect(await pay(google())).toMatchObject({ outcome: 'answered', httpStatus: 200 })
    expect(at.rail.heard.at(-1)?.body).toEqual({
      amount: 1_248_000,
      paymentMethodType: {
        card: {
          accountNumberType: 'DEVICE_TOKEN',
          accountNumber: DEVICE.number,
          expiry: { month: 5, year: 2031 },
          walletProvider: 'GOOGLE_PAY',
          authentication: { tokenAuthenticationValue: DEVICE.cryptogram, electronicCommerceIndicator: '05' },
        },
      },
    })
  })

  test('of Apple Pay: the same, with the name, beside what the caller authenticates', async () => {
    const request = apple({ token: made.appleToken({ cardholderName: 'Ann Buyer' }) })
    const body = { paymentMethodType: { card: { authentication: { SCAExemptionReason: 'LOW_VALUE_PAYMENT' } } } }
    await pay(request, body)
    expect(at.rail.heard.at(-1)?.body).toEqual({
      accountHolder: { fullName: 'Ann Buyer' },
      paymentMethodType: {
        card: {
          accountNumberType: 'DEVICE_TOKEN',
          accountNumber: DEVICE.number,
          expiry: { month: 5, year: 2031 },
          walletProvider: 'APPLE_PAY',
          authentication: {
            SCAExemptionReason: 'LOW_VALUE_PAYMENT',
            tokenAuthenticationValue: DEVICE.cryptogram,
            electronicCommerceIndicator: '7',
          },
        },
      },
    })
  })

  test('of a card on file in Google Pay: its own number, as a number, and nothing that authenticates', async () => {
    const card = { pan: '4112344112344113', expirationMonth: 12, expirationYear: 2030 }
    const request = google({ token: made.googleToken({ card }) })
    await pay(request, {})
    expect(at.rail.heard.at(-1)?.body).toEqual({
      paymentMethodType: {
        card: {
          accountNumberType: 'PAN',
          accountNumber: card.pan,
          expiry: { month: 12, year: 2030 },
          walletProvider: 'GOOGLE_PAY',
        },
      },
    })
  })

  test('names a device’s number as the rail was agreed to be told', async () => {
    made.write(config => ({ ...config, jpmorgan: { deviceNumbers: 'NETWORK_TOKEN' } }))
    await at.vault.rotateKeys()
    await pay(apple())
    expect(at.rail.heard.at(-1)?.body).toMatchObject({ paymentMethodType: { card: { accountNumberType: 'NETWORK_TOKEN' } } })
    made.write()
    await at.vault.rotateKeys()
  })

  test.each([
    { paymentMethodType: { card: { walletProvider: 'APPLE_PAY' } } },
    { paymentMethodType: { card: { authentication: { tokenAuthenticationValue: 'AAAA' } } } },
  ])('is never what a caller puts in the vault’s place: %j', async body => {
    const heard = at.rail.heard.length
    expect(await pay(apple(), body)).toEqual({ outcome: 'not_sent', reason: 'validation_failed' })
    expect(at.rail.heard).toHaveLength(heard)
  })
})

describe('a card token of a wallet', () => {
  test('shows the wallet, and whether the buyer is authenticated', async () => {
    const onFile = { card: { pan: '4112344112344113', expirationMonth: 12, expirationYear: 2030 } }
    const view = async (request: WalletTokenCreate): Promise<unknown> => {
      const { token } = await at.client.createWalletToken(request)
      return at.client.readToken({ marketplace: at.marketplace, token })
    }
    expect(await view(apple())).toMatchObject({ wallet: 'apple_pay', cryptogram: true, brand: 'visa', last4: '4320', expMonth: 5, expYear: 2031, used: false })
    expect(await view(google({ token: made.googleToken(onFile) }))).toMatchObject({ wallet: 'google_pay', cryptogram: false, last4: '4113' })
  })

  test('outlives a restart of the vault, is sent once, and runs out after fifteen minutes', async () => {
    const request = apple()
    const { token } = await at.client.createWalletToken(request)
    const late = google()
    const unsent = await at.client.createWalletToken(late)
    await at.restart()
    const ticket = ticketFor(at, request)
    expect(await at.client.send(sendOf({ token, ticket }))).toMatchObject({ outcome: 'answered' })
    expect(await at.client.send(sendOf({ token, ticket }))).toEqual({ outcome: 'refused', code: 'token_used' })
    pass(15 * 60_000)
    expect(await at.client.send(sendOf({ token: unsent.token, ticket: ticketFor(at, late) }))).toEqual({ outcome: 'refused', code: 'token_expired' })
  })

  test('is bound to the session and revision that the backend named', async () => {
    const request = apple()
    const { token } = await at.client.createWalletToken(request)
    const ticket = ticketFor(at, { session: request.session, revision: 2 })
    expect(await at.client.send(sendOf({ token, ticket }))).toEqual({ outcome: 'refused', code: 'token_binding_refused' })
  })
})

describe('a wallet’s token is held against what the backend wants', () => {
  test.each([
    ['the amount is one less', { amount: 1_247_999 }, ['wallet_amount_refused', 'amount']],
    ['the amount is one more', { amount: 1_248_001 }, ['wallet_amount_refused', 'amount']],
    ['the currency is another of as many digits', { currency: 'EUR' }, ['wallet_currency_refused', 'currency']],
    ['the currency is another, at its worth', { currency: 'JPY', amount: 12_480 }, ['wallet_currency_refused', 'currency']],
    ['the brand is not taken', { brands: ['mastercard'] }, ['card_invalid', 'number']],
    ['the page is of another origin', { origin: 'https://evil.example' }, ['origin_refused', 'origin']],
  ])('and refused when %s; it is not spent by that', async (_when, change, refusal) => {
    const right = apple()
    expect(await outcomeOf({ ...right, ...change })).toEqual(refusal)
    expect(await outcomeOf(right)).toBe('taken')
  })

  test('and refused when its card has expired', async () => {
    expect(await outcomeOf(apple({ token: made.appleToken({ expires: '261031' }) }))).toEqual(['card_invalid', 'expYear'])
  })

  test('with the leading zeros of a currency’s code', async () => {
    expect(await outcomeOf(apple({ currency: 'AUD', token: made.appleToken({ currencyCode: '036' }) }))).toBe('taken')
  })

  test.each([
    ['too long', 'x'.repeat(16_385)],
    ['empty', ''],
  ])('and is refused by its schema when it is %s', async (_what, token) => {
    expect(await outcomeOf(apple({ token }))).toEqual(['validation_failed', 'token'])
  })
})

describe('a wallet’s token is taken once', () => {
  test.each([['google_pay' as const], ['apple_pay' as const]])('of %s: not again in its session, nor in another, nor in another marketplace', async wallet => {
    const request = requestOf(wallet)
    const other = newId('marketplace')
    await at.client.putMarketplace(other, { name: 'Other Market', origins: [SHOP] })
    expect(await outcomeOf(request)).toBe('taken')
    expect(await outcomeOf(request)).toEqual(['wallet_replayed', 'token'])
    expect(await outcomeOf({ ...request, session: newId('session') })).toEqual(['wallet_replayed', 'token'])
    expect(await outcomeOf({ ...request, marketplace: other })).toEqual(['wallet_replayed', 'token'])
  })

  test('however its id is spelt', async () => {
    const token = made.appleToken({ transactionId: 'ab'.repeat(32) })
    expect(await outcomeOf(apple({ token }))).toBe('taken')
    expect(await outcomeOf(apple({ token: token.replace('ab'.repeat(32), 'aB'.repeat(32)) }))).toEqual(['wallet_replayed', 'token'])
  })

  test('of twenty that come at once, by one', async () => {
    const request = google()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(request)))
    expect(outcomes.filter(outcome => outcome === 'taken')).toHaveLength(1)
    expect(outcomes.filter(outcome => JSON.stringify(outcome).includes('wallet_replayed'))).toHaveLength(19)
  })

  test('and its id is kept until a day after the token itself would be refused for its age', async () => {
    const ids = async (): Promise<number> => (await at.query('select 1 from vault.wallet_messages')).length
    const token = made.googleToken({ messageLivesMs: 3 * DAY })
    expect(await outcomeOf(google({ token }))).toBe('taken')
    pass(3 * DAY - 1)
    await at.vault.sweep()
    expect(await outcomeOf(google({ token }))).toEqual(['wallet_replayed', 'token'])
    pass(1)
    expect(await outcomeOf(google({ token }))).toEqual(['wallet_expired', 'message.messageExpiration'])
    pass(DAY - 1)
    await at.vault.sweep()
    expect(await ids()).toBe(1)
    pass(1)
    await at.vault.sweep()
    expect(await ids()).toBe(0)
  })
})

test('a wallet that is not set up for a marketplace is refused, and taken once its keys are read', async () => {
  made.write(({ apple: keys }) => ({ apple: keys }))
  await at.vault.rotateKeys()
  made.put('google-keys.json', JSON.stringify(made.google.keyFile()))
  expect(await outcomeOf(google())).toEqual(['wallet_unconfigured', 'wallet'])
  made.write()
  await at.vault.rotateKeys()
  expect(await outcomeOf(google())).toBe('taken')
})

test('number and cryptogram are in no table, no log and no answer, even when the rail repeats them', async () => {
  at.rail.answer((response, { body }) =>
    response.end(JSON.stringify({ transactionId: 't', responseMessage: JSON.stringify(body), hostMessage: `bad ${DEVICE.cryptogram}` })),
  )
  const said = [JSON.stringify(await pay(apple())), JSON.stringify(await outcomeOf(apple({ amount: 1 })))]
  await at.client.createWalletToken(google())
  at.rail.answer(approve)
  const texts = [...said, await at.dump(), at.logs()]
  expect(at.logs()).toContain('"refused":"wallet_amount_refused"')
  for (const secret of [DEVICE.number, DEVICE.cryptogram])
    for (const spelling of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64').slice(0, -2)])
      for (const text of texts) expect(text.includes(spelling)).toBe(false)
  expect(said[0]).toContain('[removed]')
})
