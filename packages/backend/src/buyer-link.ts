import { idPrefixes, idSuffix } from '@holdfast/contract'
import type { Refusal } from '@holdfast/core'
import { wasDerived, type Sealer } from './seal.ts'

const shape = /^ord_([0-9a-z]{26})_secret_([0-9a-z]{26})_([0-9a-z]{6,9})_([0-9A-Za-z_-]{43})$/

/** One order, as its buyer is known by until the link ends. */
export interface BuyerLink {
  readonly marketplace: string
  readonly order: string
  /** Real time, to the second. */
  readonly expiresAt: Date
}

/**
 * The secret with which a buyer follows one order, confirms receipt and asks for a refund. It names marketplace,
 * order and end, and is derived from the instance's key for just these: nothing of it is stored, and a secret whose
 * end was moved is another's.
 */
export function buyerLinkSecret(sealer: Pick<Sealer, 'derive'>, link: BuyerLink): string {
  return secretWith(sealer.derive(contextOf(link)), link)
}

const ending = ({ expiresAt }: BuyerLink): string => Math.floor(expiresAt.getTime() / 1000).toString(36)

const contextOf = (link: BuyerLink): string => `buyer-link/${link.marketplace}/${link.order}/${ending(link)}`

const secretWith = (proof: Buffer, link: BuyerLink): string =>
  `${link.order}_secret_${idSuffix(link.marketplace)}_${ending(link)}_${proof.toString('base64url')}`

/**
 * The order that a secret opens at an instant; compared in constant time.
 *
 * @refuses buyer_link_invalid - it was not made here
 * @refuses buyer_link_expired - it was, and has ended
 */
export function openBuyerLink(sealer: Pick<Sealer, 'derivations'>, secret: string, now: Date): BuyerLink | Refusal {
  const match = shape.exec(secret)
  if (!match) return invalid
  const link: BuyerLink = {
    marketplace: `${idPrefixes.marketplace}_${match[2]}`, order: `${idPrefixes.order}_${match[1]}`,
    expiresAt: new Date(Number.parseInt(match[3] as string, 36) * 1000),
  }
  if (!wasDerived(sealer, { context: contextOf(link), secret, written: (proof) => secretWith(proof, link) })) return invalid
  return now < link.expiresAt ? link : expired
}

export const invalid: Refusal = {
  refused: 'buyer_link_invalid',
  detail: 'The call has no valid buyer link. Send the secret of POST /v1/orders/{id}/buyer-links: Authorization: Bearer ord_…',
}
const expired: Refusal = {
  refused: 'buyer_link_expired',
  detail: 'The buyer link has ended. Make a new one for this order by POST /v1/orders/{id}/buyer-links, and give it to the page.',
}
