import { createDecipheriv, createHash, diffieHellman } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { MAX_AMOUNT } from '@holdfast/contract'
import * as z from 'zod'
import type { VaultRefusal } from '../refusal.ts'
import { CmsError, readDetachedSignature } from './cms.ts'
import type { DetachedSignature, MarkedCertificate } from './cms.ts'
import { base64, cryptogram, digits, eciIndicator, p256, readJson, refuse, versionOf } from './payment.ts'
import type { WalletPayment } from './payment.ts'

/*
 * Apple Pay, "Payment token format reference", version EC_v1 (developer.apple.com, read 2026-11-22). A leaf under
 * Apple Root CA - G3 signs what was encrypted for one merchant's key, with the time, the amount and the currency.
 */

const LEAF = '1.2.840.113635.100.6.29'
const INTERMEDIATE = '1.2.840.113635.100.6.2.14'

export interface AppleMerchantKey {
  /** Of the payment processing certificate. */
  readonly privateKey: KeyObject
  /** SHA-256 of its public key, as tokens name it. */
  readonly publicKeyHash: Buffer
  /** SHA-256 of the merchant's identifier, out of the certificate. */
  readonly merchantIdHash: Buffer
}

export interface AppleKeys {
  /** Apple Root CA - G3; in tests another. */
  readonly roots: readonly X509Certificate[]
  /** Ours; several while one replaces another. */
  readonly merchantKeys: readonly AppleMerchantKey[]
  /** How far the signing time may lie from now, either way. */
  readonly maxAgeMs: number
  /** Refuses tokens that are not bound to a session by their applicationData. */
  readonly requireApplicationData: boolean
}

interface Opening {
  readonly keys: AppleKeys
  readonly now: Date
  /** What `applicationData` names where there is any. */
  readonly session: { readonly session: string; readonly revision: number }
}

const hex = (bytes: string, what: string): z.ZodString => z.string().regex(new RegExp(`^(?:[0-9a-fA-F]{2}){${bytes}}$`), what)

/**
 * At most 32 bytes, which Apple's own have. The signature covers identifier and application data without a border
 * between them: a longer identifier could be a shorter one with the 32 bytes of application data behind it, and one
 * token would have two identifiers, the second bound to no session.
 */
const transactionId = hex('1,32', 'expected an identifier of at most 32 bytes in hexadecimal')

const tokenSchema = z.strictObject({
  version: z.literal('EC_v1'),
  data: base64,
  signature: base64,
  header: z.strictObject({
    ephemeralPublicKey: base64,
    publicKeyHash: base64,
    transactionId,
    applicationData: hex('32', 'expected a SHA-256 hash in hexadecimal').optional(),
  }),
})
type Token = z.infer<typeof tokenSchema>

/**
 * Verifies and decrypts a token of Apple Pay.
 *
 * @param token - JSON, as `payment.token.paymentData` has it
 * @refuses wallet_version_refused | wallet_token_invalid | wallet_marker_missing | wallet_chain_refused |
 *   wallet_signature_refused | wallet_signing_time_refused | wallet_binding_refused | wallet_recipient_refused |
 *   wallet_undecryptable | wallet_payload_invalid | wallet_method_refused
 */
export function openApplePayment(token: string, opening: Opening): VaultRefusal | WalletPayment {
  const version = versionOf(token, 'version')
  if (version !== undefined && version !== 'EC_v1') {
    return refuse('wallet_version_refused', 'Only tokens of version EC_v1 are taken.', 'token.version')
  }
  const read = readJson(tokenSchema, { json: token, refused: 'wallet_token_invalid', field: 'token' })
  if ('refused' in read) return read
  const signed = verifySignature(read.value, opening)
  if ('refused' in signed) return signed
  const unbound = refuseOtherSession(read.value, opening)
  if (unbound) return unbound
  const opened = decrypt(read.value, opening)
  if ('refused' in opened) return opened
  const payment = readPayment(opened.plaintext, {
    // one identifier has several spellings, and is signed in none
    messageId: read.value.header.transactionId.toLowerCase(),
    freshUntil: new Date(signed.signingTime.getTime() + opening.keys.maxAgeMs),
  })
  opened.plaintext.fill(0)
  return payment
}

