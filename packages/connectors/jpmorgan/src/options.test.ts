import { describe, expect, it } from 'vitest'
import { JpmorganOptionsError, createJpmorganConnector, type JpmorganOptions } from './index.ts'
import { optionsFor } from './testing.ts'

const good = optionsFor({
  url: 'http://127.0.0.1:4320', marketplace: 'mkt_1', cards: { send: async () => ({ outcome: 'unknown', reason: 'none' }) },
})

describe('createJpmorganConnector', () => {
  it('takes the options of a simulator', () => {
    expect(createJpmorganConnector(good).name).toBe('jpmorgan')
  })

  it.each([
    ['baseUrl', { baseUrl: 'http://api-ms.payments.jpmorgan.com/api/v2' }, 'baseUrl: expected https'],
    ['baseUrl', { baseUrl: 'api-ms.payments.jpmorgan.com' }, 'baseUrl: expected a URL'],
    ['auth', { auth: { ...good.auth, clientSecret: '' } }, 'auth.clientSecret: expected a text that is not empty'],
    ['auth', { auth: { ...good.auth, kind: 'basic' } }, 'auth'],
    ['auth', { auth: { kind: 'assertion', tokenUrl: 'https://id.example/token', clientId: 'a', resource: 'b', privateKeyPem: 'canary', certificateThumbprint: '0'.repeat(40) } }, 'auth.privateKeyPem: expected an RSA private key as PEM'],
    ['auth', { auth: { kind: 'assertion', tokenUrl: 'https://id.example/token', clientId: 'a', resource: 'b', privateKeyPem: 'canary', certificateThumbprint: 'zz' } }, 'auth.certificateThumbprint: expected the SHA-1 thumbprint'],
    ['merchantId', { merchantId: { mkt_a: '1234567' } }, 'merchantId.mkt_a: expected a merchant-id'],
    ['software', { software: { ...good.software, productName: '<b>' } }, 'software.productName: expected no'],
    ['exponents', { exponents: { XYZ: 2 } }, 'exponents'],
    ['cards', { cards: {} }, 'cards: expected the vault’s client'],
    ['now', { now: 7 }, 'now: expected a function that gives the time'],
    ['an option it does not have', { retries: 3 }, 'options: '],
  ])('refuses %s, saying what was expected and no value', (_, change, message) => {
    const make = (): unknown => createJpmorganConnector({ ...good, ...change } as JpmorganOptions)
    expect(make).toThrow(JpmorganOptionsError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/canary/)
  })
})
