import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { defaultAntomClient, defaultAntomKeys } from '@holdfast/simulators'
import { AntomOptionsError, createAntomConnector, type AntomOptions } from './index.ts'
import { optionsFor } from './testing.ts'

const good = optionsFor('http://127.0.0.1:4350')

describe('createAntomConnector', () => {
  it('takes the options of a simulator, keys as PEM or base64, one for all versions or one for each', () => {
    const pem = createPrivateKey({ key: Buffer.from(defaultAntomClient.privateKey, 'base64'), format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs1' })
    const { publicKey } = defaultAntomKeys
    for (const change of [{}, { privateKey: String(pem) }, { antomPublicKey: { 1: publicKey, 2: publicKey } }]) {
      expect(createAntomConnector({ ...good, ...change }).name).toBe('antom')
    }
  })

  it('takes every currency, or those of the contract, or the one that the account settles in', () => {
    const taken = (change: Partial<AntomOptions>): readonly string[] => [...createAntomConnector({ ...good, ...change }).capabilities.currencies]
    expect(taken({})).toEqual(expect.arrayContaining(['USD', 'EUR', 'JPY', 'KWD', 'CNY']))
    expect(taken({ currencies: ['USD', 'EUR'] })).toEqual(['USD', 'EUR'])
    expect(taken({ settlementCurrency: 'EUR' })).toEqual(['EUR'])
  })

  it.each([
    ['baseUrl', { baseUrl: 'http://open-na-global.alipay.com' }, 'baseUrl: expected https'],
    ['baseUrl', { baseUrl: 'https://open-na-global.alipay.com/ams' }, 'baseUrl: expected an origin without a path'],
    ['clientId', { clientId: '' }, 'clientId: expected'],
    ['privateKey', { privateKey: 'canary' }, 'privateKey: expected an RSA private key of at least 2048 bits'],
    ['privateKey', { privateKey: defaultAntomKeys.publicKey }, 'privateKey: expected an RSA private key'],
    ['antomPublicKey', { antomPublicKey: 'canary' }, 'antomPublicKey: expected an RSA public key'],
    ['antomPublicKey', { antomPublicKey: {} }, 'antomPublicKey: expected an RSA public key'],
    ['keyVersion', { keyVersion: '1,signature=' }, 'keyVersion: expected a key version'],
    ['reportsUrl', { reportsUrl: 'ftp://reports.example' }, 'reportsUrl: expected https'],
    ['currencies', { currencies: ['USD'], settlementCurrency: 'EUR' }, 'currencies: expected the settlement currency among them'],
    ['currencies', { currencies: ['XXX'] }, 'currencies.0: expected an ISO 4217 currency'],
    ['exponents', { exponents: { XYZ: 2 } }, 'exponents'],
    ['now', { now: 7 }, 'now: expected a function that gives the time'],
    ['an option it does not have', { retries: 3 }, 'options: '],
  ])('refuses %s, saying what was expected and no value', (_, change, message) => {
    const make = (): unknown => createAntomConnector({ ...good, ...change } as unknown as AntomOptions)
    expect(make).toThrow(AntomOptionsError)
    expect(make).toThrow(message)
    expect(make).not.toThrow(/canary/)
  })
})
