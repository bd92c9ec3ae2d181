import { generateKeyPairSync } from 'node:crypto'
import { GooglePayMaker } from '@holdfast/simulators'
import type { GooglePayPayment } from '@holdfast/simulators'
import { afterAll, describe, expect, test } from 'vitest'
import { googleExample } from '../testing/wallet-vectors.ts'
import { DEVICE, RECIPIENT_ID, makeWallets, publishedKey, publishedPublicKey } from '../testing/wallets.ts'
import { openGoogleMessage, openGooglePayment } from './google.ts'
import type { GoogleKeys } from './google.ts'

const clock = { ms: Date.parse('2026-11-22T12:00:00.000Z') }
const now = (): Date => new Date(clock.ms)
const made = makeWallets({ now })
afterAll(() => made.remove())

const HOUR = 60 * 60_000
const DAY = 24 * HOUR

function keysHeld(): GoogleKeys {
  const keys = made.load().google('mkt_any')
  if (!keys) throw new Error('Google Pay is configured for every marketplace')
  return keys
}

function open(token: string, { keys = keysHeld(), at = now() } = {}): ReturnType<typeof openGooglePayment> {
  return openGooglePayment(token, { keys, now: at })
}

const codeOf = (result: object): unknown => ('refused' in result ? result.refused : 'taken')

test('the published example is verified and opens with its published key', () => {
  const keys: GoogleKeys = {
    roots: [{ key: publishedPublicKey(googleExample.rootKey), protocolVersion: 'ECv2', expiresAt: googleExample.rootKeyExpires }],
    privateKeys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, publishedKey(googleExample.privateKey)],
    recipientId: googleExample.recipientId,
    authMethods: new Set(['CRYPTOGRAM_3DS']),
  }
  const before = new Date(googleExample.keyExpires.getTime() - 1)
  const opened = openGoogleMessage(googleExample.token, { keys, now: before })
  expect('plaintext' in opened && opened.plaintext.toString()).toBe('plaintext')
  expect(codeOf(openGoogleMessage(googleExample.token, { keys, now: googleExample.keyExpires }))).toBe('wallet_key_expired')
  expect(codeOf(openGoogleMessage(googleExample.token, { keys: { ...keys, recipientId: 'merchant:12346' }, now: before }))).toBe('wallet_signature_refused')
})

describe('a token that is right', () => {
  test('of a device gives its number, expiry, cryptogram and indicator, and no amount', () => {
    const payment = open(made.googleToken())
    expect(payment).toMatchObject({
      wallet: 'google_pay',
      number: DEVICE.number,
      expMonth: 5,
      expYear: 2031,
      name: '',
      cryptogram: DEVICE.cryptogram,
      eci: '05',
      freshUntil: new Date(clock.ms + DAY),
      total: null,
    })
  })

  test('of a card on file gives its number without a cryptogram', () => {
    const card = { pan: '4112344112344113', expirationMonth: 12, expirationYear: 2030 }
    expect(open(made.googleToken({ card }))).toMatchObject({ number: card.pan, cryptogram: null, eci: null })
  })

  test('may have fields in its message that are not known here', () => {
    const message = (sent: Record<string, unknown>): object => ({ ...sent, assuranceDetails: { accountVerified: true } })
    expect(codeOf(open(made.googleToken({ alter: { message } })))).toBe('taken')
  })

  test('opens by the older of two keys while one replaces another', () => {
    const { privateKeys, ...keys } = keysHeld()
    const newer = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    expect(codeOf(open(made.googleToken(), { keys: { ...keys, privateKeys: [newer, ...privateKeys] } }))).toBe('taken')
  })
})

/** The token with one text in it changed after Google has signed. */
type Path = readonly [string, ...string[]]
function tampered(path: Path, change: (value: string) => unknown): string {
  const token = JSON.parse(made.googleToken()) as Record<string, unknown>
  setIn(token, path, change)
  return JSON.stringify(token)
}

/** Texts that hold JSON are entered like objects. */
function setIn(object: Record<string, unknown>, [name, ...rest]: readonly string[], change: (value: string) => unknown): void {
  if (name === undefined) return
  const value = object[name]
  if (rest.length === 0) object[name] = change(typeof value === 'string' ? value : JSON.stringify(value))
  else if (typeof value === 'string') {
    const inner = JSON.parse(value) as Record<string, unknown>
    setIn(inner, rest, change)
    object[name] = JSON.stringify(inner)
  } else setIn(value as Record<string, unknown>, rest, change)
}

