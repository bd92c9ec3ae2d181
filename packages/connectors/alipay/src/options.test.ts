import { createPrivateKey, createPublicKey } from 'node:crypto'
import { defaultAlipayApp } from '@holdfast/simulators'
import { describe, expect, it } from 'vitest'
import { AlipayOptionsError, createAlipayConnector, type AlipayOptions } from './index.ts'
import { readOptions } from './options.ts'

const options: AlipayOptions = { ...defaultAlipayApp, gateway: 'https://openapi.alipay.com/gateway.do', now: () => new Date(0) }

const pem = (key: string, name: string): string => `-----BEGIN ${name}-----\n${key.replace(/(.{64})/g, '$1\n')}\n-----END ${name}-----\n`
const pkcs1 = createPrivateKey(pem(defaultAlipayApp.privateKey, 'PRIVATE KEY')).export({ format: 'pem', type: 'pkcs1' }).toString()

describe('options', () => {
  it.each([
    ['base64, as Alipay’s tools give them', {}],
    ['PEM', { privateKey: pem(defaultAlipayApp.privateKey, 'PRIVATE KEY'), alipayPublicKey: pem(defaultAlipayApp.alipayPublicKey, 'PUBLIC KEY') }],
    ['PEM of PKCS#1', { privateKey: pkcs1 }],
    ['PKCS#1 without its lines', { privateKey: pkcs1.replace(/-----[^-]+-----|\n/g, '') }],
  ])('take keys as %s', (_, keys) => {
    const { privateKey } = readOptions({ ...options, ...keys })
    expect(privateKey.export({ format: 'pem', type: 'pkcs1' })).toBe(pkcs1)
  })

  it.each<[string, Partial<AlipayOptions>]>([
    ['gateway', { gateway: 'http://openapi.alipay.com/gateway.do' }], ['gateway', { gateway: 'openapi.alipay.com' }],
    ['appId', { appId: '42' }], ['sellerId', { sellerId: '1088000000000042' }],
    ['privateKey', { privateKey: 'c2VjcmV0LXRoYXQtaXMtbm8ta2V5' }], ['privateKey', { privateKey: defaultAlipayApp.alipayPublicKey }],
    ['alipayPublicKey', { alipayPublicKey: 'bm8ta2V5' }], ['bills.lateHours', { bills: { lateHours: 0 } }],
  ])('refuse a %s that cannot be used, without showing it', (name, wrong) => {
    const create = (): unknown => createAlipayConnector({ ...options, ...wrong })
    expect(create).toThrow(AlipayOptionsError)
    expect(create).toThrow(`${name}: expected`)
    expect(create).not.toThrow(Object.values(wrong).map(String).at(0))
  })

  it('refuse the application’s own public key in the place of Alipay’s: the commonest mistake', () => {
    const alipayPublicKey = createPublicKey(pkcs1).export({ format: 'pem', type: 'spki' }).toString()
    expect(() => createAlipayConnector({ ...options, alipayPublicKey })).toThrow('not the application’s own')
  })
})
