import type { FrameTicket } from '@holdfast/contract/types'
import type { Answer } from '../../api.ts'

/** A card frame that is on its way before the session has been read, unseen, and told nothing yet. */
export interface EarlyFrame {
  readonly iframe: HTMLIFrameElement
  readonly ticket: Promise<Answer<FrameTicket>>
  loaded: boolean
}

export interface EarlyOptions {
  /** The vault's origin, as the page has it. */
  readonly vaultUrl: string
  readonly clientSecret: string
  readonly locale: string
  readonly ticket: () => Promise<Answer<FrameTicket>>
}

/**
 * Has the card's frame begin to load: a process of its own, a document and a script take longer than the session's
 * answer. Undefined where a frame can't be moved to its place without loading again.
 */
export function startEarly(root: ShadowRoot, { vaultUrl, clientSecret, locale, ticket }: EarlyOptions): EarlyFrame | undefined {
  if (!root.moveBefore) return undefined
  // the client secret names its marketplace
  const marketplace = clientSecret.split('_secret_')[1]?.slice(0, 26)
  // what is no web address is nowhere, and is passed over like any other that isn't the session's
  const iframe = frameAt(URL.parse(`/frame?marketplace=mkt_${marketplace}&locale=${locale}`, vaultUrl)?.href ?? '')
  const park = document.createElement('div')
  park.className = 'early bare'
  park.append(iframe)
  root.append(park)
  const early = { iframe, ticket: ticket(), loaded: false }
  iframe.onload = () => { early.loaded = true }
  return early
}

export const frameAt = (src: string): HTMLIFrameElement =>
  Object.assign(document.createElement('iframe'), { part: 'card-frame', referrerPolicy: 'origin', src })
