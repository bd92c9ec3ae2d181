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

/** A change of the vault's keys is on the pages by then. */
const FRESH_MS = 60_000
/** A vault that doesn't answer is not asked by every page; until then no wallet is offered. */
const RETRY_MS = 5_000

interface Known {
  readonly wallets: Promise<VaultWallets>
  readonly until: number
}

const none: VaultWallets = { googlePay: null, applePay: null }

/** @param options.now - in milliseconds, steady */
export function createWalletOffers(
  { vault, pages, log, now }: { readonly vault: Pick<VaultClient, 'readWallets'>; readonly pages: WalletPages; readonly log: Logger; readonly now: () => number },
): WalletOffers {
  const known = new Map<string, Known>()
  const ask = (marketplace: string): Promise<VaultWallets> => {
    const wallets = vault.readWallets(marketplace).catch((error: unknown) => {
      log.warn({ err: error, marketplace }, 'the vault did not say which wallets it opens; none is offered for now')
      known.set(marketplace, { wallets: Promise.resolve(none), until: now() + RETRY_MS })
      return none
    })
    known.set(marketplace, { wallets, until: now() + FRESH_MS })
    return wallets
  }
  const opened = async (marketplace: string): Promise<VaultWallets> => {
    // whoever has no page set up costs the vault nothing
    if (!pages.google(marketplace) && !pages.apple(marketplace)) return none
    const last = known.get(marketplace)
    return last && now() < last.until ? last.wallets : ask(marketplace)
  }
  const apple = async (marketplace: string): Promise<ApplePage | undefined> => {
    const page = pages.apple(marketplace)
    const { applePay } = await opened(marketplace)
    return page && applePay?.merchantIdHashes.includes(page.merchantIdHash) ? page : undefined
  }
  return {
    apple,
    async of(marketplace) {
      const { googlePay } = await opened(marketplace)
      return [googleMethod(pages.google(marketplace), googlePay), appleMethod(await apple(marketplace))].filter((method) => method !== null)
    },
  }
}

function googleMethod(page: ReturnType<WalletPages['google']>, opens: VaultWallets['googlePay']): WalletMethod | null {
  return page && opens ? { type: 'google_pay', ...page, brands: [...cardBrands], ...opens } : null
}

function appleMethod(page: ApplePage | undefined): WalletMethod | null {
  return page ? { type: 'apple_pay', merchantId: page.merchantId, country: page.country, brands: [...cardBrands] } : null
}
