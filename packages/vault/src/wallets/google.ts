import {
  createDecipheriv,
  createHmac,
  diffieHellman,
  hkdfSync,
  verify,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import * as z from 'zod'
import { sameBytes } from '../crypto.ts'
import type { VaultRefusal } from '../refusal.ts'
import {
  base64,
  cryptogram,
  digits,
  eciIndicator,
  millis,
  p256,
  readJson,
  refuse,
  versionOf,
} from './payment.ts'
import type { WalletPayment } from './payment.ts'

/*
 * Google Pay, "Payment data cryptography for merchants", protocol version ECv2 (developers.google.com, read
 * 2026-11-22). A root key signs an intermediate key, that signs the message, and the message is encrypted for one
 * recipient's key. No amount is signed: what binds a token is its recipient, its age and its id.
 */

const SENDER = 'Google'
const VERSION = 'ECv2'

export const googleAuthMethods = ['PAN_ONLY', 'CRYPTOGRAM_3DS'] as const
export type GoogleAuthMethod = (typeof googleAuthMethods)[number]

export interface GoogleRootKey {
  readonly key: KeyObject
  readonly protocolVersion: string
  readonly expiresAt: Date
}

export interface GoogleKeys {
  /** Of Google's published key file. */
  readonly roots: readonly GoogleRootKey[]
  /** Ours; several while one replaces another. */
  readonly privateKeys: readonly KeyObject[]
  /** `merchant:<id>` or `gateway:<id>`: a token signed for another doesn't verify. */
  readonly recipientId: string
  /** What a gateway's token has to name, so that one merchant's token isn't another's. */
  readonly gatewayMerchantId?: string | undefined
  readonly authMethods: ReadonlySet<GoogleAuthMethod>
}

interface Opening {
  readonly keys: GoogleKeys
  readonly now: Date
}

/**
 * Verifies and decrypts a token of Google Pay.
 *
 * @param token - JSON, as `paymentMethodData.tokenizationData.token` has it
 * @refuses wallet_version_refused | wallet_token_invalid | wallet_roots_expired | wallet_chain_refused |
 *   wallet_key_expired | wallet_signature_refused (also: signed for another recipient) | wallet_recipient_refused |
 *   wallet_payload_invalid | wallet_expired | wallet_merchant_refused | wallet_method_refused
 */
export function openGooglePayment(token: string, opening: Opening): VaultRefusal | WalletPayment {
  const opened = openGoogleMessage(token, opening)
  if ('refused' in opened) return opened
  const payment = readPayment(opened.plaintext, opening)
  opened.plaintext.fill(0)
  return payment
}

const tokenSchema = z.strictObject({
  protocolVersion: z.literal(VERSION),
  signature: base64,
  intermediateSigningKey: z.strictObject({ signedKey: z.string(), signatures: z.array(base64).min(1).max(10) }),
  signedMessage: z.string(),
})
type Token = z.infer<typeof tokenSchema>

/** The part before the payment: from a token to the bytes that Google encrypted for us. */
export function openGoogleMessage(token: string, opening: Opening): VaultRefusal | { plaintext: Buffer } {
  const version = versionOf(token, 'protocolVersion')
  if (version !== undefined && version !== VERSION) return refuseVersion(version)
  const read = readJson(tokenSchema, { json: token, refused: 'wallet_token_invalid', field: 'token' })
  if ('refused' in read) return read
  const signer = verifiedSigner(read.value, opening)
  if ('refused' in signer) return signer
  const { signedMessage, signature } = read.value
  const signed = lengthValue(SENDER, opening.keys.recipientId, VERSION, signedMessage)
  if (!verify('sha256', signed, signer.key, Buffer.from(signature, 'base64'))) {
    return refuse(
      'wallet_signature_refused',
      'The message is not signed by its key for this recipient: it was changed, or made for another recipientId.',
      'token.signature',
    )
  }
  return decrypt(signedMessage, opening)
}

function refuseVersion(version: string): VaultRefusal {
  const detail =
    version === 'ECv2SigningOnly'
      ? 'A token that is only signed would hand the number over in the clear: ask for protocolVersion ECv2.'
      : 'Only tokens of protocolVersion ECv2 are taken: ask for it in the tokenization parameters.'
  return refuse('wallet_version_refused', detail, 'token.protocolVersion')
}

/** Each part after its length, four bytes, little-endian. */
function lengthValue(...parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap(part => {
      const bytes = Buffer.from(part)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}

const signedKeySchema = z.strictObject({ keyValue: base64, keyExpiration: millis })

/** The key that signs messages: some root key that has not expired vouches for it, and it has not expired itself. */
function verifiedSigner(
  { protocolVersion, intermediateSigningKey: { signedKey, signatures } }: Token,
  { keys, now }: Opening,
): VaultRefusal | { key: KeyObject } {
  const field = 'token.intermediateSigningKey'
  const roots = keys.roots.filter(root => root.protocolVersion === protocolVersion && root.expiresAt > now)
  if (roots.length === 0)
    return refuse('wallet_roots_expired', 'All of Google’s root keys held have expired: fetch its key file again.', field)
  const signed = lengthValue(SENDER, protocolVersion, signedKey)
  const vouched = signatures.some(signature =>
    roots.some(root => verify('sha256', signed, root.key, Buffer.from(signature, 'base64'))),
  )
  if (!vouched)
    return refuse('wallet_chain_refused', 'No root key of Google’s has signed the intermediate key.', field)
  const read = readJson(signedKeySchema, { json: signedKey, refused: 'wallet_token_invalid', field: `${field}.signedKey` })
  if ('refused' in read) return read
  if (read.value.keyExpiration <= now)
    return refuse('wallet_key_expired', 'The intermediate key has expired: the buyer pays again.', `${field}.signedKey.keyExpiration`)
  const key = p256(Buffer.from(read.value.keyValue, 'base64'))
  return key ? { key } : refuse('wallet_token_invalid', 'Expected a public key of P-256.', `${field}.signedKey.keyValue`)
}

const signedMessageSchema = z.strictObject({ encryptedMessage: base64, ephemeralPublicKey: base64, tag: base64 })

/** SubjectPublicKeyInfo of P-256 (RFC 5480), up to the point. */
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const POINT_BYTES = 65

function decrypt(signedMessage: string, { keys }: Opening): VaultRefusal | { plaintext: Buffer } {
  const field = 'token.signedMessage'
  const read = readJson(signedMessageSchema, { json: signedMessage, refused: 'wallet_token_invalid', field })
  if ('refused' in read) return read
  const point = Buffer.from(read.value.ephemeralPublicKey, 'base64')
  const ephemeral = point.length === POINT_BYTES ? p256(Buffer.concat([P256_SPKI, point])) : undefined
  if (!ephemeral)
    return refuse('wallet_token_invalid', 'Expected an uncompressed point of P-256.', `${field}.ephemeralPublicKey`)
  const message = Buffer.from(read.value.encryptedMessage, 'base64')
  const tag = Buffer.from(read.value.tag, 'base64')
  for (const privateKey of keys.privateKeys) {
    const derived = deriveKeys(diffieHellman({ privateKey, publicKey: ephemeral }), point)
    const ours = sameBytes(createHmac('sha256', derived.mac).update(message).digest(), tag)
    const plaintext = ours ? decipher(message, derived.encryption) : undefined
    derived.encryption.fill(0)
    derived.mac.fill(0)
    if (plaintext) return { plaintext }
  }
  return refuse('wallet_recipient_refused', 'The message was encrypted for none of the keys held here.', `${field}.tag`)
}

function deriveKeys(sharedSecret: Buffer, ephemeralPoint: Buffer): { encryption: Buffer; mac: Buffer } {
  const secret = Buffer.concat([ephemeralPoint, sharedSecret])
  const derived = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), SENDER, 64))
  secret.fill(0)
  sharedSecret.fill(0)
  return { encryption: derived.subarray(0, 32), mac: derived.subarray(32) }
}

