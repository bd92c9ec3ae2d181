import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplePayMaker, GooglePayMaker } from '@holdfast/simulators'
import type { ApplePayMerchant, ApplePayPayment, GooglePayPayment } from '@holdfast/simulators'
import { loadWallets } from '../wallets/config.ts'
import type { Wallets } from '../wallets/config.ts'

/* Wallets of a test's own: companies that make tokens, and the files by which a vault opens them. */

/** What devices are given in place of a card's number: these pass the check digit and belong to a brand. */
export const DEVICE = { number: '4109370251004320', expires: '310531', cryptogram: 'Af9x/QwAA/DjmU65oyc1MAABAAA=' }
export const RECIPIENT_ID = 'gateway:holdfast'
export const GATEWAY_MERCHANT_ID = 'workshop-market'
export const MERCHANT_ID = 'merchant.test.workshop'

export interface TestWallets {
  readonly google: GooglePayMaker
  readonly apple: ApplePayMaker
  readonly merchant: ApplePayMerchant
  readonly googleKey: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  /** The vault's configuration, as it was written. */
  readonly file: string
  load(mode?: 'test' | 'live'): Wallets
  /** Writes the configuration again with something changed. */
  write(change?: (config: WalletsFile) => object): void
  /** Tokens that are right in everything, but for what is changed. */
  googleToken(change?: Partial<GooglePayPayment>): string
  appleToken(change?: Partial<ApplePayPayment>): string
  /** Writes a file beside the configuration. */
  put(name: string, content: string, mode?: number): void
  remove(): void
}

export interface WalletsFile {
  readonly google: Record<string, unknown>
  readonly apple: Record<string, unknown>
}

export function makeWallets({ now }: { now: () => Date }): TestWallets {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-wallets-'))
  const google = new GooglePayMaker({ now })
  const apple = new ApplePayMaker({ now })
  const merchant = apple.merchant(MERCHANT_ID)
  const googleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const file = join(folder, 'wallets.json')
  const put = (name: string, content: string, mode = 0o600): void => writeFileSync(join(folder, name), content, { mode })
  const write = (change: (config: WalletsFile) => object = config => config): void => put('wallets.json', JSON.stringify(change(config)))
  put('google-keys.json', JSON.stringify(google.keyFile()))
  put('google.pem', googleKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  put('root.pem', apple.rootPem)
  put('merchant.pem', merchant.certificatePem)
  put('merchant-key.pem', merchant.privateKeyPem)
  write()
  return {
    google,
    apple,
    merchant,
    googleKey,
    file,
    load: (mode = 'test') => loadWallets({ file, mode }),
    write,
    put,
    googleToken: change =>
      google.token({
        card: {
          pan: DEVICE.number,
          expirationMonth: 5,
          expirationYear: 2031,
          cryptogram: DEVICE.cryptogram,
          eciIndicator: '05',
        },
        recipientId: RECIPIENT_ID,
        recipientKey: googleKey.publicKey,
        gatewayMerchantId: GATEWAY_MERCHANT_ID,
        ...change,
      }),
    appleToken: change =>
      apple.token({ merchant, ...DEVICE, currencyCode: '840', amount: 1_248_000, eciIndicator: '7', ...change }),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

const config: WalletsFile = {
  google: {
    rootKeysFile: 'google-keys.json',
    privateKeyFiles: ['google.pem'],
    recipients: { '*': { recipientId: RECIPIENT_ID, gatewayMerchantId: GATEWAY_MERCHANT_ID } },
  },
  apple: {
    rootCertificateFile: 'root.pem',
    merchants: [{ marketplaces: ['*'], certificateFile: 'merchant.pem', privateKeyFile: 'merchant-key.pem' }],
  },
}

/** A private key that others have published, as PKCS #8 in base64. */
export const publishedKey = (pkcs8: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' })

export const publishedPublicKey = (spki: string): KeyObject =>
  createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' })
