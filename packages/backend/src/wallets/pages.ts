import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { ConfigError } from '../config.ts'

/* What pages tell Google Pay and Apple Pay of a marketplace. The keys that open what the wallets give are the vault's. */

export interface GooglePage {
  readonly environment: 'TEST' | 'PRODUCTION'
  readonly merchantId: string | null
  readonly country: string
}

export interface ApplePage {
  readonly merchantId: string
  /** SHA-256 of it in hexadecimal, as the vault names the certificates that it holds. */
  readonly merchantIdHash: string
  readonly country: string
  /** Where merchant sessions are asked for. */
  readonly gatewayUrl: string
  /** The merchant identity certificate and its key, as PEM: Apple knows the merchant by them. */
  readonly certificate: string
  readonly privateKey: string
  /** In place of the system's authorities, for a simulated Apple. */
  readonly authority: string | undefined
}

export interface WalletPages {
  /** Undefined: this marketplace's pages offer no Google Pay. */
  google(marketplace: string): GooglePage | undefined
  /** Undefined: this marketplace's pages offer no Apple Pay. */
  apple(marketplace: string): ApplePage | undefined
}

export const noWalletPages: WalletPages = { google: () => undefined, apple: () => undefined }

const APPLE_GATEWAY = 'https://apple-pay-gateway.apple.com/paymentservices/paymentSession'

/** Apple's hosts for merchant sessions: production, its test system, both also in China; some name a data centre. */
const appleHost = /^(?:cn-)?apple-pay-gateway(?:-[a-z0-9]{1,12}){0,2}\.apple\.com$/

const country = z.string().regex(/^[A-Z]{2}$/, 'expected a country, such as US')
const marketplaceKey = z.string().regex(/^(?:\*|mkt_[0-9a-z]{26})$/, 'expected the id of a marketplace, or *')

const fileSchema = z.strictObject({
  google: z.strictObject({
    environment: z.enum(['TEST', 'PRODUCTION']),
    merchants: z.record(marketplaceKey, z.strictObject({ merchantId: z.string().min(1).max(64).optional(), country })),
  }).optional(),
  apple: z.strictObject({
    gatewayUrl: z.url({ protocol: /^https$/ }).default(APPLE_GATEWAY),
    gatewayAuthorityFile: z.string().min(1).optional(),
    merchants: z.array(z.strictObject({
      marketplaces: z.array(marketplaceKey).min(1), merchantId: z.string().min(1).max(255), country,
      certificateFile: z.string().min(1), privateKeyFile: z.string().min(1),
    })).min(1),
  }).optional(),
})
type File = z.output<typeof fileSchema>

/**
 * Reads what pages tell wallets; paths in the file start from where it lies.
 *
 * @throws ConfigError - naming the file or the field, never a value; in live mode also for: Google's test environment, or a gateway that isn't Apple's
 */
export function loadWalletPages({ file, mode }: { readonly file: string; readonly mode: 'test' | 'live' }): WalletPages {
  const { google, apple } = parsed(file)
  const problem = mode === 'live' ? liveProblem({ google, apple }) : noMerchantId(google)
  if (problem) throw new ConfigError([`${file}: ${problem}`])
  const at = (name: string): string => resolve(dirname(file), name)
  return {
    google: google ? (marketplace) => googlePage(google, marketplace) : noWalletPages.google,
    apple: apple ? applePages(apple, at) : noWalletPages.apple,
  }
}

function googlePage({ environment, merchants }: NonNullable<File['google']>, marketplace: string): GooglePage | undefined {
  const own = merchants[marketplace] ?? merchants['*']
  return own && { environment, merchantId: own.merchantId ?? null, country: own.country }
}

function applePages({ gatewayUrl, gatewayAuthorityFile, merchants }: NonNullable<File['apple']>, at: (name: string) => string): WalletPages['apple'] {
  const authority = gatewayAuthorityFile === undefined ? undefined : readText(at(gatewayAuthorityFile))
  const pages = merchants.map(({ marketplaces, merchantId, country, certificateFile, privateKeyFile }) => ({
    marketplaces,
    page: {
      merchantId, merchantIdHash: createHash('sha256').update(merchantId).digest('hex'), country, gatewayUrl, authority,
      ...identityOf({ certificateFile: at(certificateFile), privateKeyFile: at(privateKeyFile) }),
    },
  }))
  const named = (key: string) => pages.find(({ marketplaces }) => marketplaces.includes(key))?.page
  return (marketplace) => named(marketplace) ?? named('*')
}

function identityOf({ certificateFile, privateKeyFile }: { certificateFile: string; privateKeyFile: string }): Pick<ApplePage, 'certificate' | 'privateKey'> {
  if ((statSync(privateKeyFile, { throwIfNoEntry: false })?.mode ?? 0) & 0o077)
    throw new ConfigError([`${privateKeyFile} can be read by others: chmod 600 it.`])
  const privateKey = readText(privateKeyFile)
  const certificate = attempt(() => new X509Certificate(readFileSync(certificateFile)), `${certificateFile} is not a certificate.`)
  const key = attempt(() => createPrivateKey(privateKey), `${privateKeyFile} is not a private key as PEM.`)
  if (!certificate.checkPrivateKey(key)) throw new ConfigError([`${privateKeyFile} is not the key of ${certificateFile}.`])
  return { certificate: certificate.toString(), privateKey }
}

const noMerchantId = (google: File['google']): string | undefined =>
  google?.environment === 'PRODUCTION' && Object.values(google.merchants).some(({ merchantId }) => merchantId === undefined)
    ? 'Google’s environment PRODUCTION needs a merchantId for every merchant.' : undefined

function liveProblem({ google, apple }: File): string | undefined {
  if (google?.environment === 'TEST') return 'google.environment is TEST, whose cards are none: live mode wants PRODUCTION.'
  if (apple && !isApple(apple.gatewayUrl)) return 'apple.gatewayUrl is not a host of Apple’s.'
  if (apple?.gatewayAuthorityFile !== undefined) return 'apple.gatewayAuthorityFile is for a simulated Apple: live mode takes none.'
  return noMerchantId(google)
}

function isApple(text: string): boolean {
  const { hostname, port, username, password } = new URL(text)
  return appleHost.test(hostname) && port === '' && username === '' && password === ''
}

function parsed(file: string): File {
  const text = readText(file)
  const result = fileSchema.safeParse(attempt<unknown>(() => JSON.parse(text), `${file} is not JSON.`))
  if (result.success) return result.data
  throw new ConfigError([`${file} can’t be used: ${result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; ')}.`])
}

function readText(file: string): string {
  return attempt(() => readFileSync(file, 'utf8'), `${file} can’t be read.`)
}

function attempt<T>(run: () => T, message: string): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([message])
  }
}