function verifySignature(token: Token, { keys, now }: Opening): VaultRefusal | DetachedSignature {
  const signature = readSignature(token.signature)
  if ('refused' in signature) return signature
  const untrusted = refuseChain(signature, keys)
  if (untrusted) return untrusted
  if (!signature.signs(signedBytes(token))) {
    return refuse('wallet_signature_refused', 'The token was changed after it was signed.', 'token.signature')
  }
  if (Math.abs(now.getTime() - signature.signingTime.getTime()) > keys.maxAgeMs) {
    return refuse(
      'wallet_signing_time_refused',
      'The token was signed too long ago, or its time is ahead of ours: the buyer pays again.',
      'token.signature',
    )
  }
  return signature
}

function readSignature(signature: string): VaultRefusal | DetachedSignature {
  try {
    return readDetachedSignature(Buffer.from(signature, 'base64'))
  } catch (error) {
    if (!(error instanceof CmsError)) throw error
    return refuse('wallet_token_invalid', error.message, 'token.signature')
  }
}

/** What is signed: bytes, not their spellings, and nothing that tells one field's from the next one's. */
function signedBytes({ data, header }: Token): Buffer {
  return Buffer.concat([
    Buffer.from(header.ephemeralPublicKey, 'base64'),
    Buffer.from(data, 'base64'),
    Buffer.from(header.transactionId, 'hex'),
    Buffer.from(header.applicationData ?? '', 'hex'),
  ])
}

/** From the signer by an intermediate to a root that we hold, each with Apple's marker, all valid when it was signed. */
function refuseChain(
  { signer, certificates, signingTime }: DetachedSignature,
  { roots }: AppleKeys,
): VaultRefusal | undefined {
  const field = 'token.signature'
  if (!signer.extensions.has(LEAF))
    return refuse('wallet_marker_missing', `The signer’s certificate lacks the extension ${LEAF}.`, field)
  const intermediates = certificates.filter(({ extensions }) => extensions.has(INTERMEDIATE))
  if (intermediates.length === 0)
    return refuse('wallet_marker_missing', `No certificate has the extension ${INTERMEDIATE}.`, field)
  const chain = intermediates.flatMap(({ x509 }) => chainsOf({ signer, intermediate: x509, roots }))
  if (chain.length === 0)
    return refuse('wallet_chain_refused', 'The certificates do not lead to the root that is trusted here.', field)
  const valid = chain.some(certificates => certificates.every(certificate => validAt(certificate, signingTime)))
  return valid ? undefined : refuse('wallet_chain_refused', 'A certificate was not valid when the token was signed.', field)
}

function chainsOf({
  signer: { x509: leaf },
  intermediate,
  roots,
}: {
  signer: MarkedCertificate
  intermediate: X509Certificate
  roots: readonly X509Certificate[]
}): readonly (readonly X509Certificate[])[] {
  if (leaf.ca || !intermediate.ca || !isIssuedBy(leaf, intermediate)) return []
  return roots.filter(root => isIssuedBy(intermediate, root)).map(root => [leaf, intermediate, root])
}

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

const validAt = ({ validFromDate, validToDate }: X509Certificate, at: Date): boolean =>
  validFromDate <= at && at <= validToDate

/**
 * The application data that binds a token to a session: the page sets it to `applicationDataOf(…)` in base64. Apple
 * signs a hash of it. Its pages don't say whether of the bytes or of the base64: either binds, so either is taken [M].
 */
export function applicationDataOf({ session, revision }: Opening['session']): string {
  return `${session}.${revision}`
}

function refuseOtherSession({ header: { applicationData } }: Token, { keys, session }: Opening): VaultRefusal | undefined {
  const field = 'token.header.applicationData'
  if (applicationData === undefined) {
    return keys.requireApplicationData
      ? refuse('wallet_binding_refused', 'The token is bound to no session: set applicationData in the payment request.', field)
      : undefined
  }
  const bytes = Buffer.from(applicationDataOf(session))
  const hashes = [bytes, bytes.toString('base64')].map(text => createHash('sha256').update(text).digest('hex'))
  return hashes.includes(applicationData.toLowerCase())
    ? undefined
    : refuse('wallet_binding_refused', 'The token was made for another session or revision.', field)
}

const TAG_BYTES = 16

