import { createHash } from 'node:crypto'

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

/** The simulators' ids, and the digests of their keys: those are in their source, and anyone can sign with them. */
const simulatedIds: readonly string[] = ['2021000000000042', '2088000000000042', 'HOLDFAST_SIMULATOR']
const simulatedKeys: readonly string[] = ['00f254bec75517e7', 'b3c87e2c18703632', '519aff0d921d4c73', 'e86494b90435fae9']

const digestOf = (key: string): string =>
  createHash('sha256').update(key.replaceAll(/-----[^-\n]+-----|\s/g, '')).digest('hex').slice(0, 16)

/** What money that is real takes none of. */
export function liveWalletProblems(env: WalletVariables): string[] {
  const given = (...values: (string | undefined)[]) => values.filter((value) => value !== undefined)
  const urls = given(env.HOLDFAST_ALIPAY_GATEWAY, env.HOLDFAST_ANTOM_URL, env.HOLDFAST_ANTOM_REPORTS_URL)
  const ids = given(env.HOLDFAST_ALIPAY_APP_ID, env.HOLDFAST_ALIPAY_SELLER_ID, env.HOLDFAST_ANTOM_CLIENT_ID)
  const keys = given(env.HOLDFAST_ALIPAY_PRIVATE_KEY, env.HOLDFAST_ALIPAY_PUBLIC_KEY, env.HOLDFAST_ANTOM_PRIVATE_KEY, env.HOLDFAST_ANTOM_PUBLIC_KEY)
  const checks: [boolean, string][] = [
    [urls.some((one) => !one.startsWith('https://')), 'A wallet’s rail has an address without https: live mode refuses simulators. Set HOLDFAST_ALIPAY_GATEWAY, HOLDFAST_ANTOM_URL and HOLDFAST_ANTOM_REPORTS_URL to the rails’ own.'],
    [ids.some((id) => simulatedIds.includes(id) || id.startsWith('SANDBOX_')), 'A wallet’s rail has the id of a simulator or a sandbox. Set your own: HOLDFAST_ALIPAY_APP_ID, HOLDFAST_ALIPAY_SELLER_ID, HOLDFAST_ANTOM_CLIENT_ID.'],
    [keys.some((key) => simulatedKeys.includes(digestOf(key))), 'A wallet’s rail has a key of the simulators, with which anyone can sign. Set your own and the rail’s: HOLDFAST_ALIPAY_PRIVATE_KEY, HOLDFAST_ALIPAY_PUBLIC_KEY, HOLDFAST_ANTOM_PRIVATE_KEY, HOLDFAST_ANTOM_PUBLIC_KEY.'],
  ]
  return checks.filter(([wrong]) => wrong).map(([, problem]) => problem)
}
