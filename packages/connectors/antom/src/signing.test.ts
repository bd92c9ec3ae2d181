import { createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { defaultAntomClient, defaultAntomKeys } from '@holdfast/simulators'
import { isSigned, pathFor, sign, timeOf, type PublicKeys, type Signed } from './signing.ts'

const privateKeyOf = (text: string): ReturnType<typeof createPrivateKey> =>
  createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
const publicKeyOf = (text: string): ReturnType<typeof createPublicKey> =>
  createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })

const key = privateKeyOf(defaultAntomKeys.privateKey)
const publicKey = publicKeyOf(defaultAntomKeys.publicKey)
const other = publicKeyOf(defaultAntomClient.publicKey)
const message: Signed = {
  path: '/ams/api/v1/payments/pay', clientId: 'T_1001', time: '1795346468720', body: Buffer.from('{"orderDescription":"茶 50%"}'),
}
const header = sign(message, { key, version: '2' })
const keys: PublicKeys = new Map([['1', other], ['2', publicKey]])

describe('a signature', () => {
  it('is RSA-SHA256 over method, path, client, time and body, base64, and URL-encoded', () => {
    const [, algorithm, version, value = ''] = /^algorithm=(\w+),keyVersion=(\w+),signature=([\w%.-]+)$/.exec(header) ?? []
    expect([algorithm, version]).toEqual(['RSA256', '2'])
    const content = 'POST /ams/api/v1/payments/pay\nT_1001.1795346468720.{"orderDescription":"茶 50%"}'
    expect(verify('sha256', Buffer.from(content), publicKey, Buffer.from(decodeURIComponent(value), 'base64'))).toBe(true)
    expect(value).toMatch(/%3D%3D$/)
  })

  it('holds for what was signed, by the key of its version', () => {
    expect(isSigned(message, header, keys)).toBe(true)
    expect(isSigned(message, header.replace('keyVersion=2', 'keyVersion=1'), keys)).toBe(false)
    expect(isSigned(message, header, new Map([['1', publicKey]]))).toBe(false)
    expect(isSigned(message, header, new Map([['*', publicKey]]))).toBe(true)
  })

  it.each<[string, Partial<Signed>]>([
    ['method', { method: 'GET' }], ['path', { path: '/ams/sandbox/api/v1/payments/pay' }], ['client', { clientId: 'T_1002' }],
    ['time', { time: '1795346468721' }], ['body', { body: Buffer.from('{"orderDescription":"茶 51%"}') }],
    ['body by a space', { body: Buffer.from('{"orderDescription": "茶 50%"}') }],
  ])('does not hold for another %s', (_, change) => {
    expect(isSigned({ ...message, ...change }, header, keys)).toBe(false)
  })

  it.each([
    ['none', undefined], ['nothing', ''], ['another algorithm', header.replace('RSA256', 'RSA1')], ['no version', header.replace('keyVersion=2,', '')],
    ['half an escape', header.replace(/%3D$/, '%3')], ['no base64', 'algorithm=RSA256,keyVersion=2,signature=***'], ['an empty value', 'algorithm=RSA256,keyVersion=2,signature='],
  ])('is refused when it is %s', (_, damaged) => {
    expect(isSigned(message, damaged, keys)).toBe(false)
  })
})

it.each([
  ['SANDBOX_5Y1', '/ams/api/v1/payments/pay', '/ams/sandbox/api/v1/payments/pay'],
  ['5Y1_SANDBOX_', '/ams/api/v1/payments/pay', '/ams/api/v1/payments/pay'],
])('the client %s calls %s at %s', (clientId, path, expected) => {
  expect(pathFor(clientId, path)).toBe(expected)
})

it.each([
  ['1795346468720', 1_795_346_468_720], ['2026-11-22T08:01:08.720+08:00', Date.UTC(2026, 10, 22, 0, 1, 8, 720)], ['2026-11-22T00:01:08Z', Date.UTC(2026, 10, 22, 0, 1, 8)],
  ['', undefined], ['yesterday', undefined], ['179534646872', undefined], ['2026-13-40T00:00:00Z', undefined], [undefined, undefined],
])('the time %s is %s', (text, expected) => {
  expect(timeOf(text)).toBe(expected)
})
