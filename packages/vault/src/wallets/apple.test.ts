import { createHash } from 'node:crypto'
import { ApplePayMaker } from '@holdfast/simulators'
import type { ApplePayPayment } from '@holdfast/simulators'
import { afterAll, describe, expect, test } from 'vitest'
import { appleExample, appleRoot } from '../testing/wallet-vectors.ts'
import { DEVICE, MERCHANT_ID, makeWallets } from '../testing/wallets.ts'
import { applicationDataOf, openApplePayment } from './apple.ts'
import type { AppleKeys } from './apple.ts'

const clock = { ms: Date.parse('2026-11-22T12:00:00.000Z') }
const now = (): Date => new Date(clock.ms)
const made = makeWallets({ now })
afterAll(() => made.remove())

const MINUTE = 60_000
const session = { session: 'ses_01kb0000000000000000000000', revision: 3 }

function keysHeld(): AppleKeys {
  const keys = made.load().apple('mkt_any')
  if (!keys) throw new Error('Apple Pay is configured for every marketplace')
  return keys
}

function open(token: string, { keys = keysHeld(), at = now() } = {}): ReturnType<typeof openApplePayment> {
  return openApplePayment(token, { keys, now: at, session })
}

const codeOf = (result: object): unknown => ('refused' in result ? result.refused : 'taken')

describe('a token that Apple itself made', () => {
  const theirs = makeWallets({ now })
  afterAll(() => theirs.remove())
  const asPem = (what: string, base64: string): string => `-----BEGIN ${what}-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END ${what}-----\n`
  theirs.put('root.pem', asPem('CERTIFICATE', appleRoot))
  theirs.put('merchant.pem', asPem('CERTIFICATE', appleExample.certificate))
  theirs.put('merchant-key.pem', asPem('EC PRIVATE KEY', appleExample.privateKey))
  theirs.write(({ apple }) => ({ apple }))
  const keys = theirs.load('live').apple('mkt_any') as AppleKeys
  const { signedAt, token } = appleExample

  test('is verified up to Apple Root CA - G3 at its time, and opens', () => {
    expect(open(token, { keys, at: signedAt })).toEqual({
      wallet: 'apple_pay',
      messageId: appleExample.transactionId,
      freshUntil: new Date(signedAt.getTime() + 5 * MINUTE),
      number: expect.stringMatching(/^5353\d{8}1169$/) as string,
      expMonth: 9,
      expYear: 2024,
      name: '',
      cryptogram: 'AMwBRjPWDnAgAA7Rls7mAoABFA==',
      eci: null,
      total: { amount: 100, currencyCode: '840' },
    })
  })

  test('is refused at any other time, under another root, and with any byte changed', () => {
    expect(codeOf(open(token, { keys }))).toBe('wallet_signing_time_refused')
    expect(codeOf(open(token, { keys: { ...keys, roots: keysHeld().roots }, at: signedAt }))).toBe('wallet_chain_refused')
    const changed = JSON.parse(token) as { data: string }
    expect(codeOf(open(JSON.stringify({ ...changed, data: `Z${changed.data.slice(1)}` }), { keys, at: signedAt }))).toBe('wallet_signature_refused')
  })
})

describe('a token that is right', () => {
  test('gives the device’s number, expiry, name, cryptogram, indicator and the total that was agreed to', () => {
    expect(open(made.appleToken({ cardholderName: 'Ann Buyer' }))).toMatchObject({
      wallet: 'apple_pay',
      number: DEVICE.number,
      expMonth: 5,
      expYear: 2031,
      name: 'Ann Buyer',
      cryptogram: DEVICE.cryptogram,
      eci: '7',
      freshUntil: new Date(clock.ms + 5 * MINUTE),
      total: { amount: 1_248_000, currencyCode: '840' },
    })
  })

  test('is taken for five minutes around its signing time, either way', () => {
    const token = made.appleToken()
    const at = (ms: number): unknown => codeOf(open(token, { at: new Date(clock.ms + ms) }))
    expect([-5 * MINUTE - 1, -5 * MINUTE, 5 * MINUTE, 5 * MINUTE + 1].map(at)).toEqual([
      'wallet_signing_time_refused',
      'taken',
      'taken',
      'wallet_signing_time_refused',
    ])
  })

  test('has one id, however its transactionId is spelt', () => {
    const token = made.appleToken({ transactionId: 'ab'.repeat(32) })
    const ids = [token, token.replace('ab'.repeat(32), 'AB'.repeat(32))].map(spelt => open(spelt))
    expect(ids.map(payment => 'messageId' in payment && payment.messageId)).toEqual(['ab'.repeat(32), 'ab'.repeat(32)])
  })

  test.each([
    ['as it is', (data: string) => data],
    ['in base64', (data: string) => Buffer.from(data).toString('base64')],
  ])('is bound to its session by application data %s', (_how, spelt) => {
    const token = (revision: number): string => made.appleToken({ applicationData: spelt(applicationDataOf({ ...session, revision })) })
    expect([3, 2].map(revision => codeOf(open(token(revision))))).toEqual(['taken', 'wallet_binding_refused'])
  })

  test('without application data is refused where the vault is set to want it', () => {
    expect(codeOf(open(made.appleToken(), { keys: { ...keysHeld(), requireApplicationData: true } }))).toBe('wallet_binding_refused')
  })
})

