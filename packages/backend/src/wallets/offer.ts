import { setTimeout as pause } from 'node:timers/promises'
import { cardBrands } from '@holdfast/contract'
import type { VaultWallets } from '@holdfast/contract'
import type { CheckoutView } from '@holdfast/contract/types'
import type { VaultClient } from '@holdfast/vault'
import type { Logger } from 'pino'
import type { ApplePage, WalletPages } from './pages.ts'

export type WalletMethod = Extract<CheckoutView['methods'][number], { type: 'google_pay' | 'apple_pay' }>

/** What sessions of a marketplace offer by wallet. */
export interface WalletOffers {
  /** Both sides have to be set up: what the page says, and the keys of the vault that open what it is given. */
  of(marketplace: string): Promise<readonly WalletMethod[]>
  /** Whom Apple is told of; undefined where Apple Pay isn't offered. */
  apple(marketplace: string): Promise<ApplePage | undefined>
}

/** From then on the vault is asked again, while pages still have what it said last. */
const FRESH_MS = 60_000
/** One that didn't answer is asked again, but not by every page. */
const RETRY_MS = 5_000
/** Pages don't wait for a vault that hangs; until it answers, no wallet is offered. */
const FIRST_MS = 1_500

interface Known {
  readonly wallets: VaultWallets
  readonly until: number
}

const none: VaultWallets = { googlePay: null, applePay: null }

/** @param options.now - in milliseconds, steady */
export function createWalletOffers(
  { vault, pages, log, now }: { readonly vault: Pick<VaultClient, 'readWallets'>; readonly pages: WalletPages; readonly log: Logger; readonly now: () => number },
): WalletOffers {
  const known = new Map<string, Known>()
  const asking = new Map<string, Promise<VaultWallets>>()
  const ask = async (marketplace: string): Promise<VaultWallets> => {
    try {
      const wallets = await vault.readWallets(marketplace)
      known.set(marketplace, { wallets, until: now() + FRESH_MS })
      return wallets
    } catch (error) {
      log.warn({ err: error, marketplace }, 'the vault did not say which wallets it opens')
      const { wallets } = known.get(marketplace) ?? { wallets: none }
      known.set(marketplace, { wallets, until: now() + RETRY_MS })
      return wallets
    } finally {
      asking.delete(marketplace)
    }
  }
  const opened = async (marketplace: string): Promise<VaultWallets> => {
    // whoever has no page set up costs the vault nothing
    if (!pages.google(marketplace) && !pages.apple(marketplace)) return none
    const last = known.get(marketplace)
    if (last && now() < last.until) return last.wallets
    const asked = asking.get(marketplace) ?? ask(marketplace)
    asking.set(marketplace, asked)
    return last?.wallets ?? Promise.race([asked, pause(FIRST_MS, none, { ref: false })])
  }
  return {
    apple: async (marketplace) => applePage(pages.apple(marketplace), (await opened(marketplace)).applePay),
    async of(marketplace) {
      const { googlePay, applePay } = await opened(marketplace)
      const methods = [googleMethod(pages.google(marketplace), googlePay), appleMethod(applePage(pages.apple(marketplace), applePay))]
      return methods.filter((method) => method !== null)
    },
  }
}

/** Of a merchant identifier whose certificate the vault holds. */
function applePage(page: ApplePage | undefined, opens: VaultWallets['applePay']): ApplePage | undefined {
  return page && opens?.merchantIdHashes.includes(page.merchantIdHash) ? page : undefined
}

function googleMethod(page: ReturnType<WalletPages['google']>, opens: VaultWallets['googlePay']): WalletMethod | null {
  return page && opens ? { type: 'google_pay', ...page, brands: [...cardBrands], ...opens } : null
}

function appleMethod(page: ApplePage | undefined): WalletMethod | null {
  return page ? { type: 'apple_pay', merchantId: page.merchantId, country: page.country, brands: [...cardBrands] } : null
}