function decipher(message: Buffer, key: Buffer): Buffer {
  const cipher = createDecipheriv('aes-256-ctr', key, Buffer.alloc(16))
  return Buffer.concat([cipher.update(message), cipher.final()])
}

const card = {
  pan: digits,
  expirationMonth: z.int().min(1).max(12),
  expirationYear: z.int().min(2000).max(2100),
}

/** Google adds fields to what it encrypts; those that are relied on are read strictly. */
const messageSchema = z.looseObject({
  messageExpiration: millis,
  messageId: z.string().min(1).max(500),
  gatewayMerchantId: z.string().optional(),
  paymentMethod: z.literal('CARD', 'expected CARD'),
  paymentMethodDetails: z.discriminatedUnion('authMethod', [
    z.looseObject({ authMethod: z.literal('PAN_ONLY'), ...card }),
    z.looseObject({ authMethod: z.literal('CRYPTOGRAM_3DS'), ...card, cryptogram, eciIndicator: eciIndicator.optional() }),
  ]),
})
type Message = z.infer<typeof messageSchema>

function readPayment(plaintext: Buffer, { keys, now }: Opening): VaultRefusal | WalletPayment {
  const read = readJson(messageSchema, { json: plaintext, refused: 'wallet_payload_invalid', field: 'message' })
  if ('refused' in read) return read
  const { messageExpiration, messageId, gatewayMerchantId, paymentMethodDetails: details } = read.value
  if (messageExpiration <= now)
    return refuse('wallet_expired', 'The token has expired: the buyer pays again.', 'message.messageExpiration')
  if (gatewayMerchantId !== keys.gatewayMerchantId) {
    return refuse(
      'wallet_merchant_refused',
      'The token was made for another merchant of this gateway: its gatewayMerchantId is not the one configured.',
      'message.gatewayMerchantId',
    )
  }
  if (!keys.authMethods.has(details.authMethod)) {
    return refuse(
      'wallet_method_refused',
      'This authMethod is not taken here: leave it out of allowedAuthMethods on the page, or allow it here.',
      'message.paymentMethodDetails.authMethod',
    )
  }
  return {
    wallet: 'google_pay',
    messageId,
    freshUntil: messageExpiration,
    number: details.pan,
    expMonth: details.expirationMonth,
    expYear: details.expirationYear,
    name: '',
    ...authentication(details),
    total: null,
  }
}

function authentication(details: Message['paymentMethodDetails']): Pick<WalletPayment, 'cryptogram' | 'eci'> {
  if (details.authMethod === 'PAN_ONLY') return { cryptogram: null, eci: null }
  return { cryptogram: details.cryptogram, eci: details.eciIndicator || null }
}
