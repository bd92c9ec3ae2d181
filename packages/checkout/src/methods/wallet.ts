import type { Confirm, WalletCardCreate } from '@holdfast/contract/types'
import type { MethodHost } from './method.ts'

/* What Google Pay and Apple Pay share. Each part brings it along: it keeps nothing. */

type Brought = { body: Omit<Extract<Confirm, { method: 'card' }>, 'revision'> } | { fault: ReturnType<MethodHost['fault']> } | { canceled: true }

/** What the wallet's sheet is opened for: the server's total, of the revision that the buyer sees. */
export type Shown = Pick<MethodHost['view'], 'amount' | 'exponent' | 'currency' | 'revision' | 'session' | 'marketplaceName'>

/** A total as wallets take it: `1248.00`. */
export function decimal({ amount, exponent }: Shown): string {
  const digits = String(amount).padStart(exponent + 1, '0')
  return exponent ? `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}` : digits
}

/** Trades what the wallet gave for a card token, of the revision whose total its sheet showed. */
export async function cardOf(
  host: MethodHost, { wallet, token, revision }: WalletCardCreate,
): Promise<Brought> {
  const answer = await host.post('wallet-card', { wallet, token, revision })
  if ('token' in answer) return { body: { method: 'card', token: String(answer.token) } }
  return { fault: host.fault(answer as Parameters<MethodHost['fault']>[0]) }
}

/** A place of its own in the page for a wallet's button: the component's styles don't reach into it, nor its out. */
export function placeOf(css: string): { readonly box: HTMLElement, readonly root: ShadowRoot } {
  const box = document.createElement('div')
  const root = box.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  return { box, root }
}