type Header = Record<string, string>
function tampered(change: (token: Record<string, string>, header: Header) => object, base: string = made.appleToken()): () => string {
  return () => {
    const { header, ...token } = JSON.parse(base) as Record<string, string> & { header: Header }
    return JSON.stringify({ ...token, header, ...change(token, header) })
  }
}

const flipped = (text: string | undefined): string => {
  const bytes = Buffer.from(text ?? '', 'base64')
  bytes[40] = (bytes[40] ?? 0) ^ 1
  return bytes.toString('base64')
}
const another = new ApplePayMaker({ now })
const remade = (change: Partial<ApplePayPayment>) => (): string => made.appleToken(change)
const encrypted = (payment: object) => remade({ alter: { payment: sent => ({ ...sent, ...payment }) } })
const chain = (change: NonNullable<NonNullable<ApplePayPayment['alter']>['chain']>) => remade({ alter: { chain: change } })
const SHORT_ID = 16
/** The bytes that were signed, with the border between data and transactionId so many further on. */
const resplit = (by: number): (() => string) =>
  tampered(({ data }, { transactionId, ...header }) => {
    const bytes = Buffer.concat([Buffer.from(data ?? '', 'base64'), Buffer.from(transactionId ?? '', 'hex')])
    const border = bytes.length - (SHORT_ID - by)
    return { data: bytes.subarray(0, border).toString('base64'), header: { ...header, transactionId: bytes.subarray(border).toString('hex') } }
  }, made.appleToken({ transactionId: 'ab'.repeat(SHORT_ID) }))
const keyTail = (): (() => string) =>
  tampered(({ data }, { ephemeralPublicKey, ...header }) => {
    const [key, rest] = [Buffer.from(ephemeralPublicKey ?? '', 'base64'), Buffer.from(data ?? '', 'base64')]
    return { data: rest.subarray(1).toString('base64'), header: { ...header, ephemeralPublicKey: Buffer.concat([key, rest.subarray(0, 1)]).toString('base64') } }
  })
