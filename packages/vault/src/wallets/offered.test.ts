import { createHash, createPublicKey } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { DEVICE, GATEWAY_MERCHANT_ID, MERCHANT_ID, makeWallets } from '../testing/wallets.ts'
import { openGooglePayment } from './google.ts'
import { noWallets } from './config.ts'
import { walletsOffered } from './offered.ts'

const now = (): Date => new Date('2026-11-22T12:00:00.000Z')
const made = makeWallets({ now })
afterAll(() => made.remove())

test('a marketplace without wallets is offered none', () => {
  expect(walletsOffered(noWallets, 'mkt_any')).toEqual({ googlePay: null, applePay: null })
})

test('says which gateway, and which of its merchants, Google is to encrypt for, and whose certificates it holds', () => {
  expect(walletsOffered(made.load(), 'mkt_any')).toEqual({
    googlePay: {
      tokenization: { type: 'PAYMENT_GATEWAY', parameters: { gateway: 'holdfast', gatewayMerchantId: GATEWAY_MERCHANT_ID } },
      authMethods: ['PAN_ONLY', 'CRYPTOGRAM_3DS'],
    },
    applePay: { merchantIdHashes: [createHash('sha256').update(MERCHANT_ID).digest('hex')] },
  })
})

test('a merchant of Google’s own is told a public key, and what is encrypted for that key opens', () => {
  const recipientId = 'merchant:12345678901234567890'
  made.write(({ google, ...config }) => ({ ...config, google: { ...google, authMethods: ['CRYPTOGRAM_3DS'], recipients: { '*': { recipientId } } } }))
  const wallets = made.load()
  const { googlePay } = walletsOffered(wallets, 'mkt_any')
  if (googlePay?.tokenization.type !== 'DIRECT') throw new Error('expected DIRECT')
  const { protocolVersion, publicKey } = googlePay.tokenization.parameters
  expect([protocolVersion, googlePay.authMethods]).toEqual(['ECv2', ['CRYPTOGRAM_3DS']])
  const point = Buffer.from(publicKey, 'base64')
  expect([point.length, point[0]]).toEqual([65, 4])
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const token = made.google.token({
    card: { pan: DEVICE.number, expirationMonth: 5, expirationYear: 2031, cryptogram: DEVICE.cryptogram },
    recipientId,
    recipientKey: createPublicKey({ key: jwk, format: 'jwk' }),
  })
  const keys = wallets.google('mkt_any')
  expect(keys && openGooglePayment(token, { keys, now: now() })).toMatchObject({ number: DEVICE.number })
})
