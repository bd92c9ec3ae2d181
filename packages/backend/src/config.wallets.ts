/* The part of the configuration that is about rails for wallets. */

/** Alipay's Open Platform; it pays in CNY. */
export interface AlipayConfig {
  readonly gateway: string
  readonly appId: string
  readonly sellerId: string
  readonly privateKey: string
  readonly alipayPublicKey: string
}

/** Alipay's acquirer abroad. */
export interface AntomConfig {
  readonly baseUrl: string
  readonly clientId: string
  readonly privateKey: string
  readonly antomPublicKey: string
  readonly keyVersion: string
  readonly reportsUrl?: string
  /** Of an account that settles in one currency alone: then payments are taken in it alone. */
  readonly settlementCurrency?: string
}

/** The variables that this part reads; config.ts parses them. */
export type WalletVariables = Readonly<Partial<Record<
  'HOLDFAST_ALIPAY_GATEWAY' | 'HOLDFAST_ALIPAY_APP_ID' | 'HOLDFAST_ALIPAY_SELLER_ID' | 'HOLDFAST_ALIPAY_PRIVATE_KEY'
  | 'HOLDFAST_ALIPAY_PUBLIC_KEY' | 'HOLDFAST_ANTOM_URL' | 'HOLDFAST_ANTOM_CLIENT_ID' | 'HOLDFAST_ANTOM_PRIVATE_KEY'
  | 'HOLDFAST_ANTOM_PUBLIC_KEY' | 'HOLDFAST_ANTOM_REPORTS_URL' | 'HOLDFAST_ANTOM_SETTLEMENT_CURRENCY',
  string | undefined
>>> & { readonly HOLDFAST_ANTOM_KEY_VERSION: string }

export function alipayOf(env: WalletVariables): AlipayConfig | null {
  if (!env.HOLDFAST_ALIPAY_GATEWAY) return null
  return {
    gateway: env.HOLDFAST_ALIPAY_GATEWAY, appId: env.HOLDFAST_ALIPAY_APP_ID as string,
    sellerId: env.HOLDFAST_ALIPAY_SELLER_ID as string, privateKey: env.HOLDFAST_ALIPAY_PRIVATE_KEY as string,
    alipayPublicKey: env.HOLDFAST_ALIPAY_PUBLIC_KEY as string,
  }
}

export function antomOf(env: WalletVariables): AntomConfig | null {
  if (!env.HOLDFAST_ANTOM_URL) return null
  return {
    baseUrl: env.HOLDFAST_ANTOM_URL, clientId: env.HOLDFAST_ANTOM_CLIENT_ID as string,
    privateKey: env.HOLDFAST_ANTOM_PRIVATE_KEY as string, antomPublicKey: env.HOLDFAST_ANTOM_PUBLIC_KEY as string,
    keyVersion: env.HOLDFAST_ANTOM_KEY_VERSION,
    ...(env.HOLDFAST_ANTOM_REPORTS_URL && { reportsUrl: env.HOLDFAST_ANTOM_REPORTS_URL }),
    ...(env.HOLDFAST_ANTOM_SETTLEMENT_CURRENCY && { settlementCurrency: env.HOLDFAST_ANTOM_SETTLEMENT_CURRENCY }),
  }
}

const alipayNeeds = ['HOLDFAST_ALIPAY_APP_ID', 'HOLDFAST_ALIPAY_SELLER_ID', 'HOLDFAST_ALIPAY_PRIVATE_KEY', 'HOLDFAST_ALIPAY_PUBLIC_KEY'] as const
const antomNeeds = ['HOLDFAST_ANTOM_CLIENT_ID', 'HOLDFAST_ANTOM_PRIVATE_KEY', 'HOLDFAST_ANTOM_PUBLIC_KEY'] as const

/** A rail is configured whole or not at all. */
export function walletProblems(env: WalletVariables): string[] {
  const needs = (rail: string, names: readonly (keyof WalletVariables)[]) =>
    names.filter((name) => env[name] === undefined).map((name) => `${name} is not set; ${rail} needs it.`)
  return [
    ...(env.HOLDFAST_ALIPAY_GATEWAY ? needs('Alipay', alipayNeeds) : []),
    ...(env.HOLDFAST_ANTOM_URL ? needs('Antom', antomNeeds) : []),
  ]
}

/** What the simulators are known by: their default ids, and the end of their public keys, which are in their source. */
const simulated = /simulator|sim_|^9021000000000000$/i

/** What money that is real takes none of. */
export function liveWalletProblems(env: WalletVariables): string[] {
  const clear = [env.HOLDFAST_ALIPAY_GATEWAY, env.HOLDFAST_ANTOM_URL, env.HOLDFAST_ANTOM_REPORTS_URL]
    .some((one) => one !== undefined && !one.startsWith('https://'))
  const ids = [env.HOLDFAST_ALIPAY_APP_ID, env.HOLDFAST_ALIPAY_SELLER_ID, env.HOLDFAST_ANTOM_CLIENT_ID]
  const sandbox = env.HOLDFAST_ANTOM_CLIENT_ID?.startsWith('SANDBOX_') ?? false
  return [
    ...(clear ? ['A wallet’s rail has an address without https: live mode refuses simulators. Set HOLDFAST_ALIPAY_GATEWAY, HOLDFAST_ANTOM_URL and HOLDFAST_ANTOM_REPORTS_URL to the rails’ own.'] : []),
    ...(sandbox || ids.some((id) => id !== undefined && simulated.test(id)) ? ['A wallet’s rail has the simulators’ or a sandbox’s credentials. Set its own: HOLDFAST_ALIPAY_APP_ID, HOLDFAST_ALIPAY_SELLER_ID, HOLDFAST_ANTOM_CLIENT_ID.'] : []),
  ]
}
