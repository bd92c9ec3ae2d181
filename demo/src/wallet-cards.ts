import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApplePayMaker, GooglePayMaker, startAppleGateway, systemNow } from '@holdfast/simulators'

/*
 * Google Pay and Apple Pay, simulated: two companies with keys of their own, whose tokens are real in all but that.
 * Their browsers' side, the sheet, is demo/client/simulated-wallets.ts.
 */

/** What the sheet asks for once its buyer has approved. */
export interface WalletPayment {
  readonly wallet: 'google_pay' | 'apple_pay'
  /** One of `walletCards`. */
  readonly card: string
  /** What the sheet showed: `960.00`. */
  readonly total: string
  readonly currency: string
  readonly applicationData: string | undefined
}

export interface WalletCards {
  /** What tells the backend and the vault of them. */
  readonly environment: Readonly<Record<'HOLDFAST_WALLETS' | 'HOLDFAST_VAULT_WALLETS', string>>
  /** The token that a wallet's company makes of an approval; null for a card that there is none of. */
  token(payment: WalletPayment): string | null
  close(): Promise<void>
}

/** The numbers that these wallets have for this device, by what a sheet calls them. */
const numbers: Readonly<Record<string, string>> = { approved: '4112344112344113', declined: '4000000000000002' }
const numericCodes: Readonly<Record<string, string>> = { USD: '840', CNY: '156' }
const cryptogram = 'Af9x/QwAA/DjmU65oyc1MAABAAA='
const merchantId = 'merchant.example.quayside'
const gatewayMerchantId = 'quayside'
const country = 'US'

/** @param folder - where the keys are written, for the vault and the backend to read */
export async function startWalletCards({ folder }: { readonly folder: string }): Promise<WalletCards> {
  const google = new GooglePayMaker({ now: systemNow })
  const apple = new ApplePayMaker({ now: systemNow })
  const gateway = await startAppleGateway({ maker: apple, merchants: { [merchantId]: ['localhost'] } })
  const recipient = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const merchant = apple.merchant(merchantId)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const put = (name: string, content: string | object): string => {
    const file = join(folder, name)
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2), { mode: 0o600 })
    return file
  }
  const identity = apple.identity(merchantId)
  put('google-keys.json', google.keyFile())
  put('google.pem', recipient.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  put('apple-root.pem', apple.rootPem)
  put('apple-processing.pem', merchant.certificatePem)
  put('apple-processing-key.pem', merchant.privateKeyPem)
  put('apple-identity.pem', identity.certificatePem)
  put('apple-identity-key.pem', identity.privateKeyPem)
  return {
    environment: { HOLDFAST_VAULT_WALLETS: put('vault.json', vaultFile), HOLDFAST_WALLETS: put('pages.json', pagesFile(gateway.url)) },
    token({ wallet, card, total, currency, applicationData }) {
      const number = numbers[card]
      if (number === undefined) return null
      if (wallet === 'google_pay') {
        const device = { pan: number, expirationMonth: 5, expirationYear: 2031, cryptogram, eciIndicator: '05' }
        return google.token({ card: device, recipientId: 'gateway:holdfast', recipientKey: recipient.publicKey, gatewayMerchantId })
      }
      return apple.token({
        merchant, number, expires: '310531', cryptogram, amount: Number(total.replace('.', '')), currencyCode: numericCodes[currency] ?? '',
        ...(applicationData !== undefined && { applicationData }),
      })
    },
    close: () => gateway.close(),
  }
}

const vaultFile = {
  google: { rootKeysFile: 'google-keys.json', privateKeyFiles: ['google.pem'], recipients: { '*': { recipientId: 'gateway:holdfast', gatewayMerchantId } } },
  apple: {
    rootCertificateFile: 'apple-root.pem', requireApplicationData: true,
    merchants: [{ marketplaces: ['*'], certificateFile: 'apple-processing.pem', privateKeyFile: 'apple-processing-key.pem' }],
  },
}

const pagesFile = (gatewayUrl: string): object => ({
  google: { environment: 'TEST', merchants: { '*': { country } } },
  apple: {
    gatewayUrl, gatewayAuthorityFile: 'apple-root.pem',
    merchants: [{ marketplaces: ['*'], merchantId, country, certificateFile: 'apple-identity.pem', privateKeyFile: 'apple-identity-key.pem' }],
  },
})
