import { HOSTED_PATH, RETURN_SESSION_PARAMETER } from '@holdfast/contract'
import type { Deps } from '../deps.ts'
import { originPattern } from '../http/cors.ts'

type Place = Pick<Deps, 'publicUrl'>

/** Our own origin, on which the hosted page is; null while nobody knows where we are reached. */
export function ownOrigin({ publicUrl }: Place): string | null {
  const origin = URL.parse(publicUrl())?.origin ?? ''
  return originPattern.test(origin) ? origin : null
}

/** Whether a page may speak for a marketplace: it registered the page's origin, or the page is the hosted one. */
export function isPageOf(place: Place, { origins, origin }: { origins: readonly string[]; origin: string }): boolean {
  return origins.includes(origin) || origin === ownOrigin(place)
}

/** The origins whose pages may frame a marketplace's card form, as the vault is told them. */
export function framingOrigins(place: Place, origins: readonly string[]): readonly string[] {
  const own = ownOrigin(place)
  return own === null || origins.includes(own) ? origins : [...origins, own]
}

/** The hosted page for one session. What opens it stands behind the #, which reaches no server, log or Referer. */
export function hostedUrlOf({ publicUrl }: Place, { marketplace, clientSecret }: { marketplace: string; clientSecret: string }): string {
  return `${publicUrl()}${HOSTED_PATH}/${marketplace}#${clientSecret}`
}

/** The hosted page for a payment link. */
export function paymentLinkUrlOf({ publicUrl }: Place, { slug }: { readonly slug: string }): string {
  return `${publicUrl()}${HOSTED_PATH}/link/${slug}`
}

interface Returning {
  readonly marketplace: string
  readonly session: string
  /** The session's own return URL. */
  readonly returnUrl: string
  /** Of the page on which the attempt began, as its browser said it. */
  readonly origin: string | null
}

/**
 * Where a buyer comes back to who was sent away in the middle of paying: to the page on which the attempt began if that
 * is the hosted one, else to the session's return URL. Marked, so that the page knows its session again; it proves nothing.
 */
export function returnLink(place: Place, { marketplace, session, returnUrl, origin }: Returning): string {
  const hosted = origin !== null && origin === ownOrigin(place)
  const url = new URL(hosted ? `${place.publicUrl()}${HOSTED_PATH}/${marketplace}` : returnUrl)
  url.searchParams.set(RETURN_SESSION_PARAMETER, session)
  return url.href
}