const bound = made.appleToken({ applicationData: applicationDataOf(session) })
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a token is refused when', () => {
  test.each([
    ['it is not JSON', () => 'EC_v1', 'wallet_token_invalid', 'token'],
    ['it is of RSA_v1', tampered(() => ({ version: 'RSA_v1' })), 'wallet_version_refused', 'token.version'],
    ['it has no header', tampered(() => ({ header: undefined })), 'wallet_token_invalid', 'token.header'],
    ['it has a field that its version has not', tampered((_, header) => ({ header: { ...header, wrappedKey: 'AAAA' } })), 'wallet_token_invalid', 'token.header'],
    ['its signature is no CMS', tampered(() => ({ signature: 'AAAA' })), 'wallet_token_invalid', 'token.signature'],
    ['its signature is cut', tampered(({ signature = '' }) => ({ signature: signature.slice(0, 400) })), 'wallet_token_invalid', 'token.signature'],
    ['its data is changed', tampered(({ data }) => ({ data: flipped(data) })), 'wallet_signature_refused', 'token.signature'],
    ['its ephemeral key is changed', tampered((_, header) => ({ header: { ...header, ephemeralPublicKey: flipped(header['ephemeralPublicKey']) } })), 'wallet_signature_refused', 'token.signature'],
    ['its transactionId is changed', tampered((_, header) => ({ header: { ...header, transactionId: '00'.repeat(32) } })), 'wallet_signature_refused', 'token.signature'],
    ['application data is added', tampered((_, header) => ({ header: { ...header, applicationData: hashOf('x') } })), 'wallet_signature_refused', 'token.signature'],
    ['application data is taken away', tampered((_, { applicationData: __, ...header }) => ({ header }), bound), 'wallet_signature_refused', 'token.signature'],
    // what is signed has no lengths: the same bytes, told apart at another place
    ['its application data is made the end of its transactionId', tampered((_, { applicationData = '', transactionId = '', ...header }) => ({ header: { ...header, transactionId: transactionId + applicationData } }), bound), 'wallet_token_invalid', 'token.header.transactionId'],
    ['the end of its data is made the beginning of its transactionId', resplit(-1), 'wallet_undecryptable', 'token.data'],
    ['the beginning of its transactionId is made the end of its data', resplit(1), 'wallet_undecryptable', 'token.data'],
    ['the beginning of its data is made the end of its ephemeral key', keyTail(), 'wallet_undecryptable', 'token.data'],
    ['the digest that was signed is another', remade({ alter: { digest: Buffer.alloc(32) } }), 'wallet_signature_refused', 'token.signature'],
    ['it was signed by anyone, beside Apple’s certificates', remade({ alter: { forged: true } }), 'wallet_signature_refused', 'token.signature'],
    ['its signing time is changed', () => redated(made.appleToken({ alter: { signedAt: new Date(clock.ms - 6 * MINUTE) } })), 'wallet_signature_refused', 'token.signature'],
    ['the signer’s key is of another curve', chain({ leafCurve: 'P-384' }), 'wallet_token_invalid', 'token.signature'],
    ['the signer’s certificate is an authority', chain({ leafIsAuthority: true }), 'wallet_chain_refused', 'token.signature'],
    ['its signature is another token’s', tampered(() => ({ signature: (JSON.parse(made.appleToken()) as { signature: string }).signature })), 'wallet_signature_refused', 'token.signature'],
    ['the signer’s certificate lacks Apple’s marker', chain({ leafMarker: false }), 'wallet_marker_missing', 'token.signature'],
    ['the intermediate lacks Apple’s marker', chain({ intermediateMarker: false }), 'wallet_marker_missing', 'token.signature'],
    ['the intermediate did not come along', chain({ carried: 'leaf' }), 'wallet_marker_missing', 'token.signature'],
    ['the signer’s certificate did not come along', chain({ carried: 'intermediate' }), 'wallet_token_invalid', 'token.signature'],
    ['the intermediate is no authority', chain({ intermediateIsAuthority: false }), 'wallet_chain_refused', 'token.signature'],
    ['the signer’s certificate had expired', chain({ leafExpired: true }), 'wallet_chain_refused', 'token.signature'],
    ['it comes from another root', () => another.token({ merchant: made.merchant, ...DEVICE, currencyCode: '840', amount: 100 }), 'wallet_chain_refused', 'token.signature'],
    ['two have signed', remade({ alter: { signers: 2 } }), 'wallet_token_invalid', 'token.signature'],
    ['no signing time was signed', remade({ alter: { signedAt: null } }), 'wallet_token_invalid', 'token.signature'],
    ['it was signed six minutes ago', remade({ alter: { signedAt: new Date(clock.ms - 6 * MINUTE) } }), 'wallet_signing_time_refused', 'token.signature'],
    ['it was signed six minutes from now', remade({ alter: { signedAt: new Date(clock.ms + 6 * MINUTE) } }), 'wallet_signing_time_refused', 'token.signature'],
    ['it is bound to another session', remade({ applicationData: 'ses_other.3' }), 'wallet_binding_refused', 'token.header.applicationData'],
    ['it was made for another merchant', () => made.appleToken({ merchant: made.apple.merchant('merchant.test.another') }), 'wallet_recipient_refused', 'token.header.publicKeyHash'],
    ['it only names our key', tampered((_, header) => ({ header: { ...header, publicKeyHash: ourHash() } }), made.appleToken({ merchant: made.apple.merchant('merchant.test.another') })), 'wallet_undecryptable', 'token.data'],
    ['it was made for another identifier with our key', () => made.appleToken({ merchant: { ...made.merchant, idHash: Buffer.alloc(32) } }), 'wallet_undecryptable', 'token.data'],
    ['its number is none', encrypted({ applicationPrimaryAccountNumber: '41' }), 'wallet_payload_invalid', 'data.applicationPrimaryAccountNumber'],
    ['its expiry is no date', encrypted({ applicationExpirationDate: '311331' }), 'wallet_payload_invalid', 'data.applicationExpirationDate'],
    ['its currency is in letters', encrypted({ currencyCode: 'USD' }), 'wallet_payload_invalid', 'data.currencyCode'],
    ['its amount is a decimal', encrypted({ transactionAmount: 12.48 }), 'wallet_payload_invalid', 'data.transactionAmount'],
    ['its amount is negative', encrypted({ transactionAmount: -1 }), 'wallet_payload_invalid', 'data.transactionAmount'],
    ['its cryptogram is missing', encrypted({ paymentData: {} }), 'wallet_payload_invalid', 'data.paymentData.onlinePaymentCryptogram'],
    ['it is of the type EMV', encrypted({ paymentDataType: 'EMV', paymentData: { emvData: 'AAAA' } }), 'wallet_method_refused', 'data.paymentDataType'],
  ])('%s', (_when, token, code, field) => {
    const result = open(token())
    expect('refused' in result ? [result.refused, result.field] : 'taken').toEqual([code, field])
  })

  test('a byte is changed from the certificates to the signature’s end, and nothing fails', () => {
    const { signature, ...token } = JSON.parse(made.appleToken()) as { signature: string }
    const bytes = Buffer.from(signature, 'base64')
    const codes = new Set<unknown>()
    // what comes before is lengths and a list of digests, which nothing relies on
    const certificates = bytes.indexOf(Buffer.from('06092a864886f70d010701', 'hex')) + 11
    const signer = bytes.length - 280
    for (let at = certificates; at < bytes.length; at += at < signer ? 27 : 3) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x41
      codes.add(codeOf(open(JSON.stringify({ ...token, signature: changed.toString('base64') }))))
    }
    expect(codes).not.toContain('taken')
    expect([...codes].toSorted()).toEqual(expect.arrayContaining(['wallet_chain_refused', 'wallet_signature_refused', 'wallet_token_invalid']))
  })
})