const flipped = (value: string): string => `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`
const otherBase64 = (value: string): string => {
  const bytes = Buffer.from(value, 'base64')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return bytes.toString('base64')
}
const another = new GooglePayMaker({ now })
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const inDetails = (details: object) => (message: Record<string, unknown>): object => ({
  ...message,
  paymentMethodDetails: { ...(message['paymentMethodDetails'] as object), ...details },
})
const remade = (change: Partial<GooglePayPayment>) => (): string => made.googleToken(change)
const later = String(clock.ms + 30 * DAY)

describe('a token is refused when', () => {
  test.each([
    ['it is not JSON', () => '{"protocolVersion":"ECv2"', 'wallet_token_invalid', 'token'],
    ['a field stands twice', () => made.googleToken().replace('{', '{"signature":"AA==",'), 'wallet_token_invalid', 'token'],
    ['it has a field that its version has not', () => made.googleToken().replace('{', '{"extra":1,'), 'wallet_token_invalid', 'token'],
    ['it is of ECv1', () => tampered(['protocolVersion'], () => 'ECv1'), 'wallet_version_refused', 'token.protocolVersion'],
    ['it is only signed', () => tampered(['protocolVersion'], () => 'ECv2SigningOnly'), 'wallet_version_refused', 'token.protocolVersion'],
    ['its version is a number', () => tampered(['protocolVersion'], () => 2), 'wallet_token_invalid', 'token.protocolVersion'],
    ['its signature is changed', () => tampered(['signature'], otherBase64), 'wallet_signature_refused', 'token.signature'],
    ['its signature is not base64', () => tampered(['signature'], () => '!'), 'wallet_token_invalid', 'token.signature'],
    ['there is no intermediate key', () => tampered(['intermediateSigningKey'], () => undefined), 'wallet_token_invalid', 'token.intermediateSigningKey'],
    ['nobody signs the intermediate key', () => tampered(['intermediateSigningKey', 'signatures'], () => []), 'wallet_token_invalid', 'token.intermediateSigningKey.signatures'],
    ['the intermediate key’s signature is changed', () => tampered(['intermediateSigningKey', 'signatures'], () => ['MEQ=']), 'wallet_chain_refused', 'token.intermediateSigningKey'],
    ['the intermediate key is another', () => tampered(['intermediateSigningKey', 'signedKey', 'keyValue'], () => otherKey.export({ type: 'spki', format: 'der' }).toString('base64')), 'wallet_chain_refused', 'token.intermediateSigningKey'],
    ['the intermediate key’s expiry is put off', () => tampered(['intermediateSigningKey', 'signedKey', 'keyExpiration'], () => later), 'wallet_chain_refused', 'token.intermediateSigningKey'],
    ['the encrypted message is changed', () => tampered(['signedMessage', 'encryptedMessage'], flipped), 'wallet_signature_refused', 'token.signature'],
    ['the ephemeral key is changed', () => tampered(['signedMessage', 'ephemeralPublicKey'], otherBase64), 'wallet_signature_refused', 'token.signature'],
    ['the tag is changed', () => tampered(['signedMessage', 'tag'], flipped), 'wallet_signature_refused', 'token.signature'],
    ['it comes from another root', () => another.token({ card: { pan: DEVICE.number, expirationMonth: 5, expirationYear: 2031 }, recipientId: RECIPIENT_ID, recipientKey: made.googleKey.publicKey }), 'wallet_chain_refused', 'token.intermediateSigningKey'],
    ['it was signed for another gateway', remade({ recipientId: 'gateway:another' }), 'wallet_signature_refused', 'token.signature'],
    ['it was signed for a merchant of that name', remade({ recipientId: 'merchant:holdfast' }), 'wallet_signature_refused', 'token.signature'],
    ['its sender is another', remade({ alter: { sender: 'GooglePayPasses' } }), 'wallet_chain_refused', 'token.intermediateSigningKey'],
    ['it was encrypted for another key', remade({ recipientKey: otherKey }), 'wallet_recipient_refused', 'token.signedMessage.tag'],
    ['the tag was signed wrong', remade({ alter: { signedMessage: message => ({ ...message, tag: flipped(message['tag'] ?? '') }) } }), 'wallet_recipient_refused', 'token.signedMessage.tag'],
    ['the tag is cut', remade({ alter: { signedMessage: message => ({ ...message, tag: 'AAAA' }) } }), 'wallet_recipient_refused', 'token.signedMessage.tag'],
    ['the ephemeral key is off the curve', remade({ alter: { signedMessage: message => ({ ...message, ephemeralPublicKey: otherBase64(message['ephemeralPublicKey'] ?? '') }) } }), 'wallet_token_invalid', 'token.signedMessage.ephemeralPublicKey'],
    ['the ephemeral key is missing', remade({ alter: { signedMessage: ({ ephemeralPublicKey: _, ...message }) => message } }), 'wallet_token_invalid', 'token.signedMessage.ephemeralPublicKey'],
    ['the intermediate key is no key', remade({ alter: { signedKey: key => ({ ...key, keyValue: 'AAAA' }) } }), 'wallet_token_invalid', 'token.intermediateSigningKey.signedKey.keyValue'],
    ['the intermediate key has no expiry', remade({ alter: { signedKey: ({ keyExpiration: _, ...key }) => key } }), 'wallet_token_invalid', 'token.intermediateSigningKey.signedKey.keyExpiration'],
    ['the intermediate key has expired', remade({ keyLivesMs: 0 }), 'wallet_key_expired', 'token.intermediateSigningKey.signedKey.keyExpiration'],
    ['the message has expired', remade({ messageLivesMs: 0 }), 'wallet_expired', 'message.messageExpiration'],
    ['the message has no expiry', remade({ alter: { message: ({ messageExpiration: _, ...message }) => message } }), 'wallet_payload_invalid', 'message.messageExpiration'],
    ['the message has no id', remade({ alter: { message: message => ({ ...message, messageId: '' }) } }), 'wallet_payload_invalid', 'message.messageId'],
    ['it names another merchant', remade({ gatewayMerchantId: 'another-market' }), 'wallet_merchant_refused', 'message.gatewayMerchantId'],
    ['it names no merchant', () => made.google.token({ card: { pan: DEVICE.number, expirationMonth: 5, expirationYear: 2031 }, recipientId: RECIPIENT_ID, recipientKey: made.googleKey.publicKey }), 'wallet_merchant_refused', 'message.gatewayMerchantId'],
    ['it is no card', remade({ alter: { message: message => ({ ...message, paymentMethod: 'TOKENIZED_CARD' }) } }), 'wallet_payload_invalid', 'message.paymentMethod'],
    ['its authMethod is not known', remade({ alter: { message: inDetails({ authMethod: 'NONE' }) } }), 'wallet_payload_invalid', 'message.paymentMethodDetails.authMethod'],
    ['its number is none', remade({ alter: { message: inDetails({ pan: '4109' }) } }), 'wallet_payload_invalid', 'message.paymentMethodDetails.pan'],
    ['its month is the thirteenth', remade({ alter: { message: inDetails({ expirationMonth: 13 }) } }), 'wallet_payload_invalid', 'message.paymentMethodDetails.expirationMonth'],
    ['its cryptogram is missing', remade({ alter: { message: inDetails({ cryptogram: undefined }) } }), 'wallet_payload_invalid', 'message.paymentMethodDetails.cryptogram'],
    ['its indicator is a word', remade({ alter: { message: inDetails({ eciIndicator: 'five' }) } }), 'wallet_payload_invalid', 'message.paymentMethodDetails.eciIndicator'],
  ])('%s', (_when, token, code, field) => {
    const result = open(token())
    expect('refused' in result ? [result.refused, result.field] : 'taken').toEqual([code, field])
  })

  test('all root keys have expired, to the millisecond', () => {
    made.put('google-keys.json', JSON.stringify(made.google.keyFile({ livesMs: HOUR })))
    const keys = keysHeld()
    const token = made.googleToken()
    expect(codeOf(open(token, { keys, at: new Date(clock.ms + HOUR - 1) }))).toBe('taken')
    expect(codeOf(open(token, { keys, at: new Date(clock.ms + HOUR) }))).toBe('wallet_roots_expired')
    made.put('google-keys.json', JSON.stringify(made.google.keyFile({ version: 'ECv1' })))
    expect(codeOf(open(token))).toBe('wallet_roots_expired')
    made.put('google-keys.json', JSON.stringify(made.google.keyFile()))
  })

  test('its authMethod is one that this vault is set not to take', () => {
    const keys = { ...keysHeld(), authMethods: new Set(['CRYPTOGRAM_3DS'] as const) }
    const card = { pan: '4112344112344113', expirationMonth: 12, expirationYear: 2030 }
    expect(codeOf(open(made.googleToken({ card }), { keys }))).toBe('wallet_method_refused')
    expect(codeOf(open(made.googleToken(), { keys }))).toBe('taken')
  })

  test('no refusal quotes what was sent', () => {
    const refusals = [made.googleToken({ messageLivesMs: 0 }), tampered(['signature'], flipped), '{"secret":"4109370251004320"}'].map(token => JSON.stringify(open(token)))
    for (const refusal of refusals) expect(refusal).not.toMatch(/4109370251004320|secret|MEQ|Af9x/)
  })
})
