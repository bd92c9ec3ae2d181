import { X509Certificate, createHash, createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { VaultWallet } from '@holdfast/contract'
import * as z from 'zod'
import type { AppleKeys, AppleMerchantKey } from './apple.ts'
import { textExtension } from './cms.ts'
import { googleAuthMethods } from './google.ts'
import type { GoogleKeys, GoogleRootKey } from './google.ts'
import { base64, isP256, millis, p256 } from './payment.ts'

/** The keys of wallets, and for which marketplaces. */
export interface Wallets {
  /** Undefined: this marketplace takes no Google Pay here. */
  google(marketplace: string): GoogleKeys | undefined
  /** Undefined: this marketplace takes no Apple Pay here. */
  apple(marketplace: string): AppleKeys | undefined
  /** What J.P. Morgan is told that a device's number is. */
  readonly deviceNumbers: DeviceNumbers
}

/**
 * The specification lists both for `accountNumberType` and doesn't say which a wallet's device number is; J.P. Morgan's
 * own example of a decrypted wallet (Paze) has DEVICE_TOKEN. [M] for Google Pay and Apple Pay: ask at onboarding.
 */
const deviceNumberTypes = ['DEVICE_TOKEN', 'NETWORK_TOKEN'] as const
export type DeviceNumbers = (typeof deviceNumberTypes)[number]

export const noWallets: Wallets = { google: () => undefined, apple: () => undefined, deviceNumbers: 'DEVICE_TOKEN' }

/** The wallets' configuration cannot be used; names the field or file and what was expected, never a value. */
export class WalletConfigError extends Error {
  override name = 'WalletConfigError'
}

/** SHA-256 of the certificate Apple Root CA - G3, as Apple publishes it (apple.com/certificateauthority, read 2026-11-22). */
export const APPLE_ROOT_CA_G3 = '63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179'

/** A marketplace's id, or `*` for all that are not named. */
const marketplaceKey = z.string().regex(/^(?:\*|mkt_[0-9a-z]{26})$/, 'expected the id of a marketplace, or *')

const fileSchema = z.strictObject({
  google: z
    .strictObject({
      rootKeysFile: z.string().min(1),
      privateKeyFiles: z.array(z.string().min(1)).min(1),
      authMethods: z.array(z.enum(googleAuthMethods)).min(1).default([...googleAuthMethods]),
      recipients: z.record(
        marketplaceKey,
        z
          .strictObject({
            recipientId: z.string().regex(/^(?:merchant|gateway):[\x21-\x7e]{1,100}$/, 'expected merchant:<id> or gateway:<id>'),
            gatewayMerchantId: z.string().min(1).max(200).optional(),
          })
          .refine(
            ({ recipientId, gatewayMerchantId }) => recipientId.startsWith('gateway:') === (gatewayMerchantId !== undefined),
            'expected a gatewayMerchantId with gateway:<id>, and none with merchant:<id>',
          ),
      ),
    })
    .optional(),
  apple: z
    .strictObject({
      rootCertificateFile: z.string().min(1),
      maxAgeSeconds: z.int().min(30).max(3_600).default(300),
      requireApplicationData: z.boolean().default(false),
      merchants: z
        .array(
          z.strictObject({
            marketplaces: z.array(marketplaceKey).min(1),
            certificateFile: z.string().min(1),
            privateKeyFile: z.string().min(1),
          }),
        )
        .min(1),
    })
    .optional(),
  jpmorgan: z.strictObject({ deviceNumbers: z.enum(deviceNumberTypes) }).default({ deviceNumbers: 'DEVICE_TOKEN' }),
})
type File = z.output<typeof fileSchema>

/**
 * Reads the wallets' configuration and the keys that it names; paths in it start from where it lies.
 *
 * @param mode - live takes Apple's own root alone
 * @throws WalletConfigError
 */
export function loadWallets({ file, mode }: { readonly file: string; readonly mode: 'test' | 'live' }): Wallets {
  const content = parsed(fileSchema, { text: readText(file), what: file })
  const at = (name: string): string => resolve(dirname(file), name)
  const google = content.google && googleKeys(content.google, at)
  const apple = content.apple && appleKeys(content.apple, { at, mode })
  return {
    google: marketplace => google?.(marketplace),
    apple: marketplace => apple?.(marketplace),
    deviceNumbers: content.jpmorgan.deviceNumbers,
  }
}

type At = (name: string) => string

const keyFileSchema = z.looseObject({
  keys: z.array(z.looseObject({ keyValue: base64, protocolVersion: z.string(), keyExpiration: millis.optional() })),
})

function googleKeys(google: NonNullable<File['google']>, at: At): (marketplace: string) => GoogleKeys | undefined {
  const { keys } = parsed(keyFileSchema, { text: readText(at(google.rootKeysFile)), what: google.rootKeysFile })
  // a key without an expiry is of an older version, which has no intermediate keys
  const roots = keys.flatMap(({ keyValue, protocolVersion, keyExpiration }): readonly GoogleRootKey[] => {
    const key = p256(Buffer.from(keyValue, 'base64'))
    return key && keyExpiration ? [{ key, protocolVersion, expiresAt: keyExpiration }] : []
  })
  if (roots.length === 0) throw new WalletConfigError(`${google.rootKeysFile} has no root key that can be used: fetch Google’s again.`)
  const shared = {
    roots,
    privateKeys: google.privateKeyFiles.map(file => readPrivateKey(at(file))),
    authMethods: new Set(google.authMethods),
  }
  return marketplace => {
    const recipient = google.recipients[marketplace] ?? google.recipients['*']
    return recipient && { ...shared, ...recipient }
  }
}

function appleKeys(
  apple: NonNullable<File['apple']>,
  { at, mode }: { at: At; mode: 'test' | 'live' },
): (marketplace: string) => AppleKeys | undefined {
  const root = readCertificate(at(apple.rootCertificateFile))
  const fingerprint = createHash('sha256').update(root.raw).digest('hex')
  if (mode === 'live' && fingerprint !== APPLE_ROOT_CA_G3)
    throw new WalletConfigError(`${apple.rootCertificateFile} is not Apple Root CA - G3, which alone live mode trusts.`)
  const merchants = apple.merchants.map(({ marketplaces, certificateFile, privateKeyFile }) => ({
    marketplaces,
    key: merchantKey({ certificateFile: at(certificateFile), privateKeyFile: at(privateKeyFile) }),
  }))
  return marketplace => {
    const named = merchants.filter(({ marketplaces }) => marketplaces.includes(marketplace))
    const found = named.length > 0 ? named : merchants.filter(({ marketplaces }) => marketplaces.includes('*'))
    if (found.length === 0) return undefined
    return {
      roots: [root],
      merchantKeys: found.map(({ key }) => key),
      maxAgeMs: apple.maxAgeSeconds * 1_000,
      requireApplicationData: apple.requireApplicationData,
    }
  }
}

/** Where Apple's payment processing certificates carry the hash of the merchant's identifier, in hexadecimal. */
const MERCHANT_ID_HASH = '1.2.840.113635.100.6.32'

function merchantKey({ certificateFile, privateKeyFile }: { certificateFile: string; privateKeyFile: string }): AppleMerchantKey {
  const certificate = readCertificate(certificateFile)
  const hash = textExtension(certificate, MERCHANT_ID_HASH) ?? ''
  if (!/^[0-9a-fA-F]{64}$/.test(hash))
    throw new WalletConfigError(`${certificateFile} is no payment processing certificate: it lacks the extension ${MERCHANT_ID_HASH}.`)
  const privateKey = readPrivateKey(privateKeyFile)
  if (!certificate.checkPrivateKey(privateKey))
    throw new WalletConfigError(`${privateKeyFile} is not the key of ${certificateFile}.`)
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return {
    privateKey,
    publicKeyHash: createHash('sha256').update(spki).digest(),
    merchantIdHash: Buffer.from(hash, 'hex'),
  }
}

function readPrivateKey(file: string): KeyObject {
  if ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077)
    throw new WalletConfigError(`${file} can be read by others: chmod 600 it.`)
  const key = attempt(() => createPrivateKey(readText(file)), `${file} is not a private key as PEM.`)
  if (!isP256(key)) throw new WalletConfigError(`${file} is not a key of P-256.`)
  return key
}

function readCertificate(file: string): X509Certificate {
  // as PEM, or as DER, which is how Apple hands its own out
  const bytes = attempt(() => readFileSync(file), `${file} cannot be read.`)
  return attempt(() => new X509Certificate(bytes), `${file} is not a certificate.`)
}

function readText(file: string): string {
  return attempt(() => readFileSync(file, 'utf8'), `${file} cannot be read.`)
}

function attempt<T>(run: () => T, message: string): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof WalletConfigError) throw error
    throw new WalletConfigError(message)
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, { text, what }: { text: string; what: string }): z.output<Schema> {
  const value = attempt<unknown>(() => JSON.parse(text), `${what} is not JSON.`)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  throw new WalletConfigError(`${what} cannot be used: ${problems.join('; ')}.`)
}

/** What a wallet is called in messages for people. */
export const walletNames: Readonly<Record<VaultWallet, string>> = { google_pay: 'Google Pay', apple_pay: 'Apple Pay' }
