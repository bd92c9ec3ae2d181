import { defaultAlipayApp, startAlipaySimulator, startAntomSimulator, type AlipaySimulator, type AntomSimulator, type Now } from '@holdfast/simulators'
import type { Code } from './pages/phone.ts'

/** Alipay twice: its Open Platform for CNY, and Antom, its acquirer abroad, for all other currencies. */
export interface Wallets {
  /** Where each is reached, without a path. */
  readonly alipay: string
  readonly antom: string
  /** Where the wallets' pages are, as phones and browsers reach them. */
  readonly origins: readonly string[]
  /** The codes that wait to be scanned. */
  readonly codes: () => readonly Code[]
  readonly close: () => Promise<void>
}

export interface WalletsOptions {
  readonly ports: { readonly alipay: number; readonly antom: number }
  readonly dataFolder: string
  readonly now: Now
  /** How a real phone on the network reaches this machine; without it, this machine alone reaches the wallets. */
  readonly phoneHost: string | undefined
}

/** Starts both simulators. Codes say addresses that a phone can open: the host's, where there is one. */
export async function startWallets({ ports, dataFolder, now, phoneHost }: WalletsOptions): Promise<Wallets> {
  const publicUrl = (port: number): string => `http://${phoneHost ?? 'localhost'}:${port}`
  const shared = { dataFolder, now, ...(phoneHost !== undefined && { host: '0.0.0.0' }) }
  const { appId, sellerId } = defaultAlipayApp
  const alipay = await startAlipaySimulator({
    ...shared, port: ports.alipay, publicUrl: publicUrl(ports.alipay), merchant: { appId, sellerId, name: 'Quayside' },
  })
  const antom = await startAntomSimulator({ ...shared, port: ports.antom, publicUrl: publicUrl(ports.antom) })
  const origins = [publicUrl(ports.alipay), publicUrl(ports.antom)] as const
  return {
    alipay: `http://127.0.0.1:${ports.alipay}`, antom: `http://127.0.0.1:${ports.antom}`, origins,
    codes: () => [...alipayCodes(alipay, origins[0]), ...antomCodes(antom, origins[1])],
    close: async () => {
      await alipay.close()
      await antom.close()
    },
  }
}

function alipayCodes({ records }: AlipaySimulator, origin: string): Code[] {
  return records.trades()
    .filter(({ api, status }) => api === 'alipay.trade.precreate' && status === 'WAIT_BUYER_PAY')
    .map(({ id, subject, amount, expiresAt }) => ({ url: `${origin}/scan/${id}`, payee: subject, amount, currency: 'CNY', expiresAt }))
}

function antomCodes({ records }: AntomSimulator, origin: string): Code[] {
  return records.payments()
    .filter(({ status, terminalType }) => status === 'PROCESSING' && terminalType === 'WEB')
    .map(({ token, orderDescription, amount, expiresAt }) => ({
      url: `${origin}/scan/${token}`, payee: orderDescription, amount: Number(amount.value), currency: amount.currency,
      expiresAt: new Date(expiresAt).toISOString(),
    }))
}