/** The token with a fresh signing time written over the one that was signed. */
function redated(token: string): string {
  const { signature, ...rest } = JSON.parse(token) as { signature: string }
  const bytes = Buffer.from(signature, 'base64').toString('latin1')
  expect(bytes).toContain('261122115400Z')
  return JSON.stringify({ ...rest, signature: Buffer.from(bytes.replace('261122115400Z', '261122120000Z'), 'latin1').toString('base64') })
}

const ourHash = (): string => createHash('sha256').update(made.merchant.publicKey.export({ type: 'spki', format: 'der' })).digest('base64')

describe('the configuration is refused when', () => {
  test.each([
    ['it is not JSON', () => made.put('wallets.json', 'no'), /is not JSON/],
    ['it has a field that there is none of', () => made.write(config => ({ ...config, samsung: {} })), /cannot be used/],
    ['a gateway names no merchant', () => made.write(config => ({ ...config, google: { ...config.google, recipients: { '*': { recipientId: 'gateway:holdfast' } } } })), /gatewayMerchantId/],
    ['its recipient is neither a merchant nor a gateway', () => made.write(config => ({ ...config, google: { ...config.google, recipients: { '*': { recipientId: 'holdfast' } } } })), /expected merchant:<id> or gateway:<id>/],
    ['Google’s file has no key', () => made.put('google-keys.json', '{"keys":[]}'), /no root key/],
    ['a private key can be read by others', () => readable(), /chmod 600/],
    ['a file is missing', () => made.write(config => ({ ...config, google: { ...config.google, rootKeysFile: 'gone.json' } })), /gone\.json cannot be read/],
    ['a key is another certificate’s', () => made.put('merchant-key.pem', made.apple.merchant('merchant.other').privateKeyPem), /is not the key of/],
    ['a certificate is for no payments', () => made.put('merchant.pem', made.apple.rootPem), /is no payment processing certificate/],
  ])('%s', (_when, spoil, message) => {
    spoil()
    expect(() => made.load()).toThrow(message)
    restore()
  })

  test('live mode is to trust another root than Apple’s', () => {
    expect(() => made.load('live')).toThrow(/Apple Root CA - G3/)
  })
})

function readable(): void {
  made.put('google-open.pem', 'x', 0o644)
  made.write(config => ({ ...config, google: { ...config.google, privateKeyFiles: ['google-open.pem'] } }))
}

function restore(): void {
  made.write()
  made.put('google-keys.json', JSON.stringify(made.google.keyFile()))
  made.put('merchant.pem', made.merchant.certificatePem)
  made.put('merchant-key.pem', made.merchant.privateKeyPem)
}

test('a marketplace has the keys that name it, and no other’s', () => {
  const other = made.apple.merchant('merchant.other')
  made.put('other.pem', other.certificatePem)
  made.put('other-key.pem', other.privateKeyPem)
  const [a, b, c] = ['a', 'b', 'c'].map(letter => `mkt_${letter.repeat(26)}`) as [string, string, string]
  const merchants = [
    { marketplaces: [a], certificateFile: 'merchant.pem', privateKeyFile: 'merchant-key.pem' },
    { marketplaces: [b], certificateFile: 'other.pem', privateKeyFile: 'other-key.pem' },
  ]
  made.write(({ apple }) => ({ apple: { ...apple, merchants } }))
  const wallets = made.load()
  const taken = (marketplace: string, token: string): unknown => {
    const keys = wallets.apple(marketplace)
    return keys ? codeOf(open(token, { keys })) : 'unconfigured'
  }
  const ours = made.appleToken()
  const theirs = made.appleToken({ merchant: other })
  expect([taken(a, ours), taken(b, ours), taken(a, theirs), taken(b, theirs), taken(c, ours), wallets.google(a)]).toEqual([
    'taken', 'wallet_recipient_refused', 'wallet_recipient_refused', 'taken', 'unconfigured', undefined,
  ])
  expect(MERCHANT_ID).toBe('merchant.test.workshop')
  restore()
})