function decrypt({ data, header }: Token, { keys }: Opening): VaultRefusal | { plaintext: Buffer } {
  const hash = Buffer.from(header.publicKeyHash, 'base64')
  const merchant = keys.merchantKeys.find(({ publicKeyHash }) => publicKeyHash.equals(hash))
  if (!merchant) {
    return refuse(
      'wallet_recipient_refused',
      'The token was encrypted for a payment processing certificate that is not held here for this marketplace.',
      'token.header.publicKeyHash',
    )
  }
  const ephemeral = p256(Buffer.from(header.ephemeralPublicKey, 'base64'))
  if (!ephemeral)
    return refuse('wallet_token_invalid', 'Expected a public key of P-256.', 'token.header.ephemeralPublicKey')
  const key = deriveKey(diffieHellman({ privateKey: merchant.privateKey, publicKey: ephemeral }), merchant)
  const plaintext = decipher(Buffer.from(data, 'base64'), key)
  key.fill(0)
  return plaintext
    ? { plaintext }
    : refuse('wallet_undecryptable', 'The data does not open with this merchant’s key and identifier.', 'token.data')
}

/** The one-step derivation of NIST SP 800-56A with SHA-256, of one block: counter, secret, algorithm, parties. */
function deriveKey(sharedSecret: Buffer, { merchantIdHash }: AppleMerchantKey): Buffer {
  const algorithm = '\u000did-aes256-GCM'
  const hash = createHash('sha256')
  for (const part of [Buffer.from([0, 0, 0, 1]), sharedSecret, algorithm, 'Apple', merchantIdHash]) hash.update(part)
  sharedSecret.fill(0)
  return hash.digest()
}

function decipher(data: Buffer, key: Buffer): Buffer | undefined {
  if (data.length <= TAG_BYTES) return undefined
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(16), { authTagLength: TAG_BYTES })
    cipher.setAuthTag(data.subarray(-TAG_BYTES))
    return Buffer.concat([cipher.update(data.subarray(0, -TAG_BYTES)), cipher.final()])
  } catch {
    return undefined
  }
}

/** Apple adds fields to what it encrypts; those that are relied on are read strictly. */
const paymentSchema = z.looseObject({
  applicationPrimaryAccountNumber: digits,
  applicationExpirationDate: z.string().regex(/^\d{2}(?:0[1-9]|1[0-2])\d{2}$/, 'expected YYMMDD'),
  currencyCode: z.string().regex(/^\d{3}$/, 'expected three digits of ISO 4217'),
  transactionAmount: z.int('expected whole minor units').min(0).max(MAX_AMOUNT),
  cardholderName: z.string().max(200).optional(),
  paymentDataType: z.enum(['3DSecure', 'EMV'], 'expected 3DSecure or EMV'),
  paymentData: z.looseObject({ onlinePaymentCryptogram: cryptogram.optional(), eciIndicator: eciIndicator.optional() }),
})

function readPayment(
  plaintext: Buffer,
  known: Pick<WalletPayment, 'messageId' | 'freshUntil'>,
): VaultRefusal | WalletPayment {
  const read = readJson(paymentSchema, { json: plaintext, refused: 'wallet_payload_invalid', field: 'data' })
  if ('refused' in read) return read
  const { applicationExpirationDate: expiry, paymentData, ...payment } = read.value
  if (payment.paymentDataType !== '3DSecure') {
    return refuse(
      'wallet_method_refused',
      'Payment data of the type EMV is not taken: leave supportsEMV out of merchantCapabilities.',
      'data.paymentDataType',
    )
  }
  if (paymentData.onlinePaymentCryptogram === undefined)
    return refuse('wallet_payload_invalid', 'Expected a cryptogram.', 'data.paymentData.onlinePaymentCryptogram')
  return {
    wallet: 'apple_pay',
    ...known,
    number: payment.applicationPrimaryAccountNumber,
    expMonth: Number(expiry.slice(2, 4)),
    expYear: 2000 + Number(expiry.slice(0, 2)),
    name: payment.cardholderName ?? '',
    cryptogram: paymentData.onlinePaymentCryptogram,
    eci: paymentData.eciIndicator || null,
    total: { amount: payment.transactionAmount, currencyCode: payment.currencyCode },
  }
}
